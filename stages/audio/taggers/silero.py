"""Silero VAD."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....schemas import MissingExtra
from ...onnx_session import open_session
from .tagger import SoundTagger

if TYPE_CHECKING:
    from ..scored_sound import ScoredSound

EXTRA = (
    "voice activity needs Silero VAD, which the package faster-whisper brings: "
    "pip install 'vdata-toolkit[faster-whisper]'"
)
PLACES = (
    ("faster_whisper", "assets", "silero_vad_v6.onnx"),
    ("silero_vad", "data", "silero_vad_16k_sequence.onnx"),
)
"""Packages that bring the network, and where in them it lies. Both take a whole sound in one run, at 16 kHz."""
WINDOW, CONTEXT, STATE = 512, 64, 128
"""Samples of a window, samples before it that are seen as well, and numbers that go from one window to the next."""
AT_ONCE = 18750
"""Windows of a run: ten minutes."""


class Silero(SoundTagger):
    """Voice activity: speech or none, every 32 ms, by Silero VAD (extra ``faster-whisper``, on one core of the CPU).

    Its 1.2 MB lie in the package faster-whisper; that of silero-vad, which needs torch, is taken where it is the one
    that is installed.
    """

    def extras(self) -> set[str]:
        return {"faster-whisper"}

    def ready(self) -> None:
        if not network() or find_spec("onnxruntime") is None:
            raise MissingExtra(EXTRA)

    def labels(self) -> list[str]:
        return ["speech"]

    def identity(self) -> str:
        file = network()
        return f"silero {os.path.basename(file)} {os.path.getsize(file) if file else 0}"

    def scores(self, sound: Any, device: str) -> ScoredSound:
        import numpy as np

        from ..scored_sound import ScoredSound

        session = open_session(network(), "cpu")
        count = -(-len(sound) // WINDOW)
        windows = np.zeros((count, WINDOW), np.float32)
        windows.reshape(-1)[: len(sound)] = sound
        before = np.zeros((count, CONTEXT), np.float32)
        before[1:] = windows[:-1, -CONTEXT:]
        h = c = np.zeros((1, 1, STATE), np.float32)
        found = [np.zeros(0, np.float32)]
        for at in range(0, count, AT_ONCE):
            some = np.concatenate([before[at : at + AT_ONCE], windows[at : at + AT_ONCE]], axis=1)
            speech, h, c = session.run(None, {"input": some, "h": h, "c": c})
            found.append(speech.reshape(-1))
        step, rate = WINDOW / self.rate(), self.rate()
        return ScoredSound(["speech"], np.concatenate(found)[:, None], step, step, len(sound) / rate)


@cache
def network() -> str:
    """The file of the network; empty when no package brings it."""
    for package, *inside in PLACES:
        spec = find_spec(package)
        for place in (spec.submodule_search_locations or []) if spec else []:
            if (file := Path(place, *inside)).is_file():
                return str(file)
    return ""
