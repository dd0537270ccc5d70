"""Builds of long texts: pages as videos, and what their authors' rows say of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pyarrow.parquet as pq
import pytest
from cards import CARDS
from inline import without_ray

from vdata.cli import run
from vdata.examples import voyages as example
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config

Recipe = Callable[..., Config]


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    return [row for path in sorted((out / name).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def build(config: Config) -> dict[str, Any]:
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    made: dict[str, Any] = json.loads((config.output.path / "build.json").read_text())
    assert made["kept"] + made["dropped"] + made["failed"] == made["inputs"]
    return made


def test_the_example_answers_its_questions(texts: Path) -> None:
    told = [json.loads(line) for line in (texts / example.FILE).read_text(encoding="utf-8").splitlines()]
    assert len({row["name"] for row in told}) == example.LOGS
    for row in told:
        assert row["text"].count("Day ") == example.DAYS
        goods = re.search(r"How many (.+) did|take on (.+)\?", row["question"])
        assert goods is not None
        (entry,) = [one for one in row["text"].split("\n\n") if (goods[1] or goods[2]) in one]
        answer = row["answer"].removeprefix("At ").rstrip(".")
        assert (f"took on {answer} {goods[1]}" if goods[1] else f"came to {answer} ") in entry


def test_t2vid_draws_texts_as_the_frames_of_their_questions(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, texts: Path
) -> None:
    without_ray(monkeypatch)
    few = tmp_path / "few.jsonl"
    few.write_text("".join((texts / example.FILE).read_text(encoding="utf-8").splitlines(keepends=True)[:4]))
    config = recipe("t2vid", "t2vid", f"labels.0.path={few}")
    out = config.output.path
    made = build(config)
    assert (made["inputs"], made["kept"], made["samples"]) == (2, 2, 4)
    CARDS["t2vid"](rows(out, "data"))
    for video in rows(out, "timelines"):
        with av.open(str(out / video["uri"])) as container:
            frames = sum(1 for _ in container.decode(video=0))
        pages = [span["text"] for span in video["lane_pages"]]
        assert frames == len(pages) == video["duration"]
        (text,) = [span["text"] for span in video["lane_documents"]]
        assert " ".join(pages).split() == text.split()
    assert run(["export", str(out), "--format", "t2vid", "--out", str(tmp_path / "t2vid.json")]) == 0
    told = json.loads((tmp_path / "t2vid.json").read_text(encoding="utf-8"))
    assert len(told) == 4
    assert all((out / picture).is_file() for row in told for picture in row["image"].values())


def test_texts_that_cannot_be_drawn_are_rejects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    monkeypatch.chdir(tmp_path)
    Path("t.jsonl").write_text(
        '{"name": "a", "text": "plain"}\n{"name": "b", "text": "caf\\u00e9"}\n{"name": "c", "text": " "}\n'
    )
    Path("c.yaml").write_text("labels: [{kind: texts, path: t.jsonl}]\nstages: [paginate]\noutput: {path: out}\n")
    made = build(load_config(Path("c.yaml")))
    assert (made["kept"], made["failed"]) == (1, 2)
    assert {one["reason"] for one in rows(tmp_path / "out", "rejects")} == {"no_glyph", "no_text"}
    (video,) = [one for one in rows(tmp_path / "out", "timelines") if one["state"] == "kept"]
    assert video["uri"].startswith("haystack://")


def test_lwm_needles_are_hidden_in_texts_and_asked_for(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    config = recipe("lwm_needle", "lwm_needle")
    made = build(config)
    told = rows(config.output.path, "data")
    packs = rows(config.output.path, "timelines")
    assert len(told) == made["samples"] == 2 * sum(bool(one.get("lane_needles")) for one in packs)
    assert len(told) >= 40
    CARDS["lwm_needle"](told)
