"""The recipe vdc from videos to VDCscore: its captions score 1 by its own questions, others less, none 0."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from inline import without_ray
from openai_server import Server, texts

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.evaluation.score import load_samples
from vdata.pipelines.settings.config import Config


@pytest.mark.slow
@pytest.mark.usefixtures("film_server")
def test_captions_of_the_recipe_are_scored_by_its_questions(
    recipe: Callable[..., Config], clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    config = recipe("vdc", "vdc_scored", f"videos={clips}/bikes.mp4")
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    samples = load_samples(config.output.path)
    captions = {one.id: one.answer for one in samples if one.task.endswith("_caption")}
    told_by = {one.task: one.answer for one in samples if one.id in captions}
    asked = [one for one in samples if one.task.endswith("_qa")]
    known = {(told_by[one.params["answered_from"]], one.question): one.answer for one in asked}
    assert len(captions) == len(told_by) == 5
    assert len(known) == len(asked) > 5

    def judge(body: dict[str, Any]) -> Any:
        said = texts({"messages": body["messages"][-1:]})
        shown = dict(re.findall(r'<material kind="([^"]+)">\n(.*?)\n</material>', said, re.DOTALL))
        if "description" in shown:
            return {"answer": known.get((shown["description"], shown["question"]), "it does not say")}
        same = shown["answer"] == shown["reference"]
        return {"pred": "yes" if same else "no", "score": 5 * same}

    def scored(told: dict[str, str], server: Server) -> dict[str, Any]:
        path = tmp_path / "told.jsonl"
        path.write_text("".join(json.dumps({"id": name, "reply": text}) + "\n" for name, text in told.items()))
        teacher = json.dumps({"kind": "openai", "model": "scripted", "base_url": server.url})
        assert run(["score", str(config.output.path), str(path), "--rules", "vdcscore", "--judge", teacher]) == 0
        found: dict[str, Any] = json.loads((tmp_path / "told.score.json").read_text())
        return found

    with Server(answer=judge) as server:
        perfect = scored(captions, server)
        assert {row["task"] for row in perfect["by_task"]} == {one.task for one in asked}
        assert perfect["overall"]["items"] == len(asked)
        assert (perfect["overall"]["accuracy"], perfect["overall"]["grade"]) == (1.0, 1.0)
        short = next(one.id for one in samples if one.task == "short_caption")
        part = scored({**captions, short: "Nothing is to be seen."}, server)
        shares = {row["task"]: row["accuracy"] for row in part["by_task"]}
        assert shares.pop("short_qa") == 0.0
        assert set(shares.values()) == {1.0}
        assert scored(dict.fromkeys(captions, "Nothing."), server)["overall"]["accuracy"] == 0.0
