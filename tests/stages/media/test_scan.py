"""The table that scan leaves: true times, known motion and colours, and what becomes of damaged files."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from vdata.schemas import Dropped, Failed, Timeline
from vdata.schemas.signal_table import COLOURS, Signals
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
from vdata.video.decode import sandbox

REASONS = {"truncated", "corrupt", "no_frames", "not_a_video", "empty_file", "unsupported", "no_video_stream"}


def scan(path: Path | str, **settings: Any) -> Signals:
    signals = Scan(**settings).run(Probe().run(Timeline(str(path)))).signals
    assert signals is not None
    return signals


def outcome(path: Path) -> Signals | str:
    """The table, or the reason why there is none; any other exception is an error of the test."""
    try:
        signals = scan(path)
    except (Failed, Dropped) as why:
        return why.reason if why.detail or why.value is not None else ""
    assert 0 < len(signals) < 10_000
    assert (np.diff(signals.time) > 0).all()
    assert 0 <= signals.time[0] <= signals.end < 60
    for name, values in signals.columns().items():
        assert len(values) == len(signals), name
        assert np.isfinite(values.astype(float)).all(), name
    return signals


def test_columns_of_a_plain_clip(make_videos: ModuleType, tmp_path: Path) -> None:
    signals = scan(make_videos.plain(tmp_path / "plain.mp4"))
    assert len(signals) == 50
    assert signals.time == pytest.approx(np.arange(50) / 25)
    kinds = {name: (values.dtype.name, values.shape[1:]) for name, values in signals.columns().items()}
    assert kinds.pop("time") == ("float64", ())
    assert kinds.pop("border") == ("uint8", (4,))
    assert kinds.pop("colours") == ("uint8", (len(COLOURS),))
    assert kinds.pop("dhash") == ("uint64", ())
    assert kinds.pop("grid") == ("uint8", (72,))
    assert kinds.pop("texture") == ("uint8", (72,))
    assert kinds.pop("chroma") == ("uint8", (2,))
    assert set(kinds.values()) == {("float32", ())}
    first = {name: float(values[0]) for name, values in signals.columns().items() if values.ndim == 1}
    assert all(first[name] == 0 for name in ("hue", "saturation", "luma_change", "hash_distance", "difference"))
    assert all(first[name] == 0 for name in ("dx", "dy", "zoom", "motion"))
    assert all(first[name] == 1 for name in ("histogram", "koala_histogram", "koala_ssim", "ssim"))


def test_freeze_and_thaw(make_videos: ModuleType, tmp_path: Path) -> None:
    stage, video = Scan(), Probe().run(Timeline(str(make_videos.plain(tmp_path / "plain.mp4"))))
    stage.run(video)
    other = Timeline("other")
    data = stage.freeze(video)
    stage.thaw(other, data)
    assert video.signals is not None
    assert other.signals is not None
    for name, values in video.signals.columns().items():
        thawed = getattr(other.signals, name)
        assert thawed.dtype == values.dtype
        assert np.array_equal(thawed, values), name
    assert len(data) < 50 * 150 + 6000
    assert video.media is not None
    assert stage.cache_key(video) == video.media.sha256


def test_scanning_twice_is_the_same(clips: Path) -> None:
    one, two = (scan(clips / "carphone_distorted.mp4") for _ in range(2))
    assert all(np.array_equal(values, getattr(two, name)) for name, values in one.columns().items())


@pytest.mark.parametrize(
    ("turn", "dx", "dy"), [(0, -1 / 192, 0), (90, 0, -1 / 192), (180, 1 / 192, 0), (270, 0, 1 / 192)]
)
def test_camera_motion_is_upright(make_videos: ModuleType, tmp_path: Path, turn: int, dx: float, dy: float) -> None:
    """The texture goes left by a pixel a frame as stored; a falling disc is not the camera's motion."""
    signals = scan(make_videos.plain(tmp_path / "turned.mp4", rotation=turn))
    assert np.median(signals.dx) == pytest.approx(dx, abs=3e-4)
    assert np.median(signals.dy) == pytest.approx(dy, abs=3e-4)
    assert np.abs(signals.zoom).max() < 2e-3


