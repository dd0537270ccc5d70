"""Every row of docs/reliability.md names tests, each of which exists and runs with the others."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)
NAMED = sorted({(int(number), name) for number, _, _, tests in ROWS for name in re.findall(r"`([^`]+)`", tests)})
SKIPPED = {"skip", "xfail", "vllm", "smollm", "slurm", "harness", "trainers"}
"""Marks of tests that prove nothing in CI."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def marks(decorators: list[ast.expr]) -> set[str]:
    """The names of the pytest marks among *decorators*."""
    called = [one.func if isinstance(one, ast.Call) else one for one in decorators]
    return {one.attr for one in called if isinstance(one, ast.Attribute)}


def own_marks(module: ast.Module) -> set[str]:
    """The names of the marks in a module's ``pytestmark``."""
    for node in module.body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in node.targets):
            value = node.value
            return marks(value.elts if isinstance(value, (ast.List, ast.Tuple)) else [value])
    return set()


def find(name: str) -> tuple[Function, set[str]] | None:
    """The function of a test, as pytest names it (``file::test`` or ``file::Class::test``), with all its marks."""
    path, *inside = name.split("::")
    if not (ROOT / path).is_file():
        return None
    body: list[ast.stmt] = parsed(path).body
    found = own_marks(parsed(path))
    for part in inside:
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == part:
                found |= marks(node.decorator_list)
                if not isinstance(node, ast.ClassDef):
                    return node, found
                body = node.body
                break
    return None


def test_all_rows_are_there_in_order_and_each_names_tests() -> None:
    assert len(ROWS) >= 48
    assert [int(number) for number, *_ in ROWS] == list(range(1, len(ROWS) + 1))
    assert {number for number, _ in NAMED} == {int(number) for number, *_ in ROWS}
    for number, fault, promise, tests in ROWS:
        assert len(fault) > 10, number
        assert len(promise) > 10, number
        assert re.fullmatch(r"(`tests/[\w/]+\.py(::\w+)+` ?)+", tests), number


@pytest.mark.parametrize(("row", "name"), NAMED)
def test_a_test_that_is_named_exists_and_runs(row: int, name: str) -> None:
    found = find(name)
    assert found is not None, f"row {row} names {name}, which is not there"
    function, marked = found
    assert function.name.startswith("test_")
    assert not marked & SKIPPED, f"row {row}: {name} is not run in CI"
    assert any(isinstance(node, (ast.Assert, ast.With)) for node in ast.walk(function)) or calls(function), name


def calls(function: Function) -> set[str]:
    """The functions of its module that a test leaves the asserting to."""
    return {
        node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }


def test_what_is_no_test_is_not_taken_for_one() -> None:
    here = "tests/test_reliability_docs.py"
    assert find(f"{here}::test_all_rows_are_there_in_order_and_each_names_tests") is not None
    assert find(f"{here}::test_that_nobody_wrote") is None
    assert find("tests/no_such_file.py::test_a") is None
    tree = ast.parse(
        "import pytest\npytestmark = [pytest.mark.vllm]\n@pytest.mark.skip(reason='x')\ndef test_a(): ...\n"
    )
    assert own_marks(tree) == {"vllm"}
    assert marks(tree.body[2].decorator_list) == {"skip"}  # type: ignore[attr-defined]
