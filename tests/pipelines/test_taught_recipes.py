"""Every recipe with a teacher builds on the sample input, against a server that speaks OpenAI's protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import pytest
from film_teacher import answer
from openai_server import Server

import vdata.configs
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.check import load_config

pytestmark = pytest.mark.usefixtures("ray")

FOLDER = Path(vdata.configs.__file__).parent
RECIPES = sorted(path.stem for path in FOLDER.glob("*.yaml") if "\nteachers:" in path.read_text(encoding="utf-8"))
TASKS = {
    "instruct": {"what", "where", "when", "why", "how", "order", "count"},
    "sharegpt4video": {"grounded_caption"},
    "vript": {"grounded_caption", "dense_caption"},
    "howtocaption": {"grounded_caption", "moment_retrieval", "dense_caption"},
    "videoespresso": {"why", "how", "causal", "order", "prediction"},
    "video_star": {"counting", "step_localisation", "moment_retrieval", "event_order"},
    "videosavi": {"preference"},
    "stic": {"preference"},
    "vcg_plus": {"summary", "where", "when", "order", "why", "how"},
    "lita_rtl": {"when", "dense_caption", "moment_retrieval"},
    "grounded_videollm": {"what", "why", "how", "who", "where", "temporal_grounded_caption", "moment_retrieval"},
}
"""Tasks that a recipe's samples may have, at least one of them."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(answer=answer) as running:
        yield running


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, film: Path) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    (folder / "examples").mkdir()
    (folder / "examples" / "videos").symlink_to(film)
    return folder


def test_every_recipe_is_known_here() -> None:
    assert set(TASKS) == set(RECIPES)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_with_a_teacher_builds(name: str, base: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", server.url)
    monkeypatch.setenv("MODEL", "scripted")
    places = [f"output.path={base / name}", f"cache={base / 'cache'}"]
    config = load_config(FOLDER / f"{name}.yaml", places, base)
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    made: dict[str, Any] = json.loads((base / name / "build.json").read_text())
    assert (made["inputs"], made["kept"]) == (1, 1)
    (spent,) = made["teachers"].values()
    assert sum(purpose["calls"] + purpose["saved_calls"] for purpose in spent.values()) > 0
    loaded = datasets.load_dataset(str(base / name), split="train", cache_dir=str(base / "hf"))
    assert set(loaded["task"]) <= TASKS[name]
    for row in loaded:
        assert row["messages"][-1]["role"] == "assistant"
        assert row["evidence"] or row["task"] == "preference"
        assert all(0 <= span["start"] <= span["end"] <= row["duration"] + 0.05 for span in row["evidence"])
        if row["task"] == "preference":
            assert row["rejected"]
            assert row["rejected"] != row["messages"][-1]["content"]
            assert row["rejected_source"]


def test_the_second_build_pays_for_nothing(base: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE_URL", server.url)
    monkeypatch.setenv("MODEL", "scripted")

    def build(out: str) -> int:
        before = server.counters.calls
        config = load_config(FOLDER / "vript.yaml", [f"output.path={base / out}", f"cache={base / 'own'}"], base)
        assert run_build(config, limit=None, address=None, overwrite=False) == 0
        return server.counters.calls - before

    assert build("once") > 0
    assert build("twice") == 0
    assert (base / "once" / "README.md").exists()
