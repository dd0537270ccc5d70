"""A row of ``Signals`` for each small picture.

Sources, all on pictures of about 144 x 80 in place of the originals' sizes: PySceneDetect 0.7 (content; histogram of
128 bins; hash of 8 x 8 with factor 2; threshold) and Koala-36M's transition analyser (correlation of colour histograms
of 254 bins over 1..254, those of the three channels joined; SSIM of 128 x 128 edge pictures). Koala-36M shrinks to
256 x 256 first, finds edges with Canny(100, 200), and its SSIM has windows at every pixel; here the histograms come
from the small picture, the edge picture is that picture brought to 128 x 128, edges are local maxima of the gradient
over one threshold, and SSIM has blocks side by side. Colours follow BT.601, as OpenCV's do. Levels are full range:
black is 0, white 255.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...schemas.rounding import FRAME_ROUNDING
from ...schemas.signal_table import COLOURS, Signals, column_names
from .colours import BINS, RANGES, shares
from .flow import CameraMotion, Motion

BATCH = 16
"""Pictures that are measured at once: one call for many, and the code of each step stays in the processor's cache."""
PACK = 64
"""Batches whose small tables are joined to a larger one."""
EDGE = 128
STEEP: Any = 40
"""Grey levels per two pixels, both directions added, that make an edge; four times it is Canny's scale."""
BLOCK = 8
HASH, DHASH = 8, (8, 9)
GREY: Any = 128
"""What is taken off luma before it is squared, so that no digits are lost."""
DARK: Any = 28
"""Grey level, 0..255, that no pixel of a dark border is above."""
SLOW = 0.2
"""Seconds between measurements of border, colours and motion; a cut brings the next one forward."""
THIN = 1.5
"""How many times as long it is where frames are left out."""
CUT_CONTENT, CUT_HISTOGRAM = 20.0, 0.7
"""A frame with more content change and less histogram correlation starts a new picture for the slow signals."""

Row = dict[str, Any]


