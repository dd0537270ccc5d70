"""LLaVA's conversations (haotian-liu/LLaVA, LLaVA-VL/LLaVA-NeXT ``llava/train/train.py``)."""

from __future__ import annotations

from typing import Any, ClassVar

from ..format import ExportItem, Format, Unsupported
from ..talk import conversation, from_value, whole_video


class Llava(Format):
    """LLaVA conversations with <video>: id, video, conversations [{from, value}]; a JSON array.

    As Video-ChatGPT, Video-LLaVA and Valley read them. ``video`` is joined to the trainer's video folder.
    """

    name = "llava"
    text_only = True
    mark: ClassVar[str] = "<video>\n"

    def row(self, item: ExportItem) -> Any:
        turns = conversation(whole_video(item), self.mark)
        if turns[0].role == "system":  # the trainers skip what is not from human at the start
            raise Unsupported("system_message")
        film = {} if item.sample.text_only else {"video": item.video}
        return {"id": item.sample.id, **film, "conversations": from_value(turns)}


class LlavaVideo(Llava):
    """LLaVA conversations with <image>, which the trainer of LLaVA-NeXT and LLaVA-Video wants for videos too.

    It takes ``DEFAULT_IMAGE_TOKEN`` (``<image>``) for the frames of ``video``; ``<video>`` would stay a word.
    """

    name = "llava_video"
    mark = "<image>\n"
