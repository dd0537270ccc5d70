"""Each rule check on samples that pass and on samples that do not: verdict, reason and value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vdata.schemas import Evidence, Message, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.options import Options
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.verify.check_list import default_policy, repairs, rule_checks, teacher_checks
from vdata.stages.verify.checks.words import WordsCheck
from vdata.stages.verify.finding import Facts, Finding
from vdata.stages.verify.verify import Verify

EVENTS = (
    (4.4, 6.6, "a red circle crosses the picture"),
    (14.8, 16.4, "a green square falls and bounces once"),
    (17.0, 19.0, "a white star turns around itself twice"),
    (28.4, 30.6, "a red circle crosses the picture"),
    (31.0, 33.4, "a purple star blinks 3 times"),
    (40.0, 45.0, "a square and a triangle meet"),
)


def film() -> Timeline:
    video = Timeline("film.mp4", make_id("film"), 60.0, attrs={"title": "A film by Anna Berg"})
    video.put("events", [Span(*event) for event in EVENTS])
    video.put("actions", [Span(start, end, label=text.split()[2]) for start, end, text in EVENTS])
    video.put("texts", [Span(14, 20, "MARKET STREET"), Span(50, 55, "OPEN 24 HOURS")])
    video.put("speech", [Span(1, 4, "Welcome to the show, dear Tom."), Span(30, 33, "Look at that star.")])
    return video


def taught(question: str, answer: str, *cites: int, lane: str = "events", **more: Any) -> Sample:
    """A teacher's sample that cites the spans with these numbers."""
    spans = [film().lane(lane)[n] for n in cites]
    evidence = [Evidence(span.start, span.end, lane, span.words, span.id) for span in spans]
    start, end = min((one.start for one in spans), default=0.0), max((one.end for one in spans), default=60.0)
    messages = [Message("user", question), Message("assistant", answer)]
    sample = Sample("what", question, answer, start, end, evidence, messages=messages, teacher="watcher")
    return replace(sample, **more)


def found(check: str, sample: Sample, video: Timeline | None = None) -> Finding | None:
    return rule_checks()[check].check(sample, Facts(video or film()))


def outcome(check: str, sample: Sample) -> tuple[str, str, float | None]:
    finding = found(check, sample)
    assert finding is not None
    assert finding.outcome != "fail" or finding.detail
    return finding.outcome, finding.reason, finding.value


def by_rule(task: str, lane: str = "events", options: bool = False) -> Sample:
    video = Tasks(of=[lane], tasks=[task], per_task=9).run(film())
    if options:
        Options().run(video)
    return next(sample for sample in video.samples if bool(sample.options) == options)


PASS = ("pass", "", None)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("A star.", PASS),
        ("  ", ("fail", "empty", 0)),
        ("I'm sorry, but I cannot see the video.", ("fail", "refused", None)),
        ("As an AI, I have no eyes.", ("fail", "refused", None)),
        ("This cannot be determined from the frames.", ("fail", "refused", None)),
        ("Not specified.", ("fail", "refused", None)),
        ('She says "I\'m sorry, I cannot come".', PASS),
        ("I can see the star.", PASS),
    ],
)
def test_text(answer: str, expected: tuple[str, str, float | None]) -> None:
    assert outcome("text", taught("What is there?", answer, 4)) == expected


def test_text_of_every_turn_and_of_samples_by_rule() -> None:
    sample = taught("What is there?", "A star.", 4)
    sample.messages.append(Message("user", " "))
    assert outcome("text", sample) == ("fail", "empty", 0)
    ours = by_rule("grounded_caption")
    assert outcome("text", replace(ours, answer="I cannot see it.")) == PASS  # somebody in the video may say so


