"""Speech recognition with openai-whisper."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from functools import cache
from typing import Any

from ...schemas import Failed
from .sentences import Line, Word, spread
from .transcript import Transcript

VALUES = ("no_speech_prob", "compression_ratio", "avg_logprob", "temperature")


@cache
def load(name: str, device: str) -> Any:
    """The model *name* (one of whisper's, fetched once to its cache, or a checkpoint file) on *device*.

    Raises:
        Failed: ``no_model``: there is none, or it cannot be read.
    """
    import torch
    import whisper

    try:
        with _quiet():
            return whisper.load_model(name, device=pick_device(device))
    except (RuntimeError, OSError, ValueError, KeyError, TypeError, torch.cuda.OutOfMemoryError) as error:
        raise Failed("no_model", f"the whisper model {name!r} cannot be loaded: {error}") from error
    except Exception as error:  # pickle's own errors
        raise Failed("no_model", f"{name!r} is not a whisper checkpoint: {type(error).__name__}: {error}") from error


def pick_device(device: str) -> str:
    """The name of *device* for torch: ``auto`` is cuda where there is a GPU, else cpu."""
    import torch

    return device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"


def find_problem(name: str, language: str | None) -> str:
    """What is wrong with the name of a model or a language; nothing if they are known. No model is loaded."""
    import whisper
    from whisper.tokenizer import LANGUAGES, TO_LANGUAGE_CODE

    if name not in whisper.available_models() and not os.path.isfile(name):
        return f"model: {name!r} is no file, and whisper has only {', '.join(whisper.available_models())}"
    if language is not None and language.lower() not in {**LANGUAGES, **TO_LANGUAGE_CODE}:
        return f"language: whisper does not know {language!r}; it takes codes such as en, de, fr, zh"
    return ""


def transcribe(sound: Any, model: Any, seed: int, settings: dict[str, Any]) -> Transcript:
    """What is said in *sound* (16 kHz, mono, float32 in -1..1), a line for each segment.

    Whisper draws when its first attempt fails: *seed* makes it draw the same again.
    """
    import torch

    seconds = len(sound) / 16000
    devices = [model.device] if model.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices), _quiet():
        torch.manual_seed(seed)
        result = model.transcribe(sound, verbose=None, fp16=bool(devices), **settings)
    lines = []
    for segment in result["segments"]:
        start, end = within(segment["start"], segment["end"], seconds)
        if "words" in segment:
            words = [
                Word(word["word"], *within(word["start"], word["end"], seconds), round(float(word["probability"]), 4))
                for word in segment["words"]
            ]
        else:
            words = spread(segment["text"], start, end)
        if words:
            values = {name: round(float(segment[name]), 4) for name in VALUES}
            lines.append(Line(words, values))
    return Transcript(lines, str(result["language"]), bool(settings.get("word_timestamps")))


def within(start: float, end: float, seconds: float) -> tuple[float, float]:
    """Whisper works in windows of 30 s, and its times may pass the end of the sound."""
    start = min(max(float(start), 0.0), seconds)
    return round(start, 3), round(min(max(float(end), start), seconds), 3)


@contextlib.contextmanager
def _quiet() -> Any:
    """Whisper warns and shows progress on the terminal; a build has its own."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
