"""H.264 as bytes, and which packets of a file can be copied."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vdata.video.edit import bitstream as h264
from vdata.video.edit import gops, mux
from vdata.video.edit.gops import CannotCopy, Fate, open_source, survey

av_open: Any = av.open  # whose types allow that packets have no times, and streams are of any sort

Clip = Callable[..., Path]


@pytest.fixture(scope="module")
def clip(make_videos: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """``clip(name, x264, frames=60, **kind)``: a file made once, by libx264 with the parameters *x264*."""
    folder = tmp_path_factory.mktemp("gops")

    def make(name: str, x264: str, frames: int = 60, **kind: Any) -> Path:
        path = folder / name
        if not path.exists():
            options = {"preset": "veryfast", "crf": "30", "x264-params": x264}
            make_videos.plain(path, frames, options=options, **kind)
        return path

    return make


def header(path: Path) -> bytes:
    with av_open(str(path)) as container:
        return bytes(container.streams.video[0].codec_context.extradata)


@pytest.mark.parametrize(
    ("x264", "kind", "expected"),
    [
        ("bframes=0:ref=2", {}, (2, True, 0)),
        ("bframes=2:b-pyramid=none:ref=3", {}, (3, True, 1)),
        ("bframes=4:b-pyramid=normal:ref=5", {}, (5, True, 2)),
        ("bframes=0:ref=1:interlaced=1:weightp=0", {}, (None, False, 0)),
        ("bframes=0:ref=1:cqm=jvt", {}, (1, True, 0)),
        ("bframes=0:ref=1", {"pixels": "yuv444p"}, (1, True, 0)),
        ("bframes=0:ref=1:cqm=jvt", {"pixels": "yuv422p10le"}, (1, True, 0)),
        ("bframes=0:ref=1:nal-hrd=vbr:vbv-maxrate=500:vbv-bufsize=500", {}, (1, True, 0)),
        ("bframes=0:ref=1:colorprim=bt709:transfer=bt709:colormatrix=bt709:sar=64/45:chromaloc=1", {}, (1, True, 0)),
    ],
)
def test_sps_says_what_the_encoder_was_told(
    clip: Clip, x264: str, kind: dict[str, Any], expected: tuple[int | None, bool, int]
) -> None:
    name = "".join(letter if letter.isalnum() else "_" for letter in x264) + kind.get("pixels", "")
    data = header(clip(f"{name}.mp4", x264, 3, **kind))
    (nal,) = h264.read_avcc(data).sps
    sps = h264.read_sps(nal)
    references, progressive, reorder = expected
    assert sps.id == 0
    assert references in (None, sps.references)
    assert (sps.progressive, sps.reorder) == (progressive, reorder)
    assert sps.profile == data[1]
    assert sps.level == data[3]


def test_parameter_sets_have_the_id_they_were_given(clip: Clip) -> None:
    sets = h264.read_avcc(header(clip("id.mp4", "sps-id=13", 3)))
    assert sets.ids == {13}
    assert sets.length == 4


def test_avcc_takes_more_parameter_sets(clip: Clip) -> None:
    for kind in ({}, {"pixels": "yuv420p10le"}):
        one = header(clip(f"one{len(kind)}.mp4", "sps-id=0", 3, **kind))
        other = h264.read_avcc(header(clip(f"other{len(kind)}.mp4", "sps-id=7", 3, **kind)))
        both = h264.write_avcc(one, other)
        own = h264.read_avcc(one)
        assert h264.read_avcc(both) == h264.Sets(own.sps + other.sps, own.pps + other.pps, 4)
        assert h264.write_avcc(one, h264.Sets((), ())) == one


@pytest.mark.parametrize("size", [0, 3, 6, 7, 9, 20])
def test_a_cut_header_is_no_header(clip: Clip, size: int) -> None:
    with pytest.raises(h264.BadStream):
        h264.read_avcc(header(clip("cut.mp4", "", 3))[:size])


def test_a_cut_sps_is_no_sps(clip: Clip) -> None:
    (nal,) = h264.read_avcc(header(clip("cut.mp4", "", 3))).sps
    for size in range(1, len(nal) - 1):
        with pytest.raises(h264.BadStream):
            h264.read_sps(nal[:size])


def escaped(data: bytes) -> bytes:
    """*data* with emulation prevention bytes, as a NAL unit's payload has them."""
    out, zeros = bytearray(), 0
    for byte in data:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


