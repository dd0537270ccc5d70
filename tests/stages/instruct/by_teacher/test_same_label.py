"""Questions about one thing at several times: families whose spans have one label."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from scripted_teacher import loose

from vdata.schemas import Span, Timeline, make_id
from vdata.stages.instruct.by_teacher.questions import Questions

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

FAMILY = {"name": "change", "ask": "Ask how it has changed.", "same_label": True, "keep": ["change", "side"]}
GOOD = {"question": "How has the lung changed?", "answer": "It is clear now.", "evidence": ["r4", "r1"]}


def visits() -> Timeline:
    """Two visits, of which the heart is told of at one alone, and the bone twice at the first."""
    video = Timeline("visits", make_id("visits"), 2.0)
    told: tuple[tuple[int, str, str, dict[str, str]], ...] = (
        *((0, "lung", "a shadow", {"side": "left"}), (0, "bone", "brittle", {}), (0, "bone", "crooked", {})),
        *((1, "lung", "clear", {"change": "better"}), (1, "heart", "large", {})),
    )
    video.put("regions", [Span(at, at + 1, text, label, attrs=attrs) for at, label, text, attrs in told])
    return video


def asked(teacher: ScriptedTeacher, video: Timeline) -> Timeline:
    stage = Questions.model_validate({"from": ["regions"], "tasks": [FAMILY], "per_task": 4})
    return asyncio.run(stage.run(video, teacher))


def test_the_label_is_told_and_kept_with_what_the_last_span_says_besides(scripted: type[ScriptedTeacher]) -> None:
    teacher = scripted(loose({"items": [GOOD]}))
    (sample,) = asked(teacher, visits()).samples
    assert [one.text for one in sample.evidence] == ["a shadow", "clear"]
    assert (sample.params["label"], sample.params["change"]) == ("lung", "better")
    assert "side" not in sample.params, "which the first span says"
    (text,) = teacher.texts()
    assert "s: lung: a shadow" in text
    assert "s: lung: clear" in text
    assert "cite spans of it alone, of at least 2 times" in text
    assert not any(word in text for word in ("large", "brittle", "crooked")), "of which one visit alone tells"


def test_spans_of_two_labels_or_of_one_time_are_rejects(scripted: type[ScriptedTeacher]) -> None:
    video = visits()
    video.lane("regions").append(Span(1, 2, "straight", "bone"))
    items: list[dict[str, Any]] = [
        {**GOOD, "evidence": ["r1", "r6"]},
        {**GOOD, "evidence": ["r2", "r3"]},
        {**GOOD, "evidence": ["r4"]},
    ]
    asked(scripted(loose({"items": items})), video)
    assert not video.samples
    found = [(one.reason, one.value, one.threshold) for one in video.rejects]
    assert found == [("labels_differ", 2, 1), ("too_few_spans", 1, 2), ("too_few_spans", 1, 2)]
    assert '"why": "bone, lung"' in video.rejects[0].detail


def test_nothing_is_asked_where_no_label_is_there_twice(scripted: type[ScriptedTeacher]) -> None:
    video = Timeline("visits", make_id("visits"), 2.0)
    video.put("regions", [Span(0, 1, "clear", "lung"), Span(1, 2, "large", "heart")])
    teacher = scripted(loose({"items": [GOOD]}))
    asked(teacher, video)
    assert not teacher.asked
    stage = Questions.model_validate({"from": ["regions"], "tasks": [FAMILY]})
    assert stage.summary(video.report) == (
        "questions: asked for, and nothing was made: change (1 × no stretch with the 2 spans that it needs)."
    )
