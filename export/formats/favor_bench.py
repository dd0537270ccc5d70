"""FAVOR-Bench's file: a video with its caption and its questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from ..format import ExportItem
from ..talk import conversation, one_choice
from ..video_entries import VideoEntries, code_of

CAPTIONS = "captioning"
"""The task whose answers are captions."""


class FavorBench(VideoEntries):
    """FAVOR-Bench: video_name, caption, questions [{question, options, correct_answer, task_type}]; a JSON array.

    ``correct_answer`` is the text of the right option, ``task_type`` the initials of the task (camera_motion: CM), and
    ``caption`` what is to be said when the whole is asked for. What people noted of motions stays in their table.
    """

    name = "favor_bench"

    def entry(self, item: ExportItem, rows: Sequence[Any]) -> Any:
        captions = [row for row in rows if isinstance(row, str)]
        asked = [row for row in rows if not isinstance(row, str)]
        name = PurePosixPath(item.source_uri or item.uri).name
        return {"video_name": name, "caption": " ".join(captions), "questions": asked}

    def row(self, item: ExportItem) -> Any:
        if item.sample.task == CAPTIONS:
            return conversation(item)[-1].content
        sample, _ = one_choice(item)
        return {
            "question": sample.question,
            "options": sample.options,
            "correct_answer": sample.answer,
            "task_type": code_of(sample.task),
        }
