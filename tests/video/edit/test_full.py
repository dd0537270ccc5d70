"""The reference renderer: the file shows what the reader tells, in every reader of files."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import cv2
import numpy as np
import pytest

from vdata.schemas import Failed
from vdata.video.art.catalogue import COLOURS
from vdata.video.edit.edit_list import Edit, Overlay, Piece
from vdata.video.edit.edit_reader import frames
from vdata.video.edit.full import render
from vdata.video.edit.overlay import box, load

Picture = np.ndarray[Any, np.dtype[np.uint8]]
NumberOf = Callable[[Picture], tuple[int, int]]
Read = list[tuple[float, Picture]]


def by_av(path: Path) -> Read:
    with av.open(str(path)) as file:
        return [
            (float(frame.time), np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            for frame in file.decode(video=0)
        ]


def by_decord(path: Path) -> Read:
    decord = pytest.importorskip("decord")
    reader = decord.VideoReader(str(path))
    times = reader.get_frame_timestamp(range(len(reader)))[:, 0]
    return [(float(time), reader[n].asnumpy()) for n, time in enumerate(times)]


def by_opencv(path: Path) -> Read:
    reader = cv2.VideoCapture(str(path))
    found: Read = []
    while True:
        there, picture = reader.read()
        if not there:
            return found
        found.append((reader.get(cv2.CAP_PROP_POS_MSEC) / 1000, np.asarray(picture[..., ::-1], np.uint8)))


READERS = {"av": by_av, "decord": by_decord, "opencv": by_opencv}


def psnr(one: Picture, other: Picture) -> float:
    error = float(np.mean((one.astype(np.float64) - other) ** 2))
    return 10 * float(np.log10(255**2 / max(error, 1e-9)))


@pytest.fixture(scope="module")
def planned(pool: Path) -> Edit:
    """A bit of everything, 9 s long."""

    def piece(name: str, start: float, begin: float, finish: float, speed: float = 1.0, **more: Any) -> Piece:
        return Piece(start, start + (finish - begin) / speed, name, str(pool / name), "", begin, finish, speed, **more)

    pieces = (
        piece("a.mp4", 0, 0, 2),
        Piece(2, 3, picture="drawn:red_apple"),
        piece("variable.mp4", 3, 0, 2),
        piece("b.mp4", 5, 0, 2, speed=2.0),
        piece("c.mp4", 6, 0.4, 1.4, backwards=True),
        piece("a.mp4", 7, 0, 1, slot="top"),
        piece("other.webm", 7, 0, 1, slot="bottom"),
        Piece(8, 9, picture="drawn:blue_key"),
    )
    overlays = (
        Overlay(0.52, 1.0, "Marigold", y=0.7, size=0.15),
        Overlay(1.2, 1.6, picture="drawn:yellow_duck", x=0.75, y=0.6, size=0.4),
        Overlay(3.5, 3.8, picture="drawn:green_frog", x=0.25, y=0.6, size=0.4),
    )
    return Edit(pieces, overlays, 320, 180, 25.0)


@pytest.fixture(scope="module")
def told(planned: Edit) -> Read:
    """What the reader says."""
    return list(frames(planned))


@pytest.fixture(scope="module")
def made(planned: Edit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "made.mp4"
    counts = render(planned, str(path), 18, "veryfast")
    assert counts["bytes_encoded"] == path.stat().st_size
    assert counts["bytes_copied"] == 0
    assert counts["seconds_encoded"] == 9
    return path


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_gets_every_frame(reader: str, made: Path, told: Read) -> None:
    found = READERS[reader](made)
    assert len(found) == len(told)
    times = [time for time, _ in found]
    assert all(later > earlier for earlier, later in pairwise(times))
    assert times == pytest.approx([time for time, _ in told], abs=1.1e-3 if reader == "opencv" else 2e-5)
    likeness = [psnr(picture, expected) for (_, picture), (_, expected) in zip(found, told, strict=True)]
    assert min(likeness) > 28, np.argmin(likeness)
    assert np.mean(likeness) > 36


def test_the_file_lasts_as_long_as_planned(made: Path) -> None:
    with av.open(str(made)) as file:
        picture: Any = file.streams.video[0]
        assert float(picture.duration * picture.time_base) == pytest.approx(9, abs=1e-4)
        assert file.duration is not None
        assert file.duration / 1e6 == pytest.approx(9, abs=1e-3)
        assert file.start_time == 0
        packets = [packet for packet in file.demux(picture) if packet.size]
        assert all(packet.pts == packet.dts for packet in packets), "no B-frames: times are exact"
    assert made.read_bytes().index(b"moov") < made.read_bytes().index(b"mdat"), "the index comes first"


def correlation(picture: Picture, overlay: Overlay) -> float:
    """How well what lies at the overlay's place agrees with it: 1 is perfect."""
    left, top, right, bottom = box(overlay, 320, 180)
    patch = load(overlay.picture, bottom - top)
    inside = cv2.erode(patch[..., 3], np.ones((3, 3), np.uint8)) == 255
    one = picture[top:bottom, left:right][inside].astype(float)
    return float(np.corrcoef(one.ravel(), patch[..., :3][inside].ravel())[0, 1])


