"""The sound of videos made by copying packets: where every sample went."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest

from vdata.video.edit.copied_sound import steadied
from vdata.video.edit.edit_list import Edit, Overlay, Piece
from vdata.video.edit.smart import render

av_open: Any = av.open  # whose types allow that packets have no times, and streams are of any sort

Clip = Callable[..., Path]

RATE = 48000
FRAME = 1024
BORDER = 3 * FRAME
"""Samples at a joint that AAC's overlapping frames may blur."""


def hiss(seconds: float, seed: int, rate: int = RATE) -> Any:
    """Noise without high tones, -1..1, the same for any *rate*: each moment sounds like no other."""
    noise = np.random.default_rng(seed).normal(size=round(seconds * 6000))
    at = np.arange(round(seconds * rate)) * 6000 / rate
    found = np.interp(at, np.arange(len(noise)), noise)
    return (found / np.abs(found).max() * 0.7).astype(np.float32)


@pytest.fixture(scope="module")
def clip(make_videos: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """``clip(name, seed, codec="aac", rate=48000, layout="stereo", gap=None, lag=0)``: 4 s of pictures and of ``hiss``.

    *gap*: seconds from and to which there is no sound at all; *lag*: seconds by which the sound begins later.
    """
    folder = tmp_path_factory.mktemp("heard")

    def make(
        name: str,
        seed: int,
        codec: str = "aac",
        rate: int = RATE,
        layout: str = "stereo",
        gap: tuple[float, float] | None = None,
        lag: float = 0.0,
    ) -> Path:
        path = folder / name
        if path.exists():
            return path
        channels = av.AudioLayout(layout).nb_channels
        heard = np.stack([hiss(4.0, seed, rate)] * channels)
        with av_open(str(path), "w") as out:
            settings = {"crf": "28", "preset": "veryfast", "x264-params": "keyint=25:scenecut=0:bframes=2"}
            picture = out.add_stream("libx264", rate=25, options=settings)
            picture.width, picture.height = 96, 64
            voice = out.add_stream(codec, rate=rate, layout=layout)
            for n in range(100):
                out.mux(picture.encode(av.VideoFrame.from_ndarray(make_videos.scene(n, 96, 64), format="rgb24")))
            out.mux(picture.encode(None))
            form = voice.codec_context.format.name
            resampler = av.AudioResampler(format=form, layout=layout, rate=rate)
            for at in range(0, heard.shape[1], FRAME):
                frame = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(heard[:, at : at + FRAME]), format="fltp", layout=layout
                )
                frame.rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
                for one in resampler.resample(frame):
                    for packet in voice.encode(one):
                        time = float(packet.pts * packet.time_base)
                        packet.pts += round(lag / packet.time_base)
                        packet.dts = packet.pts
                        if gap is None or not gap[0] <= time < gap[1]:
                            out.mux(packet)
            for packet in voice.encode(None):
                packet.pts += round(lag / packet.time_base)
                packet.dts = packet.pts
                out.mux(packet)
        return path

    return make


def heard(path: Path) -> Any:
    """The first channel from time 0 on, each frame where its time says; at 48 kHz."""
    runs = []
    with av_open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp", layout=stream.layout.name, rate=RATE)
        origin = container.start_time / 1e6
        for frame in container.decode(stream):
            at = round((float(frame.pts * frame.time_base) - origin) * RATE)
            frame.pts = None
            runs += [(at, one.to_ndarray()[0]) for one in resampler.resample(frame)]
    end = max(at + len(run) for at, run in runs)
    found = np.zeros(max(end, 1), np.float32)
    for at, run in runs:
        run = run[max(0, -at) :]
        found[max(at, 0) : max(at, 0) + len(run)] = run
    return found


