"""A joined video that has no file: clips, pictures and sound of it are those of its parts, at the moved times."""

from __future__ import annotations

import base64
import io
import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from sound_films import SoundFilm

from vdata.pipelines.teachers.sound_encoder import RATE, encode
from vdata.schemas import Failed, Medium, Message, Sample, Span, Timeline
from vdata.stages.audio.heard import hear
from vdata.stages.haystack.join import Join
from vdata.stages.media.clips import Clips
from vdata.stages.media.probe import Probe
from vdata.stages.media.stills import Stills
from vdata.stages.prompting.hearing import Hearing
from vdata.video.decode.sound import read_sound, read_stretch
from vdata.video.edit.cutter import excerpt
from vdata.video.edit.edit_list import Edit, Overlay, Piece, edit_of
from vdata.video.edit.edit_reader import frames

NumberOf = Callable[..., tuple[int, int]]


def joined(folder: Path, out: Path, *names: str, stage: Join | None = None) -> Timeline:
    """The videos *names* of *folder* as one, by reference."""
    stage = stage or Join()
    rows = [Probe().run(Timeline(name, path=str(folder / name), base=str(folder))) for name in names]
    found = json.loads(json.dumps(stage.gather([(one.id, stage.digest(one)) for one in rows])))
    ((new, plan),) = [pair for plans in found.values() for pair in plans.items()]
    row = Timeline(f"haystack://{new}", new, base=str(folder), folder=str(out))
    return stage.compose(row, plan, {one.id: one for one in rows})


def shown(path: Path) -> list[tuple[float, Any]]:
    with av.open(str(path)) as file:
        return [(float(one.time or 0), one.to_ndarray(format="rgb24")) for one in file.decode(video=0)]


def told(start: float, end: float, *media: Medium) -> Sample:
    turns = [Message("user", "Who is it?"), Message("assistant", "Ann")]
    return Sample("what", "Who is it?", "Ann", start, end, messages=turns, media=list(media), id=f"{start}")


def test_clips_within_a_part_and_over_a_border(pool: Path, tmp_path: Path, number_of: NumberOf) -> None:
    video = joined(pool, tmp_path / "media", "a.mp4", "b.mp4", "a.mp4")
    video.samples = [told(5.0, 6.2), told(3.2, 4.4), told(7.0, 9.0)]
    video.samples[2].media = [Medium("clip", "", 7.0, 9.0)]
    video.samples[2].messages[0].content = "<video>Who is it?"
    whole = [(1, n) for n in range(100)] + [(2, n) for n in range(100)] + [(1, n) for n in range(100)]
    Clips().run(video)
    assert not video.rejects
    files = [video.samples[0].clip, video.samples[1].clip, video.samples[2].media[0].file]
    for (start, end), file in zip([(5.0, 6.2), (3.2, 4.4), (7.0, 9.0)], files, strict=True):
        found = shown(tmp_path / file)
        assert [number_of(one) for _, one in found] == whole[round(start * 25) : round(end * 25)]
        assert [time for time, _ in found] == pytest.approx([n / 25 for n in range(len(found))], abs=2e-3)
    assert {span.label for span in video.lane("clips")} <= {"smart", "full"}
    assert (video.samples[1].clip_start, video.samples[1].clip_end) == (3.2, 4.4)
    (all_of_it,) = [
        Clips(of=["parts"]).run(one).lane("clips") for one in [joined(pool, tmp_path / "media", "a.mp4", "b.mp4")]
    ]
    assert [(span.start, span.end) for span in all_of_it] == [(0, 4), (4, 8)]


def test_pictures_are_those_of_the_parts(pool: Path, tmp_path: Path, number_of: NumberOf) -> None:
    video = joined(pool, tmp_path / "media", "a.mp4", "b.mp4")
    video.samples = [told(3.0, 5.0)]
    Stills(number=4, size=320, quality=100).run(video)
    pictures = [cv2.imread(str(tmp_path / frame.file)) for frame in video.samples[0].frames]
    assert [frame.time for frame in video.samples[0].frames] == [3.25, 3.75, 4.25, 4.75]
    assert [number_of(one[..., ::-1]) for one in pictures if one is not None] == [(1, 81), (1, 93), (2, 6), (2, 18)]


