"""Speech: what is said, sentence by sentence and word by word."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from itertools import accumulate
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, model_validator

from ...schemas import Failed, Measured, MissingExtra, Reject, Span, Timeline, make_id, seeded
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import OnlyWith
from ..audio.heard import hear
from ..audio.taggers.silero import Silero
from ..hashed_file import folder_identity
from ..stage import Stage
from .cleaning import FILLERS, fold_word, repeats, without_fillers, without_loops, without_notes
from .sentences import Line, Word, blocks, spread, to_sentences
from .transcript import Transcript

EXTRA = "speech needs openai-whisper: pip install 'vdata-toolkit[whisper]' (or set model: null)"
FASTER_EXTRA = "speech: engine: faster_whisper is not installed: pip install 'vdata-toolkit[faster-whisper]'"
RATE = 16000
VAD = 0.5, 0.15, 0.1, 0.3
"""Of voice activity: the threshold, how far below it a stretch ends, the least length, and the longest gap, seconds."""
FASTER, HEARS = "faster_whisper", OnlyWith("model")


class Speech(Stage):
    """Write down what is said (whisper, faster-whisper), or clean the subtitles that are there, as sentences.

    Subtitles that were imported are kept and only cleaned; a video without them is heard by whisper, which also gives
    a time for each word. Sound notes, fillers, repeated lines and loops are taken out, and what is left is put together
    to sentences. A video without sound is kept, with nothing said in it. What whisper heard is kept by content, so that
    another cleaning costs nothing.
    """

    renamed: ClassVar[Mapping[str, str]] = {"most_words": "max_words", "notes": "keep_notes"}

    needs_file: ClassVar[Literal["", "pictures", "sound"]] = "sound"
    writes: ClassVar[frozenset[str]] = frozenset({"speech", "words"})

    model: str | None = Field("small", min_length=1)
    """Whisper's name of a model (tiny, base, small, medium, large, turbo …), or the path of a checkpoint, for
    ``faster_whisper`` of a folder; null: nothing is heard, subtitles are cleaned."""
    engine: Annotated[Literal["whisper", "faster_whisper"], HEARS] = "whisper"
    """What runs the model: openai-whisper (extra ``whisper``, torch), or faster-whisper (extra ``faster-whisper``,
    CTranslate2 without torch, a model in its format)."""
    vad: Annotated[bool | str, HEARS] = False
    """Transcribe only where somebody speaks: true asks Silero VAD (extra ``faster-whisper``), a name is the lane of
    such stretches, as ``sounds`` lays one. How much was left out is said."""
    batch: Annotated[int | None, OnlyWith("vad", engine=FASTER)] = Field(None, ge=1)
    """Windows of 30 s that are transcribed at a time, for a GPU; none: one after the other."""
    compute: Annotated[str, OnlyWith(engine=FASTER)] = Field("default", min_length=1)
    """The numbers that CTranslate2 reckons with: default, int8, float16, int8_float16 …"""
    language: Annotated[str | None, OnlyWith("model")] = Field(None, min_length=2)
    """What is spoken: en, de, fr …; none: found in the first 30 seconds."""
    device: Annotated[str, OnlyWith("model")] = Field("auto", min_length=1)
    """Where whisper runs: cpu, cuda, cuda:1; ``auto``: cuda where there is one."""
    gpu: Annotated[float, HEARS] = Field(0.0, ge=0, le=1)
    """The share of a GPU that is set aside for each worker; 0.25: four share one. 0: none is."""
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
        given = {self.vad} if isinstance(self.vad, str) else set()
        return {"media", *given} if self.model is not None else {self.into}

    def gpus(self) -> float:
        return self.gpu if self.model is not None else 0.0

    def extras(self) -> set[str]:
        if self.model is None:
            return set()
        return {
            "faster-whisper" if self.engine == FASTER else "whisper",
            *(Silero().extras() if self.vad is True else ()),
        }

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
        if self.vad is True:
            Silero().ready()
        if self.engine == FASTER:
            if find_spec("faster_whisper") is None:
                raise MissingExtra(FASTER_EXTRA)
            from .faster_recogniser import find_faster_problem as find_problem
        else:
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
        return f"whisper:{os.path.basename((self.model or '').rstrip('/'))}"

    def _hear(self, video: Timeline) -> Transcript:
        assert self.model is not None
        assert video.media is not None
        sound = hear(video, RATE)
        if isinstance(sound, tuple):
            return Transcript(failed=sound)
        seconds, pieces = len(sound) / RATE, self._pieces(video, sound)
        if pieces is not None:
            from .voiced import brought_back, only

            sound = only(sound, pieces, RATE)
        heard = self._transcribed(video, sound, pieces or []) if len(sound) else Transcript()
        if pieces:
            heard.lines = brought_back(heard.lines, pieces)
        heard.seconds, heard.skipped = seconds, round(seconds - len(sound) / RATE, 3)
        return heard

    def _pieces(self, video: Timeline, sound: Any) -> list[tuple[float, float]] | None:
        """The stretches of *sound* that are transcribed; None: all of it."""
        from .voiced import pieces_of

        if self.vad is False:
            return None
        if isinstance(self.vad, str):
            return pieces_of([(span.start, span.end) for span in video.lane(self.vad)], len(sound) / RATE)
        found = Silero().scores(sound, "cpu")
        spoken = found.stretches(found.together(["speech"]), *VAD)
        return pieces_of([(start, end) for start, end, _ in spoken], found.seconds)

    def _transcribed(self, video: Timeline, sound: Any, pieces: list[tuple[float, float]]) -> Transcript:
        assert self.model is not None
        assert video.media is not None
        # What is heard is kept by content, so that its seed hangs on the content alone.
        seed = seeded(self.key, video.media.sha256).getrandbits(32)
        if self.engine == FASTER:
            from .faster_recogniser import load_faster, transcribe_faster

            model = load_faster(self.model, self.device, self.compute)
            joints = list(accumulate(end - start for start, end in pieces))
            return transcribe_faster(sound, model, seed, self._settings(), self.batch, joints)
        from .recogniser import load, transcribe

        return transcribe(sound, load(self.model, self.device), seed, self._settings())

    def _settings(self) -> dict[str, Any]:
        """The options that whisper is called with."""
        return {
            "language": self.language,
            "word_timestamps": self.word_times,
            "condition_on_previous_text": self.condition_on_previous_text,
            **({"beam_size": self.beam_size} if self.beam_size else {}),
        }

    def summary(self, totals: dict[str, float]) -> str | None:
        """How much was not transcribed, because nobody speaks there."""
        if not (seconds := totals.get("sound_seconds")):
            return None
        skipped = totals.get("skipped_seconds", 0.0)
        share = f"{skipped / 60:.1f} of {seconds / 60:.1f} minutes of sound ({skipped / seconds:.0%})"
        none = int(totals.get("voiceless", 0))
        also = f"; in {none} video{' nobody speaks' if none == 1 else 's nobody speaks'} at all" if none else ""
        return f"{self.name()}: {share} were not transcribed, for vad found no speech there{also}"

    # Cleaning, and laying what is left.

    def _lay(self, video: Timeline, heard: Transcript, source: str) -> None:
        if heard.failed:  # the pictures may be good all the same
            reason, detail = heard.failed
            video.rejects.append(Reject(self.name(), "failed", reason, detail=detail, lane=self.into))
        if heard.seconds and self.vad is not False:
            video.report |= {"sound_seconds": heard.seconds, "skipped_seconds": heard.skipped}
            video.report["voiceless"] = float(heard.skipped >= heard.seconds)
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
        if self._kept(video) or video.media is None or not video.media.has_audio or not video.media.sha256:
            return None
        if isinstance(self.vad, str):
            return make_id(video.media.sha256, [(span.start, span.end) for span in video.lane(self.vad)])
        return video.media.sha256

    def cache_settings(self) -> str:
        from importlib.metadata import version

        if self.engine == FASTER:
            engine = [version("faster-whisper"), version("ctranslate2"), self.compute, bool(self.batch)]
        else:
            engine = [version("openai-whisper")]
        vad = Silero().identity() if self.vad is True else "lane"
        voiced = [] if self.vad is False else [vad]
        facts = [folder_identity(self.model or ""), self._settings(), *engine, *voiced]
        return json.dumps(facts, sort_keys=True)

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
