"""Replies that nobody has given: they fit the schema of a request, so that later stages go on as far as they can."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from typing import Any

FEW = 3
"""Items in a list that may have any number."""
BEGIN, END = "⟦", "⟧"
"""The marks around the name of a reply that is missing."""
MARK = re.compile(f"{BEGIN}[^{BEGIN}{END}]*? of ([^{BEGIN}{END} ]+): [a-z ]+{END}")
_NAMES = (
    *("alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima"),
    *("mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey"),
    *("xray", "yankee", "zulu"),
)
"""The spelling alphabet: its words are made to be told apart."""
_TAG = re.compile(r"^\W*\[([A-Za-z]{1,3}\d{1,4})\]", re.MULTILINE)
"""A tag by which a span is cited, at the begin of its line."""
_OF_TAG = re.compile(r"\btags?\b", re.IGNORECASE)
_OF_NUMBER = re.compile(r"\bhow many\b", re.IGNORECASE)
_OF_LETTER = re.compile(r"\bletter\b", re.IGNORECASE)
_OF_ANSWER = re.compile(r"\bthe answer\b", re.IGNORECASE)
_ANSWER = re.compile(r'<material kind="answer">\n(.*?)\n</material>', re.DOTALL)
"""The right answer, where a request shows it: reasoning must end with it, word for word."""


def waiting_for(text: str) -> list[str]:
    """The prompts whose replies *text* would hold, each once: ``caption.describe``."""
    return list(dict.fromkeys(MARK.findall(text)))


class Placeholders:
    """Makes replies. Their texts are told apart by words: stages drop what is alike, and take digits for facts."""

    def __init__(self) -> None:
        self._numbers = count()

    def text(self, asked: str, field: str = "text") -> str:
        """The mark of a *field* of the reply to the prompt *asked*, such as ``caption.describe``."""
        return f"{BEGIN}{field} of {asked}: {_name(next(self._numbers))}{END}"

    def value(self, schema: dict[str, Any], asked: str, shown: str) -> Any:
        """A JSON value that fits *schema*, for the prompt *asked* that shows the text *shown*.

        Texts are marks, and tags are those that stand in what is shown. Of an enumeration it is the first value.
        """
        tags = list(dict.fromkeys(_TAG.findall(shown)))
        tags = [tag for tag in tags if tag[0] == tags[0][0]]  # of one lane, so that they count as one kind
        answer = _ANSWER.search(shown)
        filler = _Filler(self, asked, tags, answer[1] if answer else "", schema.get("$defs", {}))
        return filler.fill(schema, "text", "", 0)


class _Filler:
    """Fills one schema: *tags* and the *answer* are what the request shows."""

    def __init__(self, marks: Placeholders, asked: str, tags: list[str], answer: str, defs: Mapping[str, Any]) -> None:
        self.marks, self.asked, self.tags, self.answer, self.defs = marks, asked, tags, answer, defs

    def fill(self, schema: dict[str, Any], name: str, said: str, place: int) -> Any:
        """A value of *schema*, for the field *name*, described as *said*, at this *place* of the list that it is in."""
        said = schema.get("description", said)
        if "$ref" in schema:
            return self.fill(self.defs[schema["$ref"].rpartition("/")[2]], name, said, place)
        for key in ("allOf", "anyOf", "oneOf"):
            if schema.get(key):
                return self.fill(schema[key][0], name, said, place)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum") and not (self.tags and _OF_TAG.search(said)):
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                return {key: self.fill(one, key, "", place) for key, one in schema.get("properties", {}).items()}
            case "array":
                return self._list(schema, name, said, place)
            case "integer" | "number":
                return self._number(schema, said, place)
            case "boolean":
                return True
            case "null":
                return None
        return self._text(schema, name, said, place)

    def _list(self, schema: dict[str, Any], name: str, said: str, place: int) -> list[Any]:
        items, least, most = schema.get("items", {}), schema.get("minItems", 0), schema.get("maxItems", FEW)
        if items.get("type") == "string" and _OF_TAG.search(said):
            tags = self.tags or items.get("enum", [])
            first = place % max(1, len(tags))
            return (tags[first : first + 2] or tags[:1])[:most]
        number = 1 if items.get("type") == "integer" else FEW
        return [self.fill(items, name, "", n) for n in range(max(least, min(number, most)))]

    def _number(self, schema: dict[str, Any], said: str, place: int) -> int | float:
        number = 2 if _OF_NUMBER.search(said) else place + 1  # as many as there are tags in a list of them
        step = 1 if schema["type"] == "integer" else 0
        low = schema.get("minimum", schema.get("exclusiveMinimum", number - 1) + step)
        high = schema.get("maximum", schema.get("exclusiveMaximum", max(low, number) + 1) - step)
        if step:
            return int(min(max(number, low), max(low, high)))
        return number if low < number < high else float((low + high) / 2)

    def _text(self, schema: dict[str, Any], name: str, said: str, place: int) -> str:
        if _OF_TAG.search(said) and self.tags:
            return self.tags[place % len(self.tags)]
        if _OF_LETTER.search(said):
            return "A"
        if self.answer and _OF_ANSWER.search(said):
            return self.answer
        mark = self.marks.text(self.asked, name.replace("_", " "))
        return mark[: schema["maxLength"]] if "maxLength" in schema else mark


def _name(number: int) -> str:
    """Two words or more for *number*, others for each; those of neighbours have none in common."""
    size = len(_NAMES)
    turn, first = divmod(number, size)
    further, second = divmod(turn, size)
    words = [_NAMES[first], _NAMES[(second + 7 * first) % size]]
    return " ".join([*words, _name(further)] if further else words)
