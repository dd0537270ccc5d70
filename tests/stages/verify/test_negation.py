"""Denials against what the evidence says, quotations without their "not", parts of a video, durations."""

from __future__ import annotations

import pytest

from vdata.schemas import Evidence, Sample, Span, Timeline, make_id
from vdata.stages.verify.check_list import rule_checks
from vdata.stages.verify.finding import Facts


def outcome(check: str, answer: str, lane: str, text: str, question: str = "What happens?") -> tuple[str, str] | None:
    """What *check* finds of an answer that cites one span of *lane*, at 70 to 90 of 200 seconds."""
    video = Timeline("v.mp4", make_id("v"), 200.0)
    video.put(lane, [Span(70.0, 90.0, text)])
    span = video.lane(lane)[0]
    evidence = [Evidence(span.start, span.end, lane, text, span.id)]
    sample = Sample("what", question, answer, 70.0, 90.0, evidence, teacher="watcher")
    found = rule_checks()[check].check(sample, Facts(video))
    return None if found is None else (found.outcome, found.reason)


DOG, CAT = "a dog digs a hole", "the cat does not catch the mouse"
WRONG = ("fail", "wrong_negation")


@pytest.mark.parametrize(
    ("answer", "text", "found"),
    [
        ("The dog never digs a hole.", DOG, WRONG),
        ("It isn't true that the dog dug a hole.", DOG, WRONG),
        ("The cat caught the mouse.", CAT, WRONG),
        ("The cat manages to catch the mouse.", CAT, WRONG),
        ("The cat fails to catch the mouse.", CAT, ("pass", "")),
        ("The dog digs a hole.", DOG, None),
        ("The dog never so much as tried to dig a hole.", DOG, WRONG),
        ("The dog does not, in the time that we get, dig a hole.", DOG, WRONG),
        ("The cat can be seen, quite plainly, catching the mouse.", CAT, WRONG),
        ("The cat failed in this: to catch the mouse.", CAT, ("pass", "")),
        ("The dog does not dig a hole until the end.", DOG, None),
        ("The dog makes no attempt to dig a hole.", DOG, WRONG),
        ("The dog opts not to dig a hole.", DOG, WRONG),
        ("The dog has yet to dig a hole.", DOG, WRONG),
        ("One cannot say that the dog digs a hole.", DOG, WRONG),
        ("Nothing here indicates that the dog digs a hole.", DOG, WRONG),
        ("The dog goes through the clip without digging a hole.", DOG, WRONG),
        ("The dog does something other than dig a hole.", DOG, WRONG),
        ("The dog stops short of digging a hole.", DOG, WRONG),
        ("The dog neither digs a hole nor looks as if about to.", DOG, WRONG),
        ("Rather than dig, the dog is busy elsewhere.", DOG, WRONG),
        ("Instead of catching the mouse, the cat sleeps.", CAT, ("pass", "")),
        ("Here the cat starts catching the mouse.", CAT, WRONG),
        ("The cat sits there and catches the mouse.", CAT, WRONG),
        ("The part is about the cat catching the mouse.", CAT, WRONG),
        ("The boy used a saw.", "the boy does not use a saw", WRONG),
        ("At no point does the contestant press it.", "the contestant does not press it", ("pass", "")),
        ('{"event": "the dog digs a hole", "present": "no"}', DOG, WRONG),
        ('{"event": "the dog digs a hole", "present": false}', DOG, WRONG),
        ('{"event": "the dog digs a hole", "present": "yes"}', DOG, None),
        ('{"event": "the cat catches the mouse", "absent": true}', CAT, ("pass", "")),
        ("- event: the dog digs a hole\n- shown: no", DOG, WRONG),
        ("the cat catches the mouse | seen: yes", CAT, WRONG),
        ("Anyone waiting for the dog to dig a hole waits in vain.", DOG, WRONG),
        ("Claim: the dog digs a hole. Verdict: not true.", DOG, WRONG),
        ("The dog digs a hole - no", DOG, WRONG),
        ("The dog digs a hole? Nope.", DOG, WRONG),
        ("At no point, as far as the footage goes, does the dog dig a hole.", DOG, WRONG),
        ("The cat doesn't catch the mouse and never will.", CAT, ("pass", "")),
        ("To everyone's surprise the cat catches the mouse.", CAT, WRONG),
        ("The cat catches the mouse, luckily.", CAT, WRONG),
        ("The cat don't never catch the mouse.", CAT, ("pass", "")),
        ("False: the cat doesn't catch the mouse.", CAT, ("pass", "")),
        ("The cat tried to catch the mouse, but without success.", CAT, ("pass", "")),
        ("A man skips stones.", "a man skips stones", None),
        ("The dog digs a hole and nothing else.", DOG, None),
        ("The dog does not sleep.", DOG, ("unsure", "")),
        ("The dog digs a hole, but the cat does not see it.", DOG, ("unsure", "")),
        ('The dog digs a hole and hears "do not dig a hole".', DOG, None),
    ],
)
def test_negations(answer: str, text: str, found: tuple[str, str] | None) -> None:
    assert outcome("negation", answer, "events", text) == found


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ('He says "you must not touch the stove".', "pass"),
        ('He says "you must touch the stove".', "fail"),
        ('He says "touch the stove".', "fail"),
        ("He says that you must not touch the stove.", "pass"),
        ("He says that you must touch the stove.", "fail"),
        ("He says that you must not touch the piano.", "fail"),
        ("He says that he must not touch the stove.", "pass"),
    ],
)
def test_quotations_keep_their_not(answer: str, found: str) -> None:
    assert (outcome("words", answer, "speech", "you must not touch the stove") or ("",))[0] == found


@pytest.mark.parametrize(
    ("check", "answer", "found"),
    [
        ("times", "It happens in the second minute.", "pass"),
        ("times", "It happens in the first half minute.", "fail"),
        ("times", "It happens in the front half of the second minute.", "pass"),
        ("times", "It happens in the back half of the first minute.", "fail"),
        ("times", "It happens in the first minute and a half.", "pass"),
        ("times", "It happens after the first hundred seconds.", "fail"),
        ("times", "It happens by the 0:40 mark.", "fail"),
        ("times", "It happens not before the first minute is over.", "pass"),
        ("times", "About a minute and a quarter in.", "pass"),
        ("times", "About half a minute in.", "fail"),
        ("numbers", "The dog digs for 20 seconds.", "pass"),
        ("numbers", "The dog digs for half a minute.", "fail"),
    ],
)
def test_parts_and_durations(check: str, answer: str, found: str) -> None:
    assert (outcome(check, answer, "events", DOG) or ("",))[0] == found
