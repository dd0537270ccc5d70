"""ms-swift trains a step on our files, unchanged: ``ms_swift``, and ``ms_swift_dpo``."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from .conftest import exported, rows

pytestmark = pytest.mark.skipif(find_spec("swift") is None, reason="ms-swift is not installed: see make_env.py")

TRAIN = """
from swift.pipelines import {command}_main
from swift.template.templates.qwen import Qwen2VLTemplate as Template

Template.image_token_id, Template.video_token_id = {tokens}  # the numbers of Qwen's own tokenizer stand there
{command}_main()
"""


@pytest.mark.parametrize(("name", "command"), [("ms_swift", ["sft"]), ("ms_swift_dpo", ["rlhf", "--rlhf_type", "dpo"])])
def test_a_step(name: str, command: list[str], played: Path, model: Path, tmp_path: Path) -> None:
    path = exported(played, name)
    assert rows(path)
    out = tmp_path / "trained"
    given = {
        "model": model,
        "model_type": "qwen2_vl",
        "template": "qwen2_vl",
        "tuner_type": "full",
        "dataset": path,
        "strict": "true",
        "max_steps": 1,
        "per_device_train_batch_size": 2,
        "freeze_vit": "false",
        "torch_dtype": "float32",
        "attn_impl": "eager",
        "gradient_checkpointing": "false",
        "dataloader_num_workers": 0,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "use_hf": "true",
        "output_dir": out,
    }
    options = [text for key, value in given.items() for text in (f"--{key}", str(value))]
    environment = {**os.environ, "FPS_MAX_FRAMES": "4", "VIDEO_MAX_PIXELS": "12544", "CUDA_VISIBLE_DEVICES": ""}
    ids = json.loads((model / "config.json").read_text())
    tokens = f"{ids['image_token_id']}, {ids['video_token_id']}"
    code = TRAIN.format(tokens=tokens, command=command[0])
    done = subprocess.run(
        [sys.executable, "-c", code, *command[1:], *options], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    shown = re.findall(r"<\|vision_start\|>.{,30}", done.stdout + done.stderr)
    counts = [int(count) for one in shown for count in re.findall(r"^<\|vision_start\|>\[\d+ \* (\d+)\]", one)]
    assert max(counts, default=0) >= 4, f"the first row is shown, with the tokens of its video: {shown}"
    (log,) = out.rglob("logging.jsonl")
    losses = [line["loss"] for text in log.read_text().splitlines() if "loss" in (line := json.loads(text))]
    assert losses
    assert all(math.isfinite(loss) and loss > 0 for loss in losses)
