"""The task for lmms-eval: what it asks, how it scores beside ``vdata score``, and that lmms-eval itself runs it.

The last needs an environment with lmms-eval (``python -m venv E; E/bin/pip install lmms-eval``, about 3 GB), and is
run by ``VDATA_LMMS_EVAL=E/bin/python pytest -m harness tests/export/test_lmms_eval.py``.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from every_answer import replies, scored

from vdata.cli import run
from vdata.schemas import Timeline

LMMS_EVAL = "VDATA_LMMS_EVAL"
Store = Callable[[Path, Iterable[Timeline]], Path]


@pytest.fixture
def expected(stored: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """The measures of the benchmark by ``vdata score``, in whose folder the test works."""
    monkeypatch.chdir(tmp_path)
    return scored(stored)


@pytest.fixture
def task(expected: dict[str, float]) -> Path:
    """The folder of the task of the benchmark."""
    asked = ["export", "bench", "--format", "lmms_eval", "--out", "tasks/my-bench", "--media-root", "videos"]
    assert run(asked) == 0
    return Path("tasks/my-bench")


def load(folder: Path) -> dict[str, Any]:
    """The task as lmms-eval reads it: ``!function`` names something in a module beside the file."""

    class Loader(yaml.SafeLoader):
        pass

    def function(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
        module, name = loader.construct_scalar(node).split(".")
        spec = importlib.util.spec_from_file_location(module, folder / f"{module}.py")
        assert spec is not None
        assert spec.loader is not None
        made = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(made)
        return getattr(made, name)

    Loader.add_constructor("!function", function)
    return dict(yaml.load((folder / "task.yaml").read_text(encoding="utf-8"), Loader))


def test_scores_are_those_of_vdata_score(task: Path, expected: dict[str, float]) -> None:
    config = load(task)
    assert config["task"] == "my-bench"
    said = replies()
    docs = pq.read_table(config["dataset_kwargs"]["data_files"]["test"]).to_pylist()
    assert len(docs) == len(said) == 26
    held: dict[str, list[Any]] = {}
    for doc in docs:
        for name, value in config["process_results"](doc, [said[doc["id"]]]).items():
            held.setdefault(name, []).append(value)
    measures = {one["metric"]: one["aggregation"](held[one["metric"]]) for one in config["metric_list"]}
    assert measures == pytest.approx(expected)
    assert measures["accuracy"] == pytest.approx(9 / 22)
    assert measures["accuracy_ret"] == 0.5
    assert {one["status"] for one in held["accuracy"]} == {"right", "wrong", "empty", "unreadable"}
    json.dumps(held)  # lmms-eval logs them


def test_the_question_is_asked_as_the_sample_has_it(task: Path) -> None:
    config = load(task)
    first = pq.read_table(task / "test.parquet").to_pylist()[0]
    words = "r00: What is pasted?\nA. a cup\nB. an apple\nC. a pear\nWhich option is right?"
    assert config["doc_to_text"](first, config["lmms_eval_specific_kwargs"]["default"]) == words
    assert config["doc_to_text"](first, {"post_prompt": "\nThe letter alone."}) == f"{words}\nThe letter alone."
    assert config["doc_to_target"](first) == "an apple"


def test_videos_are_found_where_they_are_or_below_a_folder(
    task: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = load(task)
    first, *_, last = pq.read_table(task / "test.parquet").to_pylist()
    assert config["doc_to_visual"](first) == [str(Path("videos/clips/a.mp4").absolute())]
    assert config["doc_to_visual"](last) == [str(Path("bench/media/b.mp4").absolute())]
    Path("elsewhere/clips").mkdir(parents=True)
    Path("videos/clips/a.mp4").rename("elsewhere/clips/a.mp4")
    asked = ["export", "bench", "--format", "lmms_eval", "--out", str(task), "--media-root", "videos", "--overwrite"]
    assert run(asked) == 0
    assert "1 of 2 videos are not where they are looked for: set VDATA_MEDIA" in capsys.readouterr().out
    with pytest.raises(FileNotFoundError, match=r"Set VDATA_MEDIA to the folder that holds clips/a\.mp4"):
        config["doc_to_visual"](first)
    monkeypatch.setenv("VDATA_MEDIA", str(Path("elsewhere").absolute()))
    assert config["doc_to_visual"](first) == [str(Path("elsewhere/clips/a.mp4").absolute())]
    assert config["doc_to_visual"](last) == [str(Path("bench/media/b.mp4").absolute())]
    assert config["doc_to_visual"](last | {"video": "package://b/b.mp4"}) == config["doc_to_visual"](last)
    assert config["doc_to_visual"](last | {"path": "https://b/b.mp4", "video": "https://b/b.mp4"}) == [
        "https://b/b.mp4"
    ]
    monkeypatch.setenv("VDATA_MEDIA", str(Path("elsewhere/clips").absolute()))
    assert config["doc_to_visual"](first) == [str(Path("elsewhere/clips/a.mp4").absolute())]


def test_it_runs_without_vdata(task: Path) -> None:
    for name in ("utils.py", "vdata_judging.py"):
        text = (task / name).read_text(encoding="utf-8")
        assert not [line for line in text.splitlines() if line.startswith(("from .", "from vdata", "import vdata"))]
    call = "import runpy, sys; sys.modules['vdata'] = None; print(runpy.run_path('utils.py')['accuracy']([]))"
    done = subprocess.run(["python3", "-I", "-c", call], cwd=task, capture_output=True, text=True, check=True)
    assert done.stdout == "0.0\n"


def test_only_its_own_files_are_replaced(task: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["export", "bench", "--format", "lmms_eval", "--out", str(task), "--media-root", "videos"]
    assert run(asked) == 2
    (task / "__pycache__").mkdir(exist_ok=True)
    assert run([*asked, "--overwrite"]) == 0
    (task / "more.yaml").write_text("mine")
    capsys.readouterr()
    assert run([*asked, "--overwrite"]) == 2
    assert "holds more.yaml, which no export wrote" in capsys.readouterr().err


@pytest.mark.harness
@pytest.mark.skipif(LMMS_EVAL not in os.environ, reason=f"{LMMS_EVAL} names no Python with lmms-eval")
def test_lmms_eval_itself_has_the_scores_of_vdata_score(task: Path, expected: dict[str, float]) -> None:
    said = replies()
    docs = pq.read_table(task / "test.parquet").to_pylist()
    Path("replies.json").write_text(json.dumps({doc["prompt"]: said[doc["id"]] for doc in docs}))
    words = [os.environ[LMMS_EVAL], "-m", "lmms_eval", "--include_path", str(task), "--tasks", "my-bench"]
    words += ["--model", "from_file", "--model_args", "replies=replies.json", "--batch_size", "1"]
    words += ["--output_path", "logs", "--log_samples"]
    plugins = str(Path(__file__).parent.parent / "plugins")
    settings = {"LMMS_EVAL_PLUGINS": "lmms_replies", "PYTHONPATH": plugins, "HF_HOME": str(Path("hf").absolute())}
    done = subprocess.run(words, env={**os.environ, **settings}, capture_output=True, text=True, timeout=500)
    written = next(Path("logs").rglob("*_results.json"), None)
    assert written is not None, done.stderr[-3000:]
    results = json.loads(written.read_text())["results"]["my-bench"]
    assert {name: results[f"{name},none"] for name in expected} == pytest.approx(expected)
    seen = Path("replies.json.seen").read_text().split()
    assert len(seen) == len(docs)
    assert set(seen) == {str(Path(name).absolute()) for name in ("videos/clips/a.mp4", "bench/media/b.mp4")}
