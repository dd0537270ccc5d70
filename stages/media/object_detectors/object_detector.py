"""What a detector of objects is: a pydantic model that is its own settings, and one method."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ....schemas.plugins import PluginKind
from ....schemas.settings_model import Settings


@dataclass(frozen=True, slots=True)
class FoundThing:
    """A thing that was found in a picture. Its sides are shares of the picture, as those of a ``Box``."""

    label: str
    left: float
    top: float
    right: float
    bottom: float
    score: float | None = None

    @property
    def area(self) -> float:
        """The share of the picture that it covers."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def overlap(self, other: FoundThing) -> float:
        """Intersection over union with *other*, 0 to 1."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(0.0, wide) * max(0.0, high)
        return shared / both if (both := self.area + other.area - shared) > 0 else 0.0


class ObjectDetector(Settings, ABC):
    """Finds things in pictures. It joins nothing over time: ``detect`` does.

    The class in snake_case is the detector's name in YAML, and the key of its settings, which are its fields.
    """

    on_gpu: ClassVar[bool] = False
    """Whether it can work on a GPU."""

    @classmethod
    def name(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def ready(self) -> None:
        """Raise NotReady when the detector cannot work here."""

    def extras(self) -> set[str]:
        """The extras of vdata's package without which it does not work."""
        return set()

    def paths(self) -> dict[tuple[str | int, ...], str]:
        """The files and folders that its settings name, by where they stand in them."""
        return {}

    def labels(self) -> list[str] | None:
        """The labels that it knows; None: it finds what it is asked for by name.

        Raises:
            NotReady: they cannot be read.
        """
        return None

    @abstractmethod
    def find(self, pictures: Sequence[Any], wanted: Sequence[str], device: str) -> list[list[FoundThing]]:
        """What is in each of *pictures*, (height, width, 3) RGB, uint8, upright: things labelled as one of *wanted*, or
        whatever it knows where that is empty.

        Raises:
            Failed: ``no_model``: the model cannot be loaded.
        """


OBJECT_DETECTORS: PluginKind[ObjectDetector] = PluginKind(
    "object detector",
    "vdata.stages.media.object_detectors",
    "vdata.object_detectors",
    lambda: ObjectDetector,
    lambda detector: detector.name(),
)
