"""VERIFIED's rows (hlchen23/VERIFIED): a moment with its coarse and its fine sentence, and how well that fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...rules.solve import rule_of
from ..format import ExportItem, Format, Unsupported
from ..row_text import json_lines
from ..talk import one_question


class Verified(Format):
    """VERIFIED: video, time [start, end], desc_id, duration, cog_desc, fig_desc, fig_desc_score; a JSON object a line.

    ``fig_desc`` is what the moment is asked for by; ``cog_desc`` and ``fig_desc_score`` are the attributes of these
    names, or empty and null.
    """

    name = "verified"
    suffix = ".jsonl"

    def encode(self, rows: Iterable[Any]) -> Iterator[str]:
        return json_lines(rows)

    def row(self, item: ExportItem) -> Any:
        sample = one_question(item)
        family = rule_of(sample.task, sample.params)
        named = sample.params.get("fig_desc") or (
            sample.evidence[0].text if family is not None and family.answers == "window" else ""
        )
        if not named or sample.options or len(sample.evidence) != 1:
            raise Unsupported("no_retrieval")
        (moment,) = sample.evidence
        score = sample.params.get("fig_desc_score")
        return {
            "video": item.video,
            "time": [moment.start, moment.end],
            "desc_id": sample.id,
            "duration": item.duration,
            "cog_desc": sample.params.get("cog_desc", ""),
            "fig_desc": named,
            "fig_desc_score": float(score) if score else None,
        }
