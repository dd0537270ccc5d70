"""Builds with splits: shards of each, a card that loads, a doctor that sees leaks, exports of one split."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.dataset.finished import finished
from vdata.pipelines.dataset.publish import TableFiles, publish
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.run.passes import make_passes
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage.parts import file_sha256
from vdata.schemas.arrow import SAMPLES
from vdata.stages.caption.caption import Caption
from vdata.stages.gather.split import Split
from vdata.stages.haystack.hide import Hide
from vdata.stages.haystack.hide_settings import Task
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.labels.kinds.activitynet import Activitynet
from vdata.stages.media.shots import Shots


def build(folder: Path, *stages: Any, videos: int = 40, **settings: Any) -> Path:
    """The folder of a build of label-only rows, two events each."""
    said = {
        f"v{n}": {"duration": 9.0, "timestamps": [[0, 1], [2, 9]], "sentences": [f"v{n} moves.", "It ends."]}
        for n in range(videos)
    }
    (folder / "labels.json").write_text(json.dumps(said))
    labels = [Activitynet(kind="activitynet", path=str(folder / "labels.json"), lane="events")]
    config = Config(labels=labels, stages=list(stages), output={"path": folder / "out"}, cache=folder / "c", **settings)
    with pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        assert run_build(config, limit=None, address=None, overwrite=False) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("split"), Tasks(), Split(train=0.6, validation=0.2, test=0.2))


@pytest.fixture
def out(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "out")


def rows(out: Path, pattern: str) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "data").glob(pattern)) for row in pq.read_table(path).to_pylist()]


def test_every_sample_is_in_the_split_of_its_video(out: Path) -> None:
    summary = json.loads((out / "build.json").read_text())
    found = {split: rows(out, f"{split}-*") for split in ("train", "validation", "test")}
    assert {split: len(samples) for split, samples in found.items()} == summary["splits"]
    assert sum(summary["splits"].values()) == summary["samples"] == len(rows(out, "*"))
    assert all(found.values())
    timelines = pq.read_table(next((out / "timelines").iterdir())).to_pylist()
    splits = {row["id"]: {one["name"]: one["value"] for one in row["attrs"]}["split"] for row in timelines}
    for split, samples in found.items():
        assert {splits[row["video_id"]] for row in samples} == {split}


def test_it_loads_by_split_and_is_ready_to_be_pushed(out: Path, tmp_path: Path) -> None:
    summary = json.loads((out / "build.json").read_text())
    for split, count in summary["splits"].items():
        loaded = datasets.load_dataset(str(out), split=split, cache_dir=str(tmp_path / "hub"))
        assert loaded.num_rows == count
    ready = finished(out)
    assert {name.partition("-")[0] for name in ready.files if name.startswith("data/")} == {
        "data/train", "data/validation", "data/test",
    }  # fmt: skip
    assert not examine(out).findings


def test_doctor_sees_a_video_in_two_splits(out: Path) -> None:
    train, test = (next((out / "data").glob(f"{split}-*")) for split in ("train", "test"))
    table, other = pq.read_table(train), pq.read_table(test)
    moved = other.set_column(
        2, "video_id", table.column("video_id").slice(0, 1).combine_chunks().take([0] * len(other))
    )
    pq.write_table(moved, test)
    for name in ("build.json", ".vdata/published.json"):  # as if it had been built so
        path = out / name
        if name == "build.json":
            summary = json.loads(path.read_text())
            summary["files"][f"data/{test.name}"]["sha256"] = file_sha256(test)
            summary["splits"]["train"] += 1
            path.write_text(json.dumps(summary))
        else:
            path.unlink()
    told = "\n".join(str(finding) for finding in examine(out).findings)
    assert "1 videos are in train and in test: a leak" in told
    assert "its splits do not add up" in told


def test_an_export_is_of_one_split(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = json.loads((out / "build.json").read_text())["splits"]
    path = tmp_path / "e.json"

    def export(*more: str) -> tuple[int, int, str]:
        status = run(["export", str(out), "--format", "llava", "--out", str(path), "--overwrite", *more])
        told = capsys.readouterr()
        return status, len(json.loads(path.read_text())), told.out + told.err

    status, count, told = export()
    assert (status, count) == (0, counts["train"])
    assert "Of train only; --split validation, test or all for more." in told
    assert export("--split", "test")[:2] == (0, counts["test"])
    assert export("--split", "all")[:2] == (0, sum(counts.values()))


def test_a_split_without_rows_is_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = build(tmp_path, Tasks(), Split(train=0, validation=1, test=0), videos=3)
    assert {path.name.partition("-")[0] for path in (out / "data").iterdir()} == {"validation"}
    assert json.loads((out / "build.json").read_text())["splits"].keys() == {"validation"}
    assert 'split="validation"' in capsys.readouterr().out
    assert "data/train" not in (out / "README.md").read_text()
    assert not examine(out).findings
    path = tmp_path / "e.json"
    assert run(["export", str(out), "--format", "llava", "--out", str(path)]) == 0
    assert run(["export", str(out), "--format", "llava", "--out", str(path), "--split", "train"]) == 2
    assert "has no samples of the split train. It has validation." in capsys.readouterr().err


def test_without_the_stage_all_is_train(tmp_path: Path) -> None:
    out = build(tmp_path, Tasks(), videos=3)
    assert {path.name.partition("-")[0] for path in (out / "data").iterdir()} == {"train"}
    assert "splits" not in json.loads((out / "build.json").read_text())


def test_a_video_that_is_added_moves_no_other(tmp_path: Path) -> None:
    stages = Tasks(), Split(train=0.5, validation=0.25, test=0.25)

    def where(out: Path) -> dict[str, str]:
        return {
            row["video"]: path.name.partition("-")[0]
            for path in (out / "data").iterdir()
            for row in pq.read_table(path).to_pylist()
        }

    before = where(build(tmp_path, *stages, videos=12))
    after = where(build(tmp_path, *stages, videos=15))
    assert {video: after[video] for video in before} == before
    assert len(after) == 15


def test_shards_of_no_rows(tmp_path: Path) -> None:
    assert publish(tmp_path, "samples", SAMPLES, (), "g", split="test", empty=False) == TableFiles(0, {})
    assert list((tmp_path / "data").iterdir()) == []


def test_a_haystack_is_of_one_split() -> None:
    stage = Hide(tasks=[Task(task="retrieve", items=30)], lengths=[25.0])
    digests = [
        (f"v{n}", {
            "id": f"v{n}", "uri": f"v{n}.mp4", "content": f"{n}", "seconds": 10.0, "width": 64, "height": 36,
            "fps": 25.0, "seed": 0, "labels": [], "split": ("train", "test")[n % 2],
        })
        for n in range(8)
    ]  # fmt: skip
    plans = [plan for made in stage.gather(iter(digests)).values() for plan in made.values()]
    assert len(plans) == 30
    assert {plan["attrs"]["split"] for plan in plans} == {"train", "test"}
    side = {digest["uri"]: digest["split"] for _, digest in digests}
    for plan in plans:
        used = {side[piece["uri"]] for piece in plan["pieces"] if piece["uri"]}
        assert used == {plan["attrs"]["split"]}
    whole = [(video, {key: value for key, value in digest.items() if key != "split"}) for video, digest in digests]
    mixed = [plan for made in stage.gather(iter(whole)).values() for plan in made.values()]
    assert any(len({side[piece["uri"]] for piece in plan["pieces"] if piece["uri"]}) == 2 for plan in mixed)


def test_the_frame_table_is_there_for_a_split_after_a_teacher(tmp_path: Path) -> None:
    """The digest is taken at the end of the teacher's pass, to which the table is not handed on."""
    stages = [Shots(), Caption(), Split()]
    config = Config(videos=["v"], stages=stages, output={"path": tmp_path / "o"}, cache=tmp_path)
    media, asking, last = make_passes(config, resolve_plan(config), [], tmp_path / "o" / ".vdata" / "parts")
    assert [stage.name() for stage in asking.restore] == ["scan"]
    assert isinstance(asking.digest, Split)
    assert media.digest is None
    assert last.stages == [Split()]
