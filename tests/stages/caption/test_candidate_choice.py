"""Several teachers, of whose captions one is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from scripted_teacher import ScriptedTeacher

from vdata.schemas import Failed, Frames, Reply, Request, Span, Timeline
from vdata.stages.caption.candidate_choice import by_similarity
from vdata.stages.caption.caption import Caption
from vdata.stages.caption.drafts import Draft
from vdata.stages.prompting.material import material

Run = Callable[..., Timeline]
REFUSED = Reply(failure="refused", detail="No.")
DOG, CAT, DOGS = "A dog catches a ball.", "A cat sleeps on a sofa.", "A brown dog catches a blue ball."


def panel(judge: Any, a: Any = CAT, b: Any = DOG, c: Any = DOGS) -> ScriptedTeacher:
    named = {"a": ScriptedTeacher(a), "b": ScriptedTeacher(b), "c": ScriptedTeacher(c), "j": ScriptedTeacher(judge)}
    return ScriptedTeacher("never asked", **named)


def choosing(select: str) -> Caption:
    judge = {} if select == "similar" else {"judge": "j"}
    return Caption.model_validate({"teachers": ["a", "b", "c"], "select": select, "with": ["speech"], **judge})


def text_of(request: Request) -> str:
    return "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))


@pytest.fixture
def shot(video: Timeline) -> Timeline:
    video.put("shots", [Span(4, 8)])
    return video


def test_the_judge_picks_by_number_in_a_drawn_order(video: Timeline, run: Run) -> None:
    def pick_cat(request: Request) -> dict[str, Any]:
        (number,) = re.findall(rf'kind="description (\d)">\n{re.escape(CAT)}', text_of(request))
        return {"reason": "It says more.", "best": int(number)}

    teacher = panel(pick_cat)
    run(choosing("judge"), video, teacher)
    for caption in video.lane("captions"):
        assert (caption.text, caption.source) == (CAT, "a")
        assert caption.attrs["choice"] == "judge"
        assert caption.attrs["why"] == "It says more."
        assert {name: caption.attrs[f"candidate:{name}"] for name in "abc"} == {"a": CAT, "b": DOG, "c": DOGS}
    asked = teacher.others["j"].asked
    assert len(asked) == 3
    assert [type(part) for part in asked[0].turns[0].parts] == [str, Frames]
    assert material("speech", "[0.5-3 s] Here is my dog.") in text_of(asked[0])
    orders = [re.findall(r'kind="description \d">\n(.*)', text_of(one)) for one in asked]
    assert all(sorted(order) == sorted([CAT, DOG, DOGS]) for order in orders)
    again = panel(pick_cat)
    run(choosing("judge"), video, again)
    assert [text_of(one) for one in again.others["j"].asked] == [text_of(one) for one in asked]
    schema = asked[0].schema
    assert schema is not None
    assert schema["properties"]["best"]["maximum"] == 3


def test_a_judge_that_fails_leaves_the_choice_to_similarity(shot: Timeline, run: Run) -> None:
    run(choosing("judge"), shot, panel(REFUSED))
    (caption,) = shot.lane("captions")
    assert (caption.attrs["choice"], caption.source) == ("similar", "b")
    assert [(r.kind, r.reason) for r in shot.rejects] == [("failed", "refused")]


def test_similar_takes_the_one_most_like_the_others(shot: Timeline, run: Run) -> None:
    teacher = panel("never asked")
    run(choosing("similar"), shot, teacher)
    (caption,) = shot.lane("captions")
    assert (caption.text, caption.source, caption.attrs["choice"]) == (DOG, "b", "similar")
    assert 0.5 < caption.values["similarity"] < 1
    assert teacher.others["j"].asked == []
    assert by_similarity([Draft("same words"), Draft("same words")]).best == 0


def test_longest_supported_counts_what_the_judge_finds_in_the_frames(shot: Timeline, run: Run) -> None:
    long = "A dog runs. It catches a ball. It wears a hat. It can fly."
    short = "A dog runs. It catches a ball."

    def judge(request: Request) -> dict[str, Any]:
        lines = re.findall(r"^(\d+): (.*)$", text_of(request), re.MULTILINE)
        return {"supported": [int(n) for n, line in lines if "hat" not in line and "fly" not in line] + [99]}

    teacher = panel(judge, long, short, "A dog is here.")
    run(choosing("longest_supported"), shot, teacher)
    (caption,) = shot.lane("captions")
    assert (caption.text, caption.source) == (short, "b")
    assert caption.values == {"supported": 2.0, "sentences": 2.0}
    asked = teacher.others["j"].asked
    assert [len(re.findall(r"^\d+: ", text_of(one), re.MULTILINE)) for one in asked] == [4, 2, 1]
    assert teacher.others["j"].batches == [3]


def test_the_teachers_that_failed_are_left_out(shot: Timeline, run: Run) -> None:
    teacher = panel("never asked", REFUSED, "Hm.", DOGS)
    run(choosing("judge"), shot, teacher)
    (caption,) = shot.lane("captions")
    assert (caption.text, caption.attrs["choice"], caption.source) == (DOGS, "only", "c")
    assert "candidate:a" not in caption.attrs
    assert [(r.reason, r.lane) for r in shot.rejects] == [("refused", "shots")]
    assert teacher.others["j"].asked == []


def test_when_all_teachers_fail_the_video_does(shot: Timeline, run: Run) -> None:
    with pytest.raises(Failed, match="refused"):
        run(choosing("judge"), shot, panel(REFUSED, REFUSED, REFUSED, REFUSED))
