"""The benchmark for VLMEvalKit: what it shows and asks, how it scores beside ``vdata score``, and that it runs there.

The last needs VLMEvalKit's own clone and environment (``git clone``, ``pip install -e .``), and is run by
``VDATA_VLMEVALKIT=E/bin/python pytest -m harness tests/export/test_vlmevalkit.py``.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas
import pytest
import stand_in_vlmeval
from every_answer import replies, scored
from PIL import Image

from vdata.cli import run
from vdata.schemas import Timeline

VLMEVALKIT = "VDATA_VLMEVALKIT"
Store = Callable[[Path, Iterable[Timeline]], Path]


@pytest.fixture
def expected(
    stored: Store, make_videos: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, float]:
    """The measures by ``vdata score`` of the benchmark, which is exported into ``tasks/my-bench``."""
    monkeypatch.chdir(tmp_path)
    found = scored(stored, make_videos.plain(tmp_path / "film.mp4", 50).read_bytes())
    asked = ["export", "bench", "--format", "vlmevalkit", "--out", "tasks/my-bench", "--media-root", "videos"]
    assert run(asked) == 0
    return found


@pytest.fixture
def known(expected: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the script makes known to VLMEvalKit, by name; its run.py only notes how it was called."""
    note = "import json, sys; json.dump(sys.argv[1:], open('called.json', 'w'))"
    (tmp_path / "run.py").write_text(note)
    stand_in_vlmeval.install(monkeypatch, tmp_path)
    words = ["run_vlmevalkit.py", "--data", "my-bench_4frame", "--model", "m"]
    monkeypatch.setattr("sys.argv", words)
    monkeypatch.setattr("sys.path", ["", *sys.path])
    runpy.run_path("tasks/my-bench/run_vlmevalkit.py", run_name="__main__")
    assert json.loads(Path("called.json").read_text()) == words[1:]
    from vlmeval.dataset.video_dataset_config import supported_video_datasets

    return dict(supported_video_datasets)


def test_scores_are_those_of_vdata_score(known: dict[str, Any], expected: dict[str, float]) -> None:
    made = known["my-bench_16frame"]()
    said = replies()
    data = made.data.copy()
    data["prediction"] = [said[json.loads(row)["id"]] for row in data["row"]]
    data.to_csv("pred.tsv", sep="\t", index=False)  # an empty reply comes back as no value
    assert made.evaluate("pred.tsv") == pytest.approx(expected)
    judged = json.loads(Path("pred.judged.json").read_text())
    assert {one["id"] for one in judged} == set(said)
    assert made.report_primary_metric(made.evaluate("pred.tsv")) == {"accuracy": pytest.approx(9 / 22)}


def test_what_is_shown_and_asked(known: dict[str, Any]) -> None:
    assert set(known) == {f"my-bench_{how}" for how in ("8frame", "16frame", "32frame", "64frame", "0.5fps", "1fps")}
    *shown, asked = known["my-bench_8frame"]().build_prompt(0, video_llm=False)
    assert asked["value"] == "r00: What is pasted?\nA. a cup\nB. an apple\nC. a pear\nWhich option is right?"
    assert [part["type"] for part in shown] == ["image"] * 8
    assert [Image.open(part["value"]).size for part in shown] == [(192, 108)] * 8
    assert len(known["my-bench_1fps"]().build_prompt(0, video_llm=False)) == 2 + 1
    film, _ = known["my-bench_1fps"]().build_prompt(25, video_llm=True)
    assert film == {"type": "video", "value": str(Path("bench/media/b.mp4").absolute())}


@pytest.mark.usefixtures("expected")
def test_the_table_is_read_as_it_was_written() -> None:
    rows = [json.loads(row) for row in pandas.read_csv("tasks/my-bench/test.tsv", sep="\t")["row"]]
    assert len(rows) == 26
    assert {row["answer"] for row in rows if row["task"] == "count"} == {"4"}
    assert {row["form"] for row in rows} == {"option", "stretch", "order", "yes_no", "words", "candidate"}


@pytest.mark.harness
@pytest.mark.skipif(VLMEVALKIT not in os.environ, reason=f"{VLMEVALKIT} names no Python with VLMEvalKit")
def test_vlmevalkit_itself_has_the_scores_of_vdata_score(expected: dict[str, float], tmp_path: Path) -> None:
    rows = [json.loads(row) for row in pandas.read_csv("tasks/my-bench/test.tsv", sep="\t")["row"]]
    said = replies()
    Path("replies.json").write_text(json.dumps({row["prompt"]: said[row["id"]] for row in rows}))
    plugin = Path(__file__).parent.parent / "plugins" / "vlmeval_replies.py"
    words = [os.environ[VLMEVALKIT], str(plugin), "tasks/my-bench/run_vlmevalkit.py", "replies.json"]
    words += ["--data", "my-bench_8frame", "--model", "from_file", "--work-dir", "work"]
    (tmp_path / "lmu").mkdir()
    done = subprocess.run(
        words, env={**os.environ, "LMUData": str(tmp_path / "lmu")}, capture_output=True, text=True, timeout=500
    )
    written = next(Path("work").rglob("*.judged.json"), None)
    assert written is not None, done.stderr[-3000:]
    status = json.loads(next(Path("work").rglob("status.json")).read_text())
    assert f'"accuracy": {expected["accuracy"]}' in done.stdout + done.stderr
    assert all(f'"{name}": {value}' in done.stdout + done.stderr for name, value in expected.items())
    assert "my-bench_8frame" in json.dumps(status)
