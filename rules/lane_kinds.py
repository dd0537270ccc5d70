"""What kind of words a lane holds, and how each kind is quoted in a question and said in an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..schemas import Span
from .language_words import IN_ENGLISH, Language
from .lazy_pattern import lazy

KindName = Literal[
    "sentence", "step", "label", "title", "speech", "screen", "description", "change", "shot", "moment", "question"
]


@dataclass(frozen=True, slots=True)
class Kind:
    """How the spans of a lane are spoken of. ``it`` names one of them, with {} for the quoted words."""

    name: KindName
    one: str
    many: str
    it: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("sentence", "event", "events", "the event {}"),  # A man is seen speaking to the camera.
        Kind("step", "step", "steps", "the step {}"),  # crack the eggs
        Kind("label", "event", "events", "the part labelled {}"),  # basketball_dunk; the noun may follow from the lane
        Kind("title", "chapter", "chapters", "the chapter {}"),  # Mixing the dough
        Kind("speech", "spoken line", "spoken lines", "the spoken line {}"),  # Now we let it rest.
        Kind("screen", "on-screen text", "on-screen texts", "the on-screen text {}"),  # SALE 50%
        Kind("description", "shot", "shots", "the shot described as {}"),  # A dark shot, mostly blue. It lasts …
        Kind("change", "change", "changes", "the change {}"),  # The man has put the cup down.
        Kind("shot", "shot", "shots", "the shot"),  # spans without words
        Kind("moment", "moment", "moments", "the moment"),  # spans with a score and no words
        Kind("question", "question", "questions", "the question {}"),  # Where did I put the knife?
    )
}

_BY_LANE: dict[str, KindName] = {
    "chapters": "title",
    "speech": "speech",
    "subtitles": "speech",
    "narration": "speech",
    "transcript": "speech",
    "steps": "step",
    "texts": "screen",
    "shots": "shot",
    "scenes": "shot",
    "descriptions": "description",
    "differences": "change",
    "questions": "question",
    "queries": "question",
}
LABEL_NOUNS = {
    "actions": ("action", "actions"),
    "activities": ("activity", "activities"),
    "camera": ("camera movement", "camera movements"),
    "emotions": ("emotion", "emotions"),
    "gestures": ("gesture", "gestures"),
    "objects": ("object", "objects"),
    "people": ("person", "people"),
    "scenes": ("scene", "scenes"),
    "sounds": ("sound", "sounds"),
    "speakers": ("speaker", "speakers"),
    "topics": ("topic", "topics"),
}
CAMERA = {
    "static": "camera at rest",
    "pan_left": "pan to the left",
    "pan_right": "pan to the right",
    "tilt_up": "tilt upwards",
    "tilt_down": "tilt downwards",
    "shake": "camera shake",
}
"""The words for the labels of the lane ``camera``."""
NEVER = frozenset({"media", "signals", "words", "keyframes", "frames", "reviews", "votes"})
"""Lanes that no question is made from."""


def nouns(lane: str, kind: Kind, language: Language = IN_ENGLISH) -> tuple[str, str]:
    """What one span of *lane*, and what several, are called in *language*; empty where it has no word."""
    if not language.english:
        known = language.nouns
        own_words = (known.get(lane) if kind.name == "label" else None) or known.get(kind.name)
        return (own_words.one, own_words.many or own_words.one) if own_words else ("", "")
    own = (kind.one, kind.many)
    return LABEL_NOUNS.get(lane, own) if kind.name == "label" else own


def kind_of(lane: str, spans: list[Span]) -> KindName | None:
    """The kind of *lane*: by its name, or else by what its spans have, text or labels. None: it says nothing."""
    known = _BY_LANE.get(lane)
    if known == "shot":
        return "sentence" if any(span.text for span in spans) else "shot"
    if known:
        return known
    if any(span.text for span in spans):
        return "sentence"
    if any(span.label for span in spans):
        return "label"
    return "moment" if any(span.score is not None for span in spans) else None


_BY_CONTENT: dict[KindName, str] = {
    "sentence": "any other lane whose spans have texts",
    "label": "any other lane whose spans have labels and no texts",
    "shot": "without texts",
    "moment": "any other lane whose spans have scores alone",
}


def lanes_of_kind(kind: KindName) -> str:
    """Which lanes are of *kind* unless the settings say so, for people."""
    by_name = ", ".join(lane for lane, other in _BY_LANE.items() if other == kind)
    return " ".join(filter(None, (by_name, _BY_CONTENT.get(kind, ""))))


# Comparing.

_PUNCTUATION = {ord(mark): " " for mark in '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~“”„«»…–—¿¡。，！？、'} | {
    ord(mark): None for mark in "'’‘"
}


def fold(text: str) -> str:
    """*text* without case, punctuation and doubled spaces, for comparing."""
    return " ".join(text.casefold().translate(_PUNCTUATION).split())


# Quoting.

LONG = 240
"""The most characters of a text that a question quotes."""
_QUOTES = str.maketrans({'"': "'", "“": "'", "”": "'", "„": "'", "«": "'", "»": "'", "\n": " ", "\t": " "})
_TRAILS = ".,;: 。，；：、"
"""What a text that is quoted does not end with."""
_ENDS = ".!?…\"'”’)。！？」』）»"
"""What a sentence ends with."""
_CAMEL = lazy(r"(?<=[a-z])(?=[A-Z])")


def readable(label: str) -> str:
    """A category name as words: ``basketball_dunk`` and ``BasketballDunk`` become ``basketball dunk``."""
    if " " in label or not label.isascii():
        return label.strip()
    if "_" in label:
        return " ".join(label.replace("_", " ").split())
    return _CAMEL.sub(" ", label).lower() if _CAMEL.search(label) else label


_NUMBER = lazy(r"(?:(?:step|part|chapter|section|scene|no\.?)\s*)?#?\d{1,3}\s*[.:)\]–—-]\s*(?=\D)", re.IGNORECASE)


def without_number(text: str) -> str:
    """*text* without a number at its start, which would give the order away: ``Step 3: Fry`` becomes ``Fry``."""
    match = _NUMBER.match(text)
    return text[match.end() :] if match else text


def named(lane: str, kind: Kind, quoted: str, language: Language = IN_ENGLISH) -> str:
    """One span of *lane* with its *quoted* words: ``the step "crack the eggs"``."""
    if not language.english:
        words = (language.nouns.get(lane) if kind.name == "label" else None) or language.nouns.get(kind.name)
        return words.it.replace("{q}", quoted) if words else quoted
    one = nouns(lane, kind)[0]
    return f"the {one} {quoted}" if one != kind.one else kind.it.format(quoted)


def quote(text: str, kind: str, language: Language = IN_ENGLISH) -> str:
    """*text* in quotation marks for a question: no final stop, inner marks single, cut at a word when very long."""
    before, after = language.answers.quotes
    if kind == "label":
        text = readable(text)
        text = language.answers.labels.get(text, text)
    text = text.translate(_QUOTES).strip().rstrip(_TRAILS)
    if kind == "description":
        return before + text + _stop(text) + after
    if len(text) > LONG:
        text = text[:LONG].rsplit(" ", 1)[0].rstrip(_TRAILS) + " …"
    return before + text + after


def say(text: str, kind: str, language: Language = IN_ENGLISH) -> str:
    """*text* as an answer, or as what stands after a time in a list."""
    said = _say(text, kind)
    if kind in ("speech", "screen"):
        before, after = language.answers.quotes
        return before + said + after
    return language.answers.labels.get(said, said) if kind == "label" else said


@lru_cache(maxsize=4096)
def _say(text: str, kind: str) -> str:
    text = " ".join(text.split())
    if kind in ("speech", "screen"):
        return text.translate(_QUOTES)
    if kind == "label":
        return readable(text)
    if kind == "title":
        return text
    text = text[:1].upper() + text[1:]
    return text if text[-1:] in _ENDS else text.rstrip(_TRAILS) + _stop(text.rstrip(_TRAILS))


def _stop(text: str) -> str:
    """The stop behind *text*, by the script of its last letter."""
    return "。" if "\u3040" <= text[-1:] <= "\u9fff" else "."
