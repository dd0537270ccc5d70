"""What ``vdata stages`` tells of the families of tasks and of questions: names, what they need, and the answers."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from ...rules.family import ANSWER_WORDS, find_families
from ...rules.lane_kinds import KINDS, lanes_of_kind
from .questions_words import FAMILIES, FORMS, LEAST

FAMILY_HEADS = ("family", "what it asks for", "needs", "answer")
"""What the rows of families hold."""
TEMPLATE = "{name: …, of: …, ask: …, answer: …}"


def rows_by_rule() -> Iterator[list[str]]:
    """A row for each family that the stage tasks can be asked for, one for those of a config's own, and one for each
    kind of lanes that they need."""
    families = {name: family for name, family in find_families().items() if family.kinds}
    for name, family in families.items():
        kinds = ", ".join(sorted(family.kinds))
        yield [name, _first(inspect.getdoc(type(family)) or ""), f"a lane of {kinds}", ANSWER_WORDS[family.answers]]
    yield [
        TEMPLATE,
        "A template of your own: what ``ask`` says.",
        "spans of the lane ``of``, or attributes of the video",
        "what ``answer`` says; multiple choice with ``options``",
    ]
    for kind in KINDS.values():
        yield [f"lanes of {kind.name}", "", lanes_of_kind(kind.name), ""]


def rows_by_teacher() -> Iterator[list[str]]:
    """A row for each family that the stage questions can be asked for, and one for those of a config's own."""
    for name, asked in FAMILIES.items():
        said = asked.words.format(turns="some", persona="one of ``personas``")
        yield [name, _first(said), _needs(LEAST.get(asked.form, 1)), FORMS[asked.form]]
    yield [
        "{name: …, ask: …, form: …}",
        "A family of your own: what ``ask`` says.",
        "as ``form``: " + "; ".join(f"{form} {LEAST.get(form, 1)}" for form in FORMS),
        "as ``form``: " + ", ".join(FORMS),
    ]


def _needs(least: int) -> str:
    return f"{least} span{'' if least == 1 else 's'} of the lanes in ``from``"


def _first(text: str) -> str:
    """The first sentence of *text*, on one line."""
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".") + "."
