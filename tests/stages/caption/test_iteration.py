"""Drafts of one caption in a row: graded, and their instructions written anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pydantic import ValidationError
from scripted_teacher import ScriptedTeacher

from vdata.rules.caption_parts import parts_of
from vdata.schemas import Reply, Request, Timeline
from vdata.stages.caption.caption import Caption

Run = Callable[..., Timeline]


def stage(**settings: Any) -> Caption:
    given = {"of": None, "look": None, "with": ["speech"], "instructions": "Sum it up.", "iterate": {"rounds": 3}}
    return Caption.model_validate(given | settings)


def text_of(request: Request) -> str:
    return "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))


def scripted(grades: Iterable[int]) -> ScriptedTeacher:
    """A teacher that writes three drafts, gives *grades*, and advises by number."""
    left, advice = iter(grades), iter(range(1, 20))
    texts = iter(("Draft one here.", "Draft two here.", "Draft three here."))

    def reply(request: Request) -> Any:
        if request.prompt == "grade":
            return {"reason": "The ball is missing.", "grade": next(left)}
        return {"instructions": f"Advice {next(advice)}."} if request.prompt == "improve" else next(texts)

    return ScriptedTeacher(reply)


def test_the_draft_with_the_best_grade_is_kept_and_instructions_follow_the_grades(video: Timeline, run: Run) -> None:
    teacher = scripted([4, 8, 6])
    run(stage(), video, teacher)
    (caption,) = video.lane("captions")
    assert (caption.text, caption.values) == ("Draft two here.", {"grade": 8.0, "round": 2.0})
    assert caption.attrs == {"grades": "4 8 6", "why": "The ball is missing.", "instructions": "Advice 1."}
    assert parts_of(caption) == {}
    assert [one.prompt for one in teacher.asked] == [*["describe", "grade", "improve"] * 2, "describe", "grade"]
    systems = [one.system for one in teacher.asked if one.prompt == "describe"]
    assert [system.splitlines()[-1] for system in systems] == ["Sum it up.", "Advice 1.", "Advice 2."]
    coached = text_of([one for one in teacher.asked if one.prompt == "improve"][1])
    for held in ("Sum it up.", "Draft one here.", "grade 4 of 10: The ball is missing.", "Advice 1.", "grade 8 of 10"):
        assert held in coached
    assert "He likes the ball." not in coached, "who writes instructions is shown no fact but those of the drafts"
    graded = next(one for one in teacher.asked if one.prompt == "grade")
    assert "He likes the ball." in text_of(graded)


def test_a_grade_that_is_enough_ends_the_rounds_and_of_equals_the_first_is_kept(video: Timeline, run: Run) -> None:
    teacher = scripted([5, 9])
    run(stage(iterate={"rounds": 6, "enough": 9}), video, teacher)
    assert video.lane("captions")[0].attrs["grades"] == "5 9"
    run(stage(), video, scripted([7, 7, 7]))
    assert video.lane("captions")[0].values == {"grade": 7.0, "round": 1.0}


@pytest.mark.parametrize(("fails", "asked"), [("grade", 2), ("improve", 3)])
def test_a_request_that_fails_ends_the_rounds_and_is_a_reject(
    video: Timeline, run: Run, fails: str, asked: int
) -> None:
    replies: dict[str, Any] = {
        "describe": "Draft one here.",
        "grade": {"reason": "The ball is missing.", "grade": 4},
        fails: Reply(failure="refused", detail="later"),
    }
    teacher = ScriptedTeacher(lambda request: replies[request.prompt])
    run(stage(), video, teacher)
    assert video.lane("captions")[0].text == "Draft one here."
    assert len(teacher.asked) == asked
    assert [one.reason for one in video.rejects] == ["refused"]


def test_others_may_judge_and_advise_and_the_plan_counts_them() -> None:
    one = stage(teacher="writer", iterate={"rounds": 2, "judge": "critic", "optimiser": "coach"})
    assert one.teachers() == ["writer", "critic", "coach"]
    assert one.demand(60).calls == 5
    assert stage(look={"count": 4}).demand(60).images == 2 * 3 * 4
    with pytest.raises(ValidationError, match="iterate"):
        stage(teachers=["a", "b"])
    with pytest.raises(ValidationError, match="iterate"):
        stage(mode="differential", look={"count": 4})
    assert json.loads(one.model_dump_json())["iterate"]["rounds"] == 2
