"""speech with faster-whisper: the real library and a model that says the same whatever it hears, and voice activity."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rigged_whisper
from espeak import say
from pydantic import ValidationError

from vdata.pipelines.storage.cache import Cache, run_cached
from vdata.schemas import Failed, Media, MissingExtra, Span, Timeline
from vdata.stages.media.probe import Probe
from vdata.stages.speech import faster_recogniser
from vdata.stages.speech.sentences import Line, Word
from vdata.stages.speech.speech import Speech
from vdata.stages.speech.transcript import Transcript

SoundFilm = Callable[..., Path]
SAYS: list[str | float] = [0.0, " Um, hello there.", 2.0, 2.0, " This is a", 4.0, 4.0, " test. Bye.", 5.0]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    pytest.importorskip("faster_whisper", reason="pip install 'vdata-toolkit[faster-whisper]'")
    return str(rigged_whisper.make(tmp_path_factory.mktemp("models") / "rigged", SAYS))


def noise(seconds: float) -> Any:
    return np.random.default_rng(0).normal(0, 0.1, int(seconds * 48000)).astype(np.float32)


def faster(model: str, **settings: Any) -> Speech:
    return Speech.model_validate({"engine": "faster_whisper", "model": model, "device": "cpu", **settings})


# The settings


def test_keys_of_the_engine_count_with_it_only() -> None:
    with pytest.raises(ValidationError, match="batch has no effect without vad"):
        Speech(engine="faster_whisper", batch=8)
    with pytest.raises(ValidationError, match="compute has no effect with engine whisper"):
        Speech(compute="int8")
    assert Speech(engine="faster_whisper", vad="voice").lanes_read() == {"media", "voice"}
    assert (Speech(gpu=0.25).gpus(), Speech().gpus()) == (0.25, 0)


def test_what_is_missing_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda *_: None)
        with pytest.raises(
            MissingExtra, match=r"faster_whisper is not installed: pip install 'vdata-toolkit\[faster-wh"
        ):
            Speech(engine="faster_whisper").ready()
    pytest.importorskip("faster_whisper", reason="pip install 'vdata-toolkit[faster-whisper]'")
    with pytest.raises(
        MissingExtra, match=r"^speech: model: the folder '.*' has no model\.bin: it is no model of CTrans"
    ):
        faster(str(tmp_path)).ready()
    with pytest.raises(MissingExtra, match=r"model: 'smal' is no folder, and faster-whisper has only tiny\.en, tiny"):
        faster("smal").ready()
    with pytest.raises(MissingExtra, match="language: whisper does not know 'english'"):
        faster("small", language="english").ready()
    faster("Systran/faster-whisper-small").ready()
    (tmp_path / "model.bin").write_bytes(b"no model")
    faster(str(tmp_path)).ready()
    with pytest.raises(Failed, match=r"no_model: the model '.*' cannot be loaded"):
        faster_recogniser.load_faster(str(tmp_path), "cpu", "default")


def test_windows_end_at_joints_where_they_can() -> None:
    assert faster_recogniser.windows(20, [5, 20]) == [(0, 20)]
    assert faster_recogniser.windows(70, [12, 25, 58, 70]) == [(0, 25), (25, 55), (55, 70)]
    assert faster_recogniser.windows(61, []) == [(0, 30), (30, 60), (60, 61)]


# What is heard


@pytest.mark.parametrize("word_times", [True, False])
def test_what_the_model_says_becomes_sentences_and_words(
    model: str, sound_film: SoundFilm, tmp_path: Path, word_times: bool
) -> None:
    path, cache = sound_film("a.mkv", noise(6)), Cache(tmp_path / "cache")
    for cached in (False, True):
        video, stage = Probe().run(Timeline(str(path))), faster(model, word_times=word_times)
        stage.ready()
        assert run_cached(stage, video, cache)[1] is cached
        assert [one.text for one in video.lane("speech")] == ["Hello there.", "This is a test.", "Bye."]
        assert {one.source for one in video.lane("speech")} == {"whisper:rigged"}
        assert {one.attrs["language"] for one in video.lane("speech")} == {"en"}
        assert stage.summary(video.report) is None
        if word_times:
            assert [one.text for one in video.lane("words")] == ["Hello", "there.", "This", "is", "a", "test.", "Bye."]
            assert all(0 <= one.start <= one.end <= 6 and one.score is not None for one in video.lane("words"))
        else:
            last = video.lane("speech")[-1]
            assert (last.start, last.end) == pytest.approx((4.556, 5), abs=0.01)


def test_silence_is_not_transcribed_and_that_is_said(model: str, sound_film: SoundFilm) -> None:
    sound = np.zeros(20 * 48000, np.float32)
    spoken = say("The red boat is on the water near the small house.").sound
    for at in (3, 14):
        sound[at * 48000 :][: 3 * len(spoken)] = np.repeat(spoken, 3)
    video = Probe().run(Timeline(str(sound_film("a.mkv", sound, seconds=20))))
    stage = faster(model, vad=True, batch=2, word_times=False)
    stage.ready()
    stage.run(video)
    length = len(spoken) / 16000
    assert video.report["sound_seconds"] == pytest.approx(20, abs=0.1)
    assert video.report["skipped_seconds"] == pytest.approx(20 - 2 * (length + 0.8), abs=1)
    assert str(stage.summary(video.report)).endswith("were not transcribed, for vad found no speech there")
    pieces = ((2.2, 3.8 + length), (13.2, 14.8 + length))
    assert video.lane("speech")
    for one in video.lane("speech"):
        assert any(start <= one.start < one.end <= end for start, end in pieces), (one.start, one.end, one.text)


class Recogniser:
    """Takes the place of whisper: says one word a second of what it is given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        monkeypatch.setattr("vdata.stages.speech.recogniser.load", lambda *_: None)
        monkeypatch.setattr("vdata.stages.speech.recogniser.transcribe", self.transcribe)
        monkeypatch.setattr(Speech, "cache_settings", lambda _: "x")

    def transcribe(self, sound: Any, *_: Any) -> Transcript:
        self.seconds.append(len(sound) / 16000)
        words = [Word(f" w{n}.", n + 0.25, n + 0.75, 0.9) for n in range(int(len(sound) / 16000))]
        return Transcript([Line(words, {})], "en")


