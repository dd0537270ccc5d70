"""A build in a bucket is fetched: what has changed, several files at a time, and told in bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from object_store import Faults, ObjectStore

from vdata.pipelines.dataset import fetched
from vdata.pipelines.dataset.fetched import NOTE, UNLESS_SHOWN, UNLESS_WORKED_ON, local_folder
from vdata.pipelines.errors import UserError
from vdata.pipelines.tool_progress import ToolStep, step
from vdata.schemas.bucket_path import BucketPath

THERE = BucketPath("s3://lab/demo")
FILES = {
    "build.json": b"{}",
    "data/train-00000.parquet": b"rows",
    "media/a.mp4": b"film",
    "media/b.mp4": b"other film",
    ".vdata/parts/0/one.json": b"part",
    ".vdata/holders/00000001.json": b"holder",
}
ALL = FILES.keys() - {".vdata/holders/00000001.json"}


@pytest.fixture
def there(object_store: ObjectStore) -> ObjectStore:
    for name, data in FILES.items():
        (THERE / name).write_bytes(data)
    object_store.requests.clear()
    return object_store


def got(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {NOTE}


def sent(store: ObjectStore) -> set[str]:
    """The files whose content was asked for since the last time."""
    names = {key.removeprefix("lab/demo/") for method, key, _ in store.requests if method == "GET" and key != "lab"}
    store.requests.clear()
    return names


def test_only_what_has_changed_is_fetched_again(there: ObjectStore, tmp_path: Path) -> None:
    said: list[str] = []
    folder = local_folder(str(THERE), tmp_path, said.append)
    assert got(folder) == sent(there) == ALL
    assert said == [f"Fetching 5 files (0.0 MB) of {THERE} …"]
    assert {name: (folder / name).read_bytes() for name in ALL} == {name: FILES[name] for name in ALL}
    assert local_folder(str(THERE), tmp_path, said.append) == folder
    assert (sent(there), len(said)) == (set(), 1)

    (THERE / "media/a.mp4").write_bytes(b"anew")
    (THERE / "data/train-00000.parquet").unlink()
    local_folder(str(THERE), tmp_path)
    assert sent(there) == {"media/a.mp4"}
    assert got(folder) == ALL - {"data/train-00000.parquet"}
    assert (folder / "media/a.mp4").read_bytes() == b"anew"


def test_what_is_not_read_is_left_out_and_comes_when_it_is(there: ObjectStore, tmp_path: Path) -> None:
    folder = local_folder(str(THERE), tmp_path, without=UNLESS_WORKED_ON)
    assert got(folder) == sent(there) == {"build.json", "data/train-00000.parquet"}
    local_folder(str(THERE), tmp_path, without=UNLESS_SHOWN)
    assert sent(there) == {".vdata/parts/0/one.json"}
    local_folder(str(THERE), tmp_path)
    assert sent(there) == {"media/a.mp4", "media/b.mp4"}

    (THERE / "media/a.mp4").write_bytes(b"anew")
    (THERE / "media/b.mp4").unlink()
    local_folder(str(THERE), tmp_path, without=UNLESS_SHOWN)
    assert sent(there) == set()
    assert got(folder) == ALL - {"media/b.mp4"}, "what went is deleted, what has changed is not taken for new"
    local_folder(str(THERE), tmp_path)
    assert sent(there) == {"media/a.mp4"}
    assert (folder / "media/a.mp4").read_bytes() == b"anew"


@pytest.mark.slow
def test_what_was_fetched_before_an_error_is_not_fetched_again(
    there: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vdata.schemas.stored_objects.PAUSES", (0.0,))
    with (
        there.failing(Faults(refused=1.0, only="GET lab/demo/media/b.mp4")),
        pytest.raises(UserError, match=r"s3://lab/demo/media/b\.mp4: the store does not answer as it should"),
    ):
        local_folder(str(THERE), tmp_path)
    home = next(tmp_path.rglob(NOTE)).parent
    known = json.loads((home / NOTE).read_bytes())
    assert known.keys() <= got(home)
    sent(there)
    folder = local_folder(str(THERE), tmp_path)
    assert sent(there) == ALL - known.keys()
    assert got(folder) == ALL


def test_how_far_it_is_is_told_in_bytes(there: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[ToolStep] = []

    @contextmanager
    def noted(words: str, total: int, unit: str) -> Iterator[ToolStep]:
        with step(words, total, unit) as one:
            steps.append(one)
            yield one

    monkeypatch.setattr(fetched, "step", noted)
    local_folder(str(THERE), tmp_path)
    size = sum(len(FILES[name]) for name in ALL)
    assert [(one.words, one.done, one.total, one.unit) for one in steps] == [("fetched", size, size, "B")]


def test_nothing_is_fetched_out_of_the_folder(
    there: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [("build.json", 2, "a"), ("../../escaped", 2, "b")]
    monkeypatch.setattr(fetched, "listed", lambda url, deep: iter(listed))
    with pytest.raises(UserError, match=r"has a file called '\.\./\.\./escaped', which would lie elsewhere on a disk"):
        local_folder(str(THERE), tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_a_folder_of_a_disk_is_itself(tmp_path: Path) -> None:
    assert local_folder("out/first", tmp_path) == Path("out/first")
    assert local_folder(tmp_path, tmp_path) == tmp_path
    with pytest.raises(UserError, match="hf://datasets/a/b: builds are read from a local folder, or from s3://BUCKET"):
        local_folder("hf://datasets/a/b", tmp_path)
