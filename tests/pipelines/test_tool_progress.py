"""What a tool is at: a line now and then in a pipe, a line that changes in a terminal, nothing where it is quick."""

from __future__ import annotations

import io
import re
import time

import pyarrow as pa
import pytest
from rich.console import Console

from vdata.pipelines import tool_progress
from vdata.pipelines.tool_progress import ToolProgress, each, step, track


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_SECONDS", "LINE_SECONDS", "DRAW_SECONDS", "SOON_SECONDS"):
        monkeypatch.setattr(tool_progress, name, 0.005)


def console(*, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=80, highlight=False)


def told(shown: Console) -> str:
    assert isinstance(shown.file, io.StringIO)
    return shown.file.getvalue()


def wait_for(shown: Console, text: str) -> None:
    end = time.monotonic() + 10
    while text not in told(shown):
        assert time.monotonic() < end, told(shown)
        time.sleep(0.005)


@pytest.mark.usefixtures("soon")
def test_lines_in_a_pipe() -> None:
    shown = console()
    with ToolProgress("doctor", shown), step("samples", 8, "rows") as one:
        wait_for(shown, "doctor: samples, 0 of 8 rows, 0%")
        one.add(2)
        wait_for(shown, "doctor: samples, 2 of 8 rows, 25%")
    assert "\x1b" not in told(shown)


@pytest.mark.usefixtures("soon")
def test_the_inner_step_is_told_and_then_the_outer_one() -> None:
    shown = console()
    with ToolProgress("push", shown), step("files are sent"):
        with step("hashes", 3_000_000, "B") as one:
            one.add(1_500_000)
            wait_for(shown, "push: hashes, 1.5 of 3.0 MB, 50%")
        wait_for(shown, "push: files are sent")


@pytest.mark.usefixtures("soon")
def test_a_line_that_changes_in_a_terminal_and_goes() -> None:
    shown = console(terminal=True)
    with ToolProgress("mix", shown):
        with step("a" * 200, 9):
            wait_for(shown, f"\r\x1b[2Kmix: {'a' * 58} …, 0 of 9, 0%, 0 s"[:50])
        ended = told(shown)
        assert ended.endswith("\r\x1b[2K")
        assert "\n" not in ended
        assert max(map(len, re.split("\r\x1b.2K", ended))) < 80
        with step("another draws here", drawn=False):
            time.sleep(0.05)
    assert told(shown) == ended


def test_what_is_quick_is_not_told() -> None:
    for terminal in (False, True):
        shown = console(terminal=terminal)
        with ToolProgress("why", shown):
            assert list(each(range(5), "things")) == [0, 1, 2, 3, 4]
        assert told(shown) == ""


@pytest.mark.usefixtures("soon")
def test_nothing_is_told_outside() -> None:
    shown = console()
    with ToolProgress("report", shown):
        pass
    with step("samples", 3):
        time.sleep(0.05)
    assert told(shown) == ""


@pytest.mark.usefixtures("soon")
def test_rows_are_counted_as_they_come() -> None:
    shown = console()
    tables = [pa.table({"a": [1, 2]}), pa.table({"a": [3]}), pa.table({"a": [4]})]
    with ToolProgress("report", shown):
        for number, table in enumerate(track(tables, "data", 4)):
            assert table is tables[number]
            if number == 2:
                wait_for(shown, "report: data, 3 of 4 rows, 75%")


@pytest.mark.usefixtures("soon")
def test_a_reader_that_stops_early_leaves_no_step() -> None:
    shown = console()
    with ToolProgress("report", shown):
        for _ in each(range(5), "thumbnails"):
            break
        time.sleep(0.02)
        before = told(shown)
        time.sleep(0.05)
        assert told(shown) == before
