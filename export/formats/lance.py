"""Lance datasets (lancedb/lance, ``docs/src/guide/blob.md``): a table with the films in it, read one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

from ..file_items import items_by_file, suffix_of
from ..format import ExportItem, Format, Omit, Shards, Unsupported

VERSION: Literal["2.1"] = "2.1"
"""Of Lance's file format: the latest in which ``datasets`` knows a column of films as one."""
OF_THE_VIDEO = ("video", "video_id", "duration")
"""Columns of samples that a row has for all of its samples."""


class Lance(Format):
    """Lance: a dataset with a row for each video: id, video, path, suffix, duration, samples, and the film as a blob.

    ``samples`` has every column of the data set itself. ``media`` is the whole file (``take_blobs`` opens it without
    reading all of it), or with ``--no-media`` there is no such column, and ``path`` says where it is. Where clips
    were cut, a row is a clip.
    """

    name = "lance"
    folder = True
    suffix = ""
    converts = True
    needs = "lance:lance"
    own_files = ("data/", "_versions/", "_transactions/", "_indices/", "_deletions/")

    def strange(self, folder: Path) -> str:
        others = sorted(path.name for path in folder.iterdir())
        return super().strange(folder) if "_versions" in others or not others else others[0]

    def write(self, items: Iterable[ExportItem], path: Path, leave: Omit, shards: Shards) -> None:
        import lance
        import pyarrow as pa

        from ...schemas.arrow import SHOWN, encode, samples_schema

        own = [field for field in samples_schema() if field.name not in OF_THE_VIDEO]
        own += [pa.field(*column) for column in SHOWN["frames"] if column[0] == "frames"]
        columns = [*((name, pa.string()) for name in ("id", "video", "path", "suffix")), ("duration", pa.float64())]
        schema = pa.schema([*columns, ("samples", pa.list_(pa.struct(own)))])
        if shards.media:
            schema = schema.append(pa.field("media", pa.large_binary(), metadata={"lance-encoding:blob": "true"}))

        def batches() -> Iterator[Any]:
            for row, film in _rows(items, leave, shards):
                arrays = [encode([row[field.name]], field.type) for field in schema if field.name != "media"]
                if film is not None:
                    arrays.append(pa.array([film], pa.large_binary()))
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

        reader = pa.RecordBatchReader.from_batches(schema, batches())
        lance.write_dataset(
            reader, str(path), max_bytes_per_file=max(shards.most_bytes, 1 << 20), data_storage_version=VERSION
        )

    def hint(self, path: Path) -> str:
        return f"Open it with lance.dataset({str(path)!r}), its films with take_blobs('media', indices=[0])."


def _rows(items: Iterable[ExportItem], leave: Omit, shards: Shards) -> Iterator[tuple[dict[str, Any], bytes | None]]:
    """The columns of each file, and its bytes where they are to be put in."""
    for key, of in items_by_file(items):
        first = of[0]
        suffix = suffix_of(first)
        film: bytes | None = None
        if shards.media:
            try:
                with shards.file(Path(first.video), suffix) as (made, suffix):
                    film = made.read_bytes()
            except Unsupported as why:
                for item in of:
                    leave(item, why.reason)
                continue
        row = {"id": key, "video": first.uri, "path": first.video, "suffix": suffix, "duration": first.duration}
        yield {**row, "samples": [item.sample for item in of]}, film
