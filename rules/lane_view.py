"""A lane as questions see it: items with words, in time order, and which of them can be asked for by their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random

from ..schemas import Evidence, Span
from . import lane_kinds
from .lane_kinds import CAMERA, KINDS, LONG, Kind, fold, kind_of, quote, without_number
from .language_words import IN_ENGLISH, Language

WHOLE = 0.9
"""No question asks when a span comes that fills this share of the video or more (VidChapters' grounding set)."""


@dataclass(slots=True)
class LaneItem:
    """One span with its words. Times in seconds, inside the video."""

    start: float
    end: float
    text: str
    key: str
    """The words, folded for comparing."""
    span: str
    score: float | None
    facts: str = ""
    """For a measured description: ``light:dark;colour:blue``."""
    told: str = ""
    """For a label: the text of its span, which no question about labels quotes."""
    asked: str = ""
    """For a question that people asked: the question. ``text`` is the answer, empty where only its stretch is known."""
    origin: Span | None = None
    """The span itself, with its values and attributes."""

    @property
    def seconds(self) -> float:
        return self.end - self.start


class View:
    """The items of one lane that lie in the video, in time order."""

    __slots__ = ("_joined", "_unique", "beside_text", "items", "kind", "lane")

    def __init__(self, lane: str, kind: str, spans: list[Span], duration: float, *, beside_text: bool = False) -> None:
        self.lane = lane
        self.beside_text = beside_text
        """Whether these are the labels of spans that have a text too: only what is about labels is asked of them."""
        self.kind: Kind = KINDS[kind]
        self.items: list[LaneItem] = []
        for span in spans:
            if kind == "label":
                text = span.label or span.text or ""
                text = CAMERA.get(text, text) if lane == "camera" else text
            elif kind == "description":
                text = span.attrs.get("look", "" if span.source == "measured" else span.words)  # no length, no position
            elif kind == "question":
                text = _answer_in(span)
            else:
                text = span.words
                if kind in ("title", "step"):
                    text = without_number(text)
            start, end = max(span.start, 0.0), min(span.end, duration)
            asked = span.text or "" if kind == "question" else ""
            if end < start or start >= duration or not (text or asked or kind in ("shot", "moment")):
                continue
            facts = span.attrs.get("facts", "") if kind == "description" else ""
            key = fold((asked or text)[:LONG])  # as much as a question quotes
            told = (span.text or "") if kind == "label" and span.label else ""
            self.items.append(LaneItem(start, end, text, key, span.id, span.score, facts, told, asked, span))
        self._unique: dict[int, bool] = {}
        self._joined: str | None = None

    def alike(self, least: int, most: int) -> list[list[LaneItem]]:
        """The items of one text each, where that comes up *least* to *most* times and no other text holds it or is held
        by it, in the order in which they first come."""
        groups: dict[str, list[LaneItem]] = {}
        for item in self.items:
            groups.setdefault(item.key, []).append(item)
        return [
            group
            for key, group in groups.items()
            if key
            and least <= len(group) <= most
            and not any(key != other and (key in other or other in key) for other in groups)
        ]

    def __len__(self) -> int:
        return len(self.items)

    def parts(self, duration: float) -> list[int]:
        """The indices of the items that do not fill (nearly) the whole video."""
        return [n for n, item in enumerate(self.items) if item.end - item.start < WHOLE * duration]

    def named(self, n: int, language: Language = IN_ENGLISH) -> dict[str, str]:
        """The slots that name item *n* by its words: {q} quoted, {it} with the kind's noun."""
        quoted = quote(self.items[n].asked or self.items[n].text, self.kind.name, language)
        return {"q": quoted, "it": lane_kinds.named(self.lane, self.kind, quoted, language)}

    def unique(self, n: int) -> bool:
        """Whether no other item has the words of item *n*, contains them, or is contained in them.

        A measured description is unique when every other item is measured to look different from it.
        """
        known = self._unique.get(n)
        if known is None:
            known = self._unique[n] = self._is_unique(n)
        return known

    def _is_unique(self, n: int) -> bool:
        key, facts = self.items[n].key, self.items[n].facts
        if not key:
            return False
        if facts:
            return all(contradict(facts, other.facts) for m, other in enumerate(self.items) if m != n)
        if self._joined is None:
            self._joined = "\n".join([item.key for item in self.items])
        if self._joined.count(key) > 1 or self._joined.find(key) != self._joined.rfind(key):
            return False
        return not any(other.key and other.key in key for m, other in enumerate(self.items) if m != n)

    def pick(self, rng: Random, count: int, fits: Iterable[int] | None = None, tries: int = 40) -> list[int]:
        """At most *count* indices of unique items in random order, from a look at *tries* of the indices *fits*."""
        order = list(range(len(self.items)) if fits is None else fits)
        if len(order) > tries:
            order = rng.sample(order, tries)
        else:
            rng.shuffle(order)
        picked: list[int] = []
        for n in order:
            if len(picked) == count:
                break
            if self.unique(n):
                picked.append(n)
        return picked

    def alone(self, n: int, share: float = 0.5) -> bool:
        """Whether no other item shares more than *share* of the shorter one's time with item *n*."""
        item = self.items[n]
        neighbours = [other for other in self.items if other.start <= item.end and other.end >= item.start]
        return not any(other is not item and overlap(item, other) > share for other in neighbours)

    def cite(self, items: Iterable[LaneItem]) -> list[Evidence]:
        """The items as evidence."""
        return [Evidence(item.start, item.end, self.lane, item.text or item.asked, item.span) for item in items]


def _answer_in(span: Span) -> str:
    """The answer that stands beside a question: the column ``answer`` of a table, or the label."""
    if (number := span.values.get("answer")) is not None:
        return f"{number:g}"
    return span.attrs.get("answer") or span.label or ""


def overlap(one: LaneItem, two: LaneItem) -> float:
    """The time that both share over the shorter one's length, 0..1; a point inside a span shares all of it."""
    if one.end < two.start or two.end < one.start:
        return 0.0
    shared = min(one.end, two.end) - max(one.start, two.start)
    shorter = min(one.end - one.start, two.end - two.start)
    if shorter <= 0:
        return 1.0 if max(one.start, two.start) < max(one.end, two.end) or one.start == two.start else 0.0
    return shared / shorter


def contradict(one: str, two: str) -> bool:
    """Whether two measured descriptions differ in something that was measured of both."""
    other = dict(fact.split(":", 1) for fact in two.split(";") if fact)
    return any(
        other.get(name, value) != value for name, _, value in (fact.partition(":") for fact in one.split(";") if fact)
    )


def views_of(
    lanes: dict[str, list[Span]], names: Iterable[str], kinds: Mapping[str, str], duration: float
) -> list[View]:
    """A view for each lane in *names* that has something to ask about, by the kind in *kinds* or its own."""
    views = []
    for name in names:
        spans = lanes.get(name)
        if not spans:
            continue
        kind = kinds.get(name) or kind_of(name, spans)
        if kind is None:
            continue
        view = View(name, kind, spans, duration)
        if view.items:
            views.append(view)
        if kind == "sentence" and name not in kinds and any(span.label for span in spans):
            labels = [span for span in spans if span.label]
            labelled = View(name, "label", labels, duration, beside_text=any(span.text for span in labels))
            if labelled.items:
                views.append(labelled)
    return views
