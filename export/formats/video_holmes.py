"""Video-Holmes' questions (TencentARC/Video-Holmes): short films, with an explanation of each answer."""

from __future__ import annotations

from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, Format
from ..talk import one_choice
from ..video_entries import code_of, stem_of


class VideoHolmes(Format):
    """Video-Holmes: video ID, Question ID, Question Type, Question, Options {A …}, Answer A, Explanation; a JSON array.

    ``Question Type`` has the initials of the task (timeline_analysis: TA); ``Explanation`` is the rationale.
    """

    name = "video_holmes"

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        return {
            "video ID": stem_of(item),
            "Question ID": sample.id,
            "Question Type": code_of(sample.task),
            "Question": sample.question,
            "Options": dict(zip(LETTERS, sample.options, strict=False)),
            "Answer": LETTERS[right],
            "Explanation": sample.rationale,
        }
