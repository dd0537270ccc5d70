"""What is known of published systems, asked of the samples that a recipe makes: formats, limits, shares of kinds."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from made_labels import OPINIONS, VIDEO_BENCH

Rows = list[dict[str, Any]]


def vtg_it(rows: Rows) -> None:
    """Times of four digits and one, each within the video; scores from 1 to 5; no double stop."""
    for row in rows:
        said = row["answer"]
        times = re.findall(r"(?<![\d.])\d{4}\.\d(?!\d)", said)
        assert len(times) == 2 * len(re.findall(r"\d{4}\.\d - \d{4}\.\d seconds", said)) >= 2, said
        assert all(float(time) <= row["duration"] for time in times)
        assert ".." not in said
        if row["task"] in ("highlight_scores", "video_highlight_detection"):
            scores = [float(score) for score in re.findall(r"significance score: ([\d.]+)[,.]", said)]
            assert scores
            assert all(1 <= score <= 5 for score in scores)
    assert {row["evidence"][0]["lane"] for row in rows} == {"events", "true_events", "highlights"}


def instruct_v2xum(rows: Rows) -> None:
    """One summary in three forms: the parts of the first are those of the third, a sentence each."""
    parts, lines, text = (by_task(rows, task) for task in ("step_localisation", "dense_caption", "text_summary"))
    assert len(parts) == len(lines) == len(text) == 1
    times = r"\d+\.\d%(?: to \d+\.\d%)?"
    told = [re.findall(times, row["answer"]) for row in (parts[0], lines[0])]
    assert told[0] == told[1]
    assert len(told[1]) == lines[0]["answer"].count("\n") + 1 >= 3
    assert "%" not in text[0]["answer"]


def mmbench_circular(rows: Rows) -> None:
    """As many rows of a question as it has options, each of them right under another letter, in the same cycle."""
    groups: dict[str, Rows] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    for turns in groups.values():
        assert sorted(row["answer_index"] for row in turns) == list(range(len(turns[0]["options"])))
        cycles = {"|".join(sorted(["|".join(row["options"][n:] + row["options"][:n]) for n in range(len(turns))]))
                  for row in turns}  # fmt: skip
        assert len(cycles) == 1, "they are shifts of one another"


def mmstar(rows: Rows) -> None:
    """Every question was asked without the video, and none that was answered is there."""
    assert rows
    for row in rows:
        assert row["options"]
        assert [check["verdict"] for check in row["checks"] if check["check"] == "blind"] == ["pass"]


def videoeval_pro(rows: Rows) -> None:
    """Each open question has five words for an answer at most, and its multiple choice beside it."""
    choice = {row["question"].partition("\n")[0]: row["answer"] for row in rows if row["options"]}
    openly = {row["question"]: row["answer"] for row in rows if not row["options"]}
    assert openly
    assert openly.items() <= choice.items()
    assert all(len(answer.split()) <= 5 for answer in openly.values())


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


def vue_tr(rows: Rows) -> None:
    """Three formats by their words, all three senses, one stretch or several, none of which touch; each query once."""
    known = [{given["name"]: given["value"] for given in row["params"]} for row in rows]
    assert {one["query_format"] for one in known} == {"keyword", "phrase", "sentence"}
    assert {one["query_modality"] for one in known} == {"vision", "audio", "vision+audio"}
    for row, one in zip(rows, known, strict=True):
        stretches = [(span["start"], span["end"]) for span in row["evidence"]]
        (query,) = {span["text"] for span in row["evidence"]}
        assert (len(query.split()) <= 3) == (one["query_format"] == "keyword")
        assert all(two - one > 0.5 for (_, one), (two, _) in pairwise(stretches))
        assert len(re.findall(r"rom [\d.]+ to [\d.]+ seconds", row["answer"])) == len(stretches)
    assert {len(row["evidence"]) for row in rows} == {1, 2}
    assert len({row["question"] for row in rows}) == len(rows)


def llm4vg(rows: Rows) -> None:
    """The same queries are asked of the text, a line for each second without a video, and of the video alone."""
    read = [row for row in rows if {"name": "media", "value": "none"} in row["params"]]
    seen = [row for row in rows if row not in read]
    assert {row["evidence"][0]["span"] for row in read} == {row["evidence"][0]["span"] for row in seen}
    for row in read:
        times = re.findall(r"^At (\d+)\.0 seconds: .", row["question"], re.MULTILINE)
        assert list(map(int, times)) == list(range(int(row["duration"])))
    assert not any("\n" in row["question"] for row in seen)


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


def verified(rows: Rows) -> None:
    """One fine sentence for each moment, with its coarse one and its score; times are those of the labels."""
    for row in rows:
        told = {given["name"]: given["value"] for given in row["params"]}
        assert told["fig_desc"] in row["question"]
        assert told["cog_desc"]
        assert -1 <= float(told["fig_desc_score"]) <= 1
    moments = [(row["start"], row["end"]) for row in rows]
    assert len(set(moments)) == len(moments) > 5


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


def univtg(rows: Rows) -> None:
    """Five concepts at most, each asked for once, with all of its windows, which are whole clips of 2 s."""
    concepts = [span["text"] for row in rows for span in row["evidence"][:1]]
    assert len(concepts) == len(set(concepts)) <= 5
    for row in rows:
        windows = [(span["start"], span["end"]) for span in row["evidence"]]
        assert {(span["lane"], span["text"]) for span in row["evidence"]} == {("objects", row["evidence"][0]["text"])}
        assert (len(windows) == 1) == (row["task"] == "moment_retrieval")
        assert windows == sorted(windows)
        assert all(start % 2 == 0 and (end % 2 == 0 or end == row["duration"]) for start, end in windows)
        assert all(before < after for (_, before), (after, _) in pairwise(windows)), "what touches is one window"
        assert re.findall(r"\d+\.\d", row["answer"]) == [f"{time:.1f}" for window in windows for time in window]


def howtostep(rows: Rows) -> None:
    """Every step is of the lane that was placed twice, and asked for once by its words."""
    assert {span["lane"] for row in rows for span in row["evidence"]} == {"steps"}
    asked, told = by_task(rows, "moment_retrieval"), by_task(rows, "grounded_caption")
    assert len({row["evidence"][0]["text"] for row in asked}) == len(asked) > 5
    assert all(row["answer"].rstrip(".") == row["evidence"][0]["text"].rstrip(".") for row in told)


def dropletvideo(rows: Rows) -> None:
    """Each clip is asked for by itself, and its caption tells how the camera moves, which is at rest in none."""
    moves = ("pan to the left", "pan to the right", "tilt upwards", "tilt downwards", "zoom in", "zoom out")
    for row in rows:
        assert row["end"] - row["start"] >= 1.8
        assert any(move in row["answer"] for move in moves)
        assert "camera at rest" not in row["answer"]
        assert [span["lane"] for span in row["evidence"]] == ["captions"]


def mr_video(rows: Rows) -> None:
    """What recurs has the same name in every scene, and the whole video is described once."""
    scenes = by_task(rows, "captioning")
    assert len(scenes) > 5
    assert all("the shape called A" in row["answer"] for row in scenes)
    assert not any("coloured shape" in row["answer"] for row in scenes)
    (whole,) = by_task(rows, "grounded_caption")
    assert (whole["start"], whole["end"]) == (0, whole["duration"])


def vidla(rows: Rows) -> None:
    """Clips of three lengths, of about 13, 31 and 61 s, each with what is seen, what is said, and the words."""
    scales = {"short": (9, 18), "medium": (22, 44), "long": (45, 90)}
    for scale, (least, most) in scales.items():
        seen, said, words = (by_task(rows, f"{kind}_{scale}") for kind in ("seen", "said", "words"))
        for row in (*seen, *said, *words):
            assert least <= row["end"] - row["start"] <= most
        assert {row["start"] for row in said} == {row["start"] for row in words} <= {row["start"] for row in seen}
        assert {span["lane"] for row in words for span in row["evidence"]} == {"speech"}
    spoken = [" ".join(row["answer"] for row in by_task(rows, f"words_{scale}")) for scale in scales]
    assert len(set(spoken)) == 1, "of clips that follow one another each line is in one"


def vismap(rows: Rows) -> None:
    """A video has one summary, of all of it, that tells what the captions of its pieces tell, in their order."""
    (row,) = rows
    assert (row["start"], row["end"]) == (0, row["duration"])
    assert [span["lane"] for span in row["evidence"]] == ["video_caption"]
    assert row["answer"].count("A coloured shape moves over a painted landscape.") == 4, "of four pieces of 20 s"


def vdc(rows: Rows) -> None:
    """Each clip has five captions, the detailed one the longest, and on each twenty questions at most, of its words."""
    for video in {row["video"] for row in rows}:
        own = [row for row in rows if row["video"] == video]
        words = {}
        for aspect in ("camera", "short", "background", "main_object", "detailed"):
            (caption,) = by_task(own, f"{aspect}_caption")
            asked = by_task(own, f"{aspect}_qa")
            words[aspect] = len(caption["answer"].split())
            assert 1 <= len(asked) <= 20
            assert len({row["question"] for row in asked}) == len(asked)
            assert all(row["answer"] in caption["answer"] for row in asked)
            assert all("description" not in row["question"] and not row["options"] for row in asked)
            told = {given["value"] for row in asked for given in row["params"] if given["name"] == "answered_from"}
            assert told == {f"{aspect}_caption"}
        assert max(words, key=lambda aspect: words[aspect]) == "detailed"
        assert words["detailed"] <= 500


def favdbench(rows: Rows) -> None:
    """Each clip is told in one paragraph and in Chinese: a summary, what is seen, and at its end what is heard."""
    english, chinese = by_task(rows, "audible_description"), by_task(rows, "audible_description_in_chinese")
    assert len(english) == len(chinese) > 3
    assert [(row["start"], row["end"]) for row in english] == [(row["start"], row["end"]) for row in chinese]
    for row in english:
        assert row["end"] - row["start"] <= 10.01
        told = {given["name"]: given["value"] for given in row["params"]}
        assert row["answer"] == f"{told['summary']} {told['details']} {told['sound']}"
        assert told["sound"].endswith(row["answer"].split(". ")[-1]), "as their scripts read the sound"
    assert all(re.search("[\u4e00-\u9fff]", row[key]) for row in chinese for key in ("question", "answer"))


def vigc(rows: Rows) -> None:
    """A question of each kind about each picture; an answer has the sentences of its rounds, and is not the first."""
    for task, rounds in (("conversation", 1), ("detailed_description", 4), ("complex_reasoning", 4)):
        own = by_task(rows, task)
        assert len(own) > 3
        assert len({row["start"] for row in own}) == len(own), "one of a picture"
        for row in own:
            sentences = [one["text"] for one in row["evidence"]]
            assert len(sentences) == rounds
            assert row["answer"] == " ".join(sentences)
            told = {given["name"]: given["value"] for given in row["params"]}
            assert told["answer_given_question"].startswith(sentences[0])
            assert told["original_answer"] != row["answer"]
            assert told["instruction"]
            assert len(row["frames"]) == 1


def storyteller(rows: Rows) -> None:
    """One story of the clip with a time for each scene, none over 15 s; questions have five options and no times."""
    (story,) = by_task(rows, "dense_caption")
    scenes = story["answer"].split("\n")
    bounds = [(span["start"], span["end"]) for span in story["evidence"]]
    assert len(scenes) == len(bounds) > 5
    assert all(re.match(r"From \d\d:\d\d(\.\d)? to \d\d:\d\d(\.\d)?: .", scene) for scene in scenes)
    assert all(2 <= end - start <= 15.01 for start, end in bounds)
    assert all(before == after for (_, before), (after, _) in pairwise(bounds))
    assert {name for name in ("Ada", "Ben") if name in story["answer"]} == {"Ada", "Ben"}
    asked = [row for row in rows if row is not story]
    assert {len(row["options"]) for row in asked} == {5}
    assert len({row["answer_index"] for row in asked}) > 1
    assert not any(re.search(r"\d:\d\d|seconds", row["question"].partition("\n")[0]) for row in asked)


def saven_vid(rows: Rows) -> None:
    """The whole is told once and its segments with times; questions take both senses, or match one with the other."""
    told = by_task(rows, "grounded_caption")
    whole = [row for row in told if row["evidence"][0]["lane"] == "video_caption"]
    assert len(whole) == 1
    assert (whole[0]["start"], whole[0]["end"]) == (0, whole[0]["duration"])
    parts = [row["evidence"][0] for row in told if row not in whole]
    assert parts
    assert all(4 <= round(part["end"] - part["start"], 2) <= 30 for part in parts)
    times = r"from [\d.]+ to [\d.]+ seconds"
    assert all(re.search(times, row["question"]) for row in told if row not in whole)
    timed = [*by_task(rows, "temporal_grounding"), *by_task(rows, "joint_reasoning")]
    assert all(re.search(rf" is (heard )?{times}\.$", row["answer"]) for row in timed)
    for row in rows:
        known = {given["name"]: given["value"] for given in row["params"]}
        if row["task"] == "joint_reasoning":
            assert known["senses"] == "seen+heard"
            assert len(known["cited"].split()) >= 2
            assert row["end"] - row["start"] <= 60
        if row["task"] in ("sound_of_picture", "picture_of_sound"):
            assert 3 <= len(row["options"]) <= 4
            assert row["evidence"][0]["lane"] == ("heard" if row["task"] == "sound_of_picture" else "seen")
        if row["task"] in ("sound_of_picture", "temporal_grounding"):
            assert all(known[name] for name in ("source", "quality", "emotion"))
    matched = [row for row in rows if row["options"]]
    assert len({row["answer_index"] for row in matched}) > 1


def _turns(row: dict[str, Any]) -> list[tuple[str, float, str]]:
    return [(turn["role"], turn["time"], turn["content"]) for turn in row["messages"]]


def live(rows: Rows) -> None:
    """The user asks up to three questions in between, replies fall within their steps, and nobody tells a time. Some
    replies of dialogues are wrong, by words that are not of their step, and rest on nothing."""
    for row in rows:
        plan = json.loads({given["name"]: given["value"] for given in row["params"]}["stream"])
        one, turns = plan["mistake"], _turns(row)
        wrong = one["turn"] if one and one["kind"] == "other" else None
        if wrong is not None:
            assert turns[wrong][2] not in [text for _, _, text in turns[wrong + 1 : wrong + 2]]
        if one and one["sorry"]:
            assert turns[one["turn"] + (one["kind"] == "other")][2].startswith(one["sorry"])
        replies = [(time, text) for n, (role, time, text) in enumerate(turns) if role == "assistant" and n != wrong]
        assert len(replies) == len(row["evidence"])
        assert all(
            span["start"] < time <= row["duration"] for (time, _), span in zip(replies, row["evidence"], strict=True)
        )
        assert not any(re.search(r"\bseconds?\b|^\d+s", text) for _, _, text in _turns(row))
        asked = sum(role == "user" for role, _, _ in _turns(row))
        assert asked <= (1 if row["task"] == "streaming_narration" else 4)
    talks = [row for row in rows if row["task"] == "streaming_dialogue"]
    assert max(Counter(row["video"] for row in talks).values()) > 3
    assert any(sum(role == "user" for role, _, _ in _turns(row)) > 2 for row in talks)
    assert any('"kind"' in param["value"] for row in talks for param in row["params"])


def mmduet_it(rows: Rows) -> None:
    """One request, before what answers it; replies 25 to 50 % of their shot before its end."""
    several = set()
    for row in rows:
        plan = json.loads({given["name"]: given["value"] for given in row["params"]}["stream"])
        assert [role for role, _, _ in _turns(row)].count("user") == 1
        first, *replies = _turns(row)
        assert first[0] == "user"
        assert first[1] <= 10
        several |= {row["task"]} if len(replies) > 1 else set()
        last = -1.0
        for (_, time, _), span, after in zip(replies, row["evidence"], plan["after"], strict=True):
            start, end = span["start"], span["end"] + after
            assert 0.249 <= (end - time) / (end - start) <= 0.501 or time - last == pytest.approx(1), "or after the gap"
            last = time
    assert several == {"dense_video_captioning", "multi_answer_grounded_qa"}


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


def video_reason_bench(rows: Rows) -> None:
    """At most six questions of a video, one of each kind, on three levels; the state is seen at one end alone."""
    by_video: dict[str, Rows] = {}
    for row in rows:
        by_video.setdefault(row["video"], []).append(row)
    levels = {"recall", "inference", "prediction"}
    for asked in by_video.values():
        assert len({row["task"] for row in asked}) == len(asked) >= 5
        told = [{one["name"]: one["value"] for one in row["params"]} for row in asked]
        assert {one["level"] for one in told} == levels
        assert {one["shown"] for one in told} <= {"start", "end"}
        assert all(5 <= int(one["play_moves"]) <= 14 for one in told)
        assert all([item["lane"] for item in row["evidence"]].count("states") == 1 for row in asked)


def visiocity(rows: Rows) -> None:
    """Five summaries of each video within the budget: by ratings, events, concepts, scenes, and all of these."""
    made: dict[str, dict[str, list[int]]] = {}
    for row in rows:
        told = {given["name"]: given["value"] for given in row["params"]}
        assert (told["budget_seconds"], told["snippet_size"]) == ("3", "1")
        assert " 3 seconds" in row["question"]
        terms, lambdas = told["terms"].split(", "), [float(one) for one in told["lambdas"].split(", ")]
        assert len(terms) == len(lambdas)
        assert sum(span["end"] - span["start"] for span in row["evidence"]) <= 3
        assert all(span["text"] for span in row["evidence"]), "concepts"
        (lane,) = {span["lane"] for span in row["evidence"]}
        summaries = made.setdefault(row["video"].rpartition("/")[2], {})
        summaries[lane.removeprefix("summary_by_")] = [int(span["start"]) for span in row["evidence"]]
    street, rabbit = made.pop("bikes.mp4"), made.pop("bigbuckbunny.mp4")
    assert not made, "no snippets, no summary"
    assert street["importance"] == [1, 4, 7], "the greatest ratings"
    assert street["events"] == [3, 4, 7], "the rider's event whole, and the beginning of the walker's"
    assert street["scenes"] == [1, 4, 7], "three scenes"
    assert rabbit["importance"] == [1, 2, 3]
    assert {0, 1} < {*rabbit["events"]}
    assert [{0: 0, 1: 0, 2: 1, 3: 1, 4: 2}[n] for n in rabbit["concepts"]] == [0, 1, 2], "one of each concept"
    assert street.keys() == rabbit.keys() == {"importance", "events", "concepts", "scenes", "all"}


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


def lv_haystack(rows: Rows) -> None:
    """Each question has options A to E and a question for its key frames, with a time for each of them."""
    asked, frames = by_task(rows, "qa"), by_task(rows, "key_moments")
    assert len(asked) == len(frames) > 2
    by_group = {row["group"]: row for row in asked}
    for row in frames:
        question = by_group[row["group"]]
        told = {given["name"]: given["value"] for given in question["params"]}
        assert float(told["frame_rate"]) > 0
        times = [float(time) for time in re.findall(r"\d+\.\d", row["answer"])]
        middles = [(span["start"] + span["end"]) / 2 for span in question["evidence"]]
        assert times == [round(middle, 1) for middle in sorted(middles)]
        assert len(question["options"]) in (2, 5)


def eilev(rows: Rows) -> None:
    """Sixteen examples at most, of other videos and not alike in both, in one prompt; the question last."""
    assert len(rows) == 7
    for row in rows:
        asked = row["messages"][0]["content"].split("\n")
        told = {given["name"]: given["value"] for given in row["params"]}
        assert len(asked) == len(row["media"]) == len(told["examples"].split()) + 1 > 1
        assert all(line.startswith("<video>Question: What is done here? Answer: ") for line in asked[:-1])
        assert asked[-1] == "<video>Question: What is done here? Answer:"
        assert told["own_media"] == "1"
        *shown, own = row["media"]
        assert own["video"] == ""
        assert own["file"]
        assert all(one["video"] not in ("", row["video"]) for one in shown)
        assert all(0 < one["end"] - one["start"] <= 8 for one in row["media"])


def mmicl(rows: Rows) -> None:
    """Pictures that are declared by their numbers before they are spoken of, ten at most; two of each video."""
    assert len(rows) == 7
    for row in rows:
        asked = row["messages"][0]["content"]
        assert asked.count("<image>") == len(row["media"]) <= 10
        for n in range(len(row["media"])):
            assert asked.index(f"image {n} is <image>. ") < asked.index(f"image {n}", asked.index(f"image {n} is") + 7)
        assert not asked.endswith(row["answer"])
        assert {one["video"] for one in row["media"][:-2]}.isdisjoint({"", row["video"]})


def v2pe(rows: Rows) -> None:
    """All pictures of a set before each question, which says the number of the one that it is about; any of them is."""
    assert len(rows) == 9
    for row in rows:
        told = _told(row)
        asked = row["messages"][0]["content"]
        *shown, words = re.split(r"Image \d+: <image>\n", asked)
        assert shown == [""] * len(row["media"])
        assert re.findall(r"\bImage (\d+)\b", words) == [told["part"]]
        assert row["media"][int(told["part"]) - 1]["video"] == told["part_uri"]
        assert (
            len({one["video"] for one in row["media"]})
            == len(row["media"])
            == (6 if "bikes" in told["part_uri"] else 5)
        )
        assert len({Path(one["video"]).stem.partition("_")[0] == "bikes" for one in row["media"]}) == 1
        assert all(one["kind"] == "image" for one in row["media"])
        assert (row["evidence"][0]["start"], row["evidence"][0]["end"]) == (int(told["part"]) - 1, int(told["part"]))
        assert row["question"] in asked
        assert all(f". {option}" in asked for option in row["options"])
    assert sum(len(row["options"]) == 3 for row in rows) == 3
    assert len({_told(row)["part"] for row in rows}) >= 3
    assert any(_told(row)["part"] != str(len(row["media"])) for row in rows)


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
    """Two pictures of one patient that follow one another; four options; one region, told of at both visits."""
    pairs = set()
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
        assert told["change"] in ("new", "gone", "better", "worse", "same")
        assert len({one["start"] for one in row["evidence"]}) == len(row["evidence"]) == 2
        assert all(len(one["boxes"]) == 1 for one in row["evidence"])
    assert pairs == {("carphone_pristine", 1, 2), ("carphone_pristine", 2, 10), ("bigbuckbunny", 1, 2)}


def mmie(rows: Rows) -> None:
    """One document a video: a question that names what is done, and an answer of steps, each with its picture."""
    assert len({row["video"] for row in rows}) == len(rows)
    for row in rows:
        asked, answer = (turn["content"] for turn in row["messages"])
        assert "<image>" not in asked
        assert "a day of coloured shapes before " in asked, "it says what is to be shown"
        assert answer.count("<image>") == len(row["media"])
        assert len(answer.split("\n")) >= 2


def howto_interlink7m(rows: Rows) -> None:
    """Documents of up to eight clips, each before its caption, in the order of time."""
    for row in rows:
        lines = row["messages"][0]["content"].split("\n")
        assert len(lines) == len(row["media"]) == len(row["evidence"]) <= 8
        assert all(line.startswith("<video>") and len(line) > 20 for line in lines)
        assert [one["start"] for one in row["media"]] == sorted(one["start"] for one in row["media"])
        assert all(2.9 <= one["end"] - one["start"] <= 15.1 for one in row["media"])


def multimodal_textbook(rows: Rows) -> None:
    """Pictures with files, twelve at most, in the order of time, and words that were said between them."""
    for row in rows:
        assert len(row["messages"]) == 1
        assert 1 <= row["messages"][0]["content"].count("<image>") == len(row["media"]) <= 12
        assert all(one["file"].startswith("media/") for one in row["media"])
        assert "told" in {one["lane"] for one in row["evidence"]}


def _told(row: dict[str, Any]) -> dict[str, str]:
    return {given["name"]: given["value"] for given in row["params"]}


def rtv_bench(rows: Rows) -> None:
    """Two to four times a question, with the same options and another letter each time; nothing later is shown."""
    groups: dict[str, Rows] = {}
    for row in rows:
        assert 2 <= len(row["options"]) <= 4
        assert row["seen_end"] == float(_told(row)["asked_at"])
        if row["group"]:
            groups.setdefault(row["group"], []).append(row)
    assert len(groups) >= 3
    for asked in (one for one in groups.values() if one[0]["task"] != "counting" and _told(one[0])["level"] != "basic"):
        assert 2 <= len(asked) <= 4
        assert len({(row["question"], *row["options"]) for row in asked}) == 1
        assert len({row["answer_index"] for row in asked}) == len({row["seen_end"] for row in asked}) == len(asked)
    assert {row["task"] for row in rows} >= {"scene_perception", "temporal_perception", "future_prediction", "counting"}
    by_id = {row["id"]: row for row in rows}
    for row in rows:
        basic = [by_id[name] for name in json.loads(_told(row).get("requires", "[]"))]
        assert len({one["id"] for one in basic}) == (0 if _told(row)["level"] == "basic" else 2)
        assert all(_told(one)["level"] == "basic" and one["video"] == row["video"] for one in basic)


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


def ovbench(rows: Rows) -> None:
    """Two to four candidates; the evidence lies before, at or after the moment, as the type says."""
    for row in rows:
        told, time = _told(row), row["seen_end"]
        assert 2 <= len(row["options"]) <= 4
        assert row["seen_start"] == 0
        sides = (
            {span["start"] >= time for span in row["evidence"]},
            {span["end"] <= time + 0.05 for span in row["evidence"]},
        )
        assert sides == (({True}, {False}) if told["answer_type"] == "future prediction" else ({False}, {True})), row
    types = {_told(row)["answer_type"] for row in rows}
    boxes = {"spatial perception", "spatio-temporal perception"}
    assert types == {"past memory", "temporal perception", "future prediction"} | boxes, "one film has no strangers"
    for row in by_task(rows, "position_ago"):
        (box,) = row["evidence"][0]["boxes"]
        assert row["seen_end"] - box["time"] == pytest.approx(1 if "1 second" in row["question"] else 2, abs=0.11)


def v_star(rows: Rows) -> None:
    """Five questions of each event: what, then when and where, then where and when; boxes at whole seconds."""
    groups: dict[str, Rows] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    assert len(groups) == 3, "two objects have no event"
    for held in groups.values():
        asked = {(row["task"], _told(row).get("chain", "")): row for row in held}
        one, two = "what_when_where", "what_where_when"
        what, when, where = asked["chain_what", ""], asked["chain_when", one], asked["chain_where", one]
        freely, later = asked["chain_where", two], asked["chain_when", two]
        assert len(asked) == len(held) == 5
        assert what["answer"].removeprefix("the ") not in what["question"]
        assert when["answer"] == later["answer"]
        assert where["answer"] == freely["answer"]
        times = [box["time"] for box in where["evidence"][0]["boxes"]]
        assert times == [round(time) for time in times]
        assert all(f"{time:.1f}" in where["question"] for time in times)
        assert "seconds" not in freely["question"]
        assert "[" in later["question"].partition(" Boxes are")[0]
        sizes = {
            "bikes": "640 wide and 272",
            "bigbuckbunny": "1280 wide and 720",
            "carphone_pristine": "176 wide and 144",
        }
        name = what["video"].rpartition("/")[2].removesuffix(".mp4")
        assert all(sizes[name] in row["question"] for row in (where, freely, later))


def llava_st(rows: Rows) -> None:
    """Times and boxes in one answer; what begins in a box is not named by the question; every box is in the picture."""
    tasks = Counter(row["task"] for row in rows)
    assert {"tube", "spatial_video_grounding", "event_in_region", "spatial_grounding", "region_name"} <= set(tasks)
    for row in rows:
        boxes = [box for span in row["evidence"] for box in span["boxes"]]
        assert all(0 <= box["left"] < box["right"] <= 1 and 0 <= box["top"] < box["bottom"] <= 1 for box in boxes)
        if row["task"] == "tube":
            assert re.match(r"(From|At) [\d.]+.*:\n", row["answer"])
        if row["task"] in ("tube", "spatial_video_grounding", "event_in_region"):
            assert row["answer"].count(": [") == len(boxes) >= 1
        if row["task"] in ("event_in_region", "region_name"):
            assert row["evidence"][0]["text"].removeprefix("the ") not in row["question"]


def videochat_r1(rows: Rows) -> None:
    """Eight boxes at most behind the first one; five options at most; a stretch that is a part of the video."""
    assert {row["task"] for row in rows} == {"tracking", "moment_retrieval", "qa"}
    for row in by_task(rows, "tracking"):
        boxes = row["evidence"][0]["boxes"]
        assert 1 <= len(boxes) <= 8
        assert row["answer"].count("[") == len(boxes)
    assert max(len(row["evidence"][0]["boxes"]) for row in by_task(rows, "tracking")) == 8
    assert all(3 <= len(row["options"]) <= 5 for row in by_task(rows, "qa"))
    assert all(row["evidence"][0]["end"] - row["evidence"][0]["start"] < 69 for row in rows)


def streaming_bench(rows: Rows) -> None:
    """Four options at a moment, of the last 60 s; what is to be said has the time at which it is due; a chain goes on
    with what has come since, behind its questions and answers so far."""
    linked = by_task(rows, "sequential_question_answering")
    for before, row in pairwise(linked):
        if row["group"] == before["group"]:
            assert row["seen_end"] > before["seen_end"]
            assert row["messages"][: len(before["messages"])] == before["messages"]
            assert max(span["end"] for span in row["evidence"]) > before["seen_end"]
    for row in rows:
        assert row["seen_end"] - row["seen_start"] <= 75.5
        times = [turn["time"] for turn in row["messages"]]
        if row["task"] == "proactive_output":
            assert times[0] < times[1] == row["seen_end"]
            assert row["options"] == []
        else:
            assert len(row["options"]) == 4 or row["task"] == "counting_so_far"
            assert times == [None] * (len(times) if row in linked else 2)
            later = [span for span in row["evidence"] if span["end"] > row["seen_end"] + 0.05]
            assert bool(later) == (row["task"] == "prospective_reasoning")


def judged(row: dict[str, Any]) -> dict[str, Any]:
    """The verdicts on *row*, which was judged in both orders by each criterion."""
    found: dict[str, Any] = json.loads(next(one["value"] for one in row["params"] if one["name"] == "judged"))
    asked = Counter((one["criterion"], one["order"]) for one in found["verdicts"])
    assert set(asked.values()) == {1}
    assert {order for _, order in asked} == {"ab", "ba"}
    for name, settled in found["settled"].items():
        said = {one["verdict"] for one in found["verdicts"] if one["criterion"] == name}
        assert not said or settled == (said.pop() if len(said) == 1 else "tie")
    return found


def video_auto_arena(rows: Rows) -> None:
    """Battles of two of three models on questions of personas, each followed by a harder one of the same persona."""
    told = {row["id"]: {one["name"]: one["value"] for one in row["params"]} for row in rows}
    assert {known["about"] for known in told.values()} == {"persona", "harder"}
    rivals = set()
    for row in rows:
        found, known = judged(row), told[row["id"]]
        assert set(found["settled"]) == {
            *("instruction_following", "accuracy", "relevance", "helpfulness", "overall"),
        }
        assert found["winner"] == found["settled"]["overall"]
        if found["winner"] == "tie":
            assert not row["rejected"]
        else:
            best = "ab".index(found["winner"])
            assert (row["answer"], row["rejected"]) == (found["replies"][best], found["replies"][1 - best])
            assert (known["chosen_source"], row["rejected_source"]) == (found["ab"[best]], found["ba"[best]])
        assert found["a"] != found["b"]
        rivals |= {found["a"], found["b"]}
        if known["about"] == "harder":
            assert told[known["sample"]]["persona"] == known["persona"]
    assert rivals == {"one", "two", "three"}


def mllm_dpo(rows: Rows) -> None:
    """Open questions; the best of up to four answers against the worst, by the mean of five marks."""
    asked = {row["question"] for row in VIDEO_BENCH if not row["options"]}
    assert {row["question"] for row in rows} <= asked
    for row in rows:
        told = _told(row)
        replies = json.loads(told["marked_replies"])
        means = [sum(one["marks"].values()) / 5 for one in replies]
        assert 2 <= len(replies) <= 4
        assert means == sorted(means, reverse=True)
        assert means[0] - means[-1] >= 2
        assert (row["answer"], row["rejected"]) == (replies[0]["reply"], replies[-1]["reply"])
        assert {*replies[0]["marks"]} == {"helpfulness", "correctness", "coherence", "complexity", "verbosity"}
    assert rows


def stic_described(rows: Rows) -> None:
    """The description stands before the question, and the answer is the one that the row had."""
    kept = {row["question"]: row["options"][0] if row["options"] else row["answer"] for row in VIDEO_BENCH}
    for row in rows:
        described, _, question = row["question"].rpartition("\n\n")
        assert row["answer"] == kept[question]
        assert re.fullmatch(r'What the video shows: ".{40,}"', described)
        assert row["messages"][0]["content"].startswith(row["question"])
    assert len(rows) > 5


def uve(rows: Rows) -> None:
    """Each pair of one prompt by four aspects with the sub-aspects of UVE-Bench, four verdicts."""
    criteria = Counter(given["value"] for row in rows for given in row["params"] if given["name"] == "criterion")
    assert set(criteria) <= {"tv_alignment", "static_visual_quality", "temporal_visual_quality", "dynamic_degree"}
    assert sum(criteria.values()) >= 6
    points = set()
    for row in rows:
        found = judged(row)
        points |= {name.partition(".")[2] for name in found["settled"]}
        assert {found["a"], found["b"]} == {"mochi", "sora"}
        assert row["question"].startswith(f"Both clips were made to show this: {found['prompt']}\n")
        assert row["options"][:2] == ["The first clip", "The second clip"]
        assert len(row["options"]) == 4
        best = {"a": 0, "b": 1}.get(found["winner"])
        assert row["answer_index"] == best if best is not None else row["answer_index"] > 1
        assert [medium["kind"] for medium in row["media"]] == ["clip", "clip"]
        assert len(found["videos"]) == 2
    assert points - {""} == {
        *("tv_alignment_appearance", "tv_alignment_motion", "aesthetic_quality", "technical_quality"),
        *("structural_correctness", "appearance_consistency", "flickering", "motion_naturalness"),
        *("subject_motion_degree", "camera_motion_degree", "light_change"),
    }


def uve_votes(rows: Rows) -> None:
    """What more than half of the votes say, of both videos; a draw of votes is no sample."""
    settled = {}
    for row in rows:
        (found,) = [json.loads(one["value"]) for one in row["params"] if one["name"] == "judged"]
        assert {found["a"], found["b"]} == {"mochi", "sora"}
        assert [medium["kind"] for medium in row["media"]] == ["clip", "clip"]
        assert row["options"][2:] == ["Both are equally good or strong", "Both are equally bad or weak"]
        best = {"a": 0, "b": 1}.get(found["winner"])
        assert row["answer_index"] == best if best is not None else row["answer_index"] > 1
        winner = found[found["winner"]] if best is not None else found["winner"]
        settled[_told(row)["criterion"]] = winner, len(found["verdicts"]), row["answer"]
    assert settled.pop("dynamic_degree") == ("tie", 1, "Both are equally bad or weak")
    assert {name: said[:2] for name, said in settled.items()} == {
        "static_visual_quality": ("mochi", 3),
        "tv_alignment": ("mochi", 2),
    }


def mj_bench_video(rows: Rows) -> None:
    """Each pair of one prompt by five aspects and overall; 28 criteria."""
    points: dict[str, set[str]] = {}
    for row in rows:
        for name in judged(row)["settled"]:
            aspect, _, point = name.partition(".")
            points.setdefault(aspect, set()).update({point} - {""})
    sizes = {"alignment": 5, "safety": 6, "quality": 5, "cc": 7, "bias": 5, "overall": 0}
    assert {aspect: len(some) for aspect, some in points.items()} == sizes


def videorefer(rows: Rows) -> None:
    """Each is about one thing, of which the words have one slot and the evidence has boxes; all three forms of it."""
    things: dict[str, set[str]] = {}
    for row in rows:
        assert row["question"].count("<region>") == 1
        assert "<region>" not in row["answer"]
        boxes = [box for item in row["evidence"] for box in item["boxes"]]
        assert boxes
        things.setdefault(f"{row['video']} {boxes[0]['left']}", set()).add(row["task"])
    assert len(things) == 5, "the cyclist, the motorcycle, the man, his tie, the rabbit"
    assert all(tasks == {"region_caption", "detailed_region_caption", "region_question"} for tasks in things.values())
    for task in ("region_caption", "detailed_region_caption"):
        assert len(by_task(rows, task)) == 5
        assert len({row["question"] for row in by_task(rows, task)}) > 1


def compositioncap(rows: Rows) -> None:
    """Of each region a sample for an attribute, which the question names, and a dense one; of each picture one."""
    regions: dict[str, set[str]] = {}
    for row in rows:
        boxes = [box for item in row["evidence"] for box in item["boxes"]]
        assert bool(boxes) == ("<region>" in row["question"]) == (row["task"] != "overview_caption")
        if boxes:
            assert row["question"].count("<region>") == 1
            regions.setdefault(f"{row['video']} {boxes[0]['left']}", set()).add(row["task"])
    assert len(regions) == 5
    assert all(len(tasks) == 19 for tasks in regions.values())
    assert len(by_task(rows, "overview_caption")) == 4


def by_task(rows: Rows, task: str) -> Rows:
    return [row for row in rows if row["task"] == task]


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


CARDS: dict[str, Callable[[Rows], None]] = {
    one.__name__: one
    for one in (
        vtg_it,
        videorefer,
        compositioncap,
        instruct_v2xum,
        mmbench_circular,
        mmstar,
        videoeval_pro,
        mmworld,
        univtg,
        howtostep,
        dropletvideo,
        mr_video,
        longvid,
        vidla,
        video_bench,
        lmm_vqa,
        vismap,
        vue_tr,
        verified,
        videochat2_it,
        vdc,
        favdbench,
        vigc,
        llm4vg,
        storyteller,
        saven_vid,
        visiocity,
        stair,
        vlm_3r,
        mm_cof,
        eilev,
        mmicl,
        v2pe,
        mmdu,
        mmxu,
        mmie,
        howto_interlink7m,
        multimodal_textbook,
        live,
        mmduet_it,
        cg_bench,
        lv_haystack,
        rtv_bench,
        ovbench,
        mmvm,
        v_star,
        llava_st,
        videochat_r1,
        streaming_bench,
        video_reason_bench,
        video_auto_arena,
        mllm_dpo,
        stic_described,
        uve,
        uve_votes,
        mj_bench_video,
        t2vid,
        lwm_qa,
        t3,
    )
}
"""By recipe: asserts what its authors say of their data."""
