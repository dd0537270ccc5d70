"""Preferences between two videos by aspects (UVE-Bench: annotations/annotations.json)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...rules.pair_verdicts import TIE
from ..format import ExportItem, Format
from ..judged_clips import judged_clips
from ..row_text import json_object


class UVE(Format):
    """UVE-Bench: by id, video_a, video_b, prompt, preference, aspect, subaspects, dataset; a JSON object.

    ``preference`` is "A is better", "B is better", or the word of the tie, as "same good"; ``subaspects`` are the
    aspect and those of its points on which the verdict is the same. ``dataset`` is the attribute of
    this name in the parameters.
    """

    name = "uve"
    holds_media = True

    def encode(self, rows: Iterable[Any]) -> Iterator[str]:
        return json_object(rows)

    def row(self, item: ExportItem) -> Any:
        found = judged_clips(item)
        winner = found.pair.winner
        word = found.word(found.criterion) or TIE
        return item.sample.id, {
            "video_a": found.files[0],
            "video_b": found.files[1],
            "prompt": found.pair.prompt or None,
            "preference": word.replace("_", " ") if winner == TIE else f"{winner.upper()} is better",
            "aspect": found.criterion,
            "subaspects": [found.criterion, *(name for name, said in found.points().items() if said == winner)],
            "dataset": item.sample.params.get("dataset", ""),
        }
