"""Pydantic's complaints in plain words, and "did you mean"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from ...schemas.nearest import nearest
from ...schemas.settings_model import Misfits, NoEffect, UnknownKey
from .yaml_lines import Path

_SIXTY = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\Z")


class Complaint(NamedTuple):
    """A complaint about the value at *path* below what was validated."""

    path: Path
    message: str
    hint: str = ""


def class_of(kinds: Mapping[str, type[Any]], entry: Any) -> type[Any] | None:
    """The class among *kinds* that the key ``kind`` of *entry* names; None if there is none."""
    kind = entry.get("kind") if isinstance(entry, dict) else None
    return kinds.get(kind) if isinstance(kind, str) else None


def did_you_mean(word: str, words: Iterable[str], otherwise: str = "") -> str:
    """``Did you mean shots?``, or *otherwise*."""
    best = nearest(word, words)
    return f"Did you mean {best}?" if best else otherwise


def listed(words: Iterable[Any], joint: str = "or") -> str:
    """``a, b or c``."""
    *most, last = [str(word) for word in words] or [""]
    return f"{', '.join(most)} {joint} {last}" if most else last


def shown(value: Any) -> str:
    """A value as a short piece of YAML, to name it in a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "keys (" + ", ".join(map(str, value)) + ")"
    if isinstance(value, list):
        return "a list"
    text = str(value) if not isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def number(value: Any) -> str:
    """A limit, as people write it: 5 for 5.0, and every digit of a whole number."""
    return str(int(value)) if isinstance(value, (int, float)) and value == value // 1 else str(value)


def validate(
    model: type[BaseModel] | TypeAdapter[Any], value: Any, written: Mapping[Path, str] | None = None
) -> tuple[Any, list[Complaint]]:
    """*value* as *model*, or None with everything that is wrong with it; *written* is how texts stood in the file."""
    adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
    result, errors = None, []
    try:
        result = adapter.validate_python(value)
    except ValidationError as error:
        errors = list(error.errors(include_url=False, include_input=False))
    # Pydantic takes true for 1.0: ask again with texts in place of truths, and keep only complaints about those.
    if (texts := _no_truths(value)) != value:
        try:
            adapter.validate_python(texts)
        except ValidationError as error:
            numbers = ("int_parsing", "float_parsing")
            truths = [
                one
                for one in error.errors(include_url=False, include_input=False)
                if one["type"] in numbers and isinstance(_at(value, one["loc"])[1], bool)
            ]
            places = {one["loc"] for one in truths}
            errors = [one for one in errors if one["loc"] not in places] + truths
    if not errors:
        nans = _nans(result.model_dump(by_alias=True)) if isinstance(result, BaseModel) else []
        return (None, nans) if nans else (result, [])
    return None, _grouped(errors, value, written or {})


def sound_part(model: type[BaseModel], value: Mapping[str, Any], wrong: Iterable[Path]) -> Any:
    """*value* as *model* without what is at the paths *wrong*, or as little above them as can be; None: it cannot."""
    wrong = list(wrong)
    for depth in range(max(map(len, wrong), default=0), 0, -1):
        places = {path[:depth] for path in wrong}
        outer = {place for place in places if not any(place[:size] in places for size in range(len(place)))}
        result, still = validate(model, _without(dict(value), outer))
        if not still:
            return result
    return None


def faulty_parts(value: Mapping[str, Any], wrong: Iterable[Complaint]) -> list[Any]:
    """The keys of *value* that something is *wrong* with, of a list the entries."""
    entries = {one.path[: 1 + (isinstance(value.get(str(one.path[0])), list))] for one in wrong if one.path}
    return [_at(value, path)[1] for path in entries]


def _without(value: Any, places: Collection[Path]) -> Any:
    """*value* without what lies at *places*, none of which lies in another."""
    below: dict[Any, list[Path]] = {}
    for first, *rest in places:
        below.setdefault(first, []).append(tuple(rest))
    if isinstance(value, dict):
        return {key: _without(one, below.get(key, ())) for key, one in value.items() if () not in below.get(key, ())}
    if isinstance(value, list):
        return [_without(one, below.get(n, ())) for n, one in enumerate(value) if () not in below.get(n, ())]
    return value


def known_keys(model: Any, path: Iterable[str | int] = ()) -> list[str]:
    """The YAML keys of *model* (or of what its field at *path* holds)."""
    models = models_in(model)
    for part in path:
        fields = [info for outer in models for name, info in outer.model_fields.items() if part in (info.alias, name)]
        if fields:  # else a key of a dict, or an index
            models = [inner for info in fields for inner in models_in(info.annotation)]
    return [info.alias or name for found in models for name, info in found.model_fields.items()]


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Every model that *annotation* mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in models_in(inner)]