def test_evidence() -> None:
    good = taught("What is there?", "A star.", 2, 4)
    assert outcome("evidence", good) == PASS
    cite = good.evidence[0]
    for changed, reason, value in (
        ([], "no_evidence", 0),
        ([replace(cite, lane="captions")], "unknown_span", None),
        ([replace(cite, span="x")], "unknown_span", None),
        ([replace(cite, start=15.0)], "evidence_changed", 2.0),
        ([replace(cite, text="a black cat")], "evidence_changed", None),
    ):
        assert outcome("evidence", replace(good, evidence=changed)) == ("fail", reason, value)
    assert outcome("evidence", replace(good, evidence=[replace(cite, start=18.0)])) == PASS  # a moment of the span
    assert outcome("evidence", replace(good, start=20.0)) == ("fail", "outside_stretch", 1.0)
    prediction = replace(good, start=17.0, end=19.0, params={"seen": cite.span})
    assert outcome("evidence", prediction) == PASS  # what comes later is the answer
    assert outcome("evidence", replace(prediction, params={})) == ("fail", "outside_stretch", 12.0)
    ours = by_rule("moment_retrieval")
    moment = replace(ours.evidence[0], end=ours.evidence[0].end - 1)
    assert outcome("evidence", replace(ours, evidence=[moment])) == ("fail", "evidence_changed", 1.0)


def test_evidence_without_an_id_must_be_said_in_its_lane() -> None:
    part = Evidence(1.0, 2.5, "speech", "Welcome to the")
    sample = taught("What is said?", "Welcome.", evidence=[part], start=1.0, end=4.0)
    assert outcome("evidence", sample) == PASS
    other = replace(sample, evidence=[replace(part, text="Goodbye to the")])
    assert outcome("evidence", other) == ("fail", "evidence_changed", None)


@pytest.mark.parametrize(
    "answer",
    [
        "From 4.4 to 6.6 seconds.",
        "between 0:04 and 0:07",
        "At about 5 seconds.",
        "It starts at four seconds and ends at seven seconds.",
        "00:04 - 00:06",
        "It lasts 2.2 seconds.",
        "At the 6-second mark.",
    ],
)
def test_times_that_are_right_in_many_forms(answer: str) -> None:
    assert outcome("times", taught("When does the red circle cross?", answer, 0)) == PASS


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("From 8.4 to 10.6 seconds.", 4.0),
        ("between 0:10 and 0:12", 5.6),
        ("At about 10 seconds.", 3.4),
        ("It starts at nine seconds.", 4.6),
        ("It ends at 0:15.", 8.4),
        ("From 6.6 to 4.4 seconds.", 4.4),
        ("At 70 seconds.", 70.0),
    ],
)
def test_times_that_are_wrong(answer: str, value: float) -> None:
    assert outcome("times", taught("When does the red circle cross?", answer, 0)) == ("fail", "bad_time", value)


def test_times_of_the_question_count_and_lengths_do_not() -> None:
    assert outcome("times", taught("What happens from 0:04 to 0:07?", "A circle crosses.", 0)) == PASS
    assert outcome("times", taught("What happens at 0:30?", "A circle crosses.", 0))[1] == "bad_time"
    assert outcome("times", taught("How long does it take?", "About 2 seconds.", 0)) == PASS


def test_a_time_that_belongs_to_another_cited_span() -> None:
    question = "When do the square and the star move?"
    right = "The green square falls at 15 seconds, and the white star turns at 18 seconds."
    wrong = "The green square falls at 18 seconds, and the white star turns at 15 seconds."
    assert outcome("times", taught(question, right, 1, 2)) == PASS
    assert outcome("times", taught(question, wrong, 1, 2))[:2] == ("fail", "bad_time")
    asked = taught("When does the white star turn?", "From 31 to 33 seconds.", 2, 4)
    assert outcome("times", asked)[:2] == ("fail", "bad_time")


def test_times_outside_the_video_and_those_that_the_evidence_speaks_of() -> None:
    sample = taught("What is there?", "A star.", 4)
    assert outcome("times", replace(sample, end=61.0)) == ("fail", "bad_time", 61.0)
    assert outcome("times", replace(sample, start=40.0, end=39.0)) == ("fail", "bad_time", 39.0)
    assert outcome("times", replace(sample, rationale="It is seen at 75 seconds."))[1] == "bad_time"
    evidence = [replace(sample.evidence[0], text="the shop opens at 9:30")]
    assert outcome("times", replace(sample, evidence=evidence, answer="It opens at 9:30.")) == PASS
    listed = "0:31: a star\n0:28: a circle"
    assert outcome("times", taught("List what happens.", listed, 3, 4))[1] == "bad_time"


