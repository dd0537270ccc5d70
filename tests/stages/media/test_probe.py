"""What probe says of files whose facts are known, and why it refuses the others."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vdata.schemas import Dropped, Failed, Media, Timeline, make_id
from vdata.stages.media.probe import Probe
from vdata.video.decode import sandbox, source


def facts(path: Path | str, **settings: Any) -> Media:
    media = Probe(**settings).run(Timeline(str(path))).media
    assert media is not None
    return media


def reason(path: Path | str, **settings: Any) -> str:
    with pytest.raises((Failed, Dropped)) as caught:
        Probe(**settings).run(Timeline(str(path)))
    assert isinstance(caught.value, Failed | Dropped)
    return caught.value.reason


def test_a_plain_clip_with_sound(make_videos: ModuleType, tmp_path: Path) -> None:
    path = make_videos.plain(tmp_path / "plain.mp4", sound=True)
    content = path.read_bytes()
    video = Probe().run(Timeline(str(path)))
    assert video.media is not None
    assert video.media.duration == pytest.approx(2.0, abs=0.03)
    assert video.media == Media(
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        container="mov",
        duration=video.media.duration,
        frames=50,
        fps=25.0,
        width=192,
        height=108,
        codec="h264",
        pixel_format="yuv420p",
        has_audio=True,
        audio_codec="aac",
        audio_rate=48000,
        audio_channels=1,
    )
    assert video.duration == video.media.duration
    assert video.id == make_id(video.media.sha256)


def test_real_clips(clips: Path) -> None:
    media = facts(clips / "bigbuckbunny.mp4")
    assert (media.width, media.height, media.frames, media.fps) == (1280, 720, 132, 25.0)
    assert (media.has_audio, media.audio_codec, media.audio_channels) == (True, "aac", 6)
    assert facts(clips / "carphone_pristine.mp4").fps == pytest.approx(30000 / 1001)


def test_without_sound_the_row_is_kept(make_videos: ModuleType, tmp_path: Path) -> None:
    media = facts(make_videos.plain(tmp_path / "silent.mp4"))
    assert (media.has_audio, media.audio_codec, media.audio_rate, media.audio_channels) == (False, "", 0, 0)


@pytest.mark.parametrize(("turn", "size"), [(0, (192, 108)), (90, (108, 192)), (180, (192, 108)), (270, (108, 192))])
def test_rotation_by_a_display_matrix(
    make_videos: ModuleType, tmp_path: Path, turn: int, size: tuple[int, int]
) -> None:
    media = facts(make_videos.plain(tmp_path / "turned.mp4", rotation=turn))
    assert (media.rotation, (media.width, media.height)) == (turn, size)


def test_variable_frame_rate(make_videos: ModuleType, tmp_path: Path) -> None:
    assert facts(make_videos.variable(tmp_path / "variable.mp4")).variable_fps
    assert not facts(make_videos.plain(tmp_path / "plain.mp4")).variable_fps


def test_interlaced_deep_and_odd(make_videos: ModuleType, tmp_path: Path) -> None:
    assert facts(make_videos.plain(tmp_path / "woven.mp4", interlaced=True)).interlaced
    deep = facts(make_videos.plain(tmp_path / "deep.mkv", pixels="yuv420p10le"))
    assert (deep.bit_depth, deep.pixel_format, deep.interlaced) == (10, "yuv420p10le", False)
    odd = make_videos.plain(tmp_path / "odd.mp4", make=lambda n: make_videos.scene(n, 191, 107), pixels="yuv444p")
    assert (facts(odd).width, facts(odd).height) == (191, 107)


def test_files_that_are_no_video(make_videos: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("This is not a video.\n" * 100)
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 400)
    (tmp_path / "list.mp4").write_text("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")
    (tmp_path / "loop.mp4").symlink_to(tmp_path / "loop.mp4")
    make_videos.sound_only(tmp_path / "sound.m4a")
    make_videos.fifo(tmp_path / "pipe.mp4")
    assert reason(tmp_path / "empty.mp4") == "empty_file"
    assert reason(tmp_path / "text.mp4") == "not_a_video"
    assert reason(tmp_path / "noise.mp4") == "not_a_video"
    assert reason(tmp_path / "list.mp4") == "not_a_video"
    assert reason(tmp_path / "sound.m4a") == "no_video_stream"
    assert reason(tmp_path / "missing.mp4") == "not_found"
    assert reason(tmp_path) == "not_a_regular_file"
    assert reason(tmp_path / "pipe.mp4") == "not_a_regular_file"
    assert reason("/dev/zero") == "not_a_regular_file"
    assert reason(tmp_path / "loop.mp4") == "unreadable"


def test_a_fifo_is_not_waited_for(make_videos: ModuleType, tmp_path: Path) -> None:
    started = time.monotonic()
    assert reason(make_videos.fifo(tmp_path / "pipe")) == "not_a_regular_file"
    assert time.monotonic() - started < 30


def test_limits_are_rules_with_what_was_measured(make_videos: ModuleType, tmp_path: Path) -> None:
    path = make_videos.plain(tmp_path / "plain.mp4")
    size = path.stat().st_size
    for name, value, settings in [
        ("too_large", size, {"max_bytes": size - 1}),
        ("too_long", 2.0, {"max_seconds": 1.9}),
        ("too_many_pixels", 192 * 108, {"max_pixels": 192 * 108 - 1}),
    ]:
        with pytest.raises(Dropped) as caught:
            Probe(**settings).run(Timeline(str(path)))
        assert caught.value.reason == name
        assert caught.value.value == pytest.approx(value)
        assert caught.value.threshold == next(iter(settings.values()))


def test_a_header_that_claims_60000_pixels_is_never_decoded(make_videos: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(Dropped) as caught:
        Probe(max_memory=512).run(Timeline(str(make_videos.huge(tmp_path / "huge.mp4"))))
    assert (caught.value.reason, caught.value.value) == ("too_many_pixels", 60000 * 60000)


def test_pictures_larger_than_the_header_says_are_not_allocated(make_videos: ModuleType, tmp_path: Path) -> None:
    assert reason(make_videos.bomb(tmp_path / "bomb.mp4"), max_memory=512) == "no_frames"


def test_names_of_any_bytes(make_videos: ModuleType, tmp_path: Path) -> None:
    plain = make_videos.plain(tmp_path / "plain.mp4")
    for name in (b"caf\xe9.mp4", "日本 語.mp4".encode(), b"a:b.mp4", b"%41.mp4", b"x" * 240 + b".mp4"):
        path = os.path.join(os.fsencode(tmp_path), name)
        os.link(plain, path)
        assert facts(os.fsdecode(path)).frames == 50


def test_addresses(make_videos: ModuleType, tmp_path: Path) -> None:
    import fsspec

    path = make_videos.plain(tmp_path / "pl ain.mp4")
    local = facts(path)
    assert facts(f"file://{str(path).replace(' ', '%20')}") == local
    with fsspec.open("memory://videos/plain.mp4", "wb") as file:
        file.write(path.read_bytes())
    assert facts("memory://videos/plain.mp4") == local
    assert facts(f"local://{path}") == local
    assert reason("memory://videos/absent.mp4") == "not_found"
    assert reason("nonsense://x.mp4") == "unreadable"


def test_an_unchanged_file_is_not_opened_again(
    make_videos: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_videos.plain(tmp_path / "plain.mp4")
    stage, video, again = Probe(), Timeline(str(path)), Timeline(str(path))
    key = stage.cache_key(video)
    kept = stage.freeze(stage.run(video))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the file was opened")

    monkeypatch.setattr(sandbox, "call", never)
    monkeypatch.setattr(source, "open_bytes", never)
    assert stage.cache_key(again) == key
    stage.thaw(again, kept)
    assert (again.media, again.id, again.duration) == (video.media, video.id, video.duration)
    os.utime(path, ns=(1, 1))
    assert stage.cache_key(again) != key
    assert stage.cache_key(Timeline(str(tmp_path / "absent.mp4"))) is None
