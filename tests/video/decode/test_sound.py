"""Sound is decoded with the times that it has in the video."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from sound_films import beeps

from vdata.schemas import Failed
from vdata.video.decode import sound_decoder as _sound
from vdata.video.decode.sound import read_sound, read_stretch

SoundFilm = Callable[..., Path]


def heard_at(sound: Any) -> list[float]:
    """When each tone begins, seconds."""
    loud = np.flatnonzero(np.abs(sound.astype(float)) > 3000) / 16000
    return [float(time) for n, time in enumerate(loud) if n == 0 or time - loud[n - 1] > 0.1]


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "flac"), ("a.mp4", "aac"), ("a.mkv", "aac")])
def test_tones_are_heard_when_they_sound(sound_film: SoundFilm, name: str, codec: str) -> None:
    sound = read_sound(str(sound_film(name, beeps(5, [1.0, 3.5]), codec=codec)), 16000, 6)
    assert sound.dtype == np.int16
    assert heard_at(sound) == pytest.approx([1.0, 3.5], abs=0.03)
    assert 4.8 < len(sound) / 16000 < 5.1


def test_a_stream_that_begins_late_starts_with_silence(sound_film: SoundFilm) -> None:
    sound = read_sound(str(sound_film("a.mkv", beeps(4, [1.0]), begins=1.5)), 16000, 6)
    assert heard_at(sound) == pytest.approx([2.5], abs=0.01)


def test_the_start_is_that_of_the_container(sound_film: SoundFilm) -> None:
    sound = read_sound(str(sound_film("a.mkv", beeps(4, [1.0]), begins=2.0, pictures_begin=3.0)), 16000, 6)
    assert heard_at(sound) == pytest.approx([1.0], abs=0.01)


def test_gaps_are_silence(sound_film: SoundFilm) -> None:
    sound = read_sound(str(sound_film("a.mkv", beeps(4, [0.5, 3.0]), gap=(2.0, 1.25))), 16000, 6)
    assert heard_at(sound) == pytest.approx([0.5, 4.25], abs=0.01)


def test_sound_before_the_start_or_before_the_last_is_left_out(
    sound_film: SoundFilm, monkeypatch: pytest.MonkeyPatch
) -> None:
    ones = np.ones(16000, np.int16)
    stretches = [(-0.5, ones), (None, 2 * ones), (1.25, 3 * ones), (1.3, np.zeros(0, np.int16))]
    monkeypatch.setattr(_sound, "resampled", lambda *_: ((time, run[None]) for time, run in stretches))
    sound = _sound.read(str(sound_film("a.mkv", beeps(2, [1.0]), seconds=2)), 16000)
    assert [int((sound == n).sum()) for n in (1, 2, 3)] == [8000, 16000, 12000]
    assert len(sound) == 36000


def test_times_of_a_new_clock_are_not_waited_for(sound_film: SoundFilm, monkeypatch: pytest.MonkeyPatch) -> None:
    ones = np.ones(16000, np.int16)
    stretches = [(0.0, ones), (95443.7, 2 * ones), (0.0, 3 * ones)]
    monkeypatch.setattr(_sound, "resampled", lambda *_: ((time, run[None]) for time, run in stretches))
    sound = _sound.read(str(sound_film("a.mkv", beeps(2, [1.0]), seconds=2)), 16000)
    assert sound.tolist() == [1] * 16000 + [2] * 16000 + [3] * 16000


def test_a_video_without_sound(sound_film: SoundFilm) -> None:
    with pytest.raises(Failed, match=r"no_sound: .* no sound stream"):
        read_sound(str(sound_film("a.mkv")), 16000, 6)


def test_a_file_that_is_cut_off_is_heard_up_to_there(sound_film: SoundFilm, make_videos: ModuleType) -> None:
    whole = sound_film("a.mkv", beeps(5, [1.0, 3.5]))
    data = whole.read_bytes()
    cut = make_videos.truncated(whole.with_name("cut.mkv"), whole, len(data) * 3 // 4)
    assert heard_at(read_sound(str(cut), 16000, 6))[0] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    ("name", "codec", "more"),
    [
        ("a.mkv", "flac", {}),
        ("a.mp4", "aac", {}),
        ("a.mkv", "aac", {}),
        ("a.ts", "aac", {}),
        ("a.mkv", "flac", {"begins": 1.5}),
        ("a.mkv", "flac", {"begins": 2.0, "pictures_begin": 3.0}),
        ("a.mkv", "flac", {"gap": (2.0, 1.25)}),
    ],
)
def test_a_stretch_is_that_of_the_whole_sound(
    sound_film: SoundFilm, name: str, codec: str, more: dict[str, Any]
) -> None:
    path = str(sound_film(name, beeps(5, [0.6, 1.7, 2.6, 3.4, 4.3]), codec=codec, **more))
    whole = read_sound(path, 16000, 6)
    for start, end in ((0.0, 1.0), (0.7, 2.9), (2.5, 4.5), (3.3, 3.9)):
        heard = read_stretch(path, start, end)
        assert heard.dtype == np.int16
        assert len(heard) == round((end - start) * 16000)
        wanted = heard_at(whole[round(start * 16000) : round(end * 16000)])
        assert heard_at(heard) == pytest.approx(wanted, abs=0.005), (start, end)


def test_a_stretch_ends_with_the_video_and_is_silent_where_nothing_sounds(sound_film: SoundFilm) -> None:
    path = str(sound_film("a.mkv", beeps(3, [1.0]), seconds=6))
    late = read_stretch(path, 2.0, 60.0)
    assert 3.8 < len(late) / 16000 < 4.1
    assert not late[16000:].any(), "the sound ends after 3 s, the video after 6 s"
    with pytest.raises(Failed, match=r"no_sound: .* there is no sound from 50 s on"):
        read_stretch(path, 50.0, 51.0)
    with pytest.raises(Failed, match=r"no_sound: .* no sound stream"):
        read_stretch(str(sound_film("b.mkv")), 0.0, 1.0)


def test_only_what_lies_near_the_stretch_is_decoded(sound_film: SoundFilm, monkeypatch: pytest.MonkeyPatch) -> None:
    path = sound_film("a.mkv", beeps(60, [1.0, 50.5]), seconds=60)
    decoded: list[float] = []

    def counted(container: Any, stream: Any) -> Any:
        for frame in frames(container, stream):
            decoded.append(frame.samples / frame.sample_rate)
            yield frame

    frames = _sound.decode_frames
    monkeypatch.setattr(_sound, "decode_frames", counted)
    heard = _sound.read_stretch(str(path), 16000, 50.0, 52.0)
    assert heard_at(heard) == pytest.approx([0.5], abs=0.03)
    assert sum(decoded) < 10
