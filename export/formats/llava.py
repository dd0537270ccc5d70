"""LLaVA's conversations (haotian-liu/LLaVA, LLaVA-VL/LLaVA-NeXT ``llava/train/train.py``)."""

from __future__ import annotations

from typing import Any, ClassVar

from ...schemas.sample import MEDIA_MARKS
from ..format import ExportItem, Format, Unsupported
from ..talk import conversation, files_by_kind, from_value, whole_video


class Llava(Format):
    """LLaVA conversations with <video>: id, video, conversations [{from, value}]; a JSON array.

    As Video-ChatGPT, Video-LLaVA and Valley read them. ``video`` is joined to the trainer's video folder. Several
    media are a list, ``image`` or ``video``, as Video-LLaVA takes it; samples with both are left out, since it has all
    videos come before all pictures.
    """

    name = "llava"
    text_only = True
    holds_media = True
    mark: ClassVar[str] = "<video>\n"

    def row(self, item: ExportItem) -> Any:
        turns = conversation(whole_video(item), self.mark)
        if turns[0].role == "system":  # the trainers skip what is not from human at the start
            raise Unsupported("system_message")
        return {"id": item.sample.id, **self.shown(item), "conversations": from_value(turns)}

    def shown(self, item: ExportItem) -> dict[str, Any]:
        """What is shown, by its key.

        Raises:
            Unsupported: the trainer cannot show it.
        """
        if not item.sample.media:
            return {} if item.sample.text_only else {"video": item.video}
        images, videos = files_by_kind(item)
        if images and videos:
            raise Unsupported("images_and_videos")
        return {"image": images} if images else {"video": videos}


class LlavaVideo(Llava):
    """LLaVA conversations with <image>, which the trainer of LLaVA-NeXT and LLaVA-Video wants for videos too.

    It takes ``DEFAULT_IMAGE_TOKEN`` (``<image>``) for the frames of ``video``; ``<video>`` would stay a word. It opens
    a list of pictures, and one video: samples with several videos are left out.
    """

    name = "llava_video"
    mark = "<image>\n"

    def row(self, item: ExportItem) -> Any:
        row = super().row(item)
        for turn in row["conversations"] if item.sample.media else ():
            turn["value"] = turn["value"].replace(MEDIA_MARKS["clip"], MEDIA_MARKS["image"])
        return row

    def shown(self, item: ExportItem) -> dict[str, Any]:
        shown = super().shown(item)
        if isinstance(videos := shown.get("video"), list):
            if len(videos) > 1:
                raise Unsupported("several_videos")
            return {"video": videos[0]}
        return shown
