"""Recipes of streams, documents and regions on real clips, with their own settings: their cards hold there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cards import CARDS
from inline import without_ray
from made_clips import LABELS, VARIABLES, clip_labels

from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.rules.solve import recompute
from vdata.schemas.arrow import read_samples

Rows = list[dict[str, Any]]
QUICK = ("rtv_bench",)
"""Those that the fast command builds."""


@pytest.fixture
def built(
    recipe: Callable[..., Config], clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """``built("mmvm")``: the folder of its build on the clips."""
    without_ray(monkeypatch)

    def build(name: str) -> Path:
        for variable, value in VARIABLES.get(name, {}).items():
            monkeypatch.setenv(variable, value)
        config = recipe(name, f"{name}_clips", *clip_labels(name, clips, tmp_path))
        assert run_build(config, limit=None, address=None, overwrite=False) == 0
        return Path(config.output.path)

    return build


def rows_in(folder: Path, table: str = "data") -> Rows:
    return [row for path in sorted((folder / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


@pytest.mark.parametrize("name", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in LABELS])
@pytest.mark.usefixtures("film_server")
def test_what_the_card_says_holds_on_real_clips(name: str, built: Callable[[str], Path]) -> None:
    folder = built(name)
    made = json.loads((folder / "build.json").read_text())
    rows = rows_in(folder)
    assert made["inputs"] == 4
    assert made["failed"] == 0
    assert len(rows) == made["samples"] > 0
    CARDS[name](rows)
    for row in rows:
        assert row["evidence"]
        assert all(0 <= span["start"] <= span["end"] <= row["duration"] + 0.05 for span in row["evidence"])
    assert not [one for one in rows_in(folder, "rejects") if one["reason"] == "teacher_error"]
    for path in folder.glob("data/*.parquet"):
        ours = [one for one in read_samples(pq.read_table(path)) if not one.teacher and one.task != "document"]
        assert all(recompute(sample) == sample.answer for sample in ours)


@pytest.mark.usefixtures("film_server")
def test_mmvm_balances_what_the_nearest_thing_gives_away(built: Callable[[str], Path]) -> None:
    folder = built("mmvm")
    rows = rows_in(folder)
    told = [{one["name"]: one["value"] for one in row["params"]} for row in rows]
    near = [row for row, known in zip(rows, told, strict=True) if known["nearest"] == "yes"]
    chance = sum(1 / (len(row["options"]) - 1) for row in rows if row not in near)
    assert len(rows) - len(near) >= 5
    assert len(near) <= chance + len({row["video"] for row in rows})
    left = [one["reason"] for one in rows_in(folder, "rejects") if one["stage"] == "same_object"]
    assert set(left) == {"nearest_is_right"}
    assert {row["evidence"][0]["text"] for row in rows} >= {"the man", "the dark car", "the head", "one hand"}
