"""Builds of files and names that are damaged, odd or hostile, among good ones: every one ends as one row."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest

from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.labels.kinds.table import Table
from vdata.stages.media.scan import Scan
from vdata.stages.media.shots import Shots

pytestmark = pytest.mark.usefixtures("ray")

CUTS = 12
BROKEN = {"truncated", "corrupt", "no_frames", "not_a_video", "no_video_stream", "unsupported", "too_long"}


def build(out: Path, **settings: Any) -> dict[str, Any]:
    run_build(Config(output={"path": out}, **settings), limit=None, address=None, overwrite=False)
    made: dict[str, Any] = json.loads((out / "build.json").read_text())
    assert made["inputs"] == made["kept"] + made["dropped"] + made["failed"]
    return made


def rows(out: Path, table: str) -> dict[str, dict[str, Any]]:
    found = [row for path in (out / table).glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert len({row["uri"] for row in found}) == len(found), "one row a video"
    return {row["uri"]: {name: value for name, value in row.items() if name != "trail"} for row in found}


def good_files(folder: Path, make: ModuleType) -> list[str]:
    """Videos that are odd and yet good; the names as uris."""
    import av

    folder.mkdir()
    make.plain(folder / "plain.mp4", 50, sound=True, options={"g": "10"})
    make.plain(folder / "silent.mp4", 40)
    make.plain(folder / "turned.mp4", 30, rotation=90)
    make.plain(folder / "woven.mp4", 31, interlaced=True)
    make.plain(folder / "deep.mkv", 32, pixels="yuv420p10le")
    make.plain(folder / "odd.mp4", 33, make=lambda n: make.scene(n, 191, 107), pixels="yuv444p")
    make.variable(folder / "variable.mp4")
    for codec in ("mpeg4", "mjpeg", "libvpx-vp9"):
        if codec in av.codecs_available:
            suffix, pixels = make.ENCODERS[codec]
            make.plain(folder / f"{codec}.{suffix}", 34, codec=codec, pixels=pixels)
    os.rename(folder / "woven.mp4", os.path.join(os.fsencode(folder), b"caf\xe9 \xf0\x9f\x8e\xac.mp4"))
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.slow
def test_faulty_files_end_as_rows_and_change_nothing_of_the_others(tmp_path: Path, make_videos: ModuleType) -> None:
    folder, cache, stages = tmp_path / "videos", tmp_path / "cache", [Scan(), Shots()]
    names = good_files(folder, make_videos)
    settings: dict[str, Any] = {"videos": [str(folder)], "stages": stages, "cache": cache}
    clean = build(tmp_path / "clean", **settings)
    assert (clean["inputs"], clean["kept"]) == (len(names), len(names))

    whole = folder / "plain.mp4"
    size = whole.stat().st_size
    for n in range(CUTS):
        make_videos.truncated(folder / f"cut{n:02d}.mp4", whole, size * n // CUTS)
        make_videos.flipped(folder / f"flip{n:02d}.mp4", whole, flips=3 * 4 ** (n % 4), seed=n, first=64)
    (folder / "text.mp4").write_text("This is no video.\n" * 99)
    make_videos.sound_only(folder / "sound.mp4")
    make_videos.huge(folder / "huge.mp4")
    make_videos.bomb(folder / "bomb.mp4")
    (folder / "gone.mp4").symlink_to("nowhere.mp4")
    (folder / "self.mp4").symlink_to("self.mp4")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "pipe.mp4")
    made = build(tmp_path / "out", **settings | {"videos": [str(folder), str(folder / "pipe.mp4"), "/dev/zero"]})

    published, rejects = rows(tmp_path / "out", "timelines"), rows(tmp_path / "out", "rejects")
    kept = {uri: row for uri, row in published.items() if row["state"] == "kept"}
    assert {uri: row["reason"] for uri, row in published.items() if uri not in kept} == {
        uri: row["reason"] for uri, row in rejects.items()
    }
    before = rows(tmp_path / "clean", "timelines")
    assert {uri: row for uri, row in kept.items() if "/flip" not in uri} == before
    assert made["inputs"] == len(kept) + len(rejects)
    reasons = {uri.rpartition("/")[2]: row["reason"] for uri, row in rejects.items()}
    flips = {name: reasons.pop(name) for name in list(reasons) if name.startswith("flip")}
    assert set(flips.values()) <= BROKEN
    cuts = {name: reasons.pop(name) for name in list(reasons) if name.startswith("cut")}
    assert len(cuts) == CUTS
    assert set(cuts.values()) == {"empty_file", "truncated"}
    assert reasons == {
        "text.mp4": "not_a_video",
        "sound.mp4": "no_video_stream",
        "huge.mp4": "too_many_pixels",
        "bomb.mp4": "no_frames",
        "gone.mp4": "not_found",
        "self.mp4": "symlink_loop",
        "pipe.mp4": "not_a_regular_file",
        "zero": "not_a_regular_file",
    }
    assert all(row["detail"] or row["value"] for row in rejects.values())
    media = {uri.rpartition("/")[2]: row["media"] for uri, row in kept.items()}
    assert (media["turned.mp4"]["width"], media["turned.mp4"]["height"]) == (108, 192)
    assert (media["silent.mp4"]["has_audio"], media["plain.mp4"]["has_audio"]) == (False, True)
    shots = next(row["lane_shots"] for uri, row in kept.items() if uri.endswith("variable.mp4"))
    assert [shot["start"] for shot in shots] == pytest.approx([0, 5, 10], abs=1 / 60)


@pytest.mark.slow
def test_names_that_lead_elsewhere_lead_nowhere(tmp_path: Path) -> None:
    home = tmp_path / "a" / "b"
    home.mkdir(parents=True)
    names = [
        "../../evil",
        "../evil.parquet",
        str(tmp_path / "evil"),
        "/",
        "..",
        "~",
        ".",
        "a\0b",
        "x" * 300,
        "\u202eelif",
    ]
    lines = [{"video": name, "start": 0, "end": n + 1, "text": "It moves."} for n, name in enumerate(names)]
    (home / "labels.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    made = build(
        home / "out",
        labels=[Table(path=str(home / "labels.jsonl"), lane="events")],
        stages=[Tasks(tasks=["grounded_caption"])],
        cache=home / "cache",
    )
    assert made["inputs"] == len(names)
    assert made["kept"] == len(names)
    assert [path.relative_to(tmp_path) for path in tmp_path.iterdir()] == [Path("a")]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["b"]
    assert {path.name for path in home.iterdir()} <= {"labels.jsonl", "out", "cache"}
    assert not [path for path in home.rglob("*") if "evil" in path.name or path.is_symlink()]
