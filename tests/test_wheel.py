"""What is published is whole: the quickstart runs from the wheel, which is made of the sdist, in an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).parent.parent
NOT_SOURCE = shutil.ignore_patterns(".*", "*.egg-info", "build", "dist", "out", "__pycache__", "acts")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist, and the wheel that was built of it."""
    source, folder = tmp_path_factory.mktemp("source") / "vdata", tmp_path_factory.mktemp("dist")
    shutil.copytree(ROOT, source, symlinks=True, ignore=NOT_SOURCE)
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(folder), str(source)], check=True, timeout=500)
    return folder


def test_the_sdist_and_the_wheel_hold_every_module_and_recipe(dist: Path) -> None:
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        inside = set(file.namelist())
    recipes = {f"vdata/{path.relative_to(ROOT)}" for path in (ROOT / "configs").rglob("*.yaml")}
    modules = {f"vdata/{path.relative_to(ROOT)}" for path in (ROOT / "stages").rglob("*.py")}
    assert len(recipes) > 20
    assert recipes | modules <= inside
    assert {"vdata/examples/film.py", "vdata/py.typed", "vdata/report/report.js"} <= inside
    assert not [name for name in inside if name.startswith(("tests/", "stages/", "pipelines/"))]
    with tarfile.open(sdist) as file:
        assert {name.partition("/")[2] for name in file.getnames()} >= {"pyproject.toml", "README.md", "LICENSE"}


def test_the_quickstart_runs_from_the_wheel_in_an_empty_folder(dist: Path, tmp_path: Path) -> None:
    place, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    (wheel,) = dist.glob("*.whl")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place), str(wheel)]
    subprocess.run(install, check=True, timeout=200)
    environ = {**os.environ, "PYTHONPATH": str(place), "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def vdata(*words: str) -> str:
        command = [str(place / "bin" / "vdata"), *words]
        done = subprocess.run(command, cwd=empty, env=environ, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = subprocess.run(
        [sys.executable, "-c", "import vdata; print(vdata.__file__)"], cwd=empty, env=environ, stdout=subprocess.PIPE
    )
    assert where.stdout.decode().startswith(str(place)), "it is the wheel that runs, not this checkout"
    assert "quickstart" in vdata("recipes")
    vdata("example", "film")
    said = vdata("build", "quickstart")
    assert "14 of 14 found, 0 extra" in said
    vdata("report", "out/quickstart")
    assert (empty / "out/quickstart/report.html").stat().st_size > 100_000
    rows = sum(pq.read_table(path).num_rows for path in (empty / "out/quickstart/data").glob("*.parquet"))
    assert f"{rows} samples" in said
    assert rows > 40
