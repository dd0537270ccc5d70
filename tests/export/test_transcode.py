"""WebDataset shards of one kind: every video as MP4 with H.264 and AAC, its frames at their times."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import av
import pytest

from vdata.cli import run
from vdata.schemas import Message, Sample, Timeline

Store = Callable[[Path, Iterable[Timeline]], Path]
TICK = 1 / 90000
UNEVEN = [Fraction(n, 25) for n in (0, 1, 2, 5, 6, 20, 21, 40)]


def facts(film: Path | bytes) -> tuple[str, str, list[str], list[float]]:
    """Container, codec, codecs of sound, and the times of all frames from the start, in seconds."""
    container: Any
    with av.open(str(film) if isinstance(film, Path) else io.BytesIO(film)) as container:
        origin = (container.start_time or 0) / 1e6
        voices = [stream.codec_context.name for stream in container.streams.audio]
        codec, kind = container.streams.video[0].codec_context.name, container.format.name.split(",")[0]
        return kind, codec, voices, [float(frame.time) - origin for frame in container.decode(video=0)]


@pytest.fixture
def mixed(stored: Store, make_videos: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Videos of several kinds, with a sample each, as the data set ``set``."""
    monkeypatch.chdir(tmp_path)
    frames = [(time, make_videos.scene(n)) for n, time in enumerate(UNEVEN)]
    exact = {"x264-params": "force-cfr=0:bframes=0"}
    make_videos.encode(Path("plain.mp4"), frames, sound=True, options=exact)
    make_videos.encode(Path("packed.mkv"), frames, sound=True, options=exact)
    make_videos.encode(Path("old.mkv"), frames, codec="mpeg4", sound=True)
    make_videos.plain(Path("steady.avi"), 10, codec="mpeg4")
    odd = [(Fraction(n, 25), make_videos.scene(n, 75, 51)) for n in range(5)]
    make_videos.encode(Path("odd.mkv"), odd, codec="ffv1", pixels="yuv444p")
    Path("broken.mkv").write_bytes(b"no video" * 99)
    videos = []
    for n, name in enumerate(["plain.mp4", "packed.mkv", "old.mkv", "steady.avi", "odd.mkv", "broken.mkv"]):
        video = Timeline(name, f"{n}a" * 12, 1.0)
        turns = [Message("user", "What?"), Message("assistant", "That.")]
        video.samples = [Sample("what", "What?", "That.", 0.0, 1.0, messages=turns)]
        videos.append(video)
    return stored(Path("set"), videos)


def test_every_video_is_mp4_and_its_frames_keep_their_times(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "set", "--format", "webdataset", "--out", "shards", "--transcode", "mp4"]) == 0
    said = capsys.readouterr().out
    assert "1 of 6 samples left out: not_a_video 1." in said
    assert "As MP4 with H.264 and AAC: 1 copied into MP4, 3 encoded, 1 taken as they are." in said
    assert [path.name for path in Path("shards").iterdir()] == ["000000.tar"]
    with tarfile.open("shards/000000.tar") as tar:
        films = {member.name: tar.extractfile(member).read() for member in tar if member.name.endswith(".mp4")}  # type: ignore[union-attr]
    assert sorted(films) == [f"{f'{n}a' * 12}.mp4" for n in range(5)]
    assert films["0a" * 12 + ".mp4"] == Path("plain.mp4").read_bytes()
    voices = {"plain.mp4": ["aac"], "packed.mkv": ["aac"], "old.mkv": ["aac"], "steady.avi": [], "odd.mkv": []}
    for n, (name, sound) in enumerate(voices.items()):
        kind, codec, heard, times = facts(films[f"{n}a" * 12 + ".mp4"])
        assert (kind, codec, heard) == ("mov", "h264", sound), name
        before = facts(Path(name))[3]
        assert len(times) == len(before), name
        assert times == pytest.approx(before, abs=TICK), name


def test_only_what_holds_media_is_transcoded(mixed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["export", "set", "--out", "o", "--transcode", "mp4", "--format"]
    assert run([*asked, "llava"]) == 2
    assert "--transcode: is for lance and webdataset, with the video files." in capsys.readouterr().err
    assert run([*asked, "webdataset", "--no-media"]) == 2
    assert not Path("o").exists()
