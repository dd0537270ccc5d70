"""Battles of two models on questions of personas (VideoAutoArena: src/get_score.py; VideoAutoBench: its data)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...rules.pair_verdicts import judged_pair
from ..format import ExportItem, Format, Unsupported
from ..row_text import json_object
from ..talk import pair, whole_video

WON = {"a": "A", "b": "B", "tie": "Tie"}


class VideoAutoArena(Format):
    """VideoAutoArena: video_id, qid, persona, question, model a and b, the answer of each, Overall Judge; JSON.

    ``Overall Judge`` is A, B or Tie. ``verdicts`` has every criterion and both orders.
    """

    name = "video_auto_arena"

    def row(self, item: ExportItem) -> Any:
        sample = whole_video(item).sample
        judged = judged_pair(sample)
        if judged is None or len(judged.replies) != 2:
            raise Unsupported("no_judged_replies")
        return {
            "video_id": item.video_id,
            "video": item.video,
            "qid": sample.id,
            "persona": sample.params.get("persona", ""),
            "question": sample.question,
            "model a": judged.a,
            "model b": judged.b,
            "model a answer": judged.replies[0],
            "model b answer": judged.replies[1],
            "Overall Judge": WON[judged.winner],
        }


class VideoAutoBench(Format):
    """VideoAutoBench: by qid, video_id, persona, question, selected answer, rejected answer; a JSON object.

    What has no winner is left out.
    """

    name = "video_auto_bench"

    def encode(self, rows: Iterable[Any]) -> Iterator[str]:
        return json_object(rows)

    def row(self, item: ExportItem) -> Any:
        asked, chosen, rejected = pair(whole_video(item))
        return item.sample.id, {
            "video_id": item.video_id,
            "video": item.video,
            "persona": item.sample.params.get("persona", ""),
            "question": asked[-1].content,
            "selected answer": chosen,
            "rejected answer": rejected,
        }
