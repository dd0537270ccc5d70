"""A model of faster-whisper, in CTranslate2's own format, that says the same in every window, whatever it hears."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

SIZE, LAYERS, CONTEXT = 64, 1, 448
MELS, FRAMES = 80, 1500
SPECIAL = ("endoftext", "startoftranscript", "en", "translate", "transcribe", "startoflm", "startofprev", "nospeech",
           "notimestamps")  # fmt: skip


def make(folder: Path, says: Sequence[str | float]) -> Path:
    """A model in *folder* that says *says*; a number is a time in seconds.

    It is English only: its vocabulary is bytes, and the words of *says*.
    """
    from ctranslate2.specs import WhisperSpec
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = list(dict.fromkeys(pair for part in says if isinstance(part, str) for pair in _merges(part)))
    letters += ["".join(pair) for pair in merges]
    specials = [*(f"<|{name}|>" for name in SPECIAL), *(f"<|{n * 0.02:.2f}|>" for n in range(1501))]
    tokenizer: Any = Tokenizer(models.BPE(vocab={letter: n for n, letter in enumerate(letters)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(one, normalized=False, special=True) for one in specials])
    tokens: list[int] = []
    for part in says:
        time: Any = None if isinstance(part, str) else tokenizer.token_to_id(f"<|{part:.2f}|>")
        tokens += tokenizer.encode(part, add_special_tokens=False).ids if isinstance(part, str) else [time]
    tokens += [tokenizer.token_to_id("<|endoftext|>")] * (CONTEXT - len(tokens))

    rng = np.random.default_rng(0)
    embedding = rng.normal(0, 1, (tokenizer.get_vocab_size(), SIZE)).astype(np.float32)
    spec = WhisperSpec(LAYERS, 1, LAYERS, 1)
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = _small(rng, SIZE, MELS, 3), np.zeros(SIZE, np.float32)
    encoder.conv2.weight, encoder.conv2.bias = _small(rng, SIZE, SIZE, 3), np.zeros(SIZE, np.float32)
    encoder.position_encodings.encodings = _small(rng, FRAMES, SIZE)
    decoder.embeddings.weight = decoder.projection.weight = embedding
    decoder.position_encodings.encodings = 10 * embedding[tokens]  # each position points to the next token
    decoder.scale_embeddings = False
    for part in (encoder, decoder):
        _norm(part.layer_norm)
        for layer in part.layer:
            for attention in (layer.self_attention, getattr(layer, "attention", None)):
                if attention is not None:
                    _norm(attention.layer_norm)
                    _attention(attention.linear, rng)
            _norm(layer.ffn.layer_norm)
            _linear(layer.ffn.linear_0, _small(rng, 4 * SIZE, SIZE))
            _linear(layer.ffn.linear_1, np.zeros((SIZE, 4 * SIZE), np.float32))
    vocabulary = sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id)
    spec.register_vocabulary(vocabulary)
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids, spec.config.alignment_heads = [], [(0, 0)]
    folder.mkdir(parents=True, exist_ok=True)
    spec.validate()
    spec.optimize()
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": MELS}))
    return folder


def _merges(text: str) -> list[tuple[str, str]]:
    """What makes each word of *text*, with the space before it, one token."""
    words = ["\u0120" + word for word in text.split()]  # how the alphabet of bytes writes a space
    return [(word[:n], word[n]) for word in words for n in range(1, len(word))]


def _attention(linear: Any, rng: np.random.Generator) -> None:
    """What the attention adds is nothing: its last matrix is 0."""
    own = len(linear) == 2
    shapes = [3 * SIZE, SIZE] if own else [SIZE, 2 * SIZE, SIZE]
    for n, (one, rows) in enumerate(zip(linear, shapes, strict=True)):
        last = n == len(linear) - 1
        _linear(one, np.zeros((rows, SIZE), np.float32) if last else _small(rng, rows, SIZE))


def _linear(linear: Any, weight: Any) -> None:
    linear.weight, linear.bias = weight, np.zeros(len(weight), np.float32)


def _norm(norm: Any) -> None:
    norm.gamma, norm.beta = np.ones(SIZE, np.float32), np.zeros(SIZE, np.float32)


def _small(rng: np.random.Generator, *shape: int) -> Any:
    return rng.normal(0, 0.1, shape).astype(np.float32)
