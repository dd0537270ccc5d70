"""Paths in a bucket: names as on a disk, and what is put, under faults of the store."""

from __future__ import annotations

import os
import pickle
import threading
from pathlib import Path

import pytest
from object_store import Faults, ObjectStore

from vdata.schemas.atomic_file import copy, put_in_place, remove_folder, staged, stamp, write_bytes
from vdata.schemas.bucket_path import BucketPath, as_path

ROOT = BucketPath("s3://lab/set")


def test_it_has_the_names_of_a_path() -> None:
    path = ROOT / "a" / "b.json"
    assert str(path) == "s3://lab/set/a/b.json"
    assert (path.name, path.stem, path.suffix) == ("b.json", "b", ".json")
    assert (path.parent, path.with_name("c")) == (ROOT / "a", ROOT / "a" / "c")
    assert path.relative_to(ROOT).as_posix() == "a/b.json"
    assert (ROOT / "a/../../m").url == "s3://lab/m"
    again = pickle.loads(pickle.dumps(path))
    assert (again, str(again), hash(again)) == (path, str(path), hash(path))
    assert isinstance(as_path("s3://lab/x"), BucketPath)
    assert not isinstance(as_path("lab/x"), BucketPath)


@pytest.mark.parametrize("of_os", [os.stat, os.path.lexists, os.listdir, os.makedirs, open])
def test_nothing_of_it_is_done_to_the_disk(of_os: object) -> None:
    with pytest.raises(TypeError, match="is in a bucket"):
        of_os(ROOT / "x")  # type: ignore[operator]


def test_files_are_written_listed_and_deleted(object_store: ObjectStore, tmp_path: Path) -> None:
    path = ROOT / "a" / "b.json"
    assert not path.exists()
    assert not ROOT.is_dir()
    assert list(ROOT.iterdir()) == []
    write_bytes(b"one", path)
    with staged(ROOT / "c") as staging:
        staging.write_bytes(b"three")
        assert staging.is_file()
        put_in_place(staging, ROOT / "c")
    assert path.read_text() == "one"
    assert path.stat().st_size == 3
    assert path.open("rb").read(2) == b"on"
    assert [(one.name, one.is_dir()) for one in ROOT.iterdir()] == [("a", True), ("c", False)]
    assert list(ROOT.glob("*/*.json")) == [path]
    assert {one.name for one in ROOT.rglob("*")} == {"b.json", "c"}
    before = stamp(path)
    write_bytes(b"two", path)
    assert stamp(path) not in ("", before), "same size, same second"
    put_in_place(path, ROOT / "d")
    assert (path.exists(), (ROOT / "d").read_bytes()) == (False, b"two")
    copy(ROOT / "d", tmp_path / "d")
    copy(tmp_path / "d", ROOT / "e")
    assert (ROOT / "e").read_bytes() == b"two"
    (ROOT / "e").unlink()
    (ROOT / "e").unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        (ROOT / "e").read_bytes()
    remove_folder(ROOT)
    assert not ROOT.exists()


@pytest.mark.slow
def test_a_list_has_more_names_than_a_page(object_store: ObjectStore) -> None:
    for number in range(1005):
        object_store.bare("PUT", f"/lab/many/{number:04d}", b"x", {})
    assert len(list(BucketPath("s3://lab/many").iterdir())) == 1005


def test_one_of_many_creates(object_store: ObjectStore) -> None:
    won: list[int] = []

    def take(number: int) -> None:
        try:
            (ROOT / "mark").touch(exist_ok=False)
            won.append(number)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=take, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


@pytest.mark.slow
def test_a_put_that_was_done_and_never_answered_is_ours(object_store: ObjectStore) -> None:
    """Of those who want the same name one has it, whatever answers get lost, and it knows so."""
    with object_store.failing(Faults(lost=0.4, refused=0.2, only="PUT", seed=3)) as faults:
        for number in range(12):
            path, won = ROOT / str(number), []
            for word in (b"a", b"b"):
                try:
                    path.create(word)
                    won.append(word)
                except FileExistsError:
                    pass
            assert won == [b"a"]
            assert path.read_bytes() == b"a"
    assert min(faults.made["lost"], faults.made["refused"]) > 0, "the faults were made"


@pytest.mark.slow
def test_errors_say_what_to_do(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="there is no bucket nowhere: make it first"):
        BucketPath("s3://nowhere/x").write_bytes(b"")
    monkeypatch.setattr("vdata.schemas.stored_objects.PAUSES", (0.01, 0.0))
    with (
        object_store.failing(Faults(refused=1.0)),
        pytest.raises(OSError, match="the store does not answer as it should"),
    ):
        (ROOT / "x").read_bytes()
