"""Settings that are written as YAML: keys that count in some cases only, and the words of older versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator


class NoEffect(ValueError):
    """Keys that were written and have no effect among the other settings: *complaints* says why, by key."""

    def __init__(self, complaints: Mapping[str, str]) -> None:
        self.complaints = dict(complaints)
        super().__init__("; ".join(f"{key} {why}" for key, why in complaints.items()))


class UnknownKey(ValueError):
    """A key of a table in YAML is none of those that it may have: *key* says where, from what was validated down."""

    def __init__(self, key: tuple[str, ...], known: Iterable[str]) -> None:
        self.key, self.known = key, list(known)
        super().__init__(f"unknown key {'.'.join(key)}; known: {', '.join(self.known)}")


class Misfits(ValueError):
    """Values that do not fit, several at once: *places* says where each is, from what was validated down, and what is
    wrong with it."""

    def __init__(self, places: Sequence[tuple[tuple[str | int, ...], str]]) -> None:
        self.places = list(places)
        super().__init__("; ".join(f"{'.'.join(map(str, path))}: {why}" for path, why in self.places))


class Settings(BaseModel):
    """A group of YAML keys. A key that is unknown, or that has no effect among the others, is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    renamed: ClassVar[Mapping[str, str]] = {}
    """Words of older versions that are still read, each with the new one: ``{"again": "draws"}`` for a key, and
    ``{"samples: taught": "written"}`` for a value of the key that is now called ``samples``."""

    @model_validator(mode="after")
    def _every_key_counts(self) -> Self:
        if complaints := self.without_effect(self.model_fields_set):
            raise NoEffect(complaints)
        return self

    def without_effect(self, names: Iterable[str]) -> dict[str, str]:
        """Why those of the fields *names* have no effect that have none among the other settings, by YAML key.

        A field that is None counts as not written, so that ``--set stage.key=null`` takes a key away.
        """
        names, complaints = set(names), {}
        for name, info in type(self).model_fields.items():
            if name in names and getattr(self, name) is not None:
                for mark in info.metadata:
                    if isinstance(mark, Condition) and not mark.holds(self):
                        complaints[info.alias or name] = mark.complaint(self)
        return complaints

    def idle_within(self) -> Iterable[str]:
        """Keys of groups in these settings, like ``needle.size``, that have no effect among the others."""
        return ()


def effective(settings: Settings) -> dict[str, Any]:
    """The YAML keys of *settings* as JSON types, without those that have no effect, so that they can be read again."""
    kept: dict[str, Any] = _effective(settings, settings.model_dump(mode="json", by_alias=True))
    return kept


def _effective(value: Any, dump: Any) -> Any:
    if isinstance(value, Settings):
        idle = value.without_effect(type(value).model_fields)
        names = {info.alias or name: name for name, info in type(value).model_fields.items()}
        kept = {
            key: _effective(getattr(value, names.get(key, key)), one) for key, one in dump.items() if key not in idle
        }
        for group, _, key in (one.partition(".") for one in value.idle_within()):
            kept[group].pop(key, None)
        return kept
    if isinstance(value, (list, tuple)):
        return [_effective(one, inner) for one, inner in zip(value, dump, strict=True)]
    if isinstance(value, dict) and isinstance(dump, dict):  # keys are texts, in the same order
        return {key: _effective(one, inner) for one, (key, inner) in zip(value.values(), dump.items(), strict=True)}
    return dump


class Condition:
    """The condition on which a key counts, in its field's annotation: ``Annotated[int, OnlyWith(mode="single")]``."""

    def holds(self, settings: BaseModel) -> bool:
        """Whether the key counts among *settings*."""
        raise NotImplementedError

    def complaint(self, settings: BaseModel) -> str:
        """What to say of the key when the condition does not hold."""
        raise NotImplementedError

    def words(self, model: type[BaseModel]) -> str:
        """The condition for the documentation, after "Only"."""
        raise NotImplementedError

    def __or__(self, other: Condition) -> Condition:
        return _AnyOf(self, other)


