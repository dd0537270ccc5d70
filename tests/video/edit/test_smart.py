"""Videos made by copying packets: what three readers see of them, against the plan and against the sources."""

from __future__ import annotations

import hashlib
import random
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
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from vdata.schemas import Failed
from vdata.video.decode.picture import planes
from vdata.video.edit import bitstream as h264
from vdata.video.edit import full
from vdata.video.edit.edit_list import Edit, Overlay, Piece
from vdata.video.edit.edit_reader import frames
from vdata.video.edit.gops import CannotCopy
from vdata.video.edit.overlay import box
from vdata.video.edit.smart import render

av_open: Any = av.open  # whose types allow that packets have no times, and streams are of any sort

Numbered = Callable[..., Path]
NumberOf = Callable[..., tuple[int, int]]
Kinds = dict[str, Path]

WIDTH, HEIGHT = 192, 108
GOPS = "keyint=30:min-keyint=30:scenecut=0"
X264 = {  # of the clips that can be copied, by name
    "closed.mp4": f"bframes=3:{GOPS}",
    "open.mp4": f"bframes=3:{GOPS}:open-gop=1",
    "plain.mp4": f"bframes=0:{GOPS}",
    "pyramid.mp4": "bframes=8:b-pyramid=normal:b-adapt=0:keyint=250:ref=5",
    "intra.mp4": "keyint=1",
    "closed.mkv": f"bframes=3:{GOPS}",
    "closed.mov": f"bframes=3:{GOPS}",
    "slices.mp4": f"bframes=3:slices=4:aud=1:{GOPS}",
    "refresh.mp4": f"bframes=0:intra-refresh=1:{GOPS}",
    "rate.mp4": f"bframes=3:nal-hrd=vbr:vbv-maxrate=500:vbv-bufsize=500:{GOPS}",
    "baseline.mp4": f"bframes=0:cabac=0:8x8dct=0:weightp=0:{GOPS}",
    "bt709.mp4": f"bframes=3:colorprim=bt709:transfer=bt709:colormatrix=bt709:{GOPS}",
}
FORMATS: dict[str, dict[str, Any]] = {
    "ten.mp4": {"pixels": "yuv420p10le"},
    "422.mp4": {"pixels": "yuv422p"},
    "444.mp4": {"pixels": "yuv444p"},
    "full.mp4": {"pixels": "yuvj420p"},
    "turned.mp4": {"rotation": 90},
    "upside_down.mp4": {"rotation": 180},
    "other_way.mp4": {"rotation": 270, "pixels": "yuv422p"},
}
TIMES = {
    "variable.mp4": [Fraction(n, 25) + Fraction(n * n * 7 % 30, 1000) for n in range(100)],
    "late.mp4": [Fraction(1, 2) + Fraction(n, 25) for n in range(100)],
    "ntsc.mp4": [Fraction(n * 1001, 30000) for n in range(100)],
    "sparse.mp4": [Fraction(n, 25) for n in range(30)] + [Fraction(3) + Fraction(2 * n, 5) for n in range(5)],
}
PLANS = [
    "a still in the middle",
    "a still first",
    "a still last",
    "a cut from the middle of a group to the middle of one",
    "nothing but the end of a group",
    "one frame",
    "pieces in another order",
    "a file with other parameter sets",
    "three files",
    "a file of another size",
    "a file of another codec",
    "another rate",
    "another container",
    "other lengths",
    "twice as fast",
    "backwards",
    "halves",
    "words over a border",
    "cut edit list",
    "a piece that begins while nothing moves",
    "a needle that ends while a copied frame stands at a joint",
    "a needle that ends while an encoded frame stands at a joint",
    "a piece within one standing frame",
]
OTHERS = ("shifted.mkv", "edit_list.mp4", "two_bytes.mp4", "in_band.mp4", "fragments.mp4")


