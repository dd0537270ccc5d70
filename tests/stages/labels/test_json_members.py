"""A JSON object is read a member at a time, as all of it would be."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest

from vdata.stages.labels import LabelError, json_members
from vdata.stages.labels.json_members import members

FILES = {
    "empty": "{}",
    "spaces": ' \n{ "a" :\t1 ,\r\n"b": [ ] } \n',
    "numbers": '{"a": 1e+5, "b": -0.25, "c": 12345678901234567890, "d": 1E-3, "e": NaN, "f": -Infinity, "g": 7}',
    "nested": '{"a": {"b": [1, {"c": "}]"}]}, "d": "\\"\\\\", "e": null, "f": true}',
    "unicode": '{"a": "\\u00e9\\ud83d\\ude00", "é😀": "日本", "lone": "\\ud800"}',
    "a key twice": '{"a": 1, "b": 2, "a": 3}',
    "a list": "[1, 2]",
    "a number": "17",
    "inside": '{"version": 1, "database": {"a": 1, "b": [2]}, "after": {}}',
    "inside is a list": '{"version": 1, "database": [1]}',
    "inside twice": '{"database": {"a": 1}, "database": {"b": 2}}',
    "a key twice inside": '{"database": {"a": 1, "a": 2}}',
}
BROKEN = {
    "nothing": "",
    "cut": '{"a": [1, 2',
    "no colon": '{"a" 1}',
    "no comma": '{"a": 1 "b": 2}',
    "a comma too many": '{"a": 1,}',
    "a key that is none": "{1: 2}",
    "more behind": '{"a": 1} {"b": 2}',
    "deep": '{"a": ' + "[" * 200_000,
}


def whole(data: bytes) -> Any:
    """What all of *data* says."""
    told = json.loads(data.decode("utf-8-sig", "surrogateescape"))
    told = told["database"] if isinstance(told, dict) and isinstance(told.get("database"), dict) else told
    return list(told.items()) if isinstance(told, dict) else None


def piecewise(data: bytes) -> Any:
    found = members(io.BytesIO(data), "l.json", "database")
    return found if found is None else list(found)


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 7, 1000])
@pytest.mark.parametrize("name", FILES)
def test_the_members_are_those_of_the_whole_file(name: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_members, "CHUNK", chunk)
    for data in (FILES[name].encode(), b"\xef\xbb\xbf" + FILES[name].encode()):
        assert repr(piecewise(data)) == repr(whole(data))  # NaN is not equal to itself


def test_other_encodings_are_read_as_before() -> None:
    assert piecewise('{"a": "é"}'.encode("utf-16")) == [("a", "é")]
    assert piecewise(b'{"a": "\xff"}') == [("a", "\udcff")]


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_said_before_anything_is_told(name: str) -> None:
    with pytest.raises(LabelError, match=r"l\.json.*not valid JSON"):
        members(io.BytesIO(BROKEN[name].encode()), "l.json")


def test_what_chance_writes_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)

    def value(depth: int) -> Any:
        kind = chance.randrange(6 if depth else 4)
        if kind == 5:
            return {text(): value(depth - 1) for _ in range(chance.randrange(4))}
        if kind == 4:
            return [value(depth - 1) for _ in range(chance.randrange(4))]
        return [chance.random() * 10 ** chance.randrange(-9, 9), chance.randrange(10**9), text(), None][kind]

    def text() -> str:
        return "".join(chance.choice('ab1{}[]",:\\ é😀') for _ in range(chance.randrange(9)))

    for _ in range(200):
        monkeypatch.setattr(json_members, "CHUNK", chance.randrange(1, 40))
        table = {text(): value(3) for _ in range(chance.randrange(12))}
        data = json.dumps(table, indent=chance.choice([None, 1]), ensure_ascii=chance.random() < 0.5).encode()
        assert piecewise(data) == list(table.items())
