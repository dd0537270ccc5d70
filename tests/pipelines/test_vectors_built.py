"""A build whose spans have vectors: asked over HTTP, kept once, published as a column that ``datasets`` loads."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pyarrow.dataset as ds
import pytest
from exact_embedder import SIZE
from inline import without_ray
from openai_server import Server

from vdata.cli import run
from vdata.schemas.vector_columns import vectors_of

CONFIG = """videos: ["*.mp4"]
teachers:
  eyes: {{kind: embed, model: scripted, base_url: {url}, image_input: objects}}
stages:
  - shots: {{detector: fixed, fixed: {{seconds: 5}}}}
  - embed: {{of: shots, look: {{count: 2, size: 64}}}}
  - match: {{mode: stitch, keep_vectors: true, still: null, size: 64}}
  - match: {{mode: curves, concepts: [red, green, blue], size: 64, every: 5, windows: seen}}
output: {{path: out}}
cache: cache
"""


@pytest.mark.slow
def test_vectors_are_published(make_videos: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    make_videos.variable(tmp_path / "c.mp4")
    with Server(embed="exact_embedder:vector") as server:
        Path("c.yaml").write_text(CONFIG.format(url=server.url))
        assert run(["build", "c.yaml"]) == 0
        calls = server.counters.calls
        pictures = sum(len(body["input"]) for body in server.counters.bodies if isinstance(body["input"][0], dict))
        assert run(["build", "c.yaml", "--out", "again"]) == 0
        assert server.counters.calls == calls, "every vector was kept"
    assert pictures == 6 + 6 + 3, "two in each shot, its first and its last, and the middle of each step"
    table = ds.dataset("out/timelines").to_table()
    rows, spans, numbers = vectors_of(table, "shots")
    assert (rows.tolist(), spans.tolist(), numbers.shape) == ([0, 0, 0], [0, 1, 2], (3, SIZE))
    assert numbers.argmax(axis=1).tolist() == [0, 1, 2], "red, green, blue"
    assert len(vectors_of(table, "events")[2]) == 3
    (steps,) = table.column("lane_saliency").to_pylist()
    assert [step["label"] for step in steps] == ["red", "green", "blue"]

    from datasets import load_dataset

    loaded = load_dataset("out", data_files="timelines/*.parquet", split="train", cache_dir=str(tmp_path / "hf"))
    assert len(loaded[0]["lane_shots"][0]["vector"]) == SIZE
