"""Whether the words for one event tell of several times within it: ``blinking``, ``turns around itself twice``.

A span that holds several occurrences cannot be counted as one, so nothing is counted over such spans.
"""

from __future__ import annotations

import re

from .figures import numbers
from .lane_kinds import readable
from .quantities import amounts

_AGAIN = re.compile(
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


_STROKING = re.compile(rf"\b(?:{'|'.join(_going_on(verb) for verb in _STROKES)})\b", re.IGNORECASE)
_PLURAL = re.compile(r"[^\W\d_]{2,}(?<![suiy])s", re.IGNORECASE)
_SINGULAR = re.compile(r"\w*(?:ics|nis|ness|ews|series|species)$", re.IGNORECASE)


def repetition(label: str, text: str = "") -> str:
    """The words by which an event with *label* and *text* tells of more than one time; empty where none do.

    A number of times in either of them, a word for going to and fro, a verb of one stroke in its form in -ing, or a
    label that is a plural noun.
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
    if len(words.split()) <= 3 and _PLURAL.fullmatch(last) and not _SINGULAR.match(last):
        return words
    return ""


def _compares(text: str, at: int) -> bool:
    """Whether the number before *at* compares a size: ``three times its size``, ``twice as big``."""
    return (
        re.match(r"\s*(?:times\s+)?(?:its|his|her|their|the|as|more|larger|bigger|longer|faster)\b", text[at:])
        is not None
    )
