"""Which numbered region is the marked object: the truth from tracks, and nothing else that tells it."""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from vdata.rules.families.same_object import NONE
from vdata.rules.solve import recompute
from vdata.schemas import Box, Media, Sample, Span, Timeline, make_id
from vdata.stages.instruct.by_rule.same_object import CYAN, SameObject

ROWS = 5
"""Objects of a video: each stands in a row of its own and moves across."""


def moving(n: int, objects: int = ROWS, seconds: int = 8) -> Timeline:
    """A video in which *objects* cross, each at a speed and in a direction of its own; boxes each half second."""
    rng = Random(n)
    video = Timeline(f"v{n}.mp4", make_id(n), float(seconds), Media(fps=25.0, duration=float(seconds)))
    spans = []
    for row in range(objects):
        begin, end = rng.random() * 0.8, rng.random() * 0.8
        boxes = []
        for k in range(2 * seconds):
            left, top = begin + (end - begin) * k / (2 * seconds), row / objects
            boxes.append(Box(k / 2, left, top, left + 0.15, top + 0.15))
        spans.append(Span(0.0, float(seconds), label=f"thing {row}", boxes=boxes))
    video.put("tracks", spans)
    return video


def asked(*videos: Timeline, **settings: Any) -> tuple[list[Sample], str | None]:
    stage = SameObject.model_validate(settings)
    totals: Counter[str] = Counter()
    for video in videos:
        stage.run(video)
        totals.update({name: int(count) for name, count in video.report.items()})
    return [sample for video in videos for sample in video.samples], stage.summary(dict(totals))


def test_the_answer_is_the_region_of_the_object_at_the_later_time() -> None:
    samples, _ = asked(*(moving(n) for n in range(20)))
    assert len(samples) == 20 * ROWS
    for sample in samples:
        first, second = sample.media
        (query,) = first.regions
        assert (query.number, query.tag) == (CYAN, 0)
        assert [region.tag for region in second.regions] == list(range(1, len(second.regions) + 1))
        assert CYAN not in {region.number for region in second.regions}
        assert len({region.number for region in second.regions}) == len(second.regions)
        right = second.regions[int(sample.answer) - 1]
        row = round(query.top * ROWS)
        assert round(right.top * ROWS) == row, "an object stays in its row"
        assert sum(round(region.top * ROWS) == row for region in second.regions) == 1
        assert second.start - first.start >= 1
        assert recompute(sample) == sample.answer == sample.options[sample.answer_index or 0]
        assert sample.messages[0].content.startswith("First picture: <image>\nSecond picture: <image>\n")


def test_neither_the_number_nor_the_colour_tells() -> None:
    samples, _ = asked(*(moving(n) for n in range(120)))
    places = Counter(sample.answer for sample in samples)
    assert set(places) == {"1", "2", "3", "4"}
    assert max(places.values()) < 1.3 * min(places.values())
    colours = Counter(sample.media[1].regions[int(sample.answer) - 1].number for sample in samples)
    assert max(colours.values()) < 1.6 * min(colours.values())


def test_what_the_nearest_region_tells_is_counted_and_can_be_left_out() -> None:
    def nearest(sample: Sample) -> bool:
        (query,), regions = (medium.regions for medium in sample.media)

        def away(tag: int) -> float:
            region = regions[tag - 1]
            return (region.left - query.left) ** 2 + (region.top - query.top) ** 2

        return min(range(1, len(regions) + 1), key=away) == int(sample.answer)

    videos = [moving(n) for n in range(60)]
    samples, said = asked(*videos)
    near = sum(map(nearest, samples))
    assert 0 < near < len(samples)
    assert said == (
        f"same_object: {len(samples)} questions about {len(samples)} of {60 * ROWS} objects; in {near} the right "
        "region is the nearest to where the object was."
    )
    hard, _ = asked(*(moving(n) for n in range(60)), nearest="drop")
    assert hard
    assert not any(map(nearest, hard))
    videos = [moving(n) for n in range(60)]
    even, _ = asked(*videos, nearest="balance")
    by_chance = sum(1 / len(sample.options) for sample in even)
    assert abs(sum(map(nearest, even)) - by_chance) < 3 * by_chance**0.5
    left = [reject for video in videos for reject in video.rejects]
    assert {reject.reason for reject in left} == {"nearest_is_right"}
    assert len(left) + len(even) == 60 * ROWS
    assert left[0].detail.startswith("thing ")


def test_the_object_may_be_among_none_of_them() -> None:
    samples, _ = asked(*(moving(n) for n in range(60)), none=0.5)
    assert all(sample.options[-1] == NONE for sample in samples)
    hidden = [sample for sample in samples if sample.answer == NONE]
    assert 0.4 < len(hidden) / len(samples) < 0.6
    for sample in hidden:
        row = round(sample.media[0].regions[0].top * ROWS)
        assert all(round(region.top * ROWS) != row for region in sample.media[1].regions)
        assert recompute(sample) == NONE


@pytest.mark.parametrize(
    ("objects", "settings"), [(1, {}), (2, {"least": 3}), (5, {"gap": 30}), (5, {"min_area": 0.5}), (0, {})]
)
def test_what_cannot_be_asked_is_said(objects: int, settings: dict[str, Any]) -> None:
    samples, said = asked(moving(1, objects), **settings)
    assert samples == []
    assert said is not None
    assert ("0 questions about 0 of" in said) if objects else ("there is no object with boxes in tracks" in said)


def test_boxes_that_cover_each_other_are_not_numbered_together() -> None:
    video = moving(1, 2)
    twin = Span(0.0, 8.0, label="the same once more", boxes=list(video.lane("tracks")[0].boxes))
    video.put("tracks", [*video.lane("tracks"), twin])
    for sample in asked(video, per_object=3)[0]:
        tops = [round(region.top, 3) for region in sample.media[1].regions]
        assert len(set(tops)) == len(tops)


def test_an_object_that_is_asked_about_several_times_has_several_samples() -> None:
    samples, _ = asked(moving(1), per_object=3)
    assert len({sample.id for sample in samples}) == len(samples) == 3 * ROWS
    times = {(sample.evidence[0].span, sample.start, sample.end) for sample in samples}
    assert len(times) == len(samples)


def test_least_is_no_more_than_candidates() -> None:
    with pytest.raises(ValidationError, match="least: no more than candidates"):
        SameObject(candidates=2, least=3)


def test_the_regions_are_told_in_the_parameters() -> None:
    sample = asked(moving(3))[0][0]
    told = json.loads(sample.params["regions"])
    assert [row[0] for row in told] == [region.tag for region in sample.media[1].regions]
