"""Files that tests share are made once, whole, and anew when the code that makes them changes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from shared_files import make_once


def test_of_those_who_ask_at_once_one_makes_them(tmp_path: Path) -> None:
    made: list[Path] = []

    def fill(folder: Path) -> None:
        made.append(folder)
        time.sleep(0.2)
        (folder / "a.txt").write_text("whole")

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: make_once(tmp_path, "letters", fill), range(4)))
    assert len(made) == len(found) == 1
    assert [path.name for path in found.pop().iterdir()] == ["a.txt"]
    assert not made[0].exists(), "made under another name"


def test_what_older_code_made_or_a_killed_run_left_goes(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("one")

    def fail(folder: Path) -> None:
        (folder / "half.txt").touch()
        raise KeyboardInterrupt

    def fill(folder: Path) -> None:
        (folder / "a.txt").write_text(script.read_text())

    with pytest.raises(KeyboardInterrupt):
        make_once(tmp_path, "letters", fail)
    first = make_once(tmp_path, "letters", fill, script)
    assert list((tmp_path / "letters").iterdir()) == [first]
    script.write_text("two")
    second = make_once(tmp_path, "letters", fill, script)
    assert list((tmp_path / "letters").iterdir()) == [second]
    assert (second / "a.txt").read_text() == "two"
