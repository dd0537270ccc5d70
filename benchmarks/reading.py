"""What reading words in pictures costs: processor time of a minute of video, at one core, and memory.

    python benchmarks/reading.py

45 pictures stand for a minute, three a shot and a shot every four seconds: once of the example's film (640 x 360, most
without a word), once of slides of 1280 x 720 with ten lines each, which are drawn here and made 960 wide as by default.
"""

from __future__ import annotations

import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from vdata.examples.film import render
from vdata.video.decode import frames, ocr

PICTURES = 45
LINES = ("Take 250 g of flour and a spoon of salt", "Heat the oven to 180 degrees", "Knead for ten minutes",
         "Leave it under a towel for an hour", "Figure 3: the crust after 40 minutes")  # fmt: skip


def slides() -> list[Any]:
    """Pictures of ten lines each, none like another."""
    drawn = []
    for n in range(PICTURES):
        page = np.full((720, 1280, 3), 240, np.uint8)
        for k in range(10):
            text = f"{n}.{k} {LINES[(n + k) % len(LINES)]}"
            cv2.putText(page, text, (60, 70 + 64 * k), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (30, 30, 30), 2, cv2.LINE_AA)
        drawn.append(cv2.resize(page, (960, 540), interpolation=cv2.INTER_AREA))
    return drawn


def measure(name: str, pictures: list[Any]) -> None:
    begun = time.process_time()
    lines = sum(len(ocr.read(picture, 1)) for picture in pictures)
    spent = time.process_time() - begun
    print(f"{name}: {len(pictures)} pictures, {lines} lines: {spent:.1f} s of one core")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        render(Path(folder))
        film = frames.fetch(str(Path(folder) / "film.mp4"), [0.5 + 60 * n / PICTURES for n in range(PICTURES)])
    drawn = slides()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ocr.read(film[0], 1)  # loads the model
    measure("film", film)
    measure("slides", drawn)
    print(f"memory: {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MB more")


if __name__ == "__main__":
    main()
