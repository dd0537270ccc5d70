"""Builds with functions of one's own: never run where a config is checked, counted by what they say, gone on with."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run
from vdata.schemas.build_record import BuildRecord

CODE = """open("was_run", "a").write("x")


def few(video, least=2):
    spans = video.lane("events")
    open("called", "a").write("x")
    if video.uri == "broken":
        return 1 / len(video.attrs)
    return len(spans) >= least


def loud(video):
    for span in video.lane("events"):
        span.text = span.text.upper()
"""
CONFIG = """
labels:
  - {kind: activitynet, path: labels.json}
stages:
  - python: {code: own/filters.py:few, least: 2, reads: [events]}
  - python: own/filters.py:loud
  - tasks: {of: [events], per_task: 1}
output: {path: out}
cache: cache
"""
EVENTS = {"one": 3, "two": 2, "three": 1, "broken": 3}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = {
        name: {
            "duration": 20.0,
            "timestamps": [[5 * n, 5 * n + 4] for n in range(count)],
            "sentences": [f"Act {n} of {name}." for n in range(count)],
        }
        for name, count in EVENTS.items()
    }
    (tmp_path / "labels.json").write_text(json.dumps(rows))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "filters.py").write_text(f"{CODE}# {tmp_path}\n")
    (tmp_path / "c.yaml").write_text(CONFIG)
    return tmp_path


def _rows(folder: Path, table: str) -> list[dict[str, object]]:
    rows = [
        row for path in sorted((folder / "out" / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]
    return sorted(rows, key=lambda row: str(row["id"]))


def _events(folder: Path) -> list[list[dict[str, str]]]:
    """The spans of events of each video that was kept."""
    kept = [row for row in _rows(folder, "timelines") if row["state"] == "kept"]
    return [row["lane_events"] for row in kept]  # type: ignore[misc]


def test_check_plan_and_the_lists_do_not_run_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "c.yaml"]) == 0
    assert "Stages: python, python#2, tasks." in capsys.readouterr().out
    assert run(["plan", "c.yaml"]) == 0
    assert run(["check", "c.yaml", "--set", "python#2.code=own/filters.py:lod"]) == 2
    assert "there is no lod in it. Did you mean loud?" in capsys.readouterr().err
    assert not (folder / "was_run").exists()


def test_every_mistake_of_the_files_is_told_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "own" / "helper.py").touch()
    (folder / "own" / "wrong.py").write_text("import helper\n\n\ndef f():\n    pass\n")
    entries = ["own/wrong.py:f", "own/wrong.py:g", "own/wron.py:f", "{code: own/filters.py:few, reads: [evnts]}"]
    stages = "".join(f"  - python: {entry}\n" for entry in entries)
    (folder / "c.yaml").write_text(
        f"labels: [{{kind: activitynet, path: labels.json}}]\nstages:\n{stages}output: {{path: out}}\n"
    )
    assert run(["check", "c.yaml"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "c.yaml:4: stages.python#2.code: there is no g in it. It has f.",
        "c.yaml:5: stages.python#3.code: there is no file or folder own/wron.py. Did you mean wrong.py?",
        "own/wrong.py:1: stages.python.code: imports helper, which lies beside it. Only this file goes to the workers: "
        "put what it needs into it, or into a package that is installed there.",
        "own/wrong.py:1: stages.python#2.code: imports helper, which lies beside it. Only this file goes to the "
        "workers: put what it needs into it, or into a package that is installed there.",
        "own/wrong.py:4: stages.python.code: f takes no argument, and is called with the timeline. Write def f(video).",
    ]


def test_a_lane_that_it_reads_must_be_written_before(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "c.yaml", "--set", "python#1.reads=[evnts]"]) == 2
    assert "reads the lane evnts, which nothing before it writes. Did you mean events?" in capsys.readouterr().err


def test_a_build_counts_what_it_dropped_and_where_it_failed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    assert run(["build", "c.yaml"]) == 0
    said = capsys.readouterr()
    assert "Traceback" not in said.err + said.out
    record = BuildRecord.from_json((folder / "out" / "build.json").read_bytes())
    assert (record.kept, record.dropped, record.failed) == (2, 1, 1)
    rejects = {str(row["uri"]): row for row in _rows(folder, "rejects")}
    assert rejects["three"]["reason"] == "few"
    assert rejects["three"]["stage"] == "python"
    assert rejects["broken"]["reason"] == "code_failed"
    assert rejects["broken"]["detail"] == (
        "ZeroDivisionError: division by zero (own/filters.py:8, in few: return 1 / len(video.attrs))"
    )
    texts = [span["text"] for spans in _events(folder) for span in spans]
    assert sorted(texts) == sorted(
        f"ACT {n} OF {name.upper()}." for name in ("one", "two") for n in range(EVENTS[name])
    )
    run_before = (folder / "was_run").read_text()
    assert run(["doctor", "out"]) == 0
    assert run(["why", "out", "three"]) == 0
    assert (folder / "was_run").read_text() == run_before, "neither opens the file"


def test_a_changed_file_is_another_build_and_a_build_notes_which_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    assert run(["build", "c.yaml"]) == 0
    assert run(["build", "c.yaml"]) == 0
    assert "Nothing to do" in capsys.readouterr().err
    config = json.loads((folder / "out" / "build.json").read_bytes())["config"]
    assert config["stages"][0]["python"]["code"] == "own/filters.py:few"
    assert len(config["stages"][0]["python"]["sha256"]) == 64
    path = folder / "own" / "filters.py"
    path.write_text(path.read_text() + "\n# another thought\n")
    assert run(["build", "c.yaml"]) == 2
    said = capsys.readouterr().err
    assert "holds a build with other settings" in said
    assert "python.sha256: was " in said


def test_a_fork_does_again_what_follows_the_changed_file_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    (folder / "own" / "later.py").write_text("def loud(video): ...\n")
    text = CONFIG.replace("  - python: own/filters.py:loud", "  - split\n  - python: own/later.py:loud")
    (folder / "c.yaml").write_text(text)
    assert run(["build", "c.yaml"]) == 0
    assert (folder / "called").read_text() == "xxxx"
    (folder / "own" / "later.py").write_text("def loud(video):\n    video.lanes['events'][0].text = 'Other.'\n")
    capsys.readouterr()
    assert run(["plan", "c.yaml", "--fork", "new"]) == 0
    assert "python.sha256: was " not in (said := capsys.readouterr().out)
    assert "python#2.sha256: was " in said
    assert run(["build", "c.yaml", "--fork", "new"]) == 0
    assert (folder / "called").read_text() == "xxxx", "the first file did not change, and is not asked again"
    (folder / "out").rename(folder / "old")
    (folder / "new").rename(folder / "out")
    texts = [spans[0]["text"] for spans in _events(folder)]
    assert texts == ["Other."] * 2


def test_code_that_cannot_be_run_stops_the_build_before_it_begins(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    (folder / "own" / "filters.py").write_text(
        "import no_such_module\n\n\ndef few(video, least): ...\n\n\ndef loud(video): ...\n"
    )
    assert run(["check", "c.yaml"]) == 0
    assert run(["build", "c.yaml"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "python: ModuleNotFoundError: No module named 'no_such_module' (own/filters.py:1: import no_such_module)"
    )
    assert not (folder / "out").exists()


def test_a_build_that_goes_on_has_the_rows_of_one_that_was_not_disturbed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch, unit=1)
    assert run(["build", "c.yaml", "--limit", "2"]) == 0
    assert run(["build", "c.yaml"]) == 0
    gone_on = [_rows(folder, table) for table in ("data", "rejects")]
    assert (folder / "called").read_text() == "xxxx"
    assert run(["build", "c.yaml", "--overwrite"]) == 0
    assert [_rows(folder, table) for table in ("data", "rejects")] == gone_on


@pytest.mark.slow
def test_the_file_goes_to_the_workers_of_ray(folder: Path) -> None:
    path = folder / "own" / "filters.py"
    path.write_text(
        "import os\n\nif os.path.exists('own/filters.py'):\n    os.remove('own/filters.py')\n" + path.read_text()
    )
    assert run(["build", "c.yaml"]) == 0
    record = BuildRecord.from_json((folder / "out" / "build.json").read_bytes())
    assert (record.kept, record.dropped, record.failed) == (2, 1, 1)
    assert not path.exists(), "the process that began the build has run it, before there was any worker"
