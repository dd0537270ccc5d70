"""Layouts of regions: golden files, what is left out, and boxes and masks that are read back by labels of tracks."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run
from vdata.rules import masks
from vdata.schemas import Box, Evidence, Media, Message, Sample, Span, Timeline

GOLDEN = Path(__file__).parent / "golden"
WIDTH, HEIGHT, FPS = 80, 40, 25.0
NAMES = ("videorefer", "videorefer_bench_d", "videorefer_bench_q", "compositioncap")
LEFT = {
    "videorefer": {"no_region": 1, "no_region_slot": 1, "slots_differ": 1},
    "videorefer_bench_d": {"no_region": 1, "no_caption": 2, "several_regions": 1},
    "videorefer_bench_q": {"no_options": 5},
    "compositioncap": {"no_regions": 1},
}


def outline(left: int) -> str:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return masks.written((x - left - 10) ** 2 + (y - 20) ** 2 < 100)


def box(time: float, left: int, mask: bool) -> Box:
    sides = left / WIDTH, 0.25, (left + 20) / WIDTH, 0.75
    return Box(time, *sides, outline(left) if mask else "")


DOG = [box(1.0, 10, mask=True), box(1.04, 12, mask=True), box(3.48, 30, mask=True)]
BALL = [box(1.04, 50, mask=False)]


def sample(task: str, question: str, answer: str, *things: list[Box], **more: Any) -> Sample:
    told = [Evidence(1.0, 3.5, "described", "…", f"s{n}", boxes) for n, boxes in enumerate(things)]
    turns = [Message("user", question), Message("assistant", answer)]
    return Sample(task, question, answer, 1.0, 3.5, told or [Evidence(0, 5, "video", "")], messages=turns, **more)


def videos() -> list[Timeline]:
    media = Media(sha256="5ha", duration=5.0, fps=FPS, width=WIDTH, height=HEIGHT)
    one = Timeline("park.mp4", "0park", 5.0, media)
    one.samples = [
        sample("detailed_region_caption", "Describe <region>.", "A brown dog runs after a ball.", DOG, DOG),
        sample("region_question", "What does <region> do with <region>?", "The dog fetches the ball.", DOG, BALL),
        sample("region_choice", "What is <region>?", "a ball", BALL, options=["a dog", "a ball"], answer_index=1),
        sample("region_question", "What is <region> beside <region>?", "A dog.", DOG),
        sample("region_caption", "What does the dog do?", "It runs.", DOG),
        sample("overview_caption", "What is <region>?", "A park.", []),
    ]
    for n, each in enumerate(one.samples):
        each.id = f"{n:02d}"
    parts = {"color": "brown", "texture": "shaggy", "pose": "", "overall": "A brown, shaggy dog that runs."}
    one.put(
        "attributes",
        [
            Span(1.0, 3.5, parts["overall"], attrs={"span": "d", **parts}, boxes=DOG, id="a0"),
            Span(1.0, 1.04, "A red ball.", attrs={"color": "red"}, boxes=BALL, id="a1"),
        ],
    )
    one.put("overview", [Span(0, 5, "A park in the sun.")])
    return [one, Timeline("empty.mp4", "1empty", 5.0, media)]


def comparable(path: Path) -> str:
    """The text of *path*, with the bytes of masks in the place of how zlib's version compresses them."""

    def unpacked(found: re.Match[str]) -> str:
        return f'"mask": "{gzip.decompress(base64.b64decode(found[1])).hex()}"'

    return re.sub(r'"mask": "([^"]+)"', unpacked, path.read_text(encoding="utf-8"))


