"""The fields of a reply that a config names: their types, their JSON schema, and what is read from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from ...schemas import Span
from ...schemas.settings_model import OnlyWith, Settings
from ..instruct.by_teacher.citations import CitedLine, Listing
from ..instruct.by_teacher.reply_rules import BadReply, check_citation, check_text

Kind = Literal["yes_no", "grade", "choice", "text", "list", "number", "span", "box"]
Choice = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
BOX = "Left, top, right and bottom of the box, each as a share (0 to 1) of the picture's width or height."
SPAN = "Tags of the lines whose time it is, such as c3."


class ReplyField(Settings):
    """One field of a reply. Short forms: ``grade`` for {type: grade}, and a list of texts for a choice among them."""

    type: Kind = "text"
    """``yes_no``; ``grade``, a whole number from ``lowest`` to ``highest``; ``choice`` of one of ``choices``; ``text``;
    ``list`` of texts; ``number``; ``span``: a time, by citing lines of the lanes in ``with``, never in words; ``box``
    in the picture."""
    about: str = ""
    """What the field is to say: it stands in the schema that the teacher is given."""
    choices: Annotated[list[Choice], OnlyWith(type="choice")] = Field([])
    """What is chosen from, two at least."""
    lowest: Annotated[float | None, OnlyWith(type=("grade", "number"))] = None
    """The least value; of a grade 1 unless it is given."""
    highest: Annotated[float | None, OnlyWith(type=("grade", "number"))] = None
    """The greatest value; of a grade 5 unless it is given."""
    holds: Annotated[str, OnlyWith(type="text")] = ""
    """What must stand in the text, as it is: "<region>". What lacks it is rejected."""
    most: Annotated[int, OnlyWith(type="list")] = Field(20, ge=1, le=200)
    """Texts of a list at most."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.type == "choice" and len({one.casefold() for one in self.choices}) < max(2, len(self.choices)):
            raise ValueError("choices: give two or more, each once")
        low, high = self.bounds()
        if low is not None and high is not None and low >= high:
            raise ValueError("highest: must be greater than lowest")
        if self.type == "grade" and any(bound is not None and bound % 1 for bound in (low, high)):
            raise ValueError("lowest, highest: grades are whole numbers")
        return self

    def bounds(self) -> tuple[float | None, float | None]:
        """The least and the greatest value; None: there is none."""
        grade = self.type == "grade"
        low = 1.0 if grade and self.lowest is None else self.lowest
        return low, 5.0 if grade and self.highest is None else self.highest

    def json_schema(self, tags: Sequence[str]) -> dict[str, Any]:
        """Its JSON schema; *tags* are those of the lines that may be cited."""
        held = f"It must hold {self.holds}" if self.holds else ""
        text = " ".join(filter(None, [self.about or {"span": SPAN, "box": BOX}.get(self.type, ""), held]))
        told = {"description": text} if text else {}
        low, high = self.bounds()
        limits = {key: bound for key, bound in (("minimum", low), ("maximum", high)) if bound is not None}
        match self.type:
            case "yes_no":
                kind: dict[str, Any] = {"type": "boolean"}
            case "grade":
                kind = {"type": "integer", **{key: int(bound) for key, bound in limits.items()}}
            case "choice":
                kind = {"type": "string", "enum": self.choices}
            case "list":
                kind = {"type": "array", "items": {"type": "string"}, "maxItems": self.most}
            case "number":
                kind = {"type": "number", **limits}
            case "span":
                kind = {"type": "array", "items": {"type": "string", "enum": list(tags)}, "minItems": 1}
            case "box":
                share = {"type": "number", "minimum": 0, "maximum": 1}
                kind = {"type": "array", "items": share, "minItems": 4, "maxItems": 4}
            case _:
                kind = {"type": "string"}
        return {**kind, **told}

    def words(self, value: Any) -> str:
        """*value* as text of an attribute."""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return "; ".join(f"{one:g}" if isinstance(one, float | int) else str(one) for one in value)
        return f"{value:g}" if isinstance(value, float | int) else str(value)


