"""Samples whose words have marks for several pictures and clips: each format writes them rightly, or says why not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.export.format import find_formats
from vdata.export.lane_format import LaneFormat
from vdata.pipelines.errors import UserError
from vdata.pipelines.evaluation.openable import OpenableVideo
from vdata.pipelines.evaluation.predict import Sight, request_of
from vdata.schemas import Frames, Medium, Message, Sample, Span, Timeline

Store = Callable[[Path, Iterable[Timeline]], Path]
HOLD = {"dpo", "jsonl", "llama_factory", "llama_factory_dpo", "llava", "llava_video", "ms_swift", "ms_swift_dpo"}
HOLD |= {"mm_cof", "mm_cof_rl"}
HOLD |= {"openai", "qwen_vl", "obelics", "hf_messages", "mmicl", "interlink7m"}
HOLD |= {"mmdu", "mmie", "mmxu"}
HOLD |= {"verdicts", "uve", "mj_bench_video", "mj_bench_video_overall", "mmvm"}


def shown(name: str, asked: str, answer: str, *media: Medium, **more: Any) -> Sample:
    turns = [Message("user", asked), Message("assistant", answer)]
    return Sample("what", asked, answer, 0, 10, messages=turns, media=list(media), id=name, **more)


def image(time: float, name: str = "one", video: str = "") -> Medium:
    return Medium("image", video, time, time, f"media/{name}.jpg")


def clip(start: float, end: float, file: str = "", video: str = "") -> Medium:
    return Medium("clip", video, start, end, file)


@pytest.fixture
def mixed(stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    one, other = Timeline("a.mp4", "0a" * 12, 60.0), Timeline("b.mp4", "1b" * 12, 8.0)
    one.samples = [
        shown("images", "First <image>, then <image>: what moved?", "The cup.", image(1), image(2, "two", "b.mp4")),
        shown("clips", "<video>A dog.\n<video>What is it?", "A cat.", clip(0, 8, "", "b.mp4"), clip(0, 60)),
        shown("cut", "<video>What is it?", "A cat.", clip(4, 9)),
        shown(
            *("both", "<image>Is it in <video>?", "Yes.", image(1), clip(4, 9, "media/four.mp4")),
            params={"about": "spans"},  # which is no stretch to be cut: its media are all that is shown
        ),
        shown("unwritten", "<image>What is it?", "A cat.", Medium("image", "", 3, 3)),
        shown("still", "<image>What is it?", "A cat.", Medium("image", "still.png")),
        shown("theirs", "<image>What is it?", "A cat.", Medium("image", "b.mp4", 3, 3)),
        shown("wrong", "<image><image>What is it?", "A cat.", image(1)),
        shown("pair", "<image>What is it?", "A cat.", image(1), rejected="A dog.", rejected_source="best_of"),
        shown("drawn", "Draw it.", "Here: <image>", image(1), rejected="I can not.", rejected_source="best_of"),
    ]
    other.put("frames", [Span(3, 3, "media/two.jpg", "blurred"), Span(3, 3, "media/one.jpg", "")])
    folder = stored(Path("set"), [one, other])
    (folder / "media").mkdir()
    for name in ("one.jpg", "two.jpg", "four.mp4"):
        (folder / "media" / name).write_bytes(b"x")
    return folder


def exported(folder: Path, name: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The rows by their number in the file, and the reasons of those left out by id."""
    out = Path(f"{name}{find_formats()[name].suffix}")
    run(["export", str(folder), "--format", name, "--out", str(out)])
    text = out.read_text(encoding="utf-8") if out.exists() else ""
    rows = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    notes = out.with_name(out.name + ".left_out.jsonl").read_text(encoding="utf-8").splitlines()
    left = {note["id"]: note["reason"] for note in map(json.loads, notes)}
    kept = [name for name in ORDER if name not in left]
    return dict(zip(kept, rows, strict=True)), left


ORDER = ["images", "clips", "cut", "both", "unwritten", "still", "theirs", "wrong", "pair", "drawn"]
PAIRS = dict.fromkeys(("pair", "drawn"), "preference_pair")
UNWRITTEN = {"unwritten": "picture_not_written", "wrong": "marks_differ"}