def test_needles_are_there_in_their_time_and_not_a_frame_outside(made: Path, planned: Edit) -> None:
    found = by_av(made)
    for needle in planned.overlays[1:]:
        scores = [(time, correlation(picture, needle)) for time, picture in found]
        assert min(score for time, score in scores if needle.start <= time < needle.end) > 0.9
        before = max(time for time, _ in found if time < needle.start)
        after = min(time for time, _ in found if time >= needle.end)
        assert max(dict(scores)[before], dict(scores)[after]) < 0.5


def test_an_independent_reader_finds_the_pictures_in_order(made: Path) -> None:
    """The full-frame stills, by nothing but their mean colour."""
    corner = [(time, tuple(picture[4:12, 4:12].mean((0, 1)))) for time, picture in by_opencv(made)]
    light = [time for time, colour in corner if np.abs(np.subtract(colour, (236, 232, 224))).max() < 6]
    assert (min(light), max(light)) == pytest.approx((2, 8.96), abs=0.01)
    runs = [time for earlier, time in pairwise([-1.0, *light]) if time - earlier > 0.1]
    assert runs == pytest.approx([2, 8], abs=0.01)
    pictures = dict(by_av(made))
    for time, colour in ((2.48, "red"), (8.48, "blue")):
        near = np.abs(pictures[time].astype(int) - COLOURS[colour]).max(-1) < 30
        assert near.mean() > 0.03


@pytest.mark.slow
def test_words_can_be_read_in_their_time_and_not_a_frame_outside(clips: Path, tmp_path: Path) -> None:
    read = pytest.importorskip("rapidocr").RapidOCR(
        params={"EngineConfig.onnxruntime.intra_op_num_threads": 1, "Global.use_cls": False}
    )
    name = "bigbuckbunny.mp4"
    word = Overlay(1.0, 1.4, "marigold")
    render(
        Edit((Piece(0, 2, name, str(clips / name), "", 1, 3),), (word,), 640, 360, 25.0),
        str(tmp_path / "a.mp4"),
        23,
        "veryfast",
    )
    pictures = {round(time, 2): picture for time, picture in by_decord(tmp_path / "a.mp4")}
    said = {time: read(pictures[time][240:, :, ::-1].copy()).txts for time in (0.96, 1.0, 1.36, 1.4)}
    assert said == {0.96: None, 1.0: ("marigold",), 1.36: ("marigold",), 1.4: None}


def test_the_same_bytes_every_time(made: Path, planned: Edit, tmp_path: Path) -> None:
    from vdata.video.decode import sandbox

    sandbox.call("vdata.video.edit.full:render", planned, str(tmp_path / "again.mp4"), 18, "veryfast")
    assert hashlib.sha256((tmp_path / "again.mp4").read_bytes()).digest() == hashlib.sha256(made.read_bytes()).digest()


@pytest.mark.parametrize("reader", READERS)
def test_colours_are_those_of_the_plan(reader: str, tmp_path: Path) -> None:
    """Also at a size for which players that are told nothing would take the colours of high definition."""
    stills = tuple(
        Piece(n, n + 1, picture=f"drawn:{colour}_square") for n, colour in enumerate(("red", "green", "blue"))
    )
    render(Edit(stills, (), 1280, 720, 5.0), str(tmp_path / "a.mp4"), 12, "ultrafast")
    for number, picture in enumerate(picture for _, picture in READERS[reader](tmp_path / "a.mp4")[2::5]):
        expected = COLOURS[("red", "green", "blue")[number]]
        assert np.abs(picture[340:380, 620:660].mean((0, 1)) - expected).max() < 4


