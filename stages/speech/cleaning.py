"""Cleaning what was heard or written down: sound notes, fillers, and loops that a model fell into."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .sentences import CLOSERS, Line, Word

FILLERS = ("um", "umm", "uh", "uhh", "uhm", "erm", "hm", "hmm", "mm", "mhm")
LOOP = 4
"""A phrase that is said this many times in a row is a loop, not speech."""
LONGEST = 12
"""The most words of a phrase that may be a loop."""
_NOTE = re.compile(
    r"\[[^\[\]]{1,60}\]|\((?=[^()]*[a-z])[^()]{1,60}\)|[♪♫♬]+|(?:^|(?<=\s))>>+|\*[^\W\d][^*]{0,38}[^\W\d]\*"
)
_LETTERS = re.compile(r"[\W_]+")


def fold_word(text: str) -> str:
    """The letters and digits of *text* in lower case, for comparison."""
    return _LETTERS.sub("", text.lower())


def without_notes(words: Sequence[Word]) -> list[Word]:
    """*words* without what stands for sounds and speakers: [music], (applause), ♪, >>, *sighs*."""
    text = "".join(word.text for word in words)
    gone = [False] * len(text)
    for note in _NOTE.finditer(text):
        gone[note.start() : note.end()] = [True] * (note.end() - note.start())
    if not any(gone):
        return list(words)
    kept, at = [], 0
    for word in words:
        left = "".join(char for char, out in zip(word.text, gone[at:], strict=False) if not out)
        at += len(word.text)
        if left.strip():
            kept.append(Word(left, word.start, word.end, word.score))
    return kept


def without_fillers(words: Sequence[Word], fillers: frozenset[str]) -> list[Word]:
    """*words* without *fillers*; the end of a sentence that stood after one moves to the word before it."""
    kept: list[Word] = []
    for word in words:
        if fold_word(word.text) not in fillers:
            kept.append(word)
            continue
        stop = re.search(rf"[.!?…]+[{re.escape(CLOSERS)}]*$", word.text)
        if stop and kept and not re.search(r"[.!?…]\W*$", kept[-1].text):
            last = kept[-1]
            kept[-1] = Word(last.text.rstrip(",;:-–— ") + stop.group(), last.start, last.end, last.score)
    if kept and words and kept[0] is not words[0] and words[0].text.strip()[:1].isupper():
        first = kept[0]
        text = re.sub(r"[^\W\d_]", lambda letter: letter.group().upper(), first.text, count=1)
        kept[0] = Word(text, first.start, first.end, first.score)
    return kept


def without_loops(words: Sequence[Word]) -> tuple[list[Word], int]:
    """*words* with each phrase that is said ``LOOP`` times or more in a row said once, and the most times found."""
    keys = [fold_word(word.text) for word in words]
    kept: list[Word] = []
    at, most = 0, 0
    while at < len(words):
        size, times = _loop(keys, at)
        if times >= LOOP:
            kept += words[at : at + size - 1]
            last, end = words[at + size - 1], words[at + size * times - 1]
            kept.append(Word(end.text if size == 1 and at else last.text, last.start, last.end, last.score))
            at += size * times
            most = max(most, times)
        else:
            kept.append(words[at])
            at += 1
    return kept, most


def _loop(keys: Sequence[str], at: int) -> tuple[int, int]:
    """The shortest phrase at *at* that is said at least ``LOOP`` times in a row: its words, how often; or 1, 1."""
    for size in range(1, min(LONGEST, (len(keys) - at) // LOOP) + 1):
        phrase, times = list(keys[at : at + size]), 1
        if not any(phrase):
            continue
        while list(keys[at + times * size : at + (times + 1) * size]) == phrase:
            times += 1
        if times >= LOOP:
            return size, times
    return 1, 1


def repeats(lines: Sequence[Line], most: int) -> list[int]:
    """For each line: how many lines of the same words it continues if these are more than *most*, else 0.

    A line is counted against the line before it; the first *most* of a run are kept.
    """
    counts: list[int] = []
    run, last = 0, ""
    for line in lines:
        key = fold_word(line.text)
        run = run + 1 if key and key == last else 1
        last = key
        counts.append(run if run > most else 0)
    return counts
