"""From words to sentences, and from sentences to blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

CLOSERS = "\"'”’»)]}」』）"
_ENDS = re.compile(rf"[.!?…。！？]+[{re.escape(CLOSERS)}]*$")
_CLOSED = re.compile(rf"[{re.escape(CLOSERS)}]+$")
_TOKEN = re.compile(rf"\s*[^\s。！？]*[。！？]+[{re.escape(CLOSERS)}]*|\s*[^\s。！？]+")
_SHORT = "mr mrs ms dr prof st sr jr vs etc e.g i.e no vol fig approx dept inc ltd co gen col capt sgt rev hon a.m p.m"
SHORT = frozenset(_SHORT.split())
"""Words whose full stop ends no sentence (unless nothing follows)."""


@dataclass(slots=True)
class Word:
    """A word with the space before it, as it is said from *start* to *end* (seconds)."""

    text: str
    start: float
    end: float
    score: float | None = None
    """Its probability, where it was heard by a model."""


@dataclass(slots=True)
class Line:
    """Words that belong together: a subtitle, a segment, a sentence."""

    words: list[Word]
    values: dict[str, float] = field(default_factory=dict)

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return max(word.end for word in self.words)

    @property
    def text(self) -> str:
        return " ".join("".join(word.text for word in self.words).split())


def spread(text: str, start: float, end: float) -> list[Word]:
    """The words of *text*, each with a share of the time that goes by its length."""
    tokens = _TOKEN.findall(text)
    lengths = [len(token.strip()) for token in tokens]
    total, at, words = max(sum(lengths), 1), 0, []
    for token, length in zip(tokens, lengths, strict=True):
        low, high = (start + (end - start) * share / total for share in (at, at + length))
        words.append(Word(token, low, high))
        at += length
    return words


def ends_sentence(word: str, following: str = "") -> bool:
    """Whether a sentence ends with *word*, given the word that follows it."""
    word = word.strip()
    match = _ENDS.search(word)
    if not match:
        return False
    stop, stem = match.group(), word[: match.start()].lstrip("\"'“‘«([{")
    if not following.strip():
        return True
    if stop[-1] in CLOSERS and following.strip()[0].islower():  # "Is it good?" he asks.
        return False
    if stop[0] != ".":
        return True
    if stem.lower() in SHORT or (len(stem) == 1 and stem.isupper()) or re.fullmatch(r"(\w\.)+\w", stem):
        return False
    return stop.startswith("..") or not following.strip()[0].islower()


def to_sentences(lines: Iterable[Line], pause: float, most_words: int) -> list[Line]:
    """The words of *lines* as sentences: cut after an end of sentence, at a silence of *pause* seconds, and before a
    sentence has more than *most_words* words. Values are those of the line that a sentence starts in."""
    sentences: list[Line] = []
    open_line: Line | None = None
    for line, word, following in _walk(lines):
        if open_line is None or word.start - open_line.end >= pause or len(open_line.words) >= most_words:
            open_line = Line([], dict(line.values))
            sentences.append(open_line)
        open_line.words.append(word)
        if ends_sentence(word.text, following):
            open_line = None
    return sentences


def blocks(lines: Sequence[Line], most_words: int) -> list[list[Line]]:
    """Sentences in order, in blocks of at most *most_words* words; a longer sentence is a block by itself."""
    groups: list[list[Line]] = []
    held = 0
    for line in lines:
        size = len(line.words)
        if not groups or held + size > most_words:
            groups.append([])
            held = 0
        groups[-1].append(line)
        held += size
    return groups


def split_text(text: str) -> list[str]:
    """The sentences of a written *text*."""
    words = [Word(token, 0, 0) for token in _TOKEN.findall(text)]
    lines = to_sentences([Line(words)] if words else [], float("inf"), 1 << 30)
    return [line.text for line in lines if line.text]


def _walk(lines: Iterable[Line]) -> Iterator[tuple[Line, Word, str]]:
    """Every word with its line and the text of the word after it."""
    held: tuple[Line, Word] | None = None
    for line in lines:
        for word in line.words:
            if held is not None:
                yield *held, word.text
            held = line, word
    if held is not None:
        yield *held, ""
