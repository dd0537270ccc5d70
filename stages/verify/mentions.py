"""Which of several spans does a clause speak of? By the words that tell them apart."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from ...rules.figures import WORDS
from ...rules.lane_kinds import fold

CLEAR = 1.4
"""The best span's score over the next one's, from which the choice is clear."""
_STOP = frozenset(
    (
        *("time", "times"),
        *("a", "an", "the", "and", "or", "of", "in", "on", "at", "to", "from", "by", "with", "for", "is"),
        *("are", "was", "were", "be", "been", "being", "it", "its", "he", "she", "they", "his", "her", "their"),
        *("this", "that", "these", "those", "there", "then", "first", "next", "last", "finally", "after"),
        *("before", "while", "when", "as", "into", "onto", "again", "also", "one", "who", "which", "what"),
        *("where", "does", "do", "did", "has", "have", "had", "video", "clip", "shot", "scene", "picture"),
        *("screen", "event", "can", "see", "seen", "shows", "show", "shown", "happens", "happen", "come"),
        *("comes", "right", "just"),
    )
)


_WAYS = re.compile(r"\b(?:from|to) \w+")


@lru_cache(maxsize=8192)
def content(text: str) -> frozenset[str]:
    """The words of *text* that carry its meaning: folded, without endings, numbers as digits.

    With ``from left`` and ``to right`` besides, so that directions count.
    """
    found = set(_WAYS.findall(fold(text)))
    for word in fold(text).split():
        if word in WORDS:
            found.add(str(WORDS[word]))
        elif word not in _STOP:
            found.add(stem(word))
    return frozenset(found)


def stem(word: str) -> str:
    """*word* without a common English ending: ``crosses``, ``crossed`` and ``crossing`` are one."""
    if len(word) <= 3 or not word.isascii():
        return word
    for ending in ("ingly", "edly", "ings", "ing", "ied", "ies", "ed", "es", "ly", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending)
            if ending in ("ied", "ies"):
                return word + "y"
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
                word = word[:-1]
            break
    return word.removesuffix("e") if len(word) > 3 else word


def pick(clause: str, texts: Sequence[str]) -> list[int]:
    """The indices of the *texts* that *clause* speaks of: one, or those with equal words; none when unclear.

    A word weighs the more the fewer of the texts hold it; one that all hold weighs nothing.
    """
    bags = [content(text) for text in texts]
    held = Counter(word for bag in {tuple(sorted(bag)) for bag in bags} for word in bag)
    different = len({tuple(sorted(bag)) for bag in bags})
    words = content(clause)
    if different < 2:
        return []
    scores = [sum(math.log(different / held[word]) for word in words & bag) for bag in bags]
    best = max(scores)
    if best <= 0:
        return []
    winners = [n for n, score in enumerate(scores) if score > best - 1e-9]
    if len({tuple(sorted(bags[n])) for n in winners}) > 1:
        return []
    next_best = max((score for n, score in enumerate(scores) if n not in winners), default=0.0)
    return winners if best >= CLEAR * next_best else []


_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_FOLLOWS = re.compile(
    r",?\s*(?:\b(?:and|but)\s+)?\b(?:then|next|afterwards?|subsequently|after that|after this|later|finally|lastly|in"
    r" the end|at last|followed by|(?:is|are) followed by|before|second(?=,)|third(?=,)|fourth(?=,))\b,?\s*",
    re.IGNORECASE,
)
_BACK = re.compile(
    r",?\s*\b(?:(?:right|just|immediately|shortly|directly|only|soon|and) )?"
    r"(?:after(?! that| this|wards?)|(?:is |are )?preceded by|once(?= the| a))\s+",
    re.I,
)
_OPENS_AFTER = re.compile(r"^(?:(?:right|just|immediately|shortly|directly|soon) )?(?:after|following|once)\s+", re.I)
_OPENS_BEFORE = re.compile(r"^(?:(?:right|just|immediately|shortly|directly) )?(?:before|prior to|ahead of)\s+", re.I)
_OPENS_NEXT = re.compile(
    r"^(?:and )?(?:then|next|afterwards?|subsequently|after that|after this|later|finally|lastly|last|in the end"
    r"|at last|second|third|fourth)\b,?\s*",
    re.IGNORECASE,
)
_OPENS_FIRST = re.compile(r"^(?:at |the )?(?:first(?:ly)?|to begin with|in the beginning|initially)\b,?\s*", re.I)


def orders_of(text: str) -> list[list[str]]:
    """The orders that *text* tells, each a list of clauses from the earliest to the latest.

    ``First A, then B. Finally, C.`` is [A, B, C]; ``A, right after B.`` is [B, A]; ``After A, B.`` is [A, B].
    """
    orders: list[list[str]] = []
    for sentence in _SENTENCE.split(text):
        clauses, goes_on = _clauses(sentence.strip())
        if goes_on and orders:
            orders[-1] += clauses
        elif clauses:
            orders.append(clauses)
    return [order for order in orders if len(order) > 1]


def _clauses(sentence: str) -> tuple[list[str], bool]:
    """The clauses of one sentence in the order told, and whether they go on from the sentence before."""
    for pattern, turned in ((_OPENS_AFTER, False), (_OPENS_BEFORE, True)):
        opening = pattern.match(sentence)
        if opening and not _OPENS_NEXT.match(sentence):
            inner, comma, rest = sentence[opening.end() :].partition(",")
            if not comma:
                return [], False
            pair = [*_straight(rest), inner] if turned else [inner, *_straight(rest)]
            return pair, False
    following = _OPENS_NEXT.match(sentence)
    if following:
        return _straight(sentence[following.end() :]), True
    first = _OPENS_FIRST.match(sentence)
    return _straight(sentence[first.end() :] if first else sentence), False


def _straight(sentence: str) -> list[str]:
    """``A, then B, then C`` and ``A before B`` as [A, B, …]; ``A after B`` as [B, A]."""
    back = [part for part in _BACK.split(sentence) if part]
    if len(back) == 2:
        return [*_split(back[1]), *_split(back[0])]
    return _split(sentence)


def _split(text: str) -> list[str]:
    return [part.strip(" ,.") for part in _FOLLOWS.split(text) if part.strip(" ,.")]
