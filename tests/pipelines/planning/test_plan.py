"""The route of a config, and what it says of the inputs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from vdata.pipelines.inputs.sources import find_sources
from vdata.pipelines.planning import plan
from vdata.pipelines.planning.plan import cpu_seconds, look_at_inputs
from vdata.pipelines.settings.route import make_route
from vdata.schemas import Timeline
from vdata.schemas.input_video import Source
from vdata.schemas.timeline import Reject
from vdata.stages import Gather, Stage, find_stages


class Reader(Stage):
    reads: ClassVar[frozenset[str]] = frozenset({"labels"})


class Mixer(Gather):
    on: bool = True

    def gathers(self) -> bool:
        return self.on

    def digest(self, video: Timeline) -> Any:
        return None

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        return {}

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        return video


def stage(name: str, **settings: Any) -> Stage:
    return find_stages()[name](**settings)


def names(stages: list[Stage]) -> list[str]:
    return [one.name() for one in stages]


def test_probe_and_scan_are_added_where_they_are_first_needed() -> None:
    route = make_route([Reader(), stage("shots"), stage("quality")], {"labels"})
    assert [(one.stage.name(), one.added, one.listed) for one in route.steps] == [
        ("reader", False, 0),
        ("probe", True, None),
        ("scan", True, None),
        ("shots", False, 1),
        ("quality", False, 2),
    ]
    assert route.opens_videos


def test_files_are_probed_before_what_goes_by_their_length() -> None:
    by_length = stage("keep", where={"seconds": {"min": 2}})
    assert names(make_route([by_length, stage("scan")]).stages) == ["probe", "keep", "scan"]
    assert names(make_route([by_length], videos=False).stages) == ["keep"], "labels say how long their videos are"
    assert names(make_route([stage("keep", where={"attr.topic": ["a"]})]).stages) == ["keep"]


def test_what_is_listed_is_not_added() -> None:
    assert names(make_route([stage("probe", max_seconds=9), stage("scan")]).stages) == ["probe", "scan"]
    assert names(make_route([stage("scan")]).stages) == ["probe", "scan"]


def test_a_road_of_labels_opens_nothing() -> None:
    route = make_route([Reader()], {"labels"})
    assert names(route.stages) == ["reader"]
    assert not route.opens_videos
    assert cpu_seconds(route, plan.Inputs()) == 0


def test_gather_stages_begin_a_pass() -> None:
    route = make_route([stage("scan"), Mixer(), Reader(), Mixer(on=False), Mixer()])
    assert names(route.stages) == ["probe", "scan", "mixer", "reader", "mixer", "mixer"]
    assert [step.in_pass for step in route.steps] == [0, 0, 1, 1, 1, 2]
    assert [step.in_pass for step in make_route([Mixer()]).steps] == [1]


def test_inputs_are_counted_and_measured_by_their_headers(clips: Path) -> None:
    sources = list(find_sources([str(clips / "*.mp4")]))
    sources.append(Source("gone.mp4", problem=Reject("input", "failed", "not_found")))
    sources.append(Source("row", opens=False, duration=12.5))
    inputs = look_at_inputs(sources)
    assert (inputs.videos, inputs.label_only, inputs.unusable) == (4, 1, 1)
    assert (inputs.read, inputs.unreadable) == (4, 0)
    assert inputs.label_seconds == 12.5
    assert inputs.seconds == pytest.approx(23.3, abs=0.3)
    assert inputs.bytes == sum(path.stat().st_size for path in clips.glob("*.mp4"))
    scanned = cpu_seconds(make_route([stage("scan")]), inputs)
    assert scanned is not None
    frames = 132 + 250 + 120 + 120
    assert scanned == pytest.approx(
        frames * plan.FRAME_SECONDS + (132 * 1280 * 720 + 250 * 640 * 272 + 240 * 176 * 144) * plan.PIXEL_SECONDS,
        rel=0.02,
    )


def test_a_file_that_is_no_video_is_counted_and_does_no_harm(tmp_path: Path, clips: Path) -> None:
    (tmp_path / "bad.mp4").write_bytes(b"not a video" * 99)
    (tmp_path / "bikes.mp4").write_bytes((clips / "bikes.mp4").read_bytes())
    inputs = look_at_inputs(find_sources([str(tmp_path)]))
    assert (inputs.videos, inputs.read, inputs.unreadable) == (2, 1, 1)
    assert inputs.seconds == pytest.approx(10, abs=0.5)


def test_many_inputs_are_extrapolated_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    from vdata.video.decode import sandbox

    def look(name: str, path: str, **limits: Any) -> tuple[float, float, int]:
        return float(path), 25.0, 1000

    monkeypatch.setattr(sandbox, "call", look)
    sources = [Source(f"{n}", path=f"{n % 7 + 1}", size=(n % 7 + 1) * 1000) for n in range(500)]
    inputs = look_at_inputs(sources, sample=10)
    truth = float(sum(n % 7 + 1 for n in range(500)))
    assert (inputs.videos, inputs.read) == (500, 10)
    assert inputs.seconds == pytest.approx(truth)
    for source in sources:
        source.size = None
    rough = look_at_inputs(sources, sample=10).seconds
    assert rough is not None
    assert truth / 2 < rough < truth * 2


def test_videos_are_probed_for_labels_that_need_their_lengths() -> None:
    assert names(make_route([stage("tasks", of=["events"])], {"events"}).stages) == ["tasks"]
    assert names(make_route([stage("tasks", of=["events"])], {"events"}, measured=True).stages) == ["probe", "tasks"]
    assert names(make_route([stage("probe"), stage("scan")], measured=True).stages) == ["probe", "scan"]
