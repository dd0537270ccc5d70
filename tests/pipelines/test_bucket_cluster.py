"""A build on two nodes that share nothing but a bucket: videos, cache, replies and output are all there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import killing
import openai_server
import pytest
from object_store import ObjectStore
from ray_start import RAY, cluster

from vdata.pipelines.dataset.fetched import local_folder
from vdata.schemas.atomic_file import copy
from vdata.schemas.bucket_path import BucketPath

VIDEOS = 16
LONG = 600.0
ROOT = BucketPath("s3://lab")
CONFIG = """
videos: s3://lab/videos/*.mp4
labels: [{{kind: table, path: s3://lab/labels.csv, lane: events}}]
teachers: {{scripted: {{kind: openai, model: scripted, base_url: ["{url}"], concurrency: 8}}}}
stages: [scan, {{shots: {{min_seconds: 0.2}}}}, {{caption: {{of: shots}}}}, {{tasks: {{of: [events, captions]}}}}]
output: {{path: {out}, media: clips}}
cache: {cache}
replies: {replies}
"""


class Machine:
    """What one machine has to itself: a home, a working folder, a cache, a folder for what does not last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work, self.cache, self.passing = folder / "work", folder / "cache", folder / "tmp"
        for one in (self.work, self.cache, self.passing):
            one.mkdir(parents=True)
        homes = {"XDG_CACHE_HOME": str(self.cache), "TMPDIR": str(self.passing)}
        self.variables = {"HOME": str(folder), "PWD": str(self.work), **homes}

    def vdata(self, config: str, *words: str) -> str:
        """What ``vdata build`` says, called here."""
        (self.work / "build.yaml").write_text(config)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        with tempfile.TemporaryDirectory(prefix="v", dir="/tmp", ignore_cleanup_errors=True) as short:  # for sockets
            done = subprocess.run(
                [sys.executable, "-m", "vdata", "build", "build.yaml", *words],
                cwd=self.work,
                env=kept | self.variables | {"RAY_TMPDIR": short},
                capture_output=True,
                text=True,
                timeout=LONG,
                check=False,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def left(self) -> set[str]:
        """The folders of what is left of a build here: no part of its output, of its cache and of its replies."""
        files = (path.relative_to(self.folder) for path in self.folder.rglob("*") if path.is_file())
        return {path.parts[0] if path.parts[0] != "cache" else "/".join(path.parts[:3]) for path in files}


def rows(folder: Path) -> Any:
    return killing.logical(folder), killing.funnel(folder)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="two nodes of one machine")
def test_two_nodes_share_nothing_but_a_bucket(
    object_store: ObjectStore, make_videos: ModuleType, tmp_path: Path
) -> None:
    lines = ["video,start,end,text"]
    for n in range(VIDEOS):
        make_videos.plain(tmp_path / f"v{n:02d}.mp4", 26 + n)
        copy(tmp_path / f"v{n:02d}.mp4", ROOT / "videos" / f"v{n:02d}.mp4")
        lines.append(f"v{n:02d}.mp4,0.1,0.5,A disc falls for the {n}th time.")
    (ROOT / "labels.csv").write_text("\n".join(lines))
    out, places = "s3://lab/sets/demo", {"cache": "s3://lab/cache", "replies": "s3://lab/replies"}
    with openai_server.running() as url:
        alone = Machine(tmp_path / "alone")
        alone.vdata(CONFIG.format(url=url, out="out", cache="cache", replies="replies"))
        asked = openai_server.counters(url)["calls"]
    with openai_server.running(mean=0.2) as url:
        config = CONFIG.format(url=url, out=out, **places)
        pairs = [[Machine(tmp_path / name / node) for node in ("first", "second")] for name in ("before", "after")]
        for number, (first, second) in enumerate(pairs):
            words = [RAY, "get-auth-token", "--generate"]
            subprocess.run(words, env=os.environ | first.variables, check=True, capture_output=True)
            (second.folder / ".ray").mkdir()
            (second.folder / ".ray/auth_token").write_bytes((first.folder / ".ray/auth_token").read_bytes())
            with cluster(first.folder, 6421 + number, [one.variables for one in (first, second)]) as started:
                said = first.vdata(config, "--address", started.address, *(["--overwrite"] if number else []))
            assert f"{VIDEOS} kept, 0 dropped, 0 failed" in said
            folder = local_folder(out, tmp_path / "fetches")
            assert rows(folder) == rows(alone.work / "out")
            assert (killing.duplicates(folder), killing.unreadable(folder)) == ([], [])
            if not number:
                for one in (first, second):
                    assert any((one.cache / "vdata/fetched").iterdir()), "each has fetched videos, and kept them"
                assert len(list((ROOT / "sets/demo/.vdata/spent").glob("*.json"))) >= 2, "both have asked"
            assert second.left() <= {".ray", "cache/vdata/fetched"}
            assert {path.name for path in first.work.iterdir()} == {"build.yaml"}
            assert list(second.work.iterdir()) == []
            assert openai_server.counters(url)["calls"] == asked >= VIDEOS, "machines that come later ask nothing"
