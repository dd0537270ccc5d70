"""The commit protocol: a part is whole or absent, an earlier commit wins, damage is found by hash."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pyarrow as pa
import pytest

from vdata.pipelines.storage.parts import Outcome, Part, Parts


def table(*values: int) -> dict[str, pa.Table]:
    return {"samples": pa.table({"n": list(values)})}


def part(name: str = "one") -> Part:
    return Part(name, [Outcome("key", "a.mp4", "id", "kept", 1.5)], counts={"scan": {"rows": 1}})


def test_a_committed_part_reads_back(tmp_path: Path) -> None:
    store = Parts(tmp_path / "0")
    store.commit(part(), table(1, 2))
    (found,) = store.sound()
    assert found.outcomes == part().outcomes
    assert store.table(found, "samples").column("n").to_pylist() == [1, 2]


@pytest.fixture(params=["hard links", "no hard links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has hard links, and one that has none."""
    if request.param == "no hard links":

        def refuse(*_: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)


def test_the_first_of_two_commits_wins(tmp_path: Path, links: None) -> None:
    store = Parts(tmp_path)
    first = store.commit(part(), table(1))
    second = store.commit(part(), table(2))
    assert second.files == first.files
    (found,) = store.sound()
    assert store.table(found, "samples").column("n").to_pylist() == [1]
    assert len(list(tmp_path.iterdir())) == 2, "the loser's file is gone"


@pytest.mark.parametrize("other", ["given", "settings", "damaged", "torn"])
def test_an_earlier_commit_of_other_work_does_not_win(tmp_path: Path, links: None, other: str) -> None:
    """As the last worker of a build that was killed may make it while the next one runs."""
    store, before, now = Parts(tmp_path), part(), part()
    before.given, before.settings = ("then", "a") if other == "given" else ("now", "b" if other == "settings" else "a")
    now.given, now.settings = "now", "a"
    before = store.commit(before, table(1))
    if other == "damaged":
        (tmp_path / before.files["samples"]["file"]).unlink()
    if other == "torn":
        (tmp_path / "one.json").write_bytes((tmp_path / "one.json").read_bytes()[:-9])
    assert store.earlier("one", "now", "a") is None
    assert store.commit(now, table(2)).files == now.files
    store.tidy()
    (found,) = store.sound()
    assert store.table(found, "samples").column("n").to_pylist() == [2]
    assert len(list(tmp_path.iterdir())) == 2


def test_what_no_manifest_names_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Parts(tmp_path)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", killed)
    with pytest.raises(KeyboardInterrupt):
        store.commit(part(), table(1))
    assert list(store.sound()) == []
    store.tidy()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "manifest"])
def test_damage_is_found_and_only_that_part_goes(tmp_path: Path, damage: str) -> None:
    store = Parts(tmp_path)
    hurt = store.commit(part("hurt"), table(*range(100)))
    store.commit(part("well"), table(1))
    path = tmp_path / hurt.files["samples"]["file"]
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "cut":
        path.write_bytes(data[:-1])
    elif damage == "remove":
        path.unlink()
    else:
        (tmp_path / "hurt.json").write_text('{"name": "hurt"')
    assert [found.name for found in store.sound()] == ["well"]
    store.tidy()
    assert {path.name.partition(".")[0] for path in tmp_path.iterdir()} == {"well"}
