"""Every recipe with a teacher builds on the sample input, against a server that speaks OpenAI's protocol."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
import pytest
from film_teacher import answer
from inline import without_ray
from openai_server import Server

import vdata.configs
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.stages.instruct.by_teacher.questions import Questions
from vdata.stages.instruct.by_teacher.reason import Reason
from vdata.stages.verify.checks.label import LabelCheck
from vdata.stages.verify.checks.rationale import RationaleCheck
from vdata.stages.verify.verify import Verify

Recipe = Callable[..., Config]

FOLDER = Path(vdata.configs.__file__).parent
RECIPES = sorted(path.stem for path in FOLDER.glob("*.yaml") if "\nteachers:" in path.read_text(encoding="utf-8"))
TASKS = {
    "instruct": {"what", "where", "when", "why", "how", "order", "count"},
    "sharegpt4video": {"grounded_caption", "frame_captions"},
    "vript": {"grounded_caption", "scene_script", "long_scene_script"},
    "vript_hard": {"grounded_caption", "scene_order", "hinted"},
    "koala_split": {"grounded_caption"},
    "howtocaption": {"grounded_caption", "moment_retrieval"},
    "videoespresso": {
        *("narrative_analysis", "event_dynamics", "preparation_steps", "causal_analysis", "theme_analysis"),
        *("contextual_analysis", "influence_analysis", "role_analysis", "interaction_analysis", "behavior_analysis"),
        *("emotion_analysis", "cooking_process", "traffic_analysis", "situation_analysis"),
    },
    "video_star": {"counting", "moment_retrieval", "event_order", "question_answer"},
    "videosavi": {"preference"},
    "stic": {"preference"},
    "vcg_plus": {"summary", "detailed", "temporal", "spatial", "reasoning", "short_temporal"},
    "timepro": {
        *("temporal_grounded_caption", "moment_retrieval", "dense_caption", "step_localisation"),
        *("highlight_scores", "extractive_summary", "when"),
    },
    "lita_rtl": {"when", "dense_caption", "moment_retrieval"},
    "grounded_videollm": {"what", "why", "how", "who", "where"},
}
"""Tasks that a recipe's samples may have, at least one of them."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """What the recipes ask: their settings name the variables."""
    with Server(answer=answer) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_URL", running.url)
        patch.setenv("MODEL", "scripted")
        yield running


def test_every_recipe_is_known_here() -> None:
    assert set(TASKS) == set(RECIPES)


LONG = ("videoespresso", "howtocaption", "koala_split")
"""Recipes whose build takes more than 5 s; through Ray they are built by ``pytest -m slow`` like the others."""


@pytest.mark.parametrize("name", [name for name in RECIPES if name not in LONG])
@pytest.mark.usefixtures("server")
def test_a_recipe_with_a_teacher_builds(
    name: str, recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    check_build(recipe(name, name), name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
@pytest.mark.usefixtures("server", "ray")
def test_a_recipe_with_a_teacher_builds_through_ray(name: str, recipe: Recipe, tmp_path: Path) -> None:
    check_build(recipe(name, f"{name}_ray"), name, tmp_path)


def check_build(config: Config, name: str, tmp_path: Path) -> None:
    """Build *config*, the recipe *name*, and look at what it makes."""
    out = config.output.path
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    made: dict[str, Any] = json.loads((out / "build.json").read_text())
    assert (made["inputs"], made["kept"]) == (1, 1)
    (spent,) = made["teachers"].values()
    assert sum(purpose["calls"] + purpose["saved_calls"] for purpose in spent.values()) > 0
    loaded = datasets.load_dataset(str(out), split="train", cache_dir=str(tmp_path))
    assert set(loaded["task"]) <= TASKS[name]
    for row in loaded:
        assert row["messages"][-1]["role"] == "assistant"
        assert row["evidence"] or row["task"] == "preference"
        assert all(0 <= span["start"] <= span["end"] <= row["duration"] + 0.05 for span in row["evidence"])
        if row["task"] == "preference":
            assert row["rejected"]
            assert row["rejected"] != row["messages"][-1]["content"]
            assert row["rejected_source"]


@pytest.mark.usefixtures("ray")
def test_the_second_build_pays_for_nothing(recipe: Recipe, server: Server, tmp_path: Path) -> None:
    def build(out: str) -> int:
        before = server.counters.calls
        config = recipe("vript", out, f"replies={tmp_path}")
        assert run_build(config, limit=None, address=None, overwrite=False) == 0
        return server.counters.calls - before

    assert build("once") > 0
    assert build("twice") == 0
    assert (recipe("vript", "once").output.path / "README.md").exists()


@pytest.mark.usefixtures("server")
def test_every_rationale_is_verified_after_it_was_written(recipe: Recipe) -> None:
    """Every recipe that has a rationale written has it checked by rule, and read: does it lead to the answer?"""
    writers = 0
    for name in RECIPES:
        stages = recipe(name, name).stages
        for n, stage in enumerate(stages):
            if not isinstance(stage, Reason) and not (isinstance(stage, Questions) and stage.explain != "no"):
                continue
            writers += 1
            after = [one for one in stages[n + 1 :] if isinstance(one, Verify)]
            assert any("rationale" in {check.name for check in one.rule_checks()} for one in after), name
            led = isinstance(stage, Reason) and stage.mode == "propose"  # the stage asks who reads it itself
            assert led or any("label" in {check.name for check in one.teacher_checks()} for one in after), name
            for one in after:
                reasons = (*RationaleCheck.reasons, *LabelCheck.reasons)
                assert all(one.policy.get(reason, "drop") == "drop" for reason in reasons)
    assert writers >= 4
