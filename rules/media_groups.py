"""Rows that are several pictures or clips: which these are, and what they are called."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..schemas import Medium, Span, Timeline
from ..schemas.rounding import ROUNDING

GROUP = "group"
"""The lane of such a row: a span for each of its media, in order."""
CALLED = {"image": "Image", "clip": "Video"}
"""What each kind is called, before its number."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One of the media of a group: *start* to *end* (seconds) of the row show *begin* to *finish* of its video."""

    number: int
    """From 1."""
    kind: Literal["image", "clip"]
    uri: str
    content: str
    """SHA-256 of the file."""
    begin: float
    finish: float
    start: float
    end: float

    @property
    def name(self) -> str:
        """What it is called in words: ``Image 2``."""
        return f"{CALLED[self.kind]} {self.number}"

    @property
    def medium(self) -> Medium:
        """What stands for its mark."""
        return Medium(self.kind, self.uri, self.begin, self.begin if self.kind == "image" else self.finish)

    def at(self, time: float) -> float:
        """The time of its video, in seconds, at *time* of the row."""
        return self.begin if self.kind == "image" else round(self.begin + max(0.0, time - self.start), 6)


def members_of(video: Timeline) -> list[GroupMember]:
    """The media that *video* is a group of, in order; none: it is no group."""
    return [_member(span) for span in video.lane(GROUP)]


def members_in(members: Sequence[GroupMember], start: float, end: float) -> list[GroupMember]:
    """Those of *members* that share time with *start* to *end*; a point is in the one that it lies in."""
    high = max(end, start + 2 * ROUNDING)
    return [one for one in members if one.start < high - ROUNDING and one.end > start + ROUNDING]


def names(members: Sequence[GroupMember]) -> str:
    """What *members* are called together: ``Image 1``, ``Images 1 and 3``, ``Images 1-4``."""
    if len(members) < 2 or len({one.kind for one in members}) > 1:
        return ", ".join(one.name for one in members)
    numbers = [one.number for one in members]
    many = f"{CALLED[members[0].kind]}s"
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{many} {numbers[0]}-{numbers[-1]}"
    return f"{many} {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def member_span(member: GroupMember, text: str, attrs: dict[str, str]) -> Span:
    """The span of the lane ``group`` that says what *member* is; *text* is its title, *attrs* what is known of it."""
    finish = 0.0 if math.isinf(member.finish) else member.finish
    values = {"number": float(member.number), "begin": member.begin, "finish": finish}
    told = {**attrs, "uri": member.uri, "content": member.content, "kind": member.kind}
    return Span(member.start, member.end, text, member.name, source="planned", values=values, attrs=told)


def _member(span: Span) -> GroupMember:
    attrs, values = span.attrs, span.values
    kind: Literal["image", "clip"] = "clip" if attrs["kind"] == "clip" else "image"
    stretch = values["begin"], values["finish"], span.start, span.end
    return GroupMember(int(values["number"]), kind, attrs["uri"], attrs["content"], *stretch)
