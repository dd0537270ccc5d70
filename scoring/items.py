"""From samples and replies to verdicts, and from verdicts to the scores of a benchmark."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from ..rules.solve import rule_of
from ..schemas import Sample
from .measures import accuracy, both_questions, chance, interval, recall_at, rubric
from .published_rules import PublishedRule
from .reply_parsing import order_of, span_of, without_thinking
from .reply_verdict import TrueAnswer, judge_reply

Status = Literal["right", "wrong", "empty", "unreadable", "missing", "failed", "unjudged", "left_out"]
STATUSES: tuple[Status, ...] = ("right", "wrong", "empty", "unreadable", "missing", "failed", "unjudged")
"""What can become of a question: no reply text at all is empty, a text that names no answer unreadable, a question
without a prediction missing, one that the model did not answer because of an error failed, one whose judge gave no
mark unjudged. Only right counts. What a published evaluator leaves out of the denominator is none of these."""
PAIRED = "_colour"
"""How the second question about one chain is called."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model replied to one sample."""

    reply: str = ""
    failure: str = ""
    """Why there is no reply."""
    mark: bool | None = None
    """A judge's verdict on an open answer."""
    grade: int | None = None
    """The judge's grade, of NIAVH's rubric."""
    unjudged: str = ""
    """Why a judge that was to give a mark did not."""


@dataclass(frozen=True, slots=True)
class Reading:
    """By which published evaluator's rule replies are read, and whether what says nothing counts as it does there."""

    rule: PublishedRule
    as_published: bool = False


