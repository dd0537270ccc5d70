"""What is known of systems of captions, asked of the samples of their recipes."""

from __future__ import annotations

import re
from itertools import pairwise

from .rows import Rows, by_task, params_of


def webvid(rows: Rows) -> None:
    """One sentence of each video, which is all of it, and of which no other shows the same."""
    assert len({row["video"] for row in rows}) == len(rows) > 1
    assert all((row["start"], round(row["end"], 1)) == (0, round(row["duration"], 1)) for row in rows)
    assert all(3 <= len(row["answer"].split()) <= 70 and len(row["answer"]) <= 350 for row in rows)


def hd_vg(rows: Rows) -> None:
    """A sentence of ten words or more of each scene, none of 20 s, of what is HD and wide: the rabbit's clip alone."""
    assert {row["video"].rpartition("/")[2] for row in rows} == {"bigbuckbunny.mp4"}
    assert len({row["start"] for row in rows}) == len(rows)
    for row in rows:
        assert 1 <= row["end"] - row["start"] <= 20
        assert len(row["answer"].split()) >= 10
        alone = params_of(row).get("about") == "spans"
        assert alone or row["end"] - row["start"] > row["duration"] - 0.1, "a clip is shown alone"


def dropletvideo(rows: Rows) -> None:
    """Each clip is asked for by itself; its caption has 100 words or more and tells how the camera moves, which is at
    rest in none."""
    moves = ("pan to the left", "pan to the right", "tilt upwards", "tilt downwards", "zoom in", "zoom out")
    for row in rows:
        assert row["end"] - row["start"] >= 1.8
        assert len(row["answer"].split()) >= 100
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
        assert max(len(row["answer"].split()) for row in (*seen, *said)) <= 60
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
            assert aspect != "detailed" or words[aspect] >= 200
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
        assert len({(row["video"], row["start"]) for row in own}) == len(own), "one of a picture"
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


CARDS = (
    webvid,
    hd_vg,
    dropletvideo,
    mr_video,
    vidla,
    vismap,
    vdc,
    favdbench,
    vigc,
    storyteller,
    videorefer,
    compositioncap,
)
