"""What the cells of a file of questions say: options, which of them is right, and stretches of time."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any, Literal

from ...rules.letters import LETTERS
from .label_import import seconds
from .table_rows import cell

Answers = Literal["letter", "index", "text"]

_LETTERED = re.compile(r"\s*(?:\(([A-Z])\)[.:]?|([A-Z])[.):])\s*(\S.*)", re.DOTALL)
_LONE = re.compile(r"\s*[\[(]*([A-Za-z])[\])]*[.:]?\s*")
_INTEGER = re.compile(r"\s*(\d{1,3})(?:\.0)?\s*")
_STRETCH = re.compile(r"\s*\[?\s*(\S+?)\s*(?:-|–|—|~|\bto\b|,)\s*(\S+?)\s*\]?\s*")


class Unusable(Exception):
    """A row that cannot be used. *reason* is snake_case; the text says why."""

    def __init__(self, reason: str, why: str, value: float | None = None, threshold: float | None = None) -> None:
        super().__init__(why)
        self.reason, self.value, self.threshold = reason, value, threshold


def is_empty(value: Any) -> bool:
    """Whether a cell says nothing: null, not a number, or only spaces."""
    return (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or (isinstance(value, str) and not value.strip())
    )


def is_letter(value: Any) -> bool:
    """Whether a cell is a lone letter, as ``B`` or ``(B)``."""
    return isinstance(value, str) and _LONE.fullmatch(value) is not None


def options_in(value: Any) -> list[str]:
    """The options of one cell: a list, an object by letter or number, either of them as JSON, or lettered lines.

    Letters in front of all of them are taken off: ``(A) red``, ``B. blue``.
    """
    if is_empty(value):
        return []
    if isinstance(value, str):
        if value.strip()[0] in "[{":
            return options_in(_parsed(value))
        lines = [line for line in value.splitlines() if line.strip()]
        return without_letters(lines) if len(lines) > 1 else lines
    if isinstance(value, dict):
        kept = {str(key): one for key, one in value.items() if not is_empty(one)}
        keys = sorted(kept, key=lambda key: (not key.isdigit(), int(key) if key.isdigit() else 0, key))
        return without_letters([_text(kept[key]) for key in keys])
    if isinstance(value, list | tuple):
        return without_letters([_text(one) for one in value])
    raise Unusable("bad_row", f"the options {value!r} are neither a list nor an object")


def without_letters(options: Sequence[str]) -> list[str]:
    """*options* without their letters, where all of them have one and the letters go on from A; else as they are.

    Empty ones at the end are left out.
    """
    options = list(options)
    while options and not options[-1].strip():
        options.pop()
    found = [_LETTERED.fullmatch(option) for option in options]
    if all(match and (match[1] or match[2]) == letter for match, letter in zip(found, LETTERS, strict=False)):
        return [match[3] if match else option for match, option in zip(found, options, strict=True)]
    return options


def check_options(options: Sequence[str]) -> None:
    """Raise Unusable for fewer than two options, more than there are letters, an empty one, or a doubled one."""
    if len(options) < 2:
        raise Unusable("too_few_options", f"{len(options)} option", len(options), 2)
    if len(options) > len(LETTERS):
        raise Unusable("too_many_options", f"{len(options)} options", len(options), len(LETTERS))
    keys = [same_text(option) for option in options]
    for n, key in enumerate(keys):
        if not key:
            raise Unusable("empty_option", f"option {LETTERS[n]} is empty", n)
        if key in keys[:n]:
            raise Unusable("doubled_option", f"{options[n]!r} is option {LETTERS[keys.index(key)]} and {LETTERS[n]}", n)


def same_text(text: str) -> str:
    """*text* for comparing: without case, doubled spaces and a final stop."""
    return " ".join(text.casefold().split()).rstrip(" .") or text.strip()


def place_of(answer: Any, options: Sequence[str], how: Answers | None, first: int | None) -> int:
    """Which of *options* the *answer* means, from 0.

    Args:
        answer: a letter, a number, or an option's text, with its letter or without.
        options: the texts.
        how: what an answer is, where that is known.
        first: the number of the first option.

    Raises:
        Unusable: ``bad_letter``, ``bad_index`` or ``bad_answer``.
    """
    text = _text(answer)
    keys = [same_text(option) for option in options]
    if how in (None, "text") and same_text(text) in keys:
        return keys.index(same_text(text))
    if how != "text" and (number := whole_number(answer)) is not None:
        if first is None:
            raise Unusable("bad_index", f"the answer {text} is a number, and is no option")
        if not 0 <= number - first < len(options):
            last = first + len(options) - 1
            raise Unusable("bad_index", f"the answer {text} is not from {first} to {last}", number, last)
        return number - first
    if how != "text" and (lone := _LONE.fullmatch(text)):
        return _place(lone[1].upper(), options)
    if how != "index" and (match := _LETTERED.fullmatch(text)):
        place = _place(match[1] or match[2], options)
        if same_text(match[3]) in keys and keys.index(same_text(match[3])) != place:
            raise Unusable("bad_letter", f"{text[:80]!r} has the letter of {options[place][:80]!r}", place)
        return place
    raise Unusable("bad_answer", f"the answer {text[:80]!r} is none of the {len(options)} options")


def whole_number(value: Any) -> int | None:
    """The whole number that a cell says, from 0 on; None for anything else."""
    if isinstance(value, bool):
        return None
    match = _INTEGER.fullmatch(_text(value))
    return int(match[1]) if match else None


def intervals_in(value: Any) -> list[tuple[float, float]]:
    """The stretches of a cell in seconds: ``[start, end]``, a list of such, objects with start and end, or text such as
    ``00:15-00:19``.

    Raises:
        Unusable: ``bad_time``.
    """
    if is_empty(value):
        return []
    if isinstance(value, str):
        if value.strip()[0] in "[{":
            return intervals_in(_parsed(value))
        whole = _STRETCH.fullmatch(value)
        parts = [value] if whole and _both(whole[1], whole[2]) else re.split(r"[;,]", value)
        matches = [_STRETCH.fullmatch(part) for part in parts if part.strip()]
        return [_stretch(match[1], match[2]) if match else _stretch(value, None) for match in matches]
    if isinstance(value, dict):
        return [_stretch(value.get("start"), value.get("end"))]
    if isinstance(value, list | tuple):
        if len(value) == 2 and not any(isinstance(one, list | tuple | dict) for one in value) and _both(*value):
            return [_stretch(*value)]
        return [found for one in value for found in intervals_in(one)]
    return [_stretch(value, None)]


def _both(start: Any, end: Any) -> bool:
    return seconds(start) is not None and seconds(end) is not None


def _stretch(start: Any, end: Any) -> tuple[float, float]:
    first, last = seconds(start), seconds(end)
    if first is None or last is None:
        raise Unusable(
            "bad_time",
            f"{start!r} to {end!r} is no stretch of time" if end is not None else f"{start!r} is no stretch of time",
        )
    return first, last


def _place(letter: str, options: Sequence[str]) -> int:
    place = LETTERS.find(letter)
    if not 0 <= place < len(options):
        last = LETTERS[len(options) - 1]
        raise Unusable(
            "bad_letter", f"the letter {letter} is not from A to {last}", ord(letter) - ord("A"), len(options) - 1
        )
    return place


def _parsed(text: str) -> Any:
    """A list or an object in a cell: JSON, or as Python writes it."""
    import ast

    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise Unusable("bad_row", f"{text[:80]!r} cannot be read as a list") from None
    return found if isinstance(found, list | dict | tuple) else [found]


def _text(value: Any) -> str:
    """A value as text; of an object with one text in it (``{choice_id: 2, choice: "red"}``) that text."""
    if isinstance(value, dict):
        texts = [one for one in value.values() if isinstance(one, str)]
        if len(texts) == 1:
            return texts[0].strip()
    return cell(value).strip()