@pytest.fixture
def exported(
    stored: Callable[[Path, Iterable[Timeline]], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Any]:
    monkeypatch.chdir(tmp_path)
    stored(tmp_path / "set", videos())

    def export(name: str) -> Any:
        out = f"{name}.json"
        assert run(["export", "set", "--format", name, "--out", out, "--media-root", "videos"]) == 0
        return json.loads(Path(out).read_text(encoding="utf-8"))

    return export


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_the_golden_one_and_what_is_left_out_has_its_reason(
    name: str, exported: Callable[[str], Any]
) -> None:
    exported(name)
    golden = GOLDEN / f"{name}.json"
    if os.environ.get("VDATA_WRITE_GOLDEN"):
        golden.write_bytes(Path(f"{name}.json").read_bytes())
    assert comparable(Path(f"{name}.json")) == comparable(golden)
    left = [json.loads(row)["reason"] for row in Path(f"{name}.json.left_out.jsonl").read_text().splitlines()]
    assert Counter(left) == LEFT[name]


def test_videorefer_counts_the_frames_in_which_each_thing_is(exported: Callable[[str], Any]) -> None:
    rows = exported("videorefer")
    assert [row["id"] for row in rows] == ["00", "01", "02"]
    assert [len(row["annotation"]) for row in rows] == [1, 2, 1]  # what two items of evidence point out is one thing
    for row in rows:
        words = row["conversations"][0]["value"]
        assert words.startswith("<video>\n")
        assert words.count("<region>") == len(row["annotation"])
    dog, ball = rows[1]["annotation"]
    assert list(dog) == ["25", "26", "87"]
    assert list(ball) == ["26"]
    assert ball["26"]["segmentation"] == [[50, 10, 70, 10, 70, 30, 50, 30]]
    held = dog["87"]["segmentation"]
    assert held["size"] == [HEIGHT, WIDTH]
    assert (masks.read(f"{HEIGHT}x{WIDTH}:{held['counts']}") == masks.read(outline(30))).all()


def test_its_rows_come_back_as_tracks(
    exported: Callable[[str], Any], make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    from vdata.pipelines.build import run_build
    from vdata.pipelines.settings.config_reader import load_config
    from vdata.schemas.arrow import read_timelines

    rows = exported("videorefer")
    Path("videos").mkdir()
    grey = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)

    make_videos.encode(Path("videos/park.mp4"), ((Fraction(n, 25), grey) for n in range(125)))
    Path("rows.json").write_text(json.dumps([{**rows[1], "video": "park.mp4"}]))
    Path("build.yaml").write_text(
        "videos: videos/*.mp4\nlabels: [{kind: tracks, path: rows.json}]\nstages: [probe]\noutput: {path: out}\n"
    )
    assert run_build(load_config(Path("build.yaml")), limit=None, address=None, overwrite=False) == 0
    (path,) = [*Path("out").rglob("timelines*.parquet")]
    (video,) = read_timelines(pq.read_table(path))
    found = sorted(video.lane("tracks"), key=lambda one: one.boxes[0].left)
    assert [len(one.boxes) for one in found] == [3, 1]
    for track, true in zip(found, (DOG, BALL), strict=True):
        for one, other in zip(track.boxes, true, strict=True):
            assert one.time == pytest.approx(other.time, abs=0.001)
            sides = (other.left, other.top, other.right, other.bottom)
            assert (one.left, one.top, one.right, one.bottom) == pytest.approx(sides, abs=1.01 / HEIGHT)
    assert [one.mask for one in found[0].boxes] == [one.mask for one in DOG]


def test_the_benchmark_has_one_thing_and_its_middle_frame(exported: Callable[[str], Any]) -> None:
    (caption,) = exported("videorefer_bench_d")[:1]
    assert caption["caption"] == "A brown dog runs after a ball."
    assert caption["frame_idx"] == 26
    (question,) = exported("videorefer_bench_q")
    assert question["options"] == ["(A) a dog", "(B) a ball"]
    assert (question["Answer"], question["type"], question["frame_idx"]) == ("(B) a ball", "region_choice", 26)
    assert question["Question"] == "What is <region>?"


def test_masks_of_compositioncap_are_bytes_row_by_row(exported: Callable[[str], Any]) -> None:
    (row,) = exported("compositioncap")
    assert (row["file_name"], row["height"], row["width"]) == ("park.mp4", HEIGHT, WIDTH)
    assert row["global_caption"] == "A park in the sun."
    dog, ball = sorted(row["entities"], key=lambda one: str(one["dense_caption"]))
    assert (dog["attribute_captions"], ball["attribute_captions"]) == (
        {"color": "brown", "texture": "shaggy"},
        {"color": "red"},
    )
    assert dog["dense_caption"] == "A brown, shaggy dog that runs."
    held = np.frombuffer(gzip.decompress(base64.b64decode(dog["mask"])), np.uint8).reshape(HEIGHT, WIDTH)
    assert (held == masks.read(outline(12))).all()  # the one nearest to the middle of its time
    square = np.frombuffer(gzip.decompress(base64.b64decode(ball["mask"])), np.uint8).reshape(HEIGHT, WIDTH)
    assert square[10:30, 50:70].all()
    assert square.sum() == 20 * 20


def test_boxes_move_with_their_clip() -> None:
    from vdata.export.format import ExportItem, of_clip
    from vdata.export.region_outlines import outlines_of

    cut = sample(
        "region_caption", "Describe <region>.", "A dog.", DOG, clip="media/a.mp4", clip_start=1.0, clip_end=4.0
    )
    item = ExportItem(cut, "a.mp4", "park.mp4", "0park", 5.0, fps=FPS, size=(WIDTH, HEIGHT))
    (where,) = outlines_of(of_clip(item))
    assert list(where) == ["0", "1", "62"]
