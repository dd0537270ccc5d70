"""The limits that the stages of a build set on what they measure, so that a distribution can be drawn with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..stages.keep.keep import Keep
from ..stages.registry import stage_class

BY_LENGTH = {"too_short", "too_long"}
"""Reasons whose value is a number of seconds, whichever stage gives them."""

OF_NUMBERS = ("_too_low", "_too_high", "_not_in_top", "_below_quantile", "_above_quantile")
"""What follows a measure in the reasons of ``keep`` whose value is what was measured."""


@dataclass(frozen=True, slots=True)
class Limit:
    """*stage* asks that *measure* of the spans of *lane* be at least, or at most, *value*."""

    stage: str
    lane: str
    """Empty: of whole videos."""
    measure: str
    value: float
    least: bool

    @property
    def text(self) -> str:
        """For people: ``quality: at least 20``."""
        return f"{self.stage}: at {'least' if self.least else 'most'} {self.value:g}"


def find_limits(stages: Iterable[Mapping[str, Any]]) -> list[Limit]:
    """The limits in the settings of *stages*: each ``min_X`` and ``max_X`` of probe and of a stage that has a lane, and
    the ranges of ``keep``."""
    found = []
    for stage in stages:
        name, lane = stage.get("stage", ""), _lane(stage)
        for measure, condition in (stage.get("where") or {}).items() if name == Keep.name() else ():
            bounds = ((condition.get(bound), bound == "min") for bound in ("min", "max"))
            found += [
                Limit(name, lane or "", measure, float(value), least) for value, least in bounds if value is not None
            ]
        for key, value in stage.items():
            bound, _, measure = key.partition("_")
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if lane is None or bound not in ("min", "max") or not number or (bound == "min" and not value):
                continue
            found.append(Limit(name, lane, measure, float(value), bound == "min"))
    return found


def measure_of(stage: str, reason: str) -> str | None:
    """What *stage* (as in the funnel, ``quality#2``) measured when it gave *reason*; None when nobody says so."""
    kind = stage_class(stage.partition("#")[0])
    rules = getattr(kind, "rules", None)
    if rules is not None:
        for measure, _, name in rules().values():
            if name == reason:
                return str(measure)
    if kind is Keep:
        return next((reason.removesuffix(fault) for fault in OF_NUMBERS if reason.endswith(fault)), None)
    return "seconds" if reason in BY_LENGTH else None


def _lane(stage: Mapping[str, Any]) -> str | None:
    if stage.get("stage") == "probe":
        return ""
    for key in ("into", "of"):  # what a stage that writes a lane limits is in that lane
        if isinstance(stage.get(key), str):
            return str(stage[key])
    return None
