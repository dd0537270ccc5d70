"""What a shot detector is: a pydantic model that is its own settings, and one method."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

from ....schemas import Signals, Span
from ....schemas.plugins import PluginKind
from ....schemas.settings_model import Settings
from ....video.signals.cuts import Cut

Length = int | float
"""A whole number counts frames, one with a decimal point seconds, as in PySceneDetect."""


class Feed(NamedTuple):
    """What the scan hands its frames to for a detector."""

    key: str
    """By which its results are found in the table of signals."""
    reader: str
    """Its class, as ``module:Class`` of ``video/signals``."""
    arguments: dict[str, Any]


class ShotDetector(Settings, ABC):
    """Finds the shots of a video in its signals.

    The class in snake_case is the detector's name in YAML, and the key of its settings, which are its fields. Names
    and defaults are PySceneDetect 0.7's where the method is its own.
    """

    alone: ClassVar[frozenset[str]] = frozenset()
    """The keys that count only where it is the only detector."""

    @classmethod
    def name(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    @abstractmethod
    def shots(self, signals: Signals) -> list[Span]:
        """The shots in time order; *signals* has at least one frame."""

    def shortest(self) -> int:
        """A shot of at most so many frames is dropped, where this is the only detector."""
        return 0

    def feeds(self) -> list[Feed]:
        """What the scan must feed, beside the signals that it always makes."""
        return []

    def ready(self) -> None:
        """Raise NotReady when the detector cannot run here."""

    def margin(self) -> int:
        """The frames that are taken off both ends of every shot, where this is the only detector."""
        return 0


class CutDetector(ShotDetector):
    """Finds the boundaries between shots; those of several detectors can be joined."""

    @abstractmethod
    def cuts(self, signals: Signals) -> list[Cut]:
        """The boundaries in time order."""

    def shots(self, signals: Signals) -> list[Span]:
        return shots_between(self.cuts(signals), signals)


def shots_between(cuts: list[Cut], signals: Signals) -> list[Span]:
    """The shots that *cuts* part, from the first frame to the end."""
    end = signals.end
    spans = [Span(float(signals.time[0]), end, source="measured", attrs={"begins": "start"})]
    for cut in cuts:
        if cut.before <= spans[-1].start or cut.after >= end:  # nothing lies before or after it
            continue
        spans[-1].end = cut.before
        attrs = {"begins": cut.kind, "detector": cut.detector}
        spans.append(Span(cut.after, end, score=round(cut.strength, 4), source="measured", attrs=attrs))
        if cut.before == cut.after and cut.first < cut.last:
            spans[-1].values |= {"transition_start": round(cut.first, 6), "transition_end": round(cut.last, 6)}
        if cut.darkest is not None:
            spans[-1].values["darkest_at"] = round(cut.darkest, 6)
    return spans


DETECTORS = PluginKind(
    "shot detector",
    "vdata.stages.media.detectors",
    "vdata.detectors",
    lambda: ShotDetector,
    lambda detector: detector.name(),
)
