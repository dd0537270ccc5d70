"""An embedder that is exact by construction: words by hash, pictures by their colours, colour words as the colours.

A text and a picture are near one another when the text names the colours that the picture has; two texts are near when
they have words in common. ``Script(embed="exact_embedder:vector")`` serves it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import cv2
import numpy as np

COLOURS = {
    "red": (200, 30, 30), "green": (30, 180, 40), "blue": (40, 50, 210), "yellow": (240, 220, 60),
    "white": (245, 245, 245), "black": (12, 12, 12), "orange": (245, 140, 30), "purple": (140, 50, 170),
    "brown": (120, 75, 40), "grey": (128, 128, 128),
}  # fmt: skip
HASHED = 54
SIZE = len(COLOURS) + HASHED


def vector(kind: str, content: str) -> list[float]:
    """The vector of a ``text``, or of an ``image`` as a data URI."""
    found = _of_text(content) if kind == "text" else _of_picture(content)
    return [float(number) for number in found]


def _of_text(text: str) -> Any:
    found, names = np.zeros(SIZE), list(COLOURS)
    for word in re.findall(r"\w+", text.lower()):
        if word in names:
            found[names.index(word)] += 4.0
        else:
            digest = hashlib.sha256(word.encode()).digest()
            found[len(COLOURS) + int.from_bytes(digest[:4], "big") % HASHED] += 1.0 if digest[4] % 2 else -1.0
    return found if found.any() else np.ones(SIZE)


def _of_picture(uri: str) -> Any:
    data = np.frombuffer(base64.b64decode(uri.partition(",")[2]), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert picture is not None
    pixels = cv2.cvtColor(cv2.resize(picture, (48, 27), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
    known = np.array(list(COLOURS.values()), float)
    nearest = np.linalg.norm(pixels.reshape(-1, 1, 3).astype(float) - known, axis=2).argmin(axis=1)
    found = np.zeros(SIZE)
    found[: len(COLOURS)] = np.bincount(nearest, minlength=len(COLOURS)) / len(nearest)
    return found


def shapes(kind: str, content: str) -> list[float]:
    """The same for the shapes of the film, by their colours: a picture has those that cover some of it."""
    from vdata.examples.brush import COLOURS as PALETTE

    found = np.zeros(len(PALETTE) + 2)
    found[-1 if kind == "text" else -2] = 0.1  # of what has no colour, and then nothing in common
    if kind == "text":
        for n, name in enumerate(PALETTE):
            found[n] = content.lower().split().count(name)
        return [float(number) for number in found]
    pixels = _pixels(content).reshape(-1, 3).astype(int)
    for n, colour in enumerate(PALETTE.values()):
        found[n] = float((abs(pixels - np.array(colour)).max(axis=1) <= 28).mean() > 0.001)
    return [float(number) for number in found]


def looks(kind: str, content: str) -> list[float]:
    """The same for whole scenes: how much of a picture has each of 125 colours."""
    assert kind == "image"
    cells = (_pixels(content).reshape(-1, 3).astype(int) * 5 // 256) @ np.array([25, 5, 1])
    return [float(number) for number in np.sqrt(np.bincount(cells, minlength=125) / len(cells))]


def _pixels(uri: str) -> Any:
    data = np.frombuffer(base64.b64decode(uri.partition(",")[2]), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert picture is not None
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