def _grouped(errors: list[Any], value: Any, written: Mapping[Path, str]) -> list[Complaint]:
    """The errors by place, one for each: a union complains once for each of its members."""
    places: dict[Path, list[tuple[Any, bool]]] = {}
    for error in errors:
        path, _, rest = _at(value, error["loc"])
        if error["type"] == "missing" and rest:
            path, rest = (*path, rest[-1]), ()
        places.setdefault(path, []).append((error, bool(rest)))
    wrong: list[Complaint] = []
    for path, here in places.items():
        deeper = any(len(other) > len(path) and other[: len(path)] == path for other in places)
        if deeper and all(member for _, member in here):  # a union: its member that fits better complains deeper down
            continue
        reason = (here[0][0].get("ctx") or {}).get("error")
        if isinstance(reason, NoEffect):
            wrong += [Complaint((*path, *key.split(".")), f"{why}.") for key, why in reason.complaints.items()]
            continue
        if isinstance(reason, Misfits):
            wrong += [
                Complaint((*path, *inner), why if why.endswith("?") else f"{why.rstrip('.')}.")
                for inner, why in reason.places
            ]
            continue
        if isinstance(reason, UnknownKey):
            hint = did_you_mean(reason.key[-1], reason.known, f"Known here: {', '.join(reason.known)}.")
            wrong.append(Complaint((*path, *reason.key), "unknown key.", hint))
            continue
        wrong.append(_say(path, [error for error, _ in here], _at(value, path)[1], written.get(path)))
    return wrong


def _say(path: Path, errors: list[Any], value: Any, written: str | None) -> Complaint:
    kinds = {error["type"] for error in errors}
    context = errors[0].get("ctx") or {}
    if kinds == {"missing"}:
        return Complaint(path, "missing.")
    if "extra_forbidden" in kinds:
        return Complaint(path, "unknown key.")
    if errors[0]["loc"][-1:] == ("[key]",) and kinds == {"literal_error"}:
        keys = re.findall(r"'([^']*)'", context["expected"])
        return Complaint(path, "unknown key.", did_you_mean(str(path[-1]), keys, f"Known here: {', '.join(keys)}."))
    for error in errors:
        if error["type"] in ("value_error", "assertion_error"):
            return Complaint(path, str(error["ctx"]["error"]).rstrip(".") + ".")
    if "union_tag_not_found" in kinds:
        key = str(context["discriminator"]).strip("'")
        if isinstance(value, dict) and (slip := nearest(key, value)):
            return Complaint((*path, slip), "unknown key.", f"Did you mean {key}?")
        return Complaint((*path, key), "missing.")
    if "union_tag_invalid" in kinds:
        tags = [tag.strip().strip("'") for tag in context["expected_tags"].split(",")]
        key, tag = context["discriminator"].strip("'"), context["tag"]
        return Complaint((*path, key), f"must be {listed(tags)}, got {tag!r}.", did_you_mean(tag, tags))
    expected = list(dict.fromkeys(_expected(error) for error in errors))
    hint = ""
    for error in errors:
        if error["type"] in ("literal_error", "enum") and isinstance(value, str):
            hint = did_you_mean(value, re.findall(r"'([^']*)'", error["ctx"]["expected"]))
    if isinstance(value, str) and kinds & {"float_parsing", "int_parsing"} and (clock := _SIXTY.match(value)):
        hours, minutes, seconds = clock.groups(default="0")
        hint = f"In seconds that is {int(hours) * 3600 + int(minutes) * 60 + float(seconds):g}."
    if kinds == {"string_type"} and isinstance(value, (int, float)):
        hint = "Put it in quotes."
    return Complaint(path, f"must be {listed(expected)}, got {written or shown(value)}.", hint)


_EXPECTED = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "a text",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen": "a list",
    "dict": "keys with values",
    "model": "keys with values",
    "mapping": "keys with values",
    "path": "a path",
    "none": "nothing",
    "is": "an instance",
    "finite": "a finite number",
}


def _expected(error: Any) -> str:
    """What one error wanted, to stand after "must be"."""
    kind, context = error["type"], error.get("ctx") or {}
    match kind:
        case "greater_than":
            return f"above {number(context['gt'])}"
        case "greater_than_equal":
            return f"at least {number(context['ge'])}"
        case "less_than":
            return f"below {number(context['lt'])}"
        case "less_than_equal":
            return f"at most {number(context['le'])}"
        case "multiple_of":
            return f"a multiple of {number(context['multiple_of'])}"
        case "int_from_float":
            return "a whole number"
        case "literal_error" | "enum":
            return str(context["expected"]).replace("'", "")
        case "string_too_short":
            return f"a text of at least {context['min_length']} characters"
        case "string_too_long":
            return f"a text of at most {context['max_length']} characters"
        case "too_short":
            return f"a list of at least {context['min_length']}"
        case "too_long":
            return f"a list of at most {context['max_length']}"
        case "string_pattern_mismatch":
            return f"a text like {context['pattern']}"
    return _EXPECTED.get(kind.split("_")[0]) or f"otherwise ({error['msg']})"


def _at(value: Any, loc: Iterable[str | int]) -> tuple[Path, Any, Path]:
    """Follow *loc* into *value*: the path that exists, what lies there, and the rest (names of union members)."""
    path: list[str | int] = []
    rest: list[str | int] = []
    for part in loc:
        inside = (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        )
        if inside and not rest[1:]:
            value = value[part]
            path.append(part)
            rest = []
        else:
            rest.append(part)
    return tuple(path), value, tuple(rest)


def _nans(value: Any, path: Path = ()) -> list[Complaint]:
    """No limit holds for a NaN, so it is taken nowhere."""
    if isinstance(value, float) and value != value:
        return [Complaint(path, "must be a number, got nan.")]
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, (list, tuple)) else ()
    return [wrong for key, inner in inside for wrong in _nans(inner, (*path, key))]


def _no_truths(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _no_truths(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_no_truths(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else value
