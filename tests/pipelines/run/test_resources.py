"""Stages that need a GPU are passes of their own; Ray sets aside what they, or the config, ask for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vdata.pipelines.errors import ConfigError, UserError
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.run.passes import in_passes, make_passes
from vdata.pipelines.run.resources import ASKER_BYTES, asker_counts, worker_options
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


def nodes(*resources: dict[str, float]) -> list[dict[str, Any]]:
    return [{"Alive": True, "Resources": one} for one in resources] + [{"Alive": False, "Resources": {"CPU": 99.0}}]


@pytest.mark.parametrize(("there", "told", "said"), [(1.0, 0.5, []), (0.0, None, ["speech: gpu: 0.5 is set"])])
def test_ray_sets_a_share_aside_where_there_is_a_gpu(
    passes: Any, monkeypatch: pytest.MonkeyPatch, there: float, told: float | None, said: list[str]
) -> None:
    monkeypatch.setattr("ray.nodes", lambda: nodes({"CPU": 2.0}, {"CPU": 2.0, "GPU": there}))
    warned: list[str] = []
    assert [work.gpus for work in passes] == [0, 0.5, 0]
    options = worker_options(passes, warned.append)
    assert [options[n]["num_gpus"] for n in range(3)] == [None, told, None]
    assert [options[n]["num_cpus"] for n in range(3)] == [1, 1, 1]
    assert [line.partition(",")[0] for line in warned] == said
    assert worker_options(passes[:1], warned.append) == {0: {"num_cpus": 1, "num_gpus": None, "memory": None}}


def made(tmp_path: Path, resources: str, stages: str = "[sounds, shots: {detector: fixed}]") -> Any:
    text = f"{{videos: '*.mp4', stages: {stages}, output: {{path: out}}, resources: {resources}}}"
    (tmp_path / "build.yaml").write_text(text)
    config = load_config(tmp_path / "build.yaml")
    return make_passes(config, resolve_plan(config), [], tmp_path / "out" / ".vdata" / "parts")


def test_what_the_config_says_holds_for_the_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ray.nodes", lambda: nodes({"CPU": 2.0, "memory": 8 * 2**30}, {"CPU": 4.0, "memory": 2**30}))
    (only,) = made(tmp_path, "{sounds: {cpus: 2}, scan: {cpus: 0.5, memory_gb: 3}}")
    assert (only.cpus, only.memory_gb) == (2, 3)
    assert worker_options([only], print) == {0: {"num_cpus": 2, "num_gpus": None, "memory": 3 * 2**30}}
    (plain,) = made(tmp_path, "{}")
    assert plain.settings == only.settings, "a build goes on with other resources"


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        ("{sounds: {cpus: 5}}", r"cpus: 5 can never be set aside: the largest node has 4\."),
        (
            "{shots: {memory_gb: 9}}",
            r"^resources: probe, sounds, scan, shots: memory_gb: 9 can .* the largest node has 8\.",
        ),
    ],
)
def test_what_no_node_has_is_said_at_once(
    resources: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ray.nodes", lambda: nodes({"CPU": 2.0, "memory": 8 * 2**30}, {"CPU": 4.0, "memory": 2**30}))
    with pytest.raises(UserError, match=said):
        worker_options(made(tmp_path, resources), print)


ASKED = """
{videos: '*.mp4', stages: [shots: {detector: fixed}, caption], output: {path: out}, resources: {caption: {askers: 3}},
 teachers: {watcher: {kind: openai, model: m, base_url: http://localhost:1/v1, CONCURRENCY}}}
"""


@pytest.mark.parametrize(
    ("concurrency", "units", "many"),
    [("concurrency: 64", 99, 6), ("concurrency: 64", 4, 4), ("concurrency: 5", 99, 5), ("batch: true", 99, 1)],
)
def test_each_node_has_processes_that_ask(
    concurrency: str, units: int, many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ray.nodes", lambda: nodes({"CPU": 2.0}, {"CPU": 2.0}, {"GPU": 1.0}))
    (tmp_path / "build.yaml").write_text(ASKED.replace("CONCURRENCY", concurrency))
    config = load_config(tmp_path / "build.yaml")
    passes = make_passes(config, resolve_plan(config), [], tmp_path / "out" / ".vdata" / "parts")
    (asking,) = (work for work in passes if work.asks)
    assert asker_counts(passes, units) == {asking.number: many}
    assert asker_counts(passes, 0) == {}
    options = worker_options([replace(asking, askers=many)], print)[asking.number]
    assert (options["num_cpus"], options["memory"]) == (0, ASKER_BYTES if many > 1 else None), "Ray spreads what takes"


def test_a_stage_that_asks_nobody_has_no_askers(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        made(tmp_path, "{sounds: {askers: 2}, shots: {cpus: 1}}")
    assert [(one.message, one.hint) for one in caught.value.problems] == [
        ("sounds asks no teacher.", "Leave it out."),
    ]


def test_a_stage_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        made(tmp_path, "{sound: {cpus: 2}, shots#2: {cpus: 2}, shots: {cpu: 2}}")
    assert [(one.message, one.hint) for one in caught.value.problems] == [
        ("unknown key.", "Did you mean cpus?"),
        ("no stage of this config.", "Did you mean sounds?"),
        ("no stage of this config.", "Did you mean shots?"),
    ]