def test_a_real_clip(clips: Path, tmp_path: Path) -> None:
    name = "bigbuckbunny.mp4"
    duck = Overlay(1.0, 1.5, picture="drawn:yellow_duck", x=0.5, y=0.5, size=0.3)
    plan = Edit((Piece(0, 2, name, str(clips / name), "", 1, 3),), (duck,), 1280, 720, 25.0)
    render(plan, str(tmp_path / "a.mp4"), 18, "veryfast")
    found, expected = by_av(tmp_path / "a.mp4"), list(frames(plan))
    assert [time for time, _ in found] == pytest.approx([time for time, _ in expected], abs=1e-4)
    likeness = [psnr(picture, other) for (_, picture), (_, other) in zip(found, expected, strict=True)]
    assert min(likeness) > 37
    with av.open(str(tmp_path / "a.mp4")) as file:
        assert len(file.streams.audio) == 1


def loudness(path: Path) -> list[float]:
    """Root mean square of each half second of the sound."""
    with av.open(str(path)) as file:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=48000)
        runs = [part.to_ndarray()[0] for frame in file.decode(audio=0) for part in resampler.resample(frame)]
    samples = np.concatenate(runs)
    return [float(np.sqrt(np.mean(samples[at : at + 24000] ** 2))) for at in range(0, len(samples) - 12000, 24000)]


def test_sound_is_where_the_pieces_are_that_have_it(made: Path) -> None:
    """Clips a and b have sound; stills, silent clips, and pieces that are faster or in halves have none."""
    levels = loudness(made)
    assert len(levels) == 18
    assert min(levels[:4]) > 0.1, "clip a"
    assert max(levels[5:]) < 0.01, "the rest"


def test_sound_goes_with_its_pictures(make_videos: Any, numbered: Callable[..., Path], tmp_path: Path) -> None:
    """A tone from 2 s to 3 s of the source, which is shown from 4 s on after a still."""
    source = numbered(tmp_path / "source.mp4", 1, 100)
    voiced = tmp_path / "voiced.mp4"
    with av.open(str(source)) as silent, av.open(str(voiced), "w") as target:
        copy = target.add_stream_from_template(silent.streams.video[0])
        voice = target.add_stream("aac", rate=44100, layout="mono")
        for packet in silent.demux(video=0):
            if packet.size:
                packet.stream = copy
                target.mux(packet)
        at = np.arange(4 * 44100)
        wave = (np.sin(at / 15) * 0.3 * ((at >= 2 * 44100) & (at < 3 * 44100))).astype(np.float32)
        for first in range(0, len(wave), 1024):
            heard = av.AudioFrame.from_ndarray(wave[None, first : first + 1024].copy(), format="fltp", layout="mono")
            heard.rate, heard.pts = 44100, first
            target.mux(voice.encode(heard))
        target.mux(voice.encode(None))
    pieces = (Piece(0, 3.5, picture="drawn:red_apple"), Piece(3.5, 6.5, "v", str(voiced), "", 1, 4))
    render(Edit(pieces, (), 320, 180, 25.0), str(tmp_path / "made.mp4"), 23, "ultrafast")
    levels = loudness(tmp_path / "made.mp4")
    assert [level > 0.1 for level in levels] == [4.5 <= n / 2 < 5.5 for n in range(13)]
    assert max(levels[:8]) < 0.01


@pytest.mark.parametrize(("name", "sound"), [("silent.mp4", True), ("a.mp4", False)])
def test_no_sound_track_without_sound(name: str, sound: bool, pool: Path, tmp_path: Path) -> None:
    plan = Edit((Piece(0, 1, name, str(pool / name), "", 0, 1),), (), 320, 180, 25.0, sound)
    render(plan, str(tmp_path / "a.mp4"), 23, "ultrafast")
    with av.open(str(tmp_path / "a.mp4")) as file:
        assert [stream.type for stream in file.streams] == ["video"]


def test_a_rate_that_varies_is_kept_to_the_tick(pool: Path, tmp_path: Path) -> None:
    name = "variable.mp4"
    plan = Edit((Piece(0, 4, name, str(pool / name), "", 0, 4),), (), 320, 180, 25.0)
    render(plan, str(tmp_path / "a.mp4"), 23, "ultrafast")
    with av.open(str(pool / name)) as one, av.open(str(tmp_path / "a.mp4")) as other:
        before = [float(frame.time) for frame in one.decode(video=0) if frame.time < 4]
        after = [float(frame.time) for frame in other.decode(video=0)]
    assert after == pytest.approx(before, abs=1e-9)
    assert len({round(b - a, 6) for a, b in pairwise(after)}) == 3


