"""Publishing in pieces: the same shards whoever writes them, in whatever order the pieces are done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.pipelines.build import run_build
from vdata.pipelines.dataset import publish as publishing
from vdata.pipelines.dataset import shard_jobs
from vdata.pipelines.dataset.shard_jobs import planned
from vdata.pipelines.dataset.spreading import here
from vdata.pipelines.run import pass_runner, remaining
from vdata.pipelines.run.pass_runner import PassRunner
from vdata.pipelines.settings.config import Config
from vdata.stages import Stage
from vdata.stages.gather.split import Split
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.labels.kinds.activitynet import Activitynet

VIDEOS = 40


def config(folder: Path, *stages: Stage) -> Config:
    said = {
        f"v{n}": {"duration": 9.0, "timestamps": [[0, 1], [2, 9]], "sentences": [f"v{n} moves.", "It ends."]}
        for n in range(VIDEOS)
    }
    said["v7"] = {"duration": 9.0, "timestamps": [[0, 99]], "sentences": ["It is too long."]}
    (folder / "labels.json").write_text(json.dumps(said))
    labels = [Activitynet(kind="activitynet", path=str(folder / "labels.json"), lane="events")]
    return Config(labels=labels, stages=list(stages), output={"path": folder / "out"}, cache=folder / "cache")


def build(made: Config) -> dict[str, Any]:
    assert run_build(made, limit=None, address=None, overwrite=False) == 0
    record: dict[str, Any] = json.loads((made.output.path / "build.json").read_text())
    return record


def again(made: Config) -> dict[str, Any]:
    """Publish it once more: a shard is gone."""
    next((made.output.path / "timelines").glob("*.parquet")).unlink()
    return build(made)


def backwards(work: Callable[[Any], Any], jobs: Sequence[Any], /) -> Iterator[Any]:
    """Do the last job first, as another worker may."""
    return iter([work(job) for job in reversed(jobs)][::-1])


@pytest.mark.parametrize("split", [False, True])
def test_the_shards_do_not_depend_on_who_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: bool
) -> None:
    without_ray(monkeypatch)
    monkeypatch.setattr(publishing, "ROWS_A_GROUP", 5)
    monkeypatch.setattr(publishing, "ROWS_A_SHARD", 20)
    monkeypatch.setattr(shard_jobs, "PARTS_A_COUNT", 3)
    stages = [Tasks(), Split(train=0.6, validation=0.2, test=0.2)] if split else [Tasks()]
    made = config(tmp_path, *stages)
    before = build(made)
    card = (made.output.path / "README.md").read_text()
    assert sum(name.startswith("data/train") for name in before["files"]) > 1
    monkeypatch.setattr(PassRunner, "workers", lambda *_: backwards)
    after = again(made)
    for key in ("files", "tasks", "splits", "samples", "rejects", "ended", "baselines"):
        assert before.get(key) == after.get(key), key
    assert (made.output.path / "README.md").read_text() == card
    videos = [
        row["video_id"]
        for name in sorted(name for name in after["files"] if name.startswith("data/train"))
        for row in pq.read_table(made.output.path / name).to_pylist()
    ]
    assert len(set(videos)) == len([one for n, one in enumerate(videos) if one != videos[n - 1]]), "in input order"
    assert not list(made.output.path.rglob(".staging-*"))


def test_a_piece_that_fails_leaves_nothing_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    monkeypatch.setattr(publishing, "ROWS_A_GROUP", 5)
    monkeypatch.setattr(publishing, "ROWS_A_SHARD", 20)
    made = config(tmp_path, Tasks())

    def full(work: Callable[[Any], Any], jobs: Sequence[Any], /) -> Iterator[Any]:
        yield work(jobs[0])
        assert list(made.output.path.rglob(".staging-*"))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(PassRunner, "workers", lambda *_: full)
    assert run_build(made, limit=None, address=None, overwrite=False) == 1
    assert not list(made.output.path.rglob(".staging-*"))
    monkeypatch.setattr(PassRunner, "workers", lambda *_: here)
    assert build(made)["samples"] > 0


def test_what_becomes_one_shard_is_planned_by_rows_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "ROWS_A_GROUP", 10)
    monkeypatch.setattr(publishing, "ROWS_A_SHARD", 25)
    assert planned((n, 1, 1.0) for n in range(60)) == [[*range(30)], [*range(30, 60)]]
    monkeypatch.setattr(shard_jobs, "BYTES_A_JOB", 4)
    assert planned((n, 1, 1.0) for n in range(10)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert planned(iter(())) == []


@pytest.mark.slow
def test_rays_workers_write_the_same_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remaining, "LABEL_UNIT", 4)
    monkeypatch.setattr(pass_runner, "SPREAD_PARTS", 1)
    made = config(tmp_path, Tasks(), Split(train=0.6, validation=0.2, test=0.2))
    before = build(made)
    monkeypatch.setattr(PassRunner, "workers", lambda *_: here)
    after = again(made)
    assert (before["files"], before["splits"]) == (after["files"], after["splits"])
