"""Speech recognition with faster-whisper (CTranslate2, no torch)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from ...schemas import Failed
from .recogniser import within
from .sentences import Line, Word, spread
from .transcript import Transcript

VALUES = ("no_speech_prob", "compression_ratio", "avg_logprob", "temperature")
WINDOW = 30.0
"""Seconds that whisper hears at a time."""
FILE = "model.bin"
"""What a folder with a model of CTranslate2 holds."""


@cache
def load_faster(name: str, device: str, compute: str) -> Any:
    """The model *name* (one of faster-whisper's or of the hub, fetched once to its cache, or a folder) on *device*.

    Raises:
        Failed: ``no_model``: there is none, or it cannot be read or put there.
    """
    import logging

    from faster_whisper import WhisperModel

    logging.getLogger("faster_whisper").setLevel(logging.ERROR)
    kind, _, number = device.partition(":")
    try:
        return WhisperModel(
            name, device=kind, device_index=int(number or 0), compute_type=compute, cpu_threads=1, num_workers=1
        )
    except Exception as error:  # CTranslate2's, the tokenizer's and the hub's own
        said = str(error).strip().splitlines()
        raise Failed("no_model", f"the model {name!r} cannot be loaded: {said[0] if said else error!r}") from error


def find_faster_problem(name: str, language: str | None) -> str:
    """What is wrong with the name of a model or a language; nothing if they are known. No model is loaded."""
    from faster_whisper import available_models
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    if os.path.isdir(name):
        if not os.path.isfile(os.path.join(name, FILE)):
            return f"model: the folder {name!r} has no {FILE}: it is no model of CTranslate2"
    elif name not in available_models() and not _on_hub(name):
        return f"model: {name!r} is no folder, and faster-whisper has only {', '.join(available_models())}"
    if language is not None and language not in _LANGUAGE_CODES:
        return f"language: whisper does not know {language!r}; it takes codes such as en, de, fr, zh"
    return ""


def transcribe_faster(
    sound: Any, model: Any, seed: int, settings: dict[str, Any], batch: int | None = None, joints: Sequence[float] = ()
) -> Transcript:
    """What is said in *sound* (16 kHz, mono, float32 in -1..1), a line for each segment.

    With *batch*, so many windows of at most 30 s are transcribed at a time, cut at *joints* (seconds, rising) where
    there are some; then whisper draws no second time where its first attempt fails.
    """
    import ctranslate2

    ctranslate2.set_random_seed(seed)
    seconds = len(sound) / 16000
    settings = {"beam_size": 1, **settings}
    if batch:
        from faster_whisper import BatchedInferencePipeline

        clips = [{"start": start, "end": end} for start, end in windows(seconds, joints)]
        segments, info = BatchedInferencePipeline(model).transcribe(
            sound, batch_size=batch, vad_filter=False, clip_timestamps=clips, without_timestamps=False, **settings
        )
    else:
        segments, info = model.transcribe(sound, **settings)
    lines = []
    for segment in segments:
        start, end = within(segment.start, segment.end, seconds)
        if segment.words is not None:
            words = [
                Word(word.word, *within(word.start, word.end, seconds), round(float(word.probability), 4))
                for word in segment.words
            ]
        else:
            words = spread(segment.text, start, end)
        if words:
            values = {name: round(float(getattr(segment, name) or 0.0), 4) for name in VALUES}
            lines.append(Line(words, values))
    return Transcript(lines, str(info.language), bool(settings.get("word_timestamps")))


def windows(seconds: float, joints: Sequence[float]) -> list[tuple[float, float]]:
    """A sound of so many *seconds* in windows of at most 30 s, each cut at the last of *joints* that it reaches."""
    made = [(0.0, min(seconds, WINDOW))]
    while (start := made[-1][0]) + WINDOW < seconds:
        cut = max((joint for joint in joints if start < joint <= start + WINDOW), default=start + WINDOW)
        made[-1:] = [(start, cut), (cut, min(seconds, cut + WINDOW))]
    return made


def _on_hub(name: str) -> bool:
    """Whether *name* may be one of the hub's: OWNER/NAME."""
    return name.count("/") == 1 and not name.startswith((".", "/", "~")) and not name.endswith("/")
