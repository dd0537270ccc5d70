"""Reading the videos of a haystack benchmark, also of one that was built without media files.

::

    rows = datasets.load_dataset(folder, "timelines", split="train")
    video = vdata.haystack.open(rows[0], base="folder/that/the/build/started/from")
    for time, picture in video: ...          # every frame: seconds, RGB (height, width, 3)
    pictures = video.at([0.5, 12.0, 31.5])   # or those that are shown at some times

Files are decoded in this process.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .schemas import Timeline
from .video.edit.edit_list import Edit, edit_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

__all__ = ["Haystack", "open"]


class Haystack:
    """A made video: its sources, put together and with the needles in them, as it is read."""

    def __init__(self, edit: Edit) -> None:
        self.edit = edit

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.edit.duration

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures, in pixels."""
        return self.edit.width, self.edit.height

    def __iter__(self) -> Iterator[tuple[float, Picture]]:
        return self.frames()

    def frames(self, start: float = 0.0, end: float = float("inf")) -> Iterator[tuple[float, Picture]]:
        """Pairs (time, RGB picture (height, width, 3)) of all frames with times in [*start*, *end*), in seconds.

        Raises:
            Failed: a source or a picture cannot be read.
        """
        from .video.edit.edit_reader import frames

        return frames(self.edit, start, end)

    def at(self, times: Iterable[float]) -> list[Picture]:
        """The pictures that a player shows at *times* (seconds), in the order asked for.

        Raises:
            Failed: as ``frames``.
        """
        from .video.edit.edit_reader import pictures_at

        return pictures_at(self.edit, times)


def open(row: Timeline | Mapping[str, Any], base: str | os.PathLike[str] = ".") -> Haystack:
    """The made video of a *row* of the timelines table, as ``datasets`` gives it, or of a Timeline.

    Args:
        row: with the lanes ``pieces`` and ``needles``.
        base: the folder that the sources' relative paths start from: the one that the build's config lies in.

    Raises:
        ValueError: the row is not of a made video.
    """
    return Haystack(edit_of(row if isinstance(row, Timeline) else _timeline(row), os.fspath(base)))


def _timeline(row: Mapping[str, Any]) -> Timeline:
    import pyarrow as pa

    from .schemas.arrow import read_timelines, timelines_schema

    lanes = [name.removeprefix("lane_") for name in row if name.startswith("lane_")]
    return read_timelines(pa.Table.from_pylist([dict(row)], schema=timelines_schema(lanes)))[0]
