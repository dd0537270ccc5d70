"""What is known of published systems, asked of the samples that a recipe makes: formats, limits, shares of kinds."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

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


def by_task(rows: Rows, task: str) -> Rows:
    return [row for row in rows if row["task"] == task]


CARDS: dict[str, Callable[[Rows], None]] = {
    one.__name__: one
    for one in (vtg_it, instruct_v2xum, mmbench_circular, mmstar, videoeval_pro, mmworld, univtg, howtostep)
}
"""By recipe: asserts what its authors say of their data."""
