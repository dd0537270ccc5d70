"""Decoding fewer pictures than there are: only those that others are made from, or only where something changes."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any

import av
import cv2
import numpy as np

from .coded import CodedPicture, CodedUnit, units
from .packets import TIMELESS, Decoder
from .picture import Shrinker
from .unreferenced import unreferenced

LARGE = 2.0
"""A group of pictures is decoded whole when one of them is so many times as large as those beside it, …"""
IRREGULAR = 0.9
"""… when the next keyframe comes sooner than after this share of the longest group before, …"""
OTHER = 0.2
"""… or when the layouts of its keyframe and of the next are so far apart: 0 for the same, about 1.2 for unrelated."""
PATIENT = 4
"""Groups that are decoded whole without a look at their keyframes after as many one after the other had changed: where
all do, looking costs more than it saves."""
MOST, MOST_BYTES = 1500, 1 << 26
"""Packets of a group, and their bytes, that are held until the next keyframe; a larger group is decoded whole."""
AREAS = 18, 10
"""Columns and rows of areas in which two keyframes are compared."""
FAINT = 4.0
"""Spread of their grey levels that is noise rather than contrast."""

Shown = tuple[Any, int | None, bool]
"""A frame (None: it is shown and was not decoded), its time in ticks, and whether it is damaged."""


class SparseDecoder(Decoder):
    """Decodes what is needed to see where a video changes, and tells the times of the other frames."""

    def __init__(self, container: Any, stream: Any, since: int, guided: bool) -> None:
        """*guided*: leave out groups of pictures in which nothing changes as well, but for their keyframes."""
        super().__init__(container, stream, since)
        self.guided = guided and container.format.name not in TIMELESS
        self.spare = None if container.format.name in TIMELESS else unreferenced(stream)
        self._passed: list[int] = []  # times of frames that were not decoded, a heap
        self._begun = False
        self._since = 0  # ticks of the last frame that was given
        self._late = 0
        self._shrink: Shrinker | None = None
        self._glancing: Any = None
        self._longest = 0

    @property
    def lost(self) -> int:
        return super().lost + self._late

    def shown(self) -> Iterator[Shown]:
        """Every frame that is shown, in order."""
        coded = units(self.packets(), self.spare)
        for part in self._chosen(coded) if self.guided else self._every(coded):
            for frame in part:
                if frame.pts is not None:
                    yield from self._before_frame(frame.pts)
                self._begun = True
                yield frame, frame.pts, self.damaged
        yield from self._before_frame(None)

    def _every(self, coded: Iterator[CodedUnit]) -> Iterator[Iterator[Any]]:
        for unit in coded:
            yield self._of(unit.coded)

    def _of(self, coded: list[CodedPicture]) -> Iterator[Any]:
        for one in coded:
            if one.wanted:
                yield from self.decoded(one.packet) or ()
            else:
                self._pass(one.packet)

    def _pass(self, packet: Any) -> None:
        heapq.heappush(self._passed, packet.pts)

    def _before_frame(self, pts: int | None) -> Iterator[Shown]:
        """The frames that were not decoded and come before *pts* (None: the end)."""
        if not self._begun and pts is not None:  # none of them can be shown: the file begins within a group
            while self._passed and self._passed[0] < pts:
                heapq.heappop(self._passed)
                self.early += 1
            self._begun, self._since = True, pts
            return
        while self._passed and (pts is None or self._passed[0] < pts):
            at = heapq.heappop(self._passed)
            if at > self._since:
                yield None, at, False
            else:
                self._late += 1
        if pts is not None:
            self._since = pts

    def _chosen(self, coded: Iterator[CodedUnit]) -> Iterator[Iterator[Any]]:
        """The frames of one group of pictures after the other: of those that are wanted, or of the keyframe alone."""
        own = None  # the keyframe of the group at hand, where it was looked at
        running = False  # whether the decoder has pictures to give
        row = 0  # groups one after the other that have changed
        for group, coming, whole in _groups(coded):
            following = None
            changed = whole | self._tells(group, coming) or row % (2 * PATIENT) >= PATIENT
            if not changed:
                own = own or self._glance(group[0])
                following = self._glance(coming) if own and coming else None
                changed = own is None or (coming is not None and (following is None or _differ(own[1], following[1])))
            if changed:
                yield self._of(group[0].coded if running else self._begin(group[0].coded))
                for unit in group[1:]:
                    yield self._of(unit.coded)
            else:
                assert own is not None
                yield self._passed_over(group, own[0], running)
            running, own, row = changed, following, (row + 1) * changed

    def _begin(self, coded: list[CodedPicture]) -> list[CodedPicture]:
        """What can be decoded of *coded* without the group before, from which pictures shown before it may be made."""
        first = coded[0].packet.pts
        if not self._begun or not coded[0].key or first is None:  # at the start they are never shown, as is known
            return coded
        timed = [one for one in coded[1:] if one.packet.size and one.packet.pts is not None]
        early = [one for one in timed if one.packet.pts < first and not one.packet.is_discard]
        for one in early:
            self._pass(one.packet)
        return [one for one in coded if one not in early]

    def _passed_over(self, group: list[CodedUnit], frame: Any, running: bool) -> Iterator[Any]:
        """The keyframe of *group*; if the decoder is *running*, with the pictures that end the group before."""
        first, *others = (one for unit in group for one in unit.coded if one.packet.size)
        ending = [
            one for one in group[0].coded[1:] if running and one.packet.size and one.packet.pts < first.packet.pts
        ]
        for one in others:
            if one not in ending and not one.packet.is_discard:
                self._pass(one.packet)
        if not running:
            self.damaged = False
            yield frame
            return
        yield from self._of([first, *ending])
        context = self.stream.codec_context
        yield from self._taken(context.decode(None))
        context.flush_buffers()

    def _tells(self, group: list[CodedUnit], coming: CodedUnit | None) -> bool:
        """Whether the sizes of its packets, or their times, tell that something changes in *group*."""
        count = sum(len(unit.coded) for unit in group)
        longest, self._longest = self._longest, max(self._longest, count)
        if any(one.packet.size and one.packet.pts is None for unit in group for one in unit.coded):
            return True
        return (coming is not None and count < IRREGULAR * longest) or any(unit.large >= LARGE for unit in group)

    def _glance(self, unit: CodedUnit) -> tuple[Any, Any] | None:
        """The keyframe that *unit* begins with, decoded by itself, and its layout; None if it cannot be."""
        if self._glancing is None:
            own = self.stream.codec_context
            self._glancing = av.CodecContext.create(own.codec.name, "r")
            self._glancing.extradata, self._glancing.thread_count = own.extradata, 1
            self._glancing.options = own.options
        try:
            frames = [*self._glancing.decode(unit.coded[0].packet), *self._glancing.decode(None)]
        except (av.error.InvalidDataError, av.error.EOFError):
            frames = []
        self._glancing.flush_buffers()
        if len(frames) != 1 or frames[0].is_corrupt or frames[0].pts != unit.coded[0].packet.pts:
            return None
        shrink = self._shrink = self._shrink or Shrinker(frames[0])
        wide, high = shrink.width, shrink.height
        room = [
            np.zeros((rows, columns), np.uint8)
            for rows, columns in ((high, wide), (high // 2, wide // 2), (high // 2, wide // 2))
        ]
        shrink(frames[0], room, 0.0)
        return frames[0], _layout(room[0])


def _groups(coded: Iterator[CodedUnit]) -> Iterator[tuple[list[CodedUnit], CodedUnit | None, bool]]:
    """The units of each group of pictures, the first of the next, and whether the group must be decoded whole."""
    group: list[CodedUnit] = []
    count, size, whole = 0, 0, False
    for unit in coded:
        if group and (unit.key or count > MOST or size > MOST_BYTES):
            yield group, unit if unit.key else None, whole or not unit.key
            whole, group, count, size = not unit.key, [], 0, 0
        elif not group:
            whole = not unit.key
        group.append(unit)
        count += len(unit.coded)
        size += sum(one.packet.size for one in unit.coded)
    if group:
        yield group, None, whole


def _layout(picture: Any) -> Any:
    """The grey levels of the areas of *picture*, less their mean and over their spread."""
    areas = cv2.resize(picture, AREAS, interpolation=cv2.INTER_AREA).astype(np.float32)
    return (areas - areas.mean()) / (areas.std() + FAINT)


def _differ(one: Any, two: Any) -> bool:
    return float(np.sqrt(np.square(one - two).mean())) > OTHER
