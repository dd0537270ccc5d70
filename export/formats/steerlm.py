"""Marked replies for training that is conditioned on the marks (NeMo Aligner's SteerLM; mllm-dpo)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...rules.marked_replies import marked_replies
from ..format import ExportItem, JsonLines, Omit, Unsupported
from ..talk import MARKS, pair, whole_video


class SteerLM(JsonLines):
    """Replies with their marks (preferences, best_of): conversations, label "correctness:8,…", video; JSON lines.

    Each reply that a pair was chosen from is a row, the best first: SteerLM learns from bad ones too, as bad ones.
    """

    name = "steerlm"

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        for item in items:
            try:
                asked, _, _ = pair(whole_video(item), "<video>\n")
                if not (replies := marked_replies(item.sample)):
                    raise Unsupported("not_marked")
                if any(mark in one.reply for one in replies for mark in MARKS):
                    raise Unsupported("placeholder_in_text")
            except Unsupported as why:
                leave(item, why.reason)
                continue
            system = next((turn.content for turn in asked if turn.role == "system"), "")
            turns = [
                {"from": "User" if turn.role == "user" else "Assistant", "value": turn.content, "label": None}
                for turn in asked
                if turn.role != "system"
            ]
            for one in replies:
                label = ",".join(f"{name}:{mark}" for name, mark in one.marks.items())
                yield {
                    "system": system,
                    "mask": "User",
                    "type": "VALUE_TO_TEXT",
                    "conversations": [*turns, {"from": "Assistant", "value": one.reply, "label": label}],
                    "video": item.video,
                }
