"""Wrong answers that look right: other spans, other stretches of time, near numbers, other orders."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, permutations
from random import Random
from typing import TypeVar

from rapidfuzz import fuzz

from ...rules.clock import Clock
from ...rules.family import Family, hull
from ...rules.lane_kinds import fold, say
from ...rules.lane_view import LaneItem, View, contradict
from ...rules.option_lengths import choose_by_length
from ...rules.stretch import iou
from ...schemas import Evidence, Sample
from ...schemas.rounding import ROUNDING
from .by_rule.text_pools import Source

T = TypeVar("T")
Pool = Sequence[Sequence[str]]
"""Texts of other videos, each with its facts: [text, facts]."""

LIKE = (20.0, 90.0)
"""How like two questions must be (0..100) for the answer to one to stand among the options of the other."""
MOST_LIKE = 50
"""How many of the likest questions are looked at."""
SPARE = 4
"""How many wrong answers in words are looked at for each that is taken, so that lengths can be chosen."""
MAX_IOU = 0.3
"""The most that two windows among the options may have in common."""


class WrongAnswers:
    """Finds wrong answers to questions about one video."""

    def __init__(self, clock: Clock, rng: Random, similar: float, sources: Sequence[Source]) -> None:
        self.clock = clock
        self.rng = rng
        self.similar = similar
        self.sources = sources

    def answers(
        self, sample: Sample, family: Family, view: View, pool: Pool, count: int, shorter: int = 0
    ) -> list[str]:
        """At most *count* wrong answers to *sample*, all different and none of them near the right one.

        Of those in words, *shorter* are shorter than the right one, as far as there are such.
        """
        if family.answers == "text":
            return self._by_source(sample.answer, self._texts(sample, view, pool), count, shorter)
        kinds = {
            "window": lambda: self._windows(sample, family, view),
            "count": lambda: self._counts(int(sample.answer), count, _least(sample)),
            "order": lambda: self._orders(len(sample.evidence)),
            "listed": lambda: self._listed(sample),
        }
        wrongs: list[str] = []
        for wrong in kinds[family.answers]():
            if len(wrongs) == count:
                break
            if wrong != sample.answer and wrong not in wrongs:
                wrongs.append(wrong)
        return wrongs

    def like_answers(
        self, sample: Sample, neighbours: Sequence[Sample], pool: Pool, count: int, shorter: int = 0
    ) -> list[str]:
        """At most *count* answers to questions that are like that of *sample*, but not too like (Grounded-VideoLLM).

        Of them, *shorter* are shorter than the right one, as far as there are such. They come from *neighbours*,
        samples of the video that rest on other spans, and from *pool*: [answer, question].
        """
        cited = {item.span for item in sample.evidence}
        here = [
            (other.answer, other.question)
            for other in neighbours
            if other.task == sample.task
            and not other.options
            and cited.isdisjoint(item.span for item in other.evidence)
        ]
        picked = self._like(sample, here, pool, [fold(sample.answer)])
        return self._by_source(sample.answer, picked, count, shorter)

    def balanced(self, sample: Sample, neighbours: Sequence[Sample], pool: Pool, shorter: int) -> list[str]:
        """The wrong options of *sample*, which has options: *shorter* of them are shorter than the right one, as far as
        its own, which come first, and the answers to like questions allow.

        Answers come from *neighbours*, samples of the video that rest on other times, and from *pool*.
        """
        own = [option for n, option in enumerate(sample.options) if n != sample.answer_index]
        here = [
            (other.answer, other.question)
            for other in neighbours
            if other.task == sample.task
            and not any(
                one.start < two.end and two.start < one.end for one in other.evidence for two in sample.evidence
            )
        ]
        picked = self._like(sample, here, pool, [fold(option) for option in sample.options])
        others = [text for source in self.sources for where, text in picked if where == source]
        return choose_by_length(sample.answer, own + others[: SPARE * len(own)], len(own), shorter)

    def _like(
        self, sample: Sample, here: list[tuple[str, str]], pool: Pool, taken: list[str]
    ) -> list[tuple[Source, str]]:
        """Answers to questions like that of *sample*, the likest first, and none near another or near those *taken*."""
        lists: dict[Source, list[tuple[str, str]]] = {
            "same_video": here,
            "other_videos": [(answer, question) for answer, question in pool],
        }
        picked: list[tuple[Source, str]] = []
        for source in self.sources:
            ranked = [(fuzz.token_sort_ratio(sample.question, asked), text) for text, asked in lists[source]]
            for like, text in sorted(ranked, reverse=True)[:MOST_LIKE]:
                key = fold(text)
                if not LIKE[0] <= like <= LIKE[1] or _named_in(sample.question, text):
                    continue  # what the question speaks of is seldom what it asks for: nobody would choose that
                if not any(self.near(key, one) for one in taken):
                    picked.append((source, text))
                    taken.append(key)
        return picked

    def _by_source(self, answer: str, found: Iterable[tuple[Source, str]], count: int, shorter: int) -> list[str]:
        """*count* of the texts *found*: those of the first source, and so on; of the last of them by their lengths."""
        found = list(islice(found, SPARE * count))
        chosen: list[str] = []
        for source in self.sources:
            texts = [text for where, text in found if where == source and text not in (answer, *chosen)]
            left = max(0, shorter - sum(len(text) < len(answer) for text in chosen))
            chosen += choose_by_length(answer, list(dict.fromkeys(texts)), count - len(chosen), left)
        return chosen

    def near(self, one: str, two: str) -> bool:
        """Whether two folded texts are equal, contain one another, or differ in a few letters only."""
        return too_alike(one, two, self.similar)

    def _texts(self, sample: Sample, view: View, pool: Pool) -> Iterator[tuple[Source, str]]:
        kind = sample.params["kind"]
        right = [item for item in sample.evidence if self._say(item.text, kind) == sample.answer]
        taken = [fold(item.text) for item in sample.evidence]
        facts = [item.facts for item in view.items if any(item.span == cited.span for cited in right)]
        beside = [item for item in view.items if any(_touch(item, cited) for cited in right)]
        here = [item for item in view.items if not any(item is other for other in beside)]
        keys = {item.key for item in view.items}
        lists: dict[Source, Iterable[tuple[str, str]]] = {
            "same_video": self._mixed([(item.text, item.facts) for item in here]),
            "other_videos": self._mixed([(text, other) for text, other in pool if fold(text) not in keys]),
        }
        for source in self.sources:
            # An item beside the right one may say of it what a foreign text says too.
            shut = taken + ([item.key for item in beside] if source == "other_videos" else [])
            for text, other in lists[source]:
                key = fold(text)
                if kind == "question" and _named_in(sample.question, text):
                    continue
                if any(self.near(key, known) for known in shut) or any(self.near(key, known) for known in taken):
                    continue
                if kind == "description" and not all(contradict(other, fact) for fact in facts):
                    continue
                if kind == "description":
                    facts.append(other)
                taken.append(key)
                yield source, self._say(text, kind)

    def _windows(self, sample: Sample, family: Family, view: View) -> Iterator[str]:
        cited = hull(sample.evidence)
        bound = self.clock.duration if math.isfinite(self.clock.duration) else max(item.end for item in view.items)
        length = cited.end - cited.start
        lasts = length > 0  # a moment among stretches, or a stretch among moments, would be told by its form
        others = [(item.start, item.end) for item in view.items if (item.end > item.start) == lasts]
        grid = _grid([time for window in others for time in window])
        shifted = [self.rng.random() * (bound - length) for _ in range(12)]
        if grid:
            shifted = [round(start / grid) * grid for start in shifted]
        moved = [(start, start + length) for start in shifted if start + length <= bound + ROUNDING]
        taken = [(cited.start, cited.end)]
        for start, end in [*self._mixed(others)[:2], *self._mixed(others[2:] + moved)]:
            if all(iou((start, end), other) <= MAX_IOU for other in taken):
                taken.append((start, end))
                yield family.solve([_moved(cited, start, end)], sample.params, self.clock)

    def _counts(self, right: int, count: int, least: int) -> Iterator[str]:
        # A run of numbers from *least* on, with the right one at any place where it can stand, each equally often.
        low = right - self.rng.randint(0, min(count, right - least))
        yield from self._mixed([str(n) for n in range(low, low + count + 1) if n != right])

    def _orders(self, size: int) -> Iterator[str]:
        numbers = [str(n) for n in range(1, size + 1)]
        if size <= 4:
            yield from self._mixed([", ".join(order) for order in permutations(numbers)])
        else:  # 120 orders or more: chance finds different ones
            for _ in range(40):
                yield ", ".join(self._mixed(numbers))

    def _listed(self, sample: Sample) -> Iterator[str]:
        kind = sample.params["kind"]
        yield from self._mixed([self._say(item.text, kind) for item in sample.evidence])

    def _say(self, text: str, kind: str) -> str:
        """*text* as the right answer says its own, in the marks of quotation of its language."""
        return say(text, kind, self.clock.language)

    def _mixed(self, things: list[T]) -> list[T]:
        return self.rng.sample(things, len(things))


def too_alike(one: str, two: str, similar: float) -> bool:
    """Whether two folded texts are equal, contain one another, or are alike to the degree *similar* (0..100)."""
    return not one or not two or one in two or two in one or fuzz.ratio(one, two) >= similar


def _named_in(question: str, answer: str) -> bool:
    """Whether *question* names *answer*, with whatever article."""
    return f" {re.sub(r'^(?:an?|the) ', '', fold(answer))} " in f" {fold(question)} "


def _touch(item: LaneItem, cited: Evidence) -> bool:
    """Whether *item* is the *cited* span, or shares time with it."""
    return item.span == cited.span or (item.start < cited.end and item.end > cited.start)


def _least(sample: Sample) -> int:
    """The least number that *sample* can be asked for: shots or chapters, of which every video has one, or 0."""
    return 1 if sample.params.get("of") == "all" and sample.params["kind"] != "label" else 0


def _moved(cited: Evidence, start: float, end: float) -> Evidence:
    return replace(cited, start=start, end=end)


def _grid(times: Sequence[float]) -> float:
    """The grid on which all *times* lie, 1 s or 0.5 s; 0 without one. Made-up times must not stand out from others."""
    for step in (1.0, 0.5):
        if all(abs(time / step - round(time / step)) < 1e-6 for time in times):
            return step
    return 0.0
