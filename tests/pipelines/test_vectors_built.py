"""A build whose spans have vectors: asked over HTTP, kept once, published as a column that ``datasets`` loads."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

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

    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "hf"))
    shown: dict[str, Any] = {}
    exec(of_the_docs().replace("out/mine", "out"), shown)
    assert len(shown["shot"]) == SIZE
    assert shown["matrix"].tolist() == numbers.tolist()


def of_the_docs() -> str:
    """The lines by which docs/teachers.md shows how vectors are read."""
    page = (Path(__file__).parents[2] / "docs" / "teachers.md").read_text(encoding="utf-8")
    blocks: list[str] = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    [text] = [one for one in blocks if "vectors_of" in one]
    return text
