"""Every recipe without a teacher builds on the sample input, and what it makes can be read and trained on."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest

import vdata.configs
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.check import load_config
from vdata.pipelines.settings.config import Config
from vdata.rules.solve import recompute
from vdata.schemas.arrow import read_samples

pytestmark = pytest.mark.usefixtures("ray")

RECIPES = sorted(
    path.stem
    for path in Path(vdata.configs.__file__).parent.glob("*.yaml")
    if "\nteachers:" not in path.read_text(encoding="utf-8")  # those are in test_taught_recipes.py
    and "- render" not in path.read_text(encoding="utf-8")  # those are in test_haystacks.py
)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, film: Path, clips: Path) -> Path:
    """A folder that looks like the checkout to the recipes, with a cache that they share."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "examples").mkdir()
    (folder / "examples" / "videos").symlink_to(film)
    return folder


def recipe(name: str, base: Path, out: str, *overrides: str) -> Config:
    path = Path(vdata.configs.__file__).parent / f"{name}.yaml"
    places = (f"output.path={base / out}", f"cache={base / 'cache'}")
    return load_config(path, [*places, *overrides], base)


def build(config: Config) -> dict[str, Any]:
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    made: dict[str, Any] = json.loads((config.output.path / "build.json").read_text())
    assert made["kept"] + made["dropped"] + made["failed"] == made["inputs"]
    return made


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_builds_and_its_answers_follow_from_its_evidence(name: str, base: Path) -> None:
    config = recipe(name, base, name)
    made = build(config)
    loaded = datasets.load_dataset(str(config.output.path), split="train", cache_dir=str(base / "hf"))
    assert loaded.num_rows == made["samples"] > 0
    for row in loaded:
        assert 0 <= row["start"] <= row["end"] <= row["duration"] + 0.05
        assert row["evidence"], row
        assert [turn["role"] for turn in row["messages"]] == ["user", "assistant"]
        if row["options"]:
            assert len(set(row["options"])) == len(row["options"]) >= 2
            assert row["options"][row["answer_index"]] == row["answer"]
    for path in config.output.path.glob("data/*.parquet"):
        assert all(recompute(sample) == sample.answer for sample in read_samples(pq.read_table(path)))


def test_the_quickstart_finds_the_shots_of_the_film(base: Path) -> None:
    made = build(recipe("quickstart", base, "truth"))
    found = next(row["values"] for row in made["funnel"] if row["stage"] == "compare")
    assert (found["hits"], found["missed"], found["extra"]) == (13, 1, 0), "all but the dissolve"
    assert made["kept"] == 5


def test_retuning_opens_no_video(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(recipe("quickstart", base, "first"))
    made = build(recipe("quickstart", base, "tuned", "shots.min_seconds=2", "quality.min_contrast=10"))
    stages = {row["stage"]: row for row in made["funnel"]}
    assert stages["probe"]["cached"] == stages["scan"]["cached"] == made["inputs"] == 5
    assert stages["shots"]["cached"] == 0


def test_two_builds_make_the_same_rows(base: Path) -> None:
    rows = []
    for out in ("one", "two"):
        config = recipe("quickstart", base, out)
        build(config)
        rows.append([row for path in config.output.path.glob("data/*") for row in pq.read_table(path).to_pylist()])
    assert rows[0] == rows[1]
    assert max(Counter(row["id"] for row in rows[0]).values()) == 1
