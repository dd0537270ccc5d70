"""The film shows what its truth says: measured here on the pictures themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from vdata import cli
from vdata.examples.brush import COLOURS
from vdata.rules import masks

FPS = 25
Rows = list[dict[str, Any]]


def lane(film: Path, name: str) -> Rows:
    rows = [json.loads(line) for line in (film / "film.truth.jsonl").read_text().splitlines()]
    return [row for row in rows if row["lane"] == f"true_{name}"]


@pytest.fixture(scope="module")
def pictures(film: Path) -> NDArray[np.uint8]:
    """All frames in grey, a quarter of the size: (n, 90, 160)."""
    with av.open(str(film / "film.mp4")) as file:
        return np.stack([f.reformat(160, 90, "gray").to_ndarray() for f in file.decode(video=0)])


@pytest.fixture(scope="module")
def changes(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean difference of each frame to the one before, 0..255; 0 for the first."""
    steps = np.abs(np.diff(pictures.astype(np.int16), axis=0)).mean(axis=(1, 2))
    return np.concatenate([[0.0], steps])


def test_streams(film: Path) -> None:
    with av.open(str(film / "film.mp4")) as file:
        video, audio = file.streams.video[0], file.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", 640, 360)
        assert video.average_rate == FPS
        assert (audio.codec_context.name, audio.rate) == ("aac", 48000)
        assert video.frames == 69 * FPS
        assert file.duration == pytest.approx(69e6, abs=5e4)
    assert (film / "film.mp4").stat().st_size < 6_000_000


def test_hard_cuts_are_the_only_jumps(film: Path, changes: NDArray[np.float64]) -> None:
    cuts = [round(row["start"] * FPS) for row in lane(film, "shots") if row["label"] == "hard_cut"]
    assert len(cuts) == 10
    assert sorted(np.argsort(changes)[-10:].tolist()) == cuts


def test_shots_follow_one_another(film: Path) -> None:
    shots = lane(film, "shots")
    assert len(shots) == 15
    assert shots[0]["start"] == 0
    assert shots[-1]["end"] == 69
    assert all(a["end"] == b["start"] for a, b in pairwise(shots))


def test_fades_are_black_in_the_middle(film: Path, pictures: NDArray[np.uint8]) -> None:
    middles = [(row["start"] + row["end"]) / 2 for row in lane(film, "transitions") if row["label"] == "fade"]
    starts = [row["start"] for row in lane(film, "shots") if row["label"] == "fade"]
    assert middles == pytest.approx(starts)
    assert len(middles) == 3
    assert all(pictures[round(at * FPS)].max() < 24 for at in middles)


def test_the_freeze_stands_still_and_nothing_else_does(film: Path, changes: NDArray[np.float64]) -> None:
    (freeze,) = lane(film, "freezes")
    first, last = round(freeze["start"] * FPS), round(freeze["end"] * FPS)
    still = changes < 0.04
    assert still[first + 1 : last].all()
    assert not still[[first, last]].any()
    runs = "".join("#" if each else " " for each in still).split()
    assert sorted(map(len, runs))[-1] == last - first - 1
    assert all(len(run) < FPS / 2 for run in runs if len(run) < last - first - 1)


def test_the_duplicate_is_the_earlier_shot(film: Path, pictures: NDArray[np.uint8]) -> None:
    (again,) = lane(film, "duplicates")
    (first,) = [row for row in lane(film, "shots") if again["text"] == f"the shot at {row['start']:.2f} s again"]
    a, b = round(first["start"] * FPS), round(again["start"] * FPS)
    count = round((again["end"] - again["start"]) * FPS)
    apart = np.abs(pictures[a : a + count].astype(int) - pictures[b : b + count]).mean()
    assert apart < 2


def test_flaws(film: Path, pictures: NDArray[np.uint8]) -> None:
    def seen(label: str) -> NDArray[np.uint8]:
        (row,) = [row for row in lane(film, "flaws") if row["label"] == label]
        return pictures[round((row["start"] + 1) * FPS) : round((row["end"] - 1) * FPS)]

    def sharpness(of: NDArray[np.uint8]) -> float:
        return float(np.abs(np.diff(of.astype(int), axis=2)).mean())

    assert seen("dark").mean() < 30 < 80 < pictures.mean()
    assert sharpness(seen("blurred")) < 0.5 * sharpness(pictures)
    assert seen("black_borders")[:, :10].max() < 24 < seen("black_borders")[:, 14:20].mean()


def test_events_can_be_asked_about(film: Path) -> None:
    events = lane(film, "events")
    assert len(events) == 13
    assert len({row["label"] for row in events}) == 7
    assert sum(row["label"] == "crossing" and "a red circle" in row["text"] for row in events) == 3
    shots = lane(film, "shots")
    assert all(any(s["start"] <= e["start"] < e["end"] <= s["end"] for s in shots) for e in events)


