"""What the spans of a lane are known to carry before a build begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LaneNames:
    """The names of the values and of the attributes that spans of a lane may have."""

    values: frozenset[str] = frozenset()
    attrs: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    """Which of ``text``, ``label``, ``score`` and ``boxes`` they may have."""

    def __or__(self, other: LaneNames) -> LaneNames:
        return LaneNames(self.values | other.values, self.attrs | other.attrs, self.own | other.own)

    @classmethod
    def of(cls, *, values: Iterable[str] = (), attrs: Iterable[str] = (), own: Iterable[str] = ()) -> LaneNames:
        """These names."""
        return cls(frozenset(values), frozenset(attrs), frozenset(own))


KnownLanes = dict[str, LaneNames | None]
"""The lanes at one place of a build; None: its spans may carry anything, as imported ones do."""