def _long(given: object) -> object:
    """The long form of a field: of its type alone, or of a list of choices."""
    if isinstance(given, str):
        return {"type": given}
    return {"type": "choice", "choices": given} if isinstance(given, list) else given


ReplyFields = dict[
    Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], Annotated[ReplyField, BeforeValidator(_long)]
]


@dataclass(slots=True)
class Answered:
    """The fields of one answer that keeps the rules."""

    fields: dict[str, Any]
    """By name, as JSON values; of a span its tags."""
    cited: list[CitedLine] = field(default_factory=list)
    """The lines that the fields of type span cite, in time order."""
    agreement: float = 1.0
    """The least share of replies that stand behind a field, 0 to 1."""


def schema_of(fields: Mapping[str, ReplyField], tags: Sequence[str], many: int) -> dict[str, Any]:
    """The JSON schema of a reply with *fields*; of at most *many* answers with them, unless that is 0."""
    one = {
        "title": "Answer",
        "type": "object",
        "properties": {name: one.json_schema(tags) for name, one in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }
    if not many:
        return one
    answers = {"type": "array", "items": one, "maxItems": many}
    return {
        "title": "Answers",
        "type": "object",
        "properties": {"answers": answers},
        "required": ["answers"],
        "additionalProperties": False,
    }


def read_answer(value: Mapping[str, Any], fields: Mapping[str, ReplyField], listing: Listing) -> Answered:
    """The answer *value*, which fits the schema.

    Raises:
        BadReply: a text is empty or speaks of tags or times, as ``check_text`` says; ``bad_box``; ``lacks_words``; a
            tag is unknown.
    """
    found, tags = {}, []
    for name, one in fields.items():
        given = value[name]
        if one.type == "text":
            given = " ".join(given.split())
            check_text(listing, listing.lines, given)
            if one.holds not in given:
                raise BadReply("lacks_words", detail=f"{name}: {given!r} does not hold {one.holds}")
        elif one.type == "list":
            given = list(dict.fromkeys(" ".join(text.split()) for text in given if text.strip()))
            for text in given:
                check_text(listing, listing.lines, text)
        elif one.type == "span":
            given = list(dict.fromkeys(given))
            tags += given
        elif one.type == "box":
            left, top, right, bottom = given
            if not (left < right and top < bottom):
                raise BadReply("bad_box", detail=one.words(given))
        found[name] = given
    return Answered(found, check_citation(listing, list(dict.fromkeys(tags))) if tags else [])


def runs_of(cited: Sequence[CitedLine], gap: float | None) -> list[list[CitedLine]]:
    """The lines *cited*, in time order, in runs that more than *gap* seconds part; None: one run, or none of none."""
    runs: list[list[CitedLine]] = []
    end = 0.0
    for line in cited:
        if runs and (gap is None or line.start - end <= gap):
            runs[-1].append(line)
        else:
            runs.append([line])
        end = max(end, line.end) if len(runs[-1]) > 1 else line.end
    return runs


def joined(spans: list[Span], gap: float | None) -> list[Span]:
    """*spans*, in time order, those of the same words as one where no more than *gap* seconds part them: two answers
    may say the same of lines that follow one another. None: as they are."""
    if gap is None:
        return spans
    found: list[Span] = []
    last: dict[tuple[str | None, str | None], Span] = {}
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        same = last.get((span.text, span.label))
        if same is None or span.start - same.end > gap:
            last[span.text, span.label] = span
            found.append(span)
            continue
        same.end = max(same.end, span.end)
        if "of" in span.attrs:
            same.attrs["of"] = " ".join(dict.fromkeys([*same.attrs.get("of", "").split(), *span.attrs["of"].split()]))
    return found


def slots_in(key: str, text: str) -> set[str]:
    """The fields in braces in *text*.

    Raises:
        ValueError: a brace stands alone.
    """
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise ValueError(f"{key}: {error}; write {{{{ and }}}} for braces of your own") from None
