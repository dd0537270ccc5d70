"""Stages that need a GPU are passes of their own, for which Ray sets aside what they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.run.gpu_shares import gpu_shares
from vdata.pipelines.run.passes import in_passes, make_passes
from vdata.pipelines.settings.config_reader import load_config

CONFIG = """
videos: "*.mp4"
stages:
  - sounds
  - speech: {engine: faster_whisper, vad: sounds, gpu: 0.5}
  - shots: {detector: fixed}
output: {path: out}
"""


@pytest.fixture
def passes(tmp_path: Path) -> Any:
    (tmp_path / "build.yaml").write_text(CONFIG)
    config = load_config(tmp_path / "build.yaml")
    route = resolve_plan(config)
    assert [[stage.name() for stage in stages] for stages in in_passes(route)] == [
        ["probe", "sounds"],
        ["speech"],
        ["scan", "shots"],
    ]
    return make_passes(config, route, [], tmp_path / "out" / ".vdata" / "parts")


@pytest.mark.parametrize(("there", "told", "said"), [(1.0, {1: 0.5}, []), (0.0, {}, ["speech: gpu: 0.5 is set"])])
def test_ray_sets_a_share_aside_where_there_is_a_gpu(
    passes: Any, monkeypatch: pytest.MonkeyPatch, there: float, told: dict[int, float], said: list[str]
) -> None:
    monkeypatch.setattr("ray.cluster_resources", lambda: {"GPU": there})
    warned: list[str] = []
    assert [work.gpus for work in passes] == [0, 0.5, 0]
    assert gpu_shares(passes, warned.append) == told
    assert [line.partition(",")[0] for line in warned] == said
    assert gpu_shares(passes[:1], warned.append) == {}
