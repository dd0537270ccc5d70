"""The notebook of the examples runs from top to bottom, and shows what it says."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inline import without_ray

NOTEBOOK = Path(__file__).parent.parent.parent / "examples" / "first_build.ipynb"


def _code() -> list[str]:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_it_is_kept_without_outputs() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code")


@pytest.fixture
def place(tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the film, which the notebook would render."""
    shutil.copytree(film, tmp_path / "videos")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _values(cells: list[str]) -> Iterator[Any]:
    """Run *cells* as a notebook does, one after the other: the value of the last expression of each, or None."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for text in cells:
        tree = ast.parse(text)
        last = tree.body[-1]
        if not isinstance(last, ast.Expr):
            exec(text, names)
            yield None
            continue
        exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), names)
        yield eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def test_its_cells_run_and_show_what_they_say(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    values = [repr(value) for value in _values(_code())]
    assert any("1 videos, 1 kept, 0 dropped, 0 failed" in value for value in values)
    assert any("('python', 'long_shots', " in value for value in values)
    said = capsys.readouterr().out
    assert "stages.shotz | there is no stage shotz. Did you mean shots?" in said
    assert "from true_events" in said
    assert "python dropped it, long_shots" in said
    assert "holds a build with other settings:\n  seed: was 0, is now 1" in said


@pytest.mark.slow
def test_a_kernel_runs_it_with_ray(place: Path) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(place)}}).execute()
    shown = json.dumps(notebook.cells)
    assert "Traceback" not in shown
    assert "1 videos, 1 kept, 0 dropped, 0 failed" in shown
    assert "<progress value='1.000'" in shown, "the bar of the build, which changes in its place"