class OnlyWith(Condition):
    """The key counts only where all of these hold: each key of *keys* is set, and each of *values* has that value.

    A key is set when it is neither none, empty, 0 nor false. A tuple stands for any of its values; of a list or a
    table, one entry must have it; None stands for what is not set. ``needle__show`` is the key ``show`` of the group
    ``needle``, or of the groups among the list ``needle``.
    """

    def __init__(self, *keys: str, **values: Any) -> None:
        self.keys = keys
        self.values = {key: value if isinstance(value, tuple) else (value,) for key, value in values.items()}

    def holds(self, settings: BaseModel) -> bool:
        return all(_at(settings, key) for key in self.keys) and all(
            _one_of(_at(settings, key), values) for key, values in self.values.items()
        )

    def complaint(self, settings: BaseModel) -> str:
        for key in self.keys:
            if not _at(settings, key):
                return f"has no effect without {_key(type(settings), key)}"
        for key, values in self.values.items():
            now = _at(settings, key)
            if not _one_of(now, values):
                named, wanted = _key(type(settings), key), _listed(values)
                if now is None or isinstance(now, (list, tuple, dict)):
                    return f"has no effect without {named} {wanted}"
                return f"has no effect with {named} {_as_yaml(now)}; it belongs to {named} {wanted}"
        return ""

    def words(self, model: type[BaseModel]) -> str:
        parts = [f"``{_key(model, key)}``" for key in self.keys]
        parts += [f"``{_key(model, key)}: {_listed(values)}``" for key, values in self.values.items()]
        return f"with {' and '.join(parts)}"


class Without(OnlyWith):
    """The key counts only where none of these hold: no key of *keys* is set, and none of *values* has that value."""

    def holds(self, settings: BaseModel) -> bool:
        return not self._broken(settings)

    def complaint(self, settings: BaseModel) -> str:
        return f"has no effect beside {self._broken(settings)[0]}"

    def words(self, model: type[BaseModel]) -> str:
        return super().words(model).replace("with ", "without ", 1).replace(" and ", " and without ")

    def _broken(self, settings: BaseModel) -> list[str]:
        model = type(settings)
        broken = [_key(model, key) for key in self.keys if _at(settings, key)]
        return broken + [
            f"{_key(model, key)} {_listed(values)}"
            for key, values in self.values.items()
            if _one_of(_at(settings, key), values)
        ]


class _AnyOf(Condition):
    """The key counts where one of several conditions holds."""

    def __init__(self, *conditions: Condition) -> None:
        self.conditions = conditions

    def holds(self, settings: BaseModel) -> bool:
        return any(condition.holds(settings) for condition in self.conditions)

    def complaint(self, settings: BaseModel) -> str:
        return f"has no effect: it counts only {self.words(type(settings)).replace('``', '')}"

    def words(self, model: type[BaseModel]) -> str:
        return ", or ".join(condition.words(model) for condition in self.conditions)


def _at(settings: BaseModel, key: str) -> Any:
    value: Any = settings
    for name in key.split("__"):
        if isinstance(value, list):
            value = [found for one in value if (found := getattr(one, name, None)) is not None]
        else:
            value = getattr(value, name, None)
    return value


def _key(model: type[BaseModel], key: str) -> str:
    """A field as it stands in YAML."""
    first, *rest = key.split("__")
    info = model.model_fields.get(first)
    return ".".join([(info and info.alias) or first, *rest])


def _one_of(value: Any, wanted: tuple[Any, ...]) -> bool:
    entries = list(value) if isinstance(value, (list, tuple, dict)) else [value or None]
    return any(entry in wanted for entry in entries) or (None in wanted and not value)


def _listed(values: tuple[Any, ...]) -> str:
    *most, last = map(_as_yaml, values)
    return f"{', '.join(most)} or {last}" if most else last


def _as_yaml(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
