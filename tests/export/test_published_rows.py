"""Formats of published sets that keep what their recipes put among the parameters: samples as such a build has them,
byte by byte, and read in again where labels know the format.

``VDATA_WRITE_GOLDEN=1 pytest tests/export/test_published_rows.py`` writes the golden files anew: read the diff.
"""

from __future__ import annotations

import csv
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.export.format import find_formats
from vdata.export.video_entries import code_of
from vdata.pipelines.inputs.attach import attach
from vdata.pipelines.inputs.imports import lay_labels, read_labels
from vdata.pipelines.inputs.stored import StoredSources
from vdata.rules.letters import LETTERS, with_letters
from vdata.rules.solve import recompute
from vdata.schemas import Evidence, Message, Sample, Timeline, Verdict
from vdata.schemas.input_video import Source
from vdata.stages.labels.kinds.qa import Qa

GOLDEN = Path(__file__).parent / "golden"
Stored = Callable[[Path, Iterable[Timeline]], Path]
FILM, CLIP = "films/lighthouse.mp4", "clips/0007/street.mp4"
NIGHT = Evidence(12.0, 19.5, "events", "A man in a yellow coat climbs the stairs of the lighthouse.", "e1")
LAMP = Evidence(41.0, 48.0, "events", "He lights the lamp and looks out to sea.", "e2")
SAID = Evidence(30.0, 34.0, "speech", "The old lens bends the light of the lamp into one beam.", "s1")
STREET = Evidence(0.0, 16.0, "captions", "A cyclist waits at a crossing while cars pass.", "c1")
SIGN = Evidence(3.0, 6.5, "texts", "ONE WAY", "t1")


def asked(task: str, question: str, answer: str, *cited: Evidence, **params: str) -> Sample:
    """An open sample of the *task*."""
    turns = [Message("user", question), Message("assistant", answer)]
    start, end = min(one.start for one in cited), max(one.end for one in cited)
    sample = Sample(task, question, answer, start, end, list(cited), {"rule": "", **params}, messages=turns)
    sample.teacher = "watcher"
    return sample


def choice(task: str, question: str, right: int, options: list[str], *cited: Evidence, **params: str) -> Sample:
    """A multiple choice of the *task*."""
    sample = asked(task, question, options[right], *cited, **params)
    sample.options, sample.answer_index = options, right
    shown = with_letters(question, options, "Which option is right?")
    sample.messages = [Message("user", shown), Message("assistant", f"{LETTERS[right]}. {options[right]}")]
    return sample


def because(sample: Sample, rationale: str) -> Sample:
    sample.rationale = rationale
    return sample


COAT = ["It warns of rain.", "It marks the one who tends the light.", "It is a uniform.", "It hides a wound."]
SUMMED = [Evidence(one.start, one.end, "summary", "summary", one.span) for one in (NIGHT, LAMP)]
TEN = [*COAT, "It is a gift.", "It is stolen.", "It stands for fear.", "It is borrowed.", "It shows wealth.", "None."]
SIX = [*COAT, "It belongs to the drowned captain.", "It is the colour of the lamp."]
FIVE = ["slowly and without a stop", "in one run", "on all fours", "backwards", "two steps at a time"]
FOUR = ["by a mirror", "by the old lens", "by the sea", "by the fog"]
WHO = "Why does the man in the yellow coat never take it off?"
ONE = {"about": "spans"}


def videochat2() -> list[Sample]:
    told = "Choose the option that answers the question, by what the video shows."
    return [
        asked("captioning", "Describe the clip.", NIGHT.text, NIGHT, **ONE),
        choice("classification", "What is done here?", 1, ["swim", "climb", "row", "sail"], NIGHT, **ONE,
               instruction="Name the action by one of the options."),
        choice("question_answer", "How is the light gathered?", 1, FOUR, SAID, instruction=told),
        asked("question_answer", "What does he light?", "The lamp.", LAMP, instruction="Answer in a few words."),
    ]  # fmt: skip