def test_times_of_samples_by_rule() -> None:
    for task in ("moment_retrieval", "dense_caption", "temporal_grounded_caption", "grounded_caption"):
        assert outcome("times", by_rule(task)) == PASS
    ours = by_rule("moment_retrieval")
    assert outcome("times", replace(ours, answer="From 50.0 to 52.0 seconds."))[:2] == ("fail", "bad_time")
    assert outcome("times", replace(ours, answer="Soon."))[:2] == ("fail", "bad_time")
    asked = by_rule("grounded_caption")
    assert outcome("times", replace(asked, question="What happens from 50.0 to 52.0 seconds?"))[1] == "bad_time"


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("What happens?", "The square falls, then the star turns.", "The star turns, then the square falls."),
        ("What happens?", "After the square falls, the star turns.", "After the star turns, the square falls."),
        ("What happens after the green square falls?", "A white star turns.", ""),
        ("What happens before the white star turns?", "A green square falls.", ""),
        ("Which comes first?", "The green square falling.", "The white star turning."),
        ("Put in order.\n1. The star turns.\n2. The square falls.", "2, 1", "1, 2"),
        ("In which order?", "1. The square falls; 2. The star turns.", "1. The star turns; 2. The square falls."),
    ],
)  # fmt: skip
def test_order(question: str, right: str, wrong: str) -> None:
    assert outcome("order", taught(question, right, 2, 1)) == PASS
    if wrong:
        finding = outcome("order", taught(question, wrong, 2, 1))
        assert finding in (("fail", "wrong_order", 14.8), ("fail", "wrong_order", 17.0))


def test_order_of_neighbours() -> None:
    asked = "What happens {} the white star turns around?"
    green = "A green square falls."
    assert outcome("order", taught(asked.format("before"), green, 1, 2)) == PASS
    assert outcome("order", taught(asked.format("after"), green, 1, 2)) == ("fail", "wrong_order", 14.8)
    purple = "A purple star blinks."
    assert outcome("order", taught(asked.format("after"), purple, 2, 4)) == PASS
    between = outcome("order", taught(asked.format("right after"), purple, 2, 4))
    assert between == ("fail", "wrong_order", 28.4)  # the red circle comes between
    assert found("order", taught("What is there?", "A star.", 2)) is None


def test_order_of_samples_by_rule() -> None:
    ours = by_rule("event_order")
    assert outcome("order", ours) == PASS
    turned = ", ".join(reversed(ours.answer.split(", ")))
    assert outcome("order", replace(ours, answer=turned))[:2] == ("fail", "wrong_order")
    first = by_rule("first_last")
    assert outcome("order", first) == PASS
    middle = taught("", "", 2).evidence
    assert outcome("order", replace(first, evidence=middle))[:2] == ("fail", "wrong_order")
    after = by_rule("before_after")
    assert outcome("order", after) == PASS
    apart = taught("", "", 0, 4).evidence
    assert outcome("order", replace(after, evidence=apart))[:2] == ("fail", "wrong_order")


def test_order_where_a_teacher_names_the_events() -> None:
    sample = taught("Put in order.\n1. The star turns.\n2. The square falls.", "2, 1", 2, 1,
                    params={"rule": "event_order", "kind": "sentence"})  # fmt: skip
    assert outcome("order", sample) == PASS
    swapped = replace(sample, question="Put in order.\n1. The square falls.\n2. The star turns.")
    assert outcome("order", swapped) == ("fail", "wrong_order", 17.0)


