"""MMWorld's questions (eric-ai-lab/MMWorld, its readme): a video with its field, and what is asked about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem
from ..talk import one_choice
from ..video_entries import VideoEntries, stem_of

HEARD, SEEN = "_heard", "_seen"
"""How tasks end that take the sound alone, or the picture alone."""


class MMWorld(VideoEntries):
    """MMWorld: video_id, url, discipline, subdiscipline, captions, questions [{type, question, options {a …} …}]; JSON.

    A question has besides answer, requires_domain_knowledge (of the task domain_expertise), requires_audio and
    requires_visual (by how the task ends, else by the lanes of its evidence), question_only (found to be answered
    without the video) and correct_answer_label. ``url`` and the fields are attributes of these names in the parameters,
    or empty, as ``captions`` are.
    """

    name = "mmworld"

    def entry(self, item: ExportItem, rows: Sequence[Any]) -> Any:
        known = item.sample.params
        about = {name: known.get(name, "") for name in ("url", "discipline", "subdiscipline", "captions")}
        return {"video_id": stem_of(item), **about, "questions": rows}

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        kind = sample.task.removesuffix(HEARD).removesuffix(SEEN)
        lanes = {one.lane for one in sample.evidence}
        letters = LETTERS.lower()
        return {
            "type": kind,
            "question": sample.question,
            "options": dict(zip(letters, sample.options, strict=False)),
            "answer": sample.answer,
            "requires_domain_knowledge": kind == "domain_expertise",
            "requires_audio": sample.task.endswith(HEARD) or (kind == sample.task and "speech" in lanes),
            "requires_visual": sample.task.endswith(SEEN) or (kind == sample.task and bool(lanes - {"speech"})),
            "question_only": any(one.check == "blind" and one.verdict == "fail" for one in sample.checks),
            "correct_answer_label": letters[right],
        }
