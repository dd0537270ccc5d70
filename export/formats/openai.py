"""OpenAI's chat messages, as TRL and transformers take them (TRL: dataset_formats, ``conversational``)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, JsonLines
from ..talk import conversation, parts


class OpenAI(JsonLines):
    """OpenAI messages for TRL and chat templates: messages [{role, content: [video, text]}]; JSON lines.

    Content is a list of parts, ``{type: video, video: PATH}`` and ``{type: text, text: …}``, which the chat templates
    of transformers and qwen_vl_utils read; TRL's ``prepare_multimodal_messages`` leaves such parts as they are.
    """

    name = "openai"
    holds_system = True
    text_only = True
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        return {"id": item.sample.id, "messages": parts(conversation(item, documents=True), item)}
