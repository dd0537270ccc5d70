"""The speech stage: subtitles are cleaned, and what has none is heard by the real whisper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from laid import undeclared
from pydantic import ValidationError

from vdata.pipelines.storage.cache import Cache, run_cached
from vdata.schemas import Failed, Media, MissingExtra, Span, Timeline
from vdata.stages.media.probe import Probe
from vdata.stages.speech.sentences import Line, Word
from vdata.stages.speech.speech import Speech
from vdata.stages.speech.transcript import Transcript

SoundFilm = Callable[..., Path]
Checkpoint = Callable[..., Path]
SAYS = [0.0, " Um, hello there.", 2.0, 2.0, " This is a", 4.0, 4.0, " test. Bye.", 5.0]


def probed(path: Path) -> Timeline:
    return Probe().run(Timeline(str(path)))


def noise(seconds: float) -> Any:
    return np.random.default_rng(0).normal(0, 0.1, int(seconds * 48000)).astype(np.float32)


# Subtitles


def subtitled(*texts: str) -> Timeline:
    video = Timeline("v.mp4", "v", 60.0, Media(sha256="5ha", has_audio=True))
    video.put("speech", [Span(4 * n, 4 * n + 4, text, source="imported") for n, text in enumerate(texts)])
    return video


def test_subtitles_are_kept_and_cleaned_without_whisper() -> None:
    video = subtitled("[Music]", "Um, so today we", "wax a board. Hmm.", "Okay!", "Okay!", "okay", "Uh.")
    Speech().run(video)
    assert [(s.text, s.start, s.end) for s in video.lane("speech")] == [
        ("So today we wax a board.", pytest.approx(5.0), pytest.approx(10.857143)),
        ("Okay!", 12, 16),
        ("Okay!", 16, 20),
    ]
    assert {s.source for s in video.lane("speech")} == {"imported"}
    assert [(r.reason, r.detail, r.value, r.threshold, r.start) for r in video.rejects] == [
        ("not_speech", "[Music]", None, None, 0),
        ("filler_only", "Uh.", None, None, 24),
        ("repeated", "okay", 3, 2, 20),
    ]
    assert video.lane("words") == []
    assert Speech().cache_key(video) is None


def test_lines_may_stay_as_they_are() -> None:
    video = subtitled("so today we", "wax a board.")
    Speech(model=None, sentences=False).run(video)
    assert [(s.text, s.start, s.end) for s in video.lane("speech")] == [("so today we", 0, 4), ("wax a board.", 4, 8)]
    assert Speech(model=None).lanes_read() == {"speech"}
    assert Speech(model=None).lanes_written() == {"speech"}


def test_blocks_of_sentences() -> None:
    video = subtitled("One two three.", "Four five.", "Six seven eight nine ten eleven.", "Twelve.")
    stage = Speech(model=None, blocks=5)
    stage.run(video)
    assert undeclared(video, [stage], {}) == {}
    assert [(b.start, b.end, b.text, b.values) for b in video.lane("speech_blocks")] == [
        (0, 8, "One two three.\nFour five.", {"sentences": 2.0}),
        (8, 12, "Six seven eight nine ten eleven.", {"sentences": 1.0}),
        (12, 16, "Twelve.", {"sentences": 1.0}),
    ]
    assert "speech_blocks" in Speech(blocks=5).lanes_written()


def test_an_imported_lane_of_words_stays() -> None:
    video = subtitled("Hello there.")
    video.put("words", [Span(0, 1, "Hello"), Span(1, 2, "there.")])
    Speech().run(video)
    assert [w.text for w in video.lane("words")] == ["Hello", "there."]


# What is not heard


def test_a_video_without_sound_is_kept(sound_film: SoundFilm) -> None:
    video = probed(sound_film("a.mkv"))
    stage = Speech(model="tiny", blocks=9)
    stage.run(video)
    assert (video.lanes, video.rejects, video.state) == ({"speech": [], "words": [], "speech_blocks": []}, [], "kept")
    assert stage.cache_key(video) is None


def test_a_row_without_a_file_fails() -> None:
    with pytest.raises(Failed, match="no_media"):
        Speech().run(Timeline("v.mp4", "v", 9.0))


def test_sound_that_cannot_be_decoded_is_a_reject_and_the_video_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: Any) -> Any:
        raise Failed("no_sound", "v.mp4: no sound could be decoded")

    monkeypatch.setattr("vdata.video.decode.sound.read_sound", broken)
    monkeypatch.setattr(Speech, "cache_settings", lambda _: "x")
    stage = Speech()
    for cached in (False, True):
        video = Timeline("v.mp4", "v", 9.0, Media(sha256="5ha", has_audio=True))
        assert run_cached(stage, video, Cache(tmp_path))[1] is cached
        assert video.lane("speech") == []
        assert [(r.kind, r.reason, r.lane) for r in video.rejects] == [("failed", "no_sound", "speech")]

    def hung(*_: Any) -> Any:
        raise Failed("decoder_timeout", "took more than 9 seconds")

    monkeypatch.setattr("vdata.video.decode.sound.read_sound", hung)
    with pytest.raises(Failed, match="decoder_timeout"):
        stage.run(Timeline("w.mp4", "w", 9.0, Media(sha256="other", has_audio=True)))


def test_segments_that_are_no_speech_are_rejects() -> None:
    def line(text: str, at: float, **values: float) -> Line:
        return Line([Word(text, at, at + 1, 0.9)], values)

    video = Timeline("v.mp4", "v", 9.0, Media(sha256="5ha", has_audio=True))
    heard = Transcript([
        line(" Silence.", 0, no_speech_prob=0.9), line(" La-la.", 1, compression_ratio=3.1),
        line(" Maybe.", 2, avg_logprob=-1.5), line(" Yes.", 3, no_speech_prob=0.1, compression_ratio=1.0),
    ])  # fmt: skip
    Speech(min_logprob=-1).thaw(video, heard.to_bytes())
    assert [s.text for s in video.lane("speech")] == ["Yes."]
    assert [(w.text, w.start, w.end, w.score) for w in video.lane("words")] == [("Yes.", 3, 4, 0.9)]
    assert [(r.reason, r.value, r.threshold, r.start, r.end) for r in video.rejects] == [
        ("no_speech", 0.9, 0.85, 0, 1),
        ("repetitive", 3.1, 2.4, 1, 2),
        ("unsure", -1.5, -1, 2, 3),
    ]


def test_a_missing_extra_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"pip install 'vdata-toolkit\[whisper\]'"):
        Speech().ready()
    Speech(model=None).ready()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"words": "speech"}, "names of their own"),
        ({"model": None, "prefer": "whisper"}, "prefer has no effect without model"),
    ],
)
def test_settings_that_do_not_agree(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Speech.model_validate(settings)


# Whisper itself, with checkpoints that are made here


def test_whisper_hears_sentences_and_words(checkpoint: Checkpoint, sound_film: SoundFilm) -> None:
    model = checkpoint(SAYS)
    video = probed(sound_film("a.mkv", noise(5.8)))
    stage = Speech(model=str(model), device="cpu")
    stage.ready()
    stage.run(video)
    sentences = video.lane("speech")
    assert [s.text for s in sentences] == ["Hello there.", "This is a test.", "Bye."]
    assert {s.source for s in sentences} == {f"whisper:{model.name}"}
    assert {s.attrs["language"] for s in sentences} == {"en"}
    assert [w.text for w in video.lane("words")] == ["Hello", "there.", "This", "is", "a", "test.", "Bye."]
    for lane in ("speech", "words"):
        spans = video.lane(lane)
        assert all(0 <= span.start <= span.end <= 5.8 for span in spans)
        assert [span.start for span in spans] == sorted(span.start for span in spans)
    assert all(word.score is not None and 0 <= word.score <= 1 for word in video.lane("words"))
    assert not video.rejects
    assert undeclared(video, [stage], {}) == {}


def test_segments_have_whispers_own_times(checkpoint: Checkpoint, sound_film: SoundFilm) -> None:
    video = probed(sound_film("a.mkv", noise(5.8), begins=0.0))
    Speech(model=str(checkpoint(SAYS)), word_times=False, sentences=False, fillers=[], device="cpu").run(video)
    assert [(s.start, s.end, s.text) for s in video.lane("speech")] == [
        (0, 2, "Um, hello there."),
        (2, 4, "This is a"),
        (4, 5, "test. Bye."),
    ]
    assert video.lane("speech")[0].values["compression_ratio"] < 1.5
    assert "words" not in video.lanes


def test_what_a_model_says_again_and_again_is_dropped(checkpoint: Checkpoint, sound_film: SoundFilm) -> None:
    model = checkpoint([0.0, " Thanks for watching!", 3.0])
    video = probed(sound_film("a.mkv", noise(100), seconds=100))
    Speech(model=str(model), word_times=False, device="cpu").run(video)
    assert [(s.start, s.end) for s in video.lane("speech")] == [(0, 3), (30, 33)]
    assert [(r.reason, r.value, r.start) for r in video.rejects] == [("repeated", 3, 60), ("repeated", 4, 90)]


def test_another_language_is_found(checkpoint: Checkpoint, sound_film: SoundFilm) -> None:
    model = checkpoint([0.0, " Guten Tag.", 2.0], language="de")
    video = probed(sound_film("a.mkv", noise(4), seconds=4))
    Speech(model=str(model), device="cpu").run(video)
    assert [(s.text, s.attrs["language"]) for s in video.lane("speech")] == [("Guten Tag.", "de")]


def test_random_weights_give_the_same_every_time_and_nothing_outside_of_the_video(
    checkpoint: Checkpoint, sound_film: SoundFilm
) -> None:
    model, path = checkpoint(room=32), sound_film("a.mkv", noise(5.8))
    runs = []
    for _ in range(2):
        video = probed(path)
        Speech(model=str(model), device="cpu", max_compression=99, max_no_speech=1).run(video)
        runs.append([(s.start, s.end, s.text) for lane in ("speech", "words") for s in video.lane(lane)])
        assert all(0 <= start <= end <= 5.8 for start, end, _ in runs[-1])
        assert {r.reason for r in video.rejects} <= {"not_speech", "filler_only", "repeated"}
    assert runs[0] == runs[1]
    assert runs[0]


def test_what_was_heard_is_kept_by_content_and_cleaned_anew(
    checkpoint: Checkpoint, sound_film: SoundFilm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, path, cache = str(checkpoint(SAYS)), sound_film("a.mkv", noise(5.8)), Cache(tmp_path / "cache")
    first, kept = run_cached(Speech(model=model, device="cpu"), probed(path), cache)
    assert kept is False

    def never(*_: Any) -> Any:
        raise AssertionError("heard again")

    monkeypatch.setattr(Speech, "_hear", never)
    again, kept = run_cached(Speech(model=model, device="auto"), probed(path), cache)
    assert kept is True
    assert again.lanes == first.lanes
    other, kept = run_cached(Speech(model=model, fillers=[], blocks=3), probed(path), cache)
    assert kept is True
    assert [s.text for s in other.lane("speech")] == ["Um, hello there.", "This is a test.", "Bye."]
    assert [b.text for b in other.lane("speech_blocks")] == ["Um, hello there.", "This is a test.", "Bye."]
    with pytest.raises(AssertionError, match="heard again"):
        run_cached(Speech(model=model, language="de"), probed(path), cache)


def test_another_checkpoint_under_the_same_name_is_another_model(checkpoint: Checkpoint, sound_film: SoundFilm) -> None:
    path = checkpoint(["x"])
    before = Speech(model=str(path)).cache_settings()
    path.write_bytes(path.read_bytes() + b"0")
    assert Speech(model=str(path)).cache_settings() != before


def test_wrong_names_are_told_before_the_build(checkpoint: Checkpoint, tmp_path: Path, sound_film: SoundFilm) -> None:
    with pytest.raises(MissingExtra, match=r"'huge' is no file, and whisper has only tiny\.en, tiny"):
        Speech(model="huge").ready()
    with pytest.raises(MissingExtra, match="does not know 'xx'"):
        Speech(model="tiny", language="xx").ready()
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"not a checkpoint")
    with pytest.raises(Failed, match="no_model") as failed:
        Speech(model=str(broken), device="cpu").run(probed(sound_film("a.mkv", noise(3), seconds=3)))
    assert "broken.pt" in failed.value.detail
