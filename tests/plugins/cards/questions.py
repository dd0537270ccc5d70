"""What is known of systems of questions and reasoning, asked of the samples of their recipes."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from made_labels import OPINIONS, VIDEO_BENCH

from .rows import Rows, by_task


def video_bench(rows: Rows) -> None:
    """Three levels, two to six options, the letters of the file turned; what had options has the same."""
    assert {row["task"] for row in rows} == {"video_exclusive_understanding", "prior_knowledge", "decision_making"}
    assert {len(row["options"]) for row in rows} == {2, 3, 4, 5, 6}
    assert len({row["answer_index"] for row in rows}) >= 3
    given = {one["question"]: set(one["options"]) for one in VIDEO_BENCH if len(one["options"]) > 1}
    told = {row["question"]: set(row["options"]) for row in rows}
    assert given.items() <= told.items()
    assert all(len(told[question]) == 4 for question in told.keys() - given.keys()), "what was open has four"
    assert "Is there one choice alone?" not in told, "where one of theirs has a single option"


def videochat2_it(rows: Rows) -> None:
    """Each but a caption has an instruction of its task; captions are of clips; classes and questions have options."""
    for row in rows:
        told = {given["name"]: given["value"] for given in row["params"]}
        assert ("instruction" in told) == (row["task"] != "captioning")
        if row["task"] != "question_answer":
            assert told["about"] == "spans", "a clip is shown alone"
        assert bool(row["options"]) == ("option" in told.get("instruction", ""))
    pools = {row["task"]: {given["value"] for one in by_task(rows, row["task"]) for given in one["params"]
                           if given["name"] == "instruction"} for row in rows}  # fmt: skip
    assert len(pools["question_answer"]) > 2
    assert len(pools["classification_of_acts"]) > 1


def lmm_vqa(rows: Rows) -> None:
    """A number from 0 to 100 and a level for each video: the fifth of the scale that the number lies in."""
    numbers, levels = by_task(rows, "quality_score"), by_task(rows, "quality_level")
    assert {row["video"].rpartition("/")[2]: float(row["answer"]) for row in numbers} == {
        one["video"]: round(25 * (one["score"] - 1), 4) for one in OPINIONS if one["score"] <= 5
    }
    names = ["bad", "poor", "fair", "good", "excellent"]
    for one, level in zip(numbers, levels, strict=True):
        assert one["video"] == level["video"]
        assert level["answer"] == names[int(float(one["answer"]) // 20)]
        assert level["options"] == names
    assert not any("about" in {given["name"] for given in row["params"]} for row in rows), "shown whole"


def mmworld(rows: Rows) -> None:
    """What is heard rests on speech alone, what is seen on pictures alone."""
    for row in rows:
        assert {span["lane"] for span in row["evidence"]} == {"seen" if row["task"].endswith("seen") else "speech"}


def mm_cof(rows: Rows) -> None:
    """Think, a call of the tool, the part that it cuts out, think, the answer; each option of a video is right once."""
    answers: dict[tuple[str, ...], Counter[str]] = {}
    for row in rows:
        assert [turn["role"] for turn in row["messages"]] == ["system", "user", "assistant", "user", "assistant"]
        look, sees = row["messages"][2]["content"], row["messages"][4]["content"]
        call = json.loads(re.fullmatch(r"<think>.+</think>\n<tool_call>\n(.+)\n</tool_call>", look)[1])  # type: ignore[index]
        assert call["name"] == "image_zoom_in_tool"
        left, top, right, bottom = call["arguments"]["bbox_2d"]
        assert 0 <= left < right
        assert 0 <= top < bottom
        assert re.fullmatch(r"<think>.+</think>\n<answer>[A-D]</answer>", sees)
        assert row["answer"] not in look
        assert [len(medium["boxes"]) for medium in row["media"]] == [0, 1]
        assert all(medium["file"] for medium in row["media"])
        answers.setdefault((row["video"], *sorted(row["options"])), Counter())[row["answer"]] += 1
    assert all(len(set(told.values())) == 1 and len(told) == len(words) - 1 for words, told in answers.items())


def vlm_3r(rows: Rows) -> None:
    """Most kinds of VSI-Bench and VSTI-Bench, six of a scene at most; numbers are open, the rest has options."""
    kinds = Counter((row["video"], row["task"]) for row in rows)
    assert max(kinds.values()) <= 6
    assert len({task for _, task in kinds}) >= 10
    for row in rows:
        assert bool(row["options"]) != bool(re.fullmatch(r"\d+(\.\d)?", row["answer"])), row["answer"]
        if row["task"] in ("object_abs_distance", "camera_displacement", "camera_object_distance"):
            assert 0.2 <= float(row["answer"]) <= 10
        if row["task"] not in ("object_count", "appearance_order"):
            assert row["answer"] not in row["question"].split()[0]


def stair(rows: Rows) -> None:
    """A program and what each of its steps gives; a question has each of its options for an answer equally often."""
    known = [{given["name"]: given["value"] for given in row["params"]} for row in rows]
    answers: dict[str, Counter[str]] = {}
    for row, one in zip(rows, known, strict=True):
        program, trace = json.loads(one["program"]), json.loads(one["trace"])
        assert trace[-1]["op"] == program[0]
        assert trace[-1]["value"] in (
            row["answer"],
            row["answer"] == "Yes",
            int(row["answer"]) if row["answer"].isdigit() else "",
        )
        assert row["rationale"].startswith("1. ")
        answers.setdefault(json.dumps([program, sorted(row["options"])]), Counter())[row["answer"]] += 1
    assert all(len(told) > 1 and len(set(told.values())) == 1 for told in answers.values())
    assert len({row["task"] for row in rows}) >= 5


def cg_bench(rows: Rows) -> None:
    """A question has five options or more, and a question for its clues whose answer has all of them; letters vary."""
    asked, clues = by_task(rows, "qa"), by_task(rows, "clue_stretches")
    assert len(asked) == len(clues) == 4, "the one on the whole video has no clue"
    assert {row["group"] for row in asked} == {row["group"] for row in clues}
    by_group = {row["group"]: row for row in asked}
    for row in clues:
        question = by_group[row["group"]]
        assert 5 <= len(question["options"]) <= 8
        assert question["question"].partition("\n")[0] in row["question"]
        times = [float(time) for time in re.findall(r"\d+\.\d", row["answer"])]
        assert times == [time for span in question["evidence"] for time in (span["start"], span["end"])]
        assert (row["start"], row["end"]) == (0, row["duration"])
        assert not row["options"]
    assert len({row["answer_index"] for row in asked}) > 1


def mmdu(rows: Rows) -> None:
    """Dialogues about two to five pictures, each named, which come as they are called for."""
    assert rows
    for row in rows:
        asked = [turn["content"] for turn in row["messages"] if turn["role"] == "user"]
        assert 2 <= len(row["media"]) <= 5
        assert len({one["video"] for one in row["media"]}) == len(row["media"]), "of entries of their own"
        assert len(asked) >= 3
        named = re.findall(r"Image (\d): <image>\n", "".join(asked))
        assert named == [str(n + 1) for n in range(len(row["media"]))]
    assert any("<image>" in turn["content"] for row in rows for turn in row["messages"][2:])


def mmxu(rows: Rows) -> None:
    """Two pictures of one patient that follow one another; four options; one region, told of at both visits; as many of
    each kind of change."""
    pairs, kinds = set(), Counter[str]()
    for row in rows:
        told = {one["name"]: one["value"] for one in row["params"]}
        before, after = (Path(one["video"]).stem.rsplit("_", 1) for one in row["media"])
        assert before[0] == after[0]
        pairs.add((before[0], int(before[1]), int(after[1])))
        assert row["messages"][0]["content"].startswith("Image 1: <image>\nImage 2: <image>\n")
        assert len(row["options"]) == 4
        assert row["answer"] == row["options"][row["answer_index"]]
        assert row["answer"] not in row["question"]
        assert row["rationale"]
        assert told["label"] in row["question"]
        kinds[told["change"]] += 1
        assert len({one["start"] for one in row["evidence"]}) == len(row["evidence"]) == 2
        assert all(len(one["boxes"]) == 1 for one in row["evidence"])
    assert pairs <= {("carphone_pristine", 1, 2), ("carphone_pristine", 2, 10), ("bigbuckbunny", 1, 2)}
    assert len(pairs) > 1
    assert kinds.keys() <= {"new", "gone", "better", "worse", "same"}
    assert len(kinds) > 2
    assert len(set(kinds.values())) == 1


def mmie(rows: Rows) -> None:
    """One document a video: a question that names what is done, and an answer of steps, each with its picture."""
    assert len({row["video"] for row in rows}) == len(rows)
    for row in rows:
        asked, answer = (turn["content"] for turn in row["messages"])
        assert "<image>" not in asked
        assert "a day of coloured shapes before " in asked, "it says what is to be shown"
        assert answer.count("<image>") == len(row["media"])
        assert len(answer.split("\n")) >= 2


def mmvm(rows: Rows) -> None:
    """Two pictures with files, the first with one thing marked, the second with two to four that have numbers."""
    assert len(rows) >= 3
    for row in rows:
        first, second = row["media"]
        assert [one["kind"] for one in row["media"]] == ["image", "image"]
        assert first["file"].startswith("media/")
        assert second["file"] != first["file"]
        assert [one["tag"] for one in first["regions"]] == [0]
        tags = [str(one["tag"]) for one in second["regions"]]
        assert tags == row["options"] == [str(n) for n in range(1, len(tags) + 1)]
        assert 2 <= len(tags) <= 4
        assert row["evidence"][0]["span"] == row["evidence"][1]["span"]
        assert second["start"] - first["start"] >= 1


def longvid(rows: Rows) -> None:
    """Long instructions: what takes several events cites them, and orders and counts follow from what is cited."""
    assert {row["task"] for row in rows} >= {"captioning", "event_understanding", "event_count", "event_sequence"}
    for row in rows:
        many = {"event_relationship": 2, "summary_qa": 2, "event_sequence": 3}.get(row["task"], 1)
        assert len(row["evidence"]) >= many, row
        if row["task"] == "event_count":
            assert row["answer"] == str(len(row["evidence"]))
        if row["task"] == "captioning":
            assert (row["start"], row["end"]) == (0, row["duration"])


def t2vid(rows: Rows) -> None:
    """At most 85 pictures of pages, one a second, for each question, which is about all of them."""
    for row in rows:
        times = [frame["time"] for frame in row["frames"]]
        assert times == list(map(float, range(int(row["duration"]))))
        assert 1 < len(times) <= 85
        assert (row["start"], row["end"]) == (0, row["duration"])
        assert row["video"].endswith(".mp4")
        assert len(row["messages"]) == 2


def lwm_qa(rows: Rows) -> None:
    """Text alone: the whole text, and behind it a question on each of its parts, in any order, with its answer."""
    for row in rows:
        assert {"name": "media", "value": "none"} in row["params"]
        asked = [turn["content"] for turn in row["messages"][::2]]
        assert 8 < len(asked) <= 64
        text, _, first = asked[0].rpartition("\n\n")
        assert first.endswith("?")
        assert text.startswith("Text:\n\n")
        assert not any("\n\n" in one for one in asked[1:]), "the text stands once"
        words = " ".join(text.split())
        assert all(" ".join(item["text"].split()) in words for item in row["evidence"])
        starts = [item["start"] for item in row["evidence"]]
        assert starts != sorted(starts)
        assert len(set(starts)) > 8


def lwm_needle(rows: Rows) -> None:
    """Text alone, and behind it a question for the numbers of one city or of two, which stand in it once."""
    asked = [json.loads(one["value"]) for row in rows for one in row["params"] if one["name"] == "cities"]
    assert {len(cities) for cities in asked} == {1, 2}
    for row, cities in zip(rows, asked, strict=True):
        assert {"name": "media", "value": "none"} in row["params"]
        text, _, question = row["messages"][0]["content"].rpartition("\n\n")
        assert text.startswith("Text:\n\n")
        assert text.count("The magic number for ") == 4
        for city in cities:
            assert city in question
            (number,) = re.findall(rf"The magic number for {city} is (\d{{7}})\.", text)
            assert number in row["answer"]


def t3(rows: Rows) -> None:
    """Text alone: sentences in numbered frames, of which three differ in one value; the answers can be read off."""
    assert {row["task"] for row in rows} == {"event_order", "attribute_first_last", "referring", "grounding"}
    for row in rows:
        assert {"name": "media", "value": "none"} in row["params"]
        prompt = row["messages"][0]["content"]
        frames = dict(re.findall(r"^Frame (\d+): (.+)$", prompt, re.MULTILINE))
        assert list(frames) == [str(n + 1) for n in range(len(frames))]
        assert 4 <= len(frames) <= 9
        question, answer = prompt.rpartition("\n\n")[2].splitlines()[0], row["answer"]
        if row["task"] == "event_order":
            listed = dict(re.findall(r"^(\d+)\. (.+)$", prompt, re.MULTILINE))
            order = [listed[number] for number in answer.split(", ")]
            places = [list(frames.values()).index(one) for one in order]
            assert places == sorted(places)
            continue
        told = {number: re.match(r"The (red|green|blue) ", text) for number, text in frames.items()}
        colours = {number: match[1] for number, match in told.items() if match}
        assert len(colours) == len(set(colours.values())) == 3
        if row["task"] == "grounding":
            assert colours[answer] in question
        elif row["task"] == "referring":
            assert answer == colours[re.findall(r"frame (\d+)", question)[0]]
        else:
            assert answer == list(colours.values())[0 if "at first" in question else -1]


CARDS = (
    video_bench,
    videochat2_it,
    lmm_vqa,
    mmworld,
    mm_cof,
    vlm_3r,
    stair,
    cg_bench,
    mmdu,
    mmxu,
    mmie,
    mmvm,
    longvid,
    t2vid,
    lwm_qa,
    lwm_needle,
    t3,
)
