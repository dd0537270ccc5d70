"""Replies that are made up so that later stages go on."""

from __future__ import annotations

from typing import Annotated, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from vdata.pipelines.dry_run.placeholders import Placeholders, waiting_for
from vdata.stages.instruct.by_teacher.question_replies import schema_of

LISTED = """What is known:
<material kind="spans of the video">
[s1] speech, 0.0-2.0 s: The dog barks.
[c12] captions, 0.0-4.0 s: A dog.
[s2] speech, 2.0-4.0 s: It runs.
[s3] speech, 4.0-6.0 s: It stops.
</material>"""


class Grade(BaseModel):
    points: list[Annotated[int, Field(ge=5, le=9)]] = Field(min_length=2)
    share: float = Field(gt=0, lt=1)
    verdict: Literal["supported", "contradicted"]
    short: str = Field(max_length=12)
    letter: str = Field(description="The letter of the option that is right")
    conclusion: str = Field(description="The answer that follows")
    note: str | None


def test_every_kind_of_field_fits_its_schema() -> None:
    shown = f'{LISTED}\n<material kind="answer">\nTwice.\n</material>'
    value = Placeholders().value(Grade.model_json_schema(), "verify.grade", shown)
    read = Grade.model_validate(value)
    assert read.points == [5, 5]
    assert read.verdict == "supported", "the first of an enumeration"
    assert read.letter == "A"
    assert read.conclusion == "Twice.", "reasoning must end with the answer that is shown"
    assert value["note"] == "⟦note of verify.grade: bravo hotel⟧"
    assert 0 < value["share"] < 1


@pytest.mark.parametrize("form", ["text", "when", "order", "count", "prediction", "dialogue"])
def test_tags_are_those_of_one_lane_that_are_listed(form: str) -> None:
    schema = schema_of(form, ["s1", "s2", "s3", "c12"], wrong=form == "text")  # type: ignore[arg-type]
    value = Placeholders().value(schema, "questions.ask", LISTED)
    jsonschema.validate(value, schema)
    items = value["items"]
    tags = [tag for item in items for tag in item.get("evidence", [])]
    tags += [event["tag"] for item in items for event in item.get("events", [])]
    tags += [tag for item in items for turn in item.get("turns", []) for tag in turn["evidence"]]
    assert set(tags) == {"s1", "s2", "s3"}
    if form == "count":
        assert items[0]["count"] == len(items[0]["evidence"]) == 2
    if form == "order":
        assert [event["tag"] for event in items[0]["events"]] == ["s1", "s2", "s3"], "the earliest first"


def test_no_two_texts_are_alike_and_each_says_what_it_waits_for() -> None:
    marks = Placeholders()
    texts = [marks.text("caption.describe") for _ in range(3000)]
    assert len(set(texts)) == 3000
    assert not any(letter.isdigit() for text in texts for letter in text)
    other = marks.text("verify.claims", "seen")
    assert waiting_for(f"{texts[0]} and {texts[1]}, then {other}") == ["caption.describe", "verify.claims"]
    assert waiting_for("⟦a bracket of the video's own⟧") == []


def test_without_tags_in_sight_the_schema_says_which_there_are() -> None:
    value = Placeholders().value(schema_of("when", ["s7"]), "questions.ask", "No list.")
    assert value["items"][0]["evidence"] == ["s7"]
