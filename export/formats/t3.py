"""T3's rows (tobiaslee/text_temporal): textual temporal questions as text chat."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, JsonLines, Unsupported
from ..talk import conversation, from_value


class T3(JsonLines):
    """T3: id, conversations [{from, value}] of samples that are text alone; JSON lines.

    Samples that show a video are left out: a language model is trained on them by itself.
    """

    name = "t3"
    text_only = True

    def row(self, item: ExportItem) -> Any:
        if not item.sample.text_only:
            raise Unsupported("shows_a_video")
        return {"id": item.sample.id, "conversations": from_value(conversation(item))}
