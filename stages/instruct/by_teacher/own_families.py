"""Families of questions that a config makes: what is asked, in which form, with which options."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from ....schemas.nearest import nearest
from ....schemas.settings_model import Condition, NoEffect, OnlyWith, Settings
from ..questions_words import FAMILIES, LEAST, OF_FORM, Asked, Form

FamilyName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class OwnFamily(Settings):
    """A family of questions of one's own, among the ``tasks`` of the stage questions."""

    name: FamilyName
    """What its samples are called: their task."""
    ask: str = Field(min_length=1)
    """What to ask, in a sentence or two: "Ask which way things move." How the answer is given follows from ``form``."""
    form: Form = "text"
    """``text``: the answer is in words. ``when``: the time of the cited spans; ``order`` of three or more events, each
    a span; ``count``: the number of cited spans; these three are worked out and not the teacher's words.
    ``prediction``: in words, and what is shown ends before the spans that tell it. ``dialogue``: ``turns`` questions
    and answers."""
    options: Annotated[int | None, OnlyWith(form=("text", "when", "order", "count", "prediction"))] = Field(None, le=10)
    """Its questions are multiple choice of so many options, and with ``answers: both`` open besides; 0: they are open.
    By default as ``answers`` and ``options`` of the stage say."""
    number: int | None = Field(None, ge=1)
    """At most so many for a video; by default ``per_task``."""
    distractors: Annotated[str, OnlyWith(form=("text", "prediction"))] = ""
    """What the wrong options shall be: "the same action in the opposite direction". Those of the other forms come by
    rule."""
    same_label: Annotated[bool, OnlyWith(form="text")] = False
    """A question cites spans of the same label and of different times, at least two, such as what is said of one region
    in two pictures. The teacher is told the labels, and of those that are there once nothing; the label becomes the
    parameter ``label``."""
    inferred: Annotated[bool, OnlyWith(form=("text", "prediction", "dialogue"))] = False
    """The answer is concluded from what is cited, and need not be in its words: what somebody feels, which kind of
    film it is. ``verify`` does not look for these words in the evidence then, only for numbers, names and times."""
    keep: list[str] = Field(default_factory=list)
    """Attributes of the last span that a question cites, such as columns of a label table, that become parameters of
    its sample: [change]."""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.options is not None and self.options not in (0, *range(3, 11)):
            raise ValueError("options: 3 to 10, or 0 for open questions")
        if self.distractors and self.options == 0:
            raise NoEffect({"distractors": "has no effect with options 0"})
        return self

    def asked(self, min_spans: int) -> Asked:
        """The family as the teacher is asked it, of stretches that have *min_spans* for an answer in words."""
        least = 2 if self.same_label else LEAST.get(self.form, 1)
        return Asked(
            self.form,
            OF_FORM[self.form],
            ask=self.ask,
            number=self.number,
            options=self.options,
            distractors=self.distractors,
            least=max(least, min_spans) if self.form in ("text", "prediction") else least,
            same_label=self.same_label,
            keep=tuple(self.keep),
            inferred=self.inferred,
        )


class OnlyFor(Condition):
    """The key counts only where one of the families that are asked for is such that *holds*; *such* says it."""

    def __init__(self, such: str, holds: Callable[[Asked], bool]) -> None:
        self.such, self._holds = such, holds

    def holds(self, settings: BaseModel) -> bool:
        tasks, own = getattr(settings, "tasks", []), getattr(settings, "own", {})
        known = [task for task in tasks if isinstance(task, OwnFamily) or task in own or task in FAMILIES]
        return len(known) < len(tasks) or any(map(self._holds, families_of(known, own, 1).values()))

    def complaint(self, settings: BaseModel) -> str:
        return f"has no effect: it counts only {self.words(type(settings))}".replace("``", "")

    def words(self, model: type[BaseModel]) -> str:
        return f"for families {self.such}"


def families_of(tasks: Iterable[str | OwnFamily], own: Mapping[str, str], min_spans: int) -> dict[str, Asked]:
    """The families that are asked for by name: ours, those of the table *own*, and those among *tasks*."""
    found: dict[str, Asked] = {}
    for task in tasks:
        if isinstance(task, OwnFamily):
            found[task.name] = task.asked(min_spans)
        elif task in own:
            found[task] = OwnFamily(name=task, ask=own[task]).asked(1)  # asked of every stretch, as it has always been
        else:
            found[task] = FAMILIES[task]
    return found


def check_families(tasks: Sequence[str | OwnFamily], own: Mapping[str, str]) -> None:
    """Check that every family is known, and named once and unlike those that are there.

    Raises:
        ValueError: says which is not.
    """
    mine = [task.name for task in tasks if isinstance(task, OwnFamily)]
    if twice := [name for n, name in enumerate(mine) if name in mine[:n] or name in own]:
        raise ValueError(f"tasks: {twice[0]} is there twice; give each family a name of its own")
    if taken := [name for name in [*own, *mine] if _taken(name)]:
        raise ValueError(f"{'own' if taken[0] in own else 'tasks'}: {taken[0]} is there already; name yours otherwise")
    known = [*FAMILIES, *own, *mine]
    unknown = [task for task in tasks if isinstance(task, str) and task not in known]
    if unknown:
        near = nearest(unknown[0], known)
        told = f"; did you mean {near}?" if near else ";"
        raise ValueError(f"unknown task {', '.join(unknown)}{told} known: {', '.join(known)}")
    if unused := [name for name in own if name not in tasks]:
        raise ValueError(f"own: {', '.join(unused)} is not among the tasks, so that nothing of it is asked")


def check_room(families: Mapping[str, Asked], min_spans: int, max_spans: int) -> None:
    """Check that a stretch of *max_spans* has as many spans as each of *families* needs.

    Raises:
        ValueError: one of them could make nothing.
    """
    for name, asked in families.items():
        least = max(LEAST.get(asked.form, 1), min_spans if asked.form in ("text", "prediction") else 1)
        if least > max_spans:
            raise ValueError(f"max_spans: {name} needs {least} spans at once, and no more than {max_spans} are shown")


def _taken(name: str) -> bool:
    """Whether a family of ours is called *name*: the teacher's, or one by rule, which would work the answer out."""
    from ....rules.family import find_families

    return name in FAMILIES or name in find_families()
