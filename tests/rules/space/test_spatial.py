"""Boxes, poses and what follows from them, on a room whose measures are plain."""

from __future__ import annotations

import math

import pytest

from vdata.rules.space.solids import CameraPose, Solid, apart, read_area, read_camera, read_solid
from vdata.rules.space.spatial_answers import (
    ANSWERS,
    Ambiguous,
    SightedSolid,
    SpatialInquiry,
    Surroundings,
    spatial_answer,
)
from vdata.rules.space.spatial_draws import phrasings_of_rooms

HALF = math.sqrt(0.5)
TURNED = ((HALF, HALF, 0.0), (-HALF, HALF, 0.0), (0.0, 0.0, 1.0))
NORTH = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
"""Right is x, forward is y."""
ROOM = Surroundings(
    [
        SightedSolid(Solid("table", (0, 0, 0.5), (1, 1, 1)), 0.0),
        SightedSolid(Solid("lamp", (2, 0, 0.5), (1, 1, 1)), 1.0),
        SightedSolid(Solid("bed", (0, 3, 0.5), (1, 2, 1)), 2.5),
        SightedSolid(Solid("shelf", (-0.8, -1.8, 1), (0.4, 0.4, 2)), 2.7),
        SightedSolid(Solid("chair", (4, 4, 0.5), (0.5, 0.5, 1)), 4.0),
        SightedSolid(Solid("chair", (4, 2, 0.5), (0.5, 0.5, 1)), 5.0),
    ],
    [CameraPose(0, (0, -3, 1), NORTH), CameraPose(2, (0, -1.5, 1), NORTH), CameraPose(4, (1.2, -1.5, 1), NORTH)],
    25.0,
)


@pytest.mark.parametrize(
    ("inquiry", "answer"),
    [
        (SpatialInquiry("object_count", ("chair",)), "2"),
        (SpatialInquiry("object_abs_distance", ("table", "lamp")), "1.0"),
        (SpatialInquiry("object_rel_distance", ("table",), (), ("bed", "lamp")), "lamp"),
        (SpatialInquiry("object_size", ("bed",)), "200"),
        (SpatialInquiry("room_size"), "25.0"),
        (SpatialInquiry("appearance_order", ("bed", "table", "lamp")), "table, lamp, bed"),
        (SpatialInquiry("object_rel_direction", ("table", "bed", "lamp"), (), ("left", "right")), "right"),
        (SpatialInquiry("object_rel_direction", ("table", "lamp", "bed"), (), ("left", "right")), "left"),
        (SpatialInquiry("object_rel_direction", ("table", "bed", "shelf"), (), ("left", "right", "back")), "back"),
        (SpatialInquiry("object_rel_direction", ("table", "bed", "shelf"), (), ("1", "2", "3", "4")), "back-left"),
        (SpatialInquiry("camera_displacement", (), (0, 2)), "1.5"),
        (SpatialInquiry("camera_object_distance", ("table",), (0,)), "2.5"),
        (SpatialInquiry("camera_object_nearest", (), (0,), ("table", "bed")), "table"),
        (SpatialInquiry("left_right", (), (0,), ("lamp", "table")), "table"),
        (SpatialInquiry("near_far", (), (0,), ("bed", "table")), "table"),
        (SpatialInquiry("camera_movement", (), (0, 2), ("left", "right", "forward", "backward")), "forward"),
        (SpatialInquiry("camera_movement", (), (2, 0), ("left", "backward")), "backward"),
        (SpatialInquiry("camera_movement", (), (2, 4), ("left", "right")), "right"),
    ],
)
def test_what_is_worked_out(inquiry: SpatialInquiry, answer: str) -> None:
    assert spatial_answer(ROOM, inquiry) == answer


def test_what_is_higher() -> None:
    room = Surroundings([SightedSolid(Solid("lamp", (0, 1, 2.5), (0.3, 0.3, 0.3)), 0), *ROOM.objects[:1]], ROOM.cameras)
    assert spatial_answer(room, SpatialInquiry("up_down", (), (0,), ("table", "lamp"))) == "lamp"
    assert ANSWERS.keys() == phrasings_of_rooms().keys()
    assert all(len(set(texts)) >= 6 for texts in phrasings_of_rooms().values())


@pytest.mark.parametrize(
    ("inquiry", "why"),
    [
        (SpatialInquiry("object_count", ("bed",)), "bed: 1 of them"),
        (SpatialInquiry("object_size", ("chair",)), "chair: 2 of them"),
        (SpatialInquiry("object_rel_distance", ("lamp",), (), ("table", "shelf", "desk")), "desk: 0"),
        (SpatialInquiry("appearance_order", ("bed", "shelf")), r"within 0\.20 s"),
        (SpatialInquiry("camera_movement", (), (0, 4), ("left", "right")), r"1\.20 m to the right, 1\.50 m forward"),
        (SpatialInquiry("camera_displacement", (), (0, 0)), r"0\.00 m"),
        (SpatialInquiry("camera_displacement", (), (0, 3)), "no pose at 3 s"),
        (SpatialInquiry("up_down", (), (0,), ("table", "lamp")), "m apart"),
        (SpatialInquiry("object_rel_direction", ("bed", "table", "lamp"), (), ("left", "right")), None),
        (SpatialInquiry("object_rel_direction", ("table", "bed", "lamp"), (), ("1", "2", "3", "4")), "is near -90"),
    ],
)
def test_what_is_not_sure(inquiry: SpatialInquiry, why: str | None) -> None:
    if why is None:
        assert spatial_answer(ROOM, inquiry) == "left"
        return
    with pytest.raises(Ambiguous, match=why):
        spatial_answer(ROOM, inquiry)


def test_distances_between_turned_boxes_are_those_of_their_nearest_points() -> None:
    one, other = Solid("a", (0, 0, 0), (2, 2, 2)), Solid("b", (4, 0, 0), (2, 2, 2), TURNED)
    assert apart(one, other) == pytest.approx(4 - 1 - math.sqrt(2), abs=1e-3)
    assert apart(one, Solid("c", (3, 4, 0), (2, 2, 2))) == pytest.approx(math.hypot(1, 2), abs=1e-3)
    assert apart(one, Solid("d", (0.5, 0, 0), (2, 2, 2), TURNED)) == pytest.approx(0, abs=1e-3)
    low, high = other.along((1, 0, 0))
    assert (low, high) == pytest.approx((4 - math.sqrt(2), 4 + math.sqrt(2)))


def test_words_are_read_back() -> None:
    box = Solid("night stand at the wall", (1.25, -0.4, 0.5), (0.5, 0.25, 1), TURNED)
    again = read_solid(box.written())
    assert (again.name, again.centre, again.size) == (box.name, box.centre, box.size)
    assert again.axes[0] == pytest.approx(TURNED[0], abs=1e-4)
    assert read_camera(ROOM.cameras[1].written(), 2) == ROOM.cameras[1]
    assert read_area("room | area 23.5") == 23.5


@pytest.mark.parametrize(
    "text",
    [
        "chair",
        "chair | centre 1 2 | size 1 1 1",
        "chair | centre 1 2 3 | size 1 0 1",
        "chair | centre 1 2 x | size 1 1 1",
        "| centre 1 2 3 | size 1 1 1",
        "chair | centre 1 2 3",
        "chair | centre 1 2 3 | size 1 1 1 | axes 1 0 0 1 0 0 0 0 1",
        "chair | centre nan 2 3 | size 1 1 1",
    ],
)
def test_what_is_no_box_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"write `chair \| centre|has a size of 0 m"):
        read_solid(text)
