"""Whisper checkpoints that the tests make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

Checkpoint = Callable[..., Path]
DIMS = {
    "n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": 64, "n_audio_head": 2, "n_audio_layer": 1,
    "n_vocab": 51865, "n_text_state": 64, "n_text_head": 2, "n_text_layer": 2,
}  # fmt: skip


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    """``checkpoint()``: a whisper checkpoint with random weights, in whisper's own format. ``checkpoint(says)``: one
    that says *says* in every window whatever it hears; a number is a time in seconds. Skips without whisper."""
    torch = pytest.importorskip("torch", reason="whisper needs torch: pip install 'vdata-toolkit[whisper]'")
    pytest.importorskip("whisper", reason="whisper is not installed: pip install 'vdata-toolkit[whisper]'")
    from whisper.model import ModelDimensions, Whisper
    from whisper.tokenizer import get_tokenizer

    def make(says: Sequence[str | float] = (), *, language: str = "en", seed: int = 0, room: int = 128) -> Path:
        torch.manual_seed(seed)
        dims = {**DIMS, "n_text_ctx": room}  # whisper says at most half as many tokens in a window
        model = Whisper(ModelDimensions(**dims))
        with torch.no_grad():
            for weights in model.parameters():
                weights.normal_(0, 0.3)
            if says:
                _rig(model, says, get_tokenizer(True, language=language, task="transcribe"))
        path = tmp_path / f"model{seed}{'-'.join(map(str, says))[:20].replace('/', '')}.pt"
        torch.save({"dims": dims, "model_state_dict": model.state_dict()}, path)
        return path

    def _rig(model: Any, says: Sequence[str | float], tokenizer: Any) -> None:
        """The decoder's blocks add nothing, and the embedding of each position points to the next token."""
        decoder = model.decoder
        decoder.token_embedding.weight.normal_(0, 1)
        decoder.ln.weight.fill_(1)
        decoder.ln.bias.zero_()
        for block in decoder.blocks:
            for last in (block.attn.out, block.cross_attn.out, block.mlp[2]):
                last.weight.zero_()
                last.bias.zero_()
        tokens: list[int] = [tokenizer.to_language_token(tokenizer.language), tokenizer.sot_sequence[2]]
        for part in says:
            if isinstance(part, str):
                tokens += tokenizer.encode(part)
            else:
                tokens.append(tokenizer.timestamp_begin + round(part / 0.02))
        tokens += [tokenizer.eot] * (len(decoder.positional_embedding) - len(tokens))
        decoder.positional_embedding.copy_(10 * decoder.token_embedding.weight[torch.tensor(tokens)])

    return make
