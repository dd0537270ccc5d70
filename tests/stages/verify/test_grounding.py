"""Words of a teacher that are in nothing that it cites."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from vdata.schemas import Evidence, Message, Sample, Span, Timeline, make_id
from vdata.schemas.sample import INFERRED, WRITTEN_FROM
from vdata.stages.verify.finding import Facts
from vdata.stages.verify.verify import Verify

LINES = (
    "A woman pours flour into a bowl.",
    "She adds warm water and a spoon of salt.",
    "A boy covers the bowl with a towel.",
)
TIMED = {"rule": "moment_retrieval", "time_format": "seconds"}
SAID = ("Now it rests so that it rises.", "After forty minutes it sounds hollow.")


def video() -> Timeline:
    made = Timeline("bread.mp4", make_id("bread"), 60.0)
    made.put("events", [Span(10.0 * n, 10.0 * n + 10, text) for n, text in enumerate(LINES)])
    made.put("speech", [Span(20, 30, SAID[0]), Span(40, 50, SAID[1])])
    return made


def verdict(
    question: str, answer: str, cites: int, task: str = "what", policy: dict[str, Any] | None = None, **more: Any
) -> str:
    """The reason for which *answer*, which cites one of LINES, is dropped by the check; or its verdict."""
    made = video()
    span = made.lane("events")[cites]
    sample = Sample(
        task, question, answer, span.start, span.end,
        [Evidence(span.start, span.end, "events", span.words, span.id)],
        messages=[Message("user", question), Message("assistant", answer)], teacher="t", **more,
    )  # fmt: skip
    made.samples = [sample]
    asyncio.run(Verify(captions=[], checks=["grounding"], policy=policy or {}).run(made, None))
    reasons = [reject.reason for reject in made.rejects]
    return reasons[0] if reasons else "".join(check.verdict for check in sample.checks)


@pytest.mark.parametrize(
    ("question", "answer", "cites", "outcome"),
    [
        ("What does the woman add?", "Warm water and salt.", 1, "pass"),
        ("How is the bowl closed?", "Somebody lays a towel over it.", 2, "pass"),
        ("What is the bowl covered with?", "A cloth of linen.", 2, "words_not_in_evidence"),
        ("What does the woman do?", "She cuts a cross into the loaf.", 1, "words_not_in_evidence"),
        ("How does the man add salt?", "With a spoon.", 1, "other_person"),
        ("What does the woman pour flour into a bowl?", "A bowl of flour.", 0, "nothing_asked"),
        ("What is not shown?", "No butter is put on the bread.", 1, ""),
        ("Does the woman pour flour into a bowl?", "Yes.", 0, ""),
        ("When does the woman add salt?", "It begins at 10 seconds.", 1, ""),
        ("What can be said?", "She forgoes cutting a cross into the loaf.", 1, ""),
        ("What would happen if nobody added salt?", "The bread tastes bland.", 1, "unsure"),
        ("What should a beginner know?", "Dough sticks to cold hands.", 1, "unsure"),
        ("Was macht die Frau mit dem Teig, und womit?", "Sie knetet ihn mit der Hand.", 1, "unsure"),
    ],
)
def test_answers_in_words(question: str, answer: str, cites: int, outcome: str) -> None:
    assert verdict(question, answer, cites) == outcome


@pytest.mark.parametrize(
    ("question", "rationale", "outcome"),
    [
        ("When does the boy help?", "", "pass"),
        ("At what time does something rest?", "", "pass"),  # what is said then
        ("When does a helper appear?", "", "unsure"),
        ("When does the woman pour something?", "", "moment_not_named"),
        ("When does a helper appear?", "The helper is the boy with the towel.", "pass"),
        ("What does the boy cover?", "", "asks_no_time"),
    ],
)
def test_questions_for_a_moment(question: str, rationale: str, outcome: str) -> None:
    assert verdict(question, "From 20 to 30 seconds.", 2, "when", params=TIMED, rationale=rationale) == outcome


def test_a_moment_in_words_of_no_span_is_tagged_and_may_be_dropped() -> None:
    asks = "When does a helper appear?"
    dropped = verdict(asks, "From 20 to 30 seconds.", 2, "when", policy={"moment_not_told": "drop"}, params=TIMED)
    assert dropped == "moment_not_told"
    assert verdict(asks, "From 20 to 30 seconds.", 2, "when", params=TIMED) == "unsure"
    stage = Verify(captions=[], checks=["grounding"])
    assert stage.summary({"samples": 2, "tag:moment_not_told": 1}) == (
        "verify: 2 samples, 0 dropped, 1 tagged (moment_not_told 1)"
    )


def test_what_is_to_be_concluded_need_not_be_told() -> None:
    asked = "What does the woman feel?", "Joy.", 1
    assert verdict(*asked, params={INFERRED: "true"}) == "unsure"
    assert verdict(*asked) == "words_not_in_evidence"


@pytest.mark.parametrize(
    ("question", "answer", "task", "outcome"),
    [
        ("What colour is the apron?", "It is striped in blue.", "what", "unsure"),  # no line tells of it
        ("When does the woman pour something?", "From 10 to 20 seconds.", "when", "unsure"),  # of something unsaid
        ("What does the boy cover?", "From 10 to 20 seconds.", "when", "asks_no_time"),
    ],
)
def test_what_frames_may_show_need_not_be_told(question: str, answer: str, task: str, outcome: str) -> None:
    params = TIMED if task == "when" else {}
    assert verdict(question, answer, 1, task, params={**params, WRITTEN_FROM: "frames"}) == outcome
    assert verdict(question, answer, 1, task, params=params) in (
        "words_not_in_evidence",
        "moment_not_named",
        "asks_no_time",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A loaf sounds hollow after forty minutes.", ""),
        ("A loaf sounds hollow after fifty minutes.", "number_not_in_lines"),
        ("A person pours milk into a pan.", "words_not_in_evidence"),
    ],
)
def test_captions_of_spoken_lines(text: str, reason: str) -> None:
    made = video()
    line = made.lane("speech")[1]
    (told,) = made.put("told", [Span(40, 50, text, attrs={"of": line.id})])
    made.put("captions", [Span(38, 46, text, attrs={"of": told.id})])  # as align moves it
    asyncio.run(Verify(checks=["grounding"]).run(made, None))
    assert [reject.reason for reject in made.rejects] == ([reason] if reason else [])


def test_captions_of_frames_are_not_looked_at() -> None:
    check = next(one for one in Verify().rule_checks() if one.name == "grounding")
    assert check.check_caption(Span(0, 9, "A heron flies by."), Facts(video())) is None
