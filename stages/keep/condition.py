"""Conditions that a measure must meet, and how one is broken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from ...schemas import Measured, Span, Timeline
from ...schemas.settings_model import Settings
from .measure import Measure
from .stated import EXCEPT, wanted


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a video or a span fails what is asked of it."""

    reason: str
    """snake_case: ``motion_too_low``."""
    value: float | None = None
    """What was measured …"""
    threshold: float | None = None
    """… and the limit that it broke."""
    detail: str = ""
    unstated: str = ""
    """The measure, where the fault is that nothing is known."""

    def measured(self) -> Measured:
        """As the rejects have it."""
        return Measured(value=self.value, threshold=self.threshold, detail=self.detail)


def named(name: str, fault: str) -> str:
    """The reason for a *fault* in the measure *name*: ``overlap_texts_too_high``."""
    return f"{re.sub(r'[^0-9a-z]+', '_', name.casefold()).strip('_') or 'value'}_{fault}"


def not_stated(name: str, stated: str | None = None, limit: float | None = None, asked: str = "") -> Breach:
    """The breach of a measure of which nothing is known, or only the text *stated*, which is no number.

    *asked* says what it must be, and *limit* is the number in that.
    """
    detail = f"{name} is not known" if stated is None else f"{name} is {stated!r}, which is no number"
    detail += f", {asked}" if asked else ""
    return Breach(named(name, "not_stated"), threshold=limit, detail=detail, unstated=name)


def _texts(given: object) -> object:
    """What is wanted, as texts: numbers and truths may be written as they are."""
    many = given if isinstance(given, list) else [given]
    return [("yes" if one else "no") if isinstance(one, bool) else _text(one) for one in many]


def _text(one: Any) -> Any:
    return f"{one:g}" if isinstance(one, float) else str(one) if isinstance(one, int) else one


class MeasureCondition(Settings):
    """What a measure must be. Short form: a text, a number or a list of them for ``one_of``."""

    min: float | None = None
    """The least number that is kept."""
    max: float | None = None
    """The greatest number that is kept."""
    one_of: Annotated[list[Annotated[str, StringConstraints(min_length=1)]], BeforeValidator(_texts)] = Field([])
    """What is kept: texts, in which ``*`` stands for any letters, and capitals, spaces and dashes do not count; one
    that begins with ``!`` takes out; numbers; yes and no."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.min is None and self.max is None and not self.one_of:
            raise ValueError("says nothing: write {min: …}, {max: …}, or what is wanted: [a, b]")
        if self.one_of and (self.min is not None or self.max is not None):
            raise ValueError("give min and max, or a list of what is wanted, not both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"nothing can be kept: min {self.min:g} is greater than max {self.max:g}")
        return self

    @property
    def ranges(self) -> bool:
        """Whether it is about numbers."""
        return not self.one_of

    def mismatch(self, kind: str) -> str:
        """What is wrong with asking this of a measure of *kind*; empty: nothing."""
        if self.ranges and kind == "text":
            return "is a text: list what is wanted, such as [a, b], in the place of min and max"
        odd = [one for one in self.one_of if not _is_number(one.removeprefix(EXCEPT))] if kind == "number" else []
        return f"is a number: write {{min: …}}, {{max: …}} or numbers, got {odd[0]!r}" if odd else ""

    def breach(self, measure: Measure, video: Timeline, span: Span) -> Breach | None:
        """How *span* of *video* fails this, or None."""
        name = measure.name
        if self.ranges:
            number = measure.number(video, span)
            if number is None:
                limit = self.max if self.min is None else self.min
                return not_stated(name, measure.text(video, span), limit, self._asked())
            if self.min is not None and number < self.min:
                return Breach(named(name, "too_low"), number, self.min, f"{name} {number:g}, at least {self.min:g}")
            if self.max is not None and number > self.max:
                return Breach(named(name, "too_high"), number, self.max, f"{name} {number:g}, at most {self.max:g}")
            return None
        text = measure.text(video, span)
        if text is None:
            return not_stated(name, asked=self._asked())
        if wanted(text, [_escaped(one) for one in self.one_of]):
            return None
        detail = f"{name} {text!r}, {self._asked()}"
        return Breach(named(name, "not_wanted"), measure.number(video, span), detail=detail)

    def _asked(self) -> str:
        """What it must be, for people."""
        if self.one_of:
            return f"wanted: {', '.join(self.one_of)}"
        bounds = (("at least", self.min), ("at most", self.max))
        return " and ".join(f"{word} {limit:g}" for word, limit in bounds if limit is not None)


def _escaped(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _long(given: object) -> object:
    """The long form of a condition."""
    return given if isinstance(given, (dict, MeasureCondition)) else {"one_of": given}


Where = dict[Annotated[str, StringConstraints(min_length=1)], Annotated[MeasureCondition, BeforeValidator(_long)]]


def breaches(where: Sequence[tuple[Measure, MeasureCondition]], video: Timeline, span: Span) -> list[Breach]:
    """Every condition that *span* of *video* fails, in order."""
    found = (condition.breach(measure, video, span) for measure, condition in where)
    return [breach for breach in found if breach is not None]
