"""Samples as spans, so that they are kept or dropped by the same measures: an item is a sample, or a whole group."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas import Sample, Span, Timeline

SAMPLES = "samples"
"""What ``of`` is for samples, which lie in no lane."""


def items_of(samples: Sequence[Sample]) -> list[list[Sample]]:
    """*samples*, those of one group together, in order."""
    items: dict[tuple[str, int], list[Sample]] = {}
    for place, sample in enumerate(samples):
        items.setdefault((sample.group, 0 if sample.group else place), []).append(sample)
    return list(items.values())


def sample_spans(video: Timeline) -> list[Span]:
    """A span for each item of *video*, which says what its first sample does: its text is the question, its source who
    wrote it, and its attributes are its task, its answer and its params."""
    return [_span(item[0]) for item in items_of(video.samples)]


def _span(sample: Sample) -> Span:
    attrs = {"task": sample.task, "answer": sample.answer, **sample.params}
    return Span(sample.start, sample.end, sample.question, source=sample.teacher, attrs=attrs, id=sample.id)