@dataclass(frozen=True, slots=True)
class ItemScore:
    """How the reply to one sample was."""

    sample: Sample
    status: Status
    iou: float | None = None
    grade: float | None = None
    """The judge's grade as a share, where it gave one."""
    places: tuple[bool, ...] = ()
    """Of an order in numbers: whether each place is right (Vript-ERO)."""

    @property
    def right(self) -> bool:
        return self.status == "right"


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One question in all its rotations."""

    turns: tuple[ItemScore, ...]

    @property
    def right(self) -> bool:
        """Whether every rotation is right."""
        return all(turn.right for turn in self.turns)

    @property
    def left_out(self) -> bool:
        """Whether a published evaluator does not count it: a rotation of it is left out."""
        return any(turn.status == "left_out" for turn in self.turns)

    @property
    def grade(self) -> float:
        """The mean grade of its rotations; without one, 0."""
        return fmean(turn.grade or 0.0 for turn in self.turns)

    @property
    def graded(self) -> bool:
        """Whether a judge gave it a grade."""
        return any(turn.grade is not None for turn in self.turns)

    @property
    def sample(self) -> Sample:
        return self.turns[0].sample

    @property
    def status(self) -> Status:
        """right, or the first thing that is not."""
        return next((turn.status for turn in self.turns if not turn.right), "right")

    def fact(self, name: str) -> str:
        """A parameter of the sample, or nothing."""
        return self.sample.params.get(name, "")


def judge(sample: Sample, prediction: Prediction | None, reading: Reading | None = None) -> ItemScore:
    """How *prediction* (None: there is none) answers *sample*, by our rules or by those of *reading*."""
    if prediction is None:
        return ItemScore(sample, "missing")
    if reading is not None and prediction.mark is None and reading.rule.fits(true := true_answer(sample)):
        return _read(sample, prediction, true, reading)
    if prediction.failure:
        return ItemScore(sample, "failed")
    if not without_thinking(prediction.reply):
        return ItemScore(sample, "empty")
    if prediction.mark is not None:
        return ItemScore(sample, _told(prediction.mark), grade=rubric(prediction.grade) if prediction.grade else None)
    if prediction.unjudged:
        return ItemScore(sample, "unjudged")
    told = judge_reply(true_answer(sample), prediction.reply)
    return ItemScore(sample, told.status, told.iou, places=told.places)


def _read(sample: Sample, prediction: Prediction, true: TrueAnswer, reading: Reading) -> ItemScore:
    """How *prediction* answers *sample* by the rule of a published evaluator."""
    told = reading.rule.verdict(true, prediction.reply)
    status: Status = "failed" if prediction.failure else told.status
    fate = reading.rule.fate(status, true) if reading.as_published else None
    return ItemScore(sample, fate or status, told.iou, told.grade)


def true_answer(sample: Sample) -> TrueAnswer:
    """What is true of *sample*, as plain values; an open caption with candidates should say which of them is true."""
    if sample.options:
        yes_no = [option.casefold() for option in sample.options] == ["yes", "no"]
        form: Literal["yes_no", "option"] = "yes_no" if yes_no else "option"
        return TrueAnswer(form, sample.answer, tuple(sample.options), sample.answer_index)
    if "candidates" in sample.params:
        return TrueAnswer("candidate", sample.answer, tuple(json.loads(sample.params["candidates"])))
    if _is_order(sample):
        return TrueAnswer("order", sample.answer)
    return TrueAnswer("words" if span_of(sample.answer) is None else "stretch", sample.answer)


def in_words(sample: Sample) -> bool:
    """Whether the answer to *sample* is in words, so that a judge can tell more than a rule: no option, no stretch,
    no order in numbers."""
    return true_answer(sample).form in ("candidate", "words")


def _is_order(sample: Sample) -> bool:
    """Whether the open answer to *sample* is an order in numbers."""
    family = rule_of(sample.task, sample.params)
    return family is not None and family.answers == "order"


def items(
    samples: Iterable[Sample], predictions: Mapping[str, Prediction], reading: Reading | None = None
) -> list[ScoredItem]:
    """Every item of *samples*, rotations put together, in order; replies are read by our rules, or by *reading*."""
    groups: dict[str, list[ItemScore]] = {}
    for sample in samples:
        groups.setdefault(sample.group or sample.id, []).append(judge(sample, predictions.get(sample.id), reading))
    return [ScoredItem(tuple(turns)) for turns in groups.values()]


def table(scored: Sequence[ScoredItem], by: str = "task") -> list[dict[str, Any]]:
    """A row for each value of *by* (``task``, or a parameter such as ``length``): items, accuracy with a confidence
    interval, chance, and how often what went wrong."""
    groups: dict[str, list[ScoredItem]] = {}
    for item in scored:
        groups.setdefault(item.sample.task if by == "task" else item.fact(by), []).append(item)
    return [{by: name, **_row(groups[name])} for name in sorted(groups, key=_order)]


def score(scored: Sequence[ScoredItem]) -> dict[str, Any]:
    """The score of a benchmark: over all items, by task, by kind of task (the mean of its tasks, and the mean over all
    kinds, as VNBench reports), by length and depth where there are any, and of questions asked in pairs."""
    tasks = table(scored)
    kinds: dict[str, list[float]] = {}
    for row in tasks:
        first = next(item for item in scored if item.sample.task == row["task"])
        kinds.setdefault(first.fact("kind") or row["task"], []).append(row["accuracy"])
    turns = [turn for item in scored for turn in item.turns]
    ious = [turn.iou or 0.0 for turn in turns if true_answer(turn.sample).form == "stretch"]
    return {
        "overall": _row(scored),
        "mean_of_tasks": fmean(row["accuracy"] for row in tasks) if tasks else 0.0,
        "by_kind": {kind: fmean(shares) for kind, shares in sorted(kinds.items())},
        "by_task": tasks,
        **{f"by_{name}": table(scored, name) for name in ("length", "depth") if any(i.fact(name) for i in scored)},
        **({"cells": _cells(scored)} if any(item.fact("depth") for item in scored) else {}),
        **({"mean_iou": fmean(ious), "recall_at": recall_at(ious)} if ious else {}),
        **({"places": places} if (places := _places(scored)) else {}),
        **({"pairs": pairs} if (pairs := _pairs(scored)) else {}),
    }


def _places(scored: Sequence[ScoredItem]) -> list[float]:
    """The share of orders whose first place is right, whose second is, and so on, of those that have the place."""
    orders = [item.sample.answer for item in scored for turn in item.turns if _is_order(turn.sample)]
    given = [turn.places for item in scored for turn in item.turns if _is_order(turn.sample)]
    sizes = [len(order_of(answer)) for answer in orders]
    return [
        accuracy([n < len(one) and one[n] for one, size in zip(given, sizes, strict=True) if n < size])
        for n in range(max(sizes, default=0))
    ]


def _row(scored: Sequence[ScoredItem]) -> dict[str, Any]:
    low, high = interval(sum(item.right for item in scored), len(scored))
    counts: dict[str, int] = {status: sum(item.status == status for item in scored) for status in STATUSES}
    sizes = [len(item.sample.options) or len(json.loads(item.fact("candidates") or "[]")) for item in scored]
    return {
        "items": len(scored),
        "accuracy": accuracy([item.right for item in scored]),
        "low": low,
        "high": high,
        "chance": chance(sizes, [len(item.turns) for item in scored]),
        **_grade(scored),
        **counts,
    }


def _grade(scored: Sequence[ScoredItem]) -> dict[str, float]:
    """The mean grade of answers in words, where a judge gave any; those without one count as 0."""
    words = [item for item in scored if in_words(item.sample)]
    return {"grade": fmean(item.grade for item in words)} if any(item.graded for item in words) else {}


def _cells(scored: Sequence[ScoredItem]) -> list[dict[str, Any]]:
    """Accuracy, and grade where there is one, by length and depth."""
    cells: dict[tuple[float, float], list[ScoredItem]] = {}
    for item in scored:
        if item.fact("length") and item.fact("depth"):
            cells.setdefault((float(item.fact("length")), float(item.fact("depth"))), []).append(item)
    return [
        {
            "length": length,
            "depth": depth,
            "items": len(held),
            "accuracy": accuracy([item.right for item in held]),
            **_grade(held),
        }
        for (length, depth), held in sorted(cells.items())
    ]


def _pairs(scored: Sequence[ScoredItem]) -> dict[str, dict[str, float]]:
    """For tasks whose items are asked twice: both questions together."""
    by_video: dict[str, dict[str, bool]] = {}
    for item in scored:
        by_video.setdefault(item.sample.task, {})[_video(item)] = item.right
    found = {}
    for name, second in by_video.items():
        first = by_video.get(name.removesuffix(PAIRED)) if name.endswith(PAIRED) else None
        if first is not None and (both := sorted(first.keys() & second.keys())):
            found[name.removesuffix(PAIRED)] = both_questions([first[v] for v in both], [second[v] for v in both])
    return found


def _video(item: ScoredItem) -> str:
    """What the questions about one needle share: the needles that they cite."""
    return "/".join(cited.span for cited in item.sample.evidence)


def _told(right: bool) -> Status:
    return "right" if right else "wrong"


def _order(name: str) -> tuple[float, str]:
    """Numbers by size, words after them."""
    try:
        return (float(name), name)
    except ValueError:
        return (float("inf"), name)
