"""Boxes in replies beside the tracks: against the shapes that a film draws, and values worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from vdata.examples.brush import COLOURS
from vdata.pipelines.inputs.attach import attach
from vdata.rules.box_format import BoxFormat, BoxUnit, box_format_of
from vdata.rules.clock import TimeFormat, clock_of
from vdata.schemas import Box, Media, Sample, Timeline
from vdata.schemas.input_video import Source
from vdata.scoring.items import Prediction, items, judge, score
from vdata.scoring.measures import tube_iou
from vdata.scoring.reply_parsing import boxes_of
from vdata.stages.instruct.by_rule.regions import Regions
from vdata.stages.labels.kinds.tracks import TrackLabels

BRIGHT = ("red", "blue", "orange", "green", "yellow")
"""Colours of shapes that nothing else in their scenes has."""
LINE = 2
"""Pixels of a dark line around a shape, within which its colour lies."""


@pytest.fixture(scope="module")
def tracked(film: Path) -> Timeline:
    """The film with its tracks, but for what is dark, blurred or of the colour of its scene."""
    path = film / "film.tracks.jsonl"
    (found,) = TrackLabels(path=str(path)).read(path.read_bytes())
    video = Timeline("film.mp4", "film", 69.0, media=Media(duration=69, fps=25, width=640, height=360, frames=1725))
    attach(video, Source("film.mp4", tracks=found.tracks))
    spans = video.lane("tracks")
    video.lanes["tracks"] = [
        one
        for one in spans
        if (one.label or "").split()[1] in BRIGHT and not 44 <= one.start < 48 and not 30 <= one.start < 44
    ]
    assert len(video.lanes["tracks"]) >= 8
    return video


def asked(video: Timeline, unit: BoxUnit = "shares", form: TimeFormat = "seconds") -> list[Sample]:
    copy = Timeline(video.uri, video.id, video.duration, media=video.media, lanes=video.lanes)
    tasks: Any = ["spatial_grounding", "spatial_video_grounding", "tube", "tracking", "chain"]
    return [
        one for one in Regions(tasks=tasks, box_format=unit, time_format=form).run(copy).samples
        if one.task not in ("chain_what", "chain_when")
    ]  # fmt: skip


def seen_boxes(film: Path, video: Timeline) -> dict[tuple[str, float], Box]:
    """Where the colour of each object is in the pictures, by object and time, measured on the pixels."""
    found: dict[tuple[str, float], Box] = {}
    with av.open(str(film / "film.mp4")) as file:
        for n, frame in enumerate(file.decode(video=0)):
            for span in video.lane("tracks"):
                for box in span.boxes:
                    if round(box.time * 25) == n:
                        picture = frame.to_ndarray(format="rgb24").astype(float)
                        found[span.id, box.time] = _measured(picture, (span.label or "").split()[1], box)
    return found


def _measured(picture: Any, colour: str, box: Box) -> Box:
    """The box of the pixels near *colour* in the neighbourhood of *box*: twice its size."""
    near = np.linalg.norm(picture - np.array(COLOURS[colour], float), axis=2) < 60
    wide, high = box.right - box.left, box.bottom - box.top
    left, right = (int(np.clip(x, 0, 1) * 640) for x in (box.left - wide / 2, box.right + wide / 2))
    top, bottom = (int(np.clip(y, 0, 1) * 360) for y in (box.top - high / 2, box.bottom + high / 2))
    part = near[top:bottom, left:right]
    rows, columns = np.flatnonzero(part.sum(1) > 2), np.flatnonzero(part.sum(0) > 2)
    sides = columns[0] + left - LINE, rows[0] + top - LINE, columns[-1] + 1 + left + LINE, rows[-1] + 1 + top + LINE
    sides = tuple(np.clip(sides, 0, (640, 360, 640, 360)))
    shares = [float(side) / size for side, size in zip(sides, (640, 360, 640, 360), strict=True)]
    return Box(box.time, shares[0], shares[1], shares[2], shares[3])


def reply(sample: Sample, boxes: list[Box]) -> str:
    """*boxes* as a model would write them in the format of *sample*."""
    form, clock = box_format_of(sample.params), clock_of(sample.params, 69.0)
    if sample.task == "spatial_grounding":
        return f"It is in {form.write(boxes[0])}."
    head = clock.cap(sample.evidence[0].start, sample.evidence[0].end) + ":\n" if sample.task == "tube" else ""
    return head + "\n".join(f"{clock.number(box.time)}: {form.write(box)}" for box in boxes)


@pytest.mark.parametrize(
    ("unit", "form"),
    [
        ("shares", "seconds"),
        *(pytest.param(*one, marks=pytest.mark.slow) for one in [("thousandths", "mmss"), ("pixels", "percent")]),
    ],
)
def test_what_is_measured_on_the_pixels_is_right(
    film: Path, tracked: Timeline, unit: BoxUnit, form: TimeFormat
) -> None:
    samples = asked(tracked, unit, form)
    where = seen_boxes(film, tracked)
    told = {
        one.id: Prediction(reply(one, [where[one.evidence[0].span, box.time] for box in one.evidence[0].boxes]))
        for one in samples
    }
    assert len(told) == len(samples)
    result = score(items(samples, told))
    assert result["overall"]["accuracy"] == 1
    assert result["boxes"]["mean_iou"] > 0.85
    assert result["tubes"]["t_iou"] == pytest.approx(1)
    assert result["tubes"]["st_iou"] > 0.85


def test_half_a_width_off_is_a_third(tracked: Timeline) -> None:
    for sample in asked(tracked, "pixels"):
        whole = [box for box in sample.evidence[0].boxes if box.left > 0.1 and box.right < 0.8]
        if len(whole) < len(sample.evidence[0].boxes):
            continue
        off = [
            Box(
                one.time,
                one.left + (one.right - one.left) / 2,
                one.top,
                one.right + (one.right - one.left) / 2,
                one.bottom,
            )
            for one in whole
        ]
        assert judge(sample, Prediction(reply(sample, off))).iou == pytest.approx(1 / 3, abs=0.02)
        half = judge(sample, Prediction(reply(sample, whole[::2]))).iou
        assert half == pytest.approx(len(whole[::2]) / len(whole), abs=0.02)


def test_the_evidence_counts_and_not_its_rounded_text(tracked: Timeline) -> None:
    sample = next(one for one in asked(tracked) if one.task == "spatial_grounding")
    (box,) = sample.evidence[0].boxes
    exact = f"[{box.left!r}, {box.top!r}, {box.right!r}, {box.bottom!r}]"
    assert judge(sample, Prediction(exact)).iou == pytest.approx(1, abs=1e-9)
    assert (judge(sample, Prediction(sample.answer)).iou or 0) < 1


def test_replies_in_other_words() -> None:
    assert boxes_of("00:12: [1, 2, 3, 4]\n1:02.5 = (5, 6, 7, 8)") == {12.0: (1, 2, 3, 4), 62.5: (5, 6, 7, 8)}
    assert boxes_of("<42>: [1, 2, 3, 4], 12.5%: [0, 0, 1, 1]") == {42.0: (1, 2, 3, 4), 12.5: (0, 0, 1, 1)}
    one = Sample("where", "Where?", "[10, 20, 30, 40]", 0, 5, params={"box_format": "thousandths"})
    one.params |= {"rule": "regions", "ask": "box"}
    from vdata.schemas import Evidence

    one.evidence = [Evidence(0, 5, "tracks", "dog", "s", [Box(2.0, 0.01, 0.02, 0.03, 0.04)])]
    for text in (
        "[10, 20, 30, 40]",
        "At 2.0 seconds: [10, 20, 30, 40]",
        '{"bbox_2d": [10, 20, 30, 40]}',
        "2: [10,20,30,40]",
    ):
        assert judge(one, Prediction(text)).iou == pytest.approx(1), text
    assert judge(one, Prediction("on the left")).status == "unreadable"
    assert judge(one, Prediction("")).status == "empty"


def test_tubes_by_hand() -> None:
    true = {1.0: (0.0, 0.0, 2.0, 2.0), 2.0: (0.0, 0.0, 2.0, 2.0)}
    said = {2.0: (1.0, 0.0, 3.0, 2.0), 3.0: (0.0, 0.0, 2.0, 2.0)}
    assert tube_iou(said, true) == pytest.approx((1 / 3, 1 / 9))
    assert tube_iou(true, true) == (1.0, 1.0)
    assert tube_iou({}, true) == (0.0, 0.0)
    assert BoxFormat("pixels", 10, 10).scale == (10, 10)
