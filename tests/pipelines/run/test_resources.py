"""Stages that need a GPU are passes of their own; Ray sets aside what they, or the config, ask for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vdata.pipelines.errors import ConfigError, UserError
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.run.nodes import working
from vdata.pipelines.run.pass_runner import PassRunner
from vdata.pipelines.run.passes import in_passes, make_passes
from vdata.pipelines.run.resources import ASKER_BYTES, refuse_crowd, worker_options
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.storage.output_folder import OutputFolder

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
    """Those that are alive, at 10.0.0.1 and so on, and a dead one."""
    alive = [
        {"Alive": True, "NodeID": f"node{n}", "NodeManagerAddress": f"10.0.0.{n}", "Resources": one}
        for n, one in enumerate(resources, 1)
    ]
    return [*alive, {"Alive": False, "NodeID": "dead", "NodeManagerAddress": "10.0.0.99", "Resources": {"CPU": 99.0}}]


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
        ("{sounds: {cpus: 5}}", ("cpus: 5", "10.0.0.2", "cpus: 4")),
        ("{shots: {memory_gb: 9}}", ("cpus: 1, memory_gb: 9", "10.0.0.1", "memory_gb: 8")),
        ("{sounds: {cpus: 3, memory_gb: 2}}", ("cpus: 3, memory_gb: 2", "10.0.0.1", "cpus: 2")),
        ("{sounds: {cpus: 4, memory_gb: 1.5}}", ("cpus: 4, memory_gb: 1.5", "10.0.0.2", "memory_gb: 1")),
    ],
)
def test_what_no_node_has_is_said_at_once(
    resources: str, said: tuple[str, str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two nodes one has the CPUs, and the other the memory: what one has not by itself is waited for for ever."""
    monkeypatch.setattr("ray.nodes", lambda: nodes({"CPU": 2.0, "memory": 8 * 2**30}, {"CPU": 4.0, "memory": 2**30}))
    with pytest.raises(UserError) as caught:
        worker_options(made(tmp_path, resources), print)
    wanted, nearest, has = said
    assert str(caught.value) == (
        f"resources: probe, sounds, scan, shots: {wanted} can never be set aside: no node has all of that. "
        f"The nearest, {nearest}, has {has} only. Write less, or start a node that has so much."
    )


def test_a_gpu_and_the_cpus_beside_it_are_those_of_one_node(passes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gib = 2.0**30
    there = nodes(
        {"CPU": 64.0, "memory": 8 * gib},
        {"CPU": 4.0, "memory": 256 * gib},
        {"CPU": 8.0, "GPU": 1.0, "memory": 128 * gib},
    )
    monkeypatch.setattr("ray.nodes", lambda: there)
    (speech,) = (work for work in passes if work.gpus)
    large = replace(speech, cpus=32, memory_gb=100)
    with pytest.raises(UserError) as caught:
        worker_options([large], print)
    assert "speech: cpus: 32, gpu: 0.5, memory_gb: 100 can never" in str(caught.value)
    assert "The nearest, 10.0.0.3, has cpus: 8 only." in str(caught.value)
    assert worker_options([replace(large, cpus=8)], print) == {
        speech.number: {"num_cpus": 8, "num_gpus": 0.5, "memory": 100 * gib}
    }


def test_more_gpus_than_a_node_has_are_not_left_out_in_silence(passes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ray.nodes", lambda: nodes({"CPU": 2.0, "GPU": 0.25}))
    with pytest.raises(UserError, match=r"speech: cpus: 1, gpu: 0\.5 can never .* 10\.0\.0\.1, has gpu: 0\.25 only"):
        worker_options(passes, print)


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
    assert replace(asking, most_askers=min(asking.most_askers, units)).askers_on(len(working())) == many
    assert worker_options([asking], print)[asking.number] == {"num_cpus": 0, "num_gpus": None, "memory": ASKER_BYTES}


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


@pytest.mark.parametrize(
    ("models", "there", "why"),
    [
        ({"watcher": 1.0}, 2.0, ""),
        ({"watcher": 0.5}, 1.0, ""),
        ({"watcher": 1.0}, 0.0, ""),  # none is set aside for anybody
        ({}, 0.25, ""),  # a worker that no node can hold is told by itself
        ({"watcher": 1.0, "eyes": 0.0}, 1.0, "GPUs: 1 for teachers.watcher, 0.5 for a worker of speech are set aside"),
        (
            {"watcher": 1.0, "eyes": 0.6},
            2.0,
            "1 for teachers.watcher, 0.6 for teachers.eyes, 0.5 for a worker of speech",
        ),
    ],
)
def test_models_that_stay_leave_a_gpu_for_the_stages(
    passes: Any, monkeypatch: pytest.MonkeyPatch, models: dict[str, float], there: float, why: str
) -> None:
    """An engine has its GPU for as long as the build lasts: speech would wait for it, and the build for speech."""
    monkeypatch.setattr("ray.nodes", lambda: nodes({"CPU": 2.0, "GPU": there}))
    if not why:
        refuse_crowd(models, passes)
        return
    with pytest.raises(UserError) as told:
        refuse_crowd(models, passes)
    assert why in str(told.value)
    assert f"Ray knows of {there:g}: they would wait for one another" in str(told.value)
    refuse_crowd({"watcher": 1.0}, passes[2:])  # what comes before the teachers has given its GPU back


def test_a_build_says_so_before_it_loads_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "  - caption: {teacher: watcher}\noutput: {path: out}\n"
    text += "teachers:\n  watcher: {kind: vllm, model: a/b}\n  same: {kind: vllm, model: a/b, temperature: 1}\n"
    (tmp_path / "build.yaml").write_text(CONFIG.replace("output: {path: out}\n", text))
    config = load_config(tmp_path / "build.yaml")
    runner = PassRunner(config, resolve_plan(config), OutputFolder(tmp_path / "out"), [])
    monkeypatch.setattr("ray.nodes", lambda: nodes({"CPU": 2.0, "GPU": 1.0}))
    said: list[str] = []
    with pytest.raises(UserError, match=r"^GPUs: 1 for teachers\.watcher, 0\.5 for a worker of speech are set aside"):
        runner._start_engines(SimpleNamespace(say=said.append), 0)  # type: ignore[arg-type]
    assert said == []
