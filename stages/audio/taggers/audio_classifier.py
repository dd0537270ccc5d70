"""Models of transformers that tag sounds."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from ....schemas import Failed, MissingExtra, NotReady
from ...hashed_file import folder_identity
from .tagger import SoundTagger

if TYPE_CHECKING:
    from ..scored_sound import ScoredSound

EXTRA = "sounds: by: audio_classifier needs transformers and torch: pip install 'vdata-toolkit[transformers]'"
AT_ONCE = 8
"""Windows that are scored at a time."""


class AudioClassifier(SoundTagger):
    """Sound events by an audio classification model of transformers, AST for one (extra ``transformers``)."""

    on_gpu: ClassVar[bool] = True

    model: str = ""
    """A folder, or a name on the hub (MIT/ast-finetuned-audioset-10-10-0.4593), which is then fetched once."""
    window: float = Field(10.0, gt=0)
    """Seconds of sound that it is given at a time; AST sees 10.24."""
    step: float = Field(5.0, gt=0)
    """Seconds from one window to the next."""
    scores_by: Literal["sigmoid", "softmax"] = "sigmoid"
    """How its outputs become scores: ``sigmoid`` where several labels may be there at once, ``softmax`` where one
    is."""

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {("model",): self.model} if self.model.startswith((".", "/", "~")) else {}

    def extras(self) -> set[str]:
        return {"transformers"}

    def ready(self) -> None:
        if find_spec("transformers") is None or find_spec("torch") is None:
            raise MissingExtra(EXTRA)
        if not self.model:
            raise NotReady("sounds: audio_classifier.model: give a folder, or a name on the hub")
        self.labels()

    def rate(self) -> int:
        from transformers import AutoFeatureExtractor

        return int(_ready(self.model, AutoFeatureExtractor).sampling_rate)

    def labels(self) -> list[str]:
        from transformers import AutoConfig

        return [str(label) for _, label in sorted(_ready(self.model, AutoConfig).id2label.items())]

    def identity(self) -> str:
        from importlib.metadata import version

        facts = f"{self.window} {self.step} {self.scores_by} transformers {version('transformers')}"
        return f"audio_classifier {folder_identity(self.model)} {facts}"

    def scores(self, sound: Any, device: str) -> ScoredSound:
        import numpy as np
        import torch

        from ..scored_sound import ScoredSound

        extractor, model = _loaded(self.model, device)
        rate = int(extractor.sampling_rate)
        length, step = round(self.window * rate), round(self.step * rate)
        count = max(1, 1 + -(-(len(sound) - length) // step)) if len(sound) else 0
        found = []
        for at in range(0, count, AT_ONCE):
            some = [sound[n * step : n * step + length] for n in range(at, min(at + AT_ONCE, count))]
            given = extractor(some, sampling_rate=rate, return_tensors="pt", padding=True).to(model.device)
            with torch.inference_mode():
                outputs = model(**given).logits.float()
            outputs = outputs.sigmoid() if self.scores_by == "sigmoid" else outputs.softmax(-1)
            found.append(outputs.cpu().numpy())
        scores = np.concatenate(found) if found else np.zeros((0, model.config.num_labels), np.float32)
        return ScoredSound(self.labels(), scores, step / rate, length / rate, len(sound) / rate)


def _ready(model: str, kind: Any) -> Any:
    """What *kind* makes of *model*.

    Raises:
        NotReady: it cannot be loaded.
    """
    try:
        return kind.from_pretrained(model)
    except Exception as error:  # the hub's, and transformers' own
        raise NotReady(f"sounds: audio_classifier.model: {model}: {str(error).strip().splitlines()[0]}") from error


@cache
def _loaded(model: str, device: str) -> tuple[Any, Any]:
    """The feature extractor and the model, on *device*; ``auto`` is cuda where there is a GPU, else cpu.

    Raises:
        Failed: ``no_model``.
    """
    import torch
    from transformers import AutoFeatureExtractor, AutoModelForAudioClassification

    place = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    try:
        network = AutoModelForAudioClassification.from_pretrained(model).eval().to(place)
        return AutoFeatureExtractor.from_pretrained(model), network
    except Exception as error:
        raise Failed("no_model", f"{model}: {str(error).strip().splitlines()[0]}") from error
