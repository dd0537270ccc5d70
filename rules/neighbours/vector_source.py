"""Where the vectors of very many spans come from: a piece at a time, in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ...schemas import Timeline
from ...schemas.vectors import unpack
from .vector_grid import NotComparable, VectorGrid

if TYPE_CHECKING:
    from numpy import floating
    from numpy.typing import NDArray

SpanPlace = tuple[str, int]
"""A video, and the place of a span in its lane."""


class VectorPiece(NamedTuple):
    """The vectors of some spans."""

    spans: Sequence[SpanPlace]
    vectors: NDArray[floating]


@dataclass(frozen=True, slots=True)
class VectorSource:
    """The vectors of the spans of a lane, over all videos."""

    pieces: Callable[[], Iterable[VectorPiece]]
    """Reads them anew, a piece at a time."""

    def laid(self, spans: Sequence[SpanPlace], folder: Path | None) -> VectorGrid:
        """The vectors of *spans* in their order, in a file in *folder*; in memory if it is None.

        Raises:
            NotComparable: they have different numbers of dimensions.
            KeyError: there is none for one of them.
        """
        place = {span: n for n, span in enumerate(spans)}
        grid: VectorGrid | None = None
        for piece in self.pieces():
            wanted = [(n, at) for n, span in enumerate(piece.spans) if (at := place.pop(span, None)) is not None]
            if not wanted:
                continue
            wide = piece.vectors.shape[1]
            if grid is None:
                grid = VectorGrid(len(spans), wide, folder)
            if wide != grid.dimensions:
                raise NotComparable(f"vectors have {grid.dimensions} and {wide} numbers: one model must make all")
            rows, places = zip(*wanted, strict=True)
            grid.put(places, piece.vectors[list(rows)])
        if place:
            raise KeyError(f"no vector for {next(iter(place))}")
        return grid or VectorGrid(0, 1, folder)


def vectors_of_video(video: Timeline, lane: str) -> VectorSource:
    """The vectors of the spans of *lane* of one *video*."""

    def pieces() -> Iterable[VectorPiece]:
        found = [(place, span.vector) for place, span in enumerate(video.lane(lane)) if span.vector is not None]
        if found:
            yield VectorPiece([(video.id, place) for place, _ in found], unpack([vector for _, vector in found]))

    return VectorSource(pieces)
