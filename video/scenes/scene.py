"""A scene: how a small world looks in one state, and on the way to the next.

In an edit it is a picture like any other, ``scene:`` and its facts as JSON, but one that moves: a piece that shows it
goes from 0 to 1 of the move. Only the facts are stored, so that a plan can be drawn again, frame by frame.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from ...schemas import Failed
from ...schemas.plugins import PluginKind
from ..art.catalogue import COLOURS, SCENE

Picture = NDArray[np.uint8]
Point = tuple[float, float]
"""x and y, pixels."""
TABLE, WALL, INK, WOOD = (214, 201, 176), (236, 232, 224), (45, 45, 50), (150, 110, 70)
FINE = 4
"""Bits of a pixel's fraction that shapes are drawn with."""


@dataclass(frozen=True, slots=True)
class SceneView:
    """What a piece shows: a *state* of the world *kind*, and the *move* that is made meanwhile, if any."""

    kind: str
    state: tuple[str, ...]
    move: tuple[int, ...] = ()
    covered: bool = False
    """Whether the state cannot be seen, but for what the move itself shows."""

    def name(self) -> str:
        """The picture's name in an edit."""
        return SCENE + json.dumps(asdict(self), separators=(",", ":"))


@lru_cache(256)
def shown_by(name: str) -> SceneView:
    """What the picture *name* shows.

    Raises:
        Failed: ``no_such_scene``.
    """
    try:
        facts = json.loads(name.removeprefix(SCENE))
        shown = SceneView(facts["kind"], tuple(facts["state"]), tuple(facts["move"]), bool(facts["covered"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Failed("no_such_scene", f"{name!r} says no scene: {error}") from None
    if SCENES.get(shown.kind) is None:
        raise Failed("no_such_scene", f"there is no drawing of the world {shown.kind!r}")
    return shown


def paint_scene(name: str, share: float, width: int, height: int) -> Picture:
    """The picture *name*, RGB (height, width, 3), when a *share* (0..1) of its move is done.

    Raises:
        Failed: ``no_such_scene``.
    """
    shown = shown_by(name)
    drawing = SCENES.find()[shown.kind](width, height)
    drawing.draw(shown, share * share * (3 - 2 * share))  # it starts and ends gently
    return drawing.picture


class WorldScene(ABC):
    """How one kind of world looks: a file of this folder, or an entry point of another package (``vdata.scenes``).

    It draws on *picture*; all lengths are shares of the height, times ``unit``.
    """

    kind: ClassVar[str]

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height, self.unit = width, height, float(height)
        self.picture: Picture = np.full((height, width, 3), WALL, np.uint8)

    @abstractmethod
    def draw(self, shown: SceneView, share: float) -> None:
        """Draw *shown* with *share* (0..1) of its move done."""

    def disc(self, at: Point, radius: float, colour: tuple[int, int, int]) -> None:
        """A disc with a dark rim."""
        for size, tone in ((radius, INK), (radius * 0.9, colour)):
            cv2.circle(self.picture, self._fine(at), round(size * 2**FINE), tone, -1, cv2.LINE_AA, FINE)

    def box(self, at: Point, size: Point, colour: tuple[int, int, int]) -> None:
        """An upright box around its middle *at*, with a dark rim."""
        x, y, half, tall = *at, size[0] / 2, size[1] / 2
        self.shape([(x - half, y - tall), (x + half, y - tall), (x + half, y + tall), (x - half, y + tall)], colour)

    def shape(self, corners: Sequence[Point], colour: tuple[int, int, int]) -> None:
        """A filled shape with a dark rim."""
        points = np.array([self._fine(corner) for corner in corners], np.int32)
        cv2.fillPoly(self.picture, [points], colour, cv2.LINE_AA, FINE)
        cv2.polylines(self.picture, [points], True, INK, max(1, round(self.unit / 180)), cv2.LINE_AA, FINE)

    def word(self, text: str, at: Point, tall: float, colour: tuple[int, int, int] = INK) -> None:
        """*text* around its middle *at*, with letters *tall* pixels high."""
        face, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, round(tall / 9))
        scale = cv2.getFontScaleFromHeight(face, max(1, round(tall)), thick)
        (wide, high), _ = cv2.getTextSize(text, face, scale, thick)
        place = round(at[0] - wide / 2), round(at[1] + high / 2)
        cv2.putText(self.picture, text, place, face, scale, colour, thick, cv2.LINE_AA)

    def table(self, top: float) -> None:
        """A table from *top* (share of the height) down."""
        self.picture[round(top * self.height) :] = TABLE

    def row(self, number: int, count: int) -> float:
        """The x of the place *number* of *count* in a row."""
        return self.width * (number + 0.5) / count

    def _fine(self, at: Point) -> tuple[int, int]:
        return round(at[0] * 2**FINE), round(at[1] * 2**FINE)


def between(one: Point, other: Point, share: float, rise: float = 0.0) -> Point:
    """The point at *share* (0..1) of the way, at most *rise* pixels above the straight line."""
    up = 4 * rise * share * (1 - share)
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share - up


def colour_named(name: str) -> tuple[int, int, int]:
    """RGB of the colour called so."""
    return COLOURS[name]


SCENES = PluginKind("scene", "vdata.video.scenes", "vdata.scenes", lambda: WorldScene, lambda scene: scene.kind)
