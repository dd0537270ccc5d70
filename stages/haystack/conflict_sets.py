"""Sets of videos that differ in one fact: which clips are in them, how each is shown, and which answer is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from ...video.edit.edit_list import Piece

Kind = Literal["action", "direction", "attribute_change", "speed", "order"]

QUESTIONS: dict[Kind, str] = {
    "action": "What does {subject} do?",
    "direction": "Which way does {subject} move?",
    "attribute_change": "How does {subject} change?",
    "speed": "The same scene is shown twice, above and below. Which half plays faster?",
    "order": "Two things happen in this video: “{a}” and “{b}”. Which comes first?",
}
ANSWERS = {
    "speed": ("The upper half", "The lower half", "Both play at the same speed"),
    "order": ("“{a}”", "“{b}”", "Both happen at the same time"),
}
STATEMENTS = {
    "speed": (
        "The upper half plays faster than the lower half.",
        "The lower half plays faster than the upper half.",
        "Both halves play at the same speed.",
    ),
    "order": (
        "First this happens: “{a}”. Then this: “{b}”.",
        "First this happens: “{b}”. Then this: “{a}”.",
        "These happen at the same time: “{a}” and “{b}”.",
    ),
}
CHOICES, FEWEST = 4, 3
"""The most clips that are asked about with the same options, in questions of what is done, and the fewest where there
are as many classes."""


@dataclass(frozen=True, slots=True)
class ConflictClip:
    """A stretch of a video, *start* to *end* seconds, and what its label says of it."""

    owner: str
    uri: str
    content: str
    size: tuple[int, int]
    fps: float
    start: float
    end: float
    text: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """The columns of its label: subject, does, backwards, aspect, label."""

    @property
    def movement(self) -> tuple[str, str]:
        """Which kind of movement it shows, forwards and backwards: directions of one kind begin with the same word."""
        return self.facts["does"].split()[0], self.facts["backwards"].split()[0]

    @property
    def likeness(self) -> str:
        """What clips share that must not be told apart by options: their class, or else what they show."""
        return self.facts.get("label") or self.facts.get("does", "")

    def says(self, kind: Kind) -> bool:
        """Whether its label says what a question of *kind* asks."""
        if kind == "speed":
            return True
        if kind == "order":
            return bool(self.text)
        told = {"subject", "does", *([] if kind == "action" else ["backwards"])}
        return self.facts.get("aspect") == kind and told <= self.facts.keys()


@dataclass(frozen=True, slots=True)
class ConflictVideo:
    """A video of a set: *right* and *wrong* are places in *answers* and *statements*, of which the first is true of it
    and the second the one that is asked for beside it."""

    clip: ConflictClip
    """The clip whose size and frame rate the video has."""
    pieces: list[Piece]
    question: str
    answers: list[str]
    statements: list[str]
    right: int
    wrong: int


ConflictSet = list[ConflictVideo]


def sets_of(kind: Kind, clips: list[ConflictClip], items: int, factor: float, rng: Random) -> list[ConflictSet]:
    """Sets of *kind*, *items* at most, in random order; *factor* is how much faster the faster half plays.

    In each, and in the two or more that are asked with the same options, every answer is right equally often.
    """
    mixed = rng.sample(clips, len(clips))
    match kind:
        case "speed":
            return [_speed(clip, factor) for clip in mixed[:items]]
        case "order":
            return [_order(*pair) for pair in _pairs(mixed, items)]
        case "action":
            return [
                [_told(kind, clip, [one.facts["does"] for one in group], n) for n, clip in enumerate(group)]
                for group in _of_classes(mixed, items)
            ]
    found: list[ConflictSet] = []
    for group in _of_movements(mixed, items) if kind == "direction" else _in_turn(mixed, items, 2, 1):
        ways = [way for clip in group for way in (clip.facts["does"], clip.facts["backwards"])]
        found += [[_told(kind, clip, ways, 2 * n + way, bool(way)) for way in (0, 1)] for n, clip in enumerate(group)]
    return found


def _of_classes(clips: list[ConflictClip], items: int) -> list[list[ConflictClip]]:
    """Groups of ``CHOICES`` of *clips* that differ in likeness, or fewer where there are fewer classes; *items* clips
    in all, less what would not fill a group, but one group at least."""
    size = min(CHOICES, len({clip.likeness for clip in clips}))
    if size < 2:
        return []
    return _in_turn(clips, max(size, items - items % size), size, min(FEWEST, size))


def _of_movements(clips: list[ConflictClip], items: int) -> list[list[ConflictClip]]:
    """Groups of one or two of *clips* whose directions are of the same kind of movement, *items* clips in all."""
    alike: dict[tuple[str, str], list[ConflictClip]] = {}
    for clip in clips:
        alike.setdefault(clip.movement, []).append(clip)
    groups = [_in_turn(members, items, 2, 1) for members in alike.values()]
    found: list[list[ConflictClip]] = []
    for group in (of[n] for n in range(max(map(len, groups), default=0)) for of in groups if n < len(of)):
        if (room := items - sum(map(len, found))) > 0:
            found.append(group[:room])
    return found


def _in_turn(clips: list[ConflictClip], items: int, most: int, least: int) -> list[list[ConflictClip]]:
    """Groups of *least* to *most* of *clips* that differ in likeness, *items* clips in all.

    What most clips are like comes first, so that few are left over.
    """
    alike: dict[str, list[ConflictClip]] = {}
    for clip in clips:
        alike.setdefault(clip.likeness, []).append(clip)
    groups: list[list[ConflictClip]] = []
    while (room := min(most, items - sum(map(len, groups)))) >= least:
        full = sorted((members for members in alike.values() if members), key=len, reverse=True)[:room]
        if len(full) < least:
            break
        groups.append([members.pop() for members in full])
    return groups


def _pairs(clips: list[ConflictClip], items: int) -> list[tuple[ConflictClip, ConflictClip]]:
    """Two clips each that say different things."""
    waiting, pairs = list(clips), list[tuple[ConflictClip, ConflictClip]]()
    while waiting and len(pairs) < items:
        one = waiting.pop(0)
        other = next((n for n, clip in enumerate(waiting) if clip.text != one.text), None)
        if other is not None:
            pairs.append((one, waiting.pop(other)))
    return pairs


def _told(kind: Kind, clip: ConflictClip, ways: list[str], right: int, backwards: bool = False) -> ConflictVideo:
    """*clip*, of which that one of *ways* is true that stands at *right*.

    Asked for beside it is the other way round, or what the next clip shows.
    """
    subject = clip.facts["subject"]
    statements = [f"{subject[:1].upper()}{subject[1:]} {way}." for way in ways]
    wrong = (right + 1) % len(ways) if kind == "action" else right ^ 1
    pieces = [_piece(clip, 0.0, backwards=backwards)]
    return ConflictVideo(clip, pieces, _fill(QUESTIONS[kind], {"subject": subject}), ways, statements, right, wrong)


def _speed(clip: ConflictClip, factor: float) -> ConflictSet:
    lasts = round((clip.end - clip.start) / factor, 6)  # what the faster half shows in that time is the whole clip
    shown = [
        [_piece(clip, 0.0, lasts, speed, slot="top"), _piece(clip, 0.0, lasts, other, slot="bottom")]
        for speed, other in ((factor, 1.0), (1.0, factor), (factor, factor))
    ]
    return _of_three("speed", clip, shown, {})


def _order(one: ConflictClip, other: ConflictClip) -> ConflictSet:
    """Side by side they are shown twice, so that all three videos last the same: how long one is tells nothing."""
    lasts = round(min(clip.end - clip.start for clip in (one, other)), 6)
    shown = [[_piece(first, 0.0, lasts), _piece(then, lasts, lasts)] for first, then in ((one, other), (other, one))]
    halves = ((one, "top"), (other, "bottom"))
    shown.append([_piece(clip, at, lasts, slot=slot) for at in (0.0, lasts) for clip, slot in halves])
    return _of_three("order", one, shown, {"a": one.text.rstrip("."), "b": other.text.rstrip(".")})


def _of_three(kind: Kind, clip: ConflictClip, shown: list[list[Piece]], texts: Mapping[str, str]) -> ConflictSet:
    """A video each of *shown*; each statement is asked for once where it is true and once where it is not."""
    question, answers, statements = _fill(QUESTIONS[kind], texts), ANSWERS[kind], STATEMENTS[kind]
    filled = [_fill(text, texts) for text in answers], [_fill(text, texts) for text in statements]
    return [ConflictVideo(clip, pieces, question, *filled, n, (n + 1) % 3) for n, pieces in enumerate(shown)]


def _piece(clip: ConflictClip, at: float, lasts: float | None = None, speed: float = 1.0, **more: Any) -> Piece:
    lasts = (clip.end - clip.start) / speed if lasts is None else lasts
    finish = round(clip.start + lasts * speed, 6)
    return Piece(at, round(at + lasts, 6), clip.uri, "", clip.content, clip.start, finish, speed, **more)


def _fill(text: str, values: Mapping[str, str]) -> str:
    """*text* with its {names} replaced by *values*."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
