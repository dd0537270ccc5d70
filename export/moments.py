"""What of a sample is a question at a moment of its video."""

from __future__ import annotations

from ..schemas import Sample
from .format import ExportItem, Unsupported


def seen_of(sample: Sample) -> tuple[float, float]:
    """What may be shown with *sample*, seconds; it is asked at the end of it.

    Raises:
        Unsupported: it is asked of the whole video.
    """
    if sample.seen is None:
        raise Unsupported("not_asked_at_a_time")
    return sample.seen


def asked_choice(item: ExportItem) -> tuple[Sample, tuple[float, float]]:
    """The sample of *item* and what may be shown with it.

    Raises:
        Unsupported: it is not asked at a time, or no multiple choice.
    """
    sample = item.sample
    seen = seen_of(sample)
    if sample.rejected:
        raise Unsupported("preference_pair")
    if sum(turn.role == "user" for turn in sample.messages) > 1:
        raise Unsupported("several_turns")
    if not sample.options or sample.answer_index is None:
        raise Unsupported("no_options")
    return sample, seen
