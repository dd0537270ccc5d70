"""build.json: older ones are read, its keys stay, and what cannot be read is refused in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from records import make_record

from vdata.schemas.build_record import FORMAT, BuildRecord, RecordError, Usage

OLDER = Path(__file__).parent / "older_records"
"""Written by earlier versions, from the first on."""
LATER_KEYS: dict[str, Any] = {"format": FORMAT, "retries": [], "teachers": {}, "prompts": {}}


@pytest.mark.parametrize("name", ["labels_only", "teacher", "retries", "splits", "mixture"])
def test_an_older_record_is_read_and_keeps_its_keys(name: str) -> None:
    text = (OLDER / f"{name}.json").read_bytes()
    record = BuildRecord.from_json(text)
    assert json.loads(record.to_json()) == LATER_KEYS | json.loads(text)
    assert BuildRecord.from_json(record.to_json()) == record


def test_what_older_records_say() -> None:
    read = {path.stem: BuildRecord.from_json(path.read_bytes()) for path in OLDER.iterdir()}
    assert {name: (one.inputs, one.videos, one.samples) for name, one in read.items()} == {
        "labels_only": (3, 3, 15),
        "teacher": (3, 0, 0),
        "retries": (3, 3, 16),
        "splits": (3, 3, 15),
        "mixture": (2, 2, 10),
    }
    assert read["teacher"].teachers["writer"]["questions"].calls == 3
    assert read["splits"].splits == {"train": 6, "test": 9}
    assert next(row.reasons for row in read["retries"].funnel) == {"bad_time": 1}
    assert read["mixture"].mix is not None
    assert [(one.name, one.taken, one.wanted) for one in read["mixture"].mix.sources] == [
        ("out-57", 10, 0.5),
        ("out-57b", 0, 0.5),
    ]
    assert [stage["stage"] for stage in read["splits"].stages] == ["tasks", "split"]
    assert read["mixture"].stages == []


def test_keys_without_content_are_left_out_where_they_need_not_be_there() -> None:
    written = json.loads(make_record(config={"name": None}).to_json())
    assert written.keys() & {"made", "splits", "media", "mix"} == set()
    assert written["config"] == {"name": None}, "a config is written as it is"
    assert list(written)[:2] == ["format", "inputs"]


def test_characters_that_have_no_utf8_are_replaced() -> None:
    assert json.loads(make_record(config={"name": "a\ud800é"}).to_json())["config"] == {"name": "a?é"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": FORMAT + 1}, "was written by a newer vdata (format 2, known up to 1): upgrade vdata"),
        ({"format": "one"}, "is damaged (format: Input should be a valid integer"),
        ({"samples": None}, "is damaged (samples: Input should be a valid integer)"),
        ({"files": {"data/a.parquet": {"rows": 1, "bytes": 1}}}, "is damaged (files.data/a.parquet.sha256: Field req"),
        ({"funnel": [{"rows": 1}]}, "is damaged (funnel.0.stage: Field required)"),
        ({"teachers": {"w": {"p": {"calls": "many"}}}}, "is damaged (teachers.w.p.calls: Input should be a valid int"),
    ],
)
def test_newer_and_damaged_records_are_refused(change: dict[str, Any], message: str) -> None:
    content = json.loads(make_record().to_json()) | change
    with pytest.raises(RecordError) as refused:
        BuildRecord.from_json(json.dumps(content))
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", "was not written by vdata"),
        (b'{"generation": "a"}', "was not written by vdata"),
    ],
)
def test_other_files_are_no_records(text: bytes, message: str) -> None:
    with pytest.raises(RecordError, match=f"^{message}$"):
        BuildRecord.from_json(text)


def test_tallies_add_up_and_leave_their_terms_alone() -> None:
    first, second = Usage(calls=2, dollars=0.5), Usage(calls=1, tokens_in=7)
    total = Usage.sum([first, second])
    assert total == Usage(calls=3, tokens_in=7, dollars=0.5)
    total -= first
    assert (total, first, second) == (
        Usage(calls=1, tokens_in=7),
        Usage(calls=2, dollars=0.5),
        Usage(1, tokens_in=7),
    )
