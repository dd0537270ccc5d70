"""Whether the words for one event tell of several times within it: ``blinking``, ``turns around itself twice``.

A span that holds several occurrences cannot be counted as one, so nothing is counted over such spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .figures import numbers
from .lane_kinds import readable
from .lazy_pattern import lazy
from .quantities import amounts

_AGAIN = lazy(
    r"\b(?:repeated(?:ly)?|again and again|over and over|back and forth|to and fro|up and down|in and out|on and off"
    r"|each time|every time|time after time|keeps? \w+ing|kept \w+ing|alternat\w+|(?:few|many|several) times)\b",
    re.IGNORECASE,
)
_STROKES = (
    *("blink", "bounce", "chop", "clap", "cough", "dribble", "drip", "drum", "flap", "flash", "flicker", "hammer"),
    *("hiccup", "hop", "juggle", "jump", "kick", "knock", "nod", "pat", "peck", "pound", "pulse", "punch", "rap"),
    *("rock", "saw", "scrub", "shake", "skip", "slap", "sneeze", "stamp", "stomp", "sway", "swing", "tap", "thump"),
    *("tick", "twitch", "wag", "wave", "wink", "wobble"),
)
"""Verbs for one stroke. Going on with it (``blinking``) is many of them: semelfactives (Comrie, Aspect, 1976)."""


def _going_on(verb: str) -> str:
    """``bounce`` as ``bouncing``, ``clap`` as ``clapping``."""
    if verb.endswith("e"):
        return verb[:-1] + "ing"
    double = re.search(r"[^aeiou][aeiou][bdgmnpt]$", verb) is not None and verb not in ("blink", "flicker")
    return verb + (verb[-1] if double else "") + "ing"


_THIRD_PERSON = frozenset(
    (
        *("appears", "arrives", "asks", "becomes", "begins", "brings", "builds", "buys", "carries", "chooses"),
        *("cleans", "closes", "comes", "crawls", "crosses", "disappears", "does", "draws", "eats", "enters"),
        *("exits", "fetches", "fills", "fixes", "gets", "gives", "goes", "grabs", "greets", "grows", "hides"),
        *("holds", "kneels", "leans", "learns", "listens", "makes", "meets", "opens", "pours", "pulls", "pushes"),
        *("puts", "reaches", "removes", "says", "sees", "sends", "shuts", "sings", "sits", "sleeps", "speaks"),
        *("spills", "stirs", "takes", "teaches", "tells", "touches", "washes", "wears", "writes"),
    )
)
"""Verbs in the third person that are no plural nouns as well."""
_SUBJECT = (
    r"\b(?:(?:she|he|it|who|which|someone|somebody|everyone|nobody)|(?:an?|one|this|that|each|every)"
    r"(?:\s+(?!(?:of|with|for|and|in|by|makes|does|performs|takes)\b)\w+){1,3})\s+"
)
"""What stands before a verb and before no plural noun."""
_STROKING = lazy(rf"\b(?:{'|'.join(_going_on(verb) for verb in _STROKES)})\b", re.IGNORECASE)
_PLURAL = lazy(r"[^\W\d_]{2,}(?<![suiy])s", re.IGNORECASE)
_SINGULAR = lazy(r"\w*(?:ics|nis|ness|ews|series|species)$", re.IGNORECASE)


def are_verbs(labels: Iterable[str]) -> bool:
    """Whether *labels* say what is done in verbs of the third person (``enters``, ``jumps``, ``opens a door``).

    One of them that is no plural noun says it for all: one hand writes a set of labels.
    """
    return any(words[0].casefold() in _THIRD_PERSON for label in labels if (words := readable(label).split()))


def repetition(label: str, text: str = "", *, verbs: bool = False) -> str:
    """The words by which an event with *label* and *text* tells of more than one time; empty where none do.

    A number of times in either of them, a word for going to and fro, a verb of one stroke in its form in -ing, or a
    label that is a plural noun. ``jumps`` is one, unless the labels beside it are *verbs*, or *text* has it as one.
    """
    words = readable(label)
    for said in (words, text):
        for number in numbers(said):
            if number.how == "often" and number.value != 1 and not _compares(said, number.end):
                return said[number.start :].split(".")[0].strip()
        for amount in amounts(said):
            if amount.most > 1 and re.match(r"\s*(?:times|occasions)\b", said[amount.end :]):
                return said[amount.start :].split(".")[0].strip()
        if found := _AGAIN.search(said) or _STROKING.search(said):
            return found.group()
    last = words.split()[-1] if words.split() else ""
    plural = len(words.split()) <= 3 and _PLURAL.fullmatch(last) and not _SINGULAR.match(last)
    return words if plural and not verbs and not _has_verb(text, last) else ""


def _has_verb(text: str, word: str) -> bool:
    """Whether *word*, which ends in s, is the verb of a sentence of *text*: ``A dog runs to the door``."""
    return re.search(_SUBJECT + re.escape(word) + r"\b", text, re.IGNORECASE) is not None


def _compares(text: str, at: int) -> bool:
    """Whether the number before *at* compares a size: ``three times its size``, ``twice as big``."""
    return (
        re.match(r"\s*(?:times\s+)?(?:its|his|her|their|the|as|more|larger|bigger|longer|faster)\b", text[at:])
        is not None
    )
