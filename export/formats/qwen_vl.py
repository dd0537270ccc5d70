"""What QwenLM's own training code reads (QwenLM/Qwen3-VL, ``qwen-vl-finetune/README.md``; Qwen2.5-VL alike)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, Format, Unsupported
from ..talk import conversation, files_by_kind, from_value, whole_video


class QwenVL(Format):
    """Qwen-VL's finetuning code: video, conversations [{from, value}] with <video>; a JSON array.

    ``video`` is joined to the ``data_path`` of the data set's entry in ``qwenvl/data/__init__.py``. Several
    media are the lists ``image`` and ``video``, for <image> and <video> in order.
    """

    name = "qwen_vl"
    text_only = True
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        turns = conversation(whole_video(item), "<video>\n")
        if turns[0].role == "system":
            raise Unsupported("system_message")
        film: dict[str, Any] = {} if item.sample.text_only else {"video": item.video}
        if item.sample.media:
            images, videos = files_by_kind(item)
            film = {name: files for name, files in (("image", images), ("video", videos)) if files}
        return {**film, "conversations": from_value(turns)}
