"""Networks that tag sounds, as ONNX files."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from ....schemas import Failed, MissingExtra, NotReady
from ...hashed_file import file_identity
from ...label_file import labels_in
from ...onnx_session import open_session
from .tagger import SoundTagger

if TYPE_CHECKING:
    from ..scored_sound import ScoredSound

EXTRA = "sounds: by: onnx needs ONNX Runtime: pip install 'vdata-toolkit[onnx]'"
AT_ONCE = 64
"""Windows that are held at a time."""


class Onnx(SoundTagger):
    """Sound events by a network of yours in an ONNX file: YAMNet, PANNs and others that score AudioSet's classes.

    One whose input has windows of 96 by 64 is given YAMNet's log mel spectrogram, any other the samples themselves.
    """

    on_gpu: ClassVar[bool] = True

    model: str = ""
    """The file."""
    names: str = ""
    """The file with the names of its classes in order: a CSV with a column ``display_name``, as AudioSet's and
    YAMNet's, or a name on each line. None: the one ``.csv`` or ``.txt`` beside the model."""
    samples: int = Field(16000, ge=4000, le=48000)
    """Samples a second that it was trained on; PANNs: 32000."""
    window: float = Field(0.96, gt=0)
    """Seconds of sound that it is given at a time."""
    step: float = Field(0.48, gt=0)
    """Seconds from one window to the next."""
    logits: bool = False
    """Its scores are those before the sigmoid."""

    def rate(self) -> int:
        return self.samples

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {(key,): value for key in ("model", "names") if (value := getattr(self, key))}

    def extras(self) -> set[str]:
        return {"onnx"}

    def ready(self) -> None:
        if find_spec("onnxruntime") is None:
            raise MissingExtra(EXTRA)
        if not os.path.isfile(self.model):
            raise NotReady(f"sounds: onnx.model: {self.model or 'nothing'} is no file; give that of an ONNX network")
        if not self._names():
            raise NotReady("sounds: onnx.names: give the file with the names of the network's classes")
        self.labels()

    def labels(self) -> list[str]:
        try:
            return labels_in(self._names())
        except (OSError, ValueError) as error:
            raise NotReady(f"sounds: onnx.names: {error}") from error

    def identity(self) -> str:
        beside = [path for path in (f"{self.model}.data", f"{self.model}_data") if os.path.isfile(path)]
        files = [file_identity(path) for path in (self.model, *beside, self._names())]
        return f"onnx {files} {self.samples} {self.window} {self.step} {self.logits}"

    def scores(self, sound: Any, device: str) -> ScoredSound:
        import numpy as np

        from ..scored_sound import ScoredSound
        from ..spectrogram import MELS, PATCH, patches

        session, names = open_session(self.model, device), self.labels()
        given = session.get_inputs()[0]
        shape = list(given.shape)
        seen_as_picture = shape[-2:] == [PATCH, MELS]
        length, step = round(self.window * self.samples), round(self.step * self.samples)
        count = max(1, 1 + -(-(len(sound) - length) // step)) if len(sound) else 0
        padded = np.zeros(length + max(0, count - 1) * step, np.float32)
        padded[: len(sound)] = sound[: len(padded)]
        windows = np.lib.stride_tricks.sliding_window_view(padded, length)[::step] if count else padded[None, :0]
        at_once = 1 if isinstance(shape[0], int) or len(shape) == 1 else AT_ONCE
        found = []
        for at in range(0, count, at_once):
            some = windows[at : at + at_once]
            made = patches(some, self.samples) if seen_as_picture else some
            made = np.ascontiguousarray(made, np.float32).reshape(
                (len(some), *([1] * (len(shape) - 3)), PATCH, MELS)
                if seen_as_picture
                else some.shape
                if len(shape) > 1
                else -1
            )
            found.append(self._run(session, given.name, made, len(some), len(names)))
        scores = np.concatenate(found) if found else np.zeros((0, len(names)), np.float32)
        if self.logits:
            scores = 1 / (1 + np.exp(-scores))
        seconds = len(sound) / self.samples
        return ScoredSound(names, scores, step / self.samples, length / self.samples, seconds)

    def _run(self, session: Any, name: str, given: Any, windows: int, labels: int) -> Any:
        """The scores of *windows*, of the first of its outputs that has one for each label.

        Raises:
            Failed: ``no_model``: it has none.
        """
        import numpy as np

        try:
            outputs = session.run(None, {name: given})
        except Exception as error:  # ONNX Runtime has many kinds
            raise Failed("no_model", f"{self.model}: {str(error).splitlines()[0]}") from error
        for one in outputs:
            if np.ndim(one) and np.shape(one)[-1] == labels:
                rows = np.asarray(one, np.float32).reshape(-1, labels)
                return rows if len(rows) == windows else rows.reshape(windows, -1, labels).max(axis=1)
        shapes = ", ".join(str(list(np.shape(one))) for one in outputs)
        raise Failed("no_model", f"{self.model}: gives {shapes}, and {self._names()} names {labels} classes")

    def _names(self) -> str:
        if self.names or not self.model:
            return self.names
        folder = Path(self.model).parent
        beside = [path for kind in ("*.csv", "*.txt") for path in sorted(folder.glob(kind))]
        return str(beside[0]) if len(beside) == 1 else ""