def test_pictures_pushed_between_frames_of_a_coarse_clock(make_videos: ModuleType, tmp_path: Path) -> None:
    """WebM counts milliseconds: the frame before a cut at n / 30 s may lie a third of one before it."""
    times = (Fraction(n, 30) for n in range(60))
    pictures = ((time, make_videos.scene(n, 96, 64)) for n, time in enumerate(times))
    source = make_videos.encode(tmp_path / "a.webm", pictures, codec="libvpx-vp9", options={"cpu-used": "8"})
    cuts = [0.0, *(round(n / 30, 6) for n in (1, 10, 20, 31, 44)), 2.0]
    pieces: list[Piece] = []
    for begin, finish in pairwise(cuts):
        at = pieces[-1].end if pieces else 0.0
        if pieces:
            pieces.append(Piece(at, at := round(at + 0.5, 6), picture="drawn:red_apple"))
        pieces.append(Piece(at, round(at + finish - begin, 6), "a", str(source), "", begin, finish))
    plan, out = Edit(tuple(pieces), (), 96, 64, 30.0), tmp_path / "a.mp4"
    with av.logging.Capture() as said:
        counts = render(plan, str(out), 23, "ultrafast")
    assert [line for line in said if line[0] <= av.logging.WARNING] == []
    told = [time for time, _ in frames(plan)]
    assert counts["frames_encoded"] == len(told) == 60 + 5 * 15
    for reader in (by_av, by_decord):
        assert [time for time, _ in reader(out)] == pytest.approx(told, abs=2e-5)


def test_odd_sizes_are_refused(pool: Path, tmp_path: Path) -> None:
    with pytest.raises(Failed) as failure:
        render(Edit((Piece(0, 1, picture="drawn:red_apple"),), (), 321, 180, 25.0), str(tmp_path / "a.mp4"), 23, "fast")
    assert failure.value.reason == "odd_size"


def test_a_needle_that_no_frame_shows_is_an_error(pool: Path, tmp_path: Path) -> None:
    plan = Edit((Piece(0, 2, "a", str(pool / "a.mp4"), "", 0, 2),), (Overlay(1.01, 1.03, "gone"),), 320, 180, 25.0)
    with pytest.raises(Failed) as failure:
        render(plan, str(tmp_path / "a.mp4"), 23, "ultrafast")
    assert failure.value.reason == "needle_not_shown"
    assert "'gone'" in failure.value.detail


PEAK = """
import resource, sys
from vdata.video.edit.full import render
from vdata.video.edit.edit_list import Edit, Overlay, Piece
seconds = int(sys.argv[2])
pieces = []
for n in range(0, seconds, 4):
    pieces += [Piece(n, n + 3, "a", sys.argv[1], "", 0.5, 3.5), Piece(n + 3, n + 4, picture="drawn:red_apple")]
overlays = tuple(Overlay(n + 1, n + 2, f"word {n}") for n in range(0, seconds, 8))
render(Edit(tuple(pieces), overlays, 96, 54, 25.0), sys.argv[3], 30, "ultrafast")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_length(pool: Path, tmp_path: Path) -> None:
    def peak(seconds: int) -> int:
        command = [sys.executable, "-c", PEAK, str(pool / "a.mp4"), str(seconds), str(tmp_path / "a.mp4")]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    short, long = peak(30), peak(240)
    unit = 1 if sys.platform == "darwin" else 1024
    assert (long - short) * unit < 24 << 20, (short, long)


def test_fractions_of_a_second_are_exact(pool: Path, tmp_path: Path) -> None:
    """29.97 frames a second, cut where a frame begins."""
    rate = Fraction(30000, 1001)
    plan = Edit((Piece(0, 2, picture="drawn:red_apple"),), (), 320, 180, float(rate))
    render(plan, str(tmp_path / "a.mp4"), 23, "ultrafast")
    times = [time for time, _ in by_av(tmp_path / "a.mp4")]
    assert times == pytest.approx([float(n / rate) for n in range(60)], abs=1 / 90000)
