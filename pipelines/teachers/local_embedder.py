"""An embedder that runs in this process: sentence-transformers, open_clip, or CLIP and SigLIP of transformers."""

from __future__ import annotations

import base64
import io
import math
import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

from ...schemas import MissingExtra
from ...schemas.vectors import pack

Library = Literal["sentence_transformers", "open_clip", "transformers"]
PACKAGES = {"sentence_transformers": "sentence-transformers", "open_clip": "open_clip_torch"}
"""What those are called where they are installed from that have another name there."""
Encode = Callable[[Sequence[Any]], Any]
"""From texts, or from pictures (PIL), to their vectors, (n, dimensions)."""


class Encoders(NamedTuple):
    """What a library makes of a model."""

    texts: Encode
    pictures: Encode | None
    cuts: Callable[[Sequence[str]], list[bool]]
    """Which texts have more tokens than the model reads, those that it puts around them among them."""


class LocalEmbedder:
    """A model, loaded on the GPU where torch has one."""

    def __init__(self, library: Library, model: str, dimensions: int | None = None) -> None:
        """
        Args:
            model: a folder, or a name on the Hugging Face hub; of open_clip also ``ViT-B-32:laion2b_s34b_b79k``,
                with a tag or a file of weights after the colon.
            dimensions: the first so many numbers of a vector are taken.

        Raises:
            FileNotFoundError: *model* is written as a path, and nothing is there.
            ValueError: the model is none that *library* can make vectors with here.
            Exception: whatever else the library raises; it cannot be loaded.
        """
        place = os.path.expanduser(model)
        if place.startswith(("/", "./", "../")) and not os.path.exists(place):
            raise FileNotFoundError(f"there is no folder {place}")
        self.texts, self.pictures, self.cuts = LOADERS[library](place, _device())
        self.dimensions = dimensions

    def embed(self, kind: Literal["text", "image"], items: Sequence[str]) -> list[bytes]:
        """The vectors of *items*: texts, or pictures as data URIs.

        Raises:
            ValueError: the model takes no pictures, a vector is none, or is shorter than ``dimensions``.
        """
        if kind == "text":
            found = self.texts(items)
        elif self.pictures is None:
            raise ValueError("the model takes no pictures: write images: false, or name one that does")
        else:
            found = self.pictures([_picture(uri) for uri in items])
        size = len(found[0])
        if self.dimensions is not None and size < self.dimensions:
            raise ValueError(f"the model's vectors have {size} numbers, fewer than dimensions: {self.dimensions}")
        return [pack(vector[: self.dimensions]) for vector in found]


def check_library(library: Library) -> None:
    """Raise MissingExtra when *library*, or torch, is not installed."""
    missing = [PACKAGES.get(name, name) for name in ("torch", library) if find_spec(name) is None]
    if missing:
        needs = " and ".join(missing)
        raise MissingExtra(f"needs {needs}, which is not installed: pip install 'vdata-toolkit[embed]'")


def _device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _picture(uri: str) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).convert("RGB")


def _longest(config: Any, stated: int | None) -> int | None:
    """The most tokens of a text; what the tokenizer has *stated* may be far more than the model has places for."""
    text = getattr(config, "text_config", None) or config
    places: int | None = getattr(text, "max_position_embeddings", None)
    return min(places, stated or places) if places else stated


def _is_siglip(config: Any) -> bool:
    """Whether a text fills all places, and what pads it is read like words, unmasked: so SigLIP was trained."""
    return str(getattr(config, "model_type", "")).startswith("siglip")


def _cuts(tokenizer: Any, most: float | None) -> Callable[[Sequence[str]], list[bool]]:
    """Which texts have more than *most* tokens by a *tokenizer* of transformers."""

    def cuts(items: Sequence[str]) -> list[bool]:
        if most is None or math.isinf(most):  # a static model has a vector a token, and reads them all
            return [False] * len(items)
        ids = tokenizer(list(items), truncation=False, padding=False, verbose=False)["input_ids"]
        return [len(one) > most for one in ids]

    return cuts