def film(*voices: tuple[float, float]) -> Timeline:
    video = Timeline("v.mp4", "v", 30.0, Media(sha256="5ha", duration=30.0, has_audio=True))
    video.put("voice", [Span(start, end, label="speech") for start, end in voices])
    return video


def test_a_lane_says_where_somebody_speaks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("vdata.video.decode.sound.read_sound", lambda *_: np.zeros(30 * 16000, np.int16))
    recogniser, cache = Recogniser(monkeypatch), Cache(tmp_path)
    stage = Speech(vad="voice")
    for cached in (False, True):
        video = film((4.4, 5.6), (20.4, 21.6))
        assert run_cached(stage, video, cache)[1] is cached
        assert [(one.text, one.start, one.end) for one in video.lane("speech")] == [
            ("w0. w1.", 4.25, 5.75),
            ("w2. w3.", 20.25, 21.75),
        ]
        assert stage.summary(video.report) == (
            "speech: 0.4 of 0.5 minutes of sound (87%) were not transcribed, for vad found no speech there"
        )
    run_cached(stage, film((4.4, 5.6)), cache)  # another lane is another sound
    assert recogniser.seconds == [4, 2]


def test_where_nobody_speaks_the_model_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vdata.video.decode.sound.read_sound", lambda *_: np.zeros(30 * 16000, np.int16))
    recogniser, video, stage = Recogniser(monkeypatch), film(), Speech(vad="voice")
    stage.run(video)
    assert (video.lane("speech"), video.lane("words"), recogniser.seconds) == ([], [], [])
    assert str(stage.summary(video.report)).endswith("; in 1 video nobody speaks at all")


def test_transcripts_of_older_versions_are_read() -> None:
    old = b'[[[[["a", 0, 1, 0.5]], {"x": 1}]], "en", true, null]'
    assert Transcript.from_bytes(old) == Transcript([Line([Word("a", 0, 1, 0.5)], {"x": 1})], "en")
    new = Transcript([], "en", True, ("no_sound", "why"), 30.0, 12.5)
    assert Transcript.from_bytes(new.to_bytes()) == new