@pytest.fixture(scope="module")
def kinds(
    make_videos: ModuleType, shared_files: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Kinds:
    """Clips of 100 frames, WIDTH × HEIGHT, by name."""

    def encode(folder: Path) -> None:
        def clip(name: str, x264: str, times: list[Fraction] | None = None, **kind: Any) -> None:
            when = times or [Fraction(n, 25) for n in range(100)]
            pictures = ((time, make_videos.scene(n, WIDTH, HEIGHT)) for n, time in enumerate(when))
            options = {"preset": "veryfast", "crf": "22", "x264-params": f"force-cfr=0:{x264}"}
            make_videos.encode(folder / name, pictures, options=options, **kind)

        for name, x264 in {**X264, "other.mp4": f"bframes=2:ref=4:{GOPS}"}.items():
            clip(name, x264)
        for name, kind in FORMATS.items():
            clip(name, X264["closed.mp4"], **kind)
        for name, times in TIMES.items():
            clip(name, X264["closed.mp4"], times)

    made = {path.name: path for path in shared_files("kinds", encode).iterdir()}
    closed, folder = made["closed.mp4"], tmp_path_factory.mktemp("kinds")
    made["shifted.mkv"] = remuxed(closed, folder / "shifted.mkv", shift=Fraction(7, 10))
    made["edit_list.mp4"] = remuxed(closed, folder / "edit_list.mp4", shift=Fraction(-1, 2))
    fragments = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    made["fragments.mp4"] = remuxed(closed, folder / "fragments.mp4", container_options=fragments)
    sets = h264.read_avcc(avcc(closed))

    def in_band(data: bytes, key: bool) -> bytes:
        return h264.join_nals([*sets.sps, *sets.pps, *h264.nals(data, 4)]) if key else data

    def two_bytes(data: bytes, _: bool) -> bytes:
        return b"".join(len(nal).to_bytes(2, "big") + bytes(nal) for nal in h264.nals(data, 4))

    made["in_band.mp4"] = remuxed(closed, folder / "in_band.mp4", payload=in_band)
    header = avcc(closed)[:4] + b"\xfd" + avcc(closed)[5:]
    made["two_bytes.mp4"] = remuxed(closed, folder / "two_bytes.mp4", payload=two_bytes, header=header)
    made["sparse_needle.mp4"] = made["sparse.mp4"]
    return made


def remuxed(
    source: Path,
    target: Path,
    shift: Fraction = Fraction(0),
    payload: Callable[[bytes, bool], bytes] = lambda data, _: data,
    header: bytes = b"",
    **options: Any,
) -> Path:
    """The video packets of *source*, *shift* seconds later, their content changed by *payload*."""
    with av_open(str(source)) as whole, av_open(str(target), "w", **options) as out:
        stream = whole.streams.video[0]
        copy = out.add_stream_from_template(stream)
        copy.codec_context.extradata = header or bytes(stream.codec_context.extradata)
        for one in whole.demux(stream):
            if not one.size:
                continue
            packet = av.Packet(payload(bytes(one), one.is_keyframe))
            packet.time_base, packet.duration, packet.is_keyframe = one.time_base, one.duration, one.is_keyframe
            ticks = round(shift / one.time_base)
            packet.pts, packet.dts, packet.stream = one.pts + ticks, one.dts + ticks, copy
            out.mux(packet)
    return target


def avcc(path: Path) -> bytes:
    with av_open(str(path)) as container:
        return bytes(container.streams.video[0].codec_context.extradata)


def length(path: Path) -> float:
    with av_open(str(path)) as container:
        return float(container.duration) / 1e6


def piece(path: Path, start: float, begin: float = 0.0, finish: float = 0.0, **kind: Any) -> Piece:
    finish = finish or length(path)
    end = start + (finish - begin) / kind.get("speed", 1.0)
    return Piece(start, round(end, 6), path.name, str(path), "", begin, finish, **kind)


def still(start: float, end: float) -> Piece:
    return Piece(start, end, picture="drawn:red_apple")


def edit(pieces: list[Piece], overlays: list[Overlay] | None = None, **kind: Any) -> Edit:
    return Edit(tuple(pieces), tuple(overlays or ()), **{"width": WIDTH, "height": HEIGHT, "fps": 25.0, **kind})


def word(start: float, end: float, text: str = "HELLO", **kind: Any) -> Overlay:
    return Overlay(start, end, text, **{"size": 0.2, "y": 0.7, **kind})


Decoded = list[tuple[float, list[Any], Any]]


def decoded(path: Path, strict: bool = False) -> Decoded:
    """Time, copies of the planes, and the upright RGB picture, of every frame, by PyAV."""
    found = []
    with av_open(str(path)) as container:
        stream = container.streams.video[0]
        if strict:
            stream.codec_context.options = {"err_detect": "explode"}
        start = container.start_time / 1e6
        for frame in container.decode(stream):
            picture = np.rot90(frame.to_ndarray(format="rgb24"), round(frame.rotation / 90) % 4)
            found.append(
                (float(frame.pts * frame.time_base) - start, [part.copy() for part in planes(frame)[:3]], picture)
            )
    return found


def alike(one: list[Any], other: list[Any]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def by_decord(path: Path) -> Any:
    from decord import VideoReader, cpu

    reader = VideoReader(str(path), ctx=cpu(0), num_threads=1)
    return reader.get_batch(range(len(reader))).asnumpy()


def by_opencv(path: Path) -> Any:
    capture, found = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        found.append(read[1][..., ::-1])
    return np.stack(found)


def checked(plan: Edit, out: Path, *, near: float = 3.0) -> tuple[dict[str, float], list[int]]:
    """Render *plan* and look at the file with all readers.

    It decodes without a word from libav, its times are those of the reference reader and rise, its pictures are within
    *near* grey levels of that reader's, and so are decord's and OpenCV's. What is said to be copied is identical to the
    source's frames.

    Returns:
        What ``render`` counts, and the numbers of the frames that are identical to a source's.
    """
    counts = render(plan, str(out), 12, "veryfast")
    with av.logging.Capture() as said:
        with av_open(str(out)) as container:
            assert container.duration / 1e6 == pytest.approx(plan.duration, abs=2e-3)
            assert container.start_time == 0
            tick = float(container.streams.video[0].time_base)
            packets = [(packet.dts, packet.pts) for packet in container.demux(video=0) if packet.size]
        made = decoded(out, strict=True)
    assert [line for line in said if line[0] <= av.logging.WARNING and line[1] != "swscaler"] == []
    assert all(earlier[0] < later[0] for earlier, later in pairwise(packets))
    assert all(dts <= pts for dts, pts in packets)
    wanted = list(frames(plan))
    assert len(packets) == len(made) == len(wanted) == counts["frames_copied"] + counts["frames_encoded"]
    times = [time for time, *_ in made]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert times == pytest.approx([time for time, _ in wanted], abs=tick + 2e-6)
    for reader in (np.stack([picture for *_, picture in made]), by_decord(out), by_opencv(out)):
        assert len(reader) == len(wanted)
        away = [
            float(np.abs(got - shown.astype(np.int16)).mean()) for got, (_, shown) in zip(reader, wanted, strict=True)
        ]
        assert max(away) < near
    same = identical(plan, made, tick)
    assert len(same) >= counts["frames_copied"]
    return counts, same


def identical(plan: Edit, made: Decoded, tick: float) -> list[int]:
    """The numbers of the frames of *made* that are, sample by sample, the source's frame of that time."""
    sources = {one.file: decoded(Path(one.file)) for one in plan.pieces if one.uri}
    found = []
    for n, (time, parts, _) in enumerate(made):
        shown = [one for one in plan.pieces if one.start <= time + 1.5 * tick][-1]
        at = time - shown.start + shown.begin
        near = [its for when, its, _ in sources.get(shown.file, []) if abs(when - at) < 0.045]
        found += [n] if any(alike(parts, its) for its in near) else []
    return found


@pytest.mark.parametrize("name", [*X264, *FORMATS, *TIMES, *OTHERS])
def test_a_word_over_any_kind_of_file(kinds: Kinds, tmp_path: Path, name: str) -> None:
    source = kinds[name]
    size: dict[str, Any] = {"width": HEIGHT, "height": WIDTH} if name in ("turned.mp4", "other_way.mp4") else {}
    whole = piece(source, 0.0)
    plan = edit([whole], [word(1.5, 1.9)], **size)
    counts, same = checked(plan, tmp_path / "out.mp4", near=4.0 if name == "ten.mp4" else 3.0)
    times = [time for time, _ in frames(edit([whole], **size))]
    touched = {n for n, time in enumerate(times) if 1.5 <= time < 1.9}
    if name == "sparse.mp4":  # no frame falls into that time: the one before it comes again, with the word and without
        times = [time for time, _ in frames(plan)]
        assert {1.5, 1.9} <= set(times)
        assert len(times) == 2 + sum(time < plan.duration for time in TIMES[name])
        assert counts["frames_copied"] == 0 or same
        return
    assert touched
    assert not touched & set(same)
    if name != "edit_list.mp4":  # which OpenCV shows with the frames that it is to leave out
        for reader in (by_decord, by_opencv):
            was, now = reader(source), reader(tmp_path / "out.mp4")
            assert [n for n in same if not np.array_equal(was[n], now[n])] == []
    before = {n for n, time in enumerate(times) if time < 1.5 - 0.4}  # a few B-frames before it may be encoded too
    if name not in ("edit_list.mp4", "pyramid.mp4"):
        assert before <= set(same)
    if name not in ("open.mp4", "pyramid.mp4", "refresh.mp4", "edit_list.mp4"):
        after = {n for n, time in enumerate(times) if time >= 2.5}
        assert after
        assert after <= set(same)
    assert counts["bytes_copied"] > 0


def payloads(path: Path) -> list[tuple[int, str]]:
    """Size and hash of every video packet."""
    with av_open(str(path)) as container:
        data = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    return [(len(one), hashlib.sha256(one).hexdigest()) for one in data]


def times_of(path: Path) -> list[tuple[Fraction, Fraction]]:
    """When each packet is shown and decoded, in seconds, exactly."""
    with av_open(str(path)) as container:
        tick = container.streams.video[0].time_base
        return [(packet.pts * tick, packet.dts * tick) for packet in container.demux(video=0) if packet.size]


def test_packets_of_untouched_groups_are_the_same_bytes(kinds: Kinds, tmp_path: Path) -> None:
    source, out = kinds["closed.mp4"], tmp_path / "out.mp4"
    counts = render(edit([piece(source, 0.0)], [word(1.5, 1.9)]), str(out), 18, "veryfast")
    before, after = payloads(source), payloads(out)
    # Groups 1, 3 and 4 of 30, 30, 30 and 10 packets; of group 2 those before the word.
    kept = int(counts["frames_copied"]) - 70
    assert 0 < kept <= 8
    assert after[: 30 + kept] == before[: 30 + kept]
    assert after[60:] == before[60:]
    assert not set(after[30 + kept : 60]) & set(before)
    assert counts["bytes_copied"] == sum(size for size, _ in after[: 30 + kept] + after[60:])
    assert counts["bytes_encoded"] == sum(size for size, _ in after[30 + kept : 60])
    assert counts["seconds_encoded"] == pytest.approx(counts["frames_encoded"] / 25)


@pytest.mark.parametrize("name", ["closed.mp4", "pyramid.mp4", "variable.mp4", "open.mp4"])
def test_without_a_needle_all_is_copied_with_its_times(kinds: Kinds, tmp_path: Path, name: str) -> None:
    source, out = kinds[name], tmp_path / "out.mp4"
    counts = render(edit([piece(source, 0.0)]), str(out), 18, "veryfast")
    assert counts["frames_encoded"] == counts["bytes_encoded"] == counts["seconds_encoded"] == 0
    assert payloads(out) == payloads(source)
    if name == "variable.mp4":  # the first decoding times, before anything is shown, are ours
        assert times_of(out)[2:] == times_of(source)[2:]
    else:
        assert times_of(out) == times_of(source)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("bikes", marks=pytest.mark.slow),
        pytest.param("bigbuckbunny", marks=pytest.mark.slow),
        "carphone_pristine",
        "carphone_distorted",
    ],
)
def test_real_clips(clips: Path, tmp_path: Path, name: str) -> None:
    source = clips / f"{name}.mp4"
    with av_open(str(source)) as container:
        size: dict[str, Any] = {"width": container.streams.video[0].width, "height": container.streams.video[0].height}
    counts, same = checked(edit([piece(source, 0.0)], [word(2.0, 2.6)], **size), tmp_path / "out.mp4")
    assert len(same) >= 45
    for reader in (by_decord, by_opencv):
        was, now = reader(source), reader(tmp_path / "out.mp4")
        assert [n for n in same if not np.array_equal(was[n], now[n])] == []
    assert counts["frames_encoded"] < 90


