"""Preference pairs as TRL's DPOTrainer takes them (TRL: dataset_formats, ``preference``, conversational)."""

from __future__ import annotations

from typing import Any

from ...schemas import Message
from ..format import ExportItem, JsonLines
from ..talk import pair, parts


class DPO(JsonLines):
    """Preference pairs for TRL: prompt, chosen, rejected, each a list of messages; JSON lines.

    The prompt is explicit and holds the video as a part, as in the format ``openai``.
    """

    name = "dpo"
    holds_system = True
    text_only = True
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        asked, chosen, rejected = pair(item)
        return {
            "id": item.sample.id,
            "prompt": parts(asked, item),
            "chosen": parts([Message("assistant", chosen)], item),
            "rejected": parts([Message("assistant", rejected)], item),
            "rejected_source": item.sample.rejected_source,
        }
