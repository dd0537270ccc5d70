"""Samples that show other videos, in a mixture: the files and the facts of those come along, and all exports agree."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.errors import UserError
from vdata.pipelines.mixture.mix import run_mix
from vdata.pipelines.mixture.mix_config import Mix, MixSource
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config

Recipe = Callable[..., Config]
FORMATS = ("openai", "hf_messages", "llama_factory", "obelics")


@pytest.fixture(scope="module")
def builds(recipe: Recipe, acts: Path) -> dict[str, Path]:
    """Documents with clips of other videos, with pictures of them, and groups of whole clips, without files."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        without_ray(patch)
        for name, out, *more in (
            ("eilev", "mixed_clips", "in_context.count=3", "split.train=1", "split.validation=0"),
            ("mmicl", "mixed_pictures", "in_context.count=2"),
            (
                "eilev",
                "mixed_bare",
                "in_context.count=2",
                "output.media=reference",
                "split.train=1",
                "split.validation=0",
            ),
        ):
            config = recipe(name, out, *more)
            assert run_build(config, limit=None, address=None, overwrite=True) == 0
            made[out] = config.output.path
    return made


def rows(out: Path, table: str = "data") -> list[dict[str, Any]]:
    paths = sorted((out / table).glob("*.parquet"))
    return [{**row, "split": path.name.partition("-")[0]} for path in paths for row in pq.read_table(path).to_pylist()]


def mixed(folder: Path, *sources: Path, **more: Any) -> Path:
    mix = Mix(sources=[MixSource(build=path, **more) for path in sources], output={"path": folder / "mix"})
    assert run_mix(mix, say=lambda line: None) == 0
    return folder / "mix"


def exported(out: Path, name: str, to: Path) -> list[str]:
    """The rows of an export as text, sorted, without the folder that they lie in and what a mixture says besides."""
    run(["export", str(out), "--format", name, "--out", str(to)])
    text = to.read_text(encoding="utf-8") if to.exists() else "[]"
    found = json.loads(text) if text.startswith("[") else [json.loads(line) for line in text.splitlines()]
    for row in found:
        row.pop("origin", None)
    return sorted(json.dumps(row, sort_keys=True).replace(str(out), "OUT") for row in found)


@pytest.mark.parametrize("name", [pytest.param("mixed_clips", marks=pytest.mark.slow), "mixed_pictures", "mixed_bare"])
def test_a_mixture_exports_what_its_source_does(
    name: str, builds: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    out = mixed(tmp_path, builds[name])
    assert examine(out).wrong == 0
    for format in FORMATS:
        before = exported(builds[name], format, tmp_path / f"before.{format}.json")
        after = exported(out, format, tmp_path / f"after.{format}.json")
        assert len(before) == len(after)
        assert before == after
        if name != "mixed_bare" and format != "obelics":
            assert before


def test_a_sample_brings_the_files_and_the_facts_of_its_examples(builds: dict[str, Path], tmp_path: Path) -> None:
    """One sample, whose examples' own questions stay behind: what it shows lies in files of the mixture."""
    out = mixed(tmp_path, builds["mixed_clips"], max_samples=1)
    (row,) = rows(out)
    shown = {one["video"] for one in row["media"]} - {""}
    assert len(shown) > 1
    assert {one["uri"] for one in rows(out, "timelines")} == {row["video"], *shown}
    for one in row["media"]:
        kept = builds["mixed_clips"] / one["file"]
        assert (out / one["file"]).read_bytes() == kept.read_bytes()
    sources = {
        (one["uri"], span["text"]) for one in rows(builds["mixed_clips"], "timelines") for span in one["lane_clips"]
    }
    assert {(one["video"] or row["video"], one["file"]) for one in row["media"]} <= sources


def test_a_file_of_an_example_that_is_gone_is_told(builds: dict[str, Path], tmp_path: Path) -> None:
    lost = tmp_path / "lost"
    shutil.copytree(builds["mixed_clips"], lost)
    row = rows(lost)[0]
    other = next(one for one in row["media"] if one["video"])
    (span,) = next(one["lane_clips"] for one in rows(lost, "timelines") if one["uri"] == other["video"])
    (lost / span["text"]).unlink()
    with pytest.raises(UserError, match=r"is missing\. The same vdata build makes it again"):
        mixed(tmp_path, lost)


def test_an_example_that_is_held_out_elsewhere_is_not_shown_in_training(
    builds: dict[str, Path], recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    config = recipe("eilev", "mixed_held", "in_context.count=1", "split.train=0.5", "split.validation=0.5")
    assert run_build(config, limit=None, address=None, overwrite=True) == 0
    held = {row["video"] for row in rows(config.output.path) if row["split"] != "train"}
    assert held
    out = mixed(tmp_path, builds["mixed_bare"], config.output.path)
    training = [row for row in rows(out) if row["split"] == "train"]
    assert training
    assert not [row for row in training if held & {row["video"], *(one["video"] for one in row["media"])}]


def test_the_parts_of_a_group_come_along(clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are inputs, in no data set themselves: without their lengths, whole videos could not be told from clips."""
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    shutil.copy(clips / "bikes.mp4", "a.mp4")
    shutil.copy(clips / "bigbuckbunny.mp4", "b.mp4")
    asked = [{"video": name, "question": f"What is in {name[0]}?", "answer": "A man."} for name in ("a.mp4", "b.mp4")]
    Path("asked.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    text = """
videos: "*.mp4"
labels: [{kind: qa, path: asked.jsonl}]
stages:
  - group: {of: null, by: [], show: clip, ask: ["Look at {name}. {question}"]}
output: {path: out}
"""
    config = load_config(Path("c.yaml"), (), tmp_path, text=text)
    assert run_build(config, limit=None, address=None, overwrite=True) == 0
    out = mixed(tmp_path, Path("out").absolute())
    assert examine(out).wrong == 0
    before = exported(Path("out").absolute(), "llama_factory", tmp_path / "before.json")
    assert len(before) == 2
    assert exported(out, "llama_factory", tmp_path / "after.json") == before
    assert {row["uri"]: row["state"] for row in rows(out, "timelines") if row["state"] != "kept"} == {
        "a.mp4": "input",
        "b.mp4": "input",
    }
