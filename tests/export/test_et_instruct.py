"""E.T. Instruct's two files: times as text, and as one token with the numbers beside."""

from __future__ import annotations

import pytest

from vdata.export.format import ExportItem, Unsupported, find_formats
from vdata.rules.clock import Clock, TimeFormat
from vdata.schemas import Evidence, Message, Sample

WHEN = 'Look at what happens from 1.0 to 2.5 seconds, and not "at 9 seconds". When again?'
AGAIN = "From 10.0 to 12.0 seconds; from 31.5 to 36.0 seconds."


def item(task: str, question: str, answer: str, form: TimeFormat = "seconds", kind: str = "label") -> ExportItem:
    params = {**Clock(form, 100.0).params(), "kind": kind}
    evidence = [Evidence(1, 2.5, "actions", "jump", "a")]
    messages = [Message("user", question), Message("assistant", answer)]
    sample = Sample(task, question, answer, 0, 100, evidence, params, messages=messages)
    return ExportItem(sample, "a.mp4", "a.mp4", "id", 100.0)


def test_times_as_text() -> None:
    assert find_formats()["et_instruct_txt"].row(item("event_matching", WHEN, AGAIN)) == {
        "task": "tem",
        "source": "actions",
        "video": "a.mp4",
        "duration": 100.0,
        "src": [1.0, 2.5],
        "tgt": [10.0, 12.0, 31.5, 36.0],
        "conversations": [{"from": "human", "value": "<image>\n" + WHEN}, {"from": "gpt", "value": AGAIN}],
    }


def test_times_as_tokens() -> None:
    row = find_formats()["et_instruct_vid"].row(item("event_matching", WHEN, AGAIN))
    assert [turn["value"] for turn in row["conversations"]] == [
        '<image>\nLook at what happens from <vid> to <vid> seconds, and not "at 9 seconds". When again?',
        "From <vid> to <vid> seconds; from <vid> to <vid> seconds.",
    ]
    assert (row["src"], row["tgt"]) == ([1.0, 2.5], [10.0, 12.0, 31.5, 36.0])


@pytest.mark.parametrize(
    ("task", "kind", "code"),
    [("dense_caption", "sentence", "dvc"), ("dense_caption", "step", "slc"), ("highlight", "moment", "vhd")],
)
def test_their_names_of_tasks(task: str, kind: str, code: str) -> None:
    row = find_formats()["et_instruct_vid"].row(item(task, "When?", "At 00:31.", "mmss", kind))
    assert (row["task"], row["tgt"], row["conversations"][1]["value"]) == (code, [31.0], "At <vid>.")


def test_what_it_leaves_out() -> None:
    for task, question, reason in (
        ("counting", "How many?", "no_task_of_the_format"),
        ("moment_retrieval", "When is <vid> said?", "placeholder_in_text"),
    ):
        with pytest.raises(Unsupported) as error:
            find_formats()["et_instruct_vid"].row(item(task, question, AGAIN))
        assert error.value.reason == reason
