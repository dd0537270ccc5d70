"""LLaMA-Factory trains a step on our files, unchanged: ``llama_factory``, and ``llama_factory_dpo``."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from .conftest import exported, rows

pytestmark = pytest.mark.skipif(
    find_spec("llamafactory") is None, reason="LLaMA-Factory is not installed: see make_env.py"
)

TRAIN = """
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

try:
    import torchaudio
except RuntimeError:  # built for another CUDA than torch: it is imported whether there is sound or not
    sys.modules["torchaudio"] = ModuleType("torchaudio")
    sys.modules["torchaudio"].__spec__ = ModuleSpec("torchaudio", None)
from llamafactory.train.tuner import run_exp

run_exp()
"""


@pytest.mark.parametrize(("name", "stage"), [("llama_factory", "sft"), ("llama_factory_dpo", "dpo")])
def test_a_step(
    name: str, stage: str, played: Path, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = exported(played, name)
    said = "".join(capsys.readouterr())
    entry = json.loads(said.partition("dataset_info.json: ")[2].splitlines()[0])
    (tmp_path / "dataset_info.json").write_text(json.dumps(entry))
    assert list(entry) == [path.stem]
    assert rows(path)
    settings = {
        "stage": stage,
        "model_name_or_path": str(model),
        "do_train": True,
        "finetuning_type": "full",
        "freeze_vision_tower": False,
        "dataset": path.stem,
        "dataset_dir": str(path.parent),
        "template": "qwen2_vl",
        "video_maxlen": 4,
        "video_max_pixels": 12544,
        "cutoff_len": 4096,
        "max_steps": 1,
        "per_device_train_batch_size": 2,
        "learning_rate": 1e-3,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": "none",
        "use_cpu": True,
        "output_dir": str(tmp_path / "trained"),
    }
    (tmp_path / "train.yaml").write_text(json.dumps(settings))
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(tmp_path / "train.yaml")],
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "<|video_pad|><|video_pad|>" in done.stdout + done.stderr, (
        "the first row is shown, with the tokens of its video"
    )
    log = [json.loads(line) for line in (tmp_path / "trained" / "trainer_log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in log if "loss" in line]
    assert losses
    assert all(math.isfinite(loss) and loss > 0 for loss in losses)