def test_zoom(make_videos: ModuleType, tmp_path: Path) -> None:
    import cv2

    scene = make_videos.scene(0, 576, 324)

    def grown(n: int) -> Any:
        size = round(324 * 0.99**n)
        wide = round(size * 16 / 9)
        top, left = (324 - size) // 2, (576 - wide) // 2
        return cv2.resize(scene[top : top + size, left : left + wide], (192, 108), interpolation=cv2.INTER_AREA)

    signals = scan(make_videos.plain(tmp_path / "zoom.mp4", 40, make=grown))
    assert np.median(signals.zoom[5:]) == pytest.approx(0.0101, abs=0.0015)
    assert abs(np.median(signals.dx)) < 1e-3


def test_variable_frame_rate_has_true_times(make_videos: ModuleType, tmp_path: Path) -> None:
    signals = scan(make_videos.variable(tmp_path / "variable.mp4"))
    assert len(signals) == 310
    expected = [*range(5), *(5 + n / 60 for n in range(300)), *range(10, 15)]
    assert signals.time == pytest.approx(np.array(expected, float), abs=1e-3)
    content = (signals.hue + signals.saturation + signals.luma_change) / 3
    assert signals.time[content > 27].tolist() == pytest.approx([5.0, 10.0], abs=1e-3)


def test_time_zero_is_the_containers(make_videos: ModuleType, tmp_path: Path) -> None:
    """A transport stream starts at 1.4 s or more; a player shows 0."""
    signals = scan(make_videos.plain(tmp_path / "stream.ts"))
    assert signals.time == pytest.approx(np.arange(50) / 25, abs=1e-3)


def test_named_colours_light_and_borders(make_videos: ModuleType, tmp_path: Path) -> None:
    boxed = make_videos.flat((0, 0, 0))
    boxed[11:97, 38:] = make_videos.RED
    signals = scan(make_videos.plain(tmp_path / "boxed.mp4", 10, make=lambda _: boxed))
    assert signals.border[5] == pytest.approx([10, 10, 20, 0], abs=1)
    share = 86 * 154 / (108 * 192) * 255
    assert dict(zip(COLOURS, signals.colours[5].tolist(), strict=True))["red"] == pytest.approx(share, abs=6)
    flats = {"green": (30, 180, 40), "blue": (40, 50, 210), "white": (250, 250, 250), "black": (5, 5, 5)}
    for name, colour in flats.items():
        flat = scan(make_videos.plain(tmp_path / f"{name}.mp4", 5, make=lambda _, c=colour: make_videos.flat(c)))
        assert flat.colours[2, COLOURS.index(name)] >= 250, name
        assert flat.border[2].tolist() == [0, 0, 0, 0]
        assert flat.mean[2] == pytest.approx(np.mean(colour), abs=3)
        assert flat.contrast[2] < 1.5


def test_blur_lowers_sharpness(make_videos: ModuleType, clips: Path, tmp_path: Path) -> None:
    import av
    import cv2

    with av.open(str(clips / "bigbuckbunny.mp4")) as container:
        pictures: list[Any] = [frame.to_ndarray(format="rgb24") for frame in islice(container.decode(video=0), 6)]
    soft = [cv2.GaussianBlur(picture, (0, 0), 3) for picture in pictures]
    sharp, blurred = (
        scan(make_videos.plain(tmp_path / f"{n}.mp4", 6, make=shown.__getitem__))
        for n, shown in enumerate((pictures, soft))
    )
    assert blurred.sharpness.max() < sharp.sharpness.min() / 3
    with av.open(str(tmp_path / "0.mp4")) as container:
        first = next(container.decode(video=0)).to_ndarray(format="gray")
    assert sharp.sharpness[0] == pytest.approx(cv2.Laplacian(first, cv2.CV_64F).var(), rel=0.7)


