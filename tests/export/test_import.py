"""What is exported as multiple choice and read in again with ``labels: {kind: qa}`` is the same, in all that the format
carries; docs/inputs.md says what that is, and what is not carried."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.export.format import find_formats
from vdata.export.lane_format import LaneFormat
from vdata.pipelines.inputs.attach import attach
from vdata.pipelines.inputs.imports import lay_labels, read_labels
from vdata.pipelines.inputs.stored import StoredSources
from vdata.rules.letters import with_letters
from vdata.schemas import Evidence, Message, Sample, Span, Timeline, Verdict, make_id
from vdata.schemas.input_video import Source
from vdata.stages.labels.kinds.qa import Qa
from vdata.stages.verify.verify import Verify

OWN = {item.name for item in fields(Sample)}
TEXTS = {"question", "options", "answer", "answer_index"}
TALK = {*TEXTS, "messages", "rationale"}
CARRIED: dict[str, set[str]] = {
    "jsonl": OWN,
    "webdataset": OWN,
    "lmms_eval": {*TEXTS, "id", "task", "group", "asked"},
    "tsv": {*TEXTS, "id", "task"},
    "rl": {*TEXTS, "id", "stretches"},
    "videoespresso": {*TEXTS, "task", "rationale"},
    "llava": {*TALK, "id"},
    "llava_video": {*TALK, "id"},
    "openai": {*TALK, "id"},
    "llama_factory": TALK,
    "ms_swift": TALK,
    "qwen_vl": TALK,
    "videochat2": TALK,
    "et_instruct_txt": TALK,
}
"""What each format keeps of multiple choice; ``stretches`` are the times of the evidence."""
NO_CHOICE = {
    *("activitynet_captions", "charades_sta"),  # captions with times, no questions
    *("dpo", "llama_factory_dpo", "ms_swift_dpo", "stic", "videosavi", "steerlm"),  # preference pairs
    *("verdicts", "video_auto_arena", "video_auto_bench", "uve", "mj_bench_video", "mj_bench_video_overall"),  # pairs
    *("argilla", "label_studio"),  # come back through labels of their own kinds
    "et_instruct_vid",  # options that are times are all <vid>
    "lance",  # read by Lance, not by labels
    "vlmevalkit",  # the table of lmms_eval is read
    *("vigc", "mmvm"),  # pictures
    *(
        "ovbench",
        "rtv_bench",
        "streaming_bench",
        "streaming_bench_sequential",
    ),  # what is asked at a time, which these samples are not
    *("live", "live_frames", "mmduet", "mmduet_dvc"),  # streams, which come back through labels of their own kind
    *(
        "obelics",
        "hf_messages",
        "mmicl",
        "interlink7m",
        "mmdu",
        "mmie",
        "mmxu",
    ),  # documents, and samples of several media
    "visiocity",  # numbers of snippets, no question
    *("vlm_3r", "vlm_3r_train"),  # numbers without options; conversations, which come back as those of llava do
    *("videorefer", "videorefer_bench_d", "videorefer_bench_q"),  # regions: test_regions.py
    *("mm_cof", "mm_cof_rl"),  # dialogues with several pictures
    *("v_star", "st_align"),  # boxes, which come back through labels of the kind tracks
    "stair",  # programs with their questions, without options
    *("t2vid", "t3"),  # pictures of pages, and text alone: no row names a video
    "video_bench",  # one object by number, which is no list of rows
    *("verified", "vue_tr"),  # moments that are looked for, without options
    "tvqa_long",  # vid_name is the clip, which is not there any more
    *("cg_bench", "lv_haystack"),  # read back in test_lv_haystack.py, by the columns of their authors
    # read back in test_published_rows.py, by the columns of their authors:
    *("mmr_v", "mvbench", "videovista", "video_holmes", "mme_videoocr", "videoeval_pro"),
    *("mmworld", "favor_bench"),  # an entry a video, in which the questions stand
    "webvid",  # captions
    *("v2xum", "vtg_it"),  # times are slots or tokens of a trainer's
}


def choice(task: str, question: str, options: list[str], right: int, *cited: Evidence, **more: Any) -> Sample:
    reply = f"{'ABCD'[right]}. {options[right]}"
    if rationale := more.get("rationale"):
        reply = f"<think>\n{rationale}\n</think>\n{reply}"
    turns = [Message("user", with_letters(question, options, "Which option is right?")), Message("assistant", reply)]
    start, end = min(item.start for item in cited), max(item.end for item in cited)
    sample = Sample(task, question, options[right], start, end, list(cited), **more)
    sample.options, sample.answer_index, sample.messages = options, right, turns
    sample.id = make_id(task, question, options)
    return sample


def benchmark() -> list[Timeline]:
    """Two videos with multiple choice in words, in times, with a rationale, and in rotations."""
    eggs = Evidence(7.46, 12.0, "events", "A cook in red cracks two eggs.", "e1")
    whisk = Evidence(14.04, 21.5, "events", "She whisks them.", "e2")
    far = Evidence(0.0, 30.0, "needles", "an apple", "n1")
    rule = {"time_format": "seconds", "duration": "60.0", "kind": "sentence"}
    windows = ["From 30.0 to 37.4 seconds.", "From 14.0 to 21.5 seconds.", "From 1.0 to 8.4 seconds."]
    when = choice("moment_retrieval", 'When is "She whisks them"?', windows, 1, whisk, params=rule)
    texts = ["A man.", 'A "cook",\tin red', "Nobody at all: it is dark.", "A dog"]
    who = choice(
        "who", "Who cooks?\nLook at both scenes.", texts, 1, eggs, whisk, teacher="watcher", rationale="1. Eggs."
    )
    who.checks = [Verdict("blind", "pass", 0.25, "no_video: 1 of 4")]
    kitchen = Timeline("clips/kitchen.mp4", "0a" * 12, 60.0)
    kitchen.put("events", [Span(one.start, one.end, one.text, id=one.span) for one in (eggs, whisk)])
    kitchen.samples = [when, who]
    made = Timeline("media/made.mp4", "1b" * 12, 45.0)
    names = ["a pear", "a cup", "an apple"]
    for turn in range(3):
        turned = names[turn:] + names[:turn]
        made.samples.append(choice("ret", "What is pasted?", turned, turned.index("an apple"), far, group="g"))
    return [kitchen, made]


def imported(path: Path, videos: list[Timeline]) -> list[Timeline]:
    """What the label file *path* lays on *videos*, as they come from the probe."""
    sources = StoredSources(Source(video.uri, video.uri) for video in videos)
    assert lay_labels(sources, read_labels([Qa(path=str(path))], Path())) == []
    found = [Timeline(video.uri, video.id, video.duration) for video in videos]
    for video, source in zip(found, sources, strict=True):
        attach(video, source)
        assert video.rejects == []
    return found


def told(sample: Sample, names: set[str]) -> dict[str, Any]:
    whole = {name: getattr(sample, name) for name in names & OWN}
    whole |= {"asked": sample.messages[:-1]} if "asked" in names else {}
    return whole | ({"stretches": [(one.start, one.end) for one in sample.evidence]} if "stretches" in names else {})


def test_every_format_is_here() -> None:
    of_samples = {name for name, one in find_formats().items() if not isinstance(one, LaneFormat)}
    assert of_samples == CARRIED.keys() | NO_CHOICE


@pytest.mark.parametrize("name", sorted(CARRIED))
def test_what_is_exported_and_read_in_again_is_the_same(
    name: str, stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    videos = benchmark()
    for video in videos:
        Path(video.uri).parent.mkdir(exist_ok=True)
        Path(video.uri).write_bytes(b"made")
    folder = stored(tmp_path / "set", copy.deepcopy(videos))
    if name == "et_instruct_txt":
        videos = [Timeline(videos[0].uri, videos[0].id, 60.0, samples=videos[0].samples[:1])]
    suffix = find_formats()[name].suffix
    out = Path(f"out{suffix}")
    assert run(["export", str(folder), "--format", name, "--out", str(out)]) == 0
    again = imported(
        next(one for one in out.iterdir() if one.suffix in (".tar", ".parquet")) if out.is_dir() else out, videos
    )
    expected = [told(sample, CARRIED[name]) for video in videos for sample in video.samples]
    found = [told(sample, CARRIED[name]) for video in again for sample in video.samples]
    if name == "videoespresso":  # without a rationale its evidence is the words of what is cited
        for row in expected:
            row["rationale"] = row["rationale"] or {"ret": "an apple"}.get(row["task"], "She whisks them.")
    assert found == expected
    for video in again:
        asyncio.run(Verify().run(video, None))
        assert [reject.reason for reject in video.rejects] == []
        for sample in video.samples:
            sample.checks = [
                one for one in sample.checks if one.check == "blind" or name not in ("jsonl", "webdataset")
            ]
    folder = stored(tmp_path / "again", again)
    twice = Path(f"twice{suffix}")
    if name == "et_instruct_txt":  # it calls the task tvg
        return
    assert run(["export", str(folder), "--format", name, "--out", str(twice)]) == 0
    if out.is_dir():
        assert [one.name for one in twice.iterdir()] == [one.name for one in out.iterdir()]
        return
    before, after = out.read_text(), twice.read_text()
    if name == "rl":  # data_type says of tasks by rule that their answer is a stretch
        before = before.replace('"mc"}', '"gqa"}', 1)
    assert after == before


def test_the_docs_say_what_each_format_carries() -> None:
    """The words of the table in docs/inputs.md are those of CARRIED."""
    text = (Path(__file__).parents[2] / "docs" / "inputs.md").read_text(encoding="utf-8")
    named = {
        "id": "`id`",
        "group": "`group`",
        "asked": "what is asked",
        "task": "`task`",
        "rationale": "`rationale`",
        "messages": "turns",
        "stretches": "times of the",
    }
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    for name, kept in CARRIED.items():
        (row,) = [row for row in rows if f"`{name}`" in row[0] and len(row) == 3]
        said = {field for field, word in named.items() if word in row[1]}
        assert said == (set() if kept == OWN else kept & named.keys()), name
        assert kept != OWN or row[1] == "everything"