def test_a_crossing_crosses(film: Path) -> None:
    """The red circle's centre moves with its event: from the left edge to the right one."""
    event = lane(film, "events")[0]
    assert event["text"] == "a red circle crosses the picture from left to right"
    at = {}
    with av.open(str(film / "film.mp4")) as file:
        for frame in file.decode(video=0):
            if frame.time is not None and event["start"] - 0.2 <= frame.time <= event["end"] + 0.2:
                rgb = frame.to_ndarray(format="rgb24").astype(int)
                red = (rgb[..., 0] > 170) & (rgb[..., 1] < 90)
                at[round(frame.time - event["start"], 2)] = np.nonzero(red)[1].mean() if red.sum() > 20 else None
    seconds = event["end"] - event["start"]
    assert at[-0.2] is None
    assert at[round(seconds + 0.16, 2)] is None
    for t in (0.4, 1.2, 1.8):
        assert at[t] == pytest.approx(-45 + 730 * t / seconds, abs=3)


def test_side_files(film: Path) -> None:
    subtitles = (film / "film.srt").read_text()
    assert subtitles.count(" --> ") == 18
    assert "2\n00:00:04,400 --> 00:00:06,600\nThe red circle comes in from the left and is gone.\n" in subtitles
    assert "0:14 In the town\n" in (film / "film.description.txt").read_text()
    rows = [json.loads(line) for line in (film / "film.truth.jsonl").read_text().splitlines()]
    for row in rows:
        assert list(row) == ["video", "start", "end", "text", "label", "lane"]
        assert row["video"] == "film.mp4"
        assert 0 <= row["start"] < row["end"] <= 69
    lanes = ["shots", "transitions", "camera", "events", "words", "freezes", "duplicates", "flaws", "sounds"]
    assert {row["lane"] for row in rows} == {f"true_{name}" for name in lanes}
    assert [row["label"] for row in lane(film, "camera")].count("static") == 10


def test_shapes_are_where_their_tracks_say(film: Path) -> None:
    """Inside the mask the picture has the colour of the shape; around the box it has not."""
    rows = [json.loads(line) for line in (film / "film.tracks.jsonl").read_text().splitlines()]
    with av.open(str(film / "film.mp4")) as file:
        wanted = {one["frame"] for row in rows for one in row["boxes"]}
        shown = {n: f.to_ndarray(format="rgb24") for n, f in enumerate(file.decode(video=0)) if n in wanted}
    checked = 0
    for row in rows:
        colour = np.array(COLOURS[row["object"].split()[1]], float)
        for one in row["boxes"]:
            picture = shown[one["frame"]].astype(float)
            if picture.mean() < 40:  # the lake at night
                continue
            mask = masks.read("360x640:" + one["segmentation"]["counts"])
            left, top, right, bottom = (round(side) for side in one["box"])
            near = np.linalg.norm(picture - colour, axis=2) < 70
            inside = near[top:bottom, left:right] & mask[top:bottom, left:right]
            around = np.zeros((360, 640), bool)
            around[max(top - 12, 0) : bottom + 12, max(left - 12, 0) : right + 12] = True
            around[max(top - 2, 0) : bottom + 2, max(left - 2, 0) : right + 2] = False
            seen = mask[top:bottom, left:right].sum()
            assert inside.sum() > 0.6 * seen, (row["object"], one["frame"])
            assert near[around].mean() < 0.25, (row["object"], one["frame"])
            checked += 1
    assert checked > 100


def test_a_second_run_renders_nothing_and_a_broken_film_is_replaced(film: Path, tmp_path: Path) -> None:
    def command(folder: Path) -> list[str]:
        return [sys.executable, "-m", "vdata", "example", "film", str(folder)]

    before = (film / "film.mp4").stat()
    done = subprocess.run(command(film), check=True, timeout=120, capture_output=True, text=True)
    assert (done.stdout, (film / "film.mp4").stat()) == (f"{film / 'film.mp4'}\n", before)
    (tmp_path / "film.mp4").write_bytes((film / "film.mp4").read_bytes()[:5000])
    with pytest.raises(subprocess.TimeoutExpired):  # half a film is no film: it is rendered again, which takes longer
        subprocess.run(command(tmp_path), check=True, timeout=2)
    assert (tmp_path / "film.mp4").stat().st_size == 5000, "nothing is put in place before it is whole"


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert cli.run(["example", "film", str(tmp_path / "file" / "below")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("The videos cannot be written: ")
    assert cli.run(["example", "dance"]) == 2
    assert "'film', 'acts'" in capsys.readouterr().err
