"""What the machine refuses is one line without a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vdata.cli import run
from vdata.plain_errors import plain_reason

NUL, LONG = ODD = ("a\0b", "n" * 300)


@pytest.mark.skipif(sys.platform != "linux", reason="ulimit -v")
@pytest.mark.parametrize(
    ("kilobytes", "command"),
    [(250_000, "check quickstart"), (400_000, "stages"), (800_000, "report out"), (2_500_000, "build quickstart")],
)
def test_too_little_memory_is_one_line(kilobytes: int, command: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        ["bash", "-c", f"ulimit -v {kilobytes}; exec {sys.executable} -m vdata {command} --bad"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    if kilobytes != 400_000:
        assert ended.stdout == ""
        (line,) = ended.stderr.splitlines()
        assert "needs to map" in line
        assert "(ulimit -v)" in line


@pytest.mark.parametrize(
    "args",
    [
        *([command, name] for command in ("build", "check", "plan", "doctor", "report", "mix") for name in ODD),
        *(["baselines", name] for name in ODD),
        *(["export", name, "--format", "tsv", "--out", "x"] for name in ODD),
        *(["push", name, "--repo", "me/it"] for name in ODD),
        *(["leaks", name, "--against", "x"] for name in ODD),
        *(["score", name, "x"] for name in ODD),
        *(["predict", name, "--teacher", "{kind: openai, model: m}"] for name in ODD),
    ],
    ids=lambda args: f"{args[0]}-{'NUL' if NUL in args else 'long'}",
)  # fmt: skip
def test_names_that_no_file_has(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(args) == 2
    said = "".join(capsys.readouterr())
    assert "Traceback" not in said
    assert 1 <= len(said.strip().splitlines()) <= 3, said
    assert "\0" not in said


@pytest.mark.parametrize("text", ["[" * 200_000, "{" * 5000, '{"files": {}, "generation": ' + "[" * 100_000, "", "\0"])
@pytest.mark.parametrize("command", ["report", "doctor", "baselines", "push", "export", "leaks"])
def test_a_record_of_brackets(command: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "build.json").write_text(text)
    more = {"push": ["--repo", "me/it"], "export": ["--format", "tsv", "--out", str(tmp_path / "x")]}
    args = [command, str(tmp_path), *more.get(command, ["--against", str(tmp_path)] if command == "leaks" else [])]
    assert run(args) in (1, 2)
    said = "".join(capsys.readouterr())
    assert "Traceback" not in said
    assert "build.json" in said


def test_defects_stay_defects() -> None:
    assert plain_reason(ValueError("another")) is None
    assert plain_reason(OSError(5, "an error of the disk")) is None
    assert "too little memory" in str(plain_reason(MemoryError()))
    assert "too little memory" in str(plain_reason(OSError(12, os.strerror(12))))
