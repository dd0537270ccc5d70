"""Speech in whole sentences, and whether each stands by itself, for questions about the order of what is said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ....schemas import Span
from ...speech.sentences import CLOSERS, Line, Word, ends_sentence, spread, to_sentences

PAUSE = 2.0
"""Seconds of silence after which another sentence begins, whatever the marks say."""
MOST_WORDS = 60
"""The most words of a sentence. What is longer is cut, and so not whole."""
PUNCTUATED = 0.25
"""The least share of a lane's spans with a mark that ends a sentence, in a transcript with punctuation."""
_CONNECTIVES = (
    "and but or nor so yet because since although though while whereas which who whom whose that where when if unless "
    "until then than as also too either neither therefore thus hence however instead otherwise meanwhile afterwards "
    "finally next besides moreover furthermore still again plus except including especially"
)
_GOES_ON = frozenset(_CONNECTIVES.split())
"""Words with which a sentence goes on with the one before it."""
_FUNCTION_WORDS = (
    "a an the and but or nor so of to in on at by for from with into onto over under as than that which who is are was "
    "were be been am my your his her its our their this these those if because while when where very not no"
)
_LEAVES_OPEN = frozenset(_FUNCTION_WORDS.split())
"""Words with which nothing ends."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence, or a span of a transcript without punctuation. Times in seconds."""

    start: float
    end: float
    text: str
    opens: bool
    """Whether it does not go on with what stands before it."""
    closes: bool
    """Whether what stands after it does not go on with it."""


def phrases(spans: Sequence[Span], words: Sequence[Span]) -> list[Phrase]:
    """What is said in *spans*, in time order, in whole sentences; timed by the single *words* where there are any.

    A sentence may run over several spans, as in subtitles. Where (nearly) no span has a mark that ends a sentence, each
    is taken as it is.
    """
    lines = [line for line in (_line(span, words) for span in sorted(spans, key=lambda one: one.start)) if line.words]
    marked = sum(any(ends_sentence(word.text) for word in line.words) for line in lines)
    punctuated = bool(lines) and marked >= PUNCTUATED * len(lines)
    whole = to_sentences(lines, PAUSE, MOST_WORDS) if punctuated else lines
    return [_phrase(line, punctuated) for line in whole]


def bare(text: str) -> str:
    """*text* without the capital of its first word and the marks at its end; names in capitals and ``I`` stay."""
    text = text.strip().rstrip(".!?…,;:。！？-–— " + CLOSERS)
    first = re.match(r"[^\W\d_]+", text)
    if first is None or first[0] == "I" or (len(first[0]) > 1 and not first[0][1:].islower()):
        return text
    return text[0].lower() + text[1:]


def _line(span: Span, words: Sequence[Span]) -> Line:
    if not words:
        return Line(spread(f" {span.text or ''}".rstrip(), span.start, span.end))
    own = [word for word in words if word.text and span.start <= (word.start + word.end) / 2 < span.end]
    return Line([Word(" " + (word.text or ""), word.start, word.end) for word in own])


def _phrase(line: Line, punctuated: bool) -> Phrase:
    text = line.text
    found = re.findall(r"[^\W\d_]+", text)
    first, last = (found[0], found[-1]) if found else ("", "")
    opens = (
        bool(found) and first.casefold() not in _GOES_ON and not (punctuated and text.lstrip("\"'“‘«([")[:1].islower())
    )
    closes = ends_sentence(line.words[-1].text) if punctuated else last.casefold() not in _LEAVES_OPEN
    first_at = min(word.start for word in line.words)  # where two talk at once, the words are not in time order
    return Phrase(round(first_at, 3), round(line.end, 3), text, opens, closes)
