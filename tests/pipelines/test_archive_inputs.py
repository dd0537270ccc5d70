"""Builds of videos in archives and tables: ids are those of the files, changes are noticed, an export goes in again."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run
from vdata.export.format import ExportItem, Shards
from vdata.export.formats.webdataset import WebDataset
from vdata.pipelines.build import run_build
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.settings.config import Config
from vdata.report.thumbnails import ThumbnailRequest, cut
from vdata.schemas import Sample
from vdata.stages import Stage
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
from vdata.video.decode import unpacked


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    monkeypatch.setattr(unpacked, "_places", [])


@pytest.fixture
def folder(tmp_path: Path, make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three films of their own lengths in ``films``."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "films").mkdir()
    for n in range(3):
        make_videos.plain(tmp_path / f"films/{n}.mp4", 20 + 5 * n)
    return tmp_path


def export(folder: Path, names: str) -> None:
    """What ``vdata export --format webdataset`` writes: a shard for each film."""

    def left(item: ExportItem, reason: str) -> None:
        raise AssertionError(reason)

    paths = [folder / f"films/{name}.mp4" for name in names]
    sample = Sample("when", "?", "!", 0.0, 0.5)
    items = [ExportItem(sample, str(path), path.name, path.stem, 1.0) for path in paths]
    WebDataset().write(items, folder / "shards", left, Shards(most_bytes=1))


def build(folder: Path, videos: str, out: str = "out", stage: Stage | None = None) -> dict[str, str]:
    """Build, and return the ids by uri."""
    config = Config(
        videos=[videos], stages=[stage or Scan()], output={"path": folder / out}, cache=folder / "cache"
    ).placed(folder / "c.yaml", folder, {}, {})
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    rows = [row for path in (folder / out / "timelines").glob("timelines-*") for row in pq.read_table(path).to_pylist()]
    return {row["uri"]: row["id"] for row in rows}


def decoded(out: Path) -> int:
    funnel = {row["stage"]: row for row in json.loads((out / "build.json").read_text())["funnel"]}
    return int(funnel["scan"]["rows"] - funnel["scan"]["cached"])


def test_an_export_of_ours_goes_in_again_and_changes_are_noticed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = build(folder, "films", "of_files")
    export(folder, "012")
    assert sorted(path.name for path in (folder / "shards").iterdir()) == ["000000.tar", "000001.tar", "000002.tar"]
    found = build(folder, "shards")
    assert found == {f"tar://{n}.mp4::shards/{n:06d}.tar": ids[f"films/{n}.mp4"] for n in range(3)}
    assert decoded(folder / "out") == 0, "the content is known from the files"
    assert examine(folder / "out").wrong == 0

    capsys.readouterr()
    assert build(folder, "shards") == found
    assert "Nothing to do" in "".join(capsys.readouterr())
    (folder / "shards/000001.tar").write_bytes((folder / "shards/000002.tar").read_bytes())
    changed = build(folder, "shards")
    assert "Of the inputs before: 1 no longer there and 1 changed." in capsys.readouterr().err  # 2 is a twin now
    assert set(changed) == {"tar://0.mp4::shards/000000.tar", "tar://2.mp4::shards/000001.tar"}

    seen = cut(ThumbnailRequest("tar://2.mp4::shards/000001.tar", (0.2, 0.5)), folder / "out")
    assert (len(seen.pictures), seen.problem) == (2, "")


def test_zip_and_parquet_give_the_same_ids_and_unpack_into_the_cache_of_the_build(folder: Path) -> None:
    films = sorted((folder / "films").iterdir())
    with zipfile.ZipFile(folder / "f.zip", "w", zipfile.ZIP_DEFLATED) as zipped:
        for film in films:
            zipped.write(film, film.name)
    cells = pa.array([{"bytes": film.read_bytes(), "path": film.name} for film in films])
    (folder / "set/data").mkdir(parents=True)
    pq.write_table(pa.table({"video": cells, "title": list("abc")}), folder / "set/data/train-0.parquet")
    ids = build(folder, "films", "of_files", Probe())
    assert build(folder, "f.zip", "of_zip", Probe()) == {
        f"zip://{n}.mp4::f.zip": ids[f"films/{n}.mp4"] for n in range(3)
    }
    assert build(folder, "set", "of_table", Probe()) == {
        f"parquet://{n}/video::set/data/train-0.parquet": ids[f"films/{n}.mp4"] for n in range(3)
    }
    assert len(list((folder / "cache/unpacked").glob("[!.]*"))) == 6


@pytest.mark.parametrize("command", ["check", "plan", "build"])
def test_what_is_no_video_is_refused_before_anything_is_begun(
    folder: Path, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*_: Any) -> None:
        raise AssertionError("work was begun")

    monkeypatch.setattr("vdata.pipelines.build.Build.run", begun)
    for n in range(4):
        (folder / f"{n}.docx").write_bytes(b"PK\3\4" + bytes([n]) * 99)
    (folder / "list.txt").write_text("0.docx\n1.docx\n2.docx\n3.docx\n")
    (folder / "c.yaml").write_text("videos: list.txt\nstages: [scan]\noutput: {path: out}\n")
    assert run([command, "c.yaml"]) == 2
    assert capsys.readouterr().err == (
        "None of the 4 inputs is a video that can be read.\n"
        "not_a_video: 4 (0.docx, 1.docx, 2.docx and 1 more): it is a ZIP (or a document of an office program)\n"
    )


def test_some_that_are_no_videos_are_told_with_their_number_and_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in range(4):
        (folder / f"films/page{n}.mp4").write_text(f"<html>{n}")
    (folder / "c.yaml").write_text("videos: films\nstages: [scan]\noutput: {path: out}\n")
    assert run(["plan", "c.yaml"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "7 videos" in said
    assert "(4 cannot be opened)" in said
    names = "films/page0.mp4, films/page1.mp4, films/page2.mp4 and 1 more"
    assert f"not_a_video: 4 ({names}): no video format that libav knows" in said
