"""What is asked of a room and a camera in it, and the answer, worked out from boxes and poses.

Thresholds are those of VLM-3R (VSI-Bench, VSTI-Bench); what is too near to another answer has none.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from .solids import CameraPose, Solid, Vector, apart, dot, length, minus

GAP = 0.15
"""Metres by which two distances, or two objects along an axis, must differ."""
WIDE_GAP, WIDE = 0.30, 40.0
"""The gap of rooms of more than so many square metres."""
NEAREST, FARTHEST = 0.2, 10.0
"""Distances that are asked for, metres."""
BORDER = 10.0
"""Degrees by which a direction must lie within its sector."""
BESIDE = (0.3, 5.0)
"""Metres between objects of which directions are asked."""
SEEN_APART = 0.5
"""Seconds between the first sights of objects whose order is asked for."""
OFF_CAMERA = 0.5
"""Metres that objects are off the camera at least, where the nearest is asked for."""
MOVED = {4: 1.0, 3: 0.5, 2: 0.5}
"""Metres that a camera moves along one axis, and no other, by how many directions are to choose from."""
FORWARD, BACK, LEFT, RIGHT = "forward", "backward", "left", "right"


class Ambiguous(ValueError):
    """There is no sure answer; the text says why, with what was measured."""


@dataclass(frozen=True, slots=True)
class SightedSolid:
    """An object, and when it is first seen (seconds)."""

    solid: Solid
    first: float

    @property
    def name(self) -> str:
        return self.solid.name


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a room: objects, poses of the camera by time, and the area in square metres."""

    objects: Sequence[SightedSolid] = ()
    cameras: Sequence[CameraPose] = ()
    area: float = 0.0

    def one(self, name: str) -> Solid:
        """The only object of that *name*."""
        found = [sight.solid for sight in self.objects if sight.name == name]
        if len(found) != 1:
            raise Ambiguous(f"{name}: {len(found)} of them")
        return found[0]

    def unique(self) -> list[str]:
        """The names that one object alone has."""
        counts = Counter(sight.name for sight in self.objects)
        return sorted(name for name, count in counts.items() if count == 1)

    def camera(self, time: float) -> CameraPose:
        """The pose at *time*."""
        found = [one for one in self.cameras if abs(one.time - time) < 1e-3]
        if not found:
            raise Ambiguous(f"no pose at {time:g} s")
        return found[0]

    @property
    def gap(self) -> float:
        return WIDE_GAP if self.area > WIDE else GAP


@dataclass(frozen=True, slots=True)
class SpatialInquiry:
    """One question: *ask* is its kind; it is about objects by *names*, at *times*; *choices* are its options."""

    ask: str
    names: tuple[str, ...] = ()
    times: tuple[float, ...] = ()
    choices: tuple[str, ...] = ()


def spatial_answer(room: Surroundings, inquiry: SpatialInquiry) -> str:
    """The answer to *inquiry* in *room*.

    Raises:
        Ambiguous: there is no sure one.
        KeyError: there is no such question.
    """
    return ANSWERS[inquiry.ask](room, inquiry)


def _count(room: Surroundings, inquiry: SpatialInquiry) -> str:
    number = sum(one.name == inquiry.names[0] for one in room.objects)
    if number < 2:
        raise Ambiguous(f"{inquiry.names[0]}: {number} of them")
    return str(number)


def _distance(room: Surroundings, inquiry: SpatialInquiry) -> str:
    return _metres(apart(*(room.one(name) for name in inquiry.names)))


def _nearest(room: Surroundings, inquiry: SpatialInquiry) -> str:
    anchor = room.one(inquiry.names[0])
    return _least({name: apart(anchor, room.one(name)) for name in inquiry.choices}, room.gap)


def _direction(room: Surroundings, inquiry: SpatialInquiry) -> str:
    """Who stands at the first object and looks at the second: where is the third?"""
    here, ahead, asked = (room.one(name).centre for name in inquiry.names)
    for one, other in combinations((here, ahead, asked), 2):
        if not BESIDE[0] <= (far := math.dist(one[:2], other[:2])) <= BESIDE[1]:
            raise Ambiguous(f"{far:.2f} m between two of them")
    look, turn = (math.atan2(one[1] - here[1], one[0] - here[0]) for one in (ahead, asked))
    angle = math.degrees(math.remainder(turn - look, math.tau))  # to the left is positive
    sectors = SECTORS[len(inquiry.choices)]
    for edge in {border for low, high, _ in sectors for border in (low, high)}:
        if abs(math.remainder(angle - edge, 360.0)) <= BORDER:
            raise Ambiguous(f"{angle:.0f} degrees, which is near {edge:.0f}")
    return next(name for low, high, name in sectors if low < angle < high)


