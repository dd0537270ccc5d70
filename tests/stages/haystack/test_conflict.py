"""Sets of videos that differ in time only: each answer is right once, in every format."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.schemas import Dropped, Failed, Media, Span, Timeline
from vdata.stages.haystack.conflict import Conflict
from vdata.video.edit.edit_list import edit_of


def video(name: str, *said: str, seconds: float = 30.0) -> Timeline:
    made = Timeline(f"{name}.mp4", f"id_{name}", seconds)
    made.media = Media(duration=seconds, width=640, height=361, fps=30.0, frames=round(seconds * 30), sha256=name)
    made.put("captions", [Span(5.0 * n, 5.0 * n + 4, text) for n, text in enumerate(said)])
    return made


POOL = [video(f"v{n}", f"A man does thing {n}.", f"A dog does trick {n}.") for n in range(4)]


def conflict(**settings: Any) -> Conflict:
    return Conflict.model_validate(settings)


def plans(stage: Conflict, *videos: Timeline) -> list[Timeline]:
    told = [(one.id, json.loads(json.dumps(stage.digest(one)))) for one in videos]
    verdicts = json.loads(json.dumps(stage.gather(told)))
    made = [
        stage.apply(Timeline(f"haystack://{new}", new), plan) for of in verdicts.values() for new, plan in of.items()
    ]
    return sorted(made, key=lambda one: (one.attrs["kind"], int(one.attrs["item"]), one.attrs["variant"]))


def test_a_clip_is_played_both_ways() -> None:
    made = plans(conflict(kinds=["direction"], formats=["multiple_choice"]), *POOL)
    assert len(made) == 2 * len(POOL)
    for one in made:
        (piece,) = edit_of(one).pieces
        assert one.samples[0].answer == ("Backwards" if piece.backwards else "Forwards")
        assert (piece.begin, piece.finish) == (0.0, 20.0)  # cut to max_seconds
        assert edit_of(one).height == 360


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
    said = {one.uri: [span.text or "" for span in one.lane("captions")] for one in POOL}
    for one in made:
        pieces = edit_of(one).pieces
        told = [said[piece.uri][int(piece.begin // 5)] for piece in pieces]
        if pieces[0].slot:
            assert pieces[0].end == pieces[1].end == 4.0
            assert one.samples[0].answer == "Both happen at the same time"
        else:
            assert pieces[0].end == pieces[1].start
            assert one.samples[0].answer == f"“{told[0]}”"
        assert told[0] != told[1]
    pairs = Counter(one.attrs["pair"] for one in made)
    assert set(pairs.values()) == {3}


def test_each_set_is_asked_the_same_and_has_each_answer_once() -> None:
    stage = conflict(kinds=["direction", "speed", "order"], of="captions")
    made = plans(stage, *POOL)
    for kind, answers in (("direction", 2), ("speed", 3), ("order", 3)):
        for form in ("multiple_choice", "matching"):
            for item in {one.attrs["item"] for one in made if one.attrs["kind"] == kind}:
                of = [one for one in made if (one.attrs["kind"], one.attrs["item"]) == (kind, item)]
                samples = [sample for one in of for sample in one.samples if sample.params["format"] == form]
                assert len(samples) == answers
                assert len({sample.question for sample in samples}) == 1
                assert len({sample.answer for sample in samples}) == answers
                assert len({tuple(sorted(sample.options)) for sample in samples}) == 1
    letters = Counter(
        (sample.params["kind"], sample.answer_index)
        for one in made
        for sample in one.samples
        if len(sample.options) > 2
    )
    for kind in ("speed", "order"):
        counts = [number for (of, _), number in letters.items() if of == kind]
        assert max(counts) - min(counts) <= 2


def test_yes_and_no_are_right_equally_often_and_captions_are_open() -> None:
    made = plans(conflict(kinds=["speed"]), *POOL)
    answers = Counter(sample.answer for one in made for sample in one.samples if sample.params["format"] == "yes_no")
    assert answers == {"yes": len(made), "no": len(made)}
    for one in made:
        (sample,) = [sample for sample in one.samples if sample.params["format"] == "caption"]
        assert sample.options == []
        assert sample.answer_index is None
        assert sample.answer in json.loads(sample.params["candidates"])
        assert all(text in sample.question for text in json.loads(sample.params["candidates"]))


def test_rotations_are_of_what_has_letters() -> None:
    for one in plans(conflict(kinds=["direction"], circular=True), *POOL):
        turns = Counter(sample.params["format"] for sample in one.samples)
        assert turns == {"multiple_choice": 2, "matching": 2, "yes_no": 2, "caption": 1}


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(ValidationError, match="order needs of"):
        conflict(kinds=["order"])
    with pytest.raises(Dropped) as caught:
        conflict(min_seconds=60).digest(POOL[0])
    assert (caught.value.reason, caught.value.value) == ("no_clip", 30.0)
    with pytest.raises(Failed, match="no_pair"):
        plans(conflict(kinds=["order"], of="captions"), video("a", "The same."), video("b", "The same."))