def v2xum() -> list[Sample]:
    """The three forms of one summary."""
    percent = {"time_format": "percent", "duration": "60.0", "kind": "description"}
    both = asked("dense_caption", "Summarise it, a sentence a part.", "", NIGHT, LAMP, rule="dense_caption", **percent)
    ruled = {**percent, "kind": "step", "rule": "step_localisation"}
    parts = asked("step_localisation", "Which parts make a summary of it?", "", *SUMMED, **ruled)
    for sample in (both, parts):
        sample.answer = sample.messages[1].content = recompute(sample)
    return [
        both,
        parts,
        asked("text_summary", "Summarise the video in a text.", f"{NIGHT.text} {LAMP.text}", NIGHT, LAMP),
    ]


def mmr_v() -> list[Sample]:
    kinds = {"videoType": "Film", "abilityType_L3": "Symbol Understanding"}
    return [choice("Implicit Reasoning", WHO, 1, TEN, NIGHT, LAMP, **kinds)]


def verified() -> list[Sample]:
    fine = "A man in a yellow coat climbs the narrow stairs slowly, one hand on the wall."
    question = f'When does the video show this: "{fine}"?'
    known = {"cog_desc": "A man climbs stairs.", "fig_desc": fine, "fig_desc_score": "2.04"}
    return [asked("fine_moment_retrieval", question, "It is shown from 12.0 to 19.5 seconds.", NIGHT, **known)]


def mvbench() -> list[Sample]:
    action = choice("action_antonym", "What takes place?", 0, ["He climbs.", "He descends.", "He sits."], NIGHT, **ONE)
    state = choice("state_change", "What becomes of the lamp?", 2, ["It breaks.", "It falls.", "It burns."], LAMP)
    return [action, state, choice("state_change", "What becomes of the sea?", 1, ["It rises.", "Nothing."], LAMP)]


def videovista() -> list[Sample]:
    known = {"category": "Film & Animation"}
    return [
        choice("action_recognition", "What does the man do after the stairs?", 1,
               ["He sleeps.", "He lights the lamp.", "He leaves.", "He calls."], LAMP, **known),
        choice("causal_reasoning", "By what means is the light seen from afar?", 1, FOUR, SAID, **known),
    ]  # fmt: skip


def video_holmes() -> list[Sample]:
    events = ["1-2-3-4-5", "2-1-3-4-5", "1-3-2-4-5", "5-4-3-2-1", "1-2-4-3-5", "3-1-2-4-5"]
    return [
        because(choice("intention_and_motive_chaining", WHO, 1, SIX, NIGHT, LAMP), "He wears it whenever it is lit."),
        because(choice("timeline_analysis", "In which order are these?", 2, events, NIGHT, LAMP), "The lamp is last."),
    ]  # fmt: skip


def mmworld() -> list[Sample]:
    known = {"url": "https://example.org/lighthouse", "discipline": "Science", "subdiscipline": "Optics"}
    heard = choice("domain_expertise_heard", "By what is the light bent?", 1, FOUR, SAID, **known)
    seen = choice("procedure_seen", "What comes before the lamp is lit?", 0, COAT, NIGHT, **known)
    seen.checks = [Verdict("blind", "fail", 1.0, "no_video: 4 of 4")]
    return [heard, seen]


def mme_videoocr() -> list[Sample]:
    return [
        asked("text_recognition", "What is written on the arrow?", "ONE WAY", SIGN),
        choice("color_recognition", "Which colour has the arrow?", 3, ["red", "green", "blue", "white"], SIGN),
        asked("translation", "What does the sign say in Chinese?", "单行道", SIGN),
    ]


def videoeval_pro() -> list[Sample]:
    known = {"source": "LVBench", "qa_subtype": "Event Perception", "meta": "T3"}
    question = "How is the light gathered?"
    both = (
        choice("Local Perception", question, 1, FOUR, SAID, **known),
        asked("Local Perception", question, FOUR[1], SAID),
    )
    alone = choice("Local Perception", "Which of these does he not do?", 0, COAT, NIGHT, **known)
    return [*both, alone]


