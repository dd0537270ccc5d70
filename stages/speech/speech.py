"""Speech: what is said, sentence by sentence and word by word."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, model_validator

from ...schemas import Failed, Measured, MissingExtra, Reject, Span, Timeline, seeded
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import OnlyWith
from ..stage import Stage
from .cleaning import FILLERS, fold_word, repeats, without_fillers, without_loops, without_notes
from .sentences import Line, Word, blocks, spread, to_sentences
from .transcript import Transcript

EXTRA = "speech needs openai-whisper: pip install 'vdata-toolkit[whisper]' (or set model: null)"
RATE = 16000
UNHEARD = frozenset(("no_sound", "not_a_video", "no_video_stream", "corrupt", "truncated", "unsupported"))
"""Failures of the sound itself, which another try would not change: the video is kept without speech."""


class Speech(Stage):
    """Write down what is said (openai-whisper), or clean the subtitles that are there, as sentences.

    Subtitles that were imported are kept and only cleaned; a video without them is heard by whisper, which also gives
    a time for each word. Sound notes, fillers, repeated lines and loops are taken out, and what is left is put together
    to sentences. A video without sound is kept, with nothing said in it. What whisper heard is kept by content, so that
    another cleaning costs nothing.
    """

    renamed: ClassVar[Mapping[str, str]] = {"most_words": "max_words", "notes": "keep_notes"}

    writes: ClassVar[frozenset[str]] = frozenset({"speech", "words"})

    model: str | None = Field("small", min_length=1)
    """Whisper's name of a model (tiny, base, small, medium, large, turbo …), or the path of a checkpoint; null: nothing
    is heard, subtitles are cleaned."""
    language: Annotated[str | None, OnlyWith("model")] = Field(None, min_length=2)
    """What is spoken: en, de, fr …; none: found in the first 30 seconds."""
    device: Annotated[str, OnlyWith("model")] = Field("auto", min_length=1)
    """Where whisper runs: cpu, cuda, cuda:1; ``auto``: cuda where there is one."""
    word_times: Annotated[bool, OnlyWith("model")] = True
    """Lay the lane of words, each with its own time. Without, sentences within a segment are timed by their length."""
    prefer: Annotated[Literal["sidecar", "whisper"], OnlyWith("model")] = "sidecar"
    """What to take where a video has subtitles."""
    into: str = Field("speech", min_length=1)
    """The lane of the sentences, and of the subtitles that are there before."""
    words: Annotated[str, OnlyWith("model", "word_times")] = Field("words", min_length=1)
    """The lane of the words."""
    blocks: int | None = Field(None, ge=1)
    """Also lay sentences together in blocks of at most so many words (HowToCaption: 200), in the lane
    ``speech_blocks``: a sentence on each line of the text."""
    block_lane: Annotated[str, OnlyWith("blocks")] = Field("speech_blocks", min_length=1)
    """The lane of the blocks."""
    sentences: bool = True
    """Put words together to sentences; false: the lines stay as they are."""
    pause: Annotated[float, OnlyWith("sentences")] = Field(2.0, gt=0)
    """Seconds of silence that end a sentence."""
    max_words: Annotated[int, OnlyWith("sentences")] = Field(60, ge=1)
    """A sentence without an end is cut after so many words."""
    keep_notes: bool = False
    """Keep what stands for sounds and speakers: [music], (applause), ♪, >>."""
    fillers: list[str] = Field(list(FILLERS))
    """Words that are taken out."""
    max_repeats: int = Field(2, ge=1)
    """Lines of the same words in a row that are kept; the others are dropped as ``repeated``."""
    max_no_speech: float = Field(0.85, ge=0, le=1)
    """A segment that whisper takes for silence with a greater probability is dropped."""
    max_compression: float = Field(2.4, gt=0)
    """A segment whose text can be packed by a greater factor is dropped: it is a loop."""
    min_logprob: float | None = Field(None, le=0)
    """A segment with a smaller mean log probability is dropped; none: whatever it is."""
    beam_size: Annotated[int | None, OnlyWith("model")] = Field(None, ge=1)
    """Whisper's beam; none: the likeliest token each time."""
    condition_on_previous_text: Annotated[bool, OnlyWith("model")] = False
    """Show whisper what it heard last. It may then fall into loops more easily."""

    _heard: dict[str, Transcript] = PrivateAttr(default_factory=dict)
    """What whisper heard, by content; kept from ``run`` to ``freeze``."""

    @model_validator(mode="after")
    def _agrees(self) -> Speech:
        lanes = [self.into, self.words, self.block_lane]
        if len(set(lanes)) < len(lanes):
            raise ValueError("into, words and block_lane need names of their own")
        return self

    def lanes_read(self) -> set[str]:
        return {"media"} if self.model is not None else {self.into}

    def extras(self) -> set[str]:
        return {"whisper"} if self.model is not None else set()

    def lanes_written(self) -> set[str]:
        words = {self.words} if self.model is not None and self.word_times else set()
        return {self.into, *words, *([self.block_lane] if self.blocks else [])}

    def names_laid(self) -> KnownLanes:
        values = {"no_speech_prob", "compression_ratio", "avg_logprob", "temperature", "loop"}
        words = LaneNames.of(own={"text", "score"})
        blocks = LaneNames.of(values={"sentences"}, own={"text"})
        known = {self.words: words, self.block_lane: blocks}
        known[self.into] = LaneNames.of(values=values, attrs={"language"}, own={"text"})
        return {lane: known[lane] for lane in self.lanes_written()}

    def ready(self) -> None:
        from importlib.util import find_spec

        if self.model is None:
            return
        if find_spec("whisper") is None or find_spec("torch") is None:
            raise MissingExtra(EXTRA)
        from .recogniser import find_problem

        if said := find_problem(self.model, self.language):
            raise MissingExtra(f"speech: {said}")

    def run(self, video: Timeline) -> Timeline:
        """Lay the sentences, words and blocks on *video*.

        Raises:
            Failed: ``no_media``: it has neither subtitles nor a file; ``no_model``: the model cannot be loaded; or the
                decoder of its sound crashed, hung or ran out of memory.
        """
        given = video.lane(self.into)
        if self._kept(video):
            lines = [
                Line(spread(_led(span.words), span.start, span.end), dict(span.values)) for span in given if span.words
            ]
            source = next((span.source for span in given if span.source), "imported")
            self._lay(video, Transcript(lines, timed=False), source)
            return video
        if video.media is None:
            raise Failed("no_media", f"{video.uri}: has neither subtitles nor a file that was probed")
        heard = self._hear(video) if video.media.has_audio else Transcript()
        if self.cache_key(video) is not None:
            self._heard[video.media.sha256] = heard
        self._lay(video, heard, self._source())
        return video

    def _kept(self, video: Timeline) -> bool:
        """Whether the lines that *video* has are only cleaned."""
        return self.model is None or (self.prefer == "sidecar" and any(span.words for span in video.lane(self.into)))

    def _source(self) -> str:
        return f"whisper:{os.path.basename(self.model or '')}"

    def _hear(self, video: Timeline) -> Transcript:
        import numpy as np

        from ...video.decode.sound import read_sound
        from .recogniser import load, transcribe

        assert self.model is not None
        assert video.media is not None
        try:
            sound = read_sound(video.file, RATE, video.media.duration)
        except Failed as failure:
            if failure.reason not in UNHEARD:
                raise
            return Transcript(failed=(failure.reason, failure.detail))
        # What is heard is kept by content, so that its seed hangs on the content alone.
        seed = seeded(self.key, video.media.sha256).getrandbits(32)
        model = load(self.model, self.device)
        return transcribe(sound.astype(np.float32) / 32768, model, seed, self._settings())

    def _settings(self) -> dict[str, Any]:
        """The options that whisper is called with."""
        return {
            "language": self.language,
            "word_timestamps": self.word_times,
            "condition_on_previous_text": self.condition_on_previous_text,
            **({"beam_size": self.beam_size} if self.beam_size else {}),
        }

    # Cleaning, and laying what is left.

    def _lay(self, video: Timeline, heard: Transcript, source: str) -> None:
        if heard.failed:  # the pictures may be good all the same
            reason, detail = heard.failed
            video.rejects.append(Reject(self.name(), "failed", reason, detail=detail, lane=self.into))
        lines = self._cleaned(video, heard.lines)
        if self.sentences:
            lines = to_sentences(lines, self.pause, self.max_words)
        attrs = {"language": heard.language} if heard.language else {}
        spans = [
            Span(line.start, line.end, line.text, source=source, values=line.values, attrs=dict(attrs))
            for line in lines
        ]
        video.put(self.into, spans)
        if self.model is not None and self.word_times:
            word_spans = [_word(word, source) for line in lines for word in line.words]
            video.put(self.words, word_spans if heard.timed else video.lane(self.words))
        if self.blocks:
            block_spans = []
            for group in blocks(lines, self.blocks):
                text, end = "\n".join(line.text for line in group), max(line.end for line in group)
                block_spans.append(
                    Span(group[0].start, end, text, source=source, values={"sentences": float(len(group))})
                )
            video.put(self.block_lane, block_spans)

    def _cleaned(self, video: Timeline, lines: list[Line]) -> list[Line]:
        """The lines that are speech. Every line that is dropped is a reject."""
        heard = []
        for line in lines:
            values = line.values
            if values.get("no_speech_prob", 0.0) > self.max_no_speech:
                self._drop_line(video, line, "no_speech", values["no_speech_prob"], self.max_no_speech)
            elif values.get("compression_ratio", 0.0) > self.max_compression:
                self._drop_line(video, line, "repetitive", values["compression_ratio"], self.max_compression)
            elif self.min_logprob is not None and values.get("avg_logprob", 0.0) < self.min_logprob:
                self._drop_line(video, line, "unsure", values["avg_logprob"], self.min_logprob)
            else:
                heard.append(line)
        cleaned = []
        fillers = frozenset(map(fold_word, self.fillers))
        for line in heard:
            words = list(line.words) if self.keep_notes else without_notes(line.words)
            spoken = without_fillers(words, fillers)
            if not any(fold_word(word.text) for word in spoken):
                self._drop_line(
                    video, line, "filler_only" if any(fold_word(word.text) for word in words) else "not_speech"
                )
                continue
            spoken, times = without_loops(spoken)
            if times:
                line.values["loop"] = float(times)
            cleaned.append(Line(spoken, line.values))
        kept = []
        for line, count in zip(cleaned, repeats(cleaned, self.max_repeats), strict=True):
            if count:
                self._drop_line(video, line, "repeated", count, self.max_repeats)
            else:
                kept.append(line)
        return kept

    def _drop_line(
        self, video: Timeline, line: Line, reason: str, value: float | None = None, threshold: float | None = None
    ) -> None:
        measured = Measured(value=value, threshold=threshold, detail=line.text)
        self.reject(video, self.into, Span(line.start, line.end), reason, **measured)

    # What whisper heard is kept by content; cleaning is done anew.

    def cache_key(self, video: Timeline) -> str | None:
        if self._kept(video) or video.media is None or not video.media.has_audio:
            return None
        return video.media.sha256 or None

    def cache_settings(self) -> str:
        from importlib.metadata import version

        return json.dumps([_identity(self.model or ""), self._settings(), version("openai-whisper")], sort_keys=True)

    def freeze(self, video: Timeline) -> bytes:
        assert video.media is not None
        return self._heard.pop(video.media.sha256).to_bytes()

    def thaw(self, video: Timeline, data: bytes) -> None:
        self._lay(video, Transcript.from_bytes(data), self._source())


def _led(text: str) -> str:
    """*text* with a space before it, as whisper writes words, save where it is in a script without spaces."""
    return text if text[:1] >= "\u2e80" else f" {text}"


def _word(word: Word, source: str) -> Span:
    return Span(word.start, word.end, word.text.strip(), score=word.score, source=source)


def _identity(model: str) -> str:
    """The name of a model, or the hash of a checkpoint file."""
    if not os.path.isfile(model):
        return model
    facts = os.stat(model)
    return _hashed(os.path.abspath(model), facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=8)
def _hashed(path: str, size: int, stamp: int) -> str:
    from ...video.decode.source import sha256

    return sha256(path)
