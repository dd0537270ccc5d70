"""How an object with boxes is named in a question, so that no other one can be meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ....rules.lane_kinds import fold, readable
from ....rules.language_words import IN_ENGLISH, Language
from ....schemas import Span

GAP = "___"
_ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
"""Chinese and Japanese, whose words have no space between them."""
_OWN = re.compile(r"^(?:the|my|your|his|her|its|our|their|this|that|one|two|three|[A-Z])", re.ASCII)


@dataclass(frozen=True, slots=True)
class ObjectNames:
    """The objects of one lane."""

    spans: Sequence[Span]
    language: Language = IN_ENGLISH

    def at(self, span: Span, start: float, end: float) -> str | None:
        """What *span* is called where it is to be seen from *start* to *end* (seconds); None: others are called so."""
        rivals = [one for one in self.spans if one is not span and one.start <= end and one.end >= start]
        return self._name(span, rivals)

    def whole(self, span: Span) -> str | None:
        """What *span* is called in the whole video, with what happens where that is known; None: others are too."""
        rivals = [one for one in self.spans if one is not span]
        if span.label and span.text and not any(_alike(one, span) for one in rivals):
            return self._both(span)
        return self._name(span, rivals)

    def event(self, span: Span) -> str | None:
        """What happens to *span*, in quotation marks; None: nothing is told of it, or the same of several stretches."""
        if not span.text or any(
            fold(one.text or "") == fold(span.text) and (one.start, one.end) != (span.start, span.end)
            for one in self.spans
        ):
            return None
        return self._quoted(span.text)

    def called(self, label: str) -> str:
        """A label as a noun with its article, ``the dog``, ``Ann``; in other languages in quotation marks."""
        name = readable(label)
        if not self.language.english:
            return self._quoted(name)
        return name if _OWN.match(name) else "the " + _ARTICLE.sub("", name)

    def _name(self, span: Span, rivals: Sequence[Span]) -> str | None:
        if span.label and not any(_key(one) == _key(span) for one in rivals):
            return self.called(span.label)
        if span.label and span.text and not any(_alike(one, span) for one in rivals):
            return self._both(span)
        if span.text and not span.label and not any(fold(one.text or "") == fold(span.text) for one in rivals):
            return self._quoted(span.text)
        return None

    def _both(self, span: Span) -> str:
        return f"{self.called(span.label or '')} ({self._quoted(span.text or '')})"

    def _quoted(self, text: str) -> str:
        before, after = self.language.answers.quotes
        return f"{before}{_plain(text)}{after}"


def gapped(span: Span) -> str | None:
    """The text of *span* with a gap in the place of its name; None: it does not hold that once."""
    name = _ARTICLE.sub("", readable(span.label or ""))
    if not name or not span.text:
        return None
    edge = "" if _UNSPACED.search(name) else r"\b"
    found = re.findall(rf"{edge}{re.escape(name)}{edge}", span.text, re.IGNORECASE)
    if len(found) != 1:
        return None
    made = re.sub(rf"{edge}(?:(?:an?|the)\s+)?{re.escape(name)}{edge}", GAP, span.text, flags=re.IGNORECASE)
    return _plain(made)


def _key(span: Span) -> str:
    return fold(_ARTICLE.sub("", readable(span.label or "")))


def _alike(one: Span, other: Span) -> bool:
    return (_key(one), fold(one.text or "")) == (_key(other), fold(other.text or ""))


def _plain(text: str) -> str:
    """*text* to stand in quotation marks: no mark of its own, no stop at its end."""
    return text.translate({ord(mark): "'" for mark in '"“”„«»'}).strip().rstrip(".,;: ")
