"""What is wrong with the teachers that stages ask: they are not there, or are sent what they neither see nor hear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from ...stages import TeacherStage
from ..yaml.complaints import did_you_mean
from .route import Known

Complained = tuple[int, tuple[str, ...], str, str]


def teacher_complaints(stages: Sequence[Known], named: Any, teachers: Mapping[str, Any]) -> Iterator[Complained]:
    """For each mistake the place of its stage in *stages*, the key below it, what is wrong, and what to do.

    Args:
        named: what stands under ``teachers``.
        teachers: those of them without mistakes.
    """
    names = [str(name) for name in named] if isinstance(named, dict) else []
    for index, one in enumerate(stages):
        if not isinstance(one.stage, TeacherStage):
            continue
        for name in one.stage.teachers():
            if name and name not in names:
                hint = did_you_mean(name, names, f"Put {name} under teachers.")
                yield index, (), f"asks the teacher {name}, which is not there.", hint
            elif not name and not names:
                hint = (
                    "Put one under teachers, for example "
                    "watcher: {kind: openai, model: NAME, base_url: http://localhost:8000/v1}."
                )
                yield index, (), "asks a teacher, and there is none.", hint
            elif not name and len(names) > 1:
                yield index, (), "does not say which teacher it asks.", f"Set teacher to one of {', '.join(names)}."
        embedders = {name or next(iter(names), "") for name in one.stage.embeds_with()}
        for name in dict.fromkeys(name or next(iter(names), "") for name in one.stage.teachers()):
            if name in teachers and teachers[name].embeds is not None and teachers[name].embeds != (name in embedders):
                others = [other for other, own in teachers.items() if own.embeds == (name in embedders)]
                yield index, (), *_wrong_kind(name, teachers[name].kind, embeds=name in embedders, others=others)
        for name in dict.fromkeys(name or next(iter(names), "") for name in one.stage.sounds_to()):
            if name in teachers and not teachers[name].takes_sound():
                hint = f"If its model takes sound, set teachers.{name}.hears: true; else leave sound out."
                yield index, ("sound",), f"sends sound to the teacher {name}, which does not say that it hears.", hint
        for name in dict.fromkeys(name or next(iter(names), "") for name in one.stage.pictures_to()):
            if name in teachers and not teachers[name].takes_pictures():
                key, hint = without_sight(one.stage)
                yield index, key, f"shows pictures to the teacher {name}, which has images: false.", hint


def without_sight(stage: TeacherStage) -> tuple[tuple[str, ...], str]:
    """The key of *stage* that says what its teacher is shown, and what to do where that does not see."""
    field = type(stage).model_fields.get("look")
    optional = field is not None and type(None) in get_args(field.annotation)
    hint = "Write look: null, or name a teacher that sees." if optional else "Name a teacher that sees."
    return ("look",) if field is not None else (), hint


def _wrong_kind(name: str, kind: str, *, embeds: bool, others: Sequence[str]) -> tuple[str, str]:
    """What is wrong with the teacher *name* for a stage that wants vectors if it *embeds*, and what to do."""
    if embeds:
        said = f"asks the teacher {name} for vectors, and it is of kind: {kind}, which writes texts."
        new = "Put one of kind: embed under teachers, for example eyes: {kind: embed, model: NAME, base_url: URL}."
    else:
        said = f"asks the teacher {name} to write, and it is of kind: embed, which makes vectors."
        new = "Put one that writes under teachers, for example of kind: openai."
    return said, f"Set teacher to {' or '.join(others)}." if others else new
