"""A rationale is checked step by step, after it was written: times, orders, numbers, quotations, names, citations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from vdata.schemas import Evidence, Message, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_teacher.reason import Reason
from vdata.stages.verify.verify import Verify

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

Scripted = type["ScriptedTeacher"]
TEXTS = (
    "A woman in a coat knocks three times.",
    "A dog carries a shoe away.",
    "She never finds the shoe.",
    "It rains.",
)


def _video(answer: str = "A shoe.", question: str = "What does the dog carry away?") -> Timeline:
    video = Timeline("v.mp4", make_id("rationale"), 80.0)
    video.put("captions", [Span(20.0 * n, 20.0 * n + 15, text) for n, text in enumerate(TEXTS)])
    video.put("texts", [Span(2.0, 9.0, "BAKER STREET 221")])
    cited = video.lane("captions")[1]
    evidence = [Evidence(cited.start, cited.end, "captions", cited.words, cited.id)]
    turns = [Message("user", question), Message("assistant", answer)]
    params = {"time_format": "seconds", "duration": "80.0", "kind": "sentence"}
    video.samples = [
        Sample("what", question, answer, 20, 35, evidence, params, messages=turns, teacher="t", id=make_id(question))
    ]
    return video


def _reasoned(scripted: Scripted, *steps: tuple[str, str], **settings: Any) -> Timeline:
    """What ``reason`` made of these steps (text, tags), which must be a rationale."""
    video = _video()
    given = [{"text": text, "evidence": tags.split()} for text, tags in steps]
    reason = Reason.model_validate({"from": ["captions", "texts"], **settings})
    asyncio.run(reason.run(video, scripted({"steps": given, "conclusion": "A shoe."})))
    assert video.samples[0].rationale
    assert not video.rejects
    return video


def _verified(video: Timeline) -> list[str]:
    asyncio.run(Verify(checks=["rationale"]).run(video, None))
    return [reject.reason for reject in video.rejects]


@pytest.mark.parametrize("times", [True, False])
@pytest.mark.parametrize(
    "steps",
    [
        [("A woman knocks three times", "c1"), ("Then a dog carries a shoe away", "c1 c2")],
        [("The sign reads “Baker Street 221”", "t1"), ("After she knocks, the dog carries the shoe away", "c1 c2")],
        [("She never finds it", "c3"), ("So the dog carries away a shoe", "c2 c3"), ("That makes it a shoe", "c2")],
        [("Two things happen: she knocks and a dog takes a shoe", "c1 c2")],
    ],
)
def test_what_is_true_stays(scripted: Scripted, steps: list[tuple[str, str]], times: bool) -> None:
    video = _reasoned(scripted, *steps, times=times)
    assert _verified(video) == []
    assert [check.verdict for check in video.samples[0].checks] == ["pass"]


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([("A woman knocks five times", "c1")], "rationale_wrong_number"),
        ([("The sign reads “Butcher Street 221”", "t1")], "rationale_wrong_words"),
        ([("A dog carries a shoe away, and then a woman knocks", "c1 c2")], "rationale_wrong_order"),
        ([("A dog carries a shoe away", "c2"), ("After that, a woman knocks", "c1")], "rationale_wrong_order"),
        ([("A dog does not carry a shoe away", "c2")], "rationale_wrong_negation"),
        ([("A dog carries the shoe of Marjorie away", "c2")], "rationale_unknown_name"),
    ],
)
def test_what_is_not_true_is_a_reject(scripted: Scripted, steps: list[tuple[str, str]], reason: str) -> None:
    video = _reasoned(scripted, *steps)
    assert _verified(video) == [reason]
    assert video.samples == []
    assert video.rejects[0].stage == "verify"
    assert video.rejects[0].detail


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda sample: sample.params.update(step_1="gone"), "rationale_unknown_span"),
        (lambda sample: _say(sample, sample.rationale.replace("20.0", "40.0")), "rationale_bad_time"),
        (lambda sample: _say(sample, sample.rationale.replace("35.0", "95.0")), "rationale_bad_time"),
    ],
)
def test_times_and_citations_are_those_of_the_spans(
    scripted: Scripted, change: Callable[[Sample], None], reason: str
) -> None:
    video = _reasoned(scripted, ("A dog carries a shoe away", "c2"))
    assert "(from 20.0 to 35.0 seconds)" in video.samples[0].rationale
    change(video.samples[0])
    assert _verified(video) == [reason]


def _say(sample: Sample, text: str) -> None:
    sample.rationale = text


def test_key_frames_are_checked_as_well(scripted: Scripted) -> None:
    for reasoning, reasons in (("The dog carries it off", []), ("Four dogs carry it off", ["rationale_wrong_number"])):
        video = _video()
        reply = {"key_spans": ["c2"], "key_objects": ["dog", "shoe"], "reasoning": reasoning, "conclusion": "A shoe."}
        asyncio.run(Reason.model_validate({"mode": "frames", "from": ["captions"]}).run(video, scripted(reply)))
        assert video.samples[0].rationale.startswith("Key moments: from 20.0 to 35.0 seconds.\nKey objects: dog, shoe.")
        assert _verified(video) == reasons


def test_an_explanation_rests_on_what_its_answer_cites() -> None:
    for rationale, reasons in (("The dog has it.", []), ("It is seen with 7 dogs.", ["rationale_wrong_number"])):
        video = _video()
        video.samples[0].rationale = rationale
        assert _verified(video) == reasons


def test_other_languages_are_left_alone() -> None:
    video = _video("Einen Schuh.", "Was trägt der Hund weg?")
    video.samples[0].rationale = "Der Hund trägt nicht zwei, sondern einen Schuh von Frau Müller weg."
    assert _verified(video) == []
    assert [(check.check, check.verdict) for check in video.samples[0].checks] == [("rationale", "unsure")]


def test_a_step_has_words_of_what_it_cites(scripted: Scripted) -> None:
    first = ("A woman knocks.", "c1")
    assert _verified(_reasoned(scripted, first, ("So the dog has it.", "c2"))) == []
    assert _verified(_reasoned(scripted, ("A heron flies by.", "c1"), ("The dog takes a shoe.", "c2"))) == [
        "rationale_not_in_evidence"
    ]
    concludes = ("Hence what was taken is a shoe.", "c4")
    assert _verified(_reasoned(scripted, ("The dog goes away.", "c2"), concludes)) == [], "from what was said before"