def test_sound_is_that_of_the_parts_to_the_sample(sound_film: SoundFilm, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for name in ("one.mkv", "two.mkv"):
        noise = np.convolve(rng.normal(0, 0.1, 6 * 48000), np.ones(8) / 4, "same").astype(np.float32)
        sound_film(name, noise)
    sound_film("silent.mkv")
    video = joined(tmp_path, tmp_path / "media", "one.mkv", "silent.mkv", "two.mkv")
    assert video.media is not None
    assert video.media.has_audio
    begins = [round(span.start * RATE) for span in video.lane("parts")]
    heard = np.round(hear(video, RATE) * 32768).astype(np.int16)
    assert len(heard) == round(video.seconds * RATE)
    for name, begin in (("one.mkv", begins[0]), ("two.mkv", begins[2])):
        alone = read_sound(str(tmp_path / name), RATE)[: 5 * RATE]
        assert np.array_equal(heard[begin : begin + 5 * RATE], alone)
    assert not heard[begins[1] : begins[2]].any()

    class Listening(Hearing):
        pass

    (sound,) = Listening(sound=True).heard(video, 4.0, begins[2] / RATE + 1.5)
    (data,) = encode(sound)
    with wave.open(io.BytesIO(base64.b64decode(data))) as file:
        sent = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    assert len(sent) == round((sound.end - sound.start) * RATE)
    assert np.array_equal(sent[:RATE], read_stretch(str(tmp_path / "one.mkv"), 4.0, 5.0, RATE))
    assert np.array_equal(sent[-RATE:], read_stretch(str(tmp_path / "two.mkv"), 0.5, 1.5, RATE))
    silent = joined(tmp_path, tmp_path / "media", "one.mkv", "two.mkv", stage=Join(sound=False))
    with pytest.raises(Failed, match="no_sound"):
        encode(type(sound)("", "", 0.0, 1.0, edit_of(silent, silent.base)))


def test_an_excerpt_shows_what_the_plan_shows(pool: Path, number_of: NumberOf) -> None:
    """Pieces that are faster, backwards, still, and words over them, at the same times as in the whole."""
    a, b = str(pool / "a.mp4"), str(pool / "b.mp4")
    pieces = (
        Piece(0.0, 2.0, "a", a, begin=0.0, finish=4.0, speed=2.0),
        Piece(2.0, 3.0, picture="drawn:red_apple"),
        Piece(3.0, 5.0, "b", b, begin=1.0, finish=3.0, backwards=True),
    )
    edit = Edit(pieces, (Overlay(1.0, 4.0, "seen"),), 320, 180, 25.0)
    wanted = {round(time, 3): picture for time, picture in frames(edit)}
    part = excerpt(edit, 1.2, 4.2)
    assert part.duration == pytest.approx(3.0)
    found = {round(time + 1.2, 3): picture for time, picture in frames(part)}
    inside = [time for time in wanted if 1.2 <= time < 4.2 - 1e-6]
    assert sorted(found) == pytest.approx(inside, abs=1e-3)
    for one, two in zip(sorted(found), inside, strict=True):
        assert np.array_equal(found[one], wanted[two]), two
    with pytest.raises(Failed, match="no_frames: nothing is shown from 6 s"):
        excerpt(edit, 6.0, 7.0)


def test_a_clip_behind_the_end_is_a_reject(pool: Path, tmp_path: Path) -> None:
    video = joined(pool, tmp_path / "media", "a.mp4", "b.mp4")
    video.samples = [told(1.0, 2.0)]
    video.samples[0].media = [Medium("clip", "", 9.0, 11.0)]
    video.put("captions", [Span(1, 2, "x")])
    Clips().run(video)
    assert [(one.reason, one.lane) for one in video.rejects] == [("no_frames", "clips")]
    assert not video.samples
