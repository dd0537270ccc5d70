"""Rows that are several pictures or clips: which these are, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..schemas import Medium, Message, Sample, Span, Timeline
from ..schemas.rounding import ROUNDING
from ..schemas.sample import MEDIA_MARKS
from .lazy_pattern import lazy
from .media_parts import MarksDiffer, media_parts

GROUP = "group"
"""The lane of such a row: a span for each of its media, in order."""
CALLED = {"image": "Image", "clip": "Video"}
"""What each kind is called, before its number."""
TENTH = 0.06
"""Seconds by which a time that is written to a tenth may be off."""
OF_VIDEO = ("length", "width", "height", "fps")
"""What the span of a clip says of the whole video that it is of."""
_NAMED = lazy(r"\b(?:images?|videos?) (\d+(?:(?:, (?:and )?| and | or |-| to )\d+)*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One of the media of a group: *start* to *end* (seconds) of the row are *begin* to *finish* of its video.

    An image is what its video shows at the time *shown*.
    """

    number: int
    """From 1."""
    kind: Literal["image", "clip"]
    uri: str
    content: str
    """SHA-256 of the file."""
    begin: float
    finish: float
    shown: float
    start: float
    end: float
    length: float = 0.0
    """Seconds of its video, all of it; with its size in pixels and its frames a second, what a clip is cut from."""
    width: int = 0
    height: int = 0
    fps: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in words: ``Image 2``."""
        return f"{CALLED[self.kind]} {self.number}"

    @property
    def medium(self) -> Medium:
        """What stands for its mark."""
        start, end = (self.shown, self.shown) if self.kind == "image" else (self.begin, self.finish)
        return Medium(self.kind, self.uri, start, end)

    def at(self, time: float) -> float:
        """The time of its video, in seconds, at *time* of the row."""
        return self.shown if self.kind == "image" else round(self.begin + max(0.0, time - self.start), 6)


def members_of(video: Timeline) -> list[GroupMember]:
    """The media that *video* is a group of, in order; none: it is no group."""
    return [_member(span) for span in video.lane(GROUP)]


def members_in(members: Sequence[GroupMember], start: float, end: float) -> list[GroupMember]:
    """Those of *members* that share time with *start* to *end*, which may be rounded to tenths; at least the one in
    which the middle of it lies."""
    middle = (start + end) / 2
    low, high = min(start + TENTH, middle), max(end - TENTH, middle + ROUNDING)
    return [one for one in members if one.start < high and one.end > low]


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
    values = {"number": float(member.number), "begin": member.begin, "finish": member.finish, "shown": member.shown}
    if member.kind == "clip":
        values |= {name: float(getattr(member, name)) for name in OF_VIDEO}
    told = {**attrs, "uri": member.uri, "content": member.content, "kind": member.kind}
    return Span(member.start, member.end, text, member.name, source="planned", values=values, attrs=told)


def _member(span: Span) -> GroupMember:
    attrs, values = span.attrs, span.values
    kind: Literal["image", "clip"] = "clip" if attrs["kind"] == "clip" else "image"
    stretch = values["begin"], values["finish"], values["shown"], span.start, span.end
    length, width, height, fps = (values.get(name, 0.0) for name in OF_VIDEO)
    facts = length, int(width), int(height), fps
    return GroupMember(int(values["number"]), kind, attrs["uri"], attrs["content"], *stretch, *facts)


def show_members(sample: Sample, members: Sequence[GroupMember]) -> None:
    """Give *sample*, which is made of a group, its *members* as media, each by its name before the first question.

    In a dialogue each stands before the first question that calls for it, by its name or by what its reply rests on;
    those behind the last that is called for are left out.
    """
    if sample.media or sample.text_only or not members:
        return
    turns = sample.messages or [Message("user", sample.question), Message("assistant", sample.answer)]
    asked = [n for n, turn in enumerate(turns) if turn.role == "user"]
    shown = 0
    turns = list(turns)
    for number, n in enumerate(asked):
        upto = _called_for(sample, members, turns[n : n + 2], number) if len(asked) > 1 else len(members)
        some = members[shown : max(shown, upto)]
        marks = "".join(f"{one.name}: {MEDIA_MARKS[one.kind]}\n" for one in some)
        turns[n] = replace(turns[n], content=marks + turns[n].content)
        shown += len(some)
    sample.messages, sample.media = turns, [one.medium for one in members[:shown]]


def _called_for(sample: Sample, members: Sequence[GroupMember], turns: Sequence[Message], number: int) -> int:
    """Up to which of *members* the question *number* of a dialogue, with its reply, calls for; all if it names none."""
    named = [n for turn in turns for n in numbers_in(turn.content)]
    cited = set(sample.params.get(f"evidence_{number + 1}", "").split())
    places = [(one.start, one.end) for one in sample.evidence if one.span in cited]
    named += [one.number for start, end in places for one in members_in(members, start, end)]
    return min(max(named, default=len(members)), len(members))


def numbers_in(text: str) -> list[int]:
    """The numbers by which *text* calls media: 2, 3 and 4 for ``Images 2-4``."""
    numbers: list[int] = []
    for found in _NAMED.finditer(text):
        told = [int(one) for one in re.findall(r"\d+", found[1])]
        numbers += range(told[0], told[-1] + 1) if re.search(r"-| to ", found[1]) else told
    return numbers


def group_fault(sample: Sample, members: Sequence[GroupMember]) -> tuple[str, str] | None:
    """What is wrong with *sample* of the group of *members*, a reason and a detail; None: nothing.

    Its media are those of the group in order, each behind its name, and no word calls for one that is not there yet.
    """
    try:
        parts = media_parts(sample)
    except MarksDiffer as why:
        return "marks_differ", str(why)
    shown = 0
    for turn in parts:
        before = ""
        for part in turn:
            if isinstance(part, str):
                before = part
                continue
            if shown == len(members) or part != replace(members[shown].medium, file=part.file):
                return "not_of_the_group", f"{part.kind} {shown + 1} shows {part.video} at {part.start:g} s"
            if not before.endswith(f"{members[shown].name}: "):
                return "not_named", f"no {members[shown].name} before the mark of {part.video}"
            shown += 1
        words = " ".join(part for part in turn if isinstance(part, str))
        if wrong := [number for number in numbers_in(words) if not 0 < number <= shown]:
            return "not_shown_yet", f"{shown} of the media are shown when {wrong[0]} is spoken of"
    return None
