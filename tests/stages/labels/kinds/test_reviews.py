"""What people said in Label Studio and Argilla becomes spans of the lane reviews: only what they changed, by id."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from reviewing import annotation, flat, record_of, task_of

from vdata.schemas import Span
from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.kinds.argilla import ArgillaReviews
from vdata.stages.labels.kinds.label_studio import LabelStudioReviews

ITEM: dict[str, Any] = {
    "id": "s1",
    "lane": "",
    "content": "c1",
    "video_name": "a.mp4",
    "video": "/data/local-files/?d=media/x.mp4",
    "start": 12.0,
    "end": 15.0,
    "shift": 10.0,
    "question": "What is cooked?",
    "options": "Eggs.\nFish.",
    "answer": "Eggs.",
    "evidence": "2.0 - 5.0 | events | Eggs are cracked.",
}
AS_SHOWN = {f"corrected_{name}": ITEM[name] for name in ("question", "options", "answer", "evidence")}


def studio(*tasks: Any, **settings: Any) -> dict[str, Labelled]:
    importer = LabelStudioReviews(path="e.json", **settings)
    return {found.name: found for found in importer.read(json.dumps(tasks).encode())}


def argilla(data: bytes, path: str = "r.json", **settings: Any) -> dict[str, Labelled]:
    return {found.name: found for found in ArgillaReviews(path=path, **settings).read(data)}


def spans(found: Labelled) -> list[Span]:
    assert not found.rejects
    return found.lanes["reviews"]


def test_what_was_left_as_it_was_is_no_correction() -> None:
    (span,) = spans(studio(task_of(ITEM, annotation("right", **AS_SHOWN)))["a.mp4"])
    assert (span.start, span.end, span.label, span.text) == (12.0, 15.0, "right", None)
    assert span.attrs == {"of": "s1", "content": "c1", "by": span.attrs["by"]}


def test_corrections_with_times_of_the_whole_video() -> None:
    texts = {
        **AS_SHOWN,
        "corrected_answer": "Fish. ",
        "corrected_options": "Eggs.\n\nFish.\nRice.",
        "corrected_evidence": "0:01 – 0:02.5 | events | Fish is cut.\n2.0 - 5.0 | events | Eggs are cracked.",
        "comment": "Look again.",
    }
    (span,) = spans(studio(task_of(ITEM, annotation("wrong", **texts)))["a.mp4"])
    assert span.label == "wrong"
    assert span.attrs["answer"] == "Fish."
    assert json.loads(span.attrs["options"]) == ["Eggs.", "Fish.", "Rice."]
    assert json.loads(span.attrs["evidence"]) == [
        {"start": 11.0, "end": 12.5, "lane": "events", "text": "Fish is cut."},
        {"start": 12.0, "end": 15.0, "lane": "events", "text": "Eggs are cracked."},
    ]
    assert span.attrs["comment"] == "Look again."
    assert "question" not in span.attrs


def test_skipped_tasks_and_predictions_are_no_reviews_and_the_last_word_counts() -> None:
    task = task_of(
        ITEM,
        annotation("wrong", 1, cancelled=True),
        annotation("right", 2, at="2026-01-02"),
        annotation("wrong", 2, at="2026-01-01"),
        annotation("unsure", 3),
    )
    task["predictions"] = [annotation("wrong", 9)]
    assert [span.label for span in spans(studio(task)["a.mp4"])] == ["right", "unsure"]


def test_how_people_are_named() -> None:
    task = task_of(ITEM, annotation("right", {"id": 4, "email": "ann@example.org"}), annotation("right", 5))
    hashed = [span.attrs["by"] for span in spans(studio(task)["a.mp4"])]
    assert all(name.startswith("person-") and len(name) == 15 for name in hashed)
    assert len(set(hashed)) == 2
    plain = spans(studio(task, annotators="as_is")["a.mp4"])
    assert [span.attrs["by"] for span in plain] == ["ann@example.org", "5"]
    nobody = spans(studio(task, annotators="none")["a.mp4"])
    assert ["by" in span.attrs for span in nobody] == [False, False]


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"corrected_evidence": "2 - 5 events Eggs"}, "line 1 of the evidence is not `start - end | lane | text`"),
        ({"corrected_evidence": "5 - 2 | events | Eggs"}, "it ends before it starts"),
        ({"corrected_evidence": "soon - 2 | events | Eggs"}, "not a finite number"),
    ],
)
def test_a_correction_that_cannot_be_read_is_said(texts: dict[str, Any], why: str) -> None:
    task = task_of(ITEM, annotation("wrong", "ann@example.org", **texts))
    (reject,) = studio(task)["a.mp4"].rejects
    assert reject.reason == "bad_review"
    assert reject.detail.startswith("task 1, annotation 1: ")
    assert why in reject.detail
    assert "ann@" not in reject.detail


def test_what_is_not_ours_is_said() -> None:
    found = studio(task_of({"text": "hello"}, annotation("right")), {"id": 1, "verdict": "right", "annotator": 1}, 3)
    assert [reject.detail for reject in found[""].rejects] == [
        "task 1, annotation 1: It must be a sample or a span that vdata export has written. "
        "There is no video_name, id or content",
        "task 2: no data (JSON-MIN has none: export as JSON)",
        "task 3: no data",
    ]
    (reject,) = studio(task_of(ITEM, annotation("")))["a.mp4"].rejects
    assert "the verdict is missing, not one of right, wrong, unsure" in reject.detail
    with pytest.raises(LabelError, match="it must be a list of tasks"):
        list(LabelStudioReviews(path="e.json").read(b"{}"))
    with pytest.raises(ValidationError, match="lane"):
        LabelStudioReviews(path="e.json", lane="other")


SAID = (
    {"user_id": "u1", "verdict": "wrong", "corrected_answer": "Fish.", "corrected_question": ITEM["question"]},
    {"user_id": "u2", "verdict": "right"},
)


def test_argilla_nested_and_flat() -> None:
    record = record_of(ITEM, *SAID)
    table = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([flat(record)]), table)
    forms = [
        argilla(json.dumps([record]).encode()),
        argilla(json.dumps([flat(record)]).encode()),
        argilla(json.dumps(flat(record)).encode(), "r.jsonl"),
        argilla(table.getvalue(), "r.parquet"),
    ]
    for found in forms:
        one, two = spans(found["a.mp4"])
        assert (one.label, one.attrs["answer"], "question" in one.attrs) == ("wrong", "Fish.", False)
        assert (two.label, "answer" in two.attrs) == ("right", False)
        assert one.attrs["by"] != two.attrs["by"]


@pytest.mark.parametrize("status", ["discarded", "draft"])
def test_argilla_responses_that_were_not_submitted(status: str) -> None:
    assert argilla(json.dumps([flat(record_of(ITEM, *SAID), status)]).encode()) == {}


def test_spans_of_lanes() -> None:
    item = {name: ITEM[name] for name in ("content", "video_name", "start", "end")}
    item |= {"id": "p1", "lane": "captions", "shift": 0.0, "text": "Eggs.", "times": "12.0 - 15.0"}
    task = task_of(item, annotation("wrong", corrected_text="Fish.", corrected_times="12.5 - 15.0"))
    (span,) = spans(studio(task)["a.mp4"])
    assert (span.attrs["lane"], span.attrs["text"], span.attrs["times"]) == ("captions", "Fish.", "[12.5, 15.0]")
