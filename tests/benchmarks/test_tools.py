"""What is done with a finished build: each tool says how far it is, and its memory does not grow with the samples."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from vdata.cli import run
from vdata.pipelines import tool_progress

TOOLS = ("doctor", "report", "export ms_swift", "export rl", "export webdataset", "export activitynet_lane", "push",
         "mix", "why", "score")  # fmt: skip


@pytest.fixture(scope="module")
def tools(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("tools")


@pytest.fixture(scope="module")
def place(tools: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the builds ``first`` and ``second``."""
    folder = tmp_path_factory.mktemp("tools")
    for name in ("first", "second"):
        tools.make(folder / name, 400, name)
    return folder


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_says_how_far_it_is(
    tools: ModuleType, place: Path, tool: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool_progress, "FIRST_SECONDS", 0.002)
    monkeypatch.setattr(tool_progress, "LINE_SECONDS", 0.002)
    command = tools.commands(place / "first", place / "second", place)[tool]
    if tool == "push":
        with tools.hub(place) as env:
            run_push = "import sys; from vdata.pipelines import tool_progress as one\n"
            run_push += (
                "one.FIRST_SECONDS = one.LINE_SECONDS = 0.002\nfrom vdata.cli import run; sys.exit(run(sys.argv[1:]))"
            )
            done = subprocess.run(
                [sys.executable, "-c", run_push, *command], env=env, capture_output=True, text=True, check=True
            )
        assert re.search(r"^push: sent, [\d.]+ of [\d.]+ MB, ", done.stderr, re.MULTILINE), done.stderr
        return
    assert run(command) == 0
    told = capsys.readouterr().err
    assert re.search(rf"^{tool.split()[0]}: [^,]+, [\d,]+ of [\d,]+( rows|),", told, re.MULTILINE)


@pytest.mark.parametrize("tool", ["doctor", "why", "export ms_swift"])
def test_what_takes_a_moment_is_not_told(
    tools: ModuleType, place: Path, tool: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tools.commands(place / "first", place / "second", place)[tool]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_samples(tools: ModuleType, tmp_path: Path) -> None:
    """From 20,000 samples to 80,000: by the limit at most, and by 30 MB that an allocator may keep besides."""
    growth = tools.run(tmp_path, (20_000, 80_000), lambda name: name != "score")
    assert len(growth) == len(TOOLS) - 1
    assert {tool: grows for tool, grows in growth.items() if grows > tools.LIMIT + 500} == {}
