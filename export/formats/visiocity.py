"""VISIOCITY's generated references (visiocity.github.io): the numbers of the snippets that a summary is made of."""

from __future__ import annotations

import math
from typing import Any

from ...rules.solve import rule_of
from ...schemas.uri import without_ending
from ..format import ExportItem, Format, Unsupported

OFF = 0.02
"""The share of a snippet by which a span may miss where one begins or ends."""


class Visiocity(Format):
    """VISIOCITY: video_name, snippet_size, num_snippets, budget_seconds, terms, lambdas, summary, "<i>": {}; JSON.

    ``summary`` has the numbers of snippets, from 0, and each is a key besides. The attributes ``snippet_size`` and
    ``budget_seconds`` are in seconds; ``terms`` and ``lambdas`` are lists with commas.
    """

    name = "visiocity"

    def row(self, item: ExportItem) -> Any:
        sample, params = item.sample, item.sample.params
        family = rule_of(sample.task, params)
        if family is None or family.task not in ("summary_parts", "extractive_summary"):
            raise Unsupported("no_summary")
        if not item.duration:
            raise Unsupported("no_duration")
        try:
            size, budget = float(params["snippet_size"]), float(params["budget_seconds"])
            terms, lambdas = params["terms"].split(","), [float(one) for one in params["lambdas"].split(",")]
        except (KeyError, ValueError):
            raise Unsupported("no_weights") from None
        taken: set[int] = set()
        for one in sample.evidence:
            first, last = one.start / size, min(one.end, item.duration) / size
            ends = one.end >= item.duration - OFF * size or abs(last - round(last)) <= OFF
            if abs(first - round(first)) > OFF or not ends:
                raise Unsupported("not_of_snippets")
            taken.update(range(round(first), math.ceil(last - OFF)))
        return {
            "video_name": without_ending(item.uri),
            "snippet_size": size,
            "num_snippets": math.ceil(item.duration / size - OFF),
            "budget_seconds": budget,
            "terms": [term.strip() for term in terms],
            "lambdas": lambdas,
            "summary": sorted(taken),
            **{str(n): {} for n in sorted(taken)},
        }
