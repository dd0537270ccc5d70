"""Rows that were dropped or failed, with what was known of them then: what was paid for is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from ...schemas import Timeline
from ...schemas.arrow import timelines_table, with_lanes
from ...schemas.vector_columns import vector_lengths


def ended_table(videos: Sequence[Timeline], lanes: Iterable[str]) -> pa.Table:
    """*videos* that ended in a pass, with the lanes that they had then, as a table of timelines.

    A stage that failed may have left what cannot be stored: such a video has its facts alone.
    """
    try:
        return timelines_table(videos, lanes)
    except (pa.ArrowException, TypeError, ValueError, AttributeError):
        if len(videos) > 1:
            return _joined([ended_table([video], lanes) for video in videos], lanes)
        bare = Timeline(videos[0].uri, videos[0].id, attrs=dict(videos[0].attrs))
        return timelines_table([bare], lanes)


def _joined(tables: list[pa.Table], lanes: Iterable[str]) -> pa.Table:
    """*tables* as one; some may have vectors of lanes of which others have none."""
    lanes, vectors = list(lanes), vector_lengths(*(table.schema for table in tables))
    return pa.concat_tables([with_lanes(table, lanes, vectors) for table in tables])
