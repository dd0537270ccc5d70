"""VideoChat2's instructions (OpenGVLab/Ask-Anything, ``video_chat2/dataset/it_dataset.py``)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, Format, Unsupported
from ..talk import clip_of, conversation

BETWEEN = "###"
"""What the trainer puts between turns."""


class VideoChat2(Format):
    """VideoChat2: video, QA [{i, q, a}]; a JSON array.

    ``i`` (an instruction before the video) is empty: what is asked is in ``q``. ``start`` and ``end``, by which the
    trainer cuts the video, stand only with samples that are about a clip. Several turns are left out: the trainer
    shuffles QA.
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
        row: dict[str, Any] = {
            "video": item.video,
            "QA": [{"i": "", "q": turns[0].content, "a": turns[1].content}],
        }
        if (clip := clip_of(item.sample)) is not None:
            row["start"], row["end"] = clip
        return row
