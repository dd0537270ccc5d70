"""Every recipe without a teacher builds on the sample input, and what it makes can be read and trained on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
from cards import CARDS
from inline import without_ray
from made_labels import VARIABLES, made_labels

import vdata.configs
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.recipes import recipe_text
from vdata.rules.solve import recompute
from vdata.schemas.arrow import read_samples

Recipe = Callable[..., Config]

RECIPES = sorted(
    path.stem
    for path in Path(vdata.configs.__file__).parent.glob("*.yaml")
    if "\nteachers:" not in recipe_text(path.stem)  # those are in test_taught_recipes.py
    and "- render" not in path.read_text(encoding="utf-8")  # those are in test_haystacks.py
)

FEWER = {"webvid": ["videos=examples/acts/act_0[4-9].mp4"]}
"""Recipes that are built on fewer videos than they stand for."""
QUICK = ("quickstart", "stair", "visiocity", "vlm_3r", "webvid")
"""Those that the fast command builds."""
DIALOGUES = ("mm_cof",)
"""Recipes of several turns, which their cards read."""
TASKS = {"webvid": {"captioning"}, "eilev": {"action"}, "mmicl": {"video_caption"}, "visiocity": {"summary_parts"}}
"""Recipes whose tasks must be these."""


def build(config: Config) -> dict[str, Any]:
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    made: dict[str, Any] = json.loads((config.output.path / "build.json").read_text())
    assert made["kept"] + made["dropped"] + made["failed"] == made["inputs"]
    return made


@pytest.fixture
def inline_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Builds in this process."""
    without_ray(monkeypatch)


@pytest.mark.parametrize(
    "name", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in RECIPES]
)
@pytest.mark.usefixtures("inline_builds")
def test_a_recipe_builds_and_its_answers_follow_from_its_evidence(
    name: str, recipe: Recipe, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in VARIABLES.get(name, {}).items():
        monkeypatch.setenv(variable, value)
    config = recipe(name, name, *FEWER.get(name, ()), *made_labels(name, clips, tmp_path))
    made = build(config)
    loaded = datasets.load_dataset(str(config.output.path), split="train", cache_dir=str(tmp_path))
    assert loaded.num_rows == made["samples"] > 0
    assert set(loaded["task"]) == TASKS.get(name, set(loaded["task"]))
    if name in CARDS:
        CARDS[name](list(loaded))
    for row in loaded:
        assert 0 <= row["start"] <= row["end"] <= row["duration"] + 0.05
        assert row["evidence"], row
        assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"] or name in DIALOGUES
        if row["options"]:
            assert len(set(row["options"])) == len(row["options"]) >= 2
            assert row["options"][row["answer_index"]] == row["answer"]
    for path in config.output.path.glob("data/*.parquet"):
        ours = [sample for sample in read_samples(pq.read_table(path)) if sample.teacher != "imported"]
        assert all(recompute(sample) == sample.answer for sample in ours)


@pytest.mark.usefixtures("inline_builds")
def test_webvid_pairs_each_clip_with_its_sentence_and_drops_what_breaks_a_limit(recipe: Recipe, acts: Path) -> None:
    config = recipe("webvid", "pairs", *FEWER["webvid"], "keep#2.where.words={min: 4, max: 70}")
    build(config)
    said = {row["video"]: row["text"] for row in map(json.loads, (acts / "acts.jsonl").read_text().splitlines())}
    pairs = {
        Path(row["video"]).name: row["answer"]
        for path in config.output.path.glob("data/*.parquet")
        for row in pq.read_table(path).to_pylist()
    }
    assert pairs
    assert pairs == {name: text for name, text in said.items() if name in pairs}
    assert all(len(text.split()) >= 4 for text in pairs.values())


@pytest.mark.usefixtures("ray")
def test_the_quickstart_finds_the_shots_of_the_film(recipe: Recipe) -> None:
    made = build(recipe("quickstart", "truth"))
    found = next(row["values"] for row in made["funnel"] if row["stage"] == "compare")
    assert (found["hits"], found["missed"], found["extra"]) == (14, 0, 0), "cuts, fades and the dissolve"
    assert made["kept"] == 5


@pytest.mark.usefixtures("inline_builds")
def test_retuning_opens_no_video(recipe: Recipe) -> None:
    build(recipe("quickstart", "first"))
    made = build(recipe("quickstart", "tuned", "shots.min_seconds=2", "quality.min_contrast=10"))
    stages = {row["stage"]: row for row in made["funnel"]}
    assert stages["probe"]["cached"] == stages["scan"]["cached"] == made["inputs"] == 5
    assert stages["shots"]["cached"] == 0


@pytest.mark.usefixtures("inline_builds")
def test_two_builds_make_the_same_rows(recipe: Recipe) -> None:
    rows = []
    for out in ("one", "two"):
        config = recipe("quickstart", out)
        build(config)
        rows.append([row for path in config.output.path.glob("data/*") for row in pq.read_table(path).to_pylist()])
    assert rows[0] == rows[1]
    assert max(Counter(row["id"] for row in rows[0]).values()) == 1
