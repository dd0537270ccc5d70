"""From samples and replies to verdicts, and from verdicts to the scores of a benchmark."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Literal

from ..rules.prerequisites import required
from ..schemas import Sample
from .attributes import By, in_order, labels
from .chains import Link, boxes_at, chains, tubes_at
from .due import StreamTally, dialogues, due_time, in_time, proactive, tally_of
from .gated import GatedAnswer, gated
from .located import NOWHERE, Located, evidence_found, moments, places, stretches
from .measures import accuracy, area_under, both_questions, chance, correlations, harmonic, interval, recall_at, rubric
from .published_rule import PublishedRule
from .published_rules import whole_video
from .reply_parsing import order_of, without_thinking
from .reply_verdict import TrueAnswer, is_answer, judge_reply
from .truth import in_words, is_order, item_key, number_in, true_answer

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
    share: float | None = None
    """The judge's grade where it is of another scale, as a share."""
    unjudged: str = ""
    """Why a judge that was to give a mark did not."""
    said_at: float | None = None
    """The second of the video at which it was said, where it was to be said when something comes."""
    located: Located = NOWHERE
    """The places of the video that it names besides."""
    said: tuple[tuple[float, str], ...] | None = None
    """Of a stream: what was said, and at which second of the video."""


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
    number: float | None = None
    """Of a rating: the number that was said."""
    covered: tuple[float, float] | None = None
    """Of several stretches as one answer: precision and recall."""
    near: tuple[float, float] | None = None
    """Of moments, as the answer or named beside it: precision and recall."""
    punctual: bool | None = None
    """Of what was to be said when it comes: whether it came in time."""
    clues: float | None = None
    """Of stretches named beside the answer: their IoU with the evidence."""
    tube: tuple[float, float, float] | None = None
    """Of boxes with a stretch of time: the IoU of the stretch, of boxes at common times, and of all together."""
    tally: StreamTally | None = None

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
    told = _answered(sample, prediction, reading)
    found = evidence_found(sample, prediction.located)
    return replace(told, near=told.near or found.near, clues=found.iou)


def _answered(sample: Sample, prediction: Prediction, reading: Reading | None) -> ItemScore:
    """How the reply of *prediction* answers *sample*."""
    if reading is not None and prediction.mark is None and reading.rule.fits(true := true_answer(sample)):
        return _read(sample, prediction, true, reading)
    if prediction.failure:
        return ItemScore(sample, "failed")
    if (tally := tally_of(sample, prediction.said)) is not None:
        return ItemScore(sample, _told(tally.all_right), tally=tally)
    if not without_thinking(prediction.reply):
        return ItemScore(sample, "empty")
    if due_time(sample) is not None and not prediction.unjudged:
        return _due(sample, prediction)
    if prediction.mark is not None:
        grade = rubric(prediction.grade) if prediction.grade else prediction.share
        return ItemScore(sample, _told(prediction.mark), grade=grade)
    if prediction.unjudged:
        return ItemScore(sample, "unjudged")
    told = judge_reply(true_answer(sample), prediction.reply)
    more = {name: getattr(told, name) for name in ("places", "covered", "near", "tube")}
    return ItemScore(sample, told.status, told.iou, **more)


def _due(sample: Sample, prediction: Prediction) -> ItemScore:
    """How *prediction* answers *sample*, whose answer was to be said when something comes."""
    if prediction.said_at is None:
        return ItemScore(sample, "unreadable")
    punctual = in_time(sample, prediction.said_at)
    says = is_answer(prediction.reply, sample.answer) if prediction.mark is None else prediction.mark
    return ItemScore(sample, _told(punctual and says), punctual=punctual)


def _read(sample: Sample, prediction: Prediction, true: TrueAnswer, reading: Reading) -> ItemScore:
    """How *prediction* answers *sample* by the rule of a published evaluator."""
    told = reading.rule.verdict(true, prediction.reply)
    status: Status = "failed" if prediction.failure else told.status
    fate = reading.rule.fate(status, true) if reading.as_published else None
    if fate == "whole_video":
        whole = whole_video(true)
        return ItemScore(sample, whole.status, whole.iou)
    more = {"number": told.number, "covered": told.covered, "near": told.near}
    return ItemScore(sample, fate or status, told.iou, told.grade, **more)  # type: ignore[arg-type]