def plans(kinds: Kinds) -> dict[str, Edit]:
    """Edits of every sort, by name."""
    a, b, other = kinds["closed.mp4"], kinds["pyramid.mp4"], kinds["other.mp4"]
    return {
        "a still in the middle": edit([piece(a, 0, 0, 1.7), still(1.7, 2.4), piece(a, 2.4, 1.7)]),
        "a still first": edit([still(0, 0.5), piece(a, 0.5)], [word(0.3, 0.8)]),
        "a still last": edit([piece(a, 0), still(4, 5)], [word(3.8, 4.2)]),
        "a cut from the middle of a group to the middle of one": edit([piece(a, 0, 0.5, 3.333)]),
        "nothing but the end of a group": edit([piece(a, 0, 0.5, 1.1), piece(a, 0.6)]),
        "one frame": edit([piece(a, 0), piece(a, 4, 0.5, 0.54)]),
        "pieces in another order": edit([piece(a, 0, 2.4), piece(a, 1.6, 0.0, 2.4), piece(a, 4, 1.2, 2.4)]),
        "a file with other parameter sets": edit([piece(a, 0), piece(b, 4), piece(a, 8, 1.0)], [word(5, 5.4)]),
        "three files": edit([piece(a, 0, 0, 2), piece(other, 2, 1, 3), piece(b, 4)]),
        "a file of another size": edit([piece(a, 0, 0, 2), piece(kinds["small.mp4"], 2, 0.2, 1), piece(a, 2.8, 2)]),
        "a file of another codec": edit([piece(a, 0, 0, 2), piece(kinds["vp9.webm"], 2, 0.2, 1), piece(a, 2.8, 2)]),
        "another rate": edit([piece(a, 0, 0, 2), piece(kinds["ntsc.mp4"], 2, 0.5, 2.5), piece(a, 4, 2)]),
        "another container": edit([piece(a, 0, 0, 2), piece(kinds["closed.mkv"], 2, 0.5, 2.5), piece(a, 4, 2)]),
        "other lengths": edit([piece(a, 0, 0, 2), piece(kinds["two_bytes.mp4"], 2, 0, 2.5), piece(a, 4.5, 2)]),
        "twice as fast": edit([piece(a, 0), piece(a, 4, 1.0, 3.0, speed=2.0), piece(a, 5)]),
        "backwards": edit([piece(a, 0), piece(a, 4, 1.0, 2.0, backwards=True), piece(a, 5)]),
        "halves": edit([piece(a, 0), piece(a, 4, 0, 1.0, slot="top"), piece(b, 4, 0, 1.0, slot="bottom"), piece(a, 5)]),
        "words over a border": edit(
            [piece(a, 0, 0, 1.2), piece(b, 1.2), still(5.2, 6.0)],
            [word(1.0, 1.4), word(1.3, 1.6, "AB", y=0.3, colour="red", opacity=0.5), word(4.9, 5.5)],
        ),
        "cut edit list": edit([piece(kinds["edit_list.mp4"], 0, 0.2, 3.0), still(2.8, 3.2), piece(a, 3.2)]),
        "a piece that begins while nothing moves": edit([piece(kinds["sparse.mp4"], 0, 2.0), piece(a, 2.6)]),
        "a needle that ends while a copied frame stands at a joint": edit(
            [piece(a, 0, 0, 2.0), piece(a, 2.0, 0.505, 3.5)], [word(1.0, 1.985)], fps=50.0
        ),
        "a needle that ends while an encoded frame stands at a joint": edit(
            [piece(a, 0, 1.644838, 2.22678, backwards=True), piece(a, 0.581942, 1.776059)], [word(0, 0.557)]
        ),
        "a piece within one standing frame": edit([piece(a, 0), piece(kinds["sparse.mp4"], 4, 2.0, 2.5)]),
    }


