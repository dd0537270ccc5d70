"""The truth benchmark: its limits hold for another seed than its own, and it fails when they do not."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def truth(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark("truth")


@pytest.mark.slow
def test_rules_find_lies_and_leave_the_truth(
    truth: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert truth.main(23, 700, 20) == 0
    table = capsys.readouterr().out
    assert "lies: order" in table
    monkeypatch.setattr(truth, "LEAST", 1.01)
    assert truth.main(23, 50, 5) == 1
    assert "rules alone find too few lies about" in capsys.readouterr().out
