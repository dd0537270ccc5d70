"""The build.json of a data set that a test has written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from vdata.pipelines.dataset.publish import FOLDERS
from vdata.pipelines.storage.parts import file_sha256
from vdata.schemas.build_record import RECORD, BuildRecord, Shard

NOTHING: dict[str, Any] = {
    **dict.fromkeys(("inputs", "kept", "dropped", "failed", "hours", "hours_kept", "samples", "rejects", "seconds"), 0),
    **{"funnel": [], "versions": {}, "tasks": {}, "generation": "g", "config": {}, "settings": {}, "files": {}},
}


def make_record(**facts: Any) -> BuildRecord:
    """A record of nothing, but for *facts*."""
    return BuildRecord.model_validate(NOTHING | facts)


def write_record(folder: Path, **facts: Any) -> BuildRecord:
    """Write the record of the shards in *folder*, with *facts*."""
    files = {
        f"{name}/{path.name}": Shard(
            sha256=file_sha256(path), bytes=path.stat().st_size, rows=pq.read_metadata(path).num_rows
        )
        for name in FOLDERS.values()
        for path in sorted((folder / name).glob("*.parquet"))
    }
    record = make_record(files=files, **facts)
    (folder / RECORD).write_bytes(record.to_json())
    return record