def offset(found: Any, wanted: Any, start: int, size: int = 12000) -> tuple[int, float]:
    """By how many samples *found* is later than *wanted* at *start*, and how alike they are then (-1..1)."""
    part = wanted[start : start + size].astype(float)
    first, last = max(start - 1200, 0), min(start + 1200, len(found) - size)
    if last < first:
        return 0, -1.0
    around = found[first : last + size].astype(float)
    products = np.fft.irfft(np.fft.rfft(around) * np.conj(np.fft.rfft(part, len(around))), len(around))
    energy = np.cumsum(np.concatenate([[0.0], around**2]))
    norms = np.sqrt(np.maximum(energy[size:] - energy[:-size], 0.0)) * np.linalg.norm(part)
    alike = products[: len(norms)] / np.maximum(norms, 1e-9)
    best = int(alike.argmax())
    return first + best - start, float(alike[best])


def planned(pieces: list[Piece], seeds: dict[str, int], rate: int = RATE) -> Any:
    """What is to be heard, exactly: ``hiss`` in its places and silence between them."""
    found = np.zeros(round(max(one.end for one in pieces) * rate), np.float32)
    for one in pieces:
        if one.plain and one.uri in seeds:
            first, last = round(one.start * rate), round(one.end * rate)
            begin = round(one.begin * rate)
            run = hiss(4.0, seeds[one.uri], rate)[begin : begin + last - first]
            found[first : first + len(run)] = run
    return found


def piece(path: Path, start: float, begin: float = 0.0, finish: float = 4.0, **kind: Any) -> Piece:
    end = round(start + (finish - begin) / kind.get("speed", 1.0), 6)
    return Piece(start, end, path.name, str(path), "", begin, finish, **kind)


def still(start: float, end: float) -> Piece:
    return Piece(start, end, picture="drawn:red_apple")


def made(pieces: list[Piece], out: Path, *overlays: Overlay, **kind: Any) -> dict[str, float]:
    plan = Edit(tuple(pieces), overlays, **{"width": 96, "height": 64, "fps": 25.0, **kind})
    counts = render(plan, str(out), 28, "ultrafast")
    if "audio" in streams(out):
        unbroken(out, plan.duration)
    return counts


def streams(path: Path) -> list[str]:
    with av_open(str(path)) as container:
        return [stream.type for stream in container.streams]


def unbroken(path: Path, seconds: float) -> None:
    """Whether *path*'s sound is *seconds* long, decodes without a word, and is a row of frames.

    Put one after the other they are never further than half a frame, and two samples of rounding, from their times.
    """
    with av.logging.Capture() as said, av_open(str(path)) as container:
        stream = container.streams.audio[0]
        rate = stream.rate
        assert float(stream.duration * stream.time_base) == pytest.approx(seconds, abs=0.002)
        assert container.duration / 1e6 == pytest.approx(seconds, abs=0.002)
        packets = [packet for packet in container.demux(stream) if packet.size]
        times = [packet.pts for packet in packets]
        assert all(later > earlier for earlier, later in pairwise(times))
        assert max(abs(time - times[0] - n * FRAME) for n, time in enumerate(times)) <= FRAME // 2 + 2
        assert -2 * FRAME <= times[0] <= 0
        assert times[-1] < round(seconds * rate) <= times[-1] + 3 * FRAME // 2 + 2
        container.seek(0)
        assert sum(frame.samples for frame in container.decode(stream)) == pytest.approx(seconds * rate, abs=2 * FRAME)
    assert [line for line in said if line[0] <= av.logging.WARNING] == []


def audio_payloads(path: Path) -> list[bytes]:
    with av_open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize("layout", ["mono", "stereo", "5.1"])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_words_over_pictures_leave_the_sound_as_it_is(clip: Clip, tmp_path: Path, layout: str, rate: int) -> None:
    source, out = clip(f"{layout}{rate}.mp4", 1, rate=rate, layout=layout), tmp_path / "out.mp4"
    counts = made([piece(source, 0)], out, Overlay(1.5, 1.9, "HI"))
    before, after = audio_payloads(source), audio_payloads(out)
    assert after[: len(before)] == before[: len(after)]
    assert counts["sound_copied"] >= len(before) - 1
    assert counts["sound_encoded"] <= 1
    was, now = heard(source), heard(out)
    size = min(len(was), len(now))
    assert size >= 4 * RATE - 1
    assert np.array_equal(was[: size - FRAME], now[: size - FRAME])


