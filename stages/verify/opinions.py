"""What several people said of one item, and what they agree on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...rules.reviews import COMMENT, OF_SAMPLE, OF_SPAN, VERDICTS
from ...schemas import Span

Rule = Literal["majority", "all"]


@dataclass(frozen=True, slots=True)
class Agreed:
    """What people agree on about one item."""

    verdict: Literal["right", "wrong", "unsure", "disagreed"]
    share: float
    """The share of the people who gave the most frequent verdict, 0..1."""
    changes: dict[str, str]
    """How texts should be, by name."""
    told: str
    """Who said what, for people."""


def agree(opinions: Sequence[Span], rule: Rule) -> Agreed:
    """What *opinions*, spans of the lane ``reviews`` about one item, agree on by *rule*.

    A verdict stands when more than half of the people gave it (``majority``), or all of them. A correction stands by
    the same rule among those who share the verdict: for ``right`` all of them count, for ``wrong`` those who wrote one.
    """
    votes = Counter(one.label for one in opinions)
    top, count = max(votes.items(), key=lambda vote: (vote[1], vote[0] or ""))
    told = ", ".join(f"{votes[verdict]} {verdict}" for verdict in VERDICTS if votes[verdict])
    if names := ", ".join(sorted({one.attrs["by"] for one in opinions if one.attrs.get("by")})):
        told += f" ({names})"
    comments = [one.attrs[COMMENT] for one in opinions if one.attrs.get(COMMENT)]
    share = round(count / len(opinions), 3)
    if not _stands(count, len(opinions), rule):
        return Agreed("disagreed", share, {}, "; ".join([told, *comments]))
    changes = {}
    if top in ("right", "wrong"):
        same = [one for one in opinions if one.label == top]
        for name in (*OF_SAMPLE, *OF_SPAN):
            written = [one.attrs.get(name) for one in same if top == "right" or name in one.attrs]
            if not any(written):
                continue
            text, times = Counter(written).most_common(1)[0]
            if not _stands(times, len(written), rule):
                told += f"; they disagree on the {name}"
            elif text is not None:
                changes[name] = text
    verdict: Literal["right", "wrong", "unsure"] = (
        "right" if top == "right" else "wrong" if top == "wrong" else "unsure"
    )
    return Agreed(verdict, share, changes, "; ".join([told, *comments]))


def _stands(count: int, of: int, rule: Rule) -> bool:
    return count == of if rule == "all" else count * 2 > of
