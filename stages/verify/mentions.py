"""Which of several spans does a text speak of, and where? By the words that tell them apart."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...rules.figures import digits
from ...rules.lane_kinds import fold
from ...rules.lazy_pattern import lazy

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


_PREPOSITIONS = frozenset(["of", "in", "on", "at", "to", "from", "by", "with", "for", "into", "onto"])
_SMALL = _PREPOSITIONS | {"a", "an", "the", "and", "or"}
_WAYS = lazy(r"\b(?:from|to) \w+")


@lru_cache(maxsize=8192)
def content(text: str) -> frozenset[str]:
    """The words of *text* that carry its meaning: folded, without endings, numbers as digits.

    With ``from left`` and ``to right`` besides, so that directions count.
    """
    folded = fold(digits(text).text)
    return frozenset({*_WAYS.findall(folded), *(stem(word) for word in folded.split() if word not in _STOP)})


_VERBS = (
    "awake awoke awoken|beat beaten|become became|begin began begun|bend bent|bind bound|bite bit bitten|"
    "bleed bled|blow blew blown|break broke broken|bring brought|build built|buy bought|catch caught|"
    "choose chose chosen|come came|creep crept|dig dug|draw drew drawn|drink drank drunk|drive drove driven|"
    "eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|fly flew flown|"
    "forget forgot forgotten|freeze froze frozen|get got gotten|give gave given|go went gone|grind ground|"
    "grow grew grown|hang hung|hear heard|hide hid hidden|hold held|keep kept|kneel knelt|know knew known|"
    "lay laid|lead led|leap leapt|leave left|lend lent|light lit|lose lost|make made|meet met|pay paid|"
    "ride rode ridden|ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|"
    "send sent|sew sewn|shake shook shaken|shine shone|shoot shot|show shown|shrink shrank shrunk|sing sang sung|"
    "sink sank sunk|sit sat|sleep slept|slide slid|speak spoke spoken|spend spent|spin spun|stand stood|"
    "steal stole stolen|stick stuck|strike struck|sweep swept|swim swam swum|swing swung|take took taken|"
    "teach taught|tear tore torn|tell told|think thought|throw threw thrown|understand understood|"
    "wake woke woken|wear wore worn|weave wove woven|win won|wind wound|write wrote written"
)
_SHORT = (
    "use uses used using|owe owes owed owing|ice ices iced icing|dye dyes dyed dyeing|"
    "tie ties tied tying|lie lies lied lying|die dies died dying|vie vies vied vying"
)
_IRREGULAR = {form: base for base, *forms in map(str.split, f"{_VERBS}|{_SHORT}".split("|")) for form in forms}


def stem(word: str) -> str:
    """*word* without a common English ending: ``crosses`` and ``crossing`` are one; ``caught`` is ``catch``."""
    word = _IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isascii():
        return word
    for ending in ("ingly", "edly", "ings", "ing", "ied", "ies", "ed", "es", "ly", "s"):
        least = 2 if ending in ("ied", "ies") else 3  # "fries" as "fry"
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            word = word.removesuffix(ending)
            if ending in ("ied", "ies"):
                return word + "y"
            if len(word) > 3 and word[-1] == word[-2] and word[-1] != "s":
                word = word[:-1]
            break
    if len(word) > 3 and word.endswith("ll"):
        word = word[:-1]
    word = word.removesuffix("e") if len(word) > 3 else word
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] != "s" else word


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


@dataclass(frozen=True, slots=True)
class SpanMention:
    """Where a text speaks of the spans with the indices *spans*, whose words are equal."""

    spans: tuple[int, ...]
    start: int
    end: int


_TOKEN = lazy(r"[^\W_]+(?:['’][^\W_]+)*")
_PARTICLES_TEXT = (
    "up down off out over through about around between along across against under near beside behind back away top "
    "side "
    "together left right open close end start begin"
)
_PARTICLES = frozenset(_PARTICLES_TEXT.split())
"""Words that stand in many phrases, and name no span where others do."""
_ANEW = frozenset(
    ("after", "before", "once", "until", "till", "prior", "following", "preceding", "preceded", "followed")
)
_LINKING = frozenset(("after", "before", "then", "once", "until", "till", "next", "first", "while", "later", "and"))


def mentions(text: str, texts: Sequence[str]) -> list[SpanMention]:
    """Where *text* speaks of each of *texts*, by words that no other of them has, in the order of *text*.

    A mention takes in the words around it that are those of its span.
    """
    bags = [content(one) for one in texts]
    groups: dict[frozenset[str], list[int]] = {}
    for n, bag in enumerate(bags):
        groups.setdefault(bag, []).append(n)
    if len(groups) < 2:
        return []
    held = Counter(word for bag in groups for word in bag)
    tokens = [(match.start(), match.end(), digits(match[0].casefold()).text) for match in _TOKEN.finditer(text)]

    def anew(last: int, n: int) -> bool:
        """Whether a clause of its own names the same thing again: ``A comes before B, and after B comes C``."""
        apart = text[tokens[last][1] : tokens[n][0]]
        return re.search(r"[,;.]", apart) is not None and any(tokens[k][2] in _ANEW for k in range(last + 1, n))

    owners: list[frozenset[str] | None] = []
    for _, _, word in tokens:
        found = content(word) if word not in _LINKING and word != "not" else frozenset()
        owners.append(
            next((bag for bag in groups if found and all(held[one] == 1 for one in found) and found <= bag), None)
        )
    runs: list[tuple[frozenset[str], int, int]] = []
    for n, owner in enumerate(owners):
        if owner is not None and runs and runs[-1][0] == owner and not anew(runs[-1][2], n):
            runs[-1] = (owner, runs[-1][1], n)
        elif owner is not None:
            runs.append((owner, n, n))
    runs = [run for run in runs if any(not tokens[n][2].isdigit() for n in range(run[1], run[2] + 1))]
    strong = {bag for bag, first, last in runs if any(_names(tokens[n][2]) for n in range(first, last + 1))}
    runs = [
        (bag, first, last)
        for bag, first, last in runs
        if bag not in strong or any(_names(tokens[n][2]) for n in range(first, last + 1))
    ]

    def extends(n: int, left: int, words: set[str]) -> bool:
        """Whether token *n* belongs to a mention of *words*; *left*: the one of the two neighbours that comes first."""
        apart = text[tokens[left][1] : tokens[left + 1][0]]
        if re.search(r"[.;:!?\n]", apart) or ("," in apart and tokens[n][2] in ("the", "a", "an")):
            return False
        if tokens[n][2] in _LINKING:  # "at the till" of a shop
            return f" {stem(tokens[left][2])} {stem(tokens[left + 1][2])} " in phrases
        return stem(tokens[n][2]) in words

    found_mentions = []
    for k, (bag, first, last) in enumerate(runs):
        low = runs[k - 1][2] + 1 if k else 0
        high = runs[k + 1][1] if k + 1 < len(runs) else len(tokens)
        phrases = " | ".join(f" {' '.join(map(stem, fold(digits(texts[n]).text).split()))} " for n in groups[bag])
        words = {stem(word) for n in groups[bag] for word in fold(digits(texts[n]).text).split()} | {"the", "a", "an"}
        while first > low and extends(first - 1, first - 1, words - _PREPOSITIONS):
            first -= 1
        while last + 1 < high and extends(last + 1, last, words):
            last += 1
        while tokens[last][2] in ("the", "a", "an") and last > runs[k][2]:
            last -= 1
        found_mentions.append(SpanMention(tuple(groups[bag]), tokens[first][0], tokens[last][1]))
    return found_mentions


_HEDGING = lazy(r"\b(?:over|under|above|below|around|about|beyond|off|up to|up)\b", re.IGNORECASE)


def without_particles(text: str, texts: Sequence[str]) -> str:
    """*text* with spaces for words that seem to bound a number and are those of *texts*: ``rolls over 2 times``."""
    masked = mask_cited(text, texts)
    return _HEDGING.sub(lambda match: " " * len(match[0]) if masked[match.start()] == MASK else match[0], text)


def _names(word: str) -> bool:
    """Whether *word* tells things apart by itself, as particles and numbers do not: ``of the two``."""
    return word not in _PARTICLES and not word.isdigit()


MASK = "\ue000"
"""Stands for letters of words that are not to be read; no pattern for words or spaces matches it."""


def mask_cited(text: str, texts: Sequence[str]) -> str:
    """*text* with runs of two words or more that stand so in one of *texts* replaced by ``MASK``, letter by letter.

    Runs of nothing but small words (``in the``) stay.
    """
    from difflib import SequenceMatcher

    tokens = list(_TOKEN.finditer(text))
    words = [stem(token[0].casefold()) for token in tokens]
    masked = text
    for one in dict.fromkeys(texts):
        given = [stem(word.casefold()) for word in _TOKEN.findall(one)]
        for run in SequenceMatcher(None, words, given, autojunk=False).get_matching_blocks():
            if run.size > 1 and any(words[n] not in _STOP for n in range(run.a, run.a + run.size)):
                kept = [n for n in range(run.a, run.a + run.size) if words[n] not in _SMALL]
                if not kept:
                    continue
                start, end = tokens[kept[0]].start(), tokens[kept[-1]].end()
                masked = masked[:start] + MASK * (end - start) + masked[end:]
    return masked
