"""Texts as inputs: what a row or a file gives, and why one cannot be used; and questions that bring their text."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.kinds.qa import Qa
from vdata.stages.labels.kinds.texts import Texts
from vdata.stages.labels.text_rows import text_name

LONG = "It rained all day.\n\nThen the sun came out."


def lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def read(data: bytes, path: str = "t.jsonl", **settings: Any) -> dict[str, Labelled]:
    return {found.name: found for found in Texts(path=path, **settings).read(data)}


def told(found: Labelled, lane: str = "documents") -> list[str | None]:
    return [span.text for span in found.lanes[lane]]


def test_rows_of_one_name_are_one_input_in_their_order() -> None:
    rows = [
        {"book": "a", "body": "One.", "year": 1851, "by": "H."},
        {"book": "b", "body": LONG},
        {"book": "a", "body": "Two."},
    ]
    found = read(lines(*rows), columns={"name": "book", "text": "body"}, lane="chapters")
    assert {name: told(one, "chapters") for name, one in found.items()} == {"a": ["One.", "Two."], "b": [LONG]}
    first, second = found["a"].lanes["chapters"]
    assert (first.values, first.attrs) == ({"number": 1, "year": 1851}, {"by": "H."})
    assert (second.values, second.start, second.end) == ({"number": 2}, 1, 2)


def test_a_text_without_a_name_is_named_by_what_it_says_and_laid_once() -> None:
    found = read(lines({"text": LONG, "question": "Q?"}, {"text": LONG, "question": "R?"}))
    assert list(found) == [text_name(LONG)] == [text_name(f" {LONG} ")]
    assert told(found[text_name(LONG)]) == [LONG]
    assert not found[text_name(LONG)].rejects


def test_files_and_tables_are_read() -> None:
    assert told(read(LONG.encode(), "books/moby.txt")["moby"]) == [LONG]
    packed, table = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name in ("x/one.txt", "two.json"):
            info = tarfile.TarInfo(name)
            info.size = len(LONG)
            tar.addfile(info, io.BytesIO(LONG.encode()))
    assert {name: told(one) for name, one in read(packed.getvalue(), "books.tar").items()} == {"one": [LONG]}
    pq.write_table(pa.table({"id": [7], "content": [LONG]}), table)
    assert told(read(table.getvalue(), "t.parquet")["7"]) == [LONG]


def test_what_cannot_be_read_has_its_reason() -> None:
    bad = read(b'{"text": "  ", "id": "a"}\n{"text": 1\n{"text": "x", "id": "b"}')
    assert [(one.reason, one.detail) for one in bad[""].rejects] == [
        ("no_text", "row 1: there is no text"),
        ("bad_row", "row 2: not valid JSON: Expecting ',' delimiter: line 1 column 11 (char 10)"),
    ]
    with pytest.raises(
        LabelError, match=r"t\.jsonl: no column of the file is known to be the text. .* columns: \{text: NAME\}"
    ):
        read(lines({"words": LONG}))
    with pytest.raises(LabelError, match="the file has no column body"):
        read(lines({"text": LONG}), columns={"text": "body"})
    with pytest.raises(LabelError, match=r"b\.pdf: not a file of texts"):
        read(b"", "b.pdf")
    with pytest.raises(LabelError, match="not a readable tar"):
        read(b"nothing", "b.tar")


def test_questions_bring_their_text_and_share_an_input() -> None:
    rows = [
        {"passage": LONG, "question": "What came out?", "answer": "The sun."},
        {"passage": LONG, "question": "When did it rain?", "answer": "All day."},
        {"passage": "Another.", "question": "Which?", "answer": "Another."},
    ]
    stage = Qa(path="q.jsonl", columns={"context": "passage"})
    assert stage.lanes() == {"questions", "documents"}
    assert Qa(path="q.jsonl").lanes() == {"questions"}
    found = {one.name: one for one in stage.read(lines(*rows))}
    assert {name: told(one) for name, one in found.items()} == {
        text_name(LONG): [LONG],
        text_name("Another."): ["Another."],
    }
    assert [len(one.samples) for one in found.values()] == [2, 1]
    named = {one.name: one for one in stage.read(lines({**rows[0], "id": "q1", "video": "book 1"}))}
    assert told(named["book 1"]) == [LONG]


def test_without_a_text_a_question_needs_its_video() -> None:
    (found,) = Qa(path="q.jsonl", columns={"context": "passage"}).read(
        lines({"passage": "", "question": "Q?", "answer": "A"})
    )
    assert [one.reason for one in found.rejects] == ["no_video"]
