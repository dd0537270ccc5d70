"""Aesthetic predictors on embeddings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import ClassVar

from ....schemas import Failed, MissingExtra, NotReady, Timeline
from ....schemas.vectors import unpack
from ...hashed_file import file_identity
from .scorer import Over, Rating, Scorer, SpanFrames

TORCH = "rate: aesthetic.head: a .pth file needs torch (pip install torch); a .safetensors file does not"
SAFETENSORS = "rate: aesthetic.head: a .safetensors file needs safetensors: pip install safetensors"


class Aesthetic(Scorer):
    """The value ``aesthetic``: what an aesthetic predictor makes of the vectors that ``embed`` laid on the spans.

    The predictor is a file of yours: LAION's for CLIP ViT-L/14 (``sac+logos+ava1-l14-linearMSE.pth``, or one of its
    linear ones), that of Aesthetic Predictor V2.5 for SigLIP, or any other whose layers are linear with nothing between
    them. The vectors must be those of the pictures by the very model that it was trained on. A span's vector is the
    mean of those of its frames. 1 to 10, as people grade; of V2.5, 5.5 is a great one.
    """

    sees: ClassVar[bool] = False
    by_vectors: ClassVar[bool] = True

    head: str = ""
    """The file with the weights, .pth or .safetensors."""

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {("head",): self.head} if self.head else {}

    def ready(self) -> None:
        if not os.path.isfile(self.head):
            raise NotReady(f"rate: aesthetic.head: {self.head or 'nothing'} is no file; give that of a predictor")
        if self.head.endswith(".safetensors"):
            if find_spec("safetensors") is None:
                raise MissingExtra(SAFETENSORS)
        elif find_spec("torch") is None:
            raise MissingExtra(TORCH)
        from ..linear_head import linear_head

        try:
            linear_head(self.head)
        except (OSError, ValueError) as error:
            raise NotReady(f"rate: aesthetic.head: {error}") from error

    def values(self) -> set[str]:
        return {"aesthetic"}

    def identity(self) -> str:
        return file_identity(self.head)

    def rate(self, video: Timeline, asked: Sequence[SpanFrames], over: Over | None, device: str) -> list[Rating]:
        import numpy as np

        from ..linear_head import linear_head

        weights, bias = linear_head(self.head)
        ratings = []
        for one in asked:
            if one.span.vector is None:
                ratings.append(Rating())
                continue
            vector = unpack([one.span.vector])[0].astype(np.float64)
            if len(vector) != len(weights):
                wrong = (
                    f"{self.head} takes vectors of {len(weights)} numbers, and those of the spans have {len(vector)}"
                )
                raise Failed("no_model", wrong)
            ratings.append(Rating({"aesthetic": float(vector @ weights / np.linalg.norm(vector) + bias)}))
        return ratings
