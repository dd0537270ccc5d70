"""Interleaved documents: segments in the order of time, with pictures in the spans of their texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from vdata.rules.interleaving import document_fault, segments_of
from vdata.schemas import Medium, Reject, Span, Timeline
from vdata.stages.instruct.by_rule.documents import Documents
from vdata.stages.verify.checks.interleaved import InterleavedCheck
from vdata.stages.verify.finding import PASS, Facts


def lesson() -> Timeline:
    """A minute: three sentences, two shots, four keyframes."""
    video = Timeline("lesson.mp4", "1a" * 12, 60.0)
    video.put(
        "speech", [Span(2, 10, "A lens bends light."), Span(10, 18, "Look at the  rays."), Span(40, 50, "They meet.")]
    )
    video.put("shots", [Span(0, 20), Span(20, 60)])
    points = [(1, 9.0), (5, 2.0), (12, 7.0), (45, 1.0)]
    video.put("keyframes", [Span(time, time, values={"sharpness": value}) for time, value in points])
    return video


def made(video: Timeline, **settings: Any) -> list[tuple[str, list[tuple[float, float]]]]:
    """The words of each document and the times of its media."""
    Documents(**{"of": ["speech"], **settings}).run(video)
    return [(sample.messages[-1].content, [(one.start, one.end) for one in sample.media]) for sample in video.samples]


def test_a_document_answers_one_of_several_questions_with_what_a_lane_says() -> None:
    asks = [
        "How does one {lane:topics}?",
        "Show me how to {lane:topics}.",
        "I want to {lane:topics}, as {attr:who} does.",
    ]
    found = set()
    for n in range(40):
        video = lesson()
        video.id, video.attrs["who"] = f"{n}", "Ada"
        video.put("topics", [Span(0, 40, "use a lens."), Span(40, 60, "rest")])
        Documents(of=["speech"], ask=asks).run(video)
        (sample,) = video.samples
        assert sample.messages[0].content == sample.question
        found.add(sample.question)
    assert found == {"How does one use a lens?", "Show me how to use a lens.", "I want to use a lens, as Ada does."}


def test_a_document_whose_question_has_no_words_is_a_reject() -> None:
    video = lesson()
    video.put("topics", [Span(0, 1, "use a lens")])
    Documents(of=["speech"], ask="How does one {lane:topics}?").run(video)
    assert not video.samples
    ((reason, detail),) = [(one.reason, one.detail) for one in video.rejects]
    assert (reason, detail) == ("no_words_for_slot", "{lane:topics}")
    with pytest.raises(ValidationError, match=r"unknown slot \{text\}; there are \{lane:NAME\} and \{attr:NAME\}"):
        Documents(of=["speech"], ask="What of {text}?")


def test_each_text_has_the_picture_of_its_middle() -> None:
    video = lesson()
    ((words, media),) = made(video)
    assert words == "<image>A lens bends light.\n<image>Look at the rays.\n<image>They meet."
    assert media == [(6, 6), (14, 14), (45, 45)]
    (sample,) = video.samples
    assert [turn.role for turn in sample.messages] == ["assistant"]
    assert (sample.question, sample.start, sample.end) == ("", 2, 50)
    assert sample.answer == "A lens bends light.\nLook at the rays.\nThey meet."
    assert [one.span for one in sample.evidence] == [span.id for span in video.lane("speech")]
    assert Documents(of=["speech"]).summary(video.report) == "1 document of 3 segments, with 3 pictures"


@pytest.mark.parametrize(
    ("settings", "words", "media"),
    [
        ({"at": "start"}, None, [2, 10, 40]),
        ({"count": 2}, "<image><image>A lens bends light.", [4, 8, 12, 16, 42.5, 47.5]),
        ({"per": "shots"}, "<image>A lens bends light. Look at the rays.", [10, 45]),
        ({"per": 15}, "<image>A lens bends light. Look at the rays.\n<image>They meet.", [8.5, 47.5]),
        ({"frames": "keyframes"}, None, [5, 12, 45]),
        ({"frames": "keyframes", "per": "shots", "by": "sharpness"}, None, [12, 45]),
        ({"layout": "text_first"}, "A lens bends light.<image>\nLook", [6, 14, 45]),
    ],
)
def test_settings(settings: dict[str, Any], words: str | None, media: list[float]) -> None:
    ((found, times),) = made(lesson(), **settings)
    assert words is None or found.startswith(words)
    assert [start for start, _ in times] == media


def test_clips_and_a_question() -> None:
    video = lesson()
    ((words, media),) = made(video, show="clip", per="shots", ask="Explain it.")
    assert words == "<video>A lens bends light. Look at the rays.\n<video>They meet."
    assert media == [(0, 20), (20, 60)]
    assert video.samples[0].messages[0].content == "Explain it."


def test_long_documents_are_split() -> None:
    assert [words.count("\n") + 1 for words, _ in made(lesson(), max_words=8)] == [2]  # the last is alone: rejected
    video = lesson()
    assert len(made(video, max_media=1, min_segments=1)) == 3
    assert len({sample.id for sample in video.samples}) == 3


def rejects(video: Timeline) -> list[tuple[str, float | None]]:
    return [(one.reason, one.value) for one in video.rejects if isinstance(one, Reject)]


def test_what_is_rejected() -> None:
    video = lesson()
    spans = [
        Span(2, 4, "One."),
        Span(3, 3.2, " "),
        Span(5, 6, "See <image>."),
        Span(58, 70, "Beyond."),
        Span(7, 9, "Two."),
    ]
    spans += [Span(10, 40, "one two three four five six seven eight nine")]
    video.put("speech", spans)
    ((words, _),) = made(video, max_words=8)
    assert words == "<image>One.\n<image>Two."
    assert sorted(rejects(video)) == [
        ("no_such_frame", 64.0),
        ("no_text", None),
        ("placeholder_in_text", None),
        ("too_long", 9),
    ]
    alone = lesson()
    alone.put("speech", [Span(2, 10, "A lens.")])
    assert made(alone) == []
    assert rejects(alone) == [("too_short", 1)]
    bare = lesson()
    bare.put("keyframes", [])
    assert made(bare, frames="keyframes") == []
    assert rejects(bare) == [("no_media", None)]


def test_the_picture_at_an_edge_is_of_the_text_that_begins_there() -> None:
    video = lesson()
    video.put("keyframes", [Span(10, 10), Span(40, 40), Span(50, 50)])
    ((words, media),) = made(video, frames="keyframes")
    assert words == "A lens bends light.\n<image>Look at the rays.\n<image>They meet."
    assert media == [(10, 10), (40, 40)]


def test_a_text_within_another_does_not_lead_back() -> None:
    video = lesson()
    video.put("speech", [Span(0, 30, "Long."), Span(12, 16, "Short."), Span(31, 33, "End.")])
    ((_, media),) = made(video, at="start")
    assert media == [(12, 12), (31, 31)]
    assert rejects(video) == [("goes_back", 0.0)]


def test_mistakes_in_settings() -> None:
    for settings in ({"max_words": 2, "min_words": 3}, {"count": 4, "max_media": 3}, {"frames": "k", "at": "start"}):
        with pytest.raises(ValidationError):
            Documents(of=["speech"], **settings)


spans = st.lists(
    st.tuples(st.floats(0, 55), st.floats(0, 20), st.sampled_from(["One word.", "a", "two  words"])), max_size=8
)
choices = st.fixed_dictionaries(
    {
        "per": st.sampled_from([None, 7.5, "shots"]),
        "show": st.sampled_from(["image", "clip"]),
        "layout": st.sampled_from(["media_first", "text_first"]),
        "max_words": st.sampled_from([None, 4]),
    }
)


@given(spans, choices, st.integers(1, 3), st.sampled_from(["middle", "start"]), st.booleans())
def test_times_rise_and_pictures_lie_in_their_texts(
    told: list[tuple[float, float, str]], settings: dict[str, Any], count: int, at: str, frames: bool
) -> None:
    video = lesson()
    video.put("speech", [Span(start, start + length, text) for start, length, text in told])
    if settings["show"] == "image":
        settings = {**settings, "count": count, **({"frames": "keyframes"} if frames else {"at": at})}
    Documents(of=["speech"], min_segments=1, **settings).run(video)
    for sample in video.samples:
        assert document_fault(sample) is None
        assert all(medium.end <= 60.0 for medium in sample.media)
        assert InterleavedCheck().check(sample, Facts(video)) == PASS
        assert sum(len(segment.told) for segment in segments_of(sample)) == len(sample.evidence)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda sample: sample.media.reverse(), "times_fall"),
        (lambda sample: sample.evidence.reverse(), "marks_differ"),
        (lambda sample: sample.media.__setitem__(0, Medium("image", "", 1.5, 1.5)), "picture_outside"),
        (lambda sample: sample.media.pop(), "marks_differ"),
    ],
)
def test_the_check_finds_what_is_wrong(change: Any, reason: str) -> None:
    video = lesson()
    made(video)
    change(video.samples[0])
    found = InterleavedCheck().check(video.samples[0], Facts(video))
    assert found is not None
    assert found.reason == reason
    assert InterleavedCheck().check(type(video.samples[0])("what", "q", "a", 0, 1), Facts(video)) is None
