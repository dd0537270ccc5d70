"""Questions that exist: what benchmarks' columns give, and why a row cannot be used."""

import io
import json
import math
import tarfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vdata.schemas import Sample
from vdata.stages.labels import LabelError, Labelled
from vdata.stages.labels.kinds.qa import Qa
from vdata.stages.labels.qa_columns import QaColumns, numbered

ASKED = {"video": "a.mp4", "question": "What colour is the ball?"}
COLOURS = ["red", "blue", "green"]


def read(data: bytes, path: str = "qa.jsonl", **settings: Any) -> dict[str, Labelled]:
    return {found.name: found for found in Qa(path=path, **settings).read(data)}


def lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def only(found: dict[str, Labelled]) -> Sample:
    (one,) = [sample for video in found.values() for sample in video.samples]
    assert [reject for video in found.values() for reject in video.rejects] == []
    return one.sample


def refused(row: dict[str, Any], **settings: Any) -> tuple[str, str]:
    (found,) = read(lines(row), **settings).values()
    (reject,) = found.rejects
    assert (found.samples, reject.stage, reject.kind, reject.lane) == ([], "labels", "failed", "questions")
    return reject.reason, reject.detail


BENCHMARKS: dict[str, dict[str, Any]] = {  # field names of each, and what stands in them
    "mvbench": {"video": "a.mp4", "question": "Q?", "candidates": COLOURS, "answer": "blue", "start": 1, "end": 2.5},
    "video_holmes": {
        **{"video ID": "a.mp4", "Question ID": 7, "Question Type": "SR", "Question": "Q?", "Answer": "B"},
        **{"Options": {"A": "red", "B": "blue", "C": "green"}, "Explanation": "It is seen."},
    },
    "mme_videoocr": {
        "video_index": "a.mp4",
        "question": "Q?",
        "option": ["A. red", "B. blue", "C. green"],
        "answer": "B",
    },
    "egoschema": {
        "q_uid": "a.mp4",
        "question": "Q?",
        "option 0": "red",
        "option 1": "blue",
        "option 2": "green",
        "answer": 1,
    },
    "next_qa": {
        "video": "a.mp4",
        "question": "Q?",
        "a0": "red",
        "a1": "blue",
        "a2": "green",
        "answer": 1,
        "type": "CW",
    },
    "videoespresso": {
        **{"video_path": "a.mp4", "question": "Q?", "options": ["(A): red", "(B): blue", "(C): green"]},
        **{"correct_answer": "(B)", "evidence": "It is seen.", "task": "SR"},
    },
    "mmr_v": {
        "video": "a.mp4",
        "question": "Q?",
        "options": ["(A) red", "(B) blue", "(C) green"],
        "correctAnswer": "(B)",
    },
    "star": {
        **{"video_id": "a.mp4", "question": "Q?", "answer": "blue"},
        "choices": [{"choice_id": n, "choice": text} for n, text in enumerate(COLOURS)],
    },
    "lvbench": {
        "video": "a.mp4",
        "question": "Q?\n(A) red\n(B) blue\n(C) green",
        "answer": "B",
        "time_reference": "00:01-00:02",
    },
    "vlmevalkit": {
        "index": 3,
        "video": "a.mp4",
        "question": "Q?",
        "A": "red",
        "B": "blue",
        "C": "green",
        "D": "",
        "answer": "B",
    },
    "llava": {
        "video": "a.mp4",
        "conversations": [
            {"from": "human", "value": "<image>\nQ?\nA. red\nB. blue\nC. green\nReply with the letter."},
            {"from": "gpt", "value": "B"},
        ],
    },
}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_columns_of_benchmarks_are_known(name: str) -> None:
    row = BENCHMARKS[name]
    others = [{**row, key: 0} for key in ("answer",) if row.get(key) == 1]  # so that the file tells where numbers begin
    found = read(lines(row, *others))
    assert list(found) == ["a.mp4"]
    sample = found["a.mp4"].samples[0].sample
    assert (sample.question, sample.options, sample.answer, sample.answer_index) == ("Q?", COLOURS, "blue", 1)
    task = {"video_holmes": "SR", "videoespresso": "SR", "next_qa": "CW"}.get(name, "qa")
    times = {"mvbench": (1, 2.5), "lvbench": (1, 2)}.get(name, (0, math.inf))
    (cited,) = sample.evidence
    assert (sample.task, sample.teacher, (cited.start, cited.end), cited.text) == (task, "imported", times, "blue")
    assert sample.rationale == ("It is seen." if name in ("video_holmes", "videoespresso") else "")
    assert sample.params == {"rule": "", **({"file_id": "7"} if name == "video_holmes" else {})}
    asked, reply = sample.messages
    if name != "llava":
        assert asked.content.startswith("Q?\nA. red\nB. blue\nC. green\n")
        assert reply.content == "B. blue"
    else:
        assert (asked.content, reply.content) == ("Q?\nA. red\nB. blue\nC. green\nReply with the letter.", "B")


