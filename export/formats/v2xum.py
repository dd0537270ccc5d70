"""V2Xum's rows (hanghuacs/V2Xum-LLM, ``v2xumllm/train/dataset.py``): slots for times, filled in by the trainer."""

from __future__ import annotations

from typing import Any

from ...schemas import Message
from ..format import ExportItem, Format, Unsupported
from ..talk import conversation, from_value, whole_video
from ..timed_text import timed_text


class V2Xum(Format):
    """V2Xum: id, conversations, meta (duration, and token with the seconds of each slot <s0>, <s1> …); a JSON array.

    The trainer writes two digits for each slot, the hundredth of the video, so that the times must stand in percent:
    ``--times percent``. It finds the video's features by ``id``, which is that of the video.
    """

    name = "v2xum"

    def row(self, item: ExportItem) -> Any:
        sample = whole_video(item).sample
        if not item.duration:
            raise Unsupported("no_duration")
        slots: dict[str, float] = {}

        def slot(seconds: float, number: str) -> str:
            slots[name := f"<s{len(slots)}>"] = round(seconds, 3)
            return name

        turns = []
        for turn in conversation(item):
            if turn.role == "system":
                raise Unsupported("system_message")
            if "<s" in turn.content or "<video>" in turn.content:
                raise Unsupported("placeholder_in_text")
            turns.append(Message(turn.role, timed_text(turn.content, sample, slot)[0]))
        if slots and sample.params.get("time_format") != "percent":  # else the trainer's 12 would stand before seconds
            raise Unsupported("times_not_in_percent")
        turns[0].content = "<video>\n" + turns[0].content
        meta = {"duration": item.duration, "token": slots}
        return {"id": item.video_id, "conversations": from_value(turns), "meta": meta}
