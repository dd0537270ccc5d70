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
from vdata.video.decode.sound import read_sound

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
