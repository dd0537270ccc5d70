"""Which words of a sample hold for which stretch of its video."""

from __future__ import annotations

from ..rules.solve import rule_of
from ..schemas import Sample
from .format import Unsupported
from .talk import clip_of

SEEN = frozenset({"sentence", "step", "title", "description"})
"""Kinds of words that say what is to be seen. A bare label, what is said, and what is on screen are no captions."""
CAPTIONS = frozenset({"moment_retrieval", "grounded_caption", "temporal_grounded_caption", "dense_caption"})
"""Tasks whose evidence is captions of its spans."""


def is_window(sample: Sample) -> bool:
    """Whether the answer is one stretch of time, given by rule."""
    family = rule_of(sample.task, sample.params)
    return family is not None and family.answers == "window" and bool(sample.evidence)


def moment(sample: Sample) -> tuple[float, float, str]:
    """Start, end (seconds) and sentence of the one moment that *sample* asks for.

    Raises:
        Unsupported: it asks for none, or more than one span makes up the answer, or its words are no caption.
    """
    if not is_window(sample):
        raise Unsupported("no_span")
    if len(sample.evidence) > 1:
        raise Unsupported("several_spans")
    return captions(sample)[0]


def captions(sample: Sample) -> list[tuple[float, float, str]]:
    """Start, end and sentence of every caption that *sample* rests on.

    Raises:
        Unsupported: its evidence is not captions.
    """
    if not is_window(sample) and sample.params.get("rule", sample.task) not in CAPTIONS:
        raise Unsupported("no_span")
    if sample.params.get("kind") not in SEEN:
        raise Unsupported("words_are_no_caption")
    if clip_of(sample) is not None:
        raise Unsupported("needs_a_clip")
    found = [(one.start, one.end, " ".join(one.text.split())) for one in sample.evidence]
    if not all(text for _, _, text in found):
        raise Unsupported("no_words")
    return found
