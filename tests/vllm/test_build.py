"""``vdata build`` with the vLLM engine inside: two passes that ask share one engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq

CONFIG = """
videos: videos/*.mp4
cache: cache
teachers:
  watcher:
    kind: vllm
    model: {model}
    temperature: 1.0
    seed: 3
    max_tokens: 1500
    engine: {{enforce_eager: true, max_model_len: 2048, gpu_memory_utilization: 0.3}}
stages:
  - scan
  - shots: {{min_seconds: 0.5}}
  - caption: {{look: {{count: 2, size: 100}}}}
  - keyframes
  - caption: {{look: {{count: 3, size: 100}}, into: details}}
output: {{path: out}}
"""


def test_a_build_captions_videos_and_the_second_one_asks_nothing(
    models: Path, make_videos: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "videos").mkdir()
    for number in range(3):
        make_videos.plain(tmp_path / "videos" / f"{number}.mp4", 60 + 10 * number)
    (tmp_path / "build.yaml").write_text(CONFIG.format(model=models / "vision"))

    def build(*more: str) -> tuple[str, dict[str, float]]:
        command = [sys.executable, "-m", "vdata", "build", "build.yaml", *more]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, timeout=600)
        assert done.returncode == 0, done.stderr
        summary = json.loads((tmp_path / "out" / "build.json").read_text())
        return done.stdout, {
            key: sum(purpose[key] for purpose in summary["teachers"]["watcher"].values())
            for key in ("calls", "failed", "tokens_in", "tokens_out", "saved_calls")
        }

    out, spent = build()
    print(out)
    assert spent["calls"] == 6
    assert spent["failed"] == 0
    assert spent["tokens_in"] > 3 * (2 + 3) * 16  # the pictures alone
    rows = [
        row for file in sorted((tmp_path / "out" / "timelines").iterdir()) for row in pq.read_table(file).to_pylist()
    ]
    assert len(rows) == 3
    for row in rows:
        for lane in ("captions", "details"):
            (caption,) = row[f"lane_{lane}"]
            assert caption["source"] == "watcher"
            assert caption["text"]
    out, again = build("--overwrite")
    assert again["calls"] == 0
    assert again["saved_calls"] == 6