@pytest.fixture(scope="module")
def more(kinds: Kinds, make_videos: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Kinds:
    """``kinds``, and clips that can only be encoded."""
    folder = tmp_path_factory.mktemp("more")
    small = ((Fraction(n, 25), make_videos.scene(n, 96, 64)) for n in range(40))
    kinds["small.mp4"] = make_videos.encode(folder / "small.mp4", small)
    options = {"crf": "20", "b:v": "0", "deadline": "realtime", "cpu-used": "8"}
    kinds["vp9.webm"] = make_videos.plain(folder / "vp9.webm", 40, codec="libvpx-vp9", options=options)
    return kinds


@pytest.mark.parametrize("name", PLANS)
def test_cuts_and_joints(more: Kinds, tmp_path: Path, name: str) -> None:
    counts, _ = checked(plans(more)[name], tmp_path / "out.mp4")
    assert counts["frames_copied"] > 0


def test_every_plan_is_tried(more: Kinds) -> None:
    assert list(plans(more)) == PLANS


@pytest.fixture(scope="module")
def stamped(numbered: Numbered, shared_files: Callable[..., Path]) -> Kinds:
    """Clips of 100 frames of 320 × 180 pixels that carry their numbers, with parameter sets of two kinds, and sound."""

    def encode(folder: Path) -> None:
        one = {"options": {"crf": "20", "x264-params": f"bframes=3:{GOPS}"}, "sound": True}
        two = {"options": {"crf": "20", "x264-params": f"bframes=2:b-pyramid=none:ref=5:open-gop=1:{GOPS}"}}
        numbered(folder / "a.mp4", 1, 100, **one)
        numbered(folder / "b.mp4", 2, 100, **one)
        numbered(folder / "c.mp4", 3, 100, **two)

    return {path.stem: path for path in shared_files("stamped", encode).iterdir()}


@pytest.mark.parametrize("third", ["b", "c"])
def test_seeking_finds_the_right_frame(stamped: Kinds, number_of: NumberOf, tmp_path: Path, third: str) -> None:
    a, b = stamped["a"], stamped[third]
    pieces = [piece(a, 0, 0.5), piece(b, 3.5), still(7.5, 8.0), piece(a, 8.0), piece(b, 12.0, 1.0, 3.0)]
    plan = edit(pieces, [word(2.0, 2.4), word(5.0, 5.4), word(9.0, 9.4)], width=320, height=180)
    out = tmp_path / "out.mp4"
    counts = render(plan, str(out), 18, "veryfast")
    assert counts["frames_copied"] > 100
    wanted = [(time, number_of(picture)) for time, picture in frames(plan)]
    draw = random.Random(3)
    with av_open(str(out)) as container:
        stream = container.streams.video[0]
        for time, number in draw.sample(wanted, 60):
            container.seek(round(time / stream.time_base), stream=stream, backward=True)
            shown = next(frame for frame in container.decode(stream) if frame.time >= time - 0.01)
            assert shown.time == pytest.approx(time, abs=0.001)
            assert number_of(shown.to_ndarray(format="rgb24")) == number
    from decord import VideoReader, cpu

    reader = VideoReader(str(out), ctx=cpu(0), num_threads=1)
    assert len(reader) == len(wanted)
    for n in draw.sample(range(len(wanted)), 60):
        assert number_of(reader[n].asnumpy()) == wanted[n][1]
        assert reader.get_frame_timestamp(n)[0] == pytest.approx(wanted[n][0], abs=0.001)
    capture = cv2.VideoCapture(str(out))
    for n in draw.sample(range(len(wanted)), 20):
        capture.set(cv2.CAP_PROP_POS_FRAMES, n)
        assert number_of(capture.read()[1][..., ::-1]) == wanted[n][1]


def test_parameter_sets_go_before_the_keyframes_of_files_that_differ(stamped: Kinds, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    pieces = [piece(stamped["a"], 0), piece(stamped["c"], 4)]
    counts = render(edit(pieces, width=320, height=180), str(out), 18, "veryfast")
    assert counts["frames_encoded"] == 0
    sources = [stamped["a"]] * 100 + [stamped["c"]] * 100
    before = [one for name in ("a", "c") for one in units(stamped[name])]
    for source, theirs, ours in zip(sources, before, units(out), strict=True):
        sets = h264.read_avcc(avcc(source))
        added = [*sets.sps, *sets.pps]
        key = h264.IDR in map(h264.kind, theirs) or b"\x06\x06" in [nal[:2] for nal in theirs]  # or a recovery point
        assert ours == ([*added, *theirs] if key else theirs)


def units(path: Path) -> list[list[bytes]]:
    """The NAL units of every video packet."""
    with av_open(str(path)) as container:
        return [[bytes(nal) for nal in h264.nals(bytes(one), 4)] for one in container.demux(video=0) if one.size]


def test_the_header_holds_every_parameter_set(kinds: Kinds, tmp_path: Path) -> None:
    source, out = kinds["closed.mp4"], tmp_path / "out.mp4"
    render(edit([piece(source, 0)], [word(1.5, 1.9)]), str(out), 18, "veryfast")
    sets, own = h264.read_avcc(avcc(out)), h264.read_avcc(avcc(source))
    assert sets.sps[0] == own.sps[0]
    assert sets.ids == own.ids | {31}
    in_band = {nal for nals in units(out) for nal in nals if h264.kind(nal) in (h264.SPS, h264.PPS)}
    assert in_band == {sets.sps[1], sets.pps[1]}


@pytest.mark.parametrize("name", ["closed.mp4", "full.mp4", "bt709.mp4", "ten.mp4", "444.mp4", "turned.mp4"])
def test_a_needle_is_there_in_its_time_and_place_alone(kinds: Kinds, tmp_path: Path, name: str) -> None:
    source, out = kinds[name], tmp_path / "out.mp4"
    width, height = (HEIGHT, WIDTH) if name == "turned.mp4" else (WIDTH, HEIGHT)
    needles = [
        word(1.0, 1.4, "AB", colour="red", x=0.3, y=0.3),
        Overlay(1.2, 1.6, picture="drawn:green_apple", size=0.4, x=0.8, y=0.6),
        word(3.0, 3.2, "half", opacity=0.5),
    ]
    whole = piece(source, 0)
    render(edit([whole], needles, width=width, height=height), str(out), 8, "veryfast")
    bare = decoded(source)
    wanted = [picture for _, picture in frames(edit([whole], needles, width=width, height=height))]
    for (time, parts, picture), (_, were, plain), drawn in zip(decoded(out), bare, wanted, strict=True):
        shown = [one for one in needles if one.start <= time < one.end]
        rest = np.ones((height, width), bool)
        for one in needles:
            left, top, right, bottom = box(one, width, height)
            inside = np.s_[top:bottom, left:right]
            rest[max(0, top - 8) : bottom + 8, max(0, left - 8) : right + 8] &= one not in shown
            change = float(np.abs(luma(picture[inside]) - luma(plain[inside])).mean())
            if one in shown:
                assert change > 10
                assert float(np.abs(luma(picture[inside]) - luma(drawn[inside])).mean()) < 7
            elif not any(other in shown for other in needles):
                assert change < 3
        if not shown:
            # What is encoded again without a needle has the colours that it had: no plane moves.
            for got, was in zip(parts, were, strict=True):
                assert abs(float(got.astype(float).mean() - was.mean())) < 0.6 * (4 if name == "ten.mp4" else 1)
        assert abs(float((picture.astype(float) - plain)[rest].mean())) < 0.5


def luma(picture: Any) -> Any:
    return picture.astype(float) @ (0.299, 0.587, 0.114)


def test_a_needle_at_the_first_and_at_the_last_moment(kinds: Kinds, tmp_path: Path) -> None:
    source = kinds["closed.mp4"]
    plan = edit([piece(source, 0, 0.51)], [word(0, 0.02), word(3.44, 3.49, "AB")])
    counts, same = checked(plan, tmp_path / "out.mp4")
    assert counts["frames_encoded"] < 40
    assert 0 not in same
    assert len(decoded(tmp_path / "out.mp4")) - 1 not in same


def test_a_needle_between_two_frames_is_an_error(kinds: Kinds, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    for way in (render, full.render):
        with pytest.raises(Failed) as raised:
            way(edit([piece(kinds["closed.mp4"], 0)], [word(1.01, 1.03)]), str(out), 18, "veryfast")
        assert raised.value.reason == "needle_not_shown"
        assert "HELLO" in raised.value.detail


@pytest.mark.parametrize(
    ("name", "pieces", "reason"),
    [
        ("all touched", lambda kinds: edit([piece(kinds["closed.mp4"], 0)], [word(0, 4)]), "nothing_to_copy"),
        ("stills", lambda kinds: edit([still(0, 1)]), "nothing_to_copy"),
        ("faster", lambda kinds: edit([piece(kinds["closed.mp4"], 0, speed=2.0)]), "nothing_to_copy"),
        ("codec", lambda kinds: edit([piece(kinds["vp9.webm"], 0)]), "not_h264"),
        ("size", lambda kinds: edit([piece(kinds["small.mp4"], 0)]), "other_size"),
        ("turned", lambda kinds: edit([piece(kinds["turned.mp4"], 0)]), "other_size"),
        ("changes", lambda kinds: edit([piece(kinds["changes.mp4"], 0)]), "parameters_change"),
        ("damaged", lambda kinds: edit([piece(kinds["damaged.mp4"], 0)]), "bad_stream"),
        ("orientation", lambda kinds: edit([piece(kinds["orientation.mp4"], 0)]), "turned_in_stream"),
        ("unsaid", lambda kinds: edit([still(0, 1), piece(kinds["unsaid.mp4"], 1)]), "reorder_unknown"),
    ],
)
def test_what_cannot_be_copied(
    faulty: Kinds, tmp_path: Path, name: str, pieces: Callable[[Kinds], Edit], reason: str
) -> None:
    out = tmp_path / "out.mp4"
    with pytest.raises(CannotCopy) as raised:
        render(pieces(faulty), str(out), 18, "veryfast")
    assert raised.value.reason == reason
    assert not out.exists()


@pytest.fixture(scope="module")
def faulty(more: Kinds, tmp_path_factory: pytest.TempPathFactory) -> Kinds:
    """``more``, and streams that are not to be copied."""
    closed, other, folder = more["closed.mp4"], more["other.mp4"], tmp_path_factory.mktemp("faulty")
    theirs = h264.read_avcc(avcc(other))

    def changes(data: bytes, key: bool) -> bytes:
        return h264.join_nals([*theirs.sps, *theirs.pps, *h264.nals(data, 4)]) if key else data

    def damaged(data: bytes, key: bool) -> bytes:
        return data if key else b"\xff" + data[1:]

    more["changes.mp4"] = remuxed(closed, folder / "changes.mp4", payload=changes)

    def turned(data: bytes, key: bool) -> bytes:
        message = b"\x06\x2f\x04\x10\x00\x02\x40\x80"
        return h264.join_nals([message, *h264.nals(data, 4)]) if key else data

    more["orientation.mp4"] = remuxed(closed, folder / "orientation.mp4", payload=turned)
    more["damaged.mp4"] = remuxed(closed, folder / "damaged.mp4", payload=damaged)
    more["unsaid.mp4"] = remuxed(closed, folder / "unsaid.mp4", header=unsaid(avcc(closed)))
    return more


def unsaid(header: bytes) -> bytes:
    """The avcC record *header*, its SPS without its last part: how far pictures are out of order."""
    (sps,) = h264.read_avcc(header).sps
    bits, was = h264.Bits(sps).bits, h264.read_sps(sps)
    for at in range(len(bits) - 1, 0, -1):
        cut = bits[:at] + "01"
        cut += "0" * (-len(cut) % 8)
        data = int(cut, 2).to_bytes(len(cut) // 8, "big")
        for last in range(4):
            data = data.replace(b"\0\0" + bytes([last]), b"\0\0\3" + bytes([last]))
        try:
            made = h264.read_sps(sps[:1] + data)
        except h264.BadStream:
            continue
        if made.reorder is None and (made.id, made.references) == (was.id, was.references):
            nal = sps[:1] + data
            return header[:6] + len(nal).to_bytes(2, "big") + nal + header[8 + len(sps) :]
    raise AssertionError("no such place")


def test_a_stream_that_does_not_say_its_order_is_copied_where_readers_see_it_at_once(
    faulty: Kinds, tmp_path: Path
) -> None:
    counts, _ = checked(edit([piece(faulty["unsaid.mp4"], 0)], [word(1.5, 1.9)]), tmp_path / "out.mp4")
    assert counts["frames_encoded"] < 30


def test_the_same_bytes_every_time_and_the_index_first(stamped: Kinds, tmp_path: Path) -> None:
    plan = edit([piece(stamped["a"], 0), still(4, 4.5), piece(stamped["c"], 4.5)], [word(1.5, 1.9)])
    plan = edit(list(plan.pieces), list(plan.overlays), width=320, height=180)
    files = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    for file in files:
        render(plan, str(file), 18, "veryfast")
    one, two = (file.read_bytes() for file in files)
    assert one == two
    assert one.index(b"moov") < one.index(b"mdat")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.mp4", "two.mp4"]


POOL = (
    "closed.mp4",
    "open.mp4",
    "plain.mp4",
    "pyramid.mp4",
    "variable.mp4",
    "closed.mkv",
    "edit_list.mp4",
    "sparse.mp4",
)


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[tuple[str, float, float, float]], list[tuple[float, float]]]:
    """Pieces (name or "" for a still, and, as shares, begin, length, what speed) and words (start and length)."""
    share = st.floats(0, 1, allow_nan=False)
    names = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=2))
    some = st.sampled_from([*names, *names, *names, ""])
    pieces = draw(st.lists(st.tuples(some, share, share, st.sampled_from([1.0] * 6 + [2.0])), min_size=1, max_size=4))
    return pieces, draw(st.lists(st.tuples(share, share), max_size=2))


@pytest.mark.slow
@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
)
@given(drawn=edits())
def test_any_edit_is_what_the_reference_reader_shows(
    kinds: Kinds,
    tmp_path_factory: pytest.TempPathFactory,
    drawn: tuple[list[tuple[str, float, float, float]], list[tuple[float, float]]],
) -> None:
    pieces: list[Piece] = []
    for name, begin, lasts, speed in drawn[0]:
        start = pieces[-1].end if pieces else 0.0
        if not name:
            pieces.append(still(start, round(start + 0.2 + lasts, 6)))
            continue
        whole = length(kinds[name])
        first = round(begin * (whole - 0.5), 6)
        finish = round(first + 0.5 + lasts * (whole - first - 0.5), 6)
        pieces.append(piece(kinds[name], start, first, finish, speed=speed))
    end = pieces[-1].end
    words = [word(round(at * (end - 0.3), 6), round(at * (end - 0.3) + 0.3 + lasts, 6)) for at, lasts in drawn[1]]
    plan = edit(pieces, words)
    out = tmp_path_factory.mktemp("any") / "out.mp4"
    try:
        checked(plan, out, near=4.0)
    except (CannotCopy, Failed) as error:
        reason = error.reason
    else:
        return
    assert not out.exists()
    assert reason in ("nothing_to_copy", "needle_not_shown")
    if reason == "needle_not_shown":
        with pytest.raises(Failed, match=reason):
            full.render(plan, str(out), 30, "ultrafast")
