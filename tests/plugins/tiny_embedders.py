"""Tiny models with random weights, saved to folders as the libraries save theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORDS = ["<pad>", "<unk>", "<s>", "</s>", "a", "red", "green", "blue", "car", "dog", "runs", "over", "the", "road"]
LONGEST = 12
"""Tokens of a text; the tokenizer says no limit of its own, as that of SigLIP 2 says none."""


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="<unk>"))
    bare.pre_tokenizer = pre_tokenizers.Whitespace()
    bare.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 2), ("</s>", 3)])
    special = {"pad_token": "<pad>", "unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
    names = ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=bare, model_input_names=names, **special)


def _tower() -> dict[str, Any]:
    return {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}


def clip(folder: Path) -> Path:
    """A CLIPModel of 8 dimensions, with its processor."""
    import torch
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor

    torch.manual_seed(1)
    text = {
        **_tower(),
        "vocab_size": len(WORDS),
        "max_position_embeddings": LONGEST,
        "eos_token_id": 3,
        "bos_token_id": 2,
    }
    seen = {**_tower(), "image_size": 32, "patch_size": 16}
    config = CLIPConfig(text_config={**text, "pad_token_id": 0}, vision_config=seen, projection_dim=8)
    CLIPModel(config).save_pretrained(folder)
    pictures = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    CLIPProcessor(image_processor=pictures, tokenizer=_tokenizer()).save_pretrained(folder)
    return folder


def siglip(folder: Path) -> Path:
    """A SiglipModel of 16 dimensions, with its processor."""
    import torch
    from transformers import SiglipConfig, SiglipImageProcessor, SiglipModel, SiglipProcessor

    torch.manual_seed(2)
    text = {**_tower(), "vocab_size": len(WORDS), "max_position_embeddings": LONGEST, "projection_size": 16}
    seen = {**_tower(), "image_size": 32, "patch_size": 16}
    SiglipModel(SiglipConfig(text_config=text, vision_config=seen)).save_pretrained(folder)
    pictures = SiglipImageProcessor(size={"height": 32, "width": 32})
    SiglipProcessor(image_processor=pictures, tokenizer=_tokenizer()).save_pretrained(folder)
    return folder


def bert(folder: Path) -> Path:
    """A BertModel of 16 dimensions, which makes vectors of texts alone."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(3)
    BertModel(BertConfig(**_tower(), vocab_size=len(WORDS), max_position_embeddings=64)).save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return folder


def sentences(folder: Path, model: Path, *, pooled: bool = False) -> Path:
    """The model in the folder *model* as sentence-transformers saves it; *pooled*: one that makes a vector a word."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    whole = Transformer(str(model))
    SentenceTransformer(modules=[whole, Pooling(16)] if pooled else [whole], device="cpu").save(str(folder))
    return folder


def word_llama(folder: Path) -> Path:
    """A trained model, which the package wordllama carries: a vector of 256 dimensions for each of 32,000 tokens."""
    import numpy as np
    import wordllama
    from safetensors.numpy import load_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer

    package = Path(wordllama.__file__).parent
    tokens = Tokenizer.from_file(str(package / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    (weights,) = load_file(package / "weights" / "l2_supercat_256.safetensors").values()
    static = StaticEmbedding(tokens, embedding_weights=weights.astype(np.float32))
    SentenceTransformer(modules=[static], device="cpu").save(str(folder))
    return folder


def open_clip(folder: Path) -> Path:
    """A CLIP of open_clip of 8 dimensions."""
    import torch
    from open_clip.model import CLIP

    torch.manual_seed(4)
    config = {
        "embed_dim": 8,
        "vision_cfg": {"image_size": 32, "layers": 2, "width": 16, "head_width": 8, "patch_size": 16},
        "text_cfg": {"context_length": LONGEST, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 2},
    }
    folder.mkdir(parents=True)
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": {}}))
    torch.save(CLIP(**config).state_dict(), folder / "open_clip_pytorch_model.bin")
    return folder
