"""Videos whose decoding crashes, hangs or floods memory, several at once, in a real build with good ones."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from poison import Poison

from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.stages.media.shots import Shots

pytestmark = [pytest.mark.usefixtures("ray"), pytest.mark.slow]

POISON = {
    "crashes": ("decoder_crashed", "killed by SIGSEGV (2 attempts)"),
    "kills": ("decoder_crashed", "killed by SIGKILL (the system kills so when memory runs out) (2 attempts)"),
    "hangs": ("decoder_timeout", "made no progress for 5 seconds (2 attempts)"),
    "crawls": ("decoder_timeout", "took more than 10 seconds (2 attempts)"),
    "floods": ("decoder_out_of_memory", "needed more than 512 MiB of memory (2 attempts)"),
}
LIMITS = {"crashes": 0, "kills": 0, "hangs": 5, "crawls": 10, "floods": 0}
NAMES = [f"{kind}{n}" for kind in POISON for n in range(1 if kind == "crawls" else 2)]
GOOD = 6


def build(folder: Path, out: str) -> dict[str, Any]:
    stages = [Poison(seconds=10, timeout=5, max_memory=512), Shots()]
    config = Config(
        videos=[str(folder / "*.mp4")], stages=stages, output={"path": folder / out}, cache=folder / "cache"
    )
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    made: dict[str, Any] = json.loads((folder / out / "build.json").read_text())
    return made


def rows(out: Path, table: str) -> dict[str, dict[str, Any]]:
    found = [row for path in (out / table).glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert len({row["uri"] for row in found}) == len(found), "one row a video"
    return {Path(row["uri"]).stem: {name: value for name, value in row.items() if name != "trail"} for row in found}


def test_poison_ends_as_one_row_each_and_harms_nothing_else(tmp_path: Path, make_videos: ModuleType) -> None:
    for n in range(GOOD):
        make_videos.plain(tmp_path / f"good{n}.mp4", 25 + n)
    clean = build(tmp_path, "clean")
    assert clean["kept"] == GOOD
    good = rows(tmp_path / "clean", "timelines")
    for path in tmp_path.glob("*.tries"):
        path.unlink()
    for number, name in enumerate(NAMES):
        make_videos.plain(tmp_path / f"{name}.mp4", 40 + number)
    for path in (tmp_path / "cache").glob("poison/*/*"):
        path.unlink()

    made = build(tmp_path, "out")
    assert (made["kept"], made["dropped"], made["failed"]) == (GOOD, 0, len(NAMES))
    rejects = rows(tmp_path / "out", "rejects")
    assert {name: (row["reason"], row["detail"]) for name, row in rejects.items()} == {
        name: POISON[name.rstrip("01")] for name in NAMES
    }
    assert {row["kind"] for row in rejects.values()} == {"failed"}
    published = rows(tmp_path / "out", "timelines")
    assert {name: row for name, row in published.items() if row["state"] == "kept"} == good
    assert {name for name, row in published.items() if row["state"] == "failed"} == set(NAMES)
    tries = {path.stem: path.read_text().split() for path in tmp_path.glob("*.tries")}
    children = {name: len(set(tries.get(name, []))) for name in NAMES}
    assert [name for name, count in children.items() if count != 2 and not LIMITS[name.rstrip("01")]] == []
    assert max(children.values()) == 2, "on a busy machine a child's time may be over before it can note its attempt"
    assert {name: len(children) for name, children in tries.items() if name not in NAMES} == dict.fromkeys(good, 1)
    limit = 2 * sum(LIMITS[name.rstrip("01")] for name in NAMES)
    assert made["seconds"] < limit + 300, "two attempts each, one after the other at worst, and what a build takes"

    assert build(tmp_path, "out")["generation"] == made["generation"]
    assert {path.stem: path.read_text().split() for path in tmp_path.glob("*.tries")} == tries, "not tried again"
