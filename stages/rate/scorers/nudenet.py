"""NudeNet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, ClassVar

from pydantic import Field

from ....schemas import MissingExtra
from ...onnx_session import open_session
from .scorer import Over, PictureScorer

EXTRA = "rate: by: nudenet is not installed: pip install 'vdata-toolkit[nudenet]'"
EXPOSED = (
    "FEMALE_GENITALIA_EXPOSED",
    "MALE_GENITALIA_EXPOSED",
    "ANUS_EXPOSED",
    "FEMALE_BREAST_EXPOSED",
    "BUTTOCKS_EXPOSED",
)
MODEL = "320n.onnx"
LEAST = 0.25
"""What NudeNet is less sure of, it does not say."""


class Nudenet(PictureScorer):
    """The value ``nudity``: how sure NudeNet is of the surest of its ``classes`` (extra ``nudenet``, model inside).

    0 where it sees none of them, and where it is less sure than 0.25. It errs: a drawn rabbit had 0.78. So there is a
    limit only where you set one, after a look at what it says of your own videos.
    """

    usual: ClassVar[Over] = "max"

    classes: list[str] = Field(list(EXPOSED), min_length=1)
    """The classes that count, by NudeNet's names: FACE_FEMALE, BELLY_EXPOSED … too."""
    threshold: float | None = Field(None, ge=LEAST, le=1)
    """With it, spans get the attribute ``nudity``: ``yes`` from this value on, else ``no``. None: no attribute."""

    def extras(self) -> set[str]:
        return {"nudenet"}

    def ready(self) -> None:
        if find_spec("nudenet") is None or find_spec("onnxruntime") is None:
            raise MissingExtra(EXTRA)

    def values(self) -> set[str]:
        return {"nudity"}

    def attrs(self) -> set[str]:
        return {"nudity"} if self.threshold is not None else set()

    def identity(self) -> str:
        from importlib.metadata import version

        return f"nudenet {version('nudenet')}"

    def of_pictures(self, pictures: Sequence[Any], device: str) -> list[dict[str, float]]:
        found = []
        for picture in pictures:
            seen = _detector().detect(picture[:, :, ::-1].copy())  # it takes BGR
            found.append({"nudity": max((one["score"] for one in seen if one["class"] in self.classes), default=0.0)})
        return found

    def tags(self, values: dict[str, float]) -> dict[str, str]:
        if self.threshold is None or "nudity" not in values:
            return {}
        return {"nudity": "yes" if values["nudity"] >= self.threshold else "no"}


@cache
def _detector() -> Any:
    """NudeNet's detector on the CPU, loaded once a process.

    Raises:
        Failed: ``no_model``.
    """
    spec = find_spec("nudenet")
    session = open_session(os.path.join(os.path.dirname((spec and spec.origin) or ""), MODEL), "cpu")
    from nudenet import NudeDetector

    detector = NudeDetector()
    detector.onnx_session = session  # its own takes every core of the machine
    return detector