def favor_bench() -> list[Sample]:
    return [
        choice("single_action_detail", "How does the man climb the stairs?", 0, FIVE, NIGHT),
        choice("camera_motion", "How does the camera move meanwhile?", 4,
               ["It rests.", "It pans.", "It tilts down.", "It zooms out.", "It tilts up."], NIGHT),
        asked("captioning", "Describe all that moves.", f"{NIGHT.text} {LAMP.text}", NIGHT, LAMP, **ONE),
    ]  # fmt: skip


def webvid() -> list[Sample]:
    return [asked("captioning", "Describe the clip.", STREET.text, STREET, **ONE)]


SETS: dict[str, tuple[str, float, Callable[[], list[Sample]]]] = {
    "videochat2": (FILM, 60.0, videochat2),
    "v2xum": (FILM, 60.0, v2xum),
    "mmr_v": (FILM, 60.0, mmr_v),
    "verified": (FILM, 60.0, verified),
    "mvbench": (FILM, 60.0, mvbench),
    "videovista": (FILM, 60.0, videovista),
    "video_holmes": (FILM, 60.0, video_holmes),
    "mmworld": (FILM, 60.0, mmworld),
    "mme_videoocr": (CLIP, 16.0, mme_videoocr),
    "videoeval_pro": (FILM, 60.0, videoeval_pro),
    "favor_bench": (FILM, 60.0, favor_bench),
    "webvid": (CLIP, 16.0, webvid),
}
"""By format: the video, its length, and its samples."""
KEYS: dict[str, str] = {
    "videochat2": "video QA start end",
    "v2xum": "id conversations meta",
    "mmr_v": "video videoType question options correctAnswer abilityType_L2 abilityType_L3",
    "verified": "video time desc_id duration cog_desc fig_desc fig_desc_score",
    "mvbench": "video question candidates answer start end",
    "videovista": "video_id question_id question options answer category subcategory language",
    "mmworld": "video_id url discipline subdiscipline captions questions",
    "mme_videoocr": "video_index question option answer eval_method task task_type",
    "videoeval_pro": "video question options answer answer_text meta source qa_subtype qa_type",
    "favor_bench": "video_name caption questions",
    "webvid": "videoid contentUrl duration page_dir name",
}
"""The fields of a row, as the cards of the systems have them, in this order; video_holmes has spaces in them."""


def build(stored: Stored, folder: Path, name: str) -> tuple[Path, Timeline]:
    """The data set of the samples of the format *name* in *folder*, and its video."""
    uri, duration, samples = SETS[name]
    video = Timeline(uri, "0a" * 12, duration, samples=samples())
    return stored(folder, [video]), video


def texts_of(out: Path) -> dict[str, str]:
    """What was written, by file name."""
    files = sorted(out.iterdir()) if out.is_dir() else [out]
    return {file.name: file.read_text(encoding="utf-8") for file in files}


