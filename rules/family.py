"""A family of questions: what it can ask of a lane, how it words it, and how the answer follows from the evidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import ClassVar, Literal

from ..schemas import Evidence
from ..schemas.plugins import PluginKind
from .clock import Clock
from .lane_view import LaneItem, View
from .language_words import IN_ENGLISH, Language

Phrasings = Mapping[str, tuple[str, ...]]
Answers = Literal["text", "window", "count", "order", "listed", "long"]
"""What an answer is: the words of one span, one stretch of time, a number, a permutation, one of the texts listed below
the question, or something that cannot be turned into options."""
ANSWER_WORDS: Mapping[Answers, str] = {
    "text": "the words of one span",
    "window": "one stretch of time",
    "count": "a number",
    "order": "the order of numbered lines",
    "listed": "one of the texts that the question lists",
    "long": "several lines or times; always open",
}
"""Each form of an answer, for people."""


@dataclass(slots=True)
class Ask:
    """One question before it is worded. *cited*, with *params*, determines the answer."""

    cited: list[LaneItem]
    slots: dict[str, str]
    """What fills the slots of the phrasing, by slot."""
    params: dict[str, str] = field(default_factory=dict)
    wording: str = ""
    """Which of the family's phrasings apply, where there are several sets."""
    whole: bool = False
    """Whether the question is about the whole video, and not only about the stretch of the cited items."""


class Family(ABC):
    """One kind of question: a file in ``families/``, or an entry point of another package (``vdata.families``)."""

    task: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    """Kinds of lanes that the family asks about."""
    answers: ClassVar[Answers] = "text"
    times: ClassVar[Literal["", "stretches", "moments"]] = ""
    """What the answer is where it is ``long`` and times alone: several stretches, or several points of time."""
    within: ClassVar[bool] = False
    """Whether the answer follows from what is seen between the first and the last of the events that it cites: then a
    sample may be shown with this stretch alone, else with the whole video."""
    every: ClassVar[bool] = False
    """Whether it asks of every span, unless the settings say how many questions of one task there are to be."""
    timeless: ClassVar[bool] = False
    """Whether it can be asked of an image, which has no time: no question of it, and no answer, says when."""
    optional: ClassVar[frozenset[str]] = frozenset()
    """Slots that a question of one's own may leave out."""
    made_none: str = "nothing gives a sure answer"
    """Why the family asks nothing of a lane that suits, for people."""
    phrasings: ClassVar[tuple[str, ...]] = ()
    """Questions for every kind. {one} and {many} are the kind's nouns; the other slots come from ``ask``."""
    more: ClassVar[Phrasings] = {}
    """Further questions for one kind."""
    instead: ClassVar[Phrasings] = {}
    """Questions that replace ``phrasings`` for one kind, or for one wording (``before``, ``speech.before``)."""

    def suits(self, view: View, named: bool) -> bool:
        """Whether the family can ask about *view*. *named* is true when the user asked for this task by name."""
        return view.kind.name in self.kinds and not self.prefers_text(view)

    def prefers_text(self, view: View) -> bool:
        """Whether *view* has labels of spans with texts, and the family asks about texts too: then it asks of these."""
        return view.beside_text and "sentence" in self.kinds

    @abstractmethod
    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        """At most *limit* questions about *view*."""

    def left_out(self, view: View) -> dict[str, str]:
        """What of *view* the family never asks about though it is of a kind that suits, each with the reason."""
        return {}

    @abstractmethod
    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        """Work out the answer from the arguments alone."""

    def reworded(self, option: str, params: Mapping[str, str], here: Clock, there: Clock) -> str | None:
        """*option*, which is in the language of *here*, in that of *there*; None: as any words of its form are."""
        return None

    def questions(self, kind: str, wording: str = "") -> tuple[str, ...]:
        """The phrasings for *kind* and *wording*."""
        chosen = self.instead.get(f"{kind}.{wording}") or self.instead.get(wording) or self.instead.get(kind)
        return (chosen or self.phrasings) + self.more.get(kind, ())

    def asked_in(self, language: Language, kind: str, wording: str = "") -> tuple[str, ...]:
        """The phrasings for *kind* and *wording* in *language*; empty where it has none."""
        from .phrasings import phrasings_of

        return self.questions(kind, wording) if language.english else phrasings_of(language, self, kind, wording)


def line(clock: Clock, start: float, end: float, text: str) -> str:
    """A line of a timed list: ``From 1.0 to 2.0 seconds: He jumps.``"""
    return clock.language.answers.line.format(when=clock.cap(start, end), text=text)


def keep_to(clock: Clock, start: float, end: float) -> str:
    """What keeps a question to a stretch, to stand behind it."""
    return clock.language.part.format(when=clock.when(start, end))


FAMILIES = PluginKind("question family", "vdata.rules.families", "vdata.families", lambda: Family, lambda one: one.task)


@cache
def find_families() -> dict[str, Family]:
    """Every family by its task, in the order of the names."""
    return {task: cls() for task, cls in FAMILIES.find().items()}


def hull(evidence: list[Evidence]) -> Evidence:
    """The first of *evidence*, stretched from the earliest start of all to the latest end."""
    if len(evidence) == 1:
        return evidence[0]
    start, end = min(item.start for item in evidence), max(item.end for item in evidence)
    return replace(evidence[0], start=start, end=end)


def lines(items: list[LaneItem], kind: str, language: Language = IN_ENGLISH) -> str:
    """The items as a numbered list, one a line, for a question that shows what to choose from."""
    from .lane_kinds import say

    return "\n".join([f"{n}. {say(item.text, kind, language)}" for n, item in enumerate(items, 1)])
