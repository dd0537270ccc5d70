"""Verdicts on pairs: which of two replies, or of two clips, is the better by a criterion, asked in both orders."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from ..schemas import Sample
from .lazy_pattern import lazy

JUDGED = "judged"
"""The parameter of a sample that holds its ``JudgedPair`` as JSON."""
OVERALL = "overall"
"""The criterion that is the judge's verdict on everything together."""
TIE = "tie"
POINT = "."
"""What stands between a criterion and one of its points in a name: ``alignment.object``."""
VOTES = "votes"
"""The lane of people's votes: a span for each on either of the two videos, with what ``VoteAttr`` names."""
VoteAttr = Literal["vote", "side", "criterion", "word", "prompt", "voter", "model"]
"""Which vote it is, the same on both; whether this video is its a or its b; and what the vote says."""
CRITERION = r"^[a-z][a-z0-9_]*$"
CRITERION_NAME = lazy(CRITERION)
CriterionName = Annotated[str, StringConstraints(pattern=CRITERION)]
"""The name of what replies or clips are judged on."""
Winner = Literal["a", "b", "tie"]
Order = Literal["ab", "ba"]
Disagree = Literal["tie", "drop"]


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What a judge said of *a* and *b* in one order."""

    criterion: str
    order: Order
    """Which was shown first: ``ba``: b."""
    verdict: Winner
    """By name, and not by the place in which it was shown."""
    word: str = ""
    """For a tie, its word: ``same_good``."""
    marks: tuple[int, int] | None = None
    """The marks of a and b, where they were marked."""


@dataclass(slots=True)
class JudgedPair:
    """All verdicts on one pair, and what comes out of them."""

    a: str
    """Who competes: a teacher, a source of replies, a video."""
    b: str
    winner: str = ""
    """``a``, ``b``, ``tie``, or empty where the orders disagree and such a verdict is dropped."""
    settled: dict[str, str] = field(default_factory=dict)
    """The same for each criterion."""
    words: dict[str, str] = field(default_factory=dict)
    """The word of each criterion that is a tie."""
    verdicts: list[PairVerdict] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    """What decided, by the order; its first is the one that came first in that order."""
    replies: list[str] = field(default_factory=list)
    """Those of a and b, where replies were judged."""
    videos: list[str] = field(default_factory=list)
    """The uris of the videos of a and b, where clips were judged that have videos of their own."""
    prompt: str = ""
    """The text that both clips were held against."""

    def text(self) -> str:
        """As JSON, without what is empty."""
        kept = {key: value for key, value in asdict(self).items() if value or key in ("a", "b", "winner")}
        kept["verdicts"] = [{key: one for key, one in row.items() if one} for row in kept.get("verdicts", ())]
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def judged_pair(sample: Sample) -> JudgedPair | None:
    """The verdicts on *sample*; None: nobody judged it."""
    text = sample.params.get(JUDGED, "")
    return pair_of(text) if text else None


def pair_of(text: str) -> JudgedPair:
    """The verdicts that ``JudgedPair.text`` wrote."""
    known = json.loads(text)
    rows = [
        PairVerdict(**{**row, "marks": tuple(row["marks"]) if row.get("marks") else None})
        for row in known.pop("verdicts", ())
    ]
    return JudgedPair(**known, verdicts=rows)


def verdict_rows(item: str, pair: JudgedPair) -> list[dict[str, Any]]:
    """The verdicts on *pair* as rows for an arena: item, a, b, verdict, order, criterion."""
    return [
        {"item": item, "a": pair.a, "b": pair.b, "verdict": one.verdict, "order": one.order, "criterion": one.criterion}
        for one in pair.verdicts
    ]


def settle(verdicts: Iterable[PairVerdict], disagree: Disagree) -> str:
    """What *verdicts* on one criterion come to, in any number of orders: ``a``, ``b`` or ``tie`` where all say so.

    Where they differ, also where one of them is a tie: ``tie``, or empty to *drop* it.
    """
    said = {one.verdict for one in verdicts}
    if len(said) == 1:
        return said.pop()
    return TIE if disagree == "tie" and said else ""


def majority(verdicts: Sequence[PairVerdict], more_than: float) -> tuple[str, float]:
    """What more than this share of *verdicts* on one criterion say, or empty; and the greatest share of them."""
    (said, count), *_ = Counter(one.verdict for one in verdicts).most_common()
    share = count / len(verdicts)
    return (said if share > more_than else ""), share


def tie_word(verdicts: Sequence[PairVerdict], ties: Sequence[str]) -> str:
    """The word of a tie that *verdicts* came to: the one that they agree on; empty where none of *ties* is sure."""
    words = {one.word for one in verdicts if one.word}
    if len(words) == 1:
        return words.pop()
    return ties[0] if len(ties) == 1 else ""


def most(settled: Mapping[str, str]) -> str:
    """Who is the better by more of the criteria, points left out; ``tie`` where they are as many; empty where there are
    none that were not dropped."""
    said = [verdict for criterion, verdict in settled.items() if POINT not in criterion]
    if not any(said):
        return ""
    wins = said.count("a"), said.count("b")
    return TIE if wins[0] == wins[1] else "ab"[wins[1] > wins[0]]
