"""Corrections: verdicts of people become checks, corrections stand, what does not fit is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vdata.rules.reviews import content_of, content_of_span
from vdata.schemas import Evidence, Message, Sample, Span, Timeline, Verdict
from vdata.schemas.reviewed import reviewed
from vdata.stages.verify.corrections import Corrections


def open_sample(id: str = "s1") -> Sample:
    messages = [Message("user", "Look. What is cooked?"), Message("assistant", "Eggs are cooked.")]
    cited = [Evidence(2.0, 5.0, "events", "Eggs are cracked.", "e1")]
    return Sample("what", "What is cooked?", "Eggs", 2.0, 5.0, cited, messages=messages, teacher="t", id=id)


def choice(id: str = "m1") -> Sample:
    sample = open_sample(id)
    sample.answer, sample.options, sample.answer_index = "Eggs.", ["Fish.", "Eggs."], 1
    sample.rationale = "A hen is seen."
    said = "<think>\nA hen is seen.\n</think>\nB. Eggs."
    sample.messages = [Message("user", "What is cooked?\nA. Fish.\nB. Eggs.\nWhich?"), Message("assistant", said)]
    return sample


def ruled(id: str = "r1") -> Sample:
    cited = [Evidence(2.0, 5.0, "events", "Eggs are cracked.", "e1")]
    said = "From 2.0 to 5.0 seconds."
    messages = [Message("user", "When are eggs cracked?"), Message("assistant", said)]
    params = {"time_format": "seconds", "duration": "20.0", "kind": "sentence"}
    return Sample("moment_retrieval", "When are eggs cracked?", said, 2.0, 5.0, cited, params, messages=messages, id=id)


def video(*samples: Sample) -> Timeline:
    found = Timeline("a.mp4", "a" * 24, 20.0)
    found.samples = list(samples)
    return found


def say(video: Timeline, item: Sample, verdict: str, by: str = "ann", **changes: Any) -> None:
    """Lay what *by* says of *item*, as it is now."""
    attrs = {"of": item.id, "content": content_of(item), "by": by}
    attrs |= {name: value if isinstance(value, str) else json.dumps(value) for name, value in changes.items()}
    video.put("reviews", [*video.lane("reviews"), Span(item.start, item.end, label=verdict, attrs=attrs)])


def run(video: Timeline, **settings: Any) -> str:
    """What the summary says of it."""
    Corrections(**settings).run(video)
    return reviewed(video.report)


def test_verdicts_become_checks() -> None:
    found = video(*(open_sample(f"s{n}") for n in range(4)))
    for sample, verdict in zip(found.samples, ("right", "wrong", "unsure"), strict=False):
        say(found, sample, verdict, comment="Hm.")
    assert run(found) == "reviewed by people: 1 right, 1 wrong, 0 corrected, 1 unsure"
    assert [(one.id, one.checks) for one in found.samples] == [
        ("s0", [Verdict("people", "pass", 1.0, "1 right (ann); Hm.")]),
        ("s2", [Verdict("people", "unsure", 1.0, "1 unsure (ann); Hm.")]),
        ("s3", []),
    ]
    (reject,) = found.rejects
    assert (reject.reason, reject.lane, reject.span) == ("found_wrong", "events", "e1")
    assert reject.detail == "what: What is cooked? -> Eggs | 1 wrong (ann); Hm."


def test_what_becomes_of_each_is_a_setting() -> None:
    def ends(**settings: Any) -> tuple[list[str], list[str]]:
        found = video(*(open_sample(f"s{n}") for n in range(4)))
        say(found, found.samples[0], "wrong")
        say(found, found.samples[1], "unsure")
        say(found, found.samples[2], "right", "ann")
        say(found, found.samples[2], "wrong", "ben")
        run(found, **settings)
        return [one.id for one in found.samples], [one.reason for one in found.rejects]

    assert ends() == (["s1", "s2", "s3"], ["found_wrong"])
    assert ends(wrong="keep") == (["s0", "s1", "s2", "s3"], [])
    assert ends(unsure="drop") == (["s3"], ["found_wrong", "found_unsure", "people_disagree"])
    assert ends(unreviewed="drop") == (["s1", "s2"], ["found_wrong", "not_reviewed"])


def test_an_open_answer_and_its_question() -> None:
    found = video(open_sample())
    say(found, found.samples[0], "wrong", answer="Fish", question="What is fried?")
    assert run(found) == "reviewed by people: 0 right, 0 wrong, 1 corrected"
    (sample,) = found.samples
    assert (sample.question, sample.answer, sample.id, sample.teacher) == ("What is fried?", "Fish", "s1", "t")
    assert [turn.content for turn in sample.messages] == ["Look. What is fried?", "Fish are cooked."]
    assert json.loads(sample.params["was"]) == {"question": "What is cooked?", "answer": "Eggs"}
    assert sample.checks == [Verdict("people", "pass", 1.0, "corrected: question, answer; 1 wrong (ann)")]


@pytest.mark.parametrize("answer", ["Fish.", "A", "a)"])
def test_another_option_takes_the_rationale_with_it(answer: str) -> None:
    found = video(choice())
    say(found, found.samples[0], "wrong", answer=answer)
    run(found)
    (sample,) = found.samples
    assert (sample.answer, sample.answer_index, sample.rationale) == ("Fish.", 0, "")
    assert [turn.content for turn in sample.messages] == ["What is cooked?\nA. Fish.\nB. Eggs.\nWhich?", "A. Fish."]
    assert json.loads(sample.params["was"]) == {"answer": "Eggs.", "rationale": "A hen is seen."}


def test_other_options() -> None:
    found = video(choice(), choice("m2"))
    say(found, found.samples[0], "wrong", options=["Fish.", "Rice.", "Eggs."])
    say(found, found.samples[1], "right", options=["Fish.", "Two eggs."])
    run(found)
    one, two = found.samples
    assert (one.answer, one.answer_index, one.rationale) == ("Eggs.", 2, "A hen is seen.")
    assert one.messages[0].content == "What is cooked?\nA. Fish.\nB. Rice.\nC. Eggs.\nWhich?"
    assert one.messages[1].content == "<think>\nA hen is seen.\n</think>\nC. Eggs."
    assert (two.answer, two.answer_index, two.messages[1].content) == ("Two eggs.", 1, "B. Two eggs.")


def test_corrected_evidence_gives_the_answer_by_rule() -> None:
    found = video(ruled(), ruled("r2"))
    lines = [{"start": 3.0, "end": 6.5, "lane": "events", "text": "Eggs are cracked."}]
    say(found, found.samples[0], "wrong", evidence=lines)
    say(found, found.samples[1], "wrong", answer="From 1.0 to 2.0 seconds.")
    assert run(found) == "reviewed by people: 0 right, 0 wrong, 2 corrected"
    one, two = found.samples
    assert (one.answer, one.start, one.end, one.teacher) == ("From 3.0 to 6.5 seconds.", 3.0, 6.5, "")
    assert one.messages[1].content == "From 3.0 to 6.5 seconds."
    assert one.evidence == [Evidence(3.0, 6.5, "events", "Eggs are cracked.", "")]
    assert json.loads(one.params["was"])["evidence"][0]["span"] == "e1"
    assert (two.answer, two.teacher) == ("From 1.0 to 2.0 seconds.", "people")


def test_lines_of_evidence_that_stay_go_on_citing_their_span() -> None:
    found = video(open_sample())
    kept = {"start": 2.0004, "end": 5.0, "lane": "events", "text": "Eggs are cracked."}
    say(found, found.samples[0], "right", evidence=[kept, {**kept, "start": 7.0, "end": 8.0, "text": "And fried."}])
    run(found)
    assert [one.span for one in found.samples[0].evidence] == ["e1", ""]
    assert (found.samples[0].start, found.samples[0].end) == (2.0, 8.0)


@pytest.mark.parametrize(
    ("sample", "changes", "why"),
    [
        (choice(), {"answer": "Rice."}, "the answer 'Rice.' is not among the options"),
        (choice(), {"options": ["Eggs."]}, "there must be 2 to 10 options, all different"),
        (open_sample(), {"options": ["a", "b"]}, "it is an open question"),
        (
            open_sample(),
            {"evidence": [{"start": 1, "end": 90, "lane": "events", "text": "x"}]},
            "evidence until 90 s is after the end of the video (20 s)",
        ),
    ],
)
def test_what_does_not_fit_is_said_and_the_verdict_counts(sample: Sample, changes: dict[str, Any], why: str) -> None:
    found = video(sample)
    say(found, sample, "wrong", **changes)
    said = run(found, wrong="keep")
    assert said == "reviewed by people: 0 right, 1 wrong, 0 corrected; set aside: 1 corrections that could not be made"
    (kept,) = found.samples
    assert kept.checks[0].verdict == "fail"
    assert why in kept.checks[0].detail
    assert "was" not in kept.params


def test_turns_that_hang_together_are_not_rewritten() -> None:
    sample = open_sample()
    sample.messages *= 2
    found = video(sample)
    say(found, sample, "wrong", answer="Fish")
    run(found)
    assert "not corrected: its turns hang together" in found.rejects[0].detail


@pytest.mark.parametrize(
    ("said", "rule", "verdict", "answer"),
    [
        ([("wrong", "Fish"), ("wrong", "Fish"), ("right", None)], "majority", "pass", "Fish"),
        ([("wrong", "Fish"), ("wrong", "Fish"), ("right", None)], "all", "unsure", "Eggs"),
        ([("wrong", "Fish"), ("wrong", None)], "majority", "pass", "Fish"),  # the other only knows that it is wrong
        ([("wrong", "Fish"), ("wrong", "Rice")], "majority", "fail", "Eggs"),
        ([("right", "Egg"), ("right", None), ("right", None)], "majority", "pass", "Eggs"),
        ([("right", None), ("wrong", "Fish")], "majority", "unsure", "Eggs"),
        ([("right", None), ("unsure", None), ("right", None)], "majority", "pass", "Eggs"),
        ([("right", None), ("unsure", None), ("right", None)], "all", "unsure", "Eggs"),
    ],
)
def test_what_several_people_agree_on(said: list[tuple[str, str | None]], rule: str, verdict: str, answer: str) -> None:
    found = video(open_sample())
    (sample,) = found.samples
    for n, (one, text) in enumerate(said):
        say(found, sample, one, f"p{n}", **({"answer": text} if text else {}))
    run(found, agree=rule, wrong="keep")
    assert (sample.checks[0].verdict, sample.answer) == (verdict, answer)


def test_disagreement_is_told() -> None:
    found = video(open_sample(), open_sample("s2"))
    say(found, found.samples[0], "right", "ann")
    say(found, found.samples[0], "wrong", "ben")
    say(found, found.samples[1], "wrong", "ann", answer="Fish")
    say(found, found.samples[1], "wrong", "ben", answer="Rice")
    assert run(found, wrong="keep") == "reviewed by people: 0 right, 1 wrong, 0 corrected, 1 disagreed"
    one, two = found.samples
    assert one.checks == [Verdict("people", "unsure", 0.5, "1 right, 1 wrong (ann, ben)")]
    assert two.checks[0].detail == "2 wrong (ann, ben); they disagree on the answer"


def test_what_is_unknown_or_has_changed_is_named() -> None:
    found = video(open_sample())
    (sample,) = found.samples
    say(found, open_sample("gone"), "wrong")
    say(found, sample, "wrong")
    sample.answer = "Chicken"
    assert run(found) == (
        "reviewed by people: 0 right, 0 wrong, 0 corrected; set aside: 1 reviews of what is not there (any more), "
        "1 reviews of what has changed since"
    )
    assert found.samples == [sample]
    assert sorted((one.reason, one.detail, one.lane) for one in found.rejects) == [
        ("changed_item", "sample s1 is no longer what the person saw; it was found wrong", "reviews"),
        ("unknown_item", "there is no sample gone; it was found wrong", "reviews"),
    ]


@pytest.mark.parametrize(("said", "left"), [("right", 2), ("wrong", 0), ("corrected", 1), ("unsure", 2)])
def test_an_item_that_is_asked_in_several_ways(said: str, left: int) -> None:
    found = video(choice("m1"), choice("m2"), open_sample("s1"))
    for sample in found.samples[:2]:
        sample.group = "g"
    say(found, found.samples[0], said.replace("corrected", "wrong"), **({"answer": "A"} if said == "corrected" else {}))
    run(found)
    assert len(found.samples) == left + 1
    if left < 2:
        assert found.rejects[-1].detail.endswith("it asks the same as m1 in another way")


def test_a_second_round_is_about_what_the_first_has_corrected() -> None:
    found = video(open_sample())
    (sample,) = found.samples
    say(found, sample, "wrong", answer="Fish")
    after = video(open_sample())
    say(after, after.samples[0], "wrong", answer="Fish")
    run(after)
    say(found, after.samples[0], "wrong", "ben", answer="Rice")
    assert run(found) == "reviewed by people: 0 right, 0 wrong, 1 corrected"
    assert sample.answer == "Rice"
    assert json.loads(sample.params["was"]) == {"answer": "Eggs"}
    assert sample.checks == [Verdict("people", "pass", 1.0, "corrected: answer; 1 wrong (ben)")]


def captions() -> Timeline:
    found = video(open_sample())
    texts = ("Eggs are cracked.", "A hen dances.", "It rains.", "A bowl.")
    made = found.put("captions", [Span(n * 5.0, n * 5 + 4.0, text) for n, text in enumerate(texts)])
    said = [("right", {}), ("wrong", {"text": "A man dances.", "times": [5.5, 8.0]}), ("wrong", {})]
    spans = []
    for span, (verdict, changes) in zip(made, said, strict=False):
        attrs = {"of": span.id, "lane": "captions", "content": content_of_span(span), "by": "ann"}
        attrs |= {name: text if isinstance(text, str) else json.dumps(text) for name, text in changes.items()}
        spans.append(Span(span.start, span.end, label=verdict, attrs=attrs))
    found.put("reviews", spans)
    return found


def test_captions_become_a_lane() -> None:
    found = captions()
    ids = [span.id for span in found.lane("captions")]
    assert run(found) == "reviewed by people: 1 right, 1 wrong, 1 corrected"
    assert [(span.start, span.end, span.text, span.source, span.attrs) for span in found.lane("human")] == [
        (0.0, 4.0, "Eggs are cracked.", "people", {"lane": "captions", "span": ids[0]}),
        (
            *(5.5, 8.0, "A man dances.", "people"),
            {"lane": "captions", "span": ids[1], "was": "A hen dances.", "was_at": "5.0 - 9.0"},
        ),
    ]
    left = [(span.text, span.attrs.get("checked_people")) for span in found.lane("captions")]
    assert left == [("Eggs are cracked.", "pass"), ("A man dances.", "pass"), ("A bowl.", None)]
    assert found.lane("captions")[1].attrs["was"] == "A hen dances."
    assert [(one.reason, one.span) for one in found.rejects] == [("found_wrong", ids[2])]


def test_each_of_two_stages_does_its_part() -> None:
    found = captions()
    say(found, found.samples[0], "wrong", answer="Fish")
    assert run(found, of=["spans"]) == "reviewed by people: 1 right, 1 wrong, 1 corrected"
    assert found.samples[0].answer == "Eggs"
    found.report.clear()
    assert run(found, of=["samples"]) == "reviewed by people: 0 right, 0 wrong, 1 corrected"
    assert (Corrections(of=["samples"]).lanes_written(), Corrections().lanes_written()) == (set(), {"human"})
