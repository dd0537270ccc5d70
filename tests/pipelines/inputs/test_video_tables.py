"""Videos in tables: Parquet and what ``datasets`` saves, with the bytes in a column or with names of files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vdata.pipelines.inputs.sources import SourceError, find_sources
from vdata.pipelines.inputs.video_tables import Columns
from vdata.schemas import Failed
from vdata.schemas.input_video import Source
from vdata.schemas.uri import locate
from vdata.video.decode import source, unpacked

VIDEO = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def films(count: int = 5) -> list[bytes]:
    return [bytes([65 + n]) * (1000 + n) for n in range(count)]


def parquet(path: Path, columns: dict[str, Any], feature: dict[str, str] | None = None, rows: int = 2) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    if feature:
        features = {name: {"_type": kind} for name, kind in feature.items()}
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    pq.write_table(table, path, row_group_size=rows)
    return path


def structs(data: list[bytes | None], names: list[str | None]) -> pa.Array:
    return pa.array([{"bytes": one, "path": name} for one, name in zip(data, names, strict=True)], VIDEO)


def content(one: Source) -> bytes:
    return b"".join(source.blocks(one.path))


def test_bytes_in_parquet_are_read_where_they_are_needed(tmp_path: Path) -> None:
    names: list[str | None] = [f"clips/{n}.mp4" for n in range(5)]
    columns = {"video": structs([*films()], names), "title": list("abcde"), "n": range(5), "thumb": [b"x"] * 5}
    parquet(tmp_path / "data/train-0.parquet", columns, {"video": "Video", "thumb": "Image"})
    for item in ("data", "data/*.parquet", "data/train-0.parquet"):
        found = find_sources(item, base=tmp_path)
        assert [one.uri for one in found] == [f"parquet://{n}/video::data/train-0.parquet" for n in range(5)]
    assert [one.attrs for one in found] == [{"title": "abcde"[n], "n": str(n)} for n in range(5)]
    assert found[3].name == "data/train-0.parquet/3.mp4"
    assert [content(one) for one in reversed(found)] == list(reversed(films()))
    assert source.sha256(locate(found[4].uri, tmp_path)) == hashlib.sha256(films()[4]).hexdigest()
    assert source.facts(found[4].path)[0] == 1004


def test_a_row_group_is_unpacked_once_and_within_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked_in = tmp_path / "unpacked"
    monkeypatch.setattr(unpacked, "_places", [unpacked_in])
    parquet(tmp_path / "a.parquet", {"mp4": [*films(6)]}, rows=3)
    found = find_sources("a.parquet", base=tmp_path)

    def there() -> list[int]:
        return sorted(path.stat().st_size for path in unpacked_in.glob("[!.]*"))

    assert content(found[4]) == films(6)[4]
    assert there() == [1003, 1004, 1005]
    monkeypatch.setattr(unpacked, "BOUND", 3000)  # now a group fills more than a quarter of it
    assert [content(one) for one in found[:3]] == films(6)[:3]
    assert sum(there()) <= 3000
    with source.reachable(found[0].path) as address:  # what is open is not taken away
        assert [content(one) for one in found[1:]] == films(6)[1:]
        assert Path(address).read_bytes() == films(6)[0]


def test_what_datasets_saves_is_read_at_its_offset(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = {"clip": [{"bytes": one, "path": None} for one in films()], "title": list("abcde")}
    features = datasets.Features({"clip": datasets.Video(), "title": datasets.Value("string")})
    saved = datasets.Dataset.from_dict(rows, features)
    saved.save_to_disk(tmp_path / "saved", num_shards=2)
    datasets.DatasetDict({"test": saved}).save_to_disk(tmp_path / "several")
    found = find_sources("saved", base=tmp_path)
    assert [content(one) for one in found] == films()
    assert [(one.attrs["title"], one.size) for one in found] == [("abcde"[n], 1000 + n) for n in range(5)]
    assert found[0].uri == "arrow://0/clip::saved/data-00000-of-00002.arrow"
    assert found[0].path.startswith("bytes://")
    assert source.sha256(locate(found[4].uri, tmp_path)) == hashlib.sha256(films()[4]).hexdigest()
    assert len(find_sources("several", base=tmp_path)) == 5


def test_names_in_a_table_are_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.mp4").write_bytes(b"a")
    names: list[str | None] = ["a.mp4", "gone.mp4", "c.mp4"]
    parquet(tmp_path / "data/x.parquet", {"video": structs([None, None, b"c"], names), "t": list("abc")})
    found = find_sources("data/x.parquet", base=tmp_path)
    assert {one.uri: one.attrs for one in found} == {
        "data/a.mp4": {"t": "a"},
        "data/gone.mp4": {"t": "b"},
        "parquet://2/video::data/x.parquet": {"t": "c"},
    }
    assert [one.problem.detail for one in found if one.problem] == [
        "the table holds its name alone, and there is no such file"
    ]


def test_an_empty_cell_ends_as_not_found(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", {"video": pa.array([b"a", None, b"c"], pa.binary())}, rows=3)
    found = find_sources("a.parquet", base=tmp_path)
    with pytest.raises(Failed) as failure:
        content(found[1])
    assert (failure.value.reason, failure.value.detail.partition(": ")[2]) == ("not_found", "the cell video is empty")
    assert content(found[2]) == b"c"


@pytest.mark.parametrize(
    ("columns", "wanted", "message"),
    [
        (
            {"left": [b"a"], "right": [b"b"]},
            Columns(),
            "a.parquet: may hold its videos in left or right. Say which: video_column: left",
        ),
        ({"image": [b"a"]}, Columns(), "a.parquet: holds no videos: image (Image). Pictures go in where a stage takes"),
        ({"a": ["x.mp4"]}, Columns(), "a.parquet: no column names the video. Call one of them uri; there are: a."),
        ({"a": ["x"]}, Columns("clip"), "a.parquet: has no column clip, which video_column names. It has: a."),
    ],
)
def test_what_may_be_meant_is_said(tmp_path: Path, columns: dict[str, Any], wanted: Columns, message: str) -> None:
    parquet(tmp_path / "a.parquet", columns, {"image": "Image"} if "image" in columns else None)
    with pytest.raises(SourceError) as error:
        find_sources("a.parquet", base=tmp_path, columns=wanted)
    assert str(error.value).startswith(message)


def test_columns_are_chosen(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", {"left": [b"a"], "right": [b"b"], "t": ["T"], "u": ["U"]})
    (one,) = find_sources("a.parquet", base=tmp_path, columns=Columns("right", frozenset({"u"})))
    assert (content(one), one.attrs) == (b"b", {"u": "U"})
    (tmp_path / "a.mp4").write_bytes(b"x")
    (tmp_path / "a.csv").write_text("clip,t,u\na.mp4,T,U\n")
    (one,) = find_sources("a.csv", base=tmp_path, columns=Columns("clip", frozenset({"t"})))
    assert (one.uri, one.attrs) == ("a.mp4", {"t": "T"})


def test_a_picture_in_a_row_is_an_input(tmp_path: Path) -> None:
    names: list[str | None] = ["a.jpg", "b.mp4"]
    parquet(tmp_path / "a.parquet", {"video": structs([b"a", b"b"], names)})
    found = find_sources("a.parquet", base=tmp_path)
    assert [(one.name, one.problem) for one in found] == [("a.parquet/a.jpg", None), ("a.parquet/b.mp4", None)]


def test_the_tables_of_a_build_are_no_inputs(tmp_path: Path) -> None:
    parquet(tmp_path / "out/data/a.parquet", {"video": ["a.mp4"]})
    (tmp_path / "out/build.json").write_text("{}")
    with pytest.raises(SourceError, match="is a build of vdata, not a folder of videos"):
        find_sources("out", base=tmp_path)


def test_a_video_in_a_table_is_scanned(tmp_path: Path, make_videos: ModuleType) -> None:
    from vdata.schemas import Timeline
    from vdata.stages.media.probe import Probe
    from vdata.stages.media.scan import Scan

    film = make_videos.plain(tmp_path / "film.mp4", 30).read_bytes()
    parquet(tmp_path / "a.parquet", {"video": [film]})
    (one,) = find_sources("a.parquet", base=tmp_path)
    video = Scan().run(Probe().run(Timeline(one.uri, "", path=one.path)))
    assert video.signals is not None
    assert len(video.signals) == 30
    assert video.media is not None
    assert video.media.sha256 == hashlib.sha256(film).hexdigest()
