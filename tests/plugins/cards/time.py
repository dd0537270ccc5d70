"""What is known of systems of time, asked of the samples of their recipes."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from math import ceil

from .rows import Rows, by_task, params_of


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


def vue_tr(rows: Rows) -> None:
    """Three formats by their words, one stretch or several, none of which touch; each query once; sight, hearing, and
    both, where what is said is as what is seen, as in the film."""
    known = [{given["name"]: given["value"] for given in row["params"]} for row in rows]
    assert {one["query_format"] for one in known} == {"keyword", "phrase", "sentence"}
    both = {"vision+audio"} if any(row["video"].endswith("film.mp4") for row in rows) else set()
    senses = {one["query_modality"] for one in known}
    assert {"vision", "audio"} | both <= senses <= {"vision", "audio", "vision+audio"}
    for row, one in zip(rows, known, strict=True):
        stretches = [(span["start"], span["end"]) for span in row["evidence"]]
        (query,) = {span["text"] for span in row["evidence"]}
        assert (len(query.split()) <= 3) == (one["query_format"] == "keyword")
        assert all(two - one > 0.5 for (_, one), (two, _) in pairwise(stretches))
        assert len(re.findall(r"rom [\d.]+ to [\d.]+ seconds", row["answer"])) == len(stretches)
    assert {len(row["evidence"]) for row in rows} >= {1, 2}
    assert len({(row["video"], row["question"]) for row in rows}) == len(rows)


def llm4vg(rows: Rows) -> None:
    """The same queries are asked of the text, a line for each second without a video, and of the video alone."""
    read = [row for row in rows if {"name": "media", "value": "none"} in row["params"]]
    seen = [row for row in rows if row not in read]
    assert {row["evidence"][0]["span"] for row in read} == {row["evidence"][0]["span"] for row in seen}
    for row in read:
        times = re.findall(r"^At (\d+)\.0 seconds: .", row["question"], re.MULTILINE)
        assert list(map(int, times)) == list(range(ceil(row["duration"])))
    assert not any("\n" in row["question"] for row in seen)


def verified(rows: Rows) -> None:
    """One fine sentence for each moment, with its coarse one and its score; times are those of the labels."""
    for row in rows:
        told = {given["name"]: given["value"] for given in row["params"]}
        assert told["fig_desc"].rstrip(".") in row["question"]
        assert told["cog_desc"]
        assert -1 <= float(told["fig_desc_score"]) <= 1
    moments = [(row["video"], row["start"], row["end"]) for row in rows]
    assert len(set(moments)) == len(moments) > 5


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


def v_star(rows: Rows) -> None:
    """Five questions of each event: what, then when and where, then where and when; boxes at whole seconds."""
    groups: dict[str, Rows] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    assert len(groups) == 3, "one object has no event, and one no box at one of its seconds"
    for held in groups.values():
        asked = {(row["task"], params_of(row).get("chain", "")): row for row in held}
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
        assert len(times) == int(what["evidence"][0]["end"]) - int(-(-what["evidence"][0]["start"] // 1)) + 1 >= 2
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


CARDS = (
    vtg_it,
    instruct_v2xum,
    vue_tr,
    llm4vg,
    verified,
    univtg,
    visiocity,
    v_star,
    llava_st,
)