@given(st.lists(st.binary(min_size=1, max_size=40).map(lambda data: b"\x65" + escaped(data) + b"\x80"), max_size=6))
def test_units_survive_both_ways_of_packing_them(units: list[bytes]) -> None:
    stream = b"".join((b"\0\0\1" if n % 2 else b"\0\0\0\1") + nal for n, nal in enumerate(units))
    assert list(h264.annexb(stream)) == units
    assert [bytes(nal) for nal in h264.nals(h264.join_nals(units), 4)] == units


@given(st.binary(max_size=30))
def test_bits_see_through_emulation_prevention(data: bytes) -> None:
    bits = h264.Bits(b"\x67" + escaped(data))
    assert bytes(bits.u(8) for _ in data) == data


@given(st.lists(st.integers(0, 1 << 20), max_size=8))
def test_exp_golomb(numbers: list[int]) -> None:
    text = "".join("0" * ((n + 1).bit_length() - 1) + bin(n + 1)[2:] for n in numbers) + "1"
    text += "0" * (-len(text) % 8)
    bits = h264.Bits(b"\x67" + escaped(int(text, 2).to_bytes(len(text) // 8, "big")))
    assert [bits.ue() for _ in numbers] == numbers


@given(st.lists(st.tuples(st.integers(0, 600), st.binary(max_size=300)), min_size=1, max_size=5))
def test_kinds_of_messages(said: list[tuple[int, bytes]]) -> None:
    def number(value: int) -> bytes:
        return b"\xff" * (value // 255) + bytes([value % 255])

    data = b"".join(number(kind) + number(len(content)) + content for kind, content in said)
    assert list(h264.messages(b"\x06" + escaped(data + b"\x80"))) == [kind for kind, _ in said]


def test_lengths_that_do_not_add_up() -> None:
    with pytest.raises(h264.BadStream):
        list(h264.nals(b"\0\0\0\5ab", 4))


def frames_kept(_: float) -> Fate:
    return "kept"


def drawn(start: float, end: float) -> Callable[[float], Fate]:
    return lambda time: "drawn" if start <= time < end else "kept"


def never(_: float, __: float) -> bool:
    return False


def test_groups_go_from_idr_to_idr(clip: Clip) -> None:
    closed = clip("closed.mp4", "bframes=3:keyint=20:min-keyint=20:scenecut=0")
    with open_source(str(closed)) as source:
        groups = survey(source, 0.0, 9.0, frames_kept, never)
        assert [(group.packets, group.copied, group.frames) for group in groups] == [(20, 20, 0)] * 3
        assert [source.seconds(group.begin) for group in groups] == pytest.approx([0.0, 0.8, 1.6])
        assert [source.seconds(group.end) for group in groups] == pytest.approx([0.76, 1.56, 2.36])
        assert max(group.depth for group in groups) == 2
        assert source.traits.reorder == 2


def test_keyframes_of_open_groups_begin_none(clip: Clip) -> None:
    path = clip("open.mp4", "bframes=3:keyint=20:min-keyint=20:scenecut=0:open-gop=1")
    with av_open(str(path)) as container:
        assert sum(packet.is_keyframe for packet in container.demux(video=0) if packet.size) == 3
    with open_source(str(path)) as source:
        (group,) = survey(source, 0.0, 9.0, frames_kept, never)
        assert group.packets == 60


def test_what_comes_before_the_first_touched_frame_is_copied(clip: Clip) -> None:
    path = clip("flat.mp4", "bframes=0:keyint=20:min-keyint=20:scenecut=0")
    with open_source(str(path)) as source:
        groups = survey(source, 0.0, 9.0, drawn(1.0, 1.1), never)
        assert [(group.copied, group.frames, group.used) for group in groups] == [(20, 0, 0), (5, 15, 20), (20, 0, 0)]
        assert source.seconds(groups[1].first) == pytest.approx(1.0)


def test_a_cut_takes_the_group_in_which_it_begins_from_its_keyframe(clip: Clip) -> None:
    path = clip("flat.mp4", "bframes=0:keyint=20:min-keyint=20:scenecut=0")

    def shown(time: float) -> Fate:
        return "kept" if 0.5 <= time < 1.7 else "out"

    with open_source(str(path)) as source:
        groups = survey(source, 0.5, 1.7, shown, never)
        # 0.52..0.76 s encoded, 0.8..1.56 s copied, 1.6..1.68 s copied: the cut at the end needs nothing encoded.
        assert [(group.copied, group.frames, group.used) for group in groups] == [(0, 7, 20), (20, 0, 0), (3, 0, 0)]


@given(st.permutations(range(10)), st.lists(st.sampled_from(["kept", "kept", "kept", "drawn", "out"]), min_size=10))
def test_the_copied_packets_are_whole_on_the_screen(order: list[int], fates: list[Fate]) -> None:
    pts = [3 * n for n in order]
    copied = gops._clean(pts, fates[:10])
    head, rest = pts[:copied], pts[copied:]
    assert all(fate == "kept" for fate in fates[:copied])
    assert not head or not rest or max(head) < min(rest)
    later = range(copied + 1, 11)  # no longer head would do
    assert not any(
        max(pts[:n]) < min([*pts[n:], 99]) and all(fate == "kept" for fate in fates[:n])
        and max(pts[:n]) < min([time for time, fate in zip(pts, fates, strict=False) if fate != "kept"], default=99)
        for n in later
    )  # fmt: skip


@given(st.data())
def test_decoding_times_rise_and_never_pass_the_screen(data: st.DataObject) -> None:
    left = np.cumsum(data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=60))).tolist()
    most = data.draw(st.integers(0, 4))
    order: list[int] = []
    while left:
        early = sum(time > left[0] for time in order)  # pictures that are ahead of the next on the screen
        place = data.draw(st.integers(0, len(left) - 1)) if order and early < most else 0
        order.append(left.pop(place))
    rank = {time: n for n, time in enumerate(sorted(order))}
    timer = mux.DecodeTimer(max(n - rank[time] for n, time in enumerate(order)), 3)
    times = [timer.tell(time) for time in order]
    assert all(earlier < later for earlier, later in pairwise(times))
    assert all(dts <= pts for dts, pts in zip(times, order, strict=True))
    assert times[0] == order[0] - timer.delay


def test_a_whole_copy_keeps_the_decoding_times_of_libx264(clip: Clip) -> None:
    path = clip("closed.mp4", "bframes=3:keyint=20:min-keyint=20:scenecut=0")
    with av_open(str(path)) as container:
        times = [(packet.pts, packet.dts) for packet in container.demux(video=0) if packet.size]
    timer = mux.DecodeTimer(2, times[1][1] - times[0][1])
    assert [timer.tell(pts) for pts, _ in times] == [dts for _, dts in times]


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("p4.mp4", {"codec": "mpeg4", "options": {}}, "not_h264"),
        ("p4.avi", {"codec": "mpeg4", "options": {}}, "not_h264"),
        ("vp9.webm", {"codec": "libvpx-vp9", "options": {}}, "not_h264"),
        ("hevc.mp4", {"codec": "libx265", "options": {}}, "not_h264"),
        ("a.ts", {"options": {}}, "container"),
        ("a.avi", {"options": {"bf": "0"}}, "container"),
        ("fields.mp4", {"interlaced": True, "options": {}}, "interlaced"),
    ],
)
def test_sources_that_cannot_be_copied(
    make_videos: ModuleType, tmp_path: Path, name: str, kind: dict[str, Any], reason: str
) -> None:
    path = make_videos.plain(tmp_path / name, 10, **kind)
    with pytest.raises(CannotCopy) as raised, open_source(str(path)):
        pass
    assert raised.value.reason == reason
    assert str(path) in raised.value.detail