@pytest.mark.parametrize("loop_filter", [True, False])
def test_the_columns_are_those_of_pyscenedetect(clips: Path, loop_filter: bool) -> None:
    """bikes.mp4 has five cuts: content, histogram, hash and the mean follow the detectors' own on their pictures."""
    import av
    import cv2
    from scenedetect.detectors import HashDetector, HistogramDetector

    theirs: dict[str, list[float]] = {"content": [0], "histogram": [1], "hash": [0], "mean": []}
    before: Any = None
    with av.open(str(clips / "bikes.mp4")) as container:
        for frame in container.decode(video=0):
            picture = cv2.resize(frame.to_ndarray(format="bgr24"), (256, 109))
            hsv = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV).astype(int)
            now = hsv, HistogramDetector.calculate_histogram(picture, bins=128), HashDetector.hash_frame(picture, 8, 2)
            theirs["mean"].append(picture.mean())
            if before:
                theirs["content"].append(np.abs(hsv - before[0]).mean())
                theirs["histogram"].append(cv2.compareHist(before[1], now[1], cv2.HISTCMP_CORREL))
                theirs["hash"].append(np.count_nonzero(before[2] != now[2]) / 64)
            before = now
    ours = scan(clips / "bikes.mp4", loop_filter=loop_filter)
    content = (ours.hue + ours.saturation + ours.luma_change) / 3
    pairs: dict[str, Any] = {
        "content": content,
        "histogram": ours.histogram,
        "hash": ours.hash_distance,
        "mean": ours.mean,
    }
    for name, values in pairs.items():
        assert np.corrcoef(values, theirs[name])[0, 1] > 0.95, name
    cuts = [30, 76, 137, 187, 242]
    assert np.flatnonzero(content > 27).tolist() == np.flatnonzero(np.array(theirs["content"]) > 27).tolist() == cuts
    koala = 4.6148 * ours.koala_histogram + 3.7521 * ours.koala_ssim - 5.4860
    assert np.flatnonzero(koala < 0).tolist() == cuts


@pytest.mark.parametrize(
    "codec", ["libx264", "libx265", "mpeg4", "mjpeg", "libvpx", "libvpx-vp9", "libsvtav1", "ffv1", "prores_ks", "gif"]
)
def test_codecs(make_videos: ModuleType, tmp_path: Path, codec: str, capfd: pytest.CaptureFixture[str]) -> None:
    import av

    if codec not in av.codecs_available:
        pytest.skip(f"this build of libav has no {codec}")
    suffix, pixels = make_videos.ENCODERS[codec]
    signals = scan(make_videos.plain(tmp_path / f"clip.{suffix}", codec=codec, pixels=pixels))
    capfd.readouterr()  # encoders talk
    assert len(signals) == 50
    assert signals.time == pytest.approx(np.arange(50) / 25, abs=2e-3)
    assert signals.luma.mean() == pytest.approx(86, abs=3)
    assert np.median(signals.dx) == pytest.approx(-1 / 192, abs=5e-4)


@pytest.mark.parametrize("pixels", ["yuv420p10le", "yuv422p", "yuv444p", "yuvj420p", "gray"])
@pytest.mark.parametrize("size", [(192, 108), (193, 109), (64, 200), (34, 20)])
def test_pixel_formats_and_odd_sizes(
    make_videos: ModuleType, tmp_path: Path, pixels: str, size: tuple[int, int]
) -> None:
    codec = "ffv1" if pixels != "yuvj420p" else "mjpeg"
    path = tmp_path / "clip.mkv"
    make_videos.plain(path, 5, make=lambda n: make_videos.scene(n, *size), codec=codec, pixels=pixels)
    signals = scan(path)
    expected = np.mean([make_videos.scene(2, *size) @ [0.299, 0.587, 0.114]])
    assert len(signals) == 5
    assert signals.luma[2] == pytest.approx(expected, abs=4)