def test_a_still_pushes_the_sound_along_and_is_silent(clip: Clip, tmp_path: Path) -> None:
    source, out = clip("a.mp4", 1), tmp_path / "out.mp4"
    pieces = [piece(source, 0, 0, 1.7), still(1.7, 2.9), piece(source, 2.9, 1.7)]
    counts = made(pieces, out)
    found, wanted = heard(out), planned(pieces, {"a.mp4": 1})
    assert offset(found, wanted, 20000)[0] == 0
    shift, alike = offset(found, wanted, round(3.5 * RATE))
    assert abs(shift) <= 1
    assert alike > 0.97
    silent = found[round(1.7 * RATE) + BORDER : round(2.9 * RATE) - BORDER]
    assert np.abs(silent).max() < 1e-3
    assert counts["sound_encoded"] == pytest.approx(1.2 * RATE / FRAME, abs=2)


def test_pieces_of_two_files_in_another_order(clip: Clip, tmp_path: Path) -> None:
    a, b, out = clip("a.mp4", 1), clip("b.mp4", 2), tmp_path / "out.mp4"
    pieces = [piece(a, 0, 1.01, 3.0), piece(b, 1.99, 0.4, 2.4), piece(a, 3.99, 0.0, 2.0)]
    counts = made(pieces, out)
    assert counts["sound_encoded"] <= 2
    found, wanted = heard(out), planned(pieces, {"a.mp4": 1, "b.mp4": 2})
    for one in pieces:
        shift, alike = offset(found, wanted, round((one.start + 0.5) * RATE))
        assert abs(shift) <= 1
        assert alike > 0.97
    assert offset(found, wanted, round(0.3 * RATE))[0] == 0


@pytest.mark.parametrize(
    ("rate", "layout", "codec"), [(44100, "mono", "aac"), (22050, "stereo", "aac"), (48000, "stereo", "ac3")]
)
def test_sound_of_another_kind_is_encoded(clip: Clip, tmp_path: Path, rate: int, layout: str, codec: str) -> None:
    a, b = clip("a.mp4", 1), clip(f"{codec}{rate}{layout}.mp4", 2, codec=codec, rate=rate, layout=layout)
    out = tmp_path / "out.mp4"
    pieces = [piece(a, 0), piece(b, 4, 0.5, 2.5), piece(a, 6, 1.0)]
    counts = made(pieces, out)
    assert counts["sound_encoded"] == pytest.approx(2 * RATE / FRAME, abs=2)
    found, wanted = heard(out), planned(pieces, {a.name: 1, b.name: 2})
    for at in (1.0, 4.5, 5.2, 7.0):
        shift, alike = offset(found, wanted, round(at * RATE))
        assert abs(shift) <= 1
        assert alike > 0.9


@pytest.mark.parametrize(("name", "codec"), [("c.mkv", "libopus"), ("c.mp4", "libmp3lame"), ("d.mp4", "ac3")])
def test_sound_that_cannot_be_copied_is_encoded_while_the_pictures_are_copied(
    clip: Clip, tmp_path: Path, name: str, codec: str
) -> None:
    a, c, out = clip("a.mp4", 1), clip(name, 3, codec=codec), tmp_path / "out.mp4"
    pieces = [piece(c, 0), piece(a, 4, 0.5, 2.0), still(5.5, 6.0)]
    counts = made(pieces, out)
    assert counts["frames_copied"] > counts["frames_encoded"]
    assert counts["sound_copied"] == 0
    found, wanted = heard(out), planned(pieces, {a.name: 1, c.name: 3})
    for at in (1.0, 3.0, 4.5):
        shift, alike = offset(found, wanted, round(at * RATE))
        assert abs(shift) <= 120  # libmp3lame's and Opus's own delays are not told exactly
        assert alike > 0.9
    assert np.abs(found[round(5.5 * RATE) + BORDER :]).max() < 1e-3


