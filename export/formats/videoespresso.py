"""Multiple choice with evidence in words (VideoEspresso: eval/close_ended.py)."""

from __future__ import annotations

from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, Format, Unsupported
from ..talk import whole_video


class VideoEspresso(Format):
    """VideoEspresso's test set: video_path, question, options, correct_answer, evidence, task; a JSON array."""

    name = "videoespresso"

    def row(self, item: ExportItem) -> Any:
        sample = whole_video(item).sample
        if not sample.options or sample.answer_index is None:
            raise Unsupported("no_options")
        return {
            "video_path": item.video,
            "question": sample.question,
            "options": [f"({letter}): {text}" for letter, text in zip(LETTERS, sample.options, strict=False)],
            "correct_answer": f"({LETTERS[sample.answer_index]})",
            "evidence": sample.rationale or " ".join(one.text for one in sample.evidence),
            "task": sample.task,
        }
