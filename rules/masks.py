"""Outlines in the picture as run lengths, in the form of COCO: down the columns, a run of 0 first, then of 1 by turns.

A mask is kept as text, ``HEIGHTxWIDTH:COUNTS``, whose counts are compressed as COCO compresses them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np

    Grid: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
LARGEST = 1 << 27
"""Pixels of the largest picture whose mask is read."""


def written(mask: Grid) -> str:
    """*mask* (height x width) as text."""
    height, width = mask.shape
    return f"{height}x{width}:{_compressed(_runs(mask))}"


def read(text: str) -> Grid:
    """The mask (height x width) that *text* says.

    Raises:
        ValueError: it is no mask.
    """
    height, width, counts = _parts(text)
    return _grid(_counts(counts), height, width)


def of_counts(counts: str | Sequence[Any], height: int, width: int) -> str:
    """The text of COCO's run lengths: *counts* compressed to a string, or a list of numbers.

    Raises:
        ValueError: they are no runs of a picture of that size.
    """
    runs = _counts(counts) if isinstance(counts, str) else _numbers(counts)
    _check(runs, height, width)
    return f"{height}x{width}:{_compressed(runs)}"


def of_polygons(polygons: Iterable[Sequence[float]], height: int, width: int) -> str:
    """The text of the area inside *polygons*, each ``x, y, x, y, …``: the pixels whose middle lies in one of them.

    Raises:
        ValueError: one has no three points.
    """
    import numpy as np

    if not 0 < height * width <= LARGEST:
        raise ValueError(f"a picture of {width} x {height} pixels")
    mask = np.zeros((height, width), bool)
    for polygon in polygons:
        points = np.asarray(polygon, float)
        if points.ndim != 1 or points.size < 6 or points.size % 2 or not np.isfinite(points).all():
            raise ValueError("a polygon of fewer than three points")
        mask |= _filled(points.reshape(-1, 2), height, width)
    return written(mask)


def size_of(text: str) -> tuple[int, int]:
    """The width and height in pixels of the picture that the mask *text* is of."""
    height, width, _ = _parts(text)
    return width, height


def bounds(text: str) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of the mask *text* as shares of the picture; None: it is empty."""
    import numpy as np

    mask = read(text)
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )


def _parts(text: str) -> tuple[int, int, str]:
    size, colon, counts = text.partition(":")
    height, cross, width = size.partition("x")
    if not (colon and cross and height.isdecimal() and width.isdecimal()):
        raise ValueError("not HEIGHTxWIDTH:COUNTS")
    return int(height), int(width), counts


def _runs(mask: Grid) -> list[int]:
    import numpy as np

    flat = np.concatenate(([False], mask.ravel(order="F")))
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return [int(one) for one in np.diff(np.concatenate(([0], edges, [mask.size])))]


def _grid(runs: Sequence[int], height: int, width: int) -> Grid:
    import numpy as np

    _check(runs, height, width)
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape((height, width), order="F")


def _check(runs: Sequence[int], height: int, width: int) -> None:
    if not 0 < height * width <= LARGEST:
        raise ValueError(f"a picture of {width} x {height} pixels")
    if any(one < 0 for one in runs) or sum(runs) != height * width:
        raise ValueError(f"the runs add up to {sum(runs)} pixels, and {width} x {height} has {height * width}")


def _numbers(counts: Sequence[Any]) -> list[int]:
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in counts):
        raise ValueError("the counts are not whole numbers")
    return list(counts)


def _compressed(runs: Sequence[int]) -> str:
    """Five bits a letter, lowest first; from the fourth on, each run as its difference to the last but one."""
    text = []
    for n, run in enumerate(runs):
        left = run - runs[n - 2] if n > 2 else run
        while True:
            bits, left = left & 31, left >> 5
            last = left == (-1 if bits & 16 else 0)
            text.append(chr(48 + bits + (0 if last else 32)))
            if last:
                break
    return "".join(text)


def _counts(text: str) -> list[int]:
    runs: list[int] = []
    value = place = 0
    for letter in text:
        code = ord(letter) - 48
        if not 0 <= code < 64:
            raise ValueError(f"{letter!r} stands in no compressed mask")
        value |= (code & 31) << 5 * place
        place += 1
        if code & 32:
            continue
        if code & 16:
            value |= -1 << 5 * place
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = place = 0
    if place:
        raise ValueError("the counts break off")
    return runs


def _filled(points: np.ndarray[Any, Any], height: int, width: int) -> Grid:
    """The pixels whose middle is inside by the even-odd rule, row by row."""
    import numpy as np

    mask = np.zeros((height, width), bool)
    after = np.roll(points, -1, axis=0)
    first = max(int(np.floor(points[:, 1].min())), 0)
    last = min(int(np.ceil(points[:, 1].max())), height)
    for row in range(first, last):
        y = row + 0.5
        crossing = (points[:, 1] <= y) != (after[:, 1] <= y)
        here, there = points[crossing], after[crossing]
        x = np.sort(here[:, 0] + (y - here[:, 1]) * (there[:, 0] - here[:, 0]) / (there[:, 1] - here[:, 1]))
        for left, right in zip(x[::2], x[1::2], strict=True):
            mask[row, max(int(np.ceil(left - 0.5)), 0) : max(int(np.ceil(right - 0.5)), 0)] = True
    return mask
