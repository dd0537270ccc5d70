"""``vdata stages``: written from the code, so that it cannot be out of date."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from .key_docs import key_docs
from .pipelines.errors import UserError
from .pipelines.teachers.teacher_settings import TeacherSettings
from .pipelines.yaml.complaints import did_you_mean, listed, number
from .pipelines.yaml.complaints import models_in as _models
from .schemas.settings_model import Condition
from .show import table
from .stages import Stage, TeacherStage, find_stages
from .stages.instruct.family_rows import FAMILY_HEADS
from .stages.labels.label_import import Importer
from .stages.prompting.own_words import OwnPrompt

PLAIN = {
    float: "number",
    int: "whole number",
    str: "text",
    bool: "true or false",
    Path: "path",
    SecretStr: "text",
    type(None): "none",
    Any: "anything",
}
SIGNS = {"ge": "≥ ", "gt": "> ", "le": "≤ ", "lt": "< ", "multiple_of": "a multiple of "}
APART = (Stage, Importer, TeacherSettings, OwnPrompt)
"""Models whose keys are listed in a place of their own, and not below each key that holds one."""
SIZES = {"min_length": "at least {}", "max_length": "at most {}", "pattern": "like {}"}


def stage_list() -> str:
    """A line for each stage, room by room."""
    stages = sorted(find_stages().items(), key=lambda item: (room(item[1]), item[0]))
    rows = [[name, room(cls), _lanes(cls), headline(cls)] for name, cls in stages]
    return (
        table(["stage", "room", "reads → writes", "what it does"], rows) + "\n\n`vdata stages NAME` shows its settings."
    )


def stage_page(name: str) -> str:
    """All about the stage called *name*.

    Raises:
        UserError: there is none.
    """
    cls = find_stages().get(name)
    if cls is None and (now := [stage for stage, other in find_stages().items() if name in other.formerly]):
        return "\n\n".join([f"The stage {name} is now {listed(now, 'and')}.", *map(stage_page, now)])
    if cls is None:
        raise UserError(f"There is no stage {name}. " + did_you_mean(name, find_stages(), "`vdata stages` lists them."))
    stage = cls()
    parts = [f"{name} ({room(cls)})", inspect.getdoc(cls) or ""]
    facts = [
        ["reads", _names(stage.lanes_read())],
        ["uses", _names(stage.uses - stage.lanes_read())],
        ["writes", _names(stage.lanes_written())],
    ]
    if cls.makes_samples:
        facts.append(["makes", "samples"])
    if cls.decodes:
        facts.append(["decodes", "pictures of the video"])
    parts.append("\n".join(f"{what + ':':9}{which}" for what, which in facts if which))
    if others := [stage for stage, other in find_stages().items() if name in other.formerly]:
        parts.append(f"Settings of older versions that are stages now: {', '.join(others)}.")
    rows = list(setting_rows(cls))
    parts.append(table(["key", "type", "default", "what it means"], rows) if rows else "It has no settings.")
    if families := cls.family_rows():
        parts.append("Families of questions:")
        parts.append(table(FAMILY_HEADS, families))
    if prompts := list(prompt_rows(cls)):
        parts.append("Prompts, the main one first:")
        parts.append(table(["prompt", "what it asks", "may hold, * must"], prompts))
    parts.append("Example:\n\n" + example(stage))
    return "\n\n".join(parts).replace("``", "`")


def example(stage: Stage) -> str:
    """A piece of YAML with the settings of *stage* at their defaults, save groups and those without one or effect."""
    groups = {
        info.alias or name
        for name, info in type(stage).model_fields.items()
        if _models(info.annotation) and (not (given := getattr(stage, name)) or _holds_models(given))
    }
    idle = stage.without_effect(type(stage).model_fields)
    settings = {
        key: value
        for key, value in stage.model_dump(mode="json", by_alias=True, exclude_none=True).items()
        if key not in groups and key not in idle
    }
    if stage.shorthand:
        return f"stages:\n  - {stage.name()}: {stage.shorthand_example}"
    if not settings:
        return f"stages:\n  - {stage.name()}"
    lines = [f"      {key}: {_yaml(value)}" for key, value in settings.items()]
    return "\n".join(["stages:", f"  - {stage.name()}:", *lines])


def _holds_models(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return isinstance(value, BaseModel) or any(map(_holds_models, inner))


def room(cls: type[Stage]) -> str:
    """The folder of a stage, or the package of a plugin's."""
    ours, _, rest = cls.__module__.partition(".stages.")
    return rest.split(".")[0] if ours == "vdata" else ours.split(".")[0]


def headline(cls: type[Stage]) -> str:
    """The first line of a stage's doc."""
    return (inspect.getdoc(cls) or "").partition("\n")[0]


