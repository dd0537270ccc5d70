"""ms-swift's standard format (modelscope/ms-swift, docs: Customization/Custom-dataset)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, JsonLines
from ..talk import conversation, media_lists, pair, role_content, whole_video


class MsSwift(JsonLines):
    """ms-swift: messages [{role, content}] with <video>, videos [path]; JSON lines.

    Samples with several media have ``images`` too, for <image> in order.
    """

    name = "ms_swift"
    holds_system = True
    text_only = True
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        turns = conversation(whole_video(item), "<video>", documents=True)
        return {"messages": role_content(turns), **media_lists(item)}


class MsSwiftDPO(MsSwift):
    """ms-swift, preference pairs: as ms_swift, with rejected_response."""

    name = "ms_swift_dpo"
    holds_system = True

    def row(self, item: ExportItem) -> Any:
        asked, chosen, rejected = pair(whole_video(item), "<video>")
        messages = [*role_content(asked), {"role": "assistant", "content": chosen}]
        return {"messages": messages, "rejected_response": rejected, **media_lists(item)}
