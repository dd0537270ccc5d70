"""The plan of ``smart``: which parts of a made video are copied, and from which groups of pictures."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Generic, TypeVar

from ...schemas.rounding import ROUNDING
from .edit_list import Edit, Piece
from .edit_reader import DIGITS, SPARSE, frames
from .gops import CannotCopy, Fate, Group, H264Source, Traits, survey

OPEN_FILES = 3
"""The number of source files that are open at a time."""


T = TypeVar("T")


class Files(Generic[T]):
    """A cache of open files: *opener* opens them, and the ones used last stay open."""

    def __init__(self, opener: Callable[[str], AbstractContextManager[T]]) -> None:
        self._opener = opener
        self._open: OrderedDict[str, tuple[ExitStack, T]] = OrderedDict()

    def __getitem__(self, uri: str) -> T:
        if uri not in self._open:
            while len(self._open) >= OPEN_FILES:
                self._open.popitem(last=False)[1][0].close()
            stack = ExitStack()
            self._open[uri] = stack, stack.enter_context(self._opener(uri))
        self._open.move_to_end(uri)
        return self._open[uri][1]

    def __enter__(self) -> Files[T]:
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._open.popitem()[1][0].close()


@dataclass(slots=True)
class CopyStretch:
    """A part of the made video, *start* to *end* seconds: one piece, or several that are shown at the same time."""

    pieces: list[Piece]
    start: float
    end: float
    groups: list[Group] = field(default_factory=list)
    """The groups of pictures to copy; empty when the whole part is encoded."""
    until: float = 0.0
    """The end; or the first frame of the next part, in seconds, where a needle comes or goes near the joint."""

    @property
    def piece(self) -> Piece:
        return self.pieces[0]


@dataclass(slots=True)
class Plan:
    """The parts in order, and the traits of the files that packets are copied from, the main file first."""

    stretches: list[CopyStretch]
    traits: dict[str, Traits]

    @property
    def depth(self) -> int:
        """The largest number of places by which a copied packet is earlier in the stream than on the screen."""
        return max((group.depth for stretch in self.stretches for group in stretch.groups), default=0)

    @property
    def rate(self) -> Fraction:
        """The average number of frames a second in the parts that are copied."""
        groups = [(group, stretch) for stretch in self.stretches for group in stretch.groups]
        spans = {id(stretch): stretch for _, stretch in groups}.values()
        seconds = sum(stretch.end - stretch.start for stretch in spans)
        shown = sum(group.shown for group, _ in groups)
        return Fraction(round(shown / seconds * 1000), 1000) if seconds else Fraction(25)


def plan(edit: Edit, files: Files[H264Source]) -> Plan:
    """The plan for making the video of *edit*.

    Raises:
        CannotCopy: no file can be copied from, with the reason of the file that is shown longest, as of
            ``H264Source`` or ``other_size``; ``nothing_to_copy``: every group is changed; ``reorder_unknown``: a stream
            does not state the depth of its reordering; and as ``survey`` does.
    """
    traits = _family(edit, files)
    stretches = _stretches(edit)
    for stretch in stretches:
        if len(stretch.pieces) == 1 and stretch.piece.plain and stretch.piece.file in traits:
            piece, source = stretch.piece, files[stretch.piece.file]
            stretch.groups = survey(source, piece.begin, piece.finish, _fate(edit, piece), _needs_repeat(edit, piece))
    _plan_joints(edit, stretches, files)
    used = {stretch.piece.file for stretch in stretches if any(group.copied for group in stretch.groups)}
    result = Plan(stretches, {uri: known for uri, known in traits.items() if uri in used})
    if not used:
        raise CannotCopy("nothing_to_copy", "every group of pictures is changed")
    first = stretches[0].groups[0].depth if stretches[0].groups else 0
    if first < result.depth and any(result.traits[uri].reorder is None for uri in used):
        # Decoders that infer the depth must see the largest at once, as in the source, not in the middle of the stream.
        raise CannotCopy("reorder_unknown", "the stream does not say how far its pictures are out of order")
    return result


def time_in_edit(piece: Piece, at: float) -> float:
    """The time in the made video, as in ``edit_reader``, of the frame at *at* seconds of the source."""
    return round(max(piece.start + (at - piece.begin), piece.start, 0.0), DIGITS)


def _family(edit: Edit, files: Files[H264Source]) -> dict[str, Traits]:
    """The files whose packets can follow one another without being encoded, the longest shown first."""
    seconds: dict[str, float] = {}
    for piece in edit.pieces:
        if piece.plain:
            seconds[piece.file] = seconds.get(piece.file, 0.0) + piece.end - piece.start
    found: dict[str, Traits] = {}
    wrong: CannotCopy | None = None
    for uri in sorted(seconds, key=lambda uri: -seconds[uri]):
        try:
            found[uri] = files[uri].traits
            if found[uri].look.size != (edit.width, edit.height):
                size = "{} x {}".format(*found.pop(uri).look.size)
                raise CannotCopy("other_size", f"{uri}: is {size}, the made video {edit.width} x {edit.height}")
        except CannotCopy as error:
            wrong = wrong or error
    if not found:
        raise wrong or CannotCopy("nothing_to_copy", "no piece shows a video as it is")
    looks = {known.look for known in found.values()}
    best = max(looks, key=lambda look: sum(seconds[uri] for uri, known in found.items() if known.look == look))
    return {uri: known for uri, known in found.items() if known.look == best}


def _stretches(edit: Edit) -> list[CopyStretch]:
    stretches: list[CopyStretch] = []
    for piece in sorted(edit.pieces, key=lambda piece: (piece.start, piece.end)):
        if stretches and piece.start < stretches[-1].end - ROUNDING:
            stretches[-1].pieces.append(piece)
            stretches[-1].end = max(stretches[-1].end, piece.end)
        else:
            stretches.append(CopyStretch([piece], piece.start, piece.end))
    return stretches


def _plan_joints(edit: Edit, stretches: list[CopyStretch], files: Files[H264Source]) -> None:
    """Set ``until`` of each part, and encode its last group where the last frame lasts into the next part."""
    late, edges = SPARSE / edit.fps, _edges(edit)
    for stretch, coming in pairwise([*stretches, None]):
        assert stretch is not None
        stretch.until = stretch.end
        if coming is None or not any(stretch.end - late <= edge <= stretch.end + late for edge in edges):
            continue
        stretch.until = _first(edit, coming, files)
        if stretch.groups:
            last = time_in_edit(stretch.piece, files[stretch.piece.file].seconds(stretch.groups[-1].end))
            if stretch.until - last > late + ROUNDING and any(last < edge < stretch.until for edge in edges):
                stretch.groups[-1] = stretch.groups[-1].fully_encoded()


def _first(edit: Edit, stretch: CopyStretch, files: Files[H264Source]) -> float:
    """The time of the first frame of *stretch*, in seconds."""
    if stretch.groups and not stretch.groups[0].encode_all:
        return time_in_edit(stretch.piece, files[stretch.piece.file].seconds(stretch.groups[0].begin))
    return next((time for time, _ in frames(edit, stretch.start, stretch.end)), stretch.start)


def _edges(edit: Edit) -> set[float]:
    """The times at which needles appear and disappear, in seconds."""
    return {round(edge, DIGITS) for one in edit.overlays for edge in (one.start, one.end)}


def _fate(edit: Edit, piece: Piece) -> Callable[[float], Fate]:
    """A function that returns the use of a frame of *piece*, from its time in the source in seconds."""
    first = piece.start <= 0 and bool(edit.at(0.0))
    late = piece.begin + SPARSE / edit.fps

    def fate(at: float) -> Fate:
        if (
            not piece.begin - ROUNDING <= at < piece.finish - ROUNDING
            or piece.start + at - piece.begin >= piece.end - ROUNDING
        ):
            return "out"
        # The first frame of the video is shown from 0 on, so that it may carry an overlay of that moment.
        return "drawn" if edit.at(time_in_edit(piece, at)) or (first and at <= late) else "kept"

    return fate


def _needs_repeat(edit: Edit, piece: Piece) -> Callable[[float, float], bool]:
    """A function that tells whether a frame must be repeated before the next one.

    It must where a needle comes or goes between two frames that are far apart, or where the first frame is far from the
    beginning of the piece.
    """
    late, edges = SPARSE / edit.fps, _edges(edit)

    def needs_repeat(at: float, then: float) -> bool:
        if at < piece.begin - ROUNDING:
            return time_in_edit(piece, then) > piece.start + late
        start, end = time_in_edit(piece, at), piece.end if then > piece.finish else time_in_edit(piece, then)
        return end - start > late + ROUNDING and any(start < edge < end for edge in edges)

    return needs_repeat