def items(
    samples: Iterable[Sample], predictions: Mapping[str, Prediction], reading: Reading | None = None
) -> list[ScoredItem]:
    """Every item of *samples*, rotations put together, in order; replies are read by our rules, or by *reading*."""
    groups: dict[str, list[ItemScore]] = {}
    for sample in samples:
        groups.setdefault(item_key(sample), []).append(judge(sample, predictions.get(sample.id), reading))
    return [ScoredItem(tuple(turns)) for turns in groups.values()]


def table(scored: Sequence[ScoredItem], by: By | str = "task") -> list[dict[str, Any]]:
    """A row for each value or band of *by* (``task``, a time, or a parameter such as ``length``): items, accuracy with
    a confidence interval, chance, and how often what went wrong."""
    by = By(by) if isinstance(by, str) else by
    groups: dict[str, list[ScoredItem]] = {}
    for label, item in zip(labels([item.sample for item in scored], by), scored, strict=True):
        groups.setdefault(label, []).append(item)
    return [{by.name: name, **_row(groups[name])} for name in in_order(groups)]


def score(scored: Sequence[ScoredItem], by: Sequence[By] = ()) -> dict[str, Any]:
    """The score of a benchmark: over all items, by task, by kind of task (the mean of its tasks, and the mean over all
    kinds, as VNBench reports), by length and depth and by the second of a stream where there are any, by all that *by*
    names, and of questions that belong together."""
    tasks = table(scored)
    kinds: dict[str, list[float]] = {}
    for row in tasks:
        first = next(item for item in scored if item.sample.task == row["task"])
        kinds.setdefault(first.fact("kind") or row["task"], []).append(row["accuracy"])
    turns = [turn for item in scored for turn in item.turns]
    forms = [true_answer(turn.sample).form for turn in turns]
    timed = [turn for turn, form in zip(turns, forms, strict=True) if form in ("stretch", "stretches")]
    ious = [turn.iou or 0.0 for turn in timed]
    boxes = [turn.iou or 0.0 for turn, form in zip(turns, forms, strict=True) if form == "boxes"]
    tubes = [turn.tube for turn in turns if turn.sample.params.get("ask") == "tube" and not turn.sample.options]
    return {
        "overall": _row(scored),
        "mean_of_tasks": fmean(row["accuracy"] for row in tasks) if tasks else 0.0,
        "by_kind": {kind: fmean(shares) for kind, shares in sorted(kinds.items())},
        "by_task": tasks,
        **{f"by_{name}": table(scored, name) for name in ("length", "depth") if any(i.fact(name) for i in scored)},
        **_streams(scored),
        **({"streams": told} if (told := dialogues(turn.tally for turn in turns)) else {}),
        **{f"by_{one.name}": table(scored, one) for one in by},
        **({"cells": _cells(scored)} if any(item.fact("depth") for item in scored) else {}),
        **({"mean_iou": fmean(ious), "recall_at": recall_at(ious)} if ious else {}),
        **({"places": places} if (places := _places(scored)) else {}),
        **({"pairs": pairs} if (pairs := _pairs(scored)) else {}),
        **_ratings(turns),
        **_several(timed),
        **_located(turns, forms),
        **({"boxes": boxes_at(boxes)} if boxes else {}),
        **({"tubes": tubes_at(tubes)} if any(tubes) else {}),
        **({"chains": linked} if (linked := chains(_links(scored))) else {}),
        **({"gated": held} if (held := gated(_gates(scored))) else {}),
    }


