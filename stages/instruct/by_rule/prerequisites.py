"""Prerequisites: tie each question to basic ones, without which it does not count (RTV-Bench)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from typing import ClassVar, Literal

from pydantic import Field

from ....rules.prerequisites import BASIC, LEVEL, require
from ....schemas import Sample, Timeline, cited_span
from ...stage import Stage
from ..asked_for import add


class Prerequisites(Stage):
    """Tie each question to basic ones about the same part of the video, without which `vdata score` does not count it.

    Who gets a hard question right without seeing what it rests on has guessed. The basic questions are such as are
    asked no later than the question, at the first of its times; where there are too few, those after as few of its
    times as can be. Of these they are chosen by how near what they rest on lies to what the question rests on, all
    times together; of those that are as near, by chance, such that ask different things first. List it last: what is
    tied must not change any more.
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True

    basic: list[str] | None = None
    """Tasks of the basic questions; by default all samples whose attribute ``level`` is ``basic``."""
    tasks: list[str] | None = None
    """Tasks of the questions that are tied; by default all others."""
    count: int = Field(2, ge=1, le=10)
    """Basic questions of each."""
    too_few: Literal["keep", "drop"] = "keep"
    """What becomes of a question for which there are fewer: it is tied to those that there are, or dropped."""
    unused: Literal["keep", "drop"] = "keep"
    """What becomes of basic questions to which nothing is tied."""

    def run(self, video: Timeline) -> Timeline:
        rng = video.random(self.key)
        basics = [sample for sample in video.samples if self._is_basic(sample)]
        units: dict[str, list[Sample]] = {}
        for sample in video.samples:
            if not self._is_basic(sample) and (self.tasks is None or sample.task in self.tasks):
                units.setdefault(sample.group or sample.id, []).append(sample)
        used: set[str] = set()
        for unit in units.values():
            chosen = self._chosen(unit, basics, rng)
            add(video, "questions", 1)
            add(video, "short", len(chosen) < self.count)
            if len(chosen) < self.count and self.too_few == "drop":
                for sample in unit:
                    self._drop(video, sample, "too_few_basic_questions", len(chosen), self.count)
                continue
            used |= {one.id for one in chosen}
            for sample in unit if chosen else ():
                require(sample, (one.id for one in chosen))
        for sample in basics if self.unused == "drop" else ():
            if sample.id not in used:
                self._drop(video, sample, "not_required")
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``prerequisites: 12 questions are tied to 2 basic ones each; for 1 there are fewer, and it was dropped.``"""
        if not (asked := int(totals.get("questions", 0))):
            return f"{self.name()}: there was no question to tie to basic ones."
        if not (short := int(totals.get("short", 0))):
            return f"{self.name()}: {asked} questions are tied to {self.count} basic ones each."
        fate = "and they were dropped" if self.too_few == "drop" else "and they are tied to those that there are"
        return (
            f"{self.name()}: {asked - short} of {asked} questions are tied to {self.count} basic ones each; "
            f"for {short} there are fewer, {fate}."
        )

    def _drop(
        self, video: Timeline, sample: Sample, reason: str, value: float | None = None, threshold: float | None = None
    ) -> None:
        detail = f"{sample.task}: {sample.question}"
        self.reject(video, *cited_span(sample), reason, value=value, threshold=threshold, detail=detail)
        video.samples = [one for one in video.samples if one is not sample]

    def _is_basic(self, sample: Sample) -> bool:
        return sample.params.get(LEVEL) == BASIC if self.basic is None else sample.task in self.basic

    def _chosen(self, unit: Sequence[Sample], basics: Sequence[Sample], rng: Random) -> list[Sample]:
        """The basic questions that *unit*, one question at all of its times, is tied to."""
        about = [(one.start, one.end) for sample in unit for one in sample.evidence]
        about = about or [(sample.start, sample.end) for sample in unit]
        ranked: dict[int, list[Sample]] = {}
        for one in sorted(basics, key=lambda one: (_apart(one, about), rng.random())):
            ranked.setdefault(_before(one, unit), []).append(one)
        chosen: list[Sample] = []
        for late in sorted(ranked):
            for fresh in (True, False):  # those that ask something else first
                for one in ranked[late]:
                    asked = {(other.task, other.question) for other in chosen}
                    taken = any(other is one or other.id == one.id for other in chosen)
                    if len(chosen) < self.count and not taken and ((one.task, one.question) not in asked or not fresh):
                        chosen.append(one)
        return chosen


def _before(sample: Sample, unit: Iterable[Sample]) -> int:
    """How many of *unit* are asked before *sample* is; none where there are no times."""
    return sum(one.seen is not None and sample.seen is not None and one.seen[1] < sample.seen[1] for one in unit)


def _apart(sample: Sample, about: Iterable[tuple[float, float]]) -> float:
    """The seconds between what *sample* rests on and the nearest of the stretches *about*; 0 where they overlap."""
    own = [(one.start, one.end) for one in sample.evidence] or [(sample.start, sample.end)]
    return min(max(0.0, start - last, first - end) for start, end in own for first, last in about)
