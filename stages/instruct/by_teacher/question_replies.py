"""A teacher's reply to a request for questions: its JSON schema, and the items that are read from it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from ...prompting.echo import Instructions
from ...prompting.tag_schema import Tag, citing
from ..questions_words import GENERAL, LISTED, SAME_LABEL, SEVERAL, SHOWN, SYSTEM, TALK, TASK, WHY, WRONG, Form

_STRICT = ConfigDict(extra="forbid")
_Tags = Annotated[list[Tag], Field(description="Tags of the spans that this rests on")]
_Question = Annotated[str, Field(description="The question")]
_Answer = Annotated[str, Field(description="The answer, complete and to the point")]


class Event(BaseModel):
    """One event of a question for the order."""

    model_config = _STRICT

    text: str = Field(description="The event in a few words")
    tag: Tag = Field(description="The tag of its span")


class TalkTurn(BaseModel):
    """A question and its answer in a talk."""

    model_config = _STRICT

    question: _Question
    answer: _Answer
    evidence: _Tags


class Item(BaseModel):
    """One item of a reply, whatever its form; what its form does not have is empty."""

    question: str = ""
    answer: str = ""
    evidence: list[str] = []
    seen: list[str] = []
    count: int = 0
    events: list[Event] = []
    turns: list[TalkTurn] = []
    wrong: list[str] = []
    why: str = ""

    def texts(self) -> list[str]:
        """All that it says in words."""
        said = [self.question, self.answer, self.why, *self.wrong, *(event.text for event in self.events)]
        said += [text for turn in self.turns for text in (turn.question, turn.answer)]
        return [text for text in said if text]


_FIELDS: dict[str, dict[str, Any]] = {
    "text": {"question": _Question, "answer": _Answer, "evidence": _Tags},
    "when": {"question": _Question, "evidence": _Tags},
    "order": {
        "question": _Question,
        "events": Annotated[
            list[Event], Field(description="The events, the earliest first", min_length=3, max_length=5)
        ],
    },
    "count": {
        "question": _Question,
        "evidence": Annotated[list[Tag], Field(description="The tag of each occurrence, each once")],
        "count": Annotated[int, Field(description="How many these are")],
    },
    "prediction": {
        "question": _Question,
        "answer": _Answer,
        "seen": Annotated[list[Tag], Field(description="Tags of what the viewer has seen")],
        "evidence": Annotated[list[Tag], Field(description="Tags of the later spans that show the answer")],
    },
    "dialogue": {"turns": Annotated[list[TalkTurn], Field(description="The talk, in order", min_length=2)]},
}


@lru_cache(maxsize=64)
def _items(form: Form, wrong: bool, why: bool) -> type[BaseModel]:
    fields = dict(_FIELDS[form])
    if wrong:
        fields["wrong"] = Annotated[list[str], Field(description="Wrong answers", min_length=1)]
    if why:
        fields["why"] = Annotated[str, Field(description="How one can tell the answer")]
    given: dict[str, Any] = {name: (kind, ...) for name, kind in fields.items()}
    item: Any = create_model("Item", __config__=_STRICT, **given)
    return create_model("Items", __config__=_STRICT, items=(list[item], ...))


def schema_of(form: Form, tags: Sequence[str], wrong: bool = False, why: bool = False) -> dict[str, Any]:
    """The JSON schema of a reply with items of *form*, which cite *tags*."""
    schema = citing(_items(form, wrong, why).model_json_schema(), tags)
    schema["properties"]["items"]["minItems"] = 1
    return schema


@lru_cache(maxsize=64)
def told(form: Form, asked: str) -> Instructions:
    """What a request for items of *form* says in our words, of which *asked* are those of its family."""
    schema = _items(form, True, True).model_json_schema()
    return Instructions(
        SYSTEM, LISTED, SHOWN, TASK, *GENERAL, *TALK, SAME_LABEL, SEVERAL, WRONG, WHY, asked, schema=schema
    )


def items_in(value: Any) -> list[Item]:
    """The items of a reply that fits the schema."""
    return [Item.model_validate(item) for item in value["items"]]


class Personas(BaseModel):
    """Viewers who might ask something."""

    model_config = _STRICT

    personas: list[str] = Field(description="A phrase for each viewer", min_length=1)
