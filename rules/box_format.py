"""How a box is written: in shares of the picture, in thousandths of it, or in pixels; and how it is read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..schemas import Box
from .box_overlap import Box as Sides
from .language_words import IN_ENGLISH, Language
from .lazy_pattern import lazy

BoxUnit = Literal["shares", "thousandths", "pixels"]
_WRITTEN = lazy(r"\[(-?\d+(?:\.\d+)?(?:, -?\d+(?:\.\d+)?){3})\]", re.ASCII)
BOX_FORMAT = "box_format"
"""The parameter of a sample whose words hold boxes: the unit in which they are written."""


@dataclass(frozen=True, slots=True)
class BoxFormat:
    """Writes boxes as ``[left, top, right, bottom]``.

    - ``shares`` of the width and height: [0.125, 0.300, 0.450, 0.875], three decimals.
    - ``thousandths`` of them: [125, 300, 450, 875].
    - ``pixels`` of a picture of *width* x *height*: [80, 108, 288, 315].
    """

    unit: BoxUnit = "shares"
    width: int = 0
    height: int = 0

    @property
    def scale(self) -> tuple[float, float]:
        """The width and height of the picture in the unit."""
        if self.unit == "pixels":
            return float(self.width), float(self.height)
        return (1.0, 1.0) if self.unit == "shares" else (1000.0, 1000.0)

    def sides(self, box: Box) -> Sides:
        """*box* in the unit, not rounded."""
        width, height = self.scale
        return box.left * width, box.top * height, box.right * width, box.bottom * height

    def write(self, box: Box) -> str:
        """*box* as text."""
        decimals = 3 if self.unit == "shares" else 0
        return "[" + ", ".join(f"{side:.{decimals}f}" for side in self.sides(box)) + "]"

    def read(self, text: str) -> list[Sides]:
        """The boxes that stand in *text* as ``write`` writes them, as shares of the picture."""
        width, height = self.scale
        found = [[float(side) for side in match[1].split(",")] for match in _WRITTEN.finditer(text)]
        return [(one[0] / width, one[1] / height, one[2] / width, one[3] / height) for one in found]

    @property
    def note(self) -> str:
        """What says how boxes are written, to stand behind a question."""
        return self.note_in(IN_ENGLISH)

    def note_in(self, language: Language) -> str:
        """The same in *language*."""
        said: str = getattr(language.regions, self.unit)
        return said.format(width=self.width, height=self.height)

    def params(self) -> dict[str, str]:
        """What ``box_format_of`` needs to make this format again."""
        size = {"box_width": str(self.width), "box_height": str(self.height)} if self.unit == "pixels" else {}
        return {BOX_FORMAT: self.unit, **size}


def box_format_of(params: Mapping[str, str]) -> BoxFormat:
    """The format that a sample's *params* name; shares where they name none.

    Raises:
        ValueError: there is no such format.
    """
    match unit := params.get(BOX_FORMAT, "shares"):
        case "shares" | "thousandths":
            return BoxFormat(unit)
        case "pixels":
            return BoxFormat("pixels", int(params.get("box_width", 0)), int(params.get("box_height", 0)))
    raise ValueError(f"unknown format of boxes {unit!r}")


def outside(boxes: Iterable[Sides], slack: float = 0.001) -> list[Sides]:
    """Those of *boxes* (shares of the picture) that are not inside of it by more than *slack*, or have no area."""
    return [one for one in boxes if min(one) < -slack or max(one) > 1 + slack or one[2] <= one[0] or one[3] <= one[1]]
