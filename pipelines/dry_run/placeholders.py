"""Replies that nobody has given: they fit the schema of a request, so that the stages after it go on as far as can be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

FEW = 3
"""Items in a list that may have any number."""
BEGIN, END = "⟦", "⟧"
"""The marks around the name of a reply that is missing."""
_MARK = re.compile(f"{BEGIN}([^{BEGIN}{END}]*?)(?: \\d+)?{END}")
_TAG = re.compile(r"^\W*\[([A-Za-z]{1,3}\d{1,4})\]", re.MULTILINE)
"""A tag by which a span is cited, at the begin of its line."""
_OF_TAG = re.compile(r"\btags?\b", re.IGNORECASE)
_OF_NUMBER = re.compile(r"\bhow many\b", re.IGNORECASE)
_OF_LETTER = re.compile(r"\bletter\b", re.IGNORECASE)


def waiting_for(text: str) -> list[str]:
    """The prompts whose replies *text* would hold, each once: ``caption.describe``."""
    return list(dict.fromkeys(_MARK.findall(text)))


class Placeholders:
    """Makes replies; the texts of each are told apart by a number."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def text(self, asked: str) -> str:
        """The mark of a text that is the reply to the prompt *asked*, such as ``caption.describe``."""
        return f"{BEGIN}{asked} {next(self._numbers)}{END}"

    def value(self, schema: dict[str, Any], asked: str, shown: str) -> Any:
        """A JSON value that fits *schema*, for the prompt *asked* that shows the text *shown*.

        Texts are marks, and tags are those that stand in what is shown. Of an enumeration it is the first value.
        """
        tags = list(dict.fromkeys(_TAG.findall(shown)))
        return _Filler(self, asked, tags, schema.get("$defs", {})).fill(schema, "", 0)


class _Filler:
    def __init__(self, marks: Placeholders, asked: str, tags: Sequence[str], defs: dict[str, Any]) -> None:
        self.marks, self.asked, self.tags, self.defs = marks, asked, tags, defs

    def fill(self, schema: dict[str, Any], said: str, place: int) -> Any:
        """A value of *schema*, described as *said*, at this *place* of the list that it is in."""
        said = schema.get("description", said)
        if "$ref" in schema:
            return self.fill(self.defs[schema["$ref"].rpartition("/")[2]], said, place)
        for key in ("allOf", "anyOf", "oneOf"):
            if schema.get(key):
                return self.fill(schema[key][0], said, place)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                return {name: self.fill(one, "", place) for name, one in schema.get("properties", {}).items()}
            case "array":
                return self._list(schema, said, place)
            case "integer":
                return int(self._number(schema, said, place))
            case "number":
                return self._number(schema, said, place)
            case "boolean":
                return True
            case "null":
                return None
        return self._text(schema, said, place)

    def _list(self, schema: dict[str, Any], said: str, place: int) -> list[Any]:
        items, least, most = schema.get("items", {}), schema.get("minItems", 0), schema.get("maxItems", FEW)
        if items.get("type") == "string" and _OF_TAG.search(said):
            first = place % max(1, len(self.tags))
            return self.tags[first : first + 2][:most] or self.tags[:1]
        number = 1 if items.get("type") == "integer" else FEW
        return [self.fill(items, "", n) for n in range(max(least, min(number, most)))]

    def _number(self, schema: dict[str, Any], said: str, place: int) -> float:
        number: float = 2 if _OF_NUMBER.search(said) else place + 1
        low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1 if "exclusiveMinimum" in schema else None)
        number = number if low is None else max(low, number)
        return min(number, schema["maximum"]) if "maximum" in schema else number

    def _text(self, schema: dict[str, Any], said: str, place: int) -> str:
        if _OF_TAG.search(said) and self.tags:
            return self.tags[place % len(self.tags)]
        if _OF_LETTER.search(said):
            return "A"
        mark = self.marks.text(self.asked)
        return mark[: schema["maxLength"]] if "maxLength" in schema else mark
