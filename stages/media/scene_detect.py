"""A shot detector of PySceneDetect, or of a package that extends it, which the scan feeds with frames."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from ...schemas import Failed, Signals
from ...video.signals.cuts import Cut
from .detectors.detector import CutDetector, Feed


class SceneDetect(CutDetector):
    """``{scenedetect: HistogramDetector, bins: 64}``: its class and the keyword arguments that it is made with."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, JsonValue]

    alone: ClassVar[frozenset[str]] = frozenset()

    scenedetect: str
    """A class of ``scenedetect.detectors``, or a ``SceneDetector`` of another package as ``package.module:Class``."""
    max_side: int | None = Field(256, ge=16)
    """Pixels to which the longer side of a frame is shrunk before the detector sees it, as PySceneDetect does; none:
    the full size."""

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        from ...video.signals.scene_detectors import detector_arguments, detector_class

        detector_arguments(detector_class(self.scenedetect), self.arguments)
        return self

    @property
    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of the class."""
        return dict(self.__pydantic_extra__ or {})

    def key(self) -> str:
        """What tells its results from those of others."""
        return json.dumps([self.scenedetect, self.max_side, self.arguments], sort_keys=True)

    def feeds(self) -> list[Feed]:
        given = {"name": self.scenedetect, "given": self.arguments, "max_side": self.max_side}
        return [Feed(self.key(), "scene_detectors:FedDetector", given)]

    def cuts(self, signals: Signals) -> list[Cut]:
        """The cuts that it found when the scan fed it.

        Raises:
            Failed: ``not_detected``: the scan that made *signals* did not feed it.
        """
        import numpy as np

        found, name = signals.detected.get(self.key()), self.scenedetect.rpartition(":")[2]
        if found is None:
            raise Failed("not_detected", f"the scan did not feed {name}; in Python, run Scan().feeding([detector])")
        between = (signals.time[1:] + signals.time[:-1]) / 2
        frames = np.unique(np.searchsorted(between, found)).tolist()
        return [Cut(t, t, 1.0, "cut", name, t, t) for i in frames if i for t in [float(signals.time[i])]]

    def __str__(self) -> str:
        return f"{{scenedetect: {self.scenedetect}}}"
