"""The example of a stage in a package of one's own: found by its entry point, it builds, and its own tests pass."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from inline import without_ray
from packages import install

from vdata import cli
from vdata.schemas.plugins import find_classes

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "own_stage"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package on the path, with the entry points of its pyproject.toml, as pip installs it."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    install(tmp_path / "site", project["name"], project["entry-points"])
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    find_classes.cache_clear()


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Other tests find the stages anew."""
    yield
    find_classes.cache_clear()


@pytest.mark.usefixtures("installed")
def test_it_is_listed_checked_and_builds(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    changed = [f"--set=videos={film / 'film.mp4'}", f"--set=cache={tmp_path / 'cache'}"]

    assert cli.run(["stages", "pace"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("pace (vdata_pace)")
    assert "Seconds; shorter shots are fast." in page

    assert cli.run(["check", str(EXAMPLE / "build.yaml"), *changed, "--set=pace.fats=3"]) == 2
    assert "fast" in capsys.readouterr().err

    assert cli.run(["build", str(EXAMPLE / "build.yaml"), *changed]) == 0
    (row,) = pq.read_table(tmp_path / "out" / "pace" / "timelines").to_pylist()
    assert {span["label"] for span in row["lane_pace"]} == {"fast", "slow"}
    samples = pq.read_table(tmp_path / "out" / "pace" / "data").to_pylist()
    assert samples
    assert {evidence["lane"] for sample in samples for evidence in sample["evidence"]} == {"pace"}

    dropping = [*changed, "--set=pace.max_cuts=1", "--out", "none"]
    assert cli.run(["build", str(EXAMPLE / "build.yaml"), *dropping]) == 1
    (reject,) = pq.read_table(tmp_path / "none" / "rejects").to_pylist()
    assert (reject["stage"], reject["kind"], reject["reason"], reject["threshold"]) == (
        "pace",
        "dropped",
        "too_many_cuts",
        1,
    )
    assert reject["value"] > 1
    assert json.loads((tmp_path / "none" / "build.json").read_text())["dropped"] == 1


def test_its_own_tests_pass() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE)]
    done = subprocess.run(command, cwd=EXAMPLE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
