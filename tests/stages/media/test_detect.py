"""Things that are found in frames become tracks: on boxes that are known, and in a film whose shapes are."""

from __future__ import annotations

import asyncio
import re
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laid import undeclared
from pydantic import ValidationError
from scripted_teacher import ScriptedTeacher

from vdata.pipelines.teachers import picture_encoder
from vdata.schemas import Failed, Frames, Media, Reply, Request, Span, Timeline
from vdata.stages.media.box_links import link
from vdata.stages.media.detect import Detect
from vdata.stages.media.object_detectors.object_detector import FoundThing
from vdata.stages.media.probe import Probe

SECONDS, WIDTH, HEIGHT = 8.0, 320, 180
COLOURS = {"green square": (30, 200, 40), "blue square": (40, 60, 220)}


def place(name: str, time: float) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels of the two squares, which pass each other on lanes of their own."""
    green, across = name.casefold() == "green square", 20 + 30 * time
    left = across if green else WIDTH - 60 - across
    top = 20 if green else 100
    return round(left), top, round(left) + 60, top + 50


def found(name: str, time: float, /, **more: Any) -> dict[str, Any]:
    left, top, right, bottom = place(name, time)
    sides = {"left": left / WIDTH, "top": top / HEIGHT, "right": right / WIDTH, "bottom": bottom / HEIGHT}
    return {"name": name, **{side: value * 1000 for side, value in sides.items()}, **more}


def video(*shots: Span) -> Timeline:
    made = Timeline("v.mp4", "v", SECONDS, Media(sha256="5ha", duration=SECONDS, fps=25.0), path="/v.mp4")
    made.put("shots", shots or [Span(0, SECONDS)])
    return made


def detect(**settings: Any) -> Detect:
    return Detect.model_validate({"labels": list(COLOURS), **settings})


def at(request: Request) -> float:
    (frames,) = (part for turn in request.turns for part in turn.parts if isinstance(part, Frames))
    (time,) = frames.times
    return time


def run(stage: Detect, made: Timeline, answer: Any) -> tuple[Timeline, ScriptedTeacher]:
    teacher = ScriptedTeacher(answer)
    return asyncio.run(stage.run(made, teacher)), teacher


def seen(request: Request) -> dict[str, Any]:
    return {"things": [found(name, at(request)) for name in COLOURS]}


def test_boxes_of_a_thing_are_one_track_in_which_each_has_its_time() -> None:
    stage = detect(every=1)
    made, teacher = run(stage, video(), seen)
    assert [at(one) for one in teacher.asked] == [n + 0.5 for n in range(8)]
    assert "green square; blue square" in teacher.texts()[0]
    assert undeclared(made, [stage], {"shots": None}) == {}
    tracks = {str(track.label): track for track in made.lane("tracks")}
    assert sorted(tracks) == sorted(COLOURS)
    for name, track in tracks.items():
        assert (track.start, track.end, track.values["boxes"]) == (0, 8, 8)
        assert track.values["area"] == pytest.approx(60 * 50 / WIDTH / HEIGHT, abs=1e-6)
        for box in track.boxes:
            sides = (box.left * WIDTH, box.top * HEIGHT, box.right * WIDTH, box.bottom * HEIGHT)
            assert sides == pytest.approx(place(name, box.time), abs=0.1)
    assert not made.rejects


def test_tracks_end_with_the_shot() -> None:
    made, _ = run(
        detect(labels=["green square"]), video(Span(0, 4), Span(4, 8)), lambda r: {"things": seen(r)["things"][:1]}
    )
    assert [(one.start, one.end) for one in made.lane("tracks")] == [(0, 4), (4, 8)]
    assert [one.attrs["span"] for one in made.lane("tracks")] == [shot.id for shot in made.lane("shots")]


@pytest.mark.parametrize(
    ("slip", "reason", "value", "limit"),
    [
        ({"left": -40}, "outside_picture", -0.04, 0),
        ({"right": 1200}, "outside_picture", 1.2, 1),
        ({"left": 900, "right": 300}, "empty_box", None, None),
        ({"name": "red square"}, "not_wanted", None, None),
        ({"left": 500, "right": 505, "top": 500, "bottom": 510}, "box_too_small", 0.00005, 0.001),
        ({"left": 0, "right": 1000, "top": 0, "bottom": 1000}, "box_too_large", 1, 0.95),
    ],
)
def test_what_cannot_be_right_is_a_reject(slip: dict[str, Any], reason: str, value: float | None, limit: float) -> None:
    def answer(request: Request) -> dict[str, Any]:
        wrong = [found("green square", at(request), **slip)] if at(request) == 3.5 else []
        return {"things": [found("blue square", at(request)), *wrong]}

    made, _ = run(detect(), video(), answer)
    (reject,) = made.rejects
    assert (reject.reason, reject.start, reject.lane, reject.threshold) == (reason, 3.5, "tracks", limit)
    assert reject.value == (pytest.approx(value) if value is not None else None)
    assert str(slip.get("name", "green square")) in reject.detail
    assert [track.label for track in made.lane("tracks")] == ["blue square"]


def test_a_thing_that_is_said_twice_is_there_once() -> None:
    made, _ = run(detect(), video(), lambda r: {"things": [*seen(r)["things"], found("Green Square", at(r))]})
    assert len(made.lane("tracks")) == 2
    assert {one.reason for one in made.rejects} == {"said_twice"}


def test_what_shows_up_in_one_frame_is_a_reject_and_a_gap_is_bridged() -> None:
    def answer(request: Request) -> dict[str, Any]:
        green = [found("green square", at(request))] if at(request) != 4.5 else []
        return {"things": green + ([found("blue square", at(request))] if at(request) == 2.5 else [])}

    made, _ = run(detect(), video(), answer)
    (track,), (reject,) = made.lane("tracks"), made.rejects
    assert (track.label, len(track.boxes)) == ("green square", 7)
    assert (reject.reason, reject.value, reject.threshold) == ("seen_too_briefly", 1, 2)
    assert "blue square" in reject.detail
    made, _ = run(detect(gap=0), video(), answer)
    assert [len(one.boxes) for one in made.lane("tracks")] == [4, 3]
    made, _ = run(detect(every=8), video(), seen)
    assert len(made.lane("tracks")) == 2  # of one frame no thing can be in two


def test_names_come_from_a_lane_where_it_overlaps() -> None:
    made = video(Span(0, 4), Span(4, 8))
    made.put("nouns", [Span(0, 3, label="green square"), Span(1, 2, "Blue square"), Span(1, 2, label="blue square")])
    stage = detect(labels=[], labels_of="nouns")
    done, teacher = run(stage, made, seen)
    assert len(teacher.asked) == 4
    assert {track.label for track in done.lane("tracks")} == {"green square", "Blue square"}
    empty = video()
    run(stage, empty, seen)
    assert "nothing was looked for in 1 video: no span of nouns" in (stage.summary(empty.report) or "")


def test_a_frame_without_a_reply_is_a_reject_and_none_at_all_fails() -> None:
    made, _ = run(detect(), video(), lambda r: Reply(failure="refused") if at(r) == 0.5 else seen(r))
    assert [(one.kind, one.reason, one.start) for one in made.rejects] == [("failed", "refused", 0.5)]
    assert len(made.lane("tracks")) == 2
    with pytest.raises(Failed, match="refused"):
        run(detect(), video(), Reply(failure="refused"))
    with pytest.raises(Failed, match="no_duration"):
        run(detect(of=None), Timeline("v.mp4", "v"), seen)


def test_settings() -> None:
    assert [one.path for one in Detect().misfits({})] == [("labels",)]
    assert not list(Detect(labels_of="nouns").misfits({}))
    assert not list(Detect.model_validate({"by": "detr"}).misfits({}))
    assert detect(every=2, max_frames=3).times(Span(10, 30)) == pytest.approx([13.333333, 20, 26.666667])
    assert detect().times(Span(3, 3)) == [3]
    with pytest.raises(ValidationError, match="max_area"):
        detect(min_area=0.5, max_area=0.4)
    assert (
        Detect.model_validate({"by": "detr"}).teachers(),
        Detect.model_validate({"by": "detr"}).extras(),
        detect().extras(),
    ) == ([], {"onnx"}, set())


@given(st.integers(2, 12), st.floats(-0.06, 0.06), st.floats(0.1, 0.3), st.lists(st.integers(1, 10), max_size=2))
def test_things_of_one_name_that_keep_apart_are_never_mixed(
    count: int, speed: float, side: float, missed: list[int]
) -> None:
    """Two of a kind move side by side; in some frames the upper one is not found."""
    frames = []
    for n in range(count):
        left = 0.35 + speed * n * 0.1
        pair = [FoundThing("cat", left, top, left + side, top + side) for top in (0.02, 0.6)]
        frames.append((float(n), pair[1:] if n in missed else pair))
    tracks = link(frames, 0.3, 2)
    assert len(tracks) == 2
    for track in tracks:
        assert len({box.top for _, box in track.boxes}) == 1
    assert sum(len(track.boxes) for track in tracks) == sum(len(one) for _, one in frames)


def test_a_fast_thing_is_followed_by_its_speed() -> None:
    boxes = [(float(n), [FoundThing("dog", 0.1 * n, 0.4, 0.1 * n + 0.15, 0.6)]) for n in range(8)]
    assert len(link(boxes, 0.15, 1)) == 1
    skipped = [*boxes[:3], (3.0, []), *boxes[4:]]
    assert len(link(skipped, 0.15, 1)) == 1  # by the place where it was last alone there would be two
    assert len(link([*boxes[:2], (5.0, boxes[5][1])], 0.15, 1)) == 1


def test_a_teacher_that_looks_finds_the_shapes_of_a_film(tmp_path: Path, make_videos: ModuleType) -> None:
    """The teacher here is shown the real pictures, and gives the edges of what has the colour that it is asked for."""

    def picture(time: float) -> Any:
        whole = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
        for name, colour in COLOURS.items():
            left, top, right, bottom = place(name, time)
            whole[top:bottom, left:right] = colour
        return whole

    frames = ((Fraction(n, 25), picture(n / 25)) for n in range(int(SECONDS * 25)))
    path = make_videos.encode(tmp_path / "squares.mp4", frames)

    def answer(request: Request) -> dict[str, Any]:
        (shown,) = (part for turn in request.turns for part in turn.parts if isinstance(part, Frames))
        (looked,) = picture_encoder.load(shown)
        things = []
        for name, colour in COLOURS.items():
            held = np.abs(looked.astype(int) - colour).sum(-1) < 90
            rows, columns = np.flatnonzero(held.mean(1) > 0.05), np.flatnonzero(held.mean(0) > 0.05)
            sides = (columns[0] / WIDTH, rows[0] / HEIGHT, (columns[-1] + 1) / WIDTH, (rows[-1] + 1) / HEIGHT)
            named = zip(("left", "top", "right", "bottom"), (round(float(side) * 1000) for side in sides), strict=True)
            things.append({"name": name, **dict(named)})
        return {"things": things}

    made = Probe().run(Timeline(str(path)))
    made.put("shots", [Span(0, SECONDS)])
    made, teacher = run(detect(every=0.5), made, answer)
    assert len(teacher.asked) == 16
    tracks = {str(track.label): track for track in made.lane("tracks")}
    assert sorted(tracks) == sorted(COLOURS)
    for name, track in tracks.items():
        assert len(track.boxes) == 16
        for box in track.boxes:
            true = FoundThing(
                "", *(side / size for side, size in zip(place(name, box.time), (WIDTH, HEIGHT) * 2, strict=True))
            )
            assert FoundThing("", box.left, box.top, box.right, box.bottom).overlap(true) > 0.9
    assert not made.rejects
    assert re.match(r"detect: 2 things in 16 frames", detect().summary(made.report) or "")
