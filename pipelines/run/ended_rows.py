"""Rows that were dropped or failed, with what was known of them then: what was paid for is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from ...schemas import Timeline
from ...schemas.arrow import timelines_table


def ended_table(videos: Sequence[Timeline], lanes: Iterable[str]) -> pa.Table:
    """*videos* that ended in a pass, with the lanes that they had then, as a table of timelines.

    A stage that failed may have left what cannot be stored: such a video has its facts alone.
    """
    try:
        return timelines_table(videos, lanes)
    except (pa.ArrowException, TypeError, ValueError, AttributeError):
        if len(videos) > 1:
            return pa.concat_tables([ended_table([video], lanes) for video in videos])
        bare = Timeline(videos[0].uri, videos[0].id, attrs=dict(videos[0].attrs))
        return timelines_table([bare], lanes)