@pytest.mark.parametrize(
    ("question", "right", "wrong", "cites"),
    [
        ("How many times does a red circle cross?", "Twice.", "Three times.", (0, 3)),
        ("How many times does a red circle cross?", "2", "1", (0,)),
        ("How often does the purple star blink?", "It blinks three times.", "It blinks once.", (4,)),
        ("How many times does the star turn?", "Two.", "Never.", (2,)),
        ("How many shapes meet?", "There are two.", "Three shapes.", (5,)),
        ("How often does the square bounce?", "Just once.", "2 times, at 15 seconds", (1,)),
    ],
)
def test_count(question: str, right: str, wrong: str, cites: tuple[int, ...]) -> None:
    assert outcome("count", taught(question, right, *cites)) == PASS
    kind, reason, value = outcome("count", taught(question, wrong, *cites))
    assert (kind, reason) == ("fail", "wrong_count")
    assert value in (0, 1, 2, 3)


def test_count_in_a_part_of_the_video_and_without_a_number() -> None:
    part = taught("How many times does a red circle cross in the first half minute?", "Once.", 0, end=20.0)
    assert outcome("count", part) == PASS
    assert outcome("count", taught("How many times does it cross?", "Often.", 0))[0] == "unsure"
    assert found("count", taught("What is there?", "Three stars.", 0)) is None


def test_count_of_spans_that_are_not_meant() -> None:
    question = "How many times does a red circle cross the picture?"
    assert outcome("count", taught(question, "3", 0, 2, 3)) == ("fail", "wrong_count", 3)
    ruled = taught(question, "2", 0, 3, params={"rule": "counting", "kind": "sentence"})
    assert outcome("count", ruled) == PASS
    assert outcome("count", replace(ruled, answer="1", evidence=ruled.evidence[:1])) == ("fail", "wrong_count", 1)


def test_count_of_samples_by_rule() -> None:
    ours = next(
        sample
        for sample in Tasks(of=["actions"], tasks=["counting"], per_task=9).run(film()).samples
        if sample.params["of"] == "circle"
    )
    assert ours.answer == "2"
    assert outcome("count", ours) == PASS
    assert outcome("count", replace(ours, answer="3"))[:2] == ("fail", "wrong_count")
    fewer = replace(ours, answer="1", evidence=ours.evidence[:1])
    assert outcome("count", fewer) == ("fail", "wrong_count", 1.0)  # the lane has two


def test_answer_is_worked_out_again() -> None:
    for task, lie, reason in (
        ("moment_retrieval", "From 1.0 to 2.0 seconds.", "bad_time"),
        ("event_order", "1, 2", "wrong_order"),
        ("grounded_caption", "A black cat.", "wrong_answer"),
    ):
        ours = by_rule(task)
        assert outcome("answer", ours) == PASS
        assert outcome("answer", replace(ours, answer=lie)) == ("fail", reason, None)
    listed = by_rule("dense_caption")
    assert outcome("answer", replace(listed, answer=listed.answer.replace("4.4", "9.4")))[1] == "bad_time"
    assert outcome("answer", replace(listed, evidence=[], params={}))[1] == "wrong_answer"
    assert found("answer", taught("What is there?", "A star.", 2)) is None


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("A star blinks three times.", None),
        ("A star blinks 3 times at 31 seconds.", None),
        ("A star blinks for 2.4 seconds.", None),
        ("At 31, a star blinks.", None),
        ("At 71, a star blinks.", 71),
        ("It is one star.", None),
        ("A star blinks five times.", 5),
        ("A star blinks twice.", 2),
        ("Seven stars blink 3 times.", 7),
        ("A star blinks for 12 seconds.", 12),
    ],
)
def test_numbers(answer: str, value: float | None) -> None:
    expected = PASS if value is None else ("fail", "wrong_number", value)
    assert outcome("numbers", taught("What does it do?", answer, 4)) == expected