def test_gaps_and_late_beginnings_are_filled_with_silence(clip: Clip, tmp_path: Path) -> None:
    kinds: dict[str, dict[str, Any]] = {"gap.mp4": {"gap": (1.0, 2.0)}, "lag.mp4": {"lag": 0.7}}
    for name, kind in kinds.items():
        source, out = clip(name, 4, **kind), tmp_path / name
        counts = made([piece(source, 0), still(4, 4.2)], out)
        found = heard(out)
        assert counts["sound_encoded"] > 30
        shift, alike = offset(found, heard(source), round(2.5 * RATE))
        assert abs(shift) <= 1
        assert alike > 0.97
        first, last = (1.0, 2.0) if "gap" in name else (0.0, 0.7)
        assert np.abs(found[round(first * RATE) + BORDER : round(last * RATE) - BORDER]).max() < 1e-3


def test_a_row_of_packets_is_found_behind_times_in_milliseconds() -> None:
    true = [7 + n * FRAME for n in range(200)] + [300_000 + n * FRAME for n in range(200)]
    told = [(round(round(at / 44.1) * 44.1), n) for n, at in enumerate(true)]
    found = list(steadied(iter(told), 45))
    assert [n for _, n in found] == list(range(400))
    assert max(abs(at - exact) for (at, _), exact in zip(found, true, strict=True)) <= 2
    assert max(abs(at - exact) for (at, _), exact in zip(told, true, strict=True)) > 15


def test_what_is_faster_or_backwards_is_silent(clip: Clip, tmp_path: Path) -> None:
    source, out = clip("a.mp4", 1), tmp_path / "out.mp4"
    made([piece(source, 0), piece(source, 4, 0, 2, speed=2.0), piece(source, 5, 0, 1, backwards=True)], out)
    assert np.abs(heard(out)[4 * RATE + BORDER : 6 * RATE - BORDER]).max() < 1e-3


def test_no_sound_is_no_stream(clip: Clip, make_videos: ModuleType, tmp_path: Path) -> None:
    source, out = clip("a.mp4", 1), tmp_path / "out.mp4"
    counts = made([piece(source, 0)], out, sound=False)
    assert streams(out) == ["video"]
    assert counts["sound_copied"] == counts["sound_encoded"] == 0
    mute = make_videos.encode(
        tmp_path / "mute.mp4", ((Fraction(n, 25), make_videos.scene(n, 96, 64)) for n in range(100))
    )
    made([piece(mute, 0)], out)
    assert streams(out) == ["video"]
    made([piece(mute, 0), piece(source, 4)], out)
    found = heard(out)
    assert np.abs(found[: 4 * RATE - BORDER]).max() < 1e-3
    assert offset(found, planned([piece(source, 4)], {"a.mp4": 1}), 5 * RATE)[1] > 0.97


def test_the_real_clip(clips: Path, tmp_path: Path) -> None:
    source, out = clips / "bigbuckbunny.mp4", tmp_path / "out.mp4"
    pieces = [piece(source, 0, 0, 2.0), still(2.0, 2.5), piece(source, 2.5, 2.0, 5.0)]
    made(pieces, out, width=1280, height=720)
    was, now = heard(source), heard(out)
    assert np.array_equal(was[: 2 * RATE - BORDER], now[: 2 * RATE - BORDER])
    shift, alike = offset(now, np.concatenate([np.zeros(RATE // 2), was]), 4 * RATE)
    assert abs(shift) <= 1
    assert alike > 0.999
