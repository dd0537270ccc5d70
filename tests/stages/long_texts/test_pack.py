"""Texts put together: no word is lost, questions move with their text, and what fits nowhere says why."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Dropped, Evidence, Message, Reject, Sample, Span, Timeline
from vdata.stages.long_texts.pack import Pack


def row(name: str, *texts: str, **lanes: list[Span]) -> Timeline:
    video = Timeline(f"file:{name}", name, float(len(texts)))
    video.put("documents", [Span(n, n + 1.0, text) for n, text in enumerate(texts)])
    for lane, spans in lanes.items():
        video.put(lane, spans)
    return video


def packed(rows: list[Timeline], **settings: Any) -> tuple[list[Timeline], list[Dropped]]:
    stage = Pack.model_validate(settings)
    by_id = {video.id: video for video in rows}
    made, dropped = [], []
    for plans in stage.gather((video.id, stage.digest(video)) for video in rows).values():
        for new, plan in plans.items():
            try:
                made.append(stage.compose(Timeline(f"haystack://{new}", new), plan, by_id))
            except Dropped as why:
                dropped.append(why)
    return made, dropped


def words(text: str, count: int) -> str:
    return " ".join(f"{text}{n}" for n in range(count))


def told(video: Timeline, lane: str = "documents") -> list[str]:
    return [span.text or "" for span in video.lane(lane)]


def test_texts_fill_packs_and_long_ones_are_cut() -> None:
    rows = [row("a", words("a", 25)), row("b", words("b", 4)), row("c", words("c", 5)), row("d", words("d", 2))]
    made, dropped = packed(rows, words=(8, 10))
    assert [told(video) for video in made] == [
        [words("a", 10)],
        [" ".join(words("a", 20).split()[10:])],
        [" ".join(words("a", 25).split()[20:]), words("b", 4)],
    ]
    (why,) = dropped
    assert (why.reason, why.value, why.threshold) == ("too_few_words", 7, 8)
    for video in made:
        spans = video.lane("documents")
        assert (spans[0].start, spans[-1].end) == (0, video.duration)
        assert all(one.end == other.start for one, other in pairwise(spans))
        assert [span.attrs["number"] for span in spans] == [str(n + 1) for n in range(len(spans))]


def test_a_number_of_texts_in_an_order_that_is_drawn() -> None:
    rows = [row(f"r{n}", f"text {n}") for n in range(20)]
    made, dropped = packed(rows, count=(3, 4), order="random", sets=2)
    assert all(3 <= len(told(video)) <= 4 for video in made)
    assert all(why.reason == "too_few_texts" for why in dropped)
    left = sum(int(why.value or 0) for why in dropped)
    assert sum(len(told(video)) for video in made) + left == 40
    assert any(told(video) != sorted(told(video)) for video in made)
    assert len({tuple(told(video)) for video in made}) == len(made)


def test_what_lies_on_a_text_moves_with_it_and_so_do_questions() -> None:
    asked = Sample("qa", "Where?", "There.", 0, 1, [Evidence(0, 1, "titles", "B", "s1")])
    asked.messages = [Message("user", "Where?"), Message("assistant", "There.")]
    second = row("b", "b b", titles=[Span(0, 1, "B", id="s1")])
    second.samples = [asked]
    (made,), _ = packed([row("a", "a"), second])
    (title,) = made.lane("titles")
    (sample,) = made.samples
    assert (title.start, title.end) == (1, 2)
    assert (sample.start, sample.end) == (0, 2), "of the whole"
    assert [(item.start, item.end, item.span) for item in sample.evidence] == [(1, 2, title.id)]


def test_a_question_about_a_text_that_is_cut_is_a_reject() -> None:
    one = row("a", words("a", 12))
    one.samples = [Sample("qa", "Where?", "There.", 0, 1, [Evidence(0, 1, "questions", "There.")])]
    made, _ = packed([one], words=(1, 8))
    assert not any(video.samples for video in made)
    rejects: list[Reject] = [reject for video in made for reject in video.rejects]
    assert [(reject.stage, reject.reason) for reject in rejects] == [("pack", "outside_part")]


def test_texts_of_one_input_stand_between_fillers_of_others() -> None:
    def versions(name: str) -> Timeline:
        spans = [
            Span(0, 1, f"the {colour} {name}", colour, attrs={"aspect": "colour"})
            for colour in ("red", "green", "blue")
        ]
        return row(name, versions=spans, captions=[Span(0, 1, f"a sentence on {name}s")])

    rows = [versions(name) for name in ("car", "hat", "cup", "pen")]
    settings = {"of": "versions", "together": "input", "order": "random", "filler": "captions", "fill": (2, 3)}
    made, dropped = packed(rows, **settings)
    assert len(made) == 4
    assert not dropped
    for video, name in zip(made, ("car", "hat", "cup", "pen"), strict=True):
        own, every = video.lane("versions"), video.lane("parts")
        assert sorted(span.label or "" for span in own) == ["blue", "green", "red"]
        assert 5 <= len(every) <= 6
        assert f"a sentence on {name}s" not in told(video, "parts")
        assert [span.attrs.get("first") for span in own] == ["at first", None, None]
        assert [span.attrs.get("last") for span in own] == [None, None, "at last"]
        assert [span.attrs.get("earlier") for span in own] == [None, own[0].label, own[1].label]
        by_number = {span.attrs["number"]: span for span in every}
        assert all(by_number[span.attrs["number"]].text == span.text for span in own)
        assert [by_number[str(n + 1)] for n in range(len(every))] == every


def test_fillers_tell_nothing_of_what_is_asked_about() -> None:
    def one(name: str, caption: str) -> Timeline:
        return row(name, versions=[Span(0, 1, f"The red {name} stops.", "red")], captions=[Span(0, 1, caption)])

    rows = [one("car", "The car is old."), one("hat", "A blue car stops."), one("cup", "It rains.")]
    made, _ = packed(rows, of="versions", together="input", filler="captions", fill=(2, 2))
    assert [sorted(told(video, "parts")) for video in made] == [
        ["It rains.", "The red car stops."],
        ["It rains.", "The car is old.", "The red hat stops."],
        ["The car is old.", "The red cup stops."],
    ]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([("A red car stops.", "red"), ("An orange car stops.", "orange")], ""),
        ([("A red car stops.", "red"), ("A blue car stops.", "green")], "holds none of the values, not 'green' alone"),
        ([("A red car stops.", "red"), ("A red car by a blue hat.", "blue")], "holds 'red', 'blue', not 'blue' alone"),
        (
            [("A red car stops.", "red"), ("A blue car drives off.", "blue")],
            "says something else than 'A red car stops.'",
        ),
        ([("A red car stops.", "red"), ("The red car stops.", "Red")], "'red' is the value of two"),
        ([("A red car stops.", "red"), ("A car stops.", "")], "one has no value"),
    ],
)
def test_variants_differ_in_their_labels_alone(told: list[tuple[str, str]], why: str) -> None:
    spans = [Span(0, 1, text, label, attrs={"aspect": "colour"}) for text, label in told]
    stage = Pack(of="versions", together="input", variants="aspect")
    if not why:
        stage.digest(row("a", versions=spans))
        spans[1].attrs["aspect"] = "size"
        why = "they differ in several things: 'colour', 'size'"
    with pytest.raises(Dropped, match="not_variants") as dropped:
        stage.digest(row("a", versions=spans))
    assert why in dropped.value.detail


def test_an_input_without_texts_is_dropped() -> None:
    with pytest.raises(Dropped, match="no_text"):
        Pack().digest(row("a", "  "))


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"words": [9, 8]}, "words: the least, 9, is more than the most, 8"),
        ({"sets": 2}, "order: random"),
        ({"filler": "captions", "into": "documents"}, "take another name"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Pack.model_validate(settings)