def test_numbers_of_several_things() -> None:
    assert outcome("numbers", taught("What happens?", "Two shapes meet.", 5)) == PASS
    assert outcome("numbers", taught("What happens?", "Four shapes meet.", 5)) == ("fail", "wrong_number", 4)
    assert outcome("numbers", taught("What happens?", "Two circles cross.", 0, 3)) == PASS
    assert outcome("numbers", taught("What happens to the 7 dwarfs?", "All 7 leave.", 0)) == PASS
    assert found("numbers", taught("How many meet?", "Four.", 5)) is None


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ('It reads "MARKET STREET".', None),
        ("It says 'Market Street'.", None),
        ("The words Market Street are shown.", None),
        ('One reads "MARKETSTREET".', None),
        ('It reads "MARKET SQUARE".', 50.0),
        ("MARKET ROAD is written there.", 20.0),
        ('It says "street market".', 0.0),
    ],
)
def test_words(answer: str, value: float | None) -> None:
    kind, reason, likeness = outcome("words", taught("What does the sign say?", answer, 0, lane="texts"))
    if value is None:
        assert (kind, reason, likeness) == PASS
    else:
        assert (kind, reason) == ("fail", "wrong_words")
        assert likeness is not None
        assert likeness < 85


def test_words_that_fill_in_the_question_of_a_template_are_not_looked_up_in_what_its_answer_is_of() -> None:
    video = Timeline("a.mp4", make_id("a"), 60.0)
    video.put("texts", [Span(2, 9, "MARKET STREET", values={"x0": 0.2})])
    bins = {"on the left": [0, 0.5], "on the right": [0.5, 1]}
    side = {"name": "side", "of": "texts", "ask": 'Where is "{text}"?', "answer": "{value:x0}"}
    (sample,) = Tasks.model_validate({"tasks": [{**side, "options": {"bins": bins}}]}).run(video).samples
    assert (sample.question, sample.answer) == ('Where is "MARKET STREET"?', "on the left")
    assert WordsCheck().check(sample, Facts(video)) is None
    sample.answer = 'It says "CHURCH LANE".'
    found = WordsCheck().check(sample, Facts(video))
    assert found is not None
    assert found.outcome == "fail"


def test_words_in_other_lanes_at_that_time() -> None:
    assert outcome("words", taught("What is said?", 'Someone says "look at that star".', 4)) == PASS
    wrong = taught("What is said?", 'Someone says "look at that moon".', 4)
    assert outcome("words", wrong)[:2] == ("fail", "wrong_words")
    nothing = taught("What is said?", 'Someone says "hello there".', 0)
    assert outcome("words", nothing)[0] == "unsure"
    assert outcome("words", taught('Who says "look at that moon"?', "A man.", 4))[1] == "wrong_words"
    assert found("words", taught("What is there?", "A star.", 4)) is None


@pytest.mark.parametrize(
    ("question", "answer", "leaks"),
    [
        ("What colour is the red circle?", "Red.", True),
        ("Where does the man on the beach stand?", "on the beach", True),
        ("What colour is the circle?", "Red.", False),
        ("Is the circle red?", "Red.", False),
        ("Is it red or blue?", "Blue", False),
        ("Of the 3 stars, how many blink?", "3", False),
        ("What happens at 0:04?", "At 0:04.", False),
    ],
)
def test_leak(question: str, answer: str, leaks: bool) -> None:
    finding = found("leak", taught(question, answer, 0))
    assert (finding is not None and finding.reason == "leaked_answer") == leaks
    assert finding is None or leaks or finding.outcome == "pass"


def test_leak_in_multiple_choice_only_when_the_wrong_ones_do_not_stand_there_too() -> None:
    sample = taught("Which of cat, dog and cow barks?", "dog", 0, options=["cat", "dog", "cow"], answer_index=1)
    assert outcome("leak", sample) == PASS
    assert outcome("leak", replace(sample, question="Which dog barks?")) == ("fail", "leaked_answer", 3)


def choice(**changed: Any) -> Sample:
    sample = taught("What blinks?", "A star", 4, options=["A cat", "A star", "A dog"], answer_index=1)
    sample.messages[-1].content = "B. A star"
    return replace(sample, **changed)


