"""What every stage has: an identity apart from its name."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from vdata.pipelines.planning.plan import resolve_plan, settings_of
from vdata.pipelines.settings.config import Config, Output
from vdata.pipelines.storage.cache import Cache, run_cached
from vdata.schemas import Media, Sample, Span, Timeline, make_id
from vdata.stages import Stage, find_stages
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.media.probe import Probe


class Quiz(Tasks):
    """The stage tasks under another name."""

    key: ClassVar[str] = "tasks"


class Exam(Tasks):
    """A stage of its own that does the same."""


class Inspect(Probe):
    """The stage probe under another name."""

    key = "probe"


def samples_of(stage: Stage) -> list[Sample]:
    video = Timeline("some.mp4", make_id("some"), 100.0)
    does = ("sits", "runs", "eats")
    video.put("events", [Span(10 * n, 10 * n + 7, f"the man {what}") for n, what in enumerate(does)])
    return list(stage.run(video).samples)


def test_a_stage_that_is_renamed_keeps_the_ids_and_seeds_of_its_samples() -> None:
    samples = samples_of(Tasks())
    assert (Tasks.name(), Quiz.name(), Exam.name()) == ("tasks", "quiz", "exam")
    assert len(samples) > 5
    assert samples_of(Quiz()) == samples
    assert {sample.id for sample in samples_of(Exam())}.isdisjoint(sample.id for sample in samples)


def test_a_stage_that_is_renamed_finds_what_the_cache_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache = tmp_path / "some.mp4", Cache(tmp_path / "cache")
    path.write_bytes(b"nothing")
    monkeypatch.setattr(Probe, "run", lambda self, video: laid(video))
    assert run_cached(Probe(), Timeline(str(path)), cache)[1] is False
    video, cached = run_cached(Inspect(), Timeline(str(path)), cache)
    assert cached
    assert video.duration == 5.0


def laid(video: Timeline) -> Timeline:
    video.media = Media(duration=5.0, sha256="1" * 64)
    return video


def test_a_stage_that_is_renamed_does_not_change_the_settings_of_a_build() -> None:
    def settings(stage: Stage) -> object:
        config = Config(videos=["*.mp4"], stages=[stage], output=Output(path=Path("out")))
        return settings_of(config, resolve_plan(config))

    assert settings(Quiz()) == settings(Tasks())
    assert settings(Exam()) != settings(Tasks())


def test_only_a_stage_that_was_split_off_another_shares_its_key() -> None:
    shared = {name: cls for name, cls in find_stages().items() if cls.key != name}
    assert {name: cls.key for name, cls in shared.items() if cls.key not in cls.formerly} == {}
    assert {cls.key for cls in shared.values()} == {"caption"}