def test_every_kind_of_file_gives_the_same() -> None:
    row = {**ASKED, "options": json.dumps(COLOURS), "answer": "C", "task": "colour", "intervals": "[[1, 2], [4.5, 6]]"}
    parquet = io.BytesIO()
    pq.write_table(pa.table({name: [value] for name, value in row.items()}), parquet)
    cells = ",".join('"' + value.replace('"', '""') + '"' for value in row.values())
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as shard:
        told = json.dumps({"video": row["video"], "samples": [{k: v for k, v in row.items() if k != "video"}]}).encode()
        member = tarfile.TarInfo("0.json")
        member.size = len(told)
        shard.addfile(member, io.BytesIO(told))
    files = {
        "qa.jsonl": lines(row),
        "qa.json": json.dumps([row]).encode(),
        "qa.csv": f"{','.join(row)}\n{cells}\n".encode(),
        "qa.parquet": parquet.getvalue(),
        "000.tar": tar.getvalue(),
    }
    first, *others = [only(read(data, path)) for path, data in files.items()]
    assert (first.answer, first.answer_index, first.task) == ("green", 2, "colour")
    assert [(item.start, item.end) for item in first.evidence] == [(1, 2), (4.5, 6)]
    assert others == [first] * 4


def test_an_answer_in_words_without_options_is_an_open_question() -> None:
    sample = only(read(lines({**ASKED, "answer": "a red ball"})))
    assert (sample.options, sample.answer_index, sample.answer) == ([], None, "a red ball")
    assert [turn.content for turn in sample.messages] == ["What colour is the ball?", "a red ball"]


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        ({"options": COLOURS, "answer": "D"}, "bad_letter", "the letter D is not from A to C"),
        ({"options": COLOURS, "answer": "A. blue"}, "bad_letter", "'A. blue' has the letter of 'red'"),
        ({"answer": "B"}, "bad_letter", "there are no options"),
        ({"options": COLOURS, "answer": "pink"}, "bad_answer", "'pink' is none of the 3 options"),
        ({"options": ["red"], "answer": "A"}, "too_few_options", "1 option"),
        ({"options": [f"o{n}" for n in range(12)], "answer": "A"}, "too_many_options", "12 options"),
        ({"options": ["red", "blue", "Red."], "answer": "B"}, "doubled_option", "'Red.' is option A and C"),
        ({"options": ["red", "", "blue"], "answer": "A"}, "empty_option", "option B is empty"),
        ({"options": COLOURS, "answer": ""}, "no_answer", "there is no answer"),
        ({"options": COLOURS, "answer": "A", "question": " "}, "no_question", "there is no question"),
        ({"options": COLOURS, "answer": "A", "intervals": "later"}, "bad_time", "'later' is no stretch of time"),
        ({"options": COLOURS, "answer": "A", "video": None}, "no_video", "no video is named"),
        ({"options": COLOURS, "answer": "A", "video": ["a", "b"]}, "several_videos", "the row names 2 videos"),
        ({"options": "[red", "answer": "A"}, "bad_row", "cannot be read as a list"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(row: dict[str, Any], reason: str, said: str) -> None:
    found, detail = refused({**ASKED, **row})
    assert found == reason
    assert detail.startswith("row 1: ")
    assert said in detail


def test_a_conversation_of_several_questions_is_none() -> None:
    turns = [{"from": who, "value": "x"} for who in ("human", "gpt", "human", "gpt")]
    assert refused({"video": "a", "conversations": turns})[0] == "several_turns"


@pytest.mark.parametrize(
    ("answers", "settings", "places"),
    [
        ([0, 2], {}, [0, 2]),  # a 0 tells
        ([1, 3], {}, [0, 2]),  # a number as large as the options tells
        (["1", "2"], {"first_index": 0}, [1, 2]),
        (["1", "2"], {"first_index": 1}, [0, 1]),
        (["red", "2"], {}, [0, None]),  # words beside a number: it is none of the options
    ],
)
def test_numbers_count_from_0_or_1(answers: list[Any], settings: dict[str, Any], places: list[int | None]) -> None:
    (found,) = read(lines(*({**ASKED, "options": COLOURS, "answer": one} for one in answers)), **settings).values()
    assert [one.sample.answer_index for one in found.samples] == [place for place in places if place is not None]
    assert [reject.reason for reject in found.rejects] == ["bad_index"] * places.count(None)


def test_numbers_that_may_count_from_either_are_asked_about() -> None:
    rows = lines(*({**ASKED, "options": COLOURS, "answer": one} for one in (1, 2)))
    with pytest.raises(
        LabelError, match=r"the answers are numbers from 1 to 2, and nothing tells .* first_index: 0 or"
    ):
        read(rows)


def test_numbers_that_are_options_are_texts_unless_it_is_said() -> None:
    row = {**ASKED, "options": ["1", "2", "3"], "answer": "2"}
    assert only(read(lines(row))).answer == "2"
    assert only(read(lines(row), answers="index", first_index=0)).answer == "3"
    letters = {**ASKED, "options": ["B", "A", "O"], "answer": "B"}
    assert only(read(lines(letters))).answer_index == 0
    assert only(read(lines(letters), answers="letter")).answer_index == 1


def test_columns_that_the_yaml_names() -> None:
    row = {"clip": "a", "ask": "Q?", "good": "blue", "bad1": "red", "bad2": "green", "what": "colour"}
    columns = {
        "video": "clip",
        "question": "ask",
        "options": ["bad1", "good", "bad2"],
        "answer": "good",
        "task": "what",
    }
    sample = only(read(lines(row), columns=columns))
    assert (sample.question, sample.options, sample.answer_index, sample.task) == (
        "Q?",
        ["red", "blue", "green"],
        1,
        "colour",
    )
    with pytest.raises(ValueError, match="answer is one column; only options may be a list"):
        Qa(path="x", columns={"answer": ["a", "b"]})


def test_samples_keep_the_columns_that_are_named() -> None:
    row = {**ASKED, "options": COLOURS, "answer": "B", "level": "hard", "source": "", "n": 3}
    assert only(read(lines(row), attributes=["level", "source"])).params == {"rule": "", "level": "hard"}
    with pytest.raises(LabelError, match="the file has no column levl"):
        read(lines(row), attributes=["levl"])
    with pytest.raises(ValueError, match="attributes: duration has another meaning"):
        Qa(path="x", attributes=["duration"])
    with pytest.raises(ValueError, match="attributes: 'a level' is no name"):
        Qa(path="x", attributes=["a level"])


def test_wrong_columns_are_told_before_and_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "qa.jsonl"
    path.write_bytes(lines({"clip": "a", "asked": "Q?", "answer": "x"}))
    qa = Qa(path=str(path), columns={"question": "aksed"})
    faults = qa.column_faults(str(path))
    assert [(fault.key, fault.message) for fault in faults] == [
        (("columns", "question"), "the file has no column aksed."),
        ((), "no column of the file is known to be the video."),
    ]
    assert "The columns are clip, asked, answer. Say which: columns: {video: NAME}." in faults[1].hint
    with pytest.raises(LabelError, match="the file has no column aksed"):
        list(qa.read(path.read_bytes()))
    assert qa.column_faults(str(tmp_path / "none.jsonl")) == []


def test_which_columns_hold_an_option_each() -> None:
    assert numbered(["q", "a4", "a0", "a1", "a2", "a3"]) == ["a0", "a1", "a2", "a3", "a4"]
    assert numbered(["option_A", "option_B", "A", "b"]) == ["option_A", "option_B"]
    assert numbered(["Choice 1", "Choice 2", "Choice 4"]) == ["Choice 1", "Choice 2"]
    assert numbered(["a1"]) == numbered(["b", "c", "d"]) == numbered(["a", "b"]) == []


def test_the_words_of_a_question_may_stand_in_a_column_text() -> None:
    assert QaColumns(["video", "text", "answer"], {}).name("question") == "text"