SECTORS: Mapping[int, Sequence[tuple[float, float, str]]] = {
    2: ((0, 180, LEFT), (-180, 0, RIGHT)),
    3: ((0, 135, LEFT), (-135, 0, RIGHT), (135, 180, "back"), (-180, -135, "back")),
    4: ((0, 90, "front-left"), (-90, 0, "front-right"), (90, 180, "back-left"), (-180, -90, "back-right")),
}
"""Directions in degrees to the left, by how many there are to choose from."""


def _size(room: Surroundings, inquiry: SpatialInquiry) -> str:
    return str(round(100 * max(room.one(inquiry.names[0]).size)))


def _area(room: Surroundings, inquiry: SpatialInquiry) -> str:
    if not room.area:
        raise Ambiguous("the area is not known")
    return f"{room.area:.1f}"


def _appearance(room: Surroundings, inquiry: SpatialInquiry) -> str:
    seen = sorted((min(one.first for one in room.objects if one.name == name), name) for name in inquiry.names)
    for (one, first), (other, second) in pairwise(seen):
        if other - one < SEEN_APART:
            raise Ambiguous(f"{first} and {second} are first seen within {other - one:.2f} s")
    return ", ".join(name for _, name in seen)


def _displacement(room: Surroundings, inquiry: SpatialInquiry) -> str:
    return _metres(length(_way(room, inquiry)))


def _camera_distance(room: Surroundings, inquiry: SpatialInquiry) -> str:
    return _metres(_off(room.camera(inquiry.times[0]), room.one(inquiry.names[0])))


def _camera_nearest(room: Surroundings, inquiry: SpatialInquiry) -> str:
    camera = room.camera(inquiry.times[0])
    far = {name: _off(camera, room.one(name)) for name in inquiry.choices}
    if min(far.values()) < OFF_CAMERA:
        raise Ambiguous(f"{min(far.values()):.2f} m from the camera")
    return _least(far, room.gap)


def _along(axis: int) -> Callable[[Surroundings, SpatialInquiry], str]:
    """Which of two objects is farther to the left (0), higher up (1) or nearer (2), as the camera sees them."""

    def answer(room: Surroundings, inquiry: SpatialInquiry) -> str:
        camera = room.camera(inquiry.times[0])
        one, other = (room.one(name).along(camera.axes[axis]) for name in inquiry.choices)
        gap = max(other[0] - one[1], one[0] - other[1])
        if gap <= GAP:
            raise Ambiguous(f"{gap:.2f} m apart")
        return inquiry.choices[0] if one[0] < other[0] else inquiry.choices[1]

    return answer


def _movement(room: Surroundings, inquiry: SpatialInquiry) -> str:
    way, camera = _way(room, inquiry), room.camera(inquiry.times[0])
    right, down, forward = (dot(way, axis) for axis in camera.axes)
    least = MOVED[len(inquiry.choices)]
    main, other = (forward, right) if abs(forward) > abs(right) else (right, forward)
    if abs(main) <= least or max(abs(other), abs(down)) > least / 2:
        raise Ambiguous(f"{right:.2f} m to the right, {forward:.2f} m forward, {-down:.2f} m up")
    names = (FORWARD, BACK) if main == forward else (RIGHT, LEFT)
    found = names[main < 0]
    if found not in inquiry.choices:
        raise Ambiguous(f"{found} is none of the choices")
    return found


def _way(room: Surroundings, inquiry: SpatialInquiry) -> Vector:
    one, other = (room.camera(time).place for time in inquiry.times)
    return minus(other, one)


def _off(camera: CameraPose, solid: Solid) -> float:
    return length(minus(solid.nearest(camera.place), camera.place))


def _least(far: Mapping[str, float], gap: float) -> str:
    """The name of the least; all are at least *gap* apart."""
    ordered = sorted((number, name) for name, number in far.items())
    for (one, first), (other, second) in pairwise(ordered):
        if other - one < gap:
            raise Ambiguous(f"{first} and {second}: {other - one:.2f} m")
    return ordered[0][1]


def _metres(number: float) -> str:
    if not NEAREST <= number <= FARTHEST:
        raise Ambiguous(f"{number:.2f} m")
    return f"{number:.1f}"


ANSWERS: Mapping[str, Callable[[Surroundings, SpatialInquiry], str]] = {
    "object_count": _count,
    "object_abs_distance": _distance,
    "object_rel_distance": _nearest,
    "object_rel_direction": _direction,
    "object_size": _size,
    "room_size": _area,
    "appearance_order": _appearance,
    "camera_displacement": _displacement,
    "camera_object_distance": _camera_distance,
    "camera_object_nearest": _camera_nearest,
    "left_right": _along(0),
    "up_down": _along(1),
    "near_far": _along(2),
    "camera_movement": _movement,
}
"""By kind of question; camera axes are its right, down and forward."""
NUMBERS = frozenset({"object_count", "object_abs_distance", "object_size", "room_size", "camera_displacement",
                     "camera_object_distance"})  # fmt: skip
"""Kinds of questions whose answer is a number."""
