"""The rows of the tables of a finished build, and a video found among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from ...schemas import make_id
from ...schemas.build_record import BuildRecord
from ..errors import UserError
from ..yaml.complaints import did_you_mean
from .publish import FOLDERS

Row = dict[str, Any]


def find_video(folder: Path, record: BuildRecord, video: str) -> tuple[Row | None, str, str]:
    """The row of the timeline of *video* (a uri, a file name or an id) if one is published, its uri and its id.

    An input that is in the data set as it is, as a video that was joined with no other, is found there.

    Raises:
        UserError: there is no such video, or there are several.
    """
    known: dict[str, str] = {}
    inputs = set[str]()
    for table in ("timelines", "rejects"):
        for row in rows_of(folder, record, table, None, ["id", "uri", "state"]):
            known.setdefault(row["id"], row["uri"])
            inputs |= {row["id"]} if row.get("state") == "input" else set()
    found = {one for one, uri in known.items() if video in (one, uri) or make_id(video) == one}
    found = found or {one for one, uri in known.items() if PurePosixPath(uri).name == video}
    found = found or {one for one, uri in known.items() if PurePosixPath(uri).stem == video}
    found = (found - inputs) or found
    if len(found) > 1:
        several = ", ".join(sorted(known[one] for one in found)[:5])
        raise UserError(f"{folder}: {len(found)} videos are called {video} ({several}): name it by uri or id.")
    if not found:
        hint = did_you_mean(video, known.values(), "Videos are named by uri, file name or id.")
        raise UserError(f"{folder}: has no video {video}. {hint}")
    (one,) = found
    rows = list(rows_of(folder, record, "timelines", ds.field("id") == one))
    return (rows[0] if rows else None), known[one], one


def rows_of(
    folder: Path, record: BuildRecord, table: str, where: ds.Expression | None, columns: Sequence[str] | None = None
) -> Iterator[Row]:
    """The rows of *table* for which *where* holds, with some *columns* or all; a group of rows at a time."""
    ended = record.ended_shards if table == "timelines" else []
    for name in sorted([*record.shards(FOLDERS[table]), *ended]):
        try:
            with pq.ParquetFile(folder / name) as file:
                for batch in file.iter_batches(512, columns=list(columns) if columns else None):
                    found = pa.Table.from_batches([batch])
                    yield from (found if where is None else found.filter(where)).to_pylist()
        except (OSError, pa.ArrowException) as error:
            raise UserError(
                f"{folder / name}: cannot be read: {error}. Build it again: only that is made anew."
            ) from None
