"""Boxes of single frames joined to the tracks of things: by label and overlap, with the speed that they had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .object_detectors.object_detector import FoundThing


@dataclass(slots=True)
class ObjectTrack:
    """A thing that is followed: its boxes with their times in seconds, rising."""

    label: str
    boxes: list[tuple[float, FoundThing]] = field(default_factory=list)

    def expected(self, time: float) -> list[FoundThing]:
        """Where it may be at *time*: where it was last, and where it would be if it moved on as it did."""
        (at, last), *before = reversed(self.boxes)
        if not before:
            return [last]
        then, earlier = before[0]
        share = (time - at) / (at - then)
        right, down = (share * (one - other) for one, other in zip(_middle(last), _middle(earlier), strict=True))
        left, top = last.left + right, last.top + down
        moved = replace(last, left=left, top=top, right=last.right + right, bottom=last.bottom + down)
        return [last, moved]


def link(frames: Sequence[tuple[float, Sequence[FoundThing]]], min_iou: float, gap: int) -> list[ObjectTrack]:
    """The tracks in *frames*, each a time and what was found then, in the order of time.

    Of all pairs of a track and a box of its label the one that overlaps most is joined first, and none that overlaps
    less than *min_iou*. A track that had no box in more than *gap* frames in a row has ended.
    """
    tracks: list[ObjectTrack] = []
    open_: list[tuple[int, ObjectTrack]] = []  # the number of the frame of the last box, and the track
    for number, (time, found) in enumerate(frames):
        open_ = [(last, track) for last, track in open_ if number - last <= gap + 1]
        pairs = sorted(
            (
                (-max(box.overlap(place) for place in track.expected(time)), n, m)
                for n, (_, track) in enumerate(open_)
                for m, box in enumerate(found)
                if box.label == track.label
            ),
        )
        taken: dict[int, int] = {}
        for overlap, n, m in pairs:
            if -overlap >= min_iou and n not in taken.values() and m not in taken:
                taken[m] = n
        for m, box in enumerate(found):
            if m in taken:
                track = open_[taken[m]][1]
            else:
                tracks.append(track := ObjectTrack(box.label))
                open_.append((number, track))
            track.boxes.append((time, box))
        open_ = [(number if track.boxes[-1][0] == time else last, track) for last, track in open_]
    return tracks


def _middle(box: FoundThing) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2
