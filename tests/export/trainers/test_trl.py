"""TRL trains a step on our files, unchanged: SFTTrainer on ``openai``, DPOTrainer on ``dpo``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from .conftest import exported, rows

pytest.importorskip("trl", reason="TRL is not installed: see make_env.py")

FRAMES = 4


def with_pictures(row: dict[str, Any]) -> dict[str, Any]:
    """*row* with pictures in the place of its video, as TRL's own collators take them: 1.16 knows no videos.

    docs/outputs.md shows this function.
    """
    import av

    images: list[Any] = []
    for key in ("messages", "prompt", "chosen", "rejected"):
        for turn in row.get(key, ()):
            parts: list[dict[str, Any]] = []
            for part in turn["content"]:
                if part["type"] != "video":
                    parts.append({"type": "text", "text": part["text"]})
                    continue
                with av.open(part["video"]) as file:
                    frames = [frame.to_image() for frame in file.decode(video=0)]
                images += frames[:: max(1, len(frames) // FRAMES)][:FRAMES]
                parts += [{"type": "image"}] * FRAMES
            turn["content"] = parts
    return {**row, "images": images}


def trained(trainer: Any) -> tuple[float, dict[str, float]]:
    """The loss of a step of *trainer*, and by how much each part of the model was changed by it."""
    before = {name: one.detach().clone() for name, one in trainer.model.named_parameters()}
    seen: list[int] = []
    trainer.model.register_forward_pre_hook(
        lambda _, args, kwargs: seen.append(kwargs["pixel_values"].shape[0]), with_kwargs=True
    )
    loss = trainer.train().training_loss
    assert seen
    assert min(seen) > 0, "pictures come to the model"
    moved = {name: float((one.detach() - before[name]).abs().max()) for name, one in trainer.model.named_parameters()}
    return loss, moved


def settings(kind: Any, folder: Path) -> Any:
    return kind(
        str(folder / "trained"),
        max_steps=1,
        per_device_train_batch_size=2,
        learning_rate=1e-3,
        max_length=None,
        use_cpu=True,
        bf16=False,
        report_to=[],
        save_strategy="no",
        gradient_checkpointing=False,
    )


def check(loss: float, moved: dict[str, float]) -> None:
    assert math.isfinite(loss)
    assert loss > 0
    assert any(change > 0 for name, change in moved.items() if "visual" in name), "what looks at pictures has learnt"
    assert any(change > 0 for name, change in moved.items() if "language_model" in name)


def test_a_step_of_sft(played: Path, model: Path, tmp_path: Path) -> None:
    from datasets import Dataset
    from transformers import AutoModelForImageTextToText, AutoProcessor
    from trl import SFTConfig, SFTTrainer

    read = rows(exported(played, "openai"))
    assert len(read) >= 8
    assert {part["type"] for part in read[0]["messages"][0]["content"]} == {"video", "text"}
    trainer = SFTTrainer(
        AutoModelForImageTextToText.from_pretrained(model),
        settings(SFTConfig, tmp_path),
        train_dataset=Dataset.from_list([with_pictures(row) for row in read]),
        processing_class=AutoProcessor.from_pretrained(model),
    )
    check(*trained(trainer))


def test_a_step_of_dpo(played: Path, model: Path, tmp_path: Path) -> None:
    from datasets import Dataset
    from transformers import AutoModelForImageTextToText, AutoProcessor
    from trl import DPOConfig, DPOTrainer

    read = rows(exported(played, "dpo"))
    assert len(read) == 2
    trainer = DPOTrainer(
        AutoModelForImageTextToText.from_pretrained(model),
        args=settings(DPOConfig, tmp_path),
        train_dataset=Dataset.from_list([with_pictures(row) for row in read]),
        processing_class=AutoProcessor.from_pretrained(model),
    )
    loss, moved = trained(trainer)
    check(loss, moved)
    assert loss == pytest.approx(math.log(2), abs=0.01), "before the first step, neither reply is preferred"
