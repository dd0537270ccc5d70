"""VideoVista's questions (the dataset page of VideoVista)."""

from __future__ import annotations

from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, Format
from ..talk import one_choice
from ..video_entries import stem_of


class VideoVista(Format):
    """VideoVista: video_id, question_id, question, options, answer A, category, subcategory, language; a JSON array.

    ``category`` is that of the video, and ``subcategory`` the task, unless the parameters have attributes of these
    names; ``language`` is English where no parameter says otherwise.
    """

    name = "videovista"

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        known = sample.params
        return {
            "video_id": stem_of(item),
            "question_id": sample.id,
            "question": sample.question,
            "options": sample.options,
            "answer": LETTERS[right],
            "category": known.get("category", ""),
            "subcategory": known.get("subcategory", sample.task),
            "language": known.get("language", "English"),
        }
