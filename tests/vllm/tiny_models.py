"""Models that are small enough to make on the spot, for vLLM on a CPU: their weights are noise, their format is real.

``python tiny_models.py FOLDER`` writes ``FOLDER/text`` (Qwen2) and ``FOLDER/vision`` (LLaVA: CLIP and Llama).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SPECIAL = ["<|end|>", "<|user|>", "<|assistant|>", "<|system|>", "<image>", "<pad>"]
CORPUS = [
    "A person pours water into a glass and puts the bottle on the table.",
    "The red square moves from the left to the right, then the blue circle appears.",
    "What happens first? Describe the picture in one sentence, in plain English.",
    '{"caption": "a dog runs", "count": 3, "where": ["garden", "street"], "seen": true, "objects": null}',
]
TEMPLATE = """{%- for message in messages -%}
<|{{ message['role'] }}|>
{%- if message['content'] is string -%}{{ message['content'] }}
{%- else -%}
{%- for part in message['content'] -%}
{%- if part['type'] == 'text' -%}{{ part['text'] }}{%- else -%}<image>{%- endif -%}
{%- endfor -%}
{%- endif -%}
<|end|>
{%- endfor -%}
{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"""
LENGTH = 2048
"""Tokens of context."""
SPREAD = 0.1
"""Standard deviation of the weights: enough that replies depend on what was asked, little enough that they end."""
PICTURE = 56
"""Side of a picture in pixels: 16 patches of 14."""


def make_text(folder: Path) -> Path:
    """Write a Qwen2 model of two layers to *folder*."""
    from transformers import Qwen2Config, Qwen2ForCausalLM

    tokenizer = _tokenizer(folder)
    config: Any = Qwen2Config(vocab_size=len(tokenizer), bos_token_id=None, **_ids(tokenizer), **_layers())
    return _save(Qwen2ForCausalLM, config, folder)


def make_vision(folder: Path) -> Path:
    """Write a LLaVA model whose pictures take 16 tokens to *folder*."""
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    tokenizer = _tokenizer(folder)
    vision: Any = CLIPVisionConfig(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=PICTURE,
        patch_size=14,
        projection_dim=64,
        initializer_range=SPREAD,
    )
    text: Any = LlamaConfig(vocab_size=len(tokenizer), bos_token_id=None, **_ids(tokenizer), **_layers())
    image = tokenizer.convert_tokens_to_ids("<image>")
    config: Any = LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=image,
        image_seq_length=(PICTURE // 14) ** 2,
        vision_feature_select_strategy="default",
        vision_feature_layer=-1,
    )
    side: Any = {"height": PICTURE, "width": PICTURE}
    pictures: Any = CLIPImageProcessor(size={"shortest_edge": PICTURE}, crop_size=side)
    LlavaProcessor(
        pictures,
        tokenizer,
        patch_size=14,
        vision_feature_select_strategy="default",
        image_token="<image>",
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    ).save_pretrained(folder)
    return _save(LlavaForConditionalGeneration, config, folder)


def _save(model: Any, config: Any, folder: Path) -> Path:
    """Weights from a fixed seed, so that the model answers the same wherever it is made."""
    import torch
    from safetensors.torch import load_file, save_file

    torch.manual_seed(0)
    model(config).to(torch.bfloat16).save_pretrained(folder)
    file = folder / "model.safetensors"
    weights = {
        name.replace("vision_tower.", "vision_tower.vision_model."): tensor  # as published, and as vLLM wants them
        for name, tensor in load_file(file).items()
    }
    save_file(weights, file, {"format": "pt"})
    return folder


def _layers() -> dict[str, Any]:
    """Two layers; heads of 64, the least that vLLM takes on a CPU."""
    return {
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "max_position_embeddings": LENGTH,
        "initializer_range": SPREAD,
    }


def _ids(tokenizer: Any) -> dict[str, Any]:
    return {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}


def _tokenizer(folder: Path) -> Any:
    """A byte-level BPE trained on a few sentences, saved to *folder* with its chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    model = Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    model.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=512, special_tokens=SPECIAL, initial_alphabet=sorted(alphabet), show_progress=False
    )
    model.train_from_iterator(CORPUS, trainer)
    tokenizer: Any = PreTrainedTokenizerFast(
        tokenizer_object=model,
        eos_token="<|end|>",
        pad_token="<pad>",
        additional_special_tokens=SPECIAL[1:5],
        model_max_length=LENGTH,
    )
    tokenizer.chat_template = TEMPLATE
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    return tokenizer


if __name__ == "__main__":
    root = Path(sys.argv[1])
    print(json.dumps({"text": str(make_text(root / "text")), "vision": str(make_vision(root / "vision"))}))
