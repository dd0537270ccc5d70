"""VideoChat2's instructions (OpenGVLab/Ask-Anything, ``video_chat2/dataset/it_dataset.py``)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, Format, Unsupported
from ..talk import clip_of, conversation

CAPTIONS = "captioning"
"""The task whose questions name nothing but what is to be done."""
BETWEEN = "###"
"""What the trainer puts between turns."""


class VideoChat2(Format):
    """VideoChat2: video, QA [{i, q, a}]; a JSON array.

    ``i``, an instruction before the question, is the attribute ``instruction``. Of captions the question is one, and
    ``q`` is empty; else what is asked is in ``q``, and without that attribute ``i`` is empty. ``start`` and ``end``, by
    which the trainer cuts the video, stand only with samples that are about a clip. Several turns are left out: the
    trainer shuffles QA.
    """

    name = "videochat2"

    def row(self, item: ExportItem) -> Any:
        turns = conversation(item)
        if turns[0].role == "system":
            raise Unsupported("system_message")
        if len(turns) > 2:
            raise Unsupported("several_turns")
        if any(BETWEEN in turn.content for turn in turns):
            raise Unsupported("separator_in_text")
        told, asked = item.sample.params.get("instruction", ""), turns[0].content
        if not told and item.sample.task == CAPTIONS:
            told, asked = asked, ""
        row: dict[str, Any] = {"video": item.video, "QA": [{"i": told, "q": asked, "a": turns[1].content}]}
        if (clip := clip_of(item.sample)) is not None:
            row["start"], row["end"] = clip
        return row
