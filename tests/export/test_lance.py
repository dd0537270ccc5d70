"""A Lance dataset is read back as it was written, by Lance and by ``datasets``."""

from __future__ import annotations

import io
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import pyarrow.parquet as pq
import pytest

from vdata.cli import run
from vdata.pipelines import dataset_export
from vdata.schemas.arrow import read_samples


def films(folder: Path) -> list[dict[str, object]]:
    lance = pytest.importorskip("lance")
    return list(lance.dataset(str(folder)).to_table().to_pylist())


def test_rows_and_films_are_read_back(small: Path, make_videos: ModuleType, tmp_path: Path) -> None:
    lance = pytest.importorskip("lance")
    make_videos.plain(Path("videos/clips/kitchen.mp4"), 5)
    make_videos.plain(small / "media" / "made.mp4", 6)
    assert run(["export", str(small), "--format", "lance", "--out", "o.lance", "--media-root", "videos"]) == 0
    read = lance.dataset("o.lance")
    kitchen, made = read.to_table(columns=[name for name in read.schema.names if name != "media"]).to_pylist()
    assert {name: kitchen[name] for name in ("id", "video", "path", "suffix", "duration")} == {
        **{"id": "0a" * 12, "video": "clips/kitchen.mp4", "path": "videos/clips/kitchen.mp4"},
        **{"suffix": ".mp4", "duration": 60.0},
    }
    assert (made["id"], len(kitchen["samples"]), len(made["samples"])) == ("1b" * 12, 11, 1)
    (stored,) = {path for path in (small / "data").iterdir() if "00000" in path.name}
    for row, sample in zip(kitchen["samples"], read_samples(pq.read_table(stored)), strict=True):
        row["params"] = {one["name"]: one["value"] for one in row["params"]}
        told = asdict(sample)
        assert row == {name: told[name] for name in row}
        assert set(told) - set(row) == {"clip", "clip_start", "clip_end"}
    files = [Path("videos/clips/kitchen.mp4"), small / "media" / "made.mp4"]
    for blob, file, count in zip(read.take_blobs("media", indices=[0, 1]), files, (5, 6), strict=True):
        container: Any
        with av.open(blob) as container:
            assert len(list(container.decode(video=0))) == count
        blob.seek(0)
        assert blob.read() == file.read_bytes()
    from datasets import load_dataset

    loaded = load_dataset(str(Path("o.lance").absolute()), split="train", cache_dir=str(tmp_path / "cache"))
    assert type(loaded.features["media"]).__name__ == "Video"
    bare = loaded.cast_column("media", loaded.features["media"].__class__(decode=False))[1]
    assert (bare["id"], bare["samples"][0]["answer"]) == ("1b" * 12, "an apple")
    with av.open(io.BytesIO(bare["media"]["bytes"])) as container:
        assert len(list(container.decode(video=0))) == 6


def test_without_media_there_are_paths(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["export", str(small), "--format", "lance", "--out", "o", "--media-root", "videos"]
    pytest.importorskip("lance")
    assert run([*asked, "--no-media"]) == 0
    first, second = films(Path("o"))
    assert (first["path"], "media" in first) == ("videos/clips/kitchen.mp4", False)
    assert Path(str(second["path"])).is_file()
    assert run([*asked, "--no-media"]) == 2
    Path("videos/clips/kitchen.mp4").unlink()
    assert run([*asked, "--overwrite"]) == 0
    assert "no_video_file 11, not_rendered 1" in capsys.readouterr().out
    assert [row["id"] for row in films(Path("o"))] == ["1b" * 12]


def test_a_folder_called_data_is_not_taken_for_lances(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("lance")
    Path("mine/data").mkdir(parents=True)
    assert run(["export", str(small), "--format", "lance", "--out", "mine", "--overwrite"]) == 2
    assert "holds data, which no export wrote" in capsys.readouterr().err


def test_without_lance_the_extra_is_named(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dataset_export, "find_spec", lambda name: None)
    assert run(["export", str(small), "--format", "lance", "--out", "o"]) == 2
    assert "--format lance: needs the package lance: pip install 'vdata-toolkit[lance]'" in capsys.readouterr().err
