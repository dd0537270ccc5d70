"""The fields of a reply as a table."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from vdata.pipelines.dry_run.schema_fields import schema_fields
from vdata.stages.instruct.by_teacher.question_replies import schema_of


class Mark(BaseModel):
    mark: int = Field(ge=1, le=10, description="From bad to faultless")
    verdict: Literal["yes", "no"]
    seen: str | None
    boxes: list[list[float]] = Field(min_length=1, description="Corners")


def test_paths_kinds_and_descriptions() -> None:
    fields = [tuple(field) for field in schema_fields(Mark.model_json_schema())]
    assert fields == [
        ("mark", "whole number (1 to 10)", "From bad to faultless"),
        ("verdict", "yes | no", ""),
        ("seen", "text or nothing", ""),
        ("boxes[][]", "number", "Corners (at least 1 items)"),
    ]


def test_what_is_inside_of_a_list_has_its_place_in_the_path() -> None:
    assert [field.path for field in schema_fields(schema_of("order", ["s1"]))] == [
        "items[].question",
        "items[].events[].text",
        "items[].events[].tag",
    ]


def test_of_a_long_enumeration_the_first_are_shown() -> None:
    (field,) = schema_fields({"type": "object", "properties": {"line": {"enum": [f"s{n}" for n in range(20)]}}})
    assert field.kind == "s0 | s1 | s2 | … (20)"
