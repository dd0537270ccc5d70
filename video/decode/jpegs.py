"""How frames of a video are written as JPEG files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...schemas.teaching import Marks


@dataclass(frozen=True, slots=True)
class Jpegs:
    """At most *size* pixels on the longer side, of *quality* 1 to 100."""

    size: int
    quality: int
    edits: dict[str, str]
    """How the pictures of some files are spoiled, as in ``spoil``, or cut out, as in ``cut_edit``."""
    marks: dict[str, Marks]
    """How regions are shown in the pictures of some files, and which."""
    outline: Callable[[str], Any]
    """Gives the bitmap of the mask of a region."""
