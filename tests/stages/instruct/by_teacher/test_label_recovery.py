"""Rationales that are proposed before the label is known: what is shown for them, and which are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from vdata.rules.answer_match import adds_words
from vdata.schemas import Evidence, Failed, Media, Message, Reply, Request, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_teacher.reason import Reason

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

Scripted = type["ScriptedTeacher"]
LOOK = {"mode": "propose", "look": {"count": 4}}
THIRD = [{"text": "He spreads something white and scrapes it off.", "evidence": ["frame2"]}]


def video_of(answer: str = "Wax.", question: str = "What does he put on the board?") -> Timeline:
    """A video of 60 s with a question about its label, which fills 21.3 to 29.7 s."""
    video = Timeline("wax.mp4", make_id("wax"), 60.0, media=Media(sha256="f" * 64, duration=60.0))
    video.put("labels", [Span(21.3, 29.7, "He spreads wax."), Span(41.0, 50.0, "He smiles.")])
    cited = video.lane("labels")[0]
    evidence = [Evidence(cited.start, cited.end, "labels", cited.words, cited.id)]
    params = {"time_format": "seconds", "duration": "60.0", "kind": "sentence"}
    messages = [Message("user", question), Message("assistant", answer)]
    video.samples = [Sample("what", question, answer, 21.3, 29.7, evidence, params, messages=messages, id="one")]
    return video


def run(video: Timeline, teacher: ScriptedTeacher, **settings: Any) -> list[Sample]:
    return asyncio.run(Reason.model_validate({**LOOK, **settings}).run(video, teacher)).samples


def shown(request: Request) -> str:
    return "\n".join(str(part) for turn in request.turns for part in turn.parts)


def told(request: Request) -> bool:
    return "The right answer:" in shown(request)


def teacher_of(
    free: str, after: str = "", same: bool = False, leads: bool = True, steps: list[dict[str, Any]] | None = None
) -> Callable[[Request], dict[str, Any]]:
    """It concludes *free*, and *after* when it is told the answer; as a judge it says *same* and *leads*."""

    def reply(request: Request) -> dict[str, Any]:
        properties = (request.schema or {})["properties"]
        if "same" in properties:
            return {"same": same}
        if "leads" in properties:
            return {"leads": leads}
        return {"steps": THIRD if steps is None else steps, "conclusion": after if told(request) else free}

    return reply


@pytest.mark.parametrize(
    ("free", "after", "same", "params", "asked"),
    [
        ("WAX", "", False, ("proposed", "exact"), 2),
        ("Ski wax from a tin", "", True, ("proposed", "entailment"), 3),
        ("Glue", "Wax.", False, ("rationalised", "exact"), 5),
    ],
)
def test_a_label_is_recovered_or_told(
    scripted: Scripted, free: str, after: str, same: bool, params: tuple[str, str], asked: int
) -> None:
    teacher = scripted(teacher_of(free, after, same))
    (sample,) = run(video_of(), teacher)
    assert (sample.params["rationale"], sample.params["recovered"]) == params
    assert sample.rationale == "1. He spreads something white and scrapes it off. (from 15.0 to 30.0 seconds)"
    assert len(teacher.asked) == asked
    assert not told(teacher.asked[0])


@pytest.mark.parametrize(
    ("steps", "leads", "reason"),
    [
        (None, False, "rationale_leads_elsewhere"),
        ([{"text": "The answer is wax.", "evidence": ["frame2"]}], True, "label_echoed"),
        ([{"text": "He puts wax on the board here.", "evidence": ["frame2"]}], True, "label_echoed"),
        ([{"text": "He spreads something white.", "evidence": ["frame4"]}], True, "evidence_elsewhere"),
    ],
)
def test_what_a_rationale_says_counts_and_not_its_conclusion(
    scripted: Scripted, steps: list[dict[str, Any]] | None, leads: bool, reason: str
) -> None:
    video = video_of()
    (sample,) = run(video, scripted(teacher_of("Wax.", "Wax.", leads=leads, steps=steps)))
    assert sample.rationale == ""
    assert [reject.reason for reject in video.rejects] == [reason]
    assert run(video_of(), scripted(teacher_of("Wax.", "Wax.", leads=leads, steps=steps)), on_failure="drop") == []


def test_a_label_that_is_not_recovered(scripted: Scripted) -> None:
    video = video_of()
    (sample,) = run(video, scripted(teacher_of("Glue", "Tar")))
    assert sample.rationale == ""
    assert [reject.reason for reject in video.rejects] == ["label_not_recovered"]


def test_neither_the_label_nor_its_stretch_is_shown(scripted: Scripted) -> None:
    video = video_of()
    video.put("shots", [Span(0, 30), Span(30, 60)])
    video.put("captions", [Span(21.3, 29.7, "A caption of the labelled stretch."), Span(0, 20, "A man greets.")])
    teacher = scripted(teacher_of("Wax."))
    run(video, teacher, **{"from": ["labels", "shots", "captions"]})
    asked = shown(teacher.asked[0])
    assert "[s2] shots, 30.0-60.0 s: (no words)" in asked
    assert "[frame2] frame, 15.0-30.0 s: (no words)" in asked
    assert "A man greets." in asked
    assert not any(word in asked for word in ("He spreads wax.", "He smiles.", "labelled stretch", "21.3", "29.7"))
    assert teacher.media()[0][0].times == (7.5, 22.5, 37.5, 52.5)  # type: ignore[union-attr]


def test_who_is_shown_nothing_is_not_asked(scripted: Scripted) -> None:
    video, teacher = video_of(), scripted(teacher_of("Wax."))
    run(video, teacher, look=None, **{"from": ["labels"]})
    assert teacher.asked == []
    assert [reject.reason for reject in video.rejects] == ["nothing_to_show"]
    with pytest.raises(ValidationError, match="mode propose needs look or from"):
        Reason(mode="propose")
    with pytest.raises(ValidationError, match="context has no effect with mode propose"):
        Reason.model_validate({**LOOK, "context": 3})


def test_another_teacher_judges(scripted: Scripted) -> None:
    judge = scripted(teacher_of("", same=True))
    teacher = scripted(teacher_of("Ski wax", "Tar"), referee=judge)
    assert Reason.model_validate({**LOOK, "judge": "referee", "teacher": "writer"}).teachers() == ["writer", "referee"]
    run(video_of(), teacher, judge="referee")
    assert (len(teacher.asked), len(judge.asked)) == (1, 2)
    assert "He spreads something white" in shown(judge.asked[0])
    assert "Ski wax" not in shown(judge.asked[0]), "what the rationale says is judged without its conclusion"


def test_a_teacher_that_fails(scripted: Scripted) -> None:
    with pytest.raises(Failed, match="teacher_error: down"):
        run(video_of(), scripted(Reply(failure="teacher_error", detail="down")))


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("The answer is wax.", 0),
        ("Therefore he clearly puts wax on this board.", 0),
        ("He heats an iron, then spreads something.", 4),
        ("He waxes the boards", 0),
    ],
)
def test_words_of_its_own(text: str, added: int) -> None:
    assert adds_words(video_of().samples[0], text) == added


def test_rules_decide_where_an_answer_is_several_times(scripted: Scripted) -> None:
    answer = "From 10.0 to 19.0 seconds: He waxes. From 41.0 to 50.0 seconds: He smiles."

    def recovered(conclusion: str) -> list[str]:
        video = video_of(answer, "What happens, and when?")
        video.samples[0].task = "dense_caption"
        assert not run(video, scripted(teacher_of("", conclusion, same=True)), on_failure="drop") or not video.rejects
        return [reject.reason for reject in video.rejects]

    assert recovered("This is a moment or stretch.") == ["label_not_recovered"]
    assert recovered("He waxes from 10.0 to 19.0 seconds.") == ["label_not_recovered"], "one of two"
    assert recovered("He waxes from 10.0 to 18.5 seconds, then smiles from 41.0 to 50.0 seconds.") == []
