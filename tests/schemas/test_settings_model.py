"""Keys that count in some cases only: what is refused, with which words, and what passes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from vdata.schemas.settings_model import NoEffect, OnlyWith, Settings, Without


class Inner(Settings):
    show: Literal["word", "clip"] = "word"
    lane: Annotated[str, OnlyWith(show="clip")] = ""


class Whole(Settings):
    mode: Literal["single", "steps", "grid"] = "single"
    group: Annotated[int, OnlyWith(mode=("steps", "grid"))] = 8
    every: float | None = None
    count: Annotated[int, Without("every")] = 3
    tasks: list[str] | None = None
    turns: Annotated[int, OnlyWith(tasks="dialogue")] = 3
    teacher: str = ""
    chance: Annotated[float, OnlyWith(tasks="blind") | OnlyWith("teacher", tasks=None)] = 0.5
    least: float = 0.0
    short: Annotated[str, OnlyWith("least"), Without(mode="grid")] = "join"
    inner: Inner = Inner()
    parts: Annotated[int, OnlyWith(inner__show="clip")] = 1
    size: Annotated[int | None, Field(alias="with"), OnlyWith("least")] = 4


@pytest.mark.parametrize(
    ("live", "dead", "why"),
    [
        (
            {"mode": "steps", "group": 8},
            {"group": 8},
            "group has no effect with mode single; it belongs to mode steps or grid",
        ),
        ({"count": 3}, {"count": 3, "every": 2}, "count has no effect beside every"),
        (
            {"tasks": ["what", "dialogue"], "turns": 2},
            {"tasks": ["what"], "turns": 2},
            "turns has no effect without tasks dialogue",
        ),
        ({"tasks": ["dialogue"], "turns": 2}, {"turns": 2}, "turns has no effect without tasks dialogue"),
        (
            {"teacher": "watcher", "chance": 0.1},
            {"chance": 0.1},
            "chance has no effect: it counts only with tasks: blind, or with teacher and tasks: none",
        ),
        ({"least": 1, "short": "drop"}, {"short": "drop"}, "short has no effect without least"),
        (
            {"least": 1, "short": "drop"},
            {"least": 1, "short": "drop", "mode": "grid"},
            "short has no effect beside mode grid",
        ),
        (
            {"inner": {"show": "clip"}, "parts": 2},
            {"parts": 2},
            "parts has no effect with inner.show word; it belongs to inner.show clip",
        ),
        ({"least": 1, "with": 3}, {"with": 3}, "with has no effect without least"),
    ],
)
def test_a_key_counts_only_where_its_mark_says(live: dict[str, Any], dead: dict[str, Any], why: str) -> None:
    Whole(**live)
    with pytest.raises(ValidationError) as caught:
        Whole(**dead)
    (error,) = caught.value.errors()
    assert str(error["ctx"]["error"]) == why
    assert isinstance(error["ctx"]["error"], NoEffect)


def test_only_written_keys_are_judged_and_none_is_not_written() -> None:
    assert Whole(every=2).count == 3
    Whole(**{"with": None})


def test_a_key_of_a_group_is_judged_in_its_group() -> None:
    with pytest.raises(ValidationError, match="lane has no effect with show word; it belongs to show clip"):
        Whole.model_validate({"inner": {"lane": "steps"}})


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Whole.model_validate({"grop": 3})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("group", "with ``mode: steps or grid``"),
        ("count", "without ``every``"),
        ("chance", "with ``tasks: blind``, or with ``teacher`` and ``tasks: none``"),
        ("parts", "with ``inner.show: clip``"),
    ],
)
def test_a_mark_says_in_words_when_its_key_counts(name: str, words: str) -> None:
    (mark,) = Whole.model_fields[name].metadata
    assert mark.words(Whole) == words
