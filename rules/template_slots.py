"""The slots of questions that a config words itself, and what fills them: a span, or a fact about the video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter

from ..schemas import Span
from ..schemas.nearest import nearest
from .clock import Clock
from .lane_kinds import CAMERA, readable
from .language_words import IN_ENGLISH, Language

SLOTS: Mapping[str, str] = {
    "label": "the label of the span, as words",
    "text": "its text",
    "value": "one of its numbers, by name: {value:sharpness}",
    "attr": "one of its attributes: {attr:subject}; of the video, a column of its manifest",
    "lane": "what another lane says meanwhile: {lane:speech}",
    "score": "its score",
    "start": "when it begins, as the samples write times",
    "end": "when it ends",
    "when": "both, as a stretch",
    "duration": "how long it is; of the video, its length",
}
"""What may stand in braces in a template."""
NAMED = frozenset({"value", "attr", "lane"})
"""Slots that take a name."""
PLACES = frozenset({"start", "end", "when"})
"""Slots that say where in the video the span is."""
OF_VIDEOS = frozenset({"value", "attr", "lane", "duration"})
"""Slots of a template about the whole video."""
NUMBERS = frozenset({"value", "score", "start", "end", "duration"})
"""Slots that hold a number."""
MARKS = frozenset('.,;:?!")')
"""What a template may put behind a slot, before which the stop of a sentence goes."""
VIDEO = "video"
"""What is cited as a lane by what rests on the video itself."""


def slots_of(text: str) -> list[str]:
    """The slots of *text* as they stand in its braces, each once, in order: ``label``, ``value:sharpness``.

    Raises:
        ValueError: a brace is not closed.
    """
    found = [f"{name}:{form}" if form else name for _, name, form, _ in Formatter().parse(text) if name is not None]
    return list(dict.fromkeys(found))


def slot_fault(slot: str, of_video: bool) -> str:
    """What is wrong with a slot of a template about spans, or about the whole video (*of_video*); or nothing."""
    name, _, which = slot.partition(":")
    known = [one for one in SLOTS if not of_video or one in OF_VIDEOS]
    listed = ", ".join("{" + one + (":NAME}" if one in NAMED else "}") for one in known)
    if name not in SLOTS:
        near = nearest(name, known)
        meant = f"did you mean {{{near}}}? " if near else "write {{ and }} for braces of your own. "
        return f"unknown slot {{{slot}}}; {meant}There are {listed}"
    if name not in known:
        return f"{{{slot}}} is of spans, and this is about the whole video; there are {listed}"
    if name in NAMED and not which:
        return f"{{{name}}} needs a name: {SLOTS[name]}"
    return f"{{{name}}} takes no name" if which and name not in NAMED else ""


def lane_named(slot: str) -> str:
    """The lane whose words fill *slot*; or nothing."""
    name, _, which = slot.partition(":")
    return which if name == "lane" else ""


def raw(slot: str, span: Span | None, attrs: Mapping[str, str]) -> str:
    """What *span* has for a slot that speaks neither of time nor of a lane, as it is cited; None: the video, which has
    *attrs*."""
    name, _, which = slot.partition(":")
    if span is None:
        found = attrs.get(which, "")
        return found if name == "attr" or _is_number(found) else ""
    if name in ("label", "text"):
        return (span.label if name == "label" else span.text) or ""
    if name == "attr":
        return span.attrs.get(which, "")
    number = span.score if name == "score" else span.values.get(which)
    return "" if number is None else f"{number:g}"


def is_time(slot: str) -> bool:
    """Whether *slot* speaks of time, so that the times of a span fill it."""
    return slot in PLACES or slot == "duration"


def said(slot: str, text: str, lane: str, language: Language = IN_ENGLISH) -> str:
    """*text*, which is cited for *slot*, as it stands in a question or an answer."""
    if slot == "label":
        words = readable(CAMERA.get(text, text) if lane == "camera" else text)
        return language.answers.labels.get(words, words)
    return " ".join(text.split())


def times_said(start: float, end: float, clock: Clock) -> dict[str, str]:
    """What fills the slots that speak of time, for a span from *start* to *end* (seconds)."""
    return {
        "start": clock.at(start),
        "end": clock.at(end),
        "when": clock.when(start, end),
        "duration": clock.at(end - start),
    }


def fill(text: str, known: Mapping[str, str]) -> str:
    """*text* with its slots filled. A sentence loses its stop before a mark of *text*: no ``It falls.?`` is written.

    Raises:
        KeyError: there is nothing for a slot.
    """
    pieces: list[str] = []
    for literal, name, form, _ in Formatter().parse(text):
        if literal[:1] and literal[0] in MARKS and pieces and pieces[-1].endswith(".") and pieces[-1][-2:] != "..":
            pieces[-1] = pieces[-1][:-1]
        pieces.append(literal)
        if name is not None:
            pieces.append(known[f"{name}:{form}" if form else name])
    return "".join(pieces).strip()


def contents(slots: Iterable[str]) -> list[str]:
    """Those of *slots* that what a span says fills, and not its times."""
    return [slot for slot in slots if not is_time(slot)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
