"""Sets of videos that differ in time only: each answer is right once, in every format."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Dropped, Failed, Media, Sample, Span, Timeline
from vdata.stages.haystack.conflict import Conflict
from vdata.video.edit.edit_list import edit_of

WAYS = {
    "rolling": ("direction", "rolls to the left", "rolls to the right"),
    "sinking": ("direction", "sinks", "rises"),
    "waking": ("attribute_change", "opens", "closes"),
    "greying": ("attribute_change", "turns grey", "turns red"),
    "hopping": ("action", "hops", ""),
    "waving": ("action", "waves", ""),
    "nodding": ("action", "nods", ""),
}
THINGS = ("ball", "door", "boat", "kite")


def video(name: str, *spans: Span, seconds: float = 30.0) -> Timeline:
    made = Timeline(f"{name}.mp4", f"id_{name}", seconds)
    made.media = Media(duration=seconds, width=640, height=361, fps=30.0, frames=round(seconds * 30), sha256=name)
    made.put("captions", list(spans))
    return made


def said(*texts: str) -> list[Span]:
    return [Span(5.0 * n, 5.0 * n + 4, text) for n, text in enumerate(texts)]


def told(label: str, thing: str) -> Span:
    aspect, does, backwards = WAYS[label]
    facts = {"subject": f"the {thing}", "does": does, "aspect": aspect, "backwards": backwards}
    text = f"The {thing} {does}."
    return Span(1.0, 5.0, text, label, attrs={name: value for name, value in facts.items() if value})


POOL = [video(f"v{n}", *said(f"A man does thing {n}.", f"A dog does trick {n}.")) for n in range(4)]
TOLD = [video(f"{label}_{thing}", told(label, thing)) for label in WAYS for thing in THINGS]
ALL = ["action", "direction", "attribute_change", "speed", "order"]


def conflict(**settings: Any) -> Conflict:
    return Conflict.model_validate(settings)


def plans(stage: Conflict, *videos: Timeline) -> list[Timeline]:
    known = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in videos]
    verdicts = json.loads(json.dumps(stage.gather(known)))
    made = [
        stage.apply(Timeline(f"haystack://{new}", new), plan) for of in verdicts.values() for new, plan in of.items()
    ]
    return sorted(made, key=lambda one: (one.attrs["kind"], int(one.attrs["item"]), one.attrs["variant"]))


def samples(made: Iterable[Timeline], form: str = "") -> list[Sample]:
    return [one for row in made for one in row.samples if form in ("", one.params["format"])]


@pytest.mark.parametrize("kind", ["direction", "attribute_change"])
def test_which_way_is_asked_of_the_subject_and_the_clip_is_played_both_ways(kind: str) -> None:
    made = plans(conflict(kinds=[kind], of="captions", formats=["multiple_choice"]), *TOLD)
    assert len(made) == 2 * 2 * len(THINGS)
    for one in made:
        (piece,) = edit_of(one).pieces
        label, thing = piece.uri.removesuffix(".mp4").split("_")
        aspect, does, backwards = WAYS[label]
        (sample,) = one.samples
        asks = {"direction": f"Which way does the {thing} move?", "attribute_change": f"How does the {thing} change?"}
        assert aspect == kind
        assert sample.question == asks[kind]
        assert sample.answer == (backwards if piece.backwards else does)
        assert (piece.begin, piece.finish) == (1.0, 5.0)
        assert edit_of(one).height == 360


def test_an_action_is_asked_of_clips_as_they_are() -> None:
    made = plans(conflict(kinds=["action"], of="captions"), *TOLD)
    assert len(made) == 3 * len(THINGS)
    for sample in samples(made, "multiple_choice"):
        assert sorted(sample.options) == ["hops", "nods", "waves"]
    for one in made:
        (piece,) = edit_of(one).pieces
        label, thing = piece.uri.removesuffix(".mp4").split("_")
        asked, *_ = one.samples
        assert (asked.question, asked.answer) == (f"What does the {thing} do?", WAYS[label][1])
        assert not piece.backwards


def test_the_faster_half_shows_more_of_the_clip_in_the_same_time() -> None:
    made = plans(conflict(kinds=["speed"], formats=["multiple_choice"], factor=2.0), *POOL)
    assert len(made) == 3 * len(POOL)
    for one in made:
        top, bottom = sorted(edit_of(one).pieces, key=lambda piece: piece.slot == "bottom")
        assert (top.start, top.end) == (bottom.start, bottom.end) == (0.0, 10.0)
        assert top.finish - top.begin == pytest.approx(10 * top.speed)
        faster = {True: "The upper half", False: "The lower half"}[top.speed > bottom.speed]
        assert one.samples[0].answer == ("Both play at the same speed" if top.speed == bottom.speed else faster)


def test_two_clips_come_in_both_orders_and_side_by_side() -> None:
    made = plans(conflict(kinds=["order"], of="captions", formats=["multiple_choice"]), *POOL)
    assert len(made) == 3 * 4  # 8 clips in 4 pairs
    texts = {one.uri: [span.text or "" for span in one.lane("captions")] for one in POOL}
    for one in made:
        pieces = edit_of(one).pieces
        shown = [texts[piece.uri][int(piece.begin // 5)] for piece in pieces]
        assert one.duration == 8.0  # as long, whatever comes first
        if pieces[0].slot:
            assert [(piece.start, piece.end) for piece in pieces] == [(0.0, 4.0)] * 2 + [(4.0, 8.0)] * 2
            assert shown[:2] == shown[2:]
            assert one.samples[0].answer == "Both happen at the same time"
        else:
            assert pieces[0].end == pieces[1].start
            assert one.samples[0].answer == f"“{shown[0].rstrip('.')}”"
        assert shown[0] != shown[1]
    pairs = Counter(one.attrs["pair"] for one in made)
    assert set(pairs.values()) == {3}


@pytest.mark.parametrize("kind", ALL)
def test_of_what_is_asked_with_the_same_options_each_is_right_equally_often(kind: str) -> None:
    """Nobody who sees questions and options alone is right more often than one who guesses, whatever he learned."""
    made = plans(conflict(kinds=[kind], of="captions"), *TOLD)
    for form in ("multiple_choice", "matching"):
        right: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
        for sample in samples(made, form):
            ways = sorted(_way(option) for option in sample.options)
            right[tuple(ways)][_way(sample.answer)] += 1
        for options, answers in right.items():
            assert set(answers) == set(options)
            assert len(set(answers.values())) == 1
        letters = Counter(sample.answer_index for sample in samples(made, form))
        assert max(letters.values()) - min(letters.values()) <= 1
    true: dict[str, Counter[str]] = defaultdict(Counter)
    for sample in samples(made, "yes_no"):
        true[_way(sample.question.removeprefix("Is this true of the video? ").split(" Answer ")[0])][sample.answer] += 1
    assert all(answers["yes"] == answers["no"] for answers in true.values())


def _way(text: str) -> str:
    """What of *text* is said of every subject."""
    ways = {way for _, does, backwards in WAYS.values() for way in (does, backwards) if way}
    return next((way for way in ways if text.rstrip(".") in (way, *(f"The {thing} {way}" for thing in THINGS))), text)


def test_no_video_is_made_twice_and_clips_that_say_the_same_are_taken_once() -> None:
    twice = [video("film", told("sinking", "ball"), Span(9.0, 12.0, "The ball sinks.")), *TOLD]
    made = plans(conflict(kinds=ALL, of="captions"), *twice)
    shown = [
        json.dumps([[span.start, span.end, span.attrs, span.values] for span in one.lane("pieces")]) for one in made
    ]
    assert len(set(shown)) == len(shown)
    assert not any(span.values["begin"] == 9.0 for one in made for span in one.lane("pieces"))


def test_clips_without_a_partner_have_two_options() -> None:
    made = plans(conflict(kinds=["direction"], of="captions"), *(one for one in TOLD if "rolling" in one.uri))
    assert {tuple(sorted(one.options)) for one in samples(made, "multiple_choice")} == {
        ("rolls to the left", "rolls to the right")
    }


def test_options_of_a_direction_are_of_the_same_kind_of_movement() -> None:
    turning = [
        video(f"turning_{thing}", Span(1.0, 5.0, f"The {thing} turns.", "turning", attrs={
            "subject": f"the {thing}", "does": "rolls over", "backwards": "rolls back", "aspect": "direction"}))
        for thing in THINGS[:2]
    ]  # fmt: skip
    made = plans(conflict(kinds=["direction"], of="captions", formats=["multiple_choice"], items=9), *TOLD, *turning)
    options = {tuple(sorted(one.options)) for one in samples(made)}
    rolls = ("rolls back", "rolls over", "rolls to the left", "rolls to the right")
    assert options == {rolls, rolls[2:], ("rises", "sinks")}
    assert len(made) == 2 * 9  # each clip both ways


@pytest.mark.parametrize(("items", "made"), [(1, 3), (3, 3), (5, 3), (7, 6), (50, 12)])
def test_actions_have_as_many_options_as_there_are_classes_however_few_are_asked_for(items: int, made: int) -> None:
    rows = plans(conflict(kinds=["action"], of="captions", formats=["multiple_choice"], items=items), *TOLD)
    assert len(rows) == made
    assert {len(one.options) for one in samples(rows)} == {3}
    more = []
    for n, thing in product(range(6), THINGS[:3]):
        facts = {"subject": f"the {thing}", "does": f"acts {n}", "aspect": "action"}
        more.append(video(f"act{n}_{thing}", Span(0.0, 4.0, f"The {thing} acts {n}.", f"act {n}", attrs=facts)))
    rows = plans(conflict(kinds=["action"], of="captions", formats=["multiple_choice"], items=items), *more)
    assert {len(one.options) for one in samples(rows)} <= {3, 4}
    assert len(rows) >= min(items, 15) - 3


def test_captions_are_open_and_name_the_candidates() -> None:
    for sample in samples(plans(conflict(kinds=["speed"]), *POOL), "caption"):
        assert sample.options == []
        assert sample.answer_index is None
        assert sample.answer in json.loads(sample.params["candidates"])
        assert all(text in sample.question for text in json.loads(sample.params["candidates"]))


def test_rotations_are_of_what_has_letters() -> None:
    for one in plans(conflict(kinds=["speed"], circular=True), *POOL):
        turns = Counter(sample.params["format"] for sample in one.samples)
        assert turns == {"multiple_choice": 3, "matching": 3, "yes_no": 2, "caption": 1}


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(ValidationError, match="order needs of"):
        conflict(kinds=["order"])
    with pytest.raises(Dropped) as caught:
        conflict(min_seconds=60).digest(POOL[0])
    assert (caught.value.reason, caught.value.value) == ("no_clip", 30.0)
    with pytest.raises(Failed, match=r"no_set: .*order: two clips that say different things"):
        plans(conflict(kinds=["order"], of="captions"), video("a", *said("The same.")), video("b", *said("The same.")))
    with pytest.raises(Failed, match="direction: labels with subject, does, backwards and aspect: direction"):
        plans(conflict(kinds=["direction"], of="captions"), *POOL)


def test_clips_that_are_left_out_and_kinds_that_made_nothing_are_said() -> None:
    stage = conflict(kinds=["direction", "action", "order"], of="captions")
    made = plans(stage, *(one for one in TOLD if "hopping" not in one.uri and "ing_b" in one.uri))
    totals: Counter[str] = Counter()
    for one in made:
        totals.update(one.report)
    assert stage.summary(dict(totals)) == (
        "conflict: 8 videos of direction "
        "(8 clips left out; it takes labels with subject, does, backwards and aspect: direction); "
        "4 videos of action (8 clips left out; it takes labels with subject, does and "
        "aspect: action, of two classes or more); "
        "18 videos of order."
    )
    mute = conflict(kinds=["speed", "direction"], of="captions")
    totals = Counter()
    for one in plans(mute, *POOL):
        totals.update(one.report)
    assert (mute.summary(dict(totals)) or "").endswith(
        "direction made none (it takes labels with subject, does, backwards and aspect: direction)."
    )
