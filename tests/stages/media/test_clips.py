"""Clips and stills of what samples show, against the frames and the sound of the whole video."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import cv2
import numpy as np
import pytest

from vdata.export.format import ExportItem, find_formats
from vdata.schemas import Failed, Medium, Message, Sample, Span, Timeline
from vdata.stages.media.clips import Clips
from vdata.stages.media.media_files import files_in_lanes
from vdata.stages.media.probe import Probe
from vdata.stages.media.stills import Stills
from vdata.video.decode import frames as fetching
from vdata.video.edit.renderer import Renderer

Frames = list[tuple[float, Any]]
Row = Callable[..., Timeline]
RATE = 48000
AAC = 1024 / RATE
"""Seconds of a frame of sound."""


@pytest.fixture
def row(tmp_path: Path) -> Row:
    """``row(path, (start, end), …)``: the video with a sample for each stretch, a time in its words for the whole."""

    def make(path: Path, *stretches: tuple[float, float] | None) -> Timeline:
        video = Timeline(str(path), path=str(path), folder=str(tmp_path / "media"))
        Probe().run(video)
        for n, stretch in enumerate(stretches):
            asked = f"Who is shown {n}?" if stretch else "Who is shown at 0:01?"
            turns = [Message("user", asked), Message("assistant", "A man.")]
            video.samples.append(Sample("what", asked, "A man.", *(stretch or (0.5, 1.5)), messages=turns, id=str(n)))
        return video

    return make


def decoded(path: Path) -> Frames:
    with av.open(str(path)) as file:
        origin = (file.start_time or 0) / 1e6
        return [(float(f.time or 0) - origin, f.to_ndarray(format="rgb24")) for f in file.decode(video=0)]


def clip_of(video: Timeline, n: int = 0) -> tuple[Path, Span]:
    """The file of sample *n*, and its span in the lane."""
    (span,) = (one for one in video.lane("clips") if one.text == video.samples[n].clip)
    return Path(video.folder) / video.samples[n].clip.removeprefix("media/"), span


def compared(video: Timeline, n: int = 0) -> tuple[int, int, str]:
    """See that the clip of sample *n* has the frames of its stretch, all of them and at their times, for three readers.

    Returns:
        How many frames are the same bit for bit, how many there are, and how the clip was made.
    """
    sample = video.samples[n]
    path, span = clip_of(video, n)
    assert sample.clip_start is not None
    assert sample.clip_end is not None
    first, end = sample.clip_start, sample.clip_end
    truth = [
        (time - first, picture) for time, picture in decoded(Path(video.path)) if first - 1e-6 <= time < end - 1e-6
    ]
    found = decoded(path)
    assert len(found) == len(truth)
    assert found[0][0] == pytest.approx(0, abs=1e-6)
    assert [time for time, _ in found[1:]] == pytest.approx([time for time, _ in truth[1:]], abs=2e-3)
    for (_, one), (_, two) in zip(found, truth, strict=True):
        assert np.abs(one.astype(int) - two).mean() < 4
    capture, count = cv2.VideoCapture(str(path)), 0
    while capture.read()[0]:
        count += 1
    assert count == len(truth)
    if find_spec("decord") is not None:
        from decord import VideoReader

        assert len(VideoReader(str(path))) == len(truth)
    assert span.attrs["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert span.values["bytes"] == path.stat().st_size
    same = sum(np.array_equal(one, two) for (_, one), (_, two) in zip(found, truth, strict=True))
    return same, len(truth), span.label or ""


def with_noise(path: Path, silent: Path) -> Path:
    """*silent* with noise for sound, of which no stretch is like another."""
    with av.open(str(silent)) as whole, av.open(str(path), "w") as target:
        picture = target.add_stream_from_template(whole.streams.video[0])
        voice: Any = target.add_stream("aac", rate=RATE, layout="mono", bit_rate=128_000)
        packets = [packet for packet in whole.demux(video=0) if packet.size]
        for packet in packets:
            packet.stream = picture
            target.mux(packet)
        noise = np.random.default_rng(7).normal(0, 0.1, int(len(packets) / 25 * RATE)).astype(np.float32)
        noise = np.convolve(noise, np.ones(8, np.float32) / 4, "same").astype(np.float32)
        for at in range(0, len(noise) - 1024, 1024):
            heard = av.AudioFrame.from_ndarray(noise[None, at : at + 1024].copy(), format="fltp", layout="mono")
            heard.rate, heard.pts = RATE, at
            target.mux(voice.encode(heard))
        target.mux(voice.encode(None))
    return path


def heard(path: Path) -> tuple[float, Any]:
    """When the sound begins, seconds, and its samples."""
    with av.open(str(path)) as file:
        found = list(file.decode(audio=0))
    return float(found[0].time or 0), np.concatenate([frame.to_ndarray()[0] for frame in found])


@pytest.mark.parametrize(
    ("name", "stretch"),
    [
        pytest.param("bikes.mp4", (3.04, 5.48), marks=pytest.mark.slow),
        pytest.param("bigbuckbunny.mp4", (1.03, 2.2), marks=pytest.mark.slow),
        ("carphone_pristine.mp4", (0.4, 1.234)),
        ("carphone_distorted.mp4", (1.0, 3.0)),
    ],
)
def test_clips_of_real_videos_have_just_their_frames(
    name: str, stretch: tuple[float, float], clips: Path, row: Row
) -> None:
    video = Clips().run(row(clips / name, stretch))
    same, count, how = compared(video)
    assert not video.rejects
    if name == "bikes.mp4":  # its stretch is a group of pictures
        assert (same, how) == (count, "smart")
    else:  # they have one group
        assert how == "full"
        assert clip_of(video)[1].attrs["reason"] == "nothing_to_copy"
    assert video.report[how] == 1


def test_what_lies_between_the_edges_is_copied_with_its_sound(
    make_videos: ModuleType, tmp_path: Path, row: Row
) -> None:
    silent = make_videos.plain(tmp_path / "silent.mp4", 150, options={"g": "25", "bf": "2", "crf": "18"})
    source = with_noise(tmp_path / "noise.mp4", silent)
    video = Clips().run(row(source, (1.2, 4.6), (2.0, 4.0), (1.2, 4.6), None))
    same, count, how = compared(video)
    assert (count, how) == (85, "smart")
    assert 50 <= same < 85  # the groups from 2 s to 4 s at least
    assert compared(video, 1)[0] == compared(video, 1)[1] == 50
    assert video.samples[2].clip == video.samples[0].clip
    assert len(list((tmp_path / "media").iterdir())) == 3
    begun, whole = heard(source)
    for n in (0, 1):
        path, span = clip_of(video, n)
        at, sound = heard(path)
        from_start = sound[max(0, round(-at * RATE)) :][: round(span.seconds * RATE)]
        middle = from_start[RATE // 2 : RATE // 2 + 8192]
        where = int(np.argmax(np.correlate(whole, middle, "valid"))) / RATE + begun
        assert where == pytest.approx(span.start + 0.5 + max(at, 0.0), abs=AAC)
        assert len(from_start) / RATE == pytest.approx(span.seconds, abs=2 * AAC)


def test_open_groups_and_variable_rates_come_out_right(make_videos: ModuleType, tmp_path: Path, row: Row) -> None:
    options = {"g": "25", "crf": "18", "x264-params": "open-gop=1:scenecut=0"}
    _, count, _ = compared(Clips().run(row(make_videos.plain(tmp_path / "open.mp4", 100, options=options), (1.0, 3.0))))
    assert count == 50
    variable = make_videos.variable(tmp_path / "variable.mp4")
    video = Clips().run(row(variable, (5.0, 9.0)))
    assert compared(video)[1] == 240
    slow = Clips().run(row(variable, (1.5, 4.5)))  # a picture that stands: the one on the screen comes first
    times = [time for time, _ in decoded(clip_of(slow)[0])]
    assert times == pytest.approx([0.0, 0.5, 1.5, 2.5], abs=1e-3)


def test_other_codecs_are_copied_where_groups_begin_and_else_encoded(
    make_videos: ModuleType, tmp_path: Path, row: Row
) -> None:
    vp9 = {"g": "25", "crf": "30", "b:v": "0", "deadline": "realtime", "cpu-used": "8"}
    source = make_videos.plain(tmp_path / "other.mkv", 75, codec="libvpx-vp9", options=vp9, sound=True)
    video = Clips().run(row(source, (1.0, 2.2), (1.2, 2.2)))
    assert compared(video, 0) == (30, 30, "copy")
    for n in (0, 1):
        begun, sound = heard(clip_of(video, n)[0])
        assert begun + len(sound) / RATE == pytest.approx((1.2, 1.0)[n], abs=2 * AAC)
    _, count, how = compared(video, 1)
    assert (count, how) == (25, "full")
    _, span = clip_of(video, 1)
    assert span.attrs["reason"] == "not_h264"
    assert "does not begin at a keyframe" in span.attrs["detail"]
    old = make_videos.plain(tmp_path / "old.avi", 50, codec="mjpeg", pixels="yuvj420p")
    assert compared(Clips().run(row(old, (0.4, 1.0))))[1:] == (15, "full")
    motion = make_videos.plain(tmp_path / "motion.mkv", 50, codec="mjpeg", pixels="yuvj420p")
    video = Clips().run(row(motion, (0.4, 1.0)))
    assert compared(video) == (15, 15, "copy")
    assert video.samples[0].clip.endswith(".mkv")


def test_turned_and_odd_pictures_stay_upright(make_videos: ModuleType, tmp_path: Path, row: Row) -> None:
    turned = make_videos.plain(tmp_path / "turned.mp4", 50, rotation=90, options={"g": "10", "crf": "18"})
    same, count, how = compared(Clips().run(row(turned, (0.4, 1.6))))
    assert (same, count, how) == (30, 30, "smart")
    vp9 = {"g": "25", "crf": "30", "b:v": "0", "deadline": "realtime", "cpu-used": "8"}
    odd = make_videos.plain(
        tmp_path / "odd.webm", 50, make=lambda n: make_videos.scene(n, 81, 61), codec="libvpx-vp9", options=vp9
    )
    video = Clips().run(row(odd, (0.4, 1.1)))
    path, span = clip_of(video)
    assert [picture.shape for _, picture in decoded(path)] == [(60, 80, 3)] * 18
    assert span.label == "full"


def test_the_whole_video_is_the_file_itself(make_videos: ModuleType, tmp_path: Path, row: Row) -> None:
    source = make_videos.plain(tmp_path / "whole.mp4", 50)
    video = Clips().run(row(source, None, (0.0, 1.98)))
    path, span = clip_of(video)
    assert path.read_bytes() == source.read_bytes()
    assert video.samples[0].clip == video.samples[1].clip
    assert (span.label, video.samples[0].clip_start, video.samples[0].clip_end) == ("whole", 0.0, 2.0)
    assert files_in_lanes(video) == {
        video.samples[0].clip: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    }
    referred = Clips(whole="refer").run(row(source, None, (0.4, 1.0)))
    assert [sample.clip == "" for sample in referred.samples] == [True, False]
    loose = Clips(tight=False).run(row(source, (0.4, 1.0)))
    assert loose.samples[0].clip_end == 2.0
    source.write_bytes(source.read_bytes() + b"more")
    changed = row(source, None)
    assert changed.media is not None
    changed.media.sha256 = "0" * 64
    Clips().run(changed)
    assert [(one.kind, one.reason) for one in changed.rejects] == [("failed", "changed")]


def test_nothing_after_a_query_time_is_shown(make_videos: ModuleType, tmp_path: Path, row: Row) -> None:
    source = make_videos.plain(tmp_path / "one.mp4", 50, options={"g": "5"})
    for tight in (True, False):
        video = row(source, None, (1.0, 1.8), (0.0, 1.0))
        for sample, seen in zip(video.samples, [(0.0, 1.2), (0.4, 1.2), (0.0, 1.96)], strict=True):
            sample.seen_start, sample.seen_end = seen
        Stills(number=4, size=64, tight=tight).run(video)
        assert [max(one.time for one in sample.frames) for sample in video.samples] == [1.05, 1.1, 1.715]
        Clips(tight=tight).run(video)
        assert [(one.clip_start, one.clip_end) for one in video.samples] == [(0.0, 1.2), (0.4, 1.2), (0.0, 1.96)]
        assert compared(video, 0)[1] == 30
        assert compared(video, 1)[1] == 20
        assert compared(video, 2)[1] == 49


def test_spans_of_a_lane_are_cut_without_samples(make_videos: ModuleType, tmp_path: Path, row: Row) -> None:
    video = row(make_videos.plain(tmp_path / "one.mp4", 50, options={"g": "5"}), (0.4, 1.0))
    video.put("shots", [Span(0.0, 0.4), Span(0.4, 1.0), Span(1.0, 2.0), Span(1.5, 1.5)])
    Clips(of=["shots"]).run(video)
    assert [(span.start, span.end, span.label) for span in video.lane("clips")] == [
        (0.0, 0.4, "smart"),
        (0.4, 1.0, "smart"),
        (1.0, 2.0, "smart"),
    ]
    assert len(files_in_lanes(video)) == 3
    assert Clips(of=["shots"]).lanes_read() == {"media", "shots"}
    Stills(of=["shots"], number=2).run(video)
    assert len(video.lane("frames")) == 6


def test_a_stretch_that_cannot_be_cut_costs_its_samples_only(
    make_videos: ModuleType, tmp_path: Path, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Renderer.make

    def failing(self: Renderer, edit: Any, staging: str) -> Any:
        if edit.pieces[0].begin == 1.0:
            Path(staging).write_bytes(b"half")
            raise Failed("corrupt", "a bad packet")
        return make(self, edit, staging)

    monkeypatch.setattr(Renderer, "make", failing)
    video = Clips().run(row(make_videos.plain(tmp_path / "one.mp4", 50), (0.2, 0.8), (1.0, 1.6), (1.0, 1.6)))
    assert [sample.id for sample in video.samples] == ["0"]
    (reject,) = video.rejects
    assert (reject.stage, reject.kind, reject.reason, reject.start, reject.end) == (
        "clips",
        "failed",
        "corrupt",
        1.0,
        1.6,
    )
    assert "2 samples" in reject.detail
    assert [path.name for path in (tmp_path / "media").iterdir()] == [video.samples[0].clip.removeprefix("media/")]


def test_stills_are_the_pictures_of_their_times(make_videos: ModuleType, tmp_path: Path, row: Row) -> None:
    source = make_videos.plain(tmp_path / "one.mp4", 100, options={"g": "25"})
    video = Stills(number=4, size=64, quality=95).run(row(source, (1.0, 2.0), None, (1.0, 2.0)))
    first, whole, again = video.samples
    assert [frame.time for frame in first.frames] == [1.125, 1.375, 1.625, 1.875]
    assert [frame.time for frame in whole.frames] == [0.5, 1.5, 2.5, 3.5]
    assert again.frames == first.frames
    assert (first.clip, first.clip_start, first.clip_end) == ("", 1.0, 2.0)
    assert Path(first.frames[0].file).name == "001125.jpg"
    every = [*first.frames, *whole.frames]
    truth = fetching.fetch(str(source), [frame.time for frame in every], 64)
    for n, frame in enumerate(every):
        found = cv2.imread(str(tmp_path / frame.file))
        assert found is not None
        assert found.shape == (36, 64, 3)
        off = [float(np.abs(found[..., ::-1].astype(int) - picture).mean()) for picture in truth]
        assert off[n] == min(off) < 6
    there = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "media").rglob("*.jpg")}
    assert there == set(files_in_lanes(video)) == {frame.file for frame in every}
    assert all(
        hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == told
        for name, (told, _) in files_in_lanes(video).items()
    )


@pytest.mark.parametrize(
    ("settings", "stretch", "times"),
    [
        ({"fps": 2.0}, (1.0, 2.5), [1.0, 1.5, 2.0]),
        ({"fps": 2.0}, (1.0, 1.1), [1.0]),
        ({"fps": 10.0, "number": 2}, (0.0, 4.0), [1.0, 3.0]),
        ({"number": 3}, (0.0, 0.001), [0.0, 0.001]),
        ({}, (0.0, 8.0), [n + 0.5 for n in range(8)]),
    ],
)
def test_times_of_stills(settings: dict[str, Any], stretch: tuple[float, float], times: list[float]) -> None:
    assert Stills(**settings).times(*stretch) == times


def test_no_file_is_named_by_what_is_no_id(tmp_path: Path) -> None:
    from vdata.stages.media.media_files import file_path

    video = Timeline("a.mp4", "id", folder=str(tmp_path))
    for name in ("../a.mp4", "a/b/c.mp4", "/a.mp4", "a"):
        with pytest.raises(ValueError, match="cannot be a file's name"):
            file_path(video, name)


def test_the_spoiled_picture_of_a_pair_stands_beside_the_right_one(
    make_videos: ModuleType, tmp_path: Path, row: Row
) -> None:
    video = row(make_videos.plain(tmp_path / "pair.mp4", 50), (0.5, 0.5), (1.0, 1.0), (1.5, 1.5))
    tiny, recoloured, invited = video.samples
    for sample, edit in ((tiny, "tiny"), (recoloured, "recoloured"), (invited, "")):
        sample.rejected, sample.params = (
            "Worse.",
            {"medium": "image", "about": "spans", **({"edit": edit} if edit else {})},
        )
    Stills(size=64).run(video)
    assert [[frame.time for frame in sample.frames] for sample in video.samples] == [[0.5], [1.0], [1.5]]
    assert "rejected_frames" not in invited.params
    named = {sample.params["rejected_frames"] for sample in (tiny, recoloured)}
    assert set(files_in_lanes(video)) == named | {sample.frames[0].file for sample in video.samples}
    for sample in (tiny, recoloured):
        right, spoiled = (
            cv2.imread(str(tmp_path / one)) for one in (sample.frames[0].file, sample.params["rejected_frames"])
        )
        assert right is not None
        assert spoiled is not None
        assert right.shape == spoiled.shape
        assert np.abs(right.astype(int) - spoiled).mean() > 3
    row_of = find_formats()["stic"].row(ExportItem(tiny, "pair.mp4", "pair.mp4", video.id, 2.0))
    assert (row_of["image"], row_of["image_corruption"]) == (tiny.frames[0].file, tiny.params["rejected_frames"])
    assert row_of["hallu_prompt"] == ""
    assert (row_of["chosen"][-1]["content"], row_of["rejected"][-1]["content"]) == (tiny.answer, "Worse.")
    assert row_of["chosen"][0] == row_of["rejected"][0]


def test_media_of_samples_get_their_files(make_videos: ModuleType, tmp_path: Path, row: Row) -> None:
    """Marks stand for pictures and clips of the video itself; those of other videos are left to these."""
    video = row(make_videos.plain(tmp_path / "one.mp4", 100, options={"g": "25"}), (0.2, 0.8))
    media = [
        Medium("image", "", 1.5, 1.5),
        Medium("clip", "", 1.0, 2.0),
        Medium("image", "b.mp4", 1, 1),
        Medium("clip", "", 0, 4),
    ]
    turns = [Message("user", "<image><video><image><video>"), Message("assistant", "A man.")]
    video.samples.append(Sample("what", "", "A man.", 1.0, 2.0, messages=turns, media=media, id="several"))
    Stills(number=1).run(Clips(whole="refer").run(video))
    picture, cut, others, whole = (one.file for one in media)
    assert (Path(picture).name, others, whole) == ("001500.jpg", "", "")
    assert (tmp_path / picture).is_file()
    assert (tmp_path / cut).is_file()
    (span,) = (one for one in video.lane("clips") if one.text == cut)
    assert (span.start, span.end) == (1.0, 2.0)
    assert (video.samples[1].clip, video.samples[1].frames) == ("", [])
    assert {picture, cut} <= set(files_in_lanes(video))
