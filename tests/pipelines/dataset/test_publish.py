"""Published shards: rows in order, the schema kept when empty, older generations removed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vdata.pipelines.dataset import publish as publishing
from vdata.pipelines.dataset.publish import publish, remove_older
from vdata.pipelines.storage.parts import file_sha256
from vdata.pipelines.storage.written_files import WrittenFiles

SCHEMA = pa.schema([("n", pa.int64()), ("words", pa.list_(pa.string()))])


def rows(low: int, high: int) -> pa.Table:
    return pa.table({"n": list(range(low, high)), "words": [["a"]] * (high - low)}, SCHEMA)


def test_rows_keep_their_order_over_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "ROWS_A_SHARD", 25)
    monkeypatch.setattr(publishing, "ROWS_A_GROUP", 10)
    tables = [rows(n, n + 1) for n in range(60)]
    made = publish(tmp_path, "samples", SCHEMA, tables, "g1")
    assert made.rows == 60
    assert list(made.files) == [f"data/train-{n:05d}-of-00002-g1.parquet" for n in range(2)]
    read = [n for name in made.files for n in pq.read_table(tmp_path / name).column("n").to_pylist()]
    assert read == list(range(60))
    for name, entry in made.files.items():
        assert file_sha256(tmp_path / name) == entry.sha256


@pytest.mark.parametrize("tables", [[], [rows(0, 0)]])
def test_an_empty_table_still_has_its_schema(tmp_path: Path, tables: list[pa.Table]) -> None:
    made = publish(tmp_path, "rejects", SCHEMA, tables, "g1")
    (name,) = made.files
    assert pq.read_schema(tmp_path / name) == SCHEMA
    assert made.rows == 0


def test_parts_of_older_versions_lack_columns(tmp_path: Path) -> None:
    older = pa.table({"id": ["a", "b"]})
    newer = pa.schema([("seen_end", pa.float64()), ("id", pa.string())])
    made = publish(tmp_path, "samples", newer, [older], "gen")
    assert pq.read_table(tmp_path / next(iter(made.files))).to_pylist() == [
        {"seen_end": None, "id": "a"},
        {"seen_end": None, "id": "b"},
    ]


def test_older_generations_go_last(tmp_path: Path) -> None:
    (tmp_path / ".vdata").mkdir()
    written = WrittenFiles(tmp_path, tmp_path / ".vdata")
    publish(tmp_path, "samples", SCHEMA, [rows(0, 3)], "g1", claim=written.claim)
    made = publish(tmp_path, "samples", SCHEMA, [rows(0, 4)], "g2", claim=written.claim)
    (tmp_path / "data" / "mine.parquet").touch()
    assert len(list((tmp_path / "data").iterdir())) == 3, "the old shard stays until the card is replaced"
    remove_older(written, made.files)
    names = sorted(path.name for path in (tmp_path / "data").iterdir())
    assert names == ["mine.parquet", "train-00000-of-00001-g2.parquet"], "what nobody has noted stays"


def test_what_fails_leaves_nothing_staged_and_the_old_shards_alone(tmp_path: Path) -> None:
    made = publish(tmp_path, "samples", SCHEMA, [rows(0, 3)], "g1")

    def broken() -> Iterator[pa.Table]:
        yield rows(0, publishing.ROWS_A_GROUP)
        raise OSError("the disk of the parts is gone")

    with pytest.raises(OSError, match="is gone"):
        publish(tmp_path, "samples", SCHEMA, broken(), "g2")
    assert [f"data/{path.name}" for path in (tmp_path / "data").iterdir()] == list(made.files)


def test_the_check_comes_before_any_name_that_counts(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def lost() -> None:
        seen.append([path.name for path in (tmp_path / "data").iterdir()])
        raise RuntimeError("taken over")

    with pytest.raises(RuntimeError, match="taken over"):
        publish(tmp_path, "samples", SCHEMA, [rows(0, 3)], "g1", lost)
    ((staged,),) = seen
    assert staged.startswith(".staging-")
    assert list((tmp_path / "data").iterdir()) == []


def test_large_rows_come_in_smaller_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that memory is bounded: a row of hours of video is as large as thousands of others."""
    monkeypatch.setattr(publishing, "LOOSE", 3)
    monkeypatch.setattr(publishing, "BYTES_A_GROUP", 13 * rows(0, 100).nbytes - 1)
    made = publish(tmp_path, "samples", SCHEMA, (rows(n, n + 100) for n in range(0, 5000, 100)), "g1")
    (name,) = made.files
    with pq.ParquetFile(tmp_path / name) as file:
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        assert file.read().column("n").to_pylist() == list(range(5000))
    assert groups == [1300, 1300, 1300, 1100]
