"""The stage that lays what is heard, with a tagger of the tests, and Silero VAD where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from espeak import say
from laid import undeclared

from vdata.pipelines.storage.cache import Cache, run_cached
from vdata.schemas import Failed, Media, MissingExtra, NotReady, Timeline
from vdata.stages.audio.scored_sound import ScoredSound
from vdata.stages.audio.sounds import Sounds
from vdata.stages.audio.taggers import silero
from vdata.stages.audio.taggers.onnx import Onnx
from vdata.stages.audio.taggers.silero import Silero
from vdata.stages.media.probe import Probe

SoundFilm = Callable[..., Path]
LABELS = ["Speech", "Singing", "Music", "Musical instrument", "Dog"]


def sounds(**keys: Any) -> Sounds:
    """The stage with *keys*, those of its taggers among them."""
    return Sounds.model_validate(keys)


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A second each of speech, music, singing, and nothing, as the network of ``by: onnx`` would score them; the list
    has an entry for each time that it was asked."""
    asked: list[int] = []

    def made(_: Onnx, sound: Any, device: str) -> ScoredSound:
        asked.append(len(sound))
        rows = [[0.9, 0, 0, 0, 0], [0, 0, 0.6, 0.8, 0], [0, 0.7, 0.6, 0, 0], [0, 0, 0, 0, 0.3]]
        return ScoredSound(LABELS, np.array(rows, np.float32), 1.0, 1.0, 4.0)

    monkeypatch.setattr(Onnx, "scores", made)
    monkeypatch.setattr(Onnx, "labels", lambda _: LABELS)
    monkeypatch.setattr(Onnx, "identity", lambda _: "x")
    return asked


def heard(stage: Sounds, path: Path) -> list[tuple[float, float, str | None, float | None]]:
    video = stage.run(Probe().run(Timeline(str(path))))
    assert undeclared(video, [stage], {}) == {}
    return [(one.start, one.end, one.label, one.score) for one in video.lane(stage.into)]


def test_labels_are_laid_by_pattern_threshold_or_under_names_of_ones_own(
    sound_film: SoundFilm, scores: list[int]
) -> None:
    path = sound_film("a.mkv", np.zeros(4 * 48000, np.float32))
    assert heard(sounds(by="onnx", labels=["music*"]), path) == [
        (1, 2, "Musical instrument", 0.8),
        (1, 3, "Music", 0.6),
    ]
    own = {"voice": ["Speech", "Singing"], "music": ["Music*"]}
    assert heard(sounds(by="onnx", labels=own, into="parts", min_seconds=0), path) == [
        (0, 1, "voice", 0.9),
        (1, 3, "music", 0.7),
        (2, 3, "voice", 0.7),
    ]
    assert heard(sounds(by="onnx", threshold=0.25, labels=["dog"]), path) == [(3, 4, "Dog", 0.3)]


def test_a_label_that_the_tagger_does_not_know_is_said(scores: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Onnx, "ready", lambda _: None)
    sounds(by="onnx", labels=["spee*"]).ready()
    with pytest.raises(NotReady, match="labels: Cat is none of the 5 labels of onnx: Speech, Singing"):
        sounds(by="onnx", labels=["Cat"]).ready()
    with pytest.raises(NotReady, match="labels: pets is none of"):
        sounds(by="onnx", labels={"pets": ["Cat", "Hamster"]}).ready()


def test_other_thresholds_ask_the_network_nothing(sound_film: SoundFilm, scores: list[int], tmp_path: Path) -> None:
    cache, path = Cache(tmp_path / "cache"), sound_film("a.mkv", np.zeros(4 * 48000, np.float32))
    found = []
    for threshold in (0.5, 0.75):
        stage = sounds(by="onnx", threshold=threshold, labels=["*music*"])
        video = Probe().run(Timeline(str(path)))
        run_cached(stage, video, cache)
        found.append([one.label for one in video.lane("sounds")])
    assert found == [["Musical instrument", "Music"], ["Musical instrument"]]
    assert len(scores) == 1


def test_a_video_without_sound_is_kept_and_said(sound_film: SoundFilm) -> None:
    video = Probe().run(Timeline(str(sound_film("a.mkv"))))
    stage = Sounds()
    stage.run(video)
    assert video.lanes == {"sounds": []}
    assert stage.summary(video.report) == "sounds: 1 video has no sound"
    assert stage.cache_key(video) is None


def test_sound_that_cannot_be_decoded_is_a_reject(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: Any) -> Any:
        raise Failed("no_sound", "v.mp4: no sound could be decoded")

    monkeypatch.setattr("vdata.video.decode.sound.read_sound", broken)
    for cached in (False, True):
        video = Timeline("v.mp4", "v", 9.0, Media(sha256="5ha", has_audio=True))
        assert run_cached(Sounds(), video, Cache(tmp_path))[1] is cached
        assert video.lane("sounds") == []
        assert [(r.kind, r.reason, r.detail, r.lane) for r in video.rejects] == [
            ("failed", "no_sound", "v.mp4: no sound could be decoded", "sounds")
        ]


def test_without_the_network_one_line_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "network", lambda: "")
    with pytest.raises(MissingExtra, match=r"pip install 'vdata-toolkit\[faster-whisper\]'"):
        Sounds().ready()


def test_what_a_model_of_ones_own_needs_is_said(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(NotReady, match=r"onnx\.model: nothing is no file"):
        sounds(by="onnx").ready()
    (tmp_path / "net.onnx").write_bytes(b"no network")
    with pytest.raises(NotReady, match=r"onnx\.names: give the file"):
        sounds(by="onnx", onnx={"model": str(tmp_path / "net.onnx")}).ready()
    (tmp_path / "names.csv").write_text("index,name\n0,Speech\n")
    stage = sounds(by="onnx", onnx={"model": str(tmp_path / "net.onnx")})
    with pytest.raises(NotReady, match="has no column display_name"):
        stage.ready()
    (tmp_path / "names.csv").write_text("index,display_name\n0,Speech\n")
    stage.ready()
    with pytest.raises(Failed, match=r"no_model: .*net\.onnx: cannot be loaded"):
        stage.tagger.scores(np.zeros(16000, np.float32), "cpu")
    assert stage.paths() == {("onnx", "model"): str(tmp_path / "net.onnx")}


def test_silero_hears_speech_and_nothing_else() -> None:
    pytest.importorskip("faster_whisper", reason="pip install 'vdata-toolkit[faster-whisper]'")
    pytest.importorskip("espeakng_loader", reason="espeakng-loader is not installed")
    spoken = say("The red boat is on the water near the small house.").sound
    time = np.arange(3 * 16000) / 16000
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * 16000).astype(np.float32)
    stage = Sounds()
    found = Silero().scores(np.concatenate([tone, spoken, noise]), "cpu")
    limits = stage.threshold, stage.hold, stage.min_seconds, stage.max_gap
    (only,) = found.stretches(found.together(["speech"]), *limits)
    assert only.start == pytest.approx(3, abs=0.2)
    assert only.end == pytest.approx(3 + len(spoken) / 16000, abs=0.35)
    assert only.score > 0.8
