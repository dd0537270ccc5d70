"""The tags of what a teacher is shown, in the JSON schema of its reply: it can cite nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

_FORMAT = "tag"
Tag = Annotated[str, Field(json_schema_extra={"format": _FORMAT})]
"""A field of a reply model that holds the tag of a line."""
LineNumber = Annotated[int, Field(json_schema_extra={"format": _FORMAT})]
"""The same where lines are cited by their numbers."""


def citing(schema: dict[str, Any], tags: Sequence[str] | Sequence[int]) -> dict[str, Any]:
    """*schema*, of a reply model, with each Tag or LineNumber held to *tags*, and each list of them to one or more."""
    held: dict[str, Any] = _held(schema, list(tags))
    return held


def _held(part: Any, tags: list[Any]) -> Any:
    if isinstance(part, list):
        return [_held(inner, tags) for inner in part]
    if not isinstance(part, dict):
        return part
    if _is_tag(part):
        return {**{key: value for key, value in part.items() if key != "format"}, "enum": tags}
    made = {key: _held(inner, tags) for key, inner in part.items()}
    return {**made, "minItems": 1, "maxItems": len(tags)} if _is_tag(part.get("items")) else made


def _is_tag(part: Any) -> bool:
    return isinstance(part, dict) and part.get("format") == _FORMAT