def test_a_file_cut_at_61_places_never_breaks_its_neighbours(make_videos: ModuleType, tmp_path: Path) -> None:
    whole = make_videos.plain(tmp_path / "whole.mp4", 50, sound=True, options={"g": "10"})
    size = whole.stat().st_size
    seen = set()
    for n in range(61):
        end = outcome(make_videos.truncated(tmp_path / f"cut{n}.mp4", whole, size * n // 61))
        assert end in REASONS, n
        seen.add(end)
        if n % 20 == 0:
            assert not isinstance(outcome(whole), str)
    assert seen == {"empty_file", "truncated"}


def test_a_fast_start_file_cut_at_61_places(make_videos: ModuleType, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    make_videos.plain(whole, 50, options={"g": "10"}, container={"movflags": "faststart"})
    size = whole.stat().st_size
    ends = [outcome(make_videos.truncated(tmp_path / f"cut{n}.mp4", whole, size * n // 61)) for n in range(61)]
    assert {end for end in ends if isinstance(end, str)} == {"empty_file", "truncated", "no_frames"}
    assert all(end.end >= 0.95 * 2.0 - 0.041 for end in ends if not isinstance(end, str))
    assert isinstance(ends[50], str)


@pytest.mark.parametrize(("suffix", "share"), [("mkv", 0.5), ("ts", 0.5), ("avi", 0.7)])
def test_a_stream_that_ends_early_is_truncated(
    make_videos: ModuleType, tmp_path: Path, suffix: str, share: float
) -> None:
    codec = "mpeg4" if suffix == "avi" else "libx264"
    whole = make_videos.plain(tmp_path / f"whole.{suffix}", 50, codec=codec, options={"g": "10"})
    cut = make_videos.truncated(tmp_path / f"cut.{suffix}", whole, int(whole.stat().st_size * share))
    end = outcome(cut)
    if suffix == "ts":  # it does not say how long it is
        assert not isinstance(end, str)
        assert 0.5 < end.end < 1.7
        return
    assert end == "truncated"
    kept = scan(cut, min_decoded=0.2, max_corrupt=0.2)
    assert 0.1 < kept.end < 1.7


def test_a_fast_start_file_that_ends_early_says_how_much_there_was(make_videos: ModuleType, tmp_path: Path) -> None:
    """Its index is whole, so that probe sees nothing amiss."""
    whole = tmp_path / "whole.mp4"
    make_videos.plain(whole, 50, options={"g": "10"}, container={"movflags": "faststart"})
    cut = make_videos.truncated(tmp_path / "cut.mp4", whole, int(whole.stat().st_size * 0.6))
    video = Probe().run(Timeline(str(cut)))
    assert video.duration == pytest.approx(2.0)
    with pytest.raises(Failed, match=r"of 2\.00 seconds could be decoded") as caught:
        Scan().run(video)
    assert caught.value.reason == "truncated"
    assert caught.value.value is not None
    assert 0.2 < caught.value.value < 0.9
    kept = scan(cut, min_decoded=0.2, max_corrupt=1)
    assert kept.end == pytest.approx(2.0 * caught.value.value, abs=0.05)


def test_what_is_wrong_stands_in_the_rejects_also_from_the_cache(make_videos: ModuleType, tmp_path: Path) -> None:
    """A picture of a motion JPEG is spoiled: 1 of 50, under max_corrupt; with a lower one the video fails."""
    whole = make_videos.plain(tmp_path / "whole.avi", 50, codec="mjpeg", pixels="yuvj420p")
    data = bytearray(whole.read_bytes())
    at = data.index(b"00dc", len(data) // 2) + 1200
    data[at : at + 400] = bytes(400)
    (broken := tmp_path / "broken.avi").write_bytes(data)
    stage, video = Scan(), Probe().run(Timeline(str(broken)))
    stage.run(video)
    (fault,) = video.rejects
    assert (fault.stage, fault.kind, fault.reason, fault.lane) == ("scan", "dropped", "damaged_pictures", "signals")
    assert fault.value == 1
    assert fault.start is not None
    assert fault.end == pytest.approx(fault.start + 0.04)
    assert video.report == {"faulty_videos": 1, "gaps": 0, "damaged": 1}
    assert stage.summary(video.report) == "scan: faults in 1 video: damaged pictures 1 (see the rejects)"
    assert stage.summary({}) is None
    other = Timeline("other")
    stage.thaw(other, stage.freeze(video))
    assert other.rejects == [fault]
    assert other.report == video.report
    with pytest.raises(Failed, match="of 50 pictures 1 are damaged and 0 missing") as caught:
        scan(broken, max_corrupt=0.01)
    assert (caught.value.reason, caught.value.value) == ("corrupt", 0.02)


@pytest.mark.parametrize("seed", range(12))
def test_flipped_bytes(make_videos: ModuleType, tmp_path: Path, seed: int) -> None:
    whole = make_videos.plain(tmp_path / "whole.mp4", 50, options={"g": "10"})
    broken = make_videos.flipped(tmp_path / "broken.mp4", whole, flips=3 * 4 ** (seed % 4), seed=seed, first=64)
    end = outcome(broken)
    assert not isinstance(end, str) or end in REASONS | {"too_long", "too_many_pixels", "decoder_crashed"}
    assert not isinstance(outcome(whole), str)


def test_a_bomb_is_refused_by_the_decoder_itself(make_videos: ModuleType, tmp_path: Path) -> None:
    """Past a probe with other limits: the memory is never asked for."""
    bomb = make_videos.bomb(tmp_path / "bomb.mp4")
    video = Probe().run(Timeline(str(make_videos.plain(tmp_path / "plain.mp4"))))
    video.uri = str(bomb)
    with pytest.raises(Failed) as caught:
        Scan(max_memory=512).run(video)
    assert caught.value.reason == "no_frames"


def test_too_little_memory_is_said(clips: Path) -> None:
    video = Probe().run(Timeline(str(clips / "bigbuckbunny.mp4")))
    sandbox.close()  # a child that has the memory already need not ask for it
    for mib in (40, 100):
        with pytest.raises(Failed) as caught:
            Scan.model_construct(**{**Scan().model_dump(), "max_memory": mib}).run(video)
        assert caught.value.reason == "decoder_out_of_memory"
    assert not isinstance(outcome(clips / "carphone_distorted.mp4"), str)


def test_too_little_time_is_said(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vdata.stages.media.scan.SPARE", 0.0)
    video = Probe().run(Timeline(str(clips / "bigbuckbunny.mp4")))
    with pytest.raises(Failed) as caught:
        Scan(slowest=0.01).run(video)
    assert caught.value.reason == "decoder_timeout"


def test_chroma_is_the_mean_colour(make_videos: ModuleType, tmp_path: Path) -> None:
    red, blue = make_videos.RED, make_videos.BLUE
    pictures = ((Fraction(n, 25), make_videos.flat(red if n < 20 else blue)) for n in range(40))
    signals = scan(make_videos.encode(tmp_path / "two.mp4", pictures))
    for frame, (r, g, b) in ((5, red), (35, blue)):
        luma = 0.299 * r + 0.587 * g + 0.114 * b
        wanted = [128 + 0.564 * (b - luma) * 224 / 255, 128 + 0.713 * (r - luma) * 224 / 255]
        assert signals.chroma[frame] == pytest.approx(wanted, abs=3)
        assert signals.luma[frame] == pytest.approx(luma, abs=3)


def test_texture_is_what_is_seen_within_each_area(make_videos: ModuleType, tmp_path: Path) -> None:
    """Lines of the same mean light on the left half: their grid hardly tells them from grey, their texture does."""
    striped = make_videos.flat((128, 128, 128))
    middle = striped.shape[1] // 2
    striped[::16, :middle] = striped[1::16, :middle] = striped[2::16, :middle] = striped[3::16, :middle] = 40
    pictures = ((Fraction(n, 25), striped if n >= 10 else make_videos.flat((128, 128, 128))) for n in range(20))
    signals = scan(make_videos.encode(tmp_path / "lines.mp4", pictures))
    before, after = (signals.texture[n].reshape(8, 9) ** 2.0 / 255 for n in (5, 15))  # levels of luma
    assert before.max() < 2
    assert after[:, :4].min() > 5
    assert after[:, 5:].max() < 3
