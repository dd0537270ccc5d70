"""PySceneDetect's content score, which its detectors ``adaptive`` and ``content`` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import model_validator

from ....schemas import Signals
from ....schemas.settings_model import Without
from ....video.signals.cuts import content_score
from .detector import CutDetector

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ContentScore(CutDetector):
    """A detector on the content score."""

    weights: Annotated[tuple[float, float, float], Without("luma_only")] = (1.0, 1.0, 1.0)
    """How much the changes of hue, saturation and luma count."""
    luma_only: bool = False
    """Count the change of luma alone."""

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not any(self.weights):
            raise ValueError("weights must not all be 0")
        return self

    def score(self, signals: Signals) -> NDArray[np.float64]:
        """The score of each frame, 0..255."""
        return content_score(signals, (0.0, 0.0, 1.0) if self.luma_only else self.weights)
