"""VUE-TR's queries (bytedance/vidi, ``VUE-TR_ground_truth.json``): all stretches of a video that fit one."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from ...rules.solve import rule_of
from ..format import ExportItem, Format, Unsupported
from ..talk import one_question

CLASSES = ((60.0, "ultra-short"), (600.0, "short"), (1800.0, "medium"), (3600.0, "long"))
"""Seconds up to which a video is of a class of length; beyond the last one it is ``ultra-long``."""
TIMED = ("window", "long")
"""Families whose answers are stretches, by how they answer."""


class VueTr(Format):
    """VUE-TR: query_id, video_id, duration, query, gt [[start, end], …], task, its length, format and sense; JSON.

    ``query`` is what is looked for, without the question around it. ``query_format`` and ``query_modality`` are the
    attributes of these names; without them the number of words tells the format, and the sense is ``vision``.
    """

    name = "vue_tr"

    def row(self, item: ExportItem) -> Any:
        sample = one_question(item)
        family = rule_of(sample.task, sample.params)
        if family is None or family.answers not in TIMED or sample.options:
            raise Unsupported("no_retrieval")
        if len({one.text for one in sample.evidence}) > 1:
            raise Unsupported("several_queries")
        query = sample.evidence[0].text
        words = len(query.split())
        by_words = "keyword" if words < 4 else "sentence" if query.endswith(".") else "phrase"
        return {
            "query_id": sample.id,
            "video_id": PurePosixPath(item.source_uri or item.uri).stem,
            "duration": item.duration,
            "query": query,
            "gt": [[one.start, one.end] for one in sample.evidence],
            "task": "temporal_retrieval",
            "duration_category": next((name for most, name in CLASSES if item.duration < most), "ultra-long"),
            "query_format": sample.params.get("query_format", by_words),
            "query_modality": sample.params.get("query_modality", "vision"),
        }
