"""A sample as a row of a benchmark that a harness runs: what is shown, what is asked, and what is true."""

from __future__ import annotations

import os
from typing import Any

from ...rules.letters import asks_in, with_letters
from ...schemas.uri import is_url
from ...scoring.truth import true_answer
from ..format import ExportItem, Unsupported
from ..talk import turns_of, whole_video


def benchmark_row(item: ExportItem) -> dict[str, Any]:
    """*item* as a row; ``path`` is absolute, ``video`` is its name in the data set.

    Raises:
        Unsupported: it needs a clip, is a preference pair or has several turns, which no harness asks for.
    """
    sample = whole_video(item).sample
    if sample.rejected:
        raise Unsupported("preference_pair")
    true = true_answer(sample)
    rotated = sample.group and sample.options and sample.seen_end is None  # else it is an item of its own
    return {
        "id": sample.id,
        "video": item.uri,
        "path": item.video if is_url(item.video) else os.path.abspath(item.video),
        "duration": item.duration,
        "task": sample.task,
        "item": sample.group if rotated else sample.id,
        "prompt": _prompt(item),
        "form": true.form,
        "options": list(true.options),
        "answer": true.answer,
        "answer_index": true.place,
        "length": sample.params.get("length", ""),
        "depth": sample.params.get("depth", ""),
    }


def _prompt(item: ExportItem) -> str:
    """What the model is asked; a system message stands before the question."""
    sample = item.sample
    if not sample.messages:
        return (
            with_letters(sample.question, sample.options, (*asks_in(sample.params), "")[0])
            if sample.options
            else sample.question
        )
    asked = turns_of(sample)[:-1]
    if sum(turn.role == "user" for turn in asked) > 1:
        raise Unsupported("several_turns")
    return "\n\n".join(turn.content for turn in asked)