def _located(turns: Sequence[ItemScore], forms: Sequence[str]) -> dict[str, Any]:
    """What there is of moments, as answers or named beside them, and of stretches that are named beside an answer."""
    found: dict[str, Any] = {}
    asked = [turn for turn, form in zip(turns, forms, strict=True) if form == "moments"]
    if not asked and any(turn.near is not None for turn in turns):
        asked = [turn for turn in turns if places(turn.sample)]
    if asked:
        found["moments"] = moments([turn.near for turn in asked])
    if any(turn.clues is not None for turn in turns):
        found["clues"] = stretches([turn.clues for turn in turns if places(turn.sample)])
    return found


def _links(scored: Sequence[ScoredItem]) -> Iterable[Link]:
    """Each item as a part of the chain of its group; stretches or moments that its reply names are one as well."""
    for item in scored:
        sample, turn = item.sample, item.turns[0]
        group, chain = sample.group or sample.id, item.fact("chain")
        match true_answer(sample).form:
            case "stretch" | "stretches":
                yield Link(group, chain, "when", turn.iou or 0.0)
            case "moments":
                yield Link(group, chain, "when", harmonic(*turn.near) if turn.near else 0.0)
            case "boxes":
                yield Link(group, chain, "where", turn.iou or 0.0)
            case _:
                yield Link(group, chain, "what", float(item.right))
                if turn.clues is not None:
                    yield Link(group, chain, "when", turn.clues)


def _gates(scored: Sequence[ScoredItem]) -> list[GatedAnswer]:
    """Each item that requires others, and how these are."""
    told = {turn.sample.id: None if item.status in ("missing", "failed") else item.right
            for item in scored for turn in item.turns}  # fmt: skip
    return [
        GatedAnswer(item.right, [told.get(one) for one in names]) for item in scored if (names := required(item.sample))
    ]


def _streams(scored: Sequence[ScoredItem]) -> dict[str, Any]:
    """Of questions asked while a video runs: scores by the second, and how often one is right at all of its times."""
    asked = [item for item in scored if item.sample.seen_end is not None]
    if not asked:
        return {}
    groups: dict[str, list[ScoredItem]] = {}
    for item in asked:
        groups.setdefault(item.sample.group or item.sample.id, []).append(item)
    several = [held for held in groups.values() if len({item.sample.seen_end for item in held}) > 1]
    times = {"groups": len(several), "all_right": accuracy([all(item.right for item in held) for held in several])}
    due = [item for item in asked if due_time(item.sample) is not None]
    told = proactive([bool(item.turns[0].punctual) for item in due], [item.right for item in due])
    return {
        "by_seen_end": table(scored, "seen_end"),
        **({"all_times": times} if several else {}),
        **({"proactive": told} if due else {}),
    }


def _several(asked: Sequence[ItemScore]) -> dict[str, Any]:
    """The areas under the curves of IoU, precision and recall of several stretches as one answer (VUE-TR)."""
    if all(turn.covered is None for turn in asked):
        return {}
    covered = [turn.covered or (0.0, 0.0) for turn in asked]
    return {
        "areas": {
            "iou": area_under([turn.iou or 0.0 for turn in asked], reached=False),
            "precision": area_under([precision for precision, _ in covered]),
            "recall": area_under([recall for _, recall in covered]),
        }
    }


def _ratings(turns: Sequence[ItemScore]) -> dict[str, Any]:
    """How far ratings go with the true ones, where a published rule reads them (SRCC and PLCC of LMM-VQA)."""
    if all(turn.number is None for turn in turns):
        return {}
    rated = [(turn.number, number) for turn in turns if (number := number_in(turn.sample)) is not None]
    rank, linear = correlations([said for said, _ in rated], [true for _, true in rated])
    unsaid = sum(said is None for said, _ in rated)
    return {"ratings": {"items": len(rated), "srcc": rank, "plcc": linear, "unsaid": unsaid}}


def _places(scored: Sequence[ScoredItem]) -> list[float]:
    """The share of orders whose first place is right, whose second is, and so on, of those that have the place."""
    orders = [item.sample.answer for item in scored for turn in item.turns if is_order(turn.sample)]
    given = [turn.places for item in scored for turn in item.turns if is_order(turn.sample)]
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