class SignalRows:
    """Collects rows; memory grows by the bytes of the columns alone.

    Pictures wait in one tall I420 buffer. Its first slot holds the last picture of the batch before.
    """

    def __init__(self, width: int, height: int) -> None:
        """*width* and *height* of the upright small picture, pixels, both even."""
        self.size = width, height
        self.slots = BATCH + 1
        self.tall = np.zeros((self.slots * height * 3 // 2, width), np.uint8)
        flat, luma, chroma = self.tall.reshape(-1), self.slots * height * width, self.slots * height * width // 4
        self.y = flat[:luma].reshape(self.slots, height, width)
        self.u = flat[luma : luma + chroma].reshape(self.slots, height // 2, width // 2)
        self.v = flat[luma + chroma :].reshape(self.slots, height // 2, width // 2)
        self.first = self.next = 0
        self.waiting: list[tuple[float, float]] = []
        self.done: list[Row] = []
        self.fresh: list[tuple[Row, int]] = []
        self.left, self.right = _reducers(width // 2, height // 2)
        self.slow = SlowSignals(CameraMotion(width, height))

    def room(self) -> Sequence[NDArray[np.uint8]]:
        """Where the next picture's Y, U and V go, before ``add``."""
        return self.y[self.next], self.u[self.next], self.v[self.next]

    def add(self, time: float, sharpness: float) -> None:
        """Count in the picture that was put into ``room``, shown at *time* seconds."""
        self.waiting.append((time, sharpness))
        self.next += 1
        if self.next == self.slots:
            self._measure()

    def thin(self) -> None:
        """Frames are left out: measure less often what is measured now and then."""
        self.slow.every = THIN * SLOW

    def signals(self) -> Signals:
        """All rows; the table is closed with it."""
        if self.waiting:
            self._measure()
        self.slow.finish()
        self._pack(0)
        return Signals(**join_tables([(part, 0) for part in self.done]))

    def _pack(self, keep: int) -> None:
        """Join the small tables of all batches but the last *keep*, to whose rows motion may still be added."""
        old, self.fresh = self.fresh[: len(self.fresh) - keep], self.fresh[len(self.fresh) - keep :]
        if old:
            self.done.append(join_tables(old))

    def _measure(self) -> None:
        """Turn the waiting pictures into rows. A batch that is not full costs as much as a full one."""
        width, height = self.size
        n, first = self.next, self.first
        bgr = cv2.cvtColor(self.tall, cv2.COLOR_YUV2BGR_I420)
        hsv, gray = cv2.cvtColor(bgr, cv2.COLOR_BGR2HSV), cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
        half = cv2.resize(gray, (width // 2, self.slots * height // 2), interpolation=cv2.INTER_AREA)
        half = half.reshape(self.slots, height // 2, width // 2)
        change, steps = cv2.absdiff(hsv[height:], hsv[:-height]), cv2.absdiff(gray[height:], gray[:-height])
        faces = np.zeros((self.slots, EDGE, EDGE), np.uint8)
        row = _empty(n)
        row["time"][first:], row["sharpness"][first:] = zip(*self.waiting, strict=True)
        row["ssim"] = similarity(half)[:n]
        bits, row["dhash"], row["grid"], row["texture"] = self._areas_of(half[:n].astype(np.float32))
        row["chroma"] = np.rint(np.stack([self.u[:n].mean((1, 2)), self.v[:n].mean((1, 2))], 1)).astype(np.uint8)
        row["hash_distance"][1:] = np.count_nonzero(bits[1:] != bits[:-1], axis=(1, 2)) / HASH**2
        before: list[Any] = []
        for i in range(n):
            at, since = slice(i * height, (i + 1) * height), slice((i - 1) * height, i * height)
            picture, colour = gray[at], bgr[at]
            (row["luma"][i],), (row["contrast"][i],) = (part[0] for part in cv2.meanStdDev(picture))
            row["mean"][i] = sum(cv2.mean(colour)) / 3
            cv2.resize(picture, (EDGE, EDGE), dst=faces[i])
            levels = [cv2.calcHist([colour], [channel], None, [254], [1, 255]) for channel in range(3)]
            now = [cv2.calcHist([picture], [0], None, [128], [0, 256]), np.concatenate(levels)]
            if i:
                row["hue"][i], row["saturation"][i], row["luma_change"][i], _ = cv2.mean(change[since])
                row["difference"][i] = cv2.mean(steps[since])[0]
                alike = [cv2.compareHist(*pair, cv2.HISTCMP_CORREL) for pair in zip(before, now, strict=True)]
                row["histogram"][i], row["koala_histogram"][i] = alike
            before = now
        row["koala_ssim"] = similarity(edge_picture(faces))[:n]
        content = (row["hue"] + row["saturation"] + row["luma_change"]) / 3
        cuts = (content > CUT_CONTENT) & (row["histogram"] < CUT_HISTOGRAM)
        for i in range(first, n):
            at = slice(i * height, (i + 1) * height)
            self.slow.add(row, i, gray[at], hsv[at], bool(cuts[i]))
        self.fresh.append((row, first))
        if len(self.fresh) >= 2 * PACK:
            self._pack(max(PACK, self.slow.batches()))
        for part in (self.y, self.u, self.v):
            part[0] = part[n - 1]
        self.waiting, self.first, self.next = [], 1, 1

    def _areas_of(self, pictures: Any) -> tuple[Any, Any, Any, Any]:
        """The bits of the DCT hashes, the difference hashes, the grids and the textures: all are sums over a picture,
        so a few products do."""
        n, height, width = pictures.shape
        both = self.left @ (pictures.reshape(-1, width) @ self.right).reshape(n, height, -1)
        low, means = both[:, :HASH, :HASH], both[:, HASH:, HASH:]
        ordered = np.sort(low.reshape(n, -1), axis=1)
        middle = (ordered[:, HASH**2 // 2 - 1] + ordered[:, HASH**2 // 2]) / 2
        packed = np.packbits((means[:, :, 1:] > means[:, :, :-1]).reshape(n, -1), axis=1)
        grid = np.rint(np.sqrt(255 * np.clip(means, 0, 255))).astype(np.uint8).reshape(n, -1)
        squares = np.square(pictures - GREY).reshape(-1, width) @ self.right[:, HASH:]
        spread = self.left[HASH:] @ squares.reshape(n, height, -1) - (means - GREY) ** 2
        texture = np.rint(np.sqrt(255 * np.sqrt(np.clip(spread, 0, None)))).astype(np.uint8).reshape(n, -1)
        return low > middle[:, None, None], packed.view(">u8")[:, 0].astype(np.uint64), grid, texture


class SlowSignals:
    """What is measured some five times a second: border and colours, which hold until the next time, and the camera's
    motion since the last time, which is spread over the frames between."""

    def __init__(self, camera: CameraMotion) -> None:
        self.camera = camera
        self.every = SLOW
        self.last: float | None = None
        self.values: tuple[Any, Any] = (0, 0)
        self.pending: list[tuple[Row, int]] = []
        self.gray: Any = None

    def add(self, row: Row, i: int, gray: Any, hsv: Any, cut: bool) -> None:
        """The frame of *row*, *i*, whose pictures are *gray* and *hsv*; *cut*: it begins a new scene."""
        time = float(row["time"][i])
        if cut:
            self._spread(self.camera.finish(self.gray))
        self.pending.append((row, i))
        self.gray = gray
        if cut or self.last is None or time - self.last >= self.every - FRAME_ROUNDING:
            self._spread(self.camera.move(gray))
            self.last = time
            thin = cv2.resize(hsv, (hsv.shape[1] // 2, hsv.shape[0] // 2), interpolation=cv2.INTER_NEAREST)
            self.values = borders(gray), shares(cv2.calcHist([thin], [0, 1, 2], None, BINS, RANGES))
        row["border"][i], row["colours"][i] = self.values

    def batches(self) -> int:
        """How many of the last batches have rows whose motion is not known yet, at most."""
        return len(self.pending) // BATCH + 2

    def finish(self) -> None:
        """End the table: no more frames come."""
        self._spread(self.camera.finish(self.gray))

    def _spread(self, motion: Motion) -> None:
        for row, i in self.pending:
            for name, value in zip(("dx", "dy", "zoom", "motion"), motion[:4], strict=True):
                row[name][i] = value / len(self.pending)
            row["agreement"][i], row["background"][i] = motion[4:]
        self.pending = []


def similarity(pictures: Any) -> NDArray[np.float32]:
    """SSIM of each of *pictures* (n, height, width) with the one before; 1 for the first.

    Wang et al. 2004, with the mean over blocks of 8 x 8 side by side, which follows windows at every pixel closely.
    """
    height, width = pictures.shape[1:]
    rows, columns = height // BLOCK, width // BLOCK
    part = pictures[:, : rows * BLOCK, : columns * BLOCK].astype(np.float32)

    def means(values: Any) -> Any:
        tall = values.reshape(-1, columns * BLOCK)
        return cv2.resize(tall, (columns, len(tall) // BLOCK), interpolation=cv2.INTER_AREA).reshape(-1, rows, columns)

    mean = means(part)
    square = mean * mean
    spread = means(part * part) - square
    across = mean[1:] * mean[:-1]
    shared = means(part[1:] * part[:-1]) - across
    small, large = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * across + small) * (2 * shared + large)
    below = (square[1:] + square[:-1] + small) * (spread[1:] + spread[:-1] + large)
    return np.concatenate([np.ones(1, np.float32), (top / below).mean(axis=(1, 2))])


def edge_picture(faces: Any) -> Any:
    """*faces* (n, EDGE, EDGE) with their edges at 255: pixels whose gradient is a local maximum across it."""
    tall = faces.reshape(-1, EDGE)
    across, down = cv2.absdiff(tall[1:-1, 2:], tall[1:-1, :-2]), cv2.absdiff(tall[2:, 1:-1], tall[:-2, 1:-1])
    steep = cv2.add(across, down)
    beside = cv2.max(steep[1:-1, :-2], steep[1:-1, 2:])
    near = cv2.max(steep[:-2, 1:-1], steep[2:, 1:-1])
    cv2.copyTo(beside, cv2.compare(across, down, cv2.CMP_GT)[1:-1, 1:-1], near)
    edges = np.zeros_like(faces)
    edges.reshape(-1, EDGE)[2:-2, 2:-2] = cv2.compare(steep[1:-1, 1:-1], cv2.max(near, STEEP), cv2.CMP_GE)
    edges[:, :2] = edges[:, -2:] = 0  # there the gradient is that between two pictures
    return cv2.max(faces.reshape(-1, EDGE), edges.reshape(-1, EDGE)).reshape(faces.shape)


def borders(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Dark border at the top, bottom, left and right, percent of the side; all 0 for a picture that is all dark."""
    height, width = gray.shape
    left, top, wide, high = cv2.boundingRect(cv2.compare(gray, DARK, cv2.CMP_GT))
    if not wide:
        return np.zeros(4, np.uint8)
    ends = top / height, 1 - (top + high) / height, left / width, 1 - (left + wide) / width
    return np.array([round(100 * end) for end in ends], np.uint8)


def _reducers(width: int, height: int) -> tuple[Any, Any]:
    """Matrices L, R: L @ picture @ R has the low 8 x 8 DCT of its 16 x 16 areas, and its 8 x 9 areas, in two blocks."""
    side = 2 * HASH
    k, x = np.mgrid[:HASH, :side]
    dct = np.cos(np.pi * (2 * x + 1) * k / (2 * side)) * np.where(k == 0, np.sqrt(1 / side), np.sqrt(2 / side))
    left = np.concatenate([dct @ _areas(side, height), _areas(DHASH[0], height)])
    right = np.concatenate([dct @ _areas(side, width), _areas(DHASH[1], width)]).T
    return left.astype(np.float32), np.ascontiguousarray(right, np.float32)


def _areas(parts: int, length: int) -> NDArray[np.float64]:
    """A matrix (parts, length) that averages *length* pixels into *parts* equal areas."""
    edges = np.linspace(0, length, parts + 1)
    pixels = np.arange(length)
    cover = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.asarray(np.clip(cover, 0, None) * parts / length)


def join_tables(parts: Sequence[tuple[Row, int]]) -> Row:
    """One table of *parts*, (table, its first row that counts), whose columns are given up one after the other."""
    return {name: np.concatenate([table.pop(name)[first:] for table, first in parts]) for name in list(parts[0][0])}


def _empty(n: int) -> Row:
    """Columns of *n* rows, as at a frame with none before it."""
    table: Row = {name: np.zeros(n, np.float32) for name in column_names()}
    table["time"] = np.zeros(n)
    table["histogram"] += 1
    table["koala_histogram"] += 1
    table["agreement"] += 1
    table["background"] += 1
    table["border"] = np.zeros((n, 4), np.uint8)
    table["colours"] = np.zeros((n, len(COLOURS)), np.uint8)
    table["chroma"] = np.zeros((n, 2), np.uint8)
    for name in ("grid", "texture"):
        table[name] = np.zeros((n, DHASH[0] * DHASH[1]), np.uint8)
    return table
