"""Pairs that are judged: the sides do not matter, what the orders disagree on is no win, and everything is kept."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from vdata.rules.pair_verdicts import JudgedPair, PairVerdict, judged_pair, most, settle, verdict_rows
from vdata.schemas import Evidence, Frames, Media, Message, Reply, Request, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_teacher.judge_pairs import JudgePairs

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

Scripted = type["ScriptedTeacher"]
QUALITY = {"poor": 1, "fair": 2, "good": 3, "best": 4}
"""What a judge that goes by content thinks of replies with these words."""


def video_of(*samples: Sample) -> Timeline:
    video = Timeline("wax.mp4", make_id("wax"), 60.0, Media(sha256="f" * 64, duration=60.0))
    video.put("shots", [Span(0, 20, "good"), Span(20, 40, "poor"), Span(40, 60, "best")])
    video.samples = list(samples)
    return video


def pair(chosen: str, rejected: str, n: int = 0, **params: str) -> Sample:
    messages = [Message("user", f"What is it? {n}"), Message("assistant", chosen)]
    evidence = [Evidence(0, 20, "shots", "good", "a" * 24)]
    return Sample(
        *("preference", f"What is it? {n}", chosen, 0, 20, evidence, params),
        messages=messages,
        rejected=rejected,
        rejected_source="self_critique",
        id=make_id(chosen, rejected, n),
    )


def said(request: Request) -> str:
    return "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))


def replies_in(request: Request) -> list[str]:
    """The two replies in the order in which they were shown."""
    text = said(request)
    return [text.split(f'kind="{place} reply">\n')[1].split("\n</material>")[0] for place in ("first", "second")]


def answer(request: Request, word: str) -> dict[str, str]:
    assert request.schema is not None
    return {name: "it is so" if name == "reason" else word for name in request.schema["properties"]}


def by_content(request: Request) -> dict[str, str]:
    """A judge that knows nothing of places."""
    first, second = (QUALITY[one.split()[0]] for one in replies_in(request))
    return answer(request, "first" if first > second else "second" if second > first else "tie")


def always_first(request: Request) -> dict[str, str]:
    return answer(request, "first")


def judge(video: Timeline, teacher: ScriptedTeacher, **settings: Any) -> JudgedPair | None:
    """The verdicts on the first sample that is left."""
    asyncio.run(JudgePairs.model_validate(settings).run(video, teacher))
    return judged_pair(video.samples[0]) if video.samples else None


@pytest.mark.parametrize("seed", range(12))
def test_swapping_the_sides_swaps_the_verdicts(scripted: Scripted, seed: int) -> None:
    one, two = Random(seed).choices(list(QUALITY), k=2)
    straight = judge(video_of(pair(f"{one} x", f"{two} y")), scripted(by_content), lost="keep")
    swapped = judge(video_of(pair(f"{two} y", f"{one} x")), scripted(by_content), lost="keep")
    assert straight is not None
    assert swapped is not None
    other = {"a": "b", "b": "a", "tie": "tie"}
    assert [other[row.verdict] for row in straight.verdicts] == [row.verdict for row in swapped.verdicts]
    assert other[straight.winner] == swapped.winner
    assert straight.winner == ("tie" if one == two else "a" if QUALITY[one] > QUALITY[two] else "b")


@pytest.mark.parametrize("disagree", ["tie", "drop"])
def test_a_judge_that_always_says_the_first_lets_nobody_win(scripted: Scripted, disagree: str) -> None:
    video, teacher = video_of(pair("best x", "poor y")), scripted(always_first)
    found = judge(video, teacher, disagree=disagree)
    assert [replies_in(one) for one in teacher.asked] == [["best x", "poor y"], ["poor y", "best x"]]
    if disagree == "drop":
        assert found is None
        assert [(one.stage, one.reason) for one in video.rejects] == [("judge_pairs", "orders_disagree")]
        return
    assert found is not None
    assert found.winner == "tie"
    assert set(found.settled.values()) == {"tie"}
    by_order = {(row.order, row.verdict) for row in found.verdicts}
    assert by_order == {("ab", "a"), ("ba", "b")}, "each order is kept as it was said"
    (tie,) = video.samples
    assert (tie.task, tie.answer, tie.rejected) == ("tied_pair", "best x", ""), "a tie is no pair"
    told = JudgePairs().summary(video.report)
    assert told == (
        "judge_pairs: 1 pairs judged; the two orders disagreed on 4 of 4 verdicts; of 8 that name a winner 8 name the "
        "one that came first; 0 of 8 verdicts are ties."
    )


def test_an_order_that_was_planted_is_found_again(scripted: Scripted) -> None:
    """Four rivals, each pair of them on five questions: who is better wins every time, whatever the sides."""
    rng, samples = Random(3), []
    for one in QUALITY:
        for two in QUALITY:
            if one < two:
                for n in range(5):
                    a, b = rng.sample([one, two], 2)
                    sample = pair(f"{a} reply", f"{b} reply", n, chosen_source=a)
                    sample.rejected_source = b
                    samples.append(sample)
    video = video_of(*samples)
    asyncio.run(JudgePairs(disagree="drop").run(video, scripted(by_content)))
    wins: Counter[str] = Counter()
    for sample in video.samples:
        found = judged_pair(sample)
        assert found is not None
        rows = verdict_rows(sample.id, found)
        assert {(row["order"], row["criterion"]) for row in rows} == {
            (order, name) for order in ("ab", "ba") for name in ("accuracy", "relevance", "helpfulness", "overall")
        }
        wins.update(row[row["verdict"]] for row in rows if row["criterion"] == "overall")
        assert QUALITY[sample.answer.split()[0]] > QUALITY[sample.rejected.split()[0]], "turned round where it must be"
        assert sample.params["chosen_source"] == sample.answer.split()[0]
        assert sample.rejected_source == sample.rejected.split()[0]
        assert sample.messages[-1].content == sample.answer
    assert wins == {"best": 30, "good": 20, "fair": 10}


@pytest.mark.parametrize(
    ("lost", "left", "reason"),
    [("swap", ("good y", "poor x"), None), ("keep", ("poor x", "good y"), None), ("drop", None, "rejected_is_better")],
)
def test_a_pair_whose_rejected_reply_is_better(
    scripted: Scripted, lost: str, left: tuple[str, str] | None, reason: str | None
) -> None:
    video = video_of(pair("poor x", "good y"))
    judge(video, scripted(by_content), lost=lost)
    assert [(one.answer, one.rejected) for one in video.samples] == ([left] if left else [])
    assert [one.reason for one in video.rejects] == ([reason] if reason else [])
    if lost == "swap":
        assert video.samples[0].rejected_source == "chosen"


def test_what_is_asked_and_kept(scripted: Scripted) -> None:
    criteria = {"detail": {"about": "how much it tells", "points": {"colours": "colours are named"}}, "style": ""}
    video, teacher = video_of(pair("good x", "poor y", persona="a baker")), scripted(by_content)
    found = judge(video, teacher, criteria=criteria, look={"count": 2})
    assert found is not None
    assert (found.a, found.b, found.replies) == ("chosen", "self_critique", ["good x", "poor y"])
    assert found.settled == {"detail": "a", "detail.colours": "a", "style": "a", "overall": "a"}
    assert found.reasons == {"ab": "it is so", "ba": "it is so"}
    (first, second) = teacher.asked
    assert first.schema is not None
    assert list(first.schema["properties"]) == ["reason", "detail", "detail__colours", "style", "overall"]
    for part in ("a baker", "What is it? 0", "how much it tells", "colours are named", "tie: neither is better"):
        assert part in said(first)
        assert part in said(second)
    assert [one.times for one in teacher.media()[0] if isinstance(one, Frames)] == [(5.0, 15.0)]
    assert JudgedPair(**{**json.loads(found.text()), "verdicts": []}).settled == found.settled
    asked = len(teacher.asked)
    asyncio.run(JudgePairs().run(video, teacher))
    assert len(teacher.asked) == asked, "what was judged is not judged again"


def test_marks_make_verdicts(scripted: Scripted) -> None:
    def marks(request: Request) -> dict[str, Any]:
        first, second = (QUALITY[one.split()[0]] for one in replies_in(request))
        return {"reason": "so", "truth": {"first": first, "second": second}}

    for margin, winner in ((1, "b"), (2, "tie")):
        video = video_of(pair("fair x", "good y"))
        settings = {"criteria": {"truth": "it is so"}, "marks": 5, "margin": margin, "lost": "keep"}
        found = judge(video, scripted(marks), **settings)
        assert found is not None
        assert (found.winner, [row.marks for row in found.verdicts]) == (winner, [(2, 3), (2, 3)])


def test_a_reply_that_fails_takes_the_pair_off_and_says_so(scripted: Scripted) -> None:
    def once(request: Request) -> Any:
        return Reply(failure="refused", detail="no") if replies_in(request)[0] == "poor y" else by_content(request)

    video = video_of(pair("good x", "poor y"))
    assert judge(video, scripted(once)) is None
    assert [(one.reason, one.detail) for one in video.rejects] == [("refused", "no")]


def test_clips_are_compared_by_each_criterion(scripted: Scripted) -> None:
    video = video_of()
    for span, model in zip(video.lane("shots"), ("m1", "m2", "m3"), strict=True):
        span.attrs = {"model": model, "prompt": "a dog" if model != "m3" else "a cat", "uri": f"{model}.mp4"}
    of_start = {0.0: 3, 20.0: 1, 40.0: 4}

    def brighter(request: Request) -> dict[str, str]:
        first, second = (part for turn in request.turns for part in turn.parts if isinstance(part, Frames))
        ranks = [of_start[20.0 * (one.times[0] // 20)] for one in (first, second)]
        found = answer(request, "first" if ranks[0] > ranks[1] else "second")
        return {**found, "motion": "same_bad"}

    criteria = {"light": {"about": "light", "question": "Which clip is lit better?"}, "motion": "how much moves"}
    ties = {"same_good": "both are good", "same_bad": "both are bad"}
    settings = {"about": "clips", "of": "shots", "same": "prompt", "name_by": "model", "prompt_by": "prompt"}
    teacher = scripted(brighter)
    stage = JudgePairs.model_validate({**settings, "criteria": criteria, "ties": ties, "decide": "most"})
    asyncio.run(stage.run(video, teacher))
    assert len(teacher.asked) == 2, "m3 was made from another prompt"
    light, motion = video.samples
    found = judged_pair(light)
    assert found is not None
    assert {found.a, found.b} == {"m1", "m2"}
    assert found.prompt == "a dog"
    better = "ab"[[found.a, found.b].index("m1")]
    assert found.winner == better
    assert light.answer == ("The first clip" if better == "a" else "The second clip")
    assert light.options == ["The first clip", "The second clip", "Both are good", "Both are bad"]
    assert light.question == "Both clips were made to show this: a dog\nWhich clip is lit better?"
    starts = {"m1": 0.0, "m2": 20.0}
    assert [medium.start for medium in light.media] == [starts[found.a], starts[found.b]]
    assert found.videos == [f"{found.a}.mp4", f"{found.b}.mp4"]
    assert light.messages[0].content.count("<video>") == 2
    assert motion.answer == "Both are bad"
    assert judged_pair(motion).words == {"motion": "same_bad"}  # type: ignore[union-attr]


def test_clips_on_which_the_orders_disagree(scripted: Scripted) -> None:
    """With one word for a tie it is one; with two nobody knows which, so that there is no sample."""
    for ties, samples in (({"tie": "neither"}, 3), ({"same_good": "both good", "same_bad": "both bad"}, 0)):
        video = video_of()
        stage = JudgePairs.model_validate({"about": "clips", "of": "shots", "criteria": {"light": ""}, "ties": ties})
        asyncio.run(stage.run(video, scripted(always_first)))
        assert len(video.samples) == samples
        assert [one.reason for one in video.rejects] == ["orders_disagree"] * (3 - samples)
        assert all(sample.answer == "Neither" for sample in video.samples)


def test_what_verdicts_come_to() -> None:
    a, b, tie = (PairVerdict("x", "ab", one) for one in ("a", "b", "tie"))
    assert [settle(said, "tie") for said in ([a], [a, a], [a, b], [a, tie], [tie, tie])] == ["a", "a", *["tie"] * 3]
    assert [settle(said, "drop") for said in ([a, b], [a, tie], [tie, tie])] == ["", "", "tie"]
    assert most({"x": "a", "x.p": "b", "x.q": "b", "y": "a", "z": "b"}) == "a"
    assert [most({"x": "a", "y": "b"}), most({"x": ""}), most({"x": "", "y": "b"})] == ["tie", "", "b"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"criteria": {"reason": ""}}, "another meaning in the reply"),
        ({"ties": {"first": "x"}}, "says who is better"),
        ({"ties": {}}, "disagree: drop"),
        ({"look": None}, "shows nothing of the video"),
        ({"about": "clips", "lost": "keep"}, "lost"),
        ({"margin": 2}, "margin"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        JudgePairs.model_validate(settings)
