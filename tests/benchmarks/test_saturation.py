"""The saturation benchmark: its requests arrive, with their pictures, and it says so when they do not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from vdata.schemas import Failed, Frames

CALLS = 30


@pytest.fixture(scope="module")
def saturation(benchmark: Callable[[str], ModuleType]) -> ModuleType:
    pytest.importorskip("psutil")
    return benchmark("saturation")


@pytest.fixture
def table(
    saturation: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], dict[str, list[str]]]:
    """Runs a case of the benchmark; the columns of its table by client."""

    def run(case: str) -> dict[str, list[str]]:
        monkeypatch.setattr(sys, "argv", ["saturation.py", case, "--requests", str(CALLS)])
        saturation.main()
        lines = [line.removeprefix(case).split() for line in capsys.readouterr().out.splitlines()]
        return {words[0]: words[1:] for words in lines if words[0] in ("vdata", "openai")}

    return run


def test_no_request_with_pictures_fails(saturation: ModuleType, table: Callable[[str], dict[str, list[str]]]) -> None:
    rows = table(saturation.READY)
    assert {who: columns[-2:] for who, columns in rows.items()} == {
        who: [str(CALLS), "0"] for who in ("vdata", "openai")
    }, "calls, and how many failed"


def test_what_fails_ends_it_with_the_first_reason(
    saturation: ModuleType, table: Callable[[str], dict[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(self: object, frames: Frames, form: str, quality: int) -> tuple[str, ...]:
        raise Failed("unreadable", "there is no such file")

    monkeypatch.setattr(saturation.Canned, "held_pictures", none)
    with pytest.raises(SystemExit) as ended:
        table(saturation.READY)
    said = str(ended.value)
    assert said.startswith(
        f"8 frames of 60 KB, vdata: {CALLS} of {CALLS} requests failed; the first one: teacher_error"
    )
    assert "there is no such file" in said


def test_pictures_that_do_not_arrive_are_a_failure(
    saturation: ModuleType, table: Callable[[str], dict[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def one(self: object, frames: Frames, form: str, quality: int) -> tuple[str, ...]:
        return ("data:image/jpeg;base64,AAAA",)

    monkeypatch.setattr(saturation.Canned, "held_pictures", one)
    with pytest.raises(SystemExit, match=r"not shown 8 pictures: 'Reply to \d+ characters and 1 pictures"):
        table(saturation.READY)
