"""The fields of a JSON schema as a short table."""

from __future__ import annotations

from typing import Any, NamedTuple

MANY, FIRST = 8, 3
"""Values of an enumeration that are all shown; of more, how many."""


class SchemaField(NamedTuple):
    """One field: where it is in the reply, what it may be, and what the teacher is told of it."""

    path: str
    """``items[].question``."""
    kind: str
    says: str


def schema_fields(schema: dict[str, Any]) -> list[SchemaField]:
    """The fields of *schema* that hold a value, in order; lists and objects are in the paths."""
    return _fields(schema, "", "", schema.get("$defs", {}))


def _fields(schema: dict[str, Any], path: str, said: str, defs: dict[str, Any]) -> list[SchemaField]:
    said = said or (schema.get("description", "") if path else "")
    if "$ref" in schema:
        return _fields(defs[schema["$ref"].rpartition("/")[2]], path, said, defs)
    if schema.get("type") == "object" and schema.get("properties"):
        inner = schema["properties"].items()
        return [field for name, one in inner for field in _fields(one, f"{path}.{name}".lstrip("."), "", defs)]
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return _fields(schema["items"], f"{path}[]", said + _bounds(schema, "minItems", "maxItems", " items"), defs)
    return [SchemaField(path, _kind(schema, defs), said)]


def _kind(schema: dict[str, Any], defs: dict[str, Any]) -> str:
    if "const" in schema:
        return repr(schema["const"])
    if schema.get("enum"):
        values = [str(value) for value in schema["enum"]]
        most = len(values) if len(values) <= MANY else FIRST
        return " | ".join([*values[:most], *([f"… ({len(values)})"] if most < len(values) else [])])
    for key in ("anyOf", "oneOf"):
        if schema.get(key):
            return " or ".join(
                _kind(defs.get(one.get("$ref", "").rpartition("/")[2], one), defs) for one in schema[key]
            )
    words = {"string": "text", "boolean": "true or false", "integer": "whole number", "null": "nothing"}
    kind = words.get(str(schema.get("type")), str(schema.get("type", "anything")))
    return kind + _bounds(schema, "minimum", "maximum", "")


def _bounds(schema: dict[str, Any], least: str, most: str, unit: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if low is None and high is None:
        return ""
    if high is None:
        return f" (at least {low}{unit})"
    return f" (at most {high}{unit})" if low is None else f" ({low} to {high}{unit})"
