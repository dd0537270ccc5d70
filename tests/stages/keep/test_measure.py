"""What each measure reads of a video or a span, which lanes it needs, and which names there are not."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vdata.schemas import Media, Span, Timeline
from vdata.stages.keep.measure import FACTS, UnknownMeasure, measure, whole
from vdata.stages.media.probe import Probe

MEDIA = Media(
    bytes=1_000_000, container="mp4", duration=8.0, frames=200, fps=25.0, width=640, height=360, codec="h264",
    pixel_format="yuv420p", has_audio=True, audio_codec="aac", audio_rate=48000, audio_channels=2,
)  # fmt: skip


@pytest.fixture
def video() -> Timeline:
    made = Timeline("a.mp4", "a", media=MEDIA, duration=8.0, attrs={"topic": "cooking", "views": "120", "empty": ""})
    made.put("clips", [Span(0, 4, "a man cooks", "cook", 0.5, "measured", {"motion": 0.2}, {"camera": "pan_left"})])
    made.put("speech", [Span(1, 2, "hello"), Span(5, 6, "bye")])
    made.put("camera", [Span(0, 1, label="pan_left"), Span(1, 4, label="static"), Span(4, 8, label="shake")])
    made.put("texts", [Span(0, 2, "EXIT", values={"x0": 0.0, "y0": 0.0, "x1": 0.5, "y1": 0.4})])
    return made


FACT_VALUES: dict[str, Any] = {
    "width": 640, "height": 360, "short_side": 360, "long_side": 640, "pixels": 230400, "aspect": 640 / 360,
    "fps": 25, "frames": 200, "seconds": 8, "bytes": 1_000_000, "bitrate": 1_000_000, "bit_depth": 8,
    "rotation": "0", "container": "mp4", "codec": "h264", "pixel_format": "yuv420p", "has_audio": "yes",
    "audio_codec": "aac", "audio_rate": 48000, "audio_channels": 2, "interlaced": "no", "variable_fps": "no",
}  # fmt: skip


def test_every_fact_of_a_file(video: Timeline) -> None:
    assert {name: measure(name, None).read(video, whole(video)) for name in FACTS} == pytest.approx(FACT_VALUES)
    assert all(measure(name, None).lanes == {"media"} for name in FACTS if name != "seconds")
    assert not measure("seconds", None).lanes, "labels may say it, without a file"
    assert [name for name in FACTS if measure(name, None).by_length] == ["seconds"]
    assert measure("fps", None).read(Timeline("b", "b"), Span(0, 0)) is None
    assert measure("audio_rate", None).read(Timeline("b", "b", media=Media()), Span(0, 0)) is None


@pytest.mark.parametrize(
    ("encoder", "name", "suffix"), [("libsvtav1", "av1", "mkv"), ("libx265", "hevc", "mkv"), ("libx264", "h264", "mp4")]
)
def test_codecs_go_by_the_names_that_people_use(
    make_videos: ModuleType, tmp_path: Path, encoder: str, name: str, suffix: str
) -> None:
    path = make_videos.plain(tmp_path / f"a.{suffix}", 4, codec=encoder)
    video = Probe().run(Timeline(str(path)))
    assert measure("codec", None).read(video, whole(video)) == name
    video.media = Media(audio_codec="mp3float")
    assert measure("audio_codec", None).read(video, whole(video)) == "mp3"


@pytest.mark.parametrize(
    ("name", "value", "lanes"),
    [
        ("seconds", 4.0, set()),
        ("start", 0.0, set()),
        ("end", 4.0, set()),
        ("score", 0.5, set()),
        ("words", 3.0, set()),
        ("text", "a man cooks", set()),
        ("label", "cook", set()),
        ("source", "measured", set()),
        ("motion", 0.2, set()),
        ("value.motion", 0.2, set()),
        ("camera", "pan_left", set()),
        ("attr.camera", "pan_left", set()),
        ("attr.motion", None, set()),
        ("nothing", None, set()),
        ("video.fps", 25.0, {"media"}),
        ("video.attr.topic", "cooking", set()),
        ("video.overlap.speech", 0.25, {"speech"}),
        ("overlap.speech", 0.25, {"speech"}),
        ("overlap.nobody", 0.0, {"nobody"}),
        ("overlap.camera.static", 0.75, {"camera"}),
        ("count.speech", 1.0, {"speech"}),
        ("count.camera", 2.0, {"camera"}),
        ("count.camera.pan_left", 1.0, {"camera"}),
        ("label.camera", "static", {"camera"}),
        ("label.nobody", None, {"nobody"}),
        ("area.texts", 0.1, {"texts"}),
    ],
)
def test_measures_of_a_span(video: Timeline, name: str, value: Any, lanes: set[str]) -> None:
    found = measure(name, "clips")
    assert found.read(video, video.lane("clips")[0]) == (pytest.approx(value) if isinstance(value, float) else value)
    assert found.lanes == lanes


@pytest.mark.parametrize(
    ("name", "value"),
    [("attr.topic", "cooking"), ("attr.none", None), ("overlap.speech", 0.25), ("count.speech", 2.0),
     ("label.camera", "shake"), ("area.texts", 0.05)],
)  # fmt: skip
def test_measures_of_a_video(video: Timeline, name: str, value: Any) -> None:
    assert measure(name, None).read(video, whole(video)) == pytest.approx(value)


def test_shares_of_a_whole_video_go_by_its_length() -> None:
    assert measure("overlap.speech", None).by_length
    assert measure("video.overlap.speech", "clips").by_length
    assert measure("video.seconds", "clips").by_length
    assert not measure("overlap.speech", "clips").by_length
    assert measure("seconds", None).read(Timeline("a", "a", duration=3.0), Span(0, 3)) == 3.0
    assert measure("seconds", None).read(Timeline("a", "a"), Span(0, 0)) is None


def test_numbers_and_texts(video: Timeline) -> None:
    span = whole(video)
    assert measure("attr.views", None).number(video, span) == 120.0
    assert measure("attr.topic", None).number(video, span) is None
    assert measure("attr.empty", None).text(video, span) is None
    assert measure("fps", None).text(video, span) == "25"
    video.attrs["views"] = "nan"
    assert measure("attr.views", None).number(video, span) is None


@pytest.mark.parametrize(
    ("name", "of", "said"),
    [
        ("widht", None, "widht is no fact of a video file"),
        ("motion", None, "what the manifest says is attr.motion"),
        ("overlap.", "clips", "nothing stands behind the dot"),
        ("label.camera.static", "clips", "write label.camera, and static among what is wanted"),
        ("video.motion", "clips", "motion is no fact"),
    ],
)
def test_names_that_there_are_not(name: str, of: str | None, said: str) -> None:
    with pytest.raises(UnknownMeasure, match=said):
        measure(name, of)