@pytest.mark.parametrize(
    ("changed", "reason", "value"),
    [
        ({}, "", None),
        ({"answer": "B"}, "", None),
        ({"options": ["A star"], "answer_index": 0}, "too_few_options", 1),
        ({"answer_index": 3}, "no_right_option", 3),
        ({"answer_index": None}, "no_right_option", None),
        ({"answer": "A cow"}, "no_right_option", None),
        ({"options": ["A cat", "A star", "a cat."]}, "duplicate_options", 2),
        ({"options": ["a star!", "A star", "A dog"]}, "two_right_options", 2),
        ({"options": ["3", "Three", "4"], "answer": "Three"}, "two_right_options", 2),
        ({"answer": "A cat"}, "bad_letter", 0),
        ({"answer": "C"}, "bad_letter", 2),
        ({"options": [], "answer_index": 2}, "no_right_option", 2),
        ({"options": ["A cat", "A star that blinks in the sky", "A dog"], "answer": "B"}, "told_by_length", 5.8),
        ({"options": ["A cat that sleeps all day", "A star", "A dog that barks at it"]}, "told_by_length", 3.67),
        ({"options": ["A cat that sleeps all day", "A star", "A dog"]}, "", None),  # not by far
    ],
)
def test_options(changed: dict[str, Any], reason: str, value: float | None) -> None:
    assert outcome("options", choice(**changed)) == ("fail" if reason else "pass", reason, value)


def test_options_letter_in_the_conversation() -> None:
    sample = choice()
    sample.messages[-1].content = "C. A star"
    assert outcome("options", sample) == ("fail", "bad_letter", 2)
    assert found("options", taught("What blinks?", "A star", 4)) is None
    assert outcome("options", by_rule("grounded_caption", options=True)) == PASS
    near = choice(options=["12.5%", "125%", "1.25%"], answer="125%", answer_index=1)
    near.messages[-1].content = "B. 125%"
    assert outcome("options", near) == PASS
    long = found("options", choice(options=["A cat", "A star that blinks in the sky", "A dog"], answer="B"))
    assert long is not None
    assert long.detail == "the right option is 5.8 times as long as any other: 29 characters, they 5, 5"
    assert default_policy()["told_by_length"] == "tag"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("It was made by Anna Berg.", PASS),
        ("He greets Tom.", PASS),
        ("On Monday, it rains.", PASS),
        ("The Answer Is Exactly Seven | Within the Opening Minute", PASS),
        ("He greets Robert Smith.", ("fail", "unknown_name", 2)),
        ("The star is seen in Paris.", ("fail", "unknown_name", 1)),
    ],
)
def test_names(answer: str, expected: tuple[str, str, float | None]) -> None:
    finding = found("names", taught("Who is it?", answer, 0))
    assert finding is None or (finding.outcome, finding.reason, finding.value) == expected
    assert finding is not None or expected == PASS


def test_every_reason_of_a_check_has_a_policy() -> None:
    assert set(default_policy().values()) == {"drop", "repair", "tag"}
    assert (
        set(default_policy()) >= repairs() == {"contradicts_human", "unsupported", "unsupported_caption", "criticised"}
    )


def test_all_checks_by_rule_have_one_word() -> None:
    assert Verify(checks=["rules"]).rule_checks() == Verify().rule_checks() == [*rule_checks().values()]
    stage = Verify(teacher="t", checks=["label", "rules", "text"], tolerance=2, min_similarity=90)
    assert [check.name for check in stage.teacher_checks()] == ["label"]
    assert stage.makes_checks() == {key: {"label", *rule_checks()} for key in ("", "captions")}


def test_checks_are_made_in_this_order() -> None:
    by_rule = "evidence boxes times order count answer numbers grounding negation well_formed words leak options"
    last = ("interleaved", "names", "rationale", "chain")
    assert [*rule_checks()] == ["text", "query_time", "stream", *by_rule.split(), *last]
    assert [*teacher_checks()] == ["human", "claims", "label", "agreement", "blind", "too_easy", "review", "consistent"]