def test_formats_that_hold_media() -> None:
    assert {name for name, one in find_formats().items() if one.holds_media} == HOLD


@pytest.mark.parametrize("name", sorted(set(find_formats()) - HOLD - {"lance"}))
def test_other_formats_refuse_them(mixed: Path, name: str) -> None:
    if isinstance(find_formats()[name], LaneFormat):
        return
    out = Path(f"{name}.out")
    run(["export", str(mixed), "--format", name, "--out", str(out)])
    notes = [json.loads(line) for line in Path(f"{out}.left_out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {note["id"]: note["reason"] for note in notes} == dict.fromkeys(ORDER, "several_media")


def test_content_parts_of_openai(mixed: Path) -> None:
    rows, left = exported(mixed, "openai")
    assert left == {**PAIRS, **UNWRITTEN}
    assert rows["images"]["messages"][0]["content"] == [
        {"type": "text", "text": "First "},
        {"type": "image", "image": "set/media/one.jpg"},
        {"type": "text", "text": ", then "},
        {"type": "image", "image": "set/media/two.jpg"},
        {"type": "text", "text": ": what moved?"},
    ]
    assert [part.get("video") for part in rows["clips"]["messages"][0]["content"]] == ["b.mp4", None, "a.mp4", None]
    cut = rows["cut"]["messages"][0]["content"][0]
    assert cut == {"type": "video", "video": "a.mp4", "video_start": 4.0, "video_end": 9.0}
    assert rows["both"]["messages"][0]["content"][2] == {"type": "video", "video": "set/media/four.mp4"}
    assert rows["still"]["messages"][0]["content"][0] == {"type": "image", "image": "still.png"}
    theirs = rows["theirs"]["messages"][0]["content"][0]
    assert theirs == {"type": "image", "image": "set/media/one.jpg"}, "which the other video has written"
    assert rows["images"]["messages"][1]["content"] == [{"type": "text", "text": "The cup."}]


@pytest.mark.parametrize(
    ("name", "images", "videos", "turns"),
    [("llama_factory", "images", "videos", "conversations"), ("ms_swift", "images", "videos", "messages"),
     ("qwen_vl", "image", "video", "conversations")],
)  # fmt: skip
def test_lists_with_marks(mixed: Path, name: str, images: str, videos: str, turns: str) -> None:
    rows, left = exported(mixed, name)
    assert left == {**PAIRS, **UNWRITTEN, "cut": "needs_a_clip"}
    assert rows["images"][images] == ["set/media/one.jpg", "set/media/two.jpg"]
    assert rows["clips"][videos] == ["b.mp4", "a.mp4"]
    assert (rows["both"][images], rows["both"][videos]) == (["set/media/one.jpg"], ["set/media/four.mp4"])
    said = rows["both"][turns][0]
    assert (said.get("value") or said.get("content")) == "<image>Is it in <video>?"


def test_the_entry_of_llama_factory_names_the_column_of_pictures(
    mixed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported(mixed, "llama_factory")
    assert '"videos": "videos", "images": "images"' in capsys.readouterr().out


def test_llava_has_one_kind(mixed: Path) -> None:
    rows, left = exported(mixed, "llava")
    assert left == {**PAIRS, **UNWRITTEN, "cut": "needs_a_clip", "both": "images_and_videos"}
    assert (rows["images"]["image"], rows["clips"]["video"]) == (
        ["set/media/one.jpg", "set/media/two.jpg"],
        ["b.mp4", "a.mp4"],
    )
    rows, left = exported(mixed, "llava_video")
    assert (left["both"], left["clips"]) == ("images_and_videos", "several_videos")
    assert rows["images"]["conversations"][0]["value"] == "First <image>, then <image>: what moved?"


def test_pairs_have_their_media_in_what_is_asked(mixed: Path) -> None:
    rows, left = exported(mixed, "dpo")
    assert (left["drawn"], left["images"]) == ("media_in_a_reply", "no_preference_pair")
    assert rows["pair"]["prompt"][0]["content"][0] == {"type": "image", "image": "set/media/one.jpg"}
    assert rows["pair"]["chosen"][0]["content"] == [{"type": "text", "text": "A cat."}]
    rows, left = exported(mixed, "ms_swift_dpo")
    assert (rows["pair"]["images"], rows["pair"]["videos"]) == (["set/media/one.jpg"], [])
    assert left["drawn"] == "media_in_a_reply"


def test_own_rows_come_back_with_their_media_but_for_the_files(mixed: Path) -> None:
    from vdata.stages.labels.own_rows import own_sample

    rows, left = exported(mixed, "jsonl")
    assert left == {"wrong": "marks_differ"}
    back = own_sample(rows["clips"])
    assert back.media == [clip(0, 8, "", "b.mp4"), clip(0, 60)]
    assert [one.file for one in own_sample(rows["both"]).media] == ["", ""]


def test_a_model_is_shown_the_media_where_their_marks_are() -> None:
    videos = {name: OpenableVideo(f"{name}.mp4", "content") for name in ("0a", "b.mp4")}
    asked = shown("q", "<image>A cat.<video>What is it?", "A dog.", image(2), clip(1, 5, "", "b.mp4"))
    (turn,) = request_of("0a", asked, videos, Sight(frames=2)).turns
    first, told, second, question = turn.parts
    assert isinstance(first, Frames)
    assert isinstance(second, Frames)
    assert (first.file, first.times, second.file, second.times) == ("0a.mp4", (2,), "b.mp4.mp4", (2.0, 4.0))
    assert (told, question) == ("A cat.", "What is it?")
    blind = request_of("0a", asked, {}, Sight(frames=0))
    assert blind.turns[0].parts == ("A cat.", "What is it?")
    asked.messages = asked.messages[1:]
    with pytest.raises(UserError, match=r"^sample q: there are 2 media"):
        request_of("0a", asked, videos, Sight())


def test_dialogues_of_mmdu_and_pairs_of_mmie(stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their own rows: pictures in the order of the marks; texts with the picture behind each."""
    monkeypatch.chdir(tmp_path)
    one = Timeline("a.jpg", "0a" * 12, 1.0)
    talk = shown("talk", "", "A dog.", Medium("image", "a.jpg"), Medium("image", "b.jpg"))
    told = ("Image 1: <image>\nWhat is it?", "A cat.", "Image 2: <image>\nAnd in Image 2?", "A dog.")
    talk.messages = [Message("assistant" if n % 2 else "user", text) for n, text in enumerate(told)]
    guide = shown("guide", "How is it done?", "Cut.", Medium("image", "a.jpg"), Medium("image", "b.jpg"))
    guide.messages = [Message("user", "How is it done?"), Message("assistant", "<image>Cut it.\n<image>Eat it.")]
    one.samples = [talk, guide]
    stored(Path("set"), [one])
    run(["export", "set", "--format", "mmdu", "--out", "mmdu.json"])
    assert json.loads(Path("mmdu.json").read_text()) == {
        "talk": {
            "id": "talk",
            "image": ["a.jpg", "b.jpg"],
            "conversations": [
                {"from": "user", "value": "Image 1: <ImageHere>\nWhat is it?"},
                {"from": "assistant", "value": "A cat."},
                {"from": "user", "value": "Image 2: <ImageHere>\nAnd in Image 2?"},
                {"from": "assistant", "value": "A dog."},
            ],
        }
    }
    run(["export", "set", "--format", "mmie", "--out", "mmie.json"])
    assert json.loads(Path("mmie.json").read_text()) == [
        {
            "id": "guide",
            "question": [{"text": "How is it done?", "image": None}],
            "answer": [],
            "model": "",
            "gt_answer": [{"text": "Cut it.", "image": "a.jpg"}, {"text": "Eat it.", "image": "b.jpg"}],
        }
    ]
    left = [json.loads(line)["reason"] for line in Path("mmdu.json.left_out.jsonl").read_text().splitlines()]
    assert left == ["media_in_a_reply"]
    left = [json.loads(line)["reason"] for line in Path("mmie.json.left_out.jsonl").read_text().splitlines()]
    assert left == ["several_turns"]