def _sentence_transformers(model: str, device: str) -> Encoders:
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(model, device=device)
    config = getattr(getattr(loaded[0], "auto_model", None), "config", None)
    if _is_siglip(config):
        raise ValueError("it is a SigLIP, whose texts sentence-transformers pads too little: use library: transformers")
    if config is not None:
        loaded.max_seq_length = _longest(config, loaded.max_seq_length)
    more = {"image", "video", "audio"} & set(loaded.modalities)  # a text like a.jpg would be read as a file

    def pictures(items: Sequence[Any]) -> Any:
        return loaded.encode(list(items), batch_size=len(items), convert_to_numpy=True, show_progress_bar=False)

    def texts(items: Sequence[Any]) -> Any:
        return pictures([{"text": item} for item in items] if more else items)

    return Encoders(texts, pictures if "image" in more else None, _cuts(loaded.tokenizer, loaded.max_seq_length))


def _open_clip(model: str, device: str) -> Encoders:
    import open_clip
    import torch

    name, _, weights = model.partition(":")
    if os.path.isdir(model):
        name, weights = f"local-dir:{model}", ""
    elif "/" in name or name == "hf-hub":
        name, weights = f"hf-hub:{model.removeprefix('hf-hub:')}", ""
    elif not weights:
        raise ValueError(f"it names no weights: write {model}:TAG, as in ViT-B-32:laion2b_s34b_b79k, or a folder")
    loaded, prepare = open_clip.create_model_from_pretrained(name, pretrained=weights or None, device=device)
    tokens = open_clip.get_tokenizer(name)
    loaded.eval()

    def texts(items: Sequence[Any]) -> Any:
        with torch.inference_mode():
            return loaded.encode_text(tokens(list(items)).to(device)).float().cpu().numpy()

    def pictures(items: Sequence[Any]) -> Any:
        with torch.inference_mode():
            return loaded.encode_image(torch.stack([prepare(one) for one in items]).to(device)).float().cpu().numpy()

    def too_long(items: Sequence[str]) -> list[bool]:  # open_clip's own tokenizer, with a token before and one behind
        return [len(tokens.encode(item)) + 2 > tokens.context_length for item in items]

    theirs = getattr(tokens, "tokenizer", None)
    return Encoders(texts, pictures, too_long if theirs is None else _cuts(theirs, tokens.context_length))


def _transformers(model: str, device: str) -> Encoders:
    import torch
    from transformers import AutoModel, AutoProcessor

    loaded = AutoModel.from_pretrained(model).to(device).eval()
    kind = loaded.config.model_type
    if not (hasattr(loaded, "get_text_features") and hasattr(loaded, "get_image_features")):
        raise ValueError(f"it is no CLIP or SigLIP, but {kind}: use library: sentence_transformers, or another model")
    process = AutoProcessor.from_pretrained(model)
    most = _longest(loaded.config, process.tokenizer.model_max_length)
    size = {"padding": "max_length" if _is_siglip(loaded.config) else True, "truncation": True, "max_length": most}

    def vectors(found: Any) -> Any:
        return getattr(found, "pooler_output", found).float().cpu().numpy()

    def texts(items: Sequence[Any]) -> Any:
        given = process(text=list(items), return_tensors="pt", **size).to(device)
        if _is_siglip(loaded.config):
            given.pop("attention_mask", None)
        with torch.inference_mode():
            return vectors(loaded.get_text_features(**given))

    def pictures(items: Sequence[Any]) -> Any:
        given = process(images=list(items), return_tensors="pt").to(device)
        with torch.inference_mode():
            return vectors(loaded.get_image_features(**given))

    return Encoders(texts, pictures, _cuts(process.tokenizer, most))


LOADERS = {"sentence_transformers": _sentence_transformers, "open_clip": _open_clip, "transformers": _transformers}
"""By library: from the model and the device to what encodes texts, and pictures if the model takes any."""
