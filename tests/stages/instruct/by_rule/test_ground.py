"""Questions that ask for the stretch that shows the answer, and answers that begin with it."""

from __future__ import annotations

from typing import Any

import pytest

from vdata.export.times import Times
from vdata.rules.clock import Clock
from vdata.rules.letters import item_of
from vdata.rules.stretch import stretch_of
from vdata.schemas import Evidence, Message, Sample, Timeline, make_id
from vdata.stages.instruct.by_rule.ground import Ground


def sample(*spans: tuple[float, float], task: str = "what", form: str = "tokens") -> Sample:
    evidence = [Evidence(start, end, "events", "He waxes a board.", f"s{start}") for start, end in spans]
    params = {**Clock(form, 100.0, 301).params(), "kind": "sentence"}  # type: ignore[arg-type]
    messages = [Message("user", "What does he do?"), Message("assistant", "He waxes it.")]
    start, end = spans[0][0], spans[-1][1]
    return Sample(task, "What does he do?", "He waxes it.", start, end, evidence, params, messages=messages, id="first")


def run(*samples: Sample, **settings: Any) -> Timeline:
    video = Timeline("wax.mp4", make_id("wax"), 100.0)
    video.samples = list(samples)
    return Ground.model_validate(settings).run(video)


def said(one: Sample) -> list[str]:
    return [message.content for message in one.messages]


def test_the_stretch_is_asked_for_and_comes_first_in_the_clock_of_the_sample() -> None:
    (made,) = run(sample((10, 15.2), (16, 20)), requests=["Say when."]).samples
    assert said(made) == ["What does he do?\nSay when.", "From <30> to <60>. He waxes it."]
    assert (made.question, made.answer, made.params["grounded"]) == ("What does he do?", "He waxes it.", "yes")
    assert made.id != "first"
    (seconds,) = run(sample((10, 20), form="seconds"), requests=["Say when."]).samples
    assert said(seconds)[1] == "From 10.0 to 20.0 seconds. He waxes it."


def test_options_keep_their_letters() -> None:
    choice = item_of(sample((10, 20)), ["He sits.", "He waxes it.", "He runs."], "Which?", "")
    (made,) = run(choice).samples
    assert said(made)[1] == "From <30> to <60>. B. He waxes it."


@pytest.mark.parametrize(
    "given",
    [sample((10, 20), (40, 50)), sample((0, 95)), sample((10, 20), task="moment_retrieval"), sample((10, 10))],
)
def test_what_rests_on_no_single_stretch(given: Sample) -> None:
    assert run(given).samples == [given]
    video = run(given, others="drop")
    assert video.samples == []
    assert [reject.reason for reject in video.rejects] == ["no_single_stretch"]
    assert run(given, others="drop", tasks=["why"]).samples == [given], "other tasks are left alone"


def test_a_clip_that_is_shown_alone_has_no_stretch_in_the_video() -> None:
    alone = sample((10, 20), task="captioning")
    alone.params["about"] = "spans"
    assert run(alone).samples == [alone]


def test_exports_write_the_stretch_in_other_clocks_and_show_the_whole_video() -> None:
    (made,) = run(sample((10, 20)), requests=["Say when."]).samples
    changed = Times(time_format="seconds").rewrite(made)
    assert said(changed) == ["What does he do?\nSay when.", "From 10.0 to 20.0 seconds. He waxes it."]
    assert stretch_of(sample((10, 20))) == (10, 20)
    assert stretch_of(made) is None
