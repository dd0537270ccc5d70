"""Words that grammar is tried with: the benchmark's part ``ninth``, by a hand that had not read the rules.

It was read since; parts that are held out are not for tests.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st

FOLDER = Path(__file__).parents[2] / "benchmarks"
PART = "ninth"


@cache
def author() -> Any:
    """Who fills the templates of the part."""
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))  # a script finds what lies beside it
    return importlib.import_module("phrasing_author").Author(PART, Random(0))


def lists(name: str) -> Any:
    """One of the part's lists."""
    return author().words[name]


def in_words(number: int, joint: str = " and ") -> str:
    """``2150`` as ``two thousand one hundred and fifty``."""
    author()
    return str(importlib.import_module("phrasing_event").in_words(number, joint))


@st.composite
def filled(draw: st.DrawFn, name: str) -> tuple[str, str]:
    """A template of the list *name* with an event in it, and the event as it stands on its lane."""
    event = importlib.import_module("phrasing_event").Event(draw(st.sampled_from(_events())))
    fields = event.fields(Random(draw(st.integers(0, 99))))
    return str(event.fill(draw(st.sampled_from(lists(name))), fields)), str(event.text)


@st.composite
def ordered(draw: st.DrawFn, name: str, count: int) -> tuple[str, list[tuple[int, int]], list[int]]:
    """A template of the list *name* with so many events in it, where each stands in it, from left to right, and which
    of these places is told to be the first, the second …"""
    chosen = draw(st.permutations(_events()).map(lambda events: events[:count]))
    rng, made = Random(draw(st.integers(0, 99))), importlib.import_module("phrasing_event").Event
    fields = {}
    for letter, given, mark in zip("xyzu", chosen, "\ue001\ue002\ue003\ue004", strict=False):
        for key, text in ((letter, made(given).clause(rng)), (f"n{letter}", made(given).noun(rng))):
            for cased, words in ((key, text), (key[:1].upper() + key[1:], text[:1].upper() + text[1:])):
                fields[cased] = f"{mark}{words}{mark}"
    text, told, places = "", [], []
    open_at: dict[str, int] = {}
    for letter in draw(st.sampled_from(lists(name))).format(**fields):
        if letter < "\ue001" or letter > "\ue004":
            text += letter
        elif letter in open_at:
            told.append(ord(letter) - ord("\ue001"))
            places.append((open_at.pop(letter), len(text)))
        else:
            open_at[letter] = len(text)
    return text, places, told


@cache
def _events() -> list[str]:
    return [event for video in lists("videos") for event in video]
