"""The verdicts of a judge of pairs as rows, from which ranks and win rates are worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...rules.pair_verdicts import judged_pair, verdict_rows
from ..format import ExportItem, JsonLines, Omit


class Verdicts(JsonLines):
    """Verdicts on pairs (judge_pairs): item, a, b, verdict (a, b, tie), order, criterion; a line for each; JSON lines.

    ``order`` says which of the two the judge was shown first: ``ba``: b. Two lines of one item and criterion that
    differ are one comparison.
    """

    name = "verdicts"
    words = False
    text_only = True
    holds_media = True

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        for item in items:
            if (pair := judged_pair(item.sample)) is None:
                leave(item, "not_judged")
            elif pair.a == pair.b:
                leave(item, "compared_with_itself")
            else:
                yield from verdict_rows(item.sample.id, pair)
