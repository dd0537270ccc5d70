"""MME-VideoOCR's questions (DogNeverSleep/MME-VideoOCR): what is read, and how a reply is marked."""

from __future__ import annotations

from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, Format
from ..talk import one_question
from ..video_entries import stem_of

TYPES = {
    "text_recognition": ("text_recognition", "attribute_based_recognition"),
    "visual_text_qa": ("text_centric_qa", "translation"),
    "text_grounding": ("temporal_grounding", "spatial_grounding"),
    "attribute_recognition": ("color_recognition", "named_entity_recognition", "text_counting"),
    "change_detection_and_tracking": ("change_detection", "tracking"),
    "special_text_parsing": ("table", "chart", "document", "formula", "handwriting", "special_text_parsing"),
    "cross_frame_text_understanding": ("trajectory_recognition", "scrambled_recognition"),
    "text_based_reasoning": ("complex_reasoning",),
    "text_based_video_understanding": ("subtitle_based_video_understanding", "multi_hop_needle_in_a_haystack"),
}
"""Categories with their tasks, as far as we know their names."""
_TYPE_OF = {task: kind for kind, tasks in TYPES.items() for task in tasks}


class MMEVideoOCR(Format):
    """MME-VideoOCR: video_index, question, option, answer, eval_method, task, task_type; a JSON array.

    ``eval_method`` is multiple_choice with options, which stand in ``option`` behind their letters, and ``answer`` is
    the letter then; without options there is no ``option``, and the method is gpt_assisted_scoring of the task
    translation, else containment_match. ``task_type`` is the category of the task, or the attribute of this name.
    """

    name = "mme_videoocr"

    def row(self, item: ExportItem) -> Any:
        sample = one_question(item)
        right = sample.answer_index if sample.options else None
        shown = [f"{letter}. {option}" for letter, option in zip(LETTERS, sample.options, strict=False)]
        open_method = "gpt_assisted_scoring" if sample.task == "translation" else "containment_match"
        return {
            "video_index": stem_of(item),
            "question": sample.question,
            **({} if right is None else {"option": shown}),
            "answer": sample.answer if right is None else LETTERS[right],
            "eval_method": open_method if right is None else "multiple_choice",
            "task": sample.task,
            "task_type": sample.params.get("task_type", _TYPE_OF.get(sample.task, sample.task)),
        }
