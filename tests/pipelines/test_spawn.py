"""Stages that make new videos of those that came in: what becomes of both is accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rough_stages import Plain, Reels, Reread, Rough

from vdata.pipelines.build import run_build
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.run import remaining
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.route import Known, gaps, make_route
from vdata.pipelines.storage.parts import Parts
from vdata.stages import Stage
from vdata.stages.labels.kinds.activitynet import Activitynet

pytestmark = pytest.mark.usefixtures("ray")


@pytest.fixture(autouse=True)
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remaining, "SLOW_UNIT", 1)


def config(folder: Path, *stages: Stage, **videos: list[str]) -> Config:
    shaped = {
        name: {"duration": 10.0, "timestamps": [[n, n + 1] for n in range(len(said))], "sentences": said}
        for name, said in videos.items()
    }
    (folder / "labels.json").write_text(json.dumps(shaped))
    imports = [Activitynet(kind="activitynet", path=str(folder / "labels.json"), lane="events")]
    return Config(labels=imports, stages=list(stages), output={"path": folder / "out"}, cache=folder / "cache")


def build(made: Config) -> int:
    return run_build(made, limit=None, address=None, overwrite=False)


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    return [row for path in sorted((out / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def words(out: Path) -> list[str]:
    return [row["answer"] for row in rows(out, "data")]


@pytest.mark.slow
def test_inputs_and_new_videos_add_up_each_on_its_own(tmp_path: Path) -> None:
    videos = {"a": ["One.", "Two.", "It fails."], "b": ["Three."], "c_drops": ["Four."], "d": ["It kills.", "Five."]}
    made = config(tmp_path, Rough(), Reels(), **videos)
    out = tmp_path / "out"
    assert build(made) == 0
    summary = json.loads((out / "build.json").read_text())
    assert {key: summary[key] for key in ("inputs", "kept", "dropped", "failed")} == {
        "inputs": 4, "kept": 3, "dropped": 1, "failed": 0,
    }  # fmt: skip
    assert {key: summary["made"][key] for key in ("videos", "kept", "dropped", "failed")} == {
        "videos": 6, "kept": 4, "dropped": 0, "failed": 2,
    }  # fmt: skip
    assert words(out) == ["One.", "Two.", "Three.", "Five."]  # in the order of the inputs
    rejects = sorted((row["stage"], row["kind"], row["reason"]) for row in rows(out, "rejects"))
    assert rejects == [
        ("reels", "failed", "no_luck"), ("reels", "failed", "worker_died"), ("rough", "dropped", "too_odd"),
    ]  # fmt: skip
    published = rows(out, "timelines")
    timelines = [row for row in published if row["state"] == "kept"]
    assert len(timelines) == 4
    assert [row["uri"] for row in published if row["state"] == "input"] == ["a", "b", "d"]
    assert summary["ended"] == {"dropped": 1, "failed": 2, "input": 3}
    assert all((out / row["uri"]).read_text() in words(out) for row in timelines)
    assert "about 4 videos" in (out / "README.md").read_text()


def test_rows_that_are_done_are_not_made_again(tmp_path: Path) -> None:
    made = config(tmp_path, Reels(), Plain(of="replies"), **{name: [f"{name}{n}." for n in range(4)] for name in "ab"})
    out = tmp_path / "out"
    assert build(made) == 0
    first = rows(out, "data")
    store = Parts(out / ".vdata" / "parts" / "1")
    parts = list(store.sound())
    assert len(parts) > 2
    times = {path: path.stat().st_mtime_ns for path in (out / "media").iterdir()}
    store.remove(parts[0])  # as if the build had been killed before it was committed
    lost = {outcome.id for outcome in parts[0].outcomes}
    assert build(made) == 0
    again = {path.stem for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert again == lost
    assert [row["id"] for row in rows(out, "data")] == [row["id"] for row in first]


def test_a_file_that_no_row_names_any_more_goes(tmp_path: Path) -> None:
    made = config(tmp_path, Reels(), a=["One.", "Two."])
    assert build(made) == 0
    assert build(config(tmp_path, Reels(), a=["One.", "Three."])) == 0
    assert sorted(path.read_text() for path in (tmp_path / "out" / "media").iterdir()) == ["One.", "Three."]


def test_a_later_pass_finds_the_file(tmp_path: Path) -> None:
    assert build(config(tmp_path, Reels(), Reread(), a=["One."], b=["Two."])) == 0
    told = [row["lane_replies"][0]["text"] for row in rows(tmp_path / "out", "timelines") if row["state"] == "kept"]
    assert told == ["ONE.", "TWO."]


def test_what_is_written_after_new_videos_is_no_remedy_before() -> None:
    from vdata.stages.haystack.hide import Hide
    from vdata.stages.haystack.render import Render

    assert list(gaps([Known(Hide()), Known(Render())], set())) == []  # probe is put before hide
    route = make_route([Hide(), Render()])
    assert [step.stage.name() for step in route.steps] == ["probe", "hide", "render"]


def test_lanes_of_the_inputs_are_not_those_of_the_new_videos(tmp_path: Path) -> None:
    route = resolve_plan(config(tmp_path, Reels(), Plain(), a=["One."]))
    (gap,) = gaps([Known(stage) for stage in route.stages], {"events"})
    assert (gap.index, gap.lane) == (1, "events")
