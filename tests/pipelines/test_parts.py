"""The commit protocol: a part is whole or absent, an earlier commit wins, damage is found by hash."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from vdata.pipelines.parts import Outcome, Part, Parts


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


def test_the_first_of_two_commits_wins(tmp_path: Path) -> None:
    store = Parts(tmp_path)
    first = store.commit(part(), table(1))
    second = store.commit(part(), table(2))
    assert second.files == first.files
    store.tidy()
    (found,) = store.sound()
    assert store.table(found, "samples").column("n").to_pylist() == [1]
    assert len(list(tmp_path.iterdir())) == 2, "the loser's file is gone"


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
