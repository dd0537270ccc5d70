"""What is hidden and what is asked about it, as it stands in the YAML of ``hide``."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from ...schemas.settings_model import Condition, NoEffect, OnlyWith, Settings, Without
from ...video.art import catalogue as pictures
from .needles.needle import NEEDLES, TEXT, NeedleKind

TaskKind = Literal["retrieve", "order", "count", "attribute", "chain"]
Spacing = Literal["linear", "sigmoid"]
Share = Annotated[float, Field(ge=0, le=1)]

if TYPE_CHECKING:
    NeedleName = str
else:
    NeedleName = Literal[tuple(NEEDLES.find())]

STEEPNESS = 10.0
"""The slope of the sigmoid that sets depths close together at both ends, as needle-in-a-haystack tests do."""


class Range(Settings):
    """Numbers from *start* to *end*, *steps* of them."""

    start: float = Field(ge=0)
    """The first number."""
    end: float = Field(ge=0)
    """The last number."""
    steps: int = Field(ge=1)
    """How many numbers there are."""
    spacing: Spacing = "linear"
    """Evenly apart, or by a sigmoid: close together at both ends."""

    def values(self) -> list[float]:
        """The numbers, rounded to a millionth."""
        if self.steps == 1:
            return [self.start]
        shares = [n / (self.steps - 1) for n in range(self.steps)]
        if self.spacing == "sigmoid":
            low, high = _sigmoid(0.0), _sigmoid(1.0)
            shares = [(_sigmoid(share) - low) / (high - low) for share in shares]
        return [round(self.start + share * (self.end - self.start), 6) for share in shares]


def _sigmoid(share: float) -> float:
    return 1 / (1 + math.exp(-STEEPNESS * (share - 0.5)))


class Overlaid(Condition):
    """The condition that a needle is laid over the frames of the haystack."""

    def holds(self, settings: Any) -> bool:
        return not settings.inserted

    def complaint(self, settings: BaseModel) -> str:
        return "has no effect on what is inserted"

    def words(self, model: type[BaseModel]) -> str:
        return "for what is laid over frames"


class Needle(Settings):
    """What is hidden, and how it is shown."""

    show: NeedleName = "word"
    """word (over frames, as a caption), picture, or clip (a labelled stretch of another video)."""
    how: Annotated[Literal["overlay", "insert"] | None, Without(show="word")] = None
    """overlay: over the frames that are there, of which a clip covers all; insert: as frames of their own. By default
    words are laid over, pictures and clips inserted."""
    seconds: float = Field(1.0, gt=0)
    """How long it is shown; of a clip, at most."""
    kinds: Annotated[list[str], Without(show=("word", "clip")), Without("pictures")] = Field([])
    """Which drawn pictures: kinds (fruit, animal, object …) or classes (apple, key …); all when empty."""
    pictures: Annotated[str, Without(show=("word", "clip"))] = ""
    """A folder of your own pictures, instead of drawn ones; or a tar, a ZIP or a URL. A file's name says what it shows;
    in a folder of folders, the folder's name does (and counts as the class)."""
    words: Annotated[list[str], Without(show=("picture", "clip"))] = Field([])
    """Your own words; by default first names and nouns."""
    caption: Annotated[str, Without(show=("picture", "clip"))] = "The secret word is {word}."
    """How a word is shown."""
    lane: Annotated[str, Without(show=("word", "picture"))] = ""
    """The lane that says what happens in them."""
    says: Annotated[str, Without(show=("word", "picture"))] = TEXT
    """What of a clip's label options and answers say: text, label, or another column of the label table."""
    group: Annotated[str, Without(show=("word", "picture"))] = ""
    """What of a clip's label is the class that is counted, of which options never show two: label, or another column;
    by default what it says."""
    size: Annotated[Share, Without(show="clip")] = 0.0
    """Height of letters or pictures, as a share of the frame's; 0: 0.08 for words, 0.3 for pictures."""
    x: Annotated[Share | None, Overlaid()] = None
    """Where, from the left; by default the middle for words, anywhere for pictures."""
    y: Annotated[Share | None, Overlaid()] = None
    """Where, from the top; by default near the bottom for words, anywhere for pictures."""
    colour: Annotated[str, Without(show="clip")] = "white"
    """Of words: a name or #rrggbb."""
    opacity: Annotated[float, Overlaid()] = Field(1.0, gt=0, le=1)
    """1: solid."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        known = {*pictures.kinds(), *pictures.classes()}
        if unknown := [kind for kind in self.kinds if kind not in known]:
            raise ValueError(f"no drawn pictures of {', '.join(unknown)}; there are {', '.join(pictures.kinds())}")
        self.kind.check(self)
        return self

    @property
    def kind(self) -> NeedleKind:
        return NEEDLES.find()[self.show]()

    @property
    def inserted(self) -> bool:
        """Whether it has frames of its own."""
        return self.kind.inserted(self)


class Task(Settings):
    """One kind of question, and what is hidden for it."""

    task: TaskKind
    """retrieve: what was it? order: which came when? count: how many? attribute: which colour was the …? chain: each
    picture names the next, which is the last?"""
    name: str = ""
    """What it is called in the data set; by default its kind and what is shown."""
    needle: Needle = Needle()
    """What is hidden."""
    number: list[int] = Field([], max_length=2)
    """How many: one number, or the least and the most. By default 1, for order 4, to count 1 to 5, for a chain
    5 to 7."""
    distractors: int = Field(0, ge=0)
    """So many more needles of the same kind that are not asked for; to count, so many more than the most that are
    counted, so that all together are as many whatever the answer (without any, who counts what was put in has it); for
    a chain, so many more chains, beside one for each option."""
    repeat: Annotated[bool, OnlyWith(task="count")] = False
    """Count classes that have too few different members as well: the same one is shown several times."""
    segments: int = Field(0, ge=0)
    """For count with pictures over frames: all of them are shown in so many moments, several at once."""
    items: int = Field(1, ge=1)
    """How many items: of each cell, when there are lengths or depths."""
    question: str = ""
    """Your own wording; {thing} and {things} stand for the class that is asked for, and of clips {NAME} for any other
    column of the label."""

    def idle_within(self) -> list[str]:
        if self.task == "chain" or self.needle.show != "picture":
            return []
        return ["needle.colour", *(["needle.size"] if self.needle.inserted else [])]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        least, most = self.bounds
        if least > most:
            raise ValueError(f"number: {least} to {most} is no range")
        floor = {"order": 3, "chain": 2}.get(self.task, 1)
        if least < floor:
            raise ValueError(f"number: {self.task} needs at least {floor}")
        kind = self.needle.kind
        if self.repeat and (kind.unique or self.segments):
            raise NoEffect({"repeat": "has no effect on words, which all differ, and on what is shown in segments"})
        if self.task in ("attribute", "chain") and not kind.coloured(self.needle):
            raise ValueError(f"{self.task} works with drawn pictures only")
        if self.distractors and self.task in ("retrieve", "order") and not kind.decoys:
            raise ValueError(f"{self.task} has distractors for words only: other pictures would be answers too")
        if self.segments and (self.task != "count" or not kind.several or self.needle.inserted):
            raise ValueError("segments is for count with needle: {show: picture, how: overlay}")
        idle = {key for key in self.idle_within() if key.partition(".")[2] in self.needle.model_fields_set}
        if idle:
            raise NoEffect(dict.fromkeys(sorted(idle), f"has no effect on pictures of {self.task}"))
        if self.task == "chain" and not self.needle.inserted:
            raise ValueError("a chain is of inserted pictures")
        if not (self.question or self.wording()):
            raise ValueError(f"question: say how to ask for {self.task} with {self.needle.show}")
        return self

    def wording(self, part: str = "") -> str:
        """The question in our words, or that of *part* of the task; empty when there is none."""
        questions = self.needle.kind.questions
        how = "insert" if self.needle.inserted else "overlay"
        return questions.get(f"{self.task} {part or how}") or questions.get(self.task, "")

    @property
    def columns(self) -> set[str]:
        """The columns of a label that the question names."""
        return set(re.findall(r"\{(\w+)\}", self.question)) - {"thing", "things", "class"}

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the most needles."""
        usual = {"order": (4, 4), "count": (1, 5), "chain": (5, 7)}.get(self.task, (1, 1))
        return (self.number[0], self.number[-1]) if self.number else usual

    @property
    def title(self) -> str:
        return self.name or f"{self.task}_{self.needle.show}"
