"""ms-swift's standard format (modelscope/ms-swift, docs: Customization/Custom-dataset)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, JsonLines
from ..talk import conversation, pair, role_content, videos_of, whole_video


class MsSwift(JsonLines):
    """ms-swift: messages [{role, content}] with <video>, videos [path]; JSON lines."""

    name = "ms_swift"
    holds_system = True
    text_only = True

    def row(self, item: ExportItem) -> Any:
        return {"messages": role_content(conversation(whole_video(item), "<video>")), "videos": videos_of(item)}


class MsSwiftDPO(MsSwift):
    """ms-swift, preference pairs: as ms_swift, with rejected_response."""

    name = "ms_swift_dpo"
    holds_system = True

    def row(self, item: ExportItem) -> Any:
        asked, chosen, rejected = pair(whole_video(item), "<video>")
        messages = [*role_content(asked), {"role": "assistant", "content": chosen}]
        return {"messages": messages, "rejected_response": rejected, "videos": videos_of(item)}
