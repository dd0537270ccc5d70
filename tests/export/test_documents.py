"""Documents and examples in context in the layouts of OBELICS, Hugging Face, MMICL and Howto-Interlink7M."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from vdata.cli import run
from vdata.export.format import find_formats
from vdata.schemas import Span, Timeline
from vdata.stages.gather.in_context import InContext
from vdata.stages.instruct.by_rule.documents import Documents
from vdata.stages.instruct.by_rule.tasks import Tasks

GOLDEN = Path(__file__).parent / "golden_documents"
LEFT = {
    "obelics": {"shows_a_clip": 1, "picture_not_written": 1},
    "hf_messages": {"needs_a_clip": 1, "picture_not_written": 1},
    "mmicl": {"shows_a_clip": 1, "several_turns": 1, "picture_not_written": 1},
    "interlink7m": {"shows_no_clip": 1, "no_document": 2},
}


@pytest.fixture
def documents(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A document with pictures, one with clips, and two questions with an example each, one of them not written."""
    monkeypatch.chdir(tmp_path)
    videos = []
    for name, told in (("lens", ("A lens bends light.", 'Rays "meet",\tthere.')), ("mirror", ("A mirror turns it.",))):
        video = Timeline(f"{name}.mp4", name * 4, 4000.0)
        video.put("captions", [Span(3700 * n + 1.0, 3700 * n + 9.4, text) for n, text in enumerate(told)])
        if name == "lens":
            Documents(of=["captions"], show="clip").run(Documents(of=["captions"]).run(video))
        videos.append(video)
    names = "{media}Look at {names}. {question}"
    stage = InContext(
        tasks=["told"],
        count=1,
        show="image",
        images=2,
        declare="image {n} is {mark}. ",
        example=f"{names} {{answer}}",
        query=names,
        between="\n\n",
    )
    asked = {"name": "told", "of": "captions", "ask": ["What is told?"], "answer": "{text}"}
    for video in videos:
        Tasks(of=["captions"], tasks=[asked], per_task=1).run(video)
    verdicts = stage.gather([(video.id, stage.digest(video)) for video in videos])
    for video in videos:
        stage.apply(video, verdicts[video.id])
    for n, sample in enumerate(sample for video in videos for sample in video.samples):
        sample.id = f"{sample.task}-{n}"
        for m, medium in enumerate(sample.media if n in (0, 2) else ()):
            medium.file = f"media/{sample.id}/{m}.jpg"
    return stored(Path("set"), videos)


def exported(folder: Path, name: str) -> Path:
    out = Path(f"out{find_formats()[name].suffix}")
    assert run(["export", str(folder), "--format", name, "--out", str(out), "--media-root", "videos"]) == 0
    return out


@pytest.mark.parametrize("name", sorted(LEFT))
def test_the_file_is_the_golden_one(documents: Path, name: str) -> None:
    out = exported(documents, name)
    golden = GOLDEN / f"{name}{out.suffix}"
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(out.read_bytes())
    assert out.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")
    notes = Path(f"{out}.left_out.jsonl").read_text(encoding="utf-8").splitlines()
    reasons = [json.loads(note)["reason"] for note in notes]
    assert {reason: reasons.count(reason) for reason in reasons} == LEFT[name]


def rows(path: Path, folder: Path) -> list[dict[str, Any]]:
    from datasets import load_dataset

    found = load_dataset("json", data_files=str(path), split="train", cache_dir=str(folder / "cache"))
    return list(found.to_list())


def test_obelics_is_read_as_its_card_says(documents: Path, tmp_path: Path) -> None:
    for row in rows(exported(documents, "obelics"), tmp_path):
        metadata = json.loads(row["metadata"])
        assert len(row["images"]) == len(row["texts"]) == len(metadata)
        for image, text, shown in zip(row["images"], row["texts"], metadata, strict=True):
            assert (image is None) != (text is None)
            assert (image is None) == (shown is None)
        about = json.loads(row["general_metadata"])
        times = [shown["time"] for shown in metadata if shown and shown["video"] == about["video"]]
        assert times == sorted(times)


def test_messages_have_a_part_for_each_of_their_files(documents: Path, tmp_path: Path) -> None:
    found = rows(exported(documents, "hf_messages"), tmp_path)
    assert [[turn["role"] for turn in row["messages"]] for row in found] == [["assistant"], ["user", "assistant"]]
    for row in found:
        kinds = [part["type"] for turn in row["messages"] for part in turn["content"]]
        assert kinds.count("image") == len(row["images"]) > 0
        assert kinds.count("video") == len(row["videos"])
        assert all(part["text"] for turn in row["messages"] for part in turn["content"] if part["type"] == "text")


@pytest.mark.parametrize("name", ["openai", "ms_swift"])
def test_a_document_is_one_message_of_the_assistant(documents: Path, name: str) -> None:
    first = json.loads(exported(documents, name).read_text(encoding="utf-8").splitlines()[0])
    (turn,) = first["messages"]
    assert turn["role"] == "assistant"
    if name == "openai":
        assert [part["type"] for part in turn["content"]] == ["image", "text"] * 2
    else:
        assert turn["content"] == '<image>A lens bends light.\n<image>Rays "meet", there.'
        assert len(first["images"]) == 2


def test_mmicl_has_a_mark_for_each_picture(documents: Path, tmp_path: Path) -> None:
    (row,) = rows(exported(documents, "mmicl"), tmp_path)
    assert all(f"image {n} is <image{n}>. " in row["input_text"] for n in range(4))
    assert len(row["input_image"]) == 4
    assert row["output_image"] == ""
    assert row["output_text"]


def test_interlink_is_read_as_a_table(documents: Path) -> None:
    with exported(documents, "interlink7m").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file, delimiter="\t")
    assert row["path"] == "videos/lens.mp4"
    assert json.loads(row["clips"]) == [
        {"clip": "0:00:01 - 0:00:09", "caption": "A lens bends light."},
        {"clip": "1:01:41 - 1:01:49", "caption": 'Rays "meet", there.'},
    ]
