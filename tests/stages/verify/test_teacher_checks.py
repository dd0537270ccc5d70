"""Teacher checks with scripted teachers: what they show, what they find, what becomes of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Evidence, Failed, Frames, Media, Message, Reply, Request, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.prompting.material import RULES as MATERIAL_RULES
from vdata.stages.verify.checks.blind import limit_of_replies
from vdata.stages.verify.checks.claims import ClaimVerdict, cut, sentences
from vdata.stages.verify.finding import Facts
from vdata.stages.verify.same_answer import compare_words
from vdata.stages.verify.verify import Verify
from vdata.stages.verify.video_teacher import VideoTeacher

if TYPE_CHECKING:
    from scripted_teacher import ScriptedTeacher

Scripted = type["ScriptedTeacher"]
CAPTION = "A red ball rolls by. A cat sleeps. A dog barks at the ball, and it rains."


def video(*samples: Sample) -> Timeline:
    made = Timeline("v.mp4", make_id("v"), 60.0, Media(sha256="abc", duration=60.0, fps=25.0))
    made.put("captions", [Span(0, 10, CAPTION, source="watcher"), Span(10, 20, "A child waves.", source="watcher")])
    made.put("texts", [Span(2, 4, "NO ENTRY")])
    made.samples += samples
    return made


def taught(question: str = "What rolls by?", answer: str = "A red ball.", **more: Any) -> Sample:
    span = video().lane("captions")[0]
    evidence = [Evidence(span.start, span.end, "captions", span.words, span.id)]
    messages = [Message("user", question), Message("assistant", answer)]
    sample = Sample("what", question, answer, 0.0, 10.0, evidence, messages=messages, teacher="watcher")
    return replace(sample, **more)


def choice() -> Sample:
    sample = taught(options=["A blue cube.", "A red ball.", "A tyre.", "A hat."], answer_index=1)
    sample.messages[-1].content = "B. A red ball."
    return sample


def texts(request: Request) -> str:
    return "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))


def shown(request: Request, kind: str) -> str:
    found = re.search(rf'<material kind="{kind}">\n(.*?)\n</material>', texts(request), re.DOTALL)
    return found.group(1) if found else ""


def run(stage: Verify, made: Timeline, teacher: ScriptedTeacher | None) -> Timeline:
    return asyncio.run(stage.run(made, teacher))


def watcher(lies: tuple[str, ...], split: Callable[[str], list[str]] = sentences) -> Callable[[Request], Any]:
    """Splits a text into its sentences, and calls a claim contradicted that holds one of *lies*."""

    def reply(request: Request) -> dict[str, Any]:
        listed = shown(request, "claims")
        if listed:
            return {
                "judgements": [
                    {"claim": n, "verdict": "contradicted" if any(lie in line for lie in lies) else "supported",
                     "seen": "nothing of the kind" if any(lie in line for lie in lies) else ""}
                    for n, line in enumerate(listed.split("\n"), 1)
                ]
            }  # fmt: skip
        lines = [line.partition(". ")[2] for line in shown(request, "text to check").split("\n")]
        return {"claims": [{"text": one, "sentence": n} for n, line in enumerate(lines, 1) for one in split(line)]}

    return reply


def showing(wrong: str) -> Callable[[Request], Any]:
    """Judges the one claim about a cited span: contradicted when it is *wrong*."""

    def reply(request: Request) -> Any:
        verdict = "contradicted" if shown(request, "claims") == f"1. {wrong}" else "supported"
        return {"judgements": [{"claim": 1, "verdict": verdict, "seen": ""}]}

    return reply


def halves(sentence: str) -> list[str]:
    return [part.strip() for part in sentence.rstrip(".").split(", and ")]


# Claims.


def test_an_unsupported_claim_sinks_a_sample(scripted: Scripted) -> None:
    good, bad = taught(), taught(answer="A red ball. A cat sleeps beside it.")
    teacher = scripted(watcher(("cat",)))
    made = run(Verify(checks=["claims"], teacher="judge", captions=[]), video(good, bad), teacher)
    assert [sample.answer for sample in made.samples] == ["A red ball."]
    verdict = made.samples[0].checks[0]
    assert (verdict.check, verdict.verdict, verdict.value) == ("claims", "pass", 1.0)
    (reject,) = made.rejects
    assert (reject.stage, reject.kind, reject.reason, reject.value, reject.threshold, reject.lane) == (
        "verify", "dropped", "unsupported", 0.5, 1.0, "captions",
    )  # fmt: skip
    assert "A cat sleeps beside it. (contradicted: nothing of the kind)" in reject.detail
    assert made.report == {"samples": 2.0, "drop:unsupported": 1.0}


def test_claims_are_judged_by_the_frames_of_their_own_span_and_shown_as_material(scripted: Scripted) -> None:
    teacher = scripted(watcher(()))
    run(Verify(checks=["claims"], captions=["captions"]), video(taught()), teacher)
    judged = [request for request in teacher.asked if shown(request, "claims")]
    frames = [part for request in judged for part in request.turns[0].parts if isinstance(part, Frames)]
    inside = [
        start <= min(one.times) < max(one.times) <= start + 10 for one, start in zip(frames, (0, 10, 0), strict=True)
    ]
    assert inside == [True, True, True]
    assert all(one.content == "abc" and len(one.times) == 8 for one in frames)
    assert all(MATERIAL_RULES in request.system for request in teacher.asked)
    assert shown(judged[0], "on-screen text") == "NO ENTRY"
    assert shown(judged[1], "on-screen text") == ""
    assert {request.purpose for request in teacher.asked} == {"verify"}


def test_unsupported_claims_are_cut_out_of_captions(scripted: Scripted) -> None:
    rests = taught("What rolls by?", "A red ball rolls by.")
    teacher = scripted(watcher(("cat", "rains"), halves))
    made = run(Verify(checks=["evidence", "claims"], teacher="judge"), video(rests), teacher)
    first, second = made.lane("captions")
    assert first.text == "A red ball rolls by. A dog barks at the ball."
    assert first.values["claims"] == 0.5
    assert first.attrs["checked_claims"] == "unsupported_caption"
    assert "A cat sleeps (contradicted" in first.attrs["cut_claims"]
    assert (second.text, second.values["claims"]) == ("A child waves.", 1.0)
    assert made.samples[0].evidence[0].text == first.text  # what cites the caption cites what is left of it
    assert made.report["repair:caption:unsupported_caption"] == 1
    assert made.rejects == []


def test_a_caption_of_which_nothing_is_left_is_dropped_and_takes_its_samples_along(scripted: Scripted) -> None:
    made = run(Verify(checks=["evidence", "claims"]), video(taught()), scripted(watcher(("",))))
    assert made.lane("captions") == []
    assert made.samples == []
    assert [(reject.reason, reject.value) for reject in made.rejects] == [
        ("unsupported_caption", 0.0), ("unsupported_caption", 0.0), ("unknown_span", None),
    ]  # fmt: skip


def test_policy_repairs_tags_or_drops(scripted: Scripted) -> None:
    def after(action: str) -> Timeline:
        bad = taught(answer="A red ball. A cat sleeps beside it.")
        stage = Verify.model_validate({"checks": ["claims"], "captions": [], "policy": {"unsupported": action}})
        return run(stage, video(bad), scripted(watcher(("cat",))))

    (repaired,) = after("repair").samples
    assert (repaired.answer, repaired.messages[-1].content) == ("A red ball.", "A red ball.")
    assert repaired.params["before_repair"] == "A red ball. A cat sleeps beside it."
    (tagged,) = after("tag").samples
    assert tagged.answer == "A red ball. A cat sleeps beside it."
    assert (tagged.checks[0].verdict, tagged.checks[0].value) == ("fail", 0.5)
    assert tagged.checks[0].detail.startswith("unsupported: ")
    assert after("drop").samples == []


def test_cutting() -> None:
    text = "A red ball rolls. A cat sleeps, and it rains."
    judged = [
        ClaimVerdict("A ball rolls", 0, "supported"),
        ClaimVerdict("A cat sleeps", 1, "not_visible"),
        ClaimVerdict("It rains", 1, "supported"),
    ]
    assert cut(text, judged) == "A red ball rolls. It rains."
    assert cut("All gone.", [ClaimVerdict("x", 0, "contradicted")]) == ""
    assert sentences("It costs 3.5 euros. He says \"No.\" Then he goes!\nEnd") == [
        "It costs 3.5 euros.", 'He says "No.', "Then he goes!", "End",
    ]  # fmt: skip


def test_claims_are_not_asked_of_answers_by_rule_nor_of_samples_by_rule(scripted: Scripted) -> None:
    made = Tasks(of=["captions"], tasks=["moment_retrieval"]).run(video())
    teacher = scripted(watcher(()))
    run(Verify(checks=["claims"], captions=[]), made, teacher)
    assert teacher.asked == []
    run(Verify(checks=["claims"], captions=[], scope="all"), made, teacher)
    assert teacher.asked == []  # no words of a teacher in them
    run(Verify(checks=["blind"], captions=[], scope="all"), made, scripted({"answer": "From 0.0 to 3.0 seconds"}))
    assert [sample.checks[0].check for sample in made.samples] == ["blind"] * len(made.samples) != []


def test_where_a_rule_gives_the_answer_the_cited_spans_must_show_what_is_asked(scripted: Scripted) -> None:
    first, second = video().lane("captions")
    evidence = [Evidence(one.start, one.end, "captions", one.words, one.id) for one in (second, first)]
    asked = "Put these in order.\n1. A child waves.\n2. A ball rolls by."
    sample = taught(asked, "2, 1", task="order", start=0.0, end=20.0, evidence=evidence)
    sample.params = {"rule": "event_order", "kind": "sentence"}
    for wrong, value in (("", None), ("A ball rolls by.", 0.5)):
        teacher = scripted(showing(wrong))
        made = run(Verify(checks=["claims"], captions=[]), video(sample), teacher)
        shown_at = [(part.times[0] > 10, shown(one, "claims")) for one in teacher.asked for part in one.turns[0].parts
                    if isinstance(part, Frames)]  # fmt: skip
        assert shown_at == [(True, "1. A child waves."), (False, "1. A ball rolls by.")]
        assert [one.value for one in made.rejects] == ([] if value is None else [value])


# Agreement, blind, label, review.


def test_agreement_of_choices_and_with_another_teacher(scripted: Scripted) -> None:
    second = scripted({"letter": "B"})
    first = scripted({"letter": "A"}, second=second)
    made = run(Verify(checks=["agreement"], captions=[]), video(choice()), first)
    assert [(reject.reason, reject.value, reject.threshold) for reject in made.rejects] == [("disagrees", 0.0, 0.5)]
    stage = Verify(checks=["agreement"], captions=[], teacher="first", second_teacher="second")
    assert stage.teachers() == ["first", "second"]
    made = run(stage, video(choice()), first)
    assert [check.value for check in made.samples[0].checks] == [1.0]
    assert "A. A blue cube.\nB. A red ball." in second.texts()[0]


def test_who_answers_at_a_time_is_shown_nothing_later(scripted: Scripted) -> None:
    later = choice()
    later.start, later.end, later.seen_start, later.seen_end = 10.0, 20.0, 0.0, 9.0
    later.params["tense"] = "future"
    for check in ("agreement", "blind", "too_easy"):
        teacher = scripted({"letter": "B"})
        made = video(later)
        made.put(
            "speech", [Span(1, 3, "Look at the ball."), Span(8, 11, "Here is the child."), Span(30, 31, "The end.")]
        )
        blind = {"blind": ["one_frame", "shuffled"]} if check == "blind" else {}
        run(Verify.model_validate({"checks": [check], "captions": [], "look": {"count": 4}, **blind}), made, teacher)
        pictures = [part for one in teacher.asked for part in one.turns[0].parts if isinstance(part, Frames)]
        assert pictures
        assert max(time for part in pictures for time in part.times) < 9.0
        assert not any("child" in texts(one) or "The end" in texts(one) for one in teacher.asked)
    assert "Look at the ball." in texts(teacher.asked[0])


def test_agreement_of_open_answers_by_words_by_number_or_by_the_teacher(scripted: Scripted) -> None:
    def teacher(answer: str, same: bool) -> ScriptedTeacher:
        return scripted(
            lambda request: {"same": same} if "Do the two answers" in texts(request) else {"answer": answer}
        )

    for answer, same, asked, stays in (
        ("a red ball", False, 1, True),  # the same words: nobody is asked
        ("The scarlet ball", True, 2, True),
        ("A cube", False, 2, False),
    ):
        judge = teacher(answer, same)
        made = run(Verify(checks=["agreement"], captions=[]), video(taught()), judge)
        assert (len(judge.asked), bool(made.samples)) == (asked, stays)
    judge = teacher("4", True)
    made = run(Verify(checks=["agreement"], captions=[]), video(taught("How many?", "5")), judge)
    assert (len(judge.asked), made.samples) == (1, [])  # numbers are compared by rule


def test_same_answers_by_rule() -> None:
    window = Tasks(of=["captions"], tasks=["moment_retrieval"], per_task=1).run(video()).samples[0]
    near = f"From {window.start + 1:.1f} to {window.end:.1f} seconds"
    assert compare_words(window, near) is True
    assert compare_words(window, "From 40.0 to 50.0 seconds") is False
    assert compare_words(choice(), "B. A red ball") is True
    assert compare_words(choice(), "C") is False
    assert compare_words(taught(), "a red ball!") is True
    assert compare_words(taught(), "the ball is red") is None
    assert compare_words(taught("How?", "Two red balls roll."), "Ten red balls roll.") is None


def guesser(right: Callable[[list[str]], str]) -> Callable[[Request], dict[str, str]]:
    """Replies a letter, chosen from the options shown."""

    def reply(request: Request) -> dict[str, str]:
        lines = [line for line in shown(request, "question").split("\n")[1:] if line]
        return {"letter": right(lines)}

    return reply


def test_blind_asks_every_rotation_and_tags_what_is_answered_in_all(scripted: Scripted) -> None:
    knows = scripted(guesser(lambda lines: next(line[0] for line in lines if "red ball" in line)))
    made = run(Verify(checks=["blind"], captions=[]), video(choice()), knows)
    (sample,) = made.samples
    (verdict,) = sample.checks
    assert (verdict.check, verdict.verdict, verdict.value) == ("blind", "fail", 1.0)
    assert verdict.detail == "blind_answerable: no_video: 4 of 4 replies are right, by guessing 1 of 4"
    assert made.report["tag:blind_answerable"] == 1
    assert len(knows.asked) == 4
    assert len({shown(request, "question").split("\n")[1] for request in knows.asked}) == 4
    assert all(not any(isinstance(part, Frames) for part in request.turns[0].parts) for request in knows.asked)
    always_b = scripted({"letter": "B"})  # is right in one rotation of four, as chance would have it
    made = run(Verify(checks=["blind"], captions=[]), video(choice()), always_b)
    assert [(check.verdict, check.value) for check in made.samples[0].checks] == [("pass", 0.25)]
    stage = Verify(checks=["blind"], captions=[], policy={"blind_answerable": "drop"})
    assert [reject.reason for reject in run(stage, video(choice()), knows).rejects] == ["blind_answerable"]


def test_blind_with_one_frame_and_frames_out_of_order(scripted: Scripted) -> None:
    teacher = scripted(guesser(lambda lines: next(line[0] for line in lines if "red ball" in line)))
    made = run(Verify(checks=["blind"], captions=[], blind=["one_frame", "shuffled"]), video(choice()), teacher)
    assert [(len(one.times), one.edit) for (one,) in teacher.media() if isinstance(one, Frames)] == [
        *[(1, "")] * 4, *[(8, "shuffled")] * 4,
    ]  # fmt: skip
    assert made.samples[0].checks[0].detail.startswith("blind_answerable: one_frame: 4 of 4")
    open_question = scripted(lambda request: {"answer": "A red ball"})
    made = run(Verify(checks=["blind"], captions=[]), video(taught()), open_question)
    assert [(check.verdict, check.value) for check in made.samples[0].checks] == [("fail", 1.0)]


def test_several_teachers_are_asked_blindly_and_some_may_answer(scripted: Scripted) -> None:
    """Two of three know it without the video: that is one too many where one may, and none where two may."""
    knows = guesser(lambda lines: next(line[0] for line in lines if "red ball" in line))
    for most, stays in ((1, False), (2, True)):
        others = {name: scripted(knows if name != "c" else {"letter": "B"}) for name in "abc"}
        teacher = scripted({"letter": "A"}, **others)
        stage = Verify(
            checks=["blind"],
            captions=[],
            blind_teachers=["a", "b", "c"],
            max_blind_right=most,
            policy={"blind_answerable": "drop"},
        )
        assert stage.teachers() == ["", "a", "b", "c"]
        made = run(stage, video(choice()), teacher)
        assert [len(one.asked) for one in others.values()] == [4, 4, 4]
        assert teacher.asked == []
        if stays:
            assert [(one.verdict, one.value) for one in made.samples[0].checks] == [("pass", 2.0)]
            continue
        (reject,) = made.rejects
        assert (reject.reason, reject.value, reject.threshold) == ("blind_answerable", 2.0, 2.0)
        assert (
            "2 of 3 teachers answer it, by guessing 1 of 4: a (no_video: 4 of 4), b (no_video: 4 of 4)" in reject.detail
        )


def test_what_is_answered_every_time_from_the_video_is_too_easy(scripted: Scripted) -> None:
    knows = scripted(guesser(lambda lines: next(line[0] for line in lines if "red ball" in line)))
    stage = Verify(checks=["too_easy"], captions=[], easy_draws=6, policy={"too_easy": "drop"})
    made = run(stage, video(choice()), knows)
    assert [(one.reason, one.value, one.threshold) for one in made.rejects] == [("too_easy", 6.0, 6.0)]
    assert [request.samples for request in knows.asked] == [2, 2, 1, 1], "every rotation, six replies in all"
    assert len({shown(request, "question") for request in knows.asked}) == 4
    assert {(one.times[0] < 10, one.times[-1] > 50) for (one,) in knows.media() if isinstance(one, Frames)} == {
        (True, True)
    }
    always_b = scripted({"letter": "B"})
    made = run(Verify(checks=["too_easy"], captions=[]), video(choice()), always_b)
    assert [(one.verdict, one.value) for one in made.samples[0].checks] == [("pass", 1.0)]
    told = scripted({"answer": "a red ball"})
    made = run(Verify(checks=["too_easy"], captions=[], easy_draws=3), video(taught()), told)
    assert [(one.verdict, one.value, one.detail) for one in made.samples[0].checks] == [
        ("fail", 3.0, "too_easy: all 3 answers from the video are right")
    ]


def test_how_many_right_replies_are_no_luck() -> None:
    assert [limit_of_replies(n, n, 0.05) for n in (2, 3, 4, 5, 6)] == [2, 3, 4, 4, 4]
    assert limit_of_replies(8, 4, 0.05) == 5  # P(5 or more of 8) = 0.027, of 4 or more 0.114
    assert limit_of_replies(4, 4, 0.9) == 1


def test_label_is_recovered_from_the_rationale_alone(scripted: Scripted) -> None:
    told = taught(rationale="Something round and red moves through the picture.")
    teacher = scripted(lambda request: {"answer": "a red ball"})
    made = run(Verify(checks=["label"], captions=[]), video(told, taught()), teacher)
    assert [[check.value for check in sample.checks] for sample in made.samples] == [[1.0], []]
    assert teacher.media() == [[]]
    assert shown(teacher.asked[0], "reasoning") == told.rationale
    assert Verify(checks=["label"], captions=[]).lanes_read() == set()
    lost = scripted(lambda request: {"same": False} if "Do the two" in texts(request) else {"answer": "a cube"})
    made = run(Verify(checks=["label"], captions=[]), video(told), lost)
    assert [(reject.reason, reject.value) for reject in made.rejects] == [("label_lost", 0.0)]


def reviewer(faults: list[list[str]]) -> Callable[[Request], dict[str, Any]]:
    """Finds *faults*, one list a round, and revises the answer to "Revision n."."""
    turns = iter([*faults, *[[]] * 9])
    count = iter(range(1, 99))

    def reply(request: Request) -> dict[str, Any]:
        return {"answer": f"Revision {next(count)}."} if shown(request, "faults") else {"faults": next(turns)}

    return reply


def test_review_revises_until_nothing_is_left_to_criticise(scripted: Scripted) -> None:
    made = run(Verify(checks=["review"], captions=[]), video(taught()), scripted(reviewer([["a"], ["b", "c"]])))
    (sample,) = made.samples
    assert (sample.answer, sample.params["before_repair"]) == ("Revision 2.", "A red ball.")
    assert sample.messages[-1].content == "Revision 2."
    assert (sample.checks[0].value, sample.checks[0].detail) == (1.0, "criticised: a")
    made = run(Verify(checks=["review"], captions=[]), video(taught()), scripted(reviewer([])))
    assert [(check.verdict, check.value) for check in made.samples[0].checks] == [("pass", 0.0)]


def test_review_ends_after_its_rounds_and_asks_for_no_revision_that_is_not_wanted(scripted: Scripted) -> None:
    never = scripted(reviewer([["a"]] * 9))
    made = run(Verify(checks=["review"], captions=[], rounds=1), video(taught()), never)
    assert [(reject.reason, reject.value) for reject in made.rejects] == [("criticised", 1.0)]
    assert len(never.asked) == 3  # criticised, revised, criticised again
    strict = scripted(reviewer([["a"]] * 9))
    run(Verify(checks=["review"], captions=[], policy={"criticised": "tag"}), video(taught()), strict)
    assert len(strict.asked) == 1


# The stage.


def test_rules_need_no_teacher() -> None:
    stage = Verify()
    assert (stage.teachers(), stage.lanes_read(), stage.demand(60).calls) == ([], set(), 0)
    bad = taught(answer="A ball rolls by at 40 seconds.")
    made = run(stage, video(taught(), bad), None)
    assert [sample.answer for sample in made.samples] == ["A red ball."]
    assert {check.check: check.verdict for check in made.samples[0].checks} == {
        "text": "pass", "evidence": "pass", "times": "pass", "numbers": "pass", "grounding": "pass", "leak": "pass",
    }  # fmt: skip
    assert [(reject.reason, reject.value) for reject in made.rejects] == [("bad_time", 30.0)]


def test_a_check_that_asks_does_not_pass_for_want_of_a_teacher() -> None:
    with pytest.raises(Failed) as error:
        run(Verify(checks=["claims"]), video(taught()), None)
    assert error.value.reason == "no_teacher"


def test_a_sample_without_evidence_is_rejected_by_itself_and_not_as_the_video() -> None:
    made = run(Verify(), video(taught(evidence=[])), None)
    assert [(one.reason, one.lane, one.start, one.end) for one in made.rejects] == [
        ("no_evidence", "samples", 0.0, 10.0)
    ]


def test_the_first_finding_that_drops_ends_the_checks_of_a_sample(scripted: Scripted) -> None:
    bad = taught(answer="At 40 seconds, 7 cats.")
    teacher = scripted(watcher(()))
    made = run(Verify(teacher="judge", captions=[]), video(bad), teacher)
    assert len(made.rejects) == 1
    assert teacher.asked == []  # nothing is paid for a sample that is gone
    tagged = Verify.model_validate({"policy": {"bad_time": "tag", "wrong_number": "tag"}})
    made = run(tagged, video(taught(answer="At 40 seconds, 7 cats.")), None)
    assert [check.check for check in made.samples[0].checks if check.verdict == "fail"] == ["times", "numbers"]


def test_named_teacher_adds_claims_and_blind() -> None:
    stage = Verify(teacher="judge")
    assert [check.name for check in stage.teacher_checks()] == ["claims", "blind"]
    assert stage.teachers() == ["judge"]
    assert stage.lanes_read() == {"media"}
    assert stage.demand(60).calls > 0
    assert Verify(checks=["times", "blind"]).lanes_read() == set()


def test_summary() -> None:
    totals: dict[str, float] = {
        "samples": 120,
        "drop:bad_time": 4,
        "drop:unsupported": 5,
        "repair:criticised": 3,
        "captions": 40,
        "repair:caption:unsupported_caption": 2,
        "tag:blind_answerable": 1,
    }
    assert Verify().summary(totals) == (
        "verify: 120 samples, 9 dropped (bad_time 4, unsupported 5), 3 repaired, 1 tagged (blind_answerable 1); "
        "40 captions, 0 dropped, 2 repaired"
    )
    assert Verify().summary({}) == "verify: 0 samples, 0 dropped"


def test_a_failed_request_leaves_the_sample_unchecked_and_all_of_them_fail_the_video(scripted: Scripted) -> None:
    def half(request: Request) -> Any:
        return Reply(failure="refused", detail="no!") if "cat" in texts(request) else watcher(())(request)

    good, other = taught(), taught(answer="A cat.")
    made = run(Verify(checks=["claims"], captions=[]), video(good, other), scripted(half))
    assert made.samples == [good]
    assert [(one.kind, one.reason) for one in made.rejects] == [("failed", "refused"), ("dropped", "unchecked")]
    assert (made.rejects[0].detail, made.rejects[0].lane, made.rejects[0].start) == ("no!", "captions", 0.0)
    kept = Verify(checks=["claims"], captions=[], policy={"unchecked": "tag"})
    made = run(kept, video(taught(), taught(answer="A cat.")), scripted(half))
    assert [sample.checks[0].verdict for sample in made.samples] == ["pass", "unsure"]
    with pytest.raises(Failed) as error:
        run(
            Verify(checks=["claims"], captions=[]),
            video(taught()),
            scripted(Reply(failure="teacher_error", detail="503")),
        )
    assert (error.value.reason, error.value.detail) == ("teacher_error", "503")


def test_captions_are_checked_for_refusals_and_misread_words() -> None:
    made = video()
    made.put("captions", [
        Span(0, 5, "I'm sorry, I cannot see the video."), Span(1, 5, 'A sign reads "NO ENTRY".'),
        Span(2, 5, 'A sign reads "NO EXIT".'), Span(10, 12, 'A sign reads "STOP".'),
    ])  # fmt: skip
    run(Verify(), made, None)
    assert [span.start for span in made.lane("captions")] == [1, 10]  # at 10 s nothing was read
    assert [(reject.reason, reject.start) for reject in made.rejects] == [("refused", 0), ("wrong_words", 2)]
    assert made.lane("captions")[0].attrs["checked_words"] == "pass"


def test_settings_that_make_no_sense_are_refused() -> None:
    for settings, message in (
        ({"checks": ["clams"]}, "unknown check clams; known: text, query_time, stream, evidence"),
        ({"policy": {"bad_tme": "drop"}}, "unknown key bad_tme; known: empty"),
        (
            {"policy": {"bad_time": "repair"}},
            "bad_time cannot be repaired, only contradicts_human, criticised, unsupported",
        ),
        ({"blind": []}, "at least 1 item"),
    ):
        with pytest.raises(ValidationError, match=message):
            Verify.model_validate(settings)


def test_frames_need_a_probed_file() -> None:
    made = video()
    made.media = None
    teacher = VideoTeacher(made, None, Verify().prompter())  # type: ignore[arg-type]
    with pytest.raises(Failed) as error:
        teacher.frames(0, 5)
    assert error.value.reason == "no_media"
    assert Facts(Timeline("v")).duration == float("inf")


def test_what_contradicts_the_human_label_is_cut_out_of_captions(scripted: Scripted) -> None:
    made = video()
    first, second = made.lane("captions")
    first.attrs["human"] = "A blue ball rolls by.\nIt is dry."

    def answer(request: Request) -> Any:
        assert shown(request, "human label") == "A blue ball rolls by.\nIt is dry."
        assert shown(request, "description").splitlines()[0] == "1. A red ball rolls by."
        assert not [part for turn in request.turns for part in turn.parts if isinstance(part, Frames)]
        named = [
            {"sentence": 1, "person": "a blue ball"},
            {"sentence": 3, "person": "dry"},
            {"sentence": 9, "person": "?"},
        ]
        return {"contradicted": named}

    teacher = scripted(answer)
    asyncio.run(Verify(teacher="watcher", checks=["human"]).run(made, teacher))
    assert len(teacher.asked) == 1  # the other caption has no human label
    first, second = made.lane("captions")
    assert first.text == "A cat sleeps."
    assert first.attrs["checked_human"] == "contradicts_human"
    assert "A red ball rolls by. (the person: a blue ball); A dog barks" in first.attrs["cut_claims"]
    assert second.text == "A child waves."


def test_a_caption_that_agrees_with_its_label_stays(scripted: Scripted) -> None:
    made = video()
    made.lane("captions")[0].attrs["human"] = "A ball."
    asyncio.run(Verify(teacher="watcher", checks=["human"]).run(made, scripted(lambda request: {"contradicted": []})))
    assert made.lane("captions")[0].text == CAPTION
    assert made.lane("captions")[0].attrs["checked_human"] == "pass"
    assert Verify(teacher="watcher", checks=["human"]).lanes_read() == set()


def test_keyframes_that_were_not_shown_are_said_once(scripted: Scripted) -> None:
    made = video(taught(), taught("Who rolls by?"))
    made.put("keyframes", [Span(float(n), float(n)) for n in range(10)])
    look = {"which": "keyframes", "count": 3}
    stage = Verify.model_validate({"checks": ["claims"], "teacher": "judge", "captions": [], "look": look})
    run(stage, made, scripted(watcher(("none",))))
    told = (stage.summary(made.report) or "").split("\n")
    assert told[1:] == [
        "verify: 7 keyframes of 1 span were not shown, evenly left out; raise look: {count: 3} to show all."
    ]
