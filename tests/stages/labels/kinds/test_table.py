import io
import json
import math
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.kinds.table import Table

ROWS: list[dict[str, Any]] = [
    {"video": "a", "start": 1.5, "end": 2, "text": "A ball.", "label": "ball", "score": 0.5, "lane": "objects"},
    {"video": "b", "start": "0:01:02.5", "end": "1:03", "text": "Rain."},
    {"video": "a", "label": "sport"},
    {"video": "a", "start": 3, "text": "A whistle.", "speaker": "Ann", "loudness": 4},
]


def read(data: bytes, path: str = "labels.jsonl", **settings: Any) -> dict[str, Labelled]:
    return {found.name: found for found in Table(path=path, **settings).read(data)}


def lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def as_csv(rows: list[dict[str, Any]]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = [names, *([str(row.get(name, "")) for name in names] for row in rows)]
    return "\r\n".join(",".join(cells) for cells in table).encode("utf-8-sig")


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    texts = [{key: str(value) for key, value in row.items()} for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = io.BytesIO()
    pq.write_table(pa.table({name: [row.get(name) for row in texts] for name in names}), file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (lines(*ROWS), "labels.jsonl"),
        (json.dumps(ROWS).encode("utf-16"), "labels.json"),
        (as_csv(ROWS), "LABELS.CSV"),
        (as_csv(ROWS).replace(b",", b"\t"), "labels.tsv"),
        (as_parquet(ROWS), "labels.parquet"),
    ],
)
def test_rows_become_spans_whatever_the_format(data: bytes, path: str) -> None:
    found = read(data, path)
    assert list(found) == ["a", "b"]
    assert found["a"].rejects == found["b"].rejects == []
    (ball,) = found["a"].lanes["objects"]
    assert (ball.start, ball.end, ball.text, ball.label, ball.score) == (1.5, 2.0, "A ball.", "ball", 0.5)
    whole, point = found["a"].lanes["labels"]
    assert (whole.start, whole.end, whole.label) == (0.0, math.inf, "sport")
    assert (point.start, point.end, point.attrs, point.values) == (3.0, 3.0, {"speaker": "Ann"}, {"loudness": 4.0})
    (rain,) = found["b"].lanes["labels"]
    assert (rain.start, rain.end) == (62.5, 63.0)


def test_columns_can_be_named() -> None:
    row = {"yt": "a", "from": 1, "to": 2, "what": "Sun."}
    found = read(lines(row), columns={"video": "yt", "start": "from", "end": "to", "text": "what"}, lane="sky")
    (span,) = found["a"].lanes["sky"]
    assert (span.start, span.end, span.text, span.attrs, span.values) == (1.0, 2.0, "Sun.", {}, {})


def test_bad_rows_are_said_with_their_number() -> None:
    found = read(
        b'{"video": "a", "start": 5, "end": 1}\nnot json\n[1]\n\n{"video": ""}\n{"start": 1}\n'
        b'{"video": "a", "start": NaN, "end": 3}\n{"video": "a", "start": 1, "end": 2, "lane": "../x"}'
    )
    assert [(r.reason, r.detail.partition(":")[0]) for r in found["a"].rejects] == [
        ("bad_time", "row 1"),
        ("bad_time", "row 7"),
        ("bad_row", "row 8"),
    ]
    assert [(r.reason, r.detail.partition(":")[0]) for r in found[""].rejects] == [
        ("bad_row", "row 2"),
        ("bad_row", "row 3"),
        ("no_video", "row 5"),
        ("no_video", "row 6"),
    ]
    assert found["a"].lanes == {}


def test_a_csv_row_with_too_many_cells_is_said() -> None:
    found = read(b"video,text\na,Rain, then sun\n", "l.csv")
    assert [r.detail for r in found[""].rejects] == ["row 1: more cells than the header has columns"]


def test_a_table_without_a_video_column_says_which_there_are() -> None:
    with pytest.raises(LabelError) as error:
        read(lines({"clip": "a", "text": "Rain."}))
    assert "labels.jsonl: no column video. The columns are clip, text." in str(error.value)
    with pytest.raises(LabelError, match="no column vid"):
        read(lines({"video": "a"}), columns={"video": "vid"})


@pytest.mark.parametrize(("data", "path"), [(b"PAR1", "l.parquet"), (b"{}", "l.json"), (b"x", "l.txt")])
def test_a_file_that_is_no_table_is_named(data: bytes, path: str) -> None:
    with pytest.raises(LabelError, match=f"^{path}: not a "):
        read(data, path)


def test_scores_are_put_on_another_scale() -> None:
    rows = [{"video": "a", "score": score} for score in (1, 3.52, 5, 5.5, "good")]
    found = read(lines(*rows), scale={"from": [1, 5]})["a"]
    assert [span.score for span in found.lanes["labels"]] == [0, 63, 100, None]
    assert [(reject.reason, reject.detail) for reject in found.rejects] == [
        ("bad_score", "row 4: the score 5.5 is not on the scale from 1 to 5")
    ]
    turned = read(lines(*rows[:2]), scale={"from": [1, 5], "to": [10, 0]})["a"]
    assert [span.score for span in turned.lanes["labels"]] == [10, 3.7]
    with pytest.raises(ValueError, match="give the least score of the scale, then the greatest"):
        Table(path="x", scale={"from": [5, 1]})