def _names(lanes: Iterable[str]) -> str:
    return ", ".join(sorted(lanes))


def _lanes(cls: type[Stage]) -> str:
    stage = cls()
    written = sorted(stage.lanes_written()) + (["samples"] if cls.makes_samples else [])
    return f"{_names(stage.lanes_read()) or '–'} → {', '.join(written) or '–'}"


def prompt_rows(cls: type[Stage]) -> Iterable[list[str]]:
    """A row for each prompt of a stage: its name, what it asks, and the variables of one's own text."""
    for name, spec in cls.all_prompts().items() if issubclass(cls, TeacherStage) else ():
        needs = spec.needs.split()
        held = [f"{{{variable}}}" + ("*" if variable in needs else "") for variable in spec.names()]
        yield [name, spec.says + ("" if spec.writes else " It writes no text of the data."), " ".join(held) or "–"]


def setting_rows(model: type[BaseModel], before: str = "") -> Iterable[list[str]]:
    """A row for each key; those of a model within stand below it by their path.

    ``[]`` in a path is an entry of a list, ``NAME`` a name that the user gives.
    """
    said = key_docs(model)
    for name, info in model.model_fields.items():
        key = f"{before}{info.alias or name}"
        marks = [mark.words(model) for mark in info.metadata if isinstance(mark, Condition)]
        told = " ".join([said.get(name, ""), f"Only {', and '.join(marks)}." if marks else ""]).strip()
        yield [key, ", ".join([type_name(info.annotation), *limits(info)]), _default(info), told]
        places: dict[type[BaseModel], str] = {}
        for place, inner in _within(info.annotation):
            places.setdefault(inner, place)
        for inner, place in places.items():
            yield from setting_rows(inner, f"{key}{place}.")


def _within(annotation: Any) -> Iterable[tuple[str, type[BaseModel]]]:
    """The models whose keys stand below a key of *annotation*, each with what is put behind the key."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not issubclass(annotation, APART):
            yield "", annotation
    elif origin in (list, tuple, dict):
        place = ".NAME" if origin is dict else "[]"
        yield from ((place + deeper, model) for deeper, model in _within(inner[-1 if origin is dict else 0]))
    else:
        for one in inner:
            yield from _within(one)


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value = info.get_default(call_default_factory=True)
    if isinstance(value, Path) or (isinstance(value, BaseModel) and not isinstance(value, Stage)):
        return ""  # a path depends on the machine; the defaults of a group's keys stand below it
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    return _yaml(_plain(value))


def _plain(value: Any) -> Any:
    """*value* as YAML has it; of a model, what is not its default."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _yaml(value: Any) -> str:
    """*value* as YAML on one line."""
    import yaml

    try:
        text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10000)
    except yaml.YAMLError:
        return str(value)
    return text.removesuffix("\n").removesuffix("\n...")


def type_name(kind: Any) -> str:
    """An annotation in plain words: ``list[float] | None`` is "list of number, or none"."""
    if isinstance(kind, typing.TypeAliasType if hasattr(typing, "TypeAliasType") else ()):
        return type_name(kind.__value__)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return type_name(inner[0])
    if origin is typing.Literal:
        return " | ".join(str(one) for one in inner)
    if origin in (typing.Union, types.UnionType):
        names = list(dict.fromkeys(type_name(one) for one in inner))
        lists = [f"list of {name}" for name in [*names, ", or ".join(names[:-1])]]
        return ", or ".join("a list of these" if name in lists else name for name in names)
    if origin is tuple and inner[-1:] != (...,):
        return f"[{', '.join(type_name(one) for one in inner)}]"
    if origin in (list, set, frozenset, tuple):
        return f"list of {type_name(inner[0])}"
    if origin is dict:
        return f"keys ({type_name(inner[0])}) with values ({type_name(inner[1])})"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        keys = [info.alias or name for name, info in kind.model_fields.items()]
        return "keys " + ", ".join(keys) if issubclass(kind, OwnPrompt) else "keys"
    return PLAIN.get(kind, getattr(kind, "__name__", str(kind)))


def limits(info: FieldInfo) -> list[str]:
    """The constraints on a field: ``["≥ 0", "< 50"]``."""
    found = []
    for limit in info.metadata:
        for name, sign in SIGNS.items():
            if (bound := getattr(limit, name, None)) is not None:
                found.append(sign + number(bound))
        for name, words in SIZES.items():
            bound = getattr(limit, name, None)
            if name == "min_length" and bound == 1:
                found.append("not empty")
            elif bound is not None:
                unit = "" if name == "pattern" else " characters" if "str" in str(info.annotation) else " entries"
                found.append(words.format(bound) + unit)
    return found
