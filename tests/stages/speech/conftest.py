"""Videos with a sound that is known, and whisper checkpoints that the tests make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

Film = Callable[..., Path]
Checkpoint = Callable[..., Path]
RATE = 48000
DIMS = {
    "n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": 64, "n_audio_head": 2, "n_audio_layer": 1,
    "n_vocab": 51865, "n_text_state": 64, "n_text_head": 2, "n_text_layer": 2,
}  # fmt: skip


def beeps(seconds: float, at: Sequence[float], rate: int = RATE) -> Any:
    """Silence with a tone of 1 kHz for 0.2 s at each of *at* (seconds): float32."""
    time = np.arange(int(seconds * rate)) / rate
    loud = np.zeros(len(time), bool)
    for start in at:
        loud |= (time >= start) & (time < start + 0.2)
    return (np.sin(2 * np.pi * 1000 * time) * loud * 0.5).astype(np.float32)


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """``film("a.mkv", sound, begins=…, gap=(at, seconds))``: grey pictures, 5 a second, with *sound* (48 kHz)."""

    def make(
        name: str,
        sound: Any = None,
        *,
        begins: float = 0.0,
        pictures_begin: float = 0.0,
        gap: tuple[float, float] = (0.0, 0.0),
        codec: str = "flac",
        seconds: float = 6.0,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as target:
            stream: Any = target.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.codec_context.time_base = Fraction(1, 1000)
            voice: Any = target.add_stream(codec, rate=RATE, layout="mono") if sound is not None else None
            for n in range(int(seconds * 5)):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
                frame.pts, frame.time_base = round((pictures_begin + n / 5) * 1000), Fraction(1, 1000)
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))
            if sound is not None:
                kind = "s16" if codec == "flac" else "fltp"
                data = (sound * 32767).astype(np.int16) if kind == "s16" else sound
                for at in range(0, len(data) - 1023, 1024):
                    heard = av.AudioFrame.from_ndarray(data[None, at : at + 1024], format=kind, layout="mono")
                    late = gap[1] if at / RATE >= gap[0] else 0.0
                    heard.rate, heard.time_base = RATE, Fraction(1, RATE)
                    heard.pts = at + round((begins + late) * RATE)
                    target.mux(voice.encode(heard))
                target.mux(voice.encode(None))
        return path

    return make


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
