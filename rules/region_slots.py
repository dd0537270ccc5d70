"""Samples about regions: things of which they say where they are, with a slot in their words for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..schemas import Box, Evidence, Message, Sample

SLOT = "<region>"
"""What stands in the words of a sample for a thing that its evidence has boxes of, as in VideoRefer."""


def things_in(evidence: Iterable[Evidence]) -> list[list[Box]]:
    """The boxes of each thing that *evidence* says where it is, each thing once, in order."""
    found: list[list[Box]] = []
    for item in evidence:
        if item.boxes and item.boxes not in found:
            found.append(item.boxes)
    return found


def slots_in_turns(turns: Sequence[Message]) -> int:
    """How many slots there are in the words of *turns*."""
    return sum(turn.content.count(SLOT) for turn in turns)


def has_slots(sample: Sample) -> bool:
    """Whether the words of *sample* hold a slot."""
    texts = [sample.question, sample.answer, *sample.options, *(turn.content for turn in sample.messages)]
    return any(SLOT in text for text in texts)
