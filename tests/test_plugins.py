"""A package with a plugin of each kind is installed: it is listed, its settings are checked, and it is at work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import zoo
from packages import install

PLUGINS = Path(__file__).parent / "plugins"
CONFIG = """
labels:
  - {kind: lines, path: events.txt, comment: "%"}
teachers:
  wolf: {kind: shouter, mark: "!!"}
stages:
  - howl: {before: "I say "}
  - tasks: {of: [howls], tasks: [loudest]}
output: {path: out}
"""
EVENTS = "% what happens\na.mp4 0 4 A wolf wakes\na.mp4 5 9 A bear! sleeps\n"
DRIVER = """
import json, sys, pytest
from inline import without_ray
from vdata.cli import run
without_ray(pytest.MonkeyPatch())
sys.exit(max(run(args) for args in json.loads(sys.argv[1])))
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a config, in which everything that runs finds the package."""
    install(tmp_path / "site", "vdata-zoo", zoo.ENTRY_POINTS)
    (tmp_path / "build.yaml").write_text(CONFIG)
    (tmp_path / "events.txt").write_text(EVENTS)
    return tmp_path


def vdata(place: Path, *commands: list[str]) -> tuple[int, str, str]:
    """The exit status, the output and the messages of *commands*, run one after the other in a process of their own."""
    path = os.pathsep.join([str(place / "site"), str(PLUGINS), os.environ.get("PYTHONPATH", "")])
    environ = {**os.environ, "PYTHONPATH": path, "XDG_CACHE_HOME": str(place / "cache")}
    command = [sys.executable, "-c", DRIVER, json.dumps(commands)]
    done = subprocess.run(command, cwd=place, env=environ, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_plugins_build_and_export(place: Path) -> None:
    status, out, error = vdata(
        place,
        ["check", "build.yaml"],
        ["build", "build.yaml"],
        ["export", "out", "--format", "pairs", "--out", "pairs.jsonl"],
        ["export", "--list"],
    )
    assert status == 0, error
    (line,) = (place / "pairs.jsonl").read_text().splitlines()
    assert json.loads(line) == ["Which event is the loudest?", "I SAY A BEAR! SLEEPS!!"]
    assert "A line for each sample: [question, answer]." in out


def test_each_kind_is_listed_with_its_classes_and_where_they_come_from(place: Path) -> None:
    status, out, error = vdata(place, ["plugins"])
    assert status == 0, error
    for group, points in zoo.ENTRY_POINTS.items():
        head, _, rows = next(part for part in out.split("\n\n") if f"group {group}\n" in part).partition("\n")
        copied = head.partition(" a file in ")[2].partition(", or ")[0].removeprefix("a room of ").split(" like ")
        assert Path(*copied).is_file()
        listed = {line.split()[0]: line.split()[1:] for line in rows.splitlines()[1:]}
        for name, where in points.items():
            assert listed.pop(name) == [where, "zoo"]
        assert {package for _, package in listed.values()} == {"vdata"}


def test_mistakes_in_plugins_are_named_with_line_and_near_key(place: Path) -> None:
    (place / "build.yaml").write_text(
        CONFIG.replace("mark", "mrak").replace("before", "befor").replace("comment", "coment")
    )
    status, _, error = vdata(place, ["check", "build.yaml"])
    assert status == 2
    assert error.splitlines() == [
        "build.yaml:3: labels.0.coment: unknown key. Did you mean comment?",
        "build.yaml:5: teachers.wolf.mrak: unknown key. Did you mean mark?",
        "build.yaml:7: stages.howl.befor: unknown key. Did you mean before?",
    ]


def test_the_kinds_that_there_are_include_those_of_plugins(place: Path) -> None:
    text = CONFIG.replace("kind: lines", "kind: linse").replace("kind: shouter", "kind: shuter")
    (place / "build.yaml").write_text(text)
    status, _, error = vdata(place, ["check", "build.yaml"])
    assert status == 2
    assert error.splitlines() == [
        "build.yaml:3: labels.0.kind: must be activitynet, argilla, chapters, label_studio, lines, qa, scene_3d, "
        "stream, subtitles, table, texts, tracks or votes, got 'linse'. Did you mean lines?",
        "build.yaml:5: teachers.wolf.kind: must be embed, openai, replay, shouter or vllm, got 'shuter'. "
        "Did you mean shouter?",
    ]


def test_a_teacher_that_is_not_ready_is_said_before_the_build(place: Path) -> None:
    (place / "build.yaml").write_text(CONFIG.replace('mark: "!!"', 'mark: ""'))
    status, _, error = vdata(place, ["build", "build.yaml"])
    assert (status, error) == (2, "teachers.wolf: mark: a shout has a mark\n")
