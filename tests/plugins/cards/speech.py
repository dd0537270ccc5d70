"""What is known of systems of speech and interleaved, asked of the samples of their recipes."""

from __future__ import annotations

import re

from .rows import Rows, by_task


def howtostep(rows: Rows) -> None:
    """Every step is of the lane that was placed twice, and asked for once by its words."""
    assert {span["lane"] for row in rows for span in row["evidence"]} == {"steps"}
    asked, told = by_task(rows, "moment_retrieval"), by_task(rows, "grounded_caption")
    assert len({row["evidence"][0]["text"] for row in asked}) == len(asked) > 5
    assert all(row["answer"].rstrip(".") == row["evidence"][0]["text"].rstrip(".") for row in told)


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


CARDS = (
    howtostep,
    saven_vid,
    eilev,
    mmicl,
    howto_interlink7m,
    multimodal_textbook,
)
