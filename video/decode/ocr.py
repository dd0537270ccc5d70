"""Reading the words in pictures with RapidOCR, and joining what neighbouring pictures say."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rapidfuzz import fuzz

from ...schemas import Span
from ...schemas.rounding import ROUNDING

LARGEST = 2000
"""Pictures are made smaller than this before lines are looked for, pixels."""
UPRIGHT = 1.5
"""A line that is so many times as high as it is wide is turned by a quarter before it is read, as RapidOCR does."""
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, shares of the picture's width and height, 0..1."""


@dataclass(slots=True)
class OcrLine:
    """A line that was read in one picture."""

    text: str
    score: float
    box: Box
    corners: tuple[tuple[float, float], ...] = ()
    """Where it stands when it is aslant, clockwise from its own upper left corner: shares, as of the box."""


@dataclass(slots=True)
class Run:
    """A line that neighbouring pictures share: its best reading, and from when to when they stand."""

    start: float
    end: float
    line: OcrLine
    first: int
    """Number of the first of its pages."""
    opening: OcrLine
    """The line as the first page has it."""
    closing: OcrLine
    """The line as the last page has it."""
    frames: int = 1

    @property
    def last(self) -> int:
        """Number of the last of its pages."""
        return self.first + self.frames - 1


def models() -> dict[str, str]:
    """The models that the wheel of RapidOCR brings, ``Det`` and ``Rec``; empty when it brings none.

    They are named to RapidOCR one by one: left to itself it downloads what it does not find.
    """
    spec = find_spec("rapidocr")
    places = list(spec.submodule_search_locations or []) if spec else []
    found = {}
    for task in ("det", "rec"):
        files = sorted(path for place in places for path in Path(place, "models").glob(f"*_{task}_*.onnx"))
        if files:
            found[task.capitalize()] = str(files[0])
    return found if len(found) == 2 else {}


@cache
def engine(threads: int) -> Any:
    """The reader, loaded once a process, working in so many *threads*.

    It would enlarge every picture to 736 pixels in height before it looks for lines. Left as they are, the pictures
    of the film took a fifth of the time, large words were no longer missed, and small print was read as before.
    """
    # Newer builds of ONNX Runtime report to their maker, and leave an identifier in the home folder, unless told not to
    # before they are imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    from rapidocr import RapidOCR

    session = "EngineConfig.onnxruntime"
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.text_score": 0.0,
            "Det.limit_type": "max",
            "Det.limit_side_len": LARGEST,
            f"{session}.intra_op_num_threads": threads,
            f"{session}.inter_op_num_threads": threads,
            **{f"{task}.model_path": path for task, path in models().items()},
        }
    )


def read(picture: Any, threads: int) -> list[OcrLine]:
    """The lines in *picture* (height × width × 3, RGB, uint8, upright), from top to bottom."""
    height, width = picture.shape[:2]
    found = engine(threads)(picture[:, :, ::-1].copy(), use_det=True)  # RapidOCR keeps what the last call said
    if found.txts is None:
        return []
    lines = []
    for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True):
        (left, top), (right, bottom) = corners.min(0).tolist(), corners.max(0).tolist()
        box = (left / width, top / height, right / width, bottom / height)
        shares = tuple((x / width, y / height) for x, y in corners.tolist())
        lines.append(OcrLine(text.strip(), float(score), box, shares))
    return lines


def read_again(picture: Any, line: OcrLine, threads: int) -> str:
    """What stands in *picture* (as in ``read``) at the very place of *line*; no other place is looked at."""
    height, width = picture.shape[:2]
    left, top, right, bottom = line.box
    shares = line.corners or ((left, top), (right, top), (right, bottom), (left, bottom))
    corners = np.array([(x * width, y * height) for x, y in shares], np.float32)
    across = max(1, round(max(math.dist(corners[0], corners[1]), math.dist(corners[3], corners[2]))))
    down = max(1, round(max(math.dist(corners[0], corners[3]), math.dist(corners[1], corners[2]))))
    flat = np.array([(0, 0), (across, 0), (across, down), (0, down)], np.float32)
    turn = cv2.getPerspectiveTransform(corners, flat)
    strip = cv2.warpPerspective(
        picture, turn, (across, down), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )  # as RapidOCR itself cuts a line out
    if down >= UPRIGHT * across:
        strip = np.rot90(strip)
    found = engine(threads)(strip[:, :, ::-1].copy(), use_det=False)
    return str(found.txts[0]).strip() if found.txts else ""


def intervals(points: list[Span], shots: list[Span], end: float) -> list[tuple[float, float]]:
    """For each point (in order of time), the time for which its picture stands.

    That is its shot, found by the point's attribute ``shot``, or else the video up to *end*, seconds, shared with the
    points beside it in the middle between them.
    """
    known = {shot.id: shot for shot in shots}
    homes = [known.get(point.attrs.get("shot", "")) for point in points]
    starts = [home.start if home else 0.0 for home in homes]
    ends = [home.end if home else max(end, point.end) for home, point in zip(homes, points, strict=True)]
    for n in range(1, len(points)):
        if homes[n - 1] is homes[n]:
            ends[n - 1] = starts[n] = (points[n - 1].start + points[n].start) / 2
        elif homes[n] is None:
            starts[n] = min(ends[n - 1], points[n].start)
        elif homes[n - 1] is None:
            ends[n - 1] = max(starts[n], points[n - 1].end)
    return list(zip(starts, ends, strict=True))


def join(pages: list[tuple[float, float, list[OcrLine]]], same: float) -> list[Run]:
    """One run for each line that stands in neighbouring pages (start, end, lines) with equal text.

    Texts are equal when their likeness (rapidfuzz ratio, without case and spacing, 0..1) is at least *same*. Pages
    are neighbours when one starts where the last ended.
    """
    runs: list[Run] = []
    open_runs: list[Run] = []
    last = 0.0
    for page, (start, end, lines) in enumerate(pages):
        before = open_runs if start <= last + ROUNDING else []
        open_runs, last = [], end
        pairs = sorted(
            ((text_similarity(run.line.text, line.text), -corner_distance(run.line.box, line.box), r, n)
             for r, run in enumerate(before) for n, line in enumerate(lines)),
            reverse=True,
        )  # fmt: skip
        of_line: dict[int, Run] = {}
        taken: set[int] = set()
        for likeness, _, r, n in pairs:
            if likeness >= same and r not in taken and n not in of_line:
                taken.add(r)
                of_line[n] = before[r]
        for n, line in enumerate(lines):
            run = of_line.get(n)
            if run is None:
                run = Run(start, end, line, page, line, line)
                runs.append(run)
            else:
                run.end, run.closing, run.frames = end, line, run.frames + 1
                run.line = line if line.score > run.line.score else run.line
            open_runs.append(run)
    return runs


def text_similarity(one: str, other: str) -> float:
    """How alike two texts are, 0..1, without case and spacing."""
    return fuzz.ratio("".join(one.casefold().split()), "".join(other.casefold().split())) / 100


def corner_distance(one: Box, other: Box) -> float:
    """How far the upper left corners of two boxes are apart, shares of the sides added up."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])