def rows_of(out: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, text in texts_of(out).items():
        if name.endswith(".csv"):
            rows += csv.DictReader(text.splitlines())
        else:
            rows += [json.loads(line) for line in text.splitlines()] if name.endswith(".jsonl") else json.loads(text)
    return rows


@pytest.mark.parametrize("name", sorted(SETS))
def test_rows_are_the_golden_ones_and_say_what_is_known(
    name: str, stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, _ = build(stored, Path("set"), name)
    out = Path(f"{name}{find_formats()[name].suffix}")
    assert run(["export", str(folder), "--format", name, "--out", str(out), "--media-root", "videos"]) == 0
    golden = GOLDEN / out.name
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.mkdir(exist_ok=True) if out.is_dir() else None
        for file, text in texts_of(out).items():
            (golden / file if out.is_dir() else golden).write_text(text, encoding="utf-8")
    assert texts_of(out) == texts_of(golden)
    rows = rows_of(out)
    names = KEYS.get(name, "").split() or ["video ID", *(f"Question{more}" for more in (" ID", " Type", "")), "Options",
                                           "Answer", "Explanation"]  # fmt: skip
    for row in rows:
        assert list(row) == [one for one in names if one in row]
    assert set(names) == {one for row in rows for one in row}
    unknown = {"captions"} if name == "mmworld" else set()
    for row in rows:
        assert [one for one, value in row.items() if value in ("", None, []) and one not in unknown] == []


def test_fields_that_are_told_of_by_rule(stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def rows(name: str) -> list[dict[str, Any]]:
        folder, _ = build(stored, Path(f"{name}_set"), name)
        assert run(["export", str(folder), "--format", name, "--out", f"{name}.out"]) == 0
        out = Path(f"{name}.out")
        if find_formats()[name].suffix == ".jsonl":
            return [json.loads(line) for line in out.read_text().splitlines()]
        return rows_of(out)

    assert [(row["video ID"], row["Question Type"], list(row["Options"])) for row in rows("video_holmes")] == [
        ("lighthouse", "IMC", list("ABCDEF")),
        ("lighthouse", "TA", list("ABCDEF")),
    ]
    (video,) = rows("mmworld")
    flags = ("requires_domain_knowledge", "requires_audio", "requires_visual", "question_only")
    assert [[one["type"], *(one[flag] for flag in flags)] for one in video["questions"]] == [
        ["domain_expertise", True, True, False, False],
        ["procedure", False, False, True, True],
    ]
    read, colour, translated = rows("mme_videoocr")
    assert (read["eval_method"], read["answer"], "option" in read) == ("containment_match", "ONE WAY", False)
    assert (colour["eval_method"], colour["answer"], colour["option"][3]) == ("multiple_choice", "D", "D. white")
    assert (translated["eval_method"], translated["task_type"]) == ("gpt_assisted_scoring", "visual_text_qa")
    (video,) = rows("favor_bench")
    assert [one["task_type"] for one in video["questions"]] == ["SAD", "CM"]
    assert video["questions"][0]["correct_answer"] == FIVE[0]
    (row,) = rows("videoeval_pro")
    assert (row["options"][1], row["answer"], row["answer_text"]) == ("B. by the old lens", "B", "by the old lens")
    (noted,) = Path("videoeval_pro.out.left_out.jsonl").read_text().splitlines()[1:]
    assert json.loads(noted)["reason"] == "no_open_question"
    (row,) = rows("mmr_v")
    assert (len(row["options"]), row["options"][9], row["correctAnswer"]) == (10, "(J) None.", "(B)")


def test_a_table_of_clips_is_of_whole_videos(stored: Stored, tmp_path: Path) -> None:
    part = asked("captioning", "Describe the clip.", NIGHT.text, NIGHT, **ONE)
    folder = stored(tmp_path / "set", [Timeline(FILM, "0a" * 12, 3670.4, samples=[part, *mmr_v()])])
    out = tmp_path / "w.csv"
    assert run(["export", str(folder), "--format", "webvid", "--out", str(out)]) == 1
    whole = asked("captioning", "Describe it.", "Night.", Evidence(0.0, 3670.4, "captions", "Night."), **ONE)
    folder = stored(tmp_path / "whole", [Timeline(FILM, "0a" * 12, 3670.4, samples=[part, *mmr_v(), whole])])
    assert run(["export", str(folder), "--format", "webvid", "--out", str(out)]) == 0
    assert out.read_text() == (
        "videoid,contentUrl,duration,page_dir,name\nlighthouse,films/lighthouse.mp4,PT01H01M10S,films,Night.\n"
    )
    noted = [json.loads(line)["reason"] for line in Path(f"{out}.left_out.jsonl").read_text().splitlines()]
    assert noted == ["needs_a_clip", "no_caption"]


REASONS = {
    "videochat2": {"preference_pair": 2, "several_turns": 1},
    "v2xum": {"preference_pair": 1, "placeholder_in_text": 1, "needs_a_clip": 2, "times_not_in_percent": 5},
    "mmr_v": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_options": 6},
    "verified": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_retrieval": 7},
    "mvbench": {"preference_pair": 2, "several_turns": 1, "no_options": 7},
    "videovista": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_options": 6},
    "video_holmes": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_options": 6},
    "mmworld": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_options": 6},
    "mme_videoocr": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2},
    "favor_bench": {"preference_pair": 1, "several_turns": 1, "needs_a_clip": 2, "no_options": 6},
}
"""What the formats leave out of the samples of the kitchen and of the haystacks, besides the one without a file."""


def test_formats_of_these_sets_are_all_here() -> None:
    assert SETS.keys() - REASONS.keys() == {"videoeval_pro", "webvid"}, "which have nothing of the kitchen"


@pytest.mark.parametrize("name", sorted(REASONS))
def test_what_a_format_has_no_place_for(small: Path, name: str) -> None:
    out = Path(f"out{find_formats()[name].suffix}")
    assert run(["export", str(small), "--format", name, "--out", str(out)]) == 0
    noted = [json.loads(line) for line in Path(f"{out}.left_out.jsonl").read_text().splitlines()]
    assert Counter(row["reason"] for row in noted) == {**REASONS[name], "not_rendered": 1}


READ: dict[str, tuple[dict[str, Any], bool]] = {
    "mmr_v": ({"columns": {"task": "abilityType_L2"}, "attributes": ["videoType", "abilityType_L3"]}, False),
    "mvbench": ({}, False),
    "videovista": ({"columns": {"task": "subcategory"}, "attributes": ["category"]}, False),
    "video_holmes": ({}, True),
    "mme_videoocr": ({"columns": {"task": "task"}}, False),
    "videoeval_pro": ({"columns": {"task": "qa_type"}, "attributes": ["source", "qa_subtype", "meta"]}, False),
}
"""Formats that labels of the kind qa read, with the settings for what is called otherwise; and whether a rationale
comes along."""


@pytest.mark.parametrize("name", sorted(READ))
def test_rows_are_read_in_again(name: str, stored: Stored, tmp_path: Path) -> None:
    folder, video = build(stored, tmp_path / "set", name)
    out = tmp_path / f"out{find_formats()[name].suffix}"
    assert run(["export", str(folder), "--format", name, "--out", str(out)]) == 0
    settings, reasoned = READ[name]
    files = sorted(out.iterdir()) if out.is_dir() else [out]
    sources = StoredSources([Source(video.uri, video.uri)])
    labels = [Qa(path=str(file), **settings, **({"task": file.stem} if out.is_dir() else {})) for file in files]
    assert lay_labels(sources, read_labels(labels, Path())) == []
    found = Timeline(video.uri, video.id, video.duration)
    attach(found, next(iter(sources)))
    assert found.rejects == []
    kept = {"source", "qa_subtype", "meta", "category", "videoType", "abilityType_L3"}
    written = [one for one in video.samples if one.options or name == "mme_videoocr"]
    written = written[:1] if name == "videoeval_pro" else written  # the other one is not asked openly

    def told(sample: Sample) -> tuple[Any, ...]:
        known = {key: value for key, value in sample.params.items() if key in kept}
        task = code_of(sample.task) if name == "video_holmes" else sample.task
        why = sample.rationale if reasoned else ""
        return task, sample.question, sample.options, sample.answer, sample.answer_index, known, why

    assert list(map(told, found.samples)) == list(map(told, written))


def test_codes_are_initials() -> None:
    codes = {"core_theme_inference": "CTI", "intention_and_motive_chaining": "IMC", "TA": "TA", "qa": "qa"}
    assert {task: code_of(task) for task in codes} == codes
    assert all(code_of(one) != code_of(other) for one, other in pairwise(codes))
