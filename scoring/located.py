"""The moments or stretches that a prediction names beside its reply, compared with the true evidence."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any, NamedTuple, Protocol

from ..schemas import Sample
from .measures import Span, accuracy, harmonic, keyframes, mean_share_at, shared
from .truth import true_answer

FILLS = 0.98
"""The share of its video from which evidence is the whole of it, and names no place."""


class Located(NamedTuple):
    """The places of the video that a prediction names, in seconds; None: it names none of this kind."""

    times: tuple[float, ...] | None = None
    stretches: tuple[Span, ...] | None = None


NOWHERE = Located()


class ItemLike(Protocol):
    """A question that was scored."""

    @property
    def sample(self) -> Sample: ...

    @property
    def right(self) -> bool: ...


class Found(NamedTuple):
    """How far the named places are the evidence."""

    near: tuple[float, float] | None = None
    """Of moments: precision and recall."""
    iou: float | None = None
    """Of stretches as one answer."""


def evidence_found(sample: Sample, located: Located) -> Found:
    """How far what a prediction has *located* is the evidence of *sample*, where that is a place of its video."""
    true = places(sample)
    if not true:
        return Found()
    near = None if located.times is None else keyframes(located.times, true)[:2]
    return Found(near, None if located.stretches is None else shared(located.stretches, true)[0])


def places(sample: Sample) -> list[Span]:
    """The stretches and moments of the evidence of *sample*; empty where it is the whole video, or there is none."""
    found = [(one.start, one.end) for one in sample.evidence]
    whole = float(sample.params.get("duration", "inf"))
    return [] if any(end - start >= FILLS * whole for start, end in found) else found


def moments(near: Sequence[tuple[float, float] | None]) -> dict[str, Any]:
    """The means of precision, recall and F1 of questions about moments; one that names none has 0 (LV-Haystack)."""
    pairs = [pair or (0.0, 0.0) for pair in near]
    return {
        "items": len(pairs),
        "precision": fmean(precision for precision, _ in pairs),
        "recall": fmean(recall for _, recall in pairs),
        "f1": fmean(harmonic(*pair) for pair in pairs),
    }


def stretches(ious: Sequence[float | None]) -> dict[str, Any]:
    """The mean IoU of named stretches with the evidence, and rec@IoU; one that names none has 0 (CG-Bench)."""
    known = [iou or 0.0 for iou in ious]
    return {"items": len(known), "mean_iou": fmean(known), "rec_at_iou": mean_share_at(known)}


def clue_recovery(whole: Sequence[ItemLike], shown: Sequence[ItemLike]) -> dict[str, Any]:
    """The accuracy with the whole video, with the evidence alone, and the rate at which the first recovers the second:
    the smaller of both, as a share of the second (CG-Bench's CRR). Of questions with evidence and an answer in words or
    options, which are in both."""
    alone = {one.sample.id: one.right for one in shown}
    pairs = [(one.right, alone[one.sample.id]) for one in whole if one.sample.id in alone and _asks_what(one.sample)]
    long, clue = accuracy([one for one, _ in pairs]), accuracy([two for _, two in pairs])
    return {"items": len(pairs), "long_acc": long, "clue_acc": clue, "crr": min(long, clue) / clue if clue else 0.0}


def _asks_what(sample: Sample) -> bool:
    return bool(places(sample)) and true_answer(sample).form in ("option", "yes_no", "candidate", "words")
