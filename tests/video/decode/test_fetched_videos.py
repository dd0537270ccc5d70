"""Videos in a bucket: fetched once to a machine, by ranges where little is needed, and as often as needed at worst."""

from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from object_store import Faults, ObjectStore

from vdata.schemas import Failed
from vdata.video.decode import fetched_videos, source, unpacked

SIZE = 5_000_000
CONTENT = os.urandom(SIZE)
SIGNED = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/s3/aws4_request"}


@pytest.fixture
def sent(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Counter[str]:
    """The bytes of each key that the store sends; caches are empty."""
    s3fs = pytest.importorskip("s3fs")
    found: Counter[str] = Counter()
    real = object_store.bare

    def counted(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        answer = real(method, path, body, headers)
        if method == "GET":
            found[path.partition("?")[0].removeprefix("/lab/")] += len(answer[2])
        return answer

    monkeypatch.setattr(object_store, "bare", counted)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(fetched_videos, "_parts_read", type(fetched_videos._parts_read)())
    fetched_videos.unkept()
    fetched_videos.copied()
    s3fs.S3FileSystem.clear_instance_cache()
    put(object_store, "a.mp4", CONTENT)
    return found


def put(store: ObjectStore, key: str, data: bytes) -> None:
    assert store.bare("PUT", f"/lab/{key}", data, SIGNED)[0] == 200


def whole(uri: str) -> bytes:
    with source.reachable(uri) as place:
        return Path(place).read_bytes()


def test_it_is_fetched_once_for_all(sent: Counter[str]) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(whole, ["s3://lab/a.mp4"] * 16)) == {CONTENT}
    assert sent["a.mp4"] == SIZE
    with source.reachable("s3://lab/a.mp4", part=True) as place:
        assert Path(place).read_bytes() == CONTENT, "what is there is used for a part, too"
    assert fetched_videos.copied(), "this machine is near the video"
    assert not fetched_videos.copied(), "it is told once"
    assert fetched_videos.unkept() == ""


def test_a_changed_video_is_fetched_again(sent: Counter[str], object_store: ObjectStore) -> None:
    assert whole("s3://lab/a.mp4") == CONTENT
    put(object_store, "a.mp4", CONTENT[::-1])
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    assert whole("s3://lab/a.mp4") == CONTENT[::-1]


def test_a_part_is_read_by_ranges_and_the_second_time_it_is_fetched(sent: Counter[str]) -> None:
    with source.reachable("s3://lab/a.mp4", part=True) as place:
        assert place == "s3://lab/a.mp4"
    assert sent["a.mp4"] == 0
    assert not fetched_videos.copied()
    with source.reachable("s3://lab/a.mp4", part=True) as place:
        assert Path(place).read_bytes() == CONTENT


def test_of_a_small_video_a_part_costs_as_much_as_the_whole(sent: Counter[str], object_store: ObjectStore) -> None:
    put(object_store, "b.mp4", CONTENT[:1000])
    for part in (True, False):
        with source.reachable("s3://lab/b.mp4", part=part) as place:
            assert Path(place).read_bytes() == CONTENT[:1000]
    assert sent["b.mp4"] == 1000


def test_of_a_large_video_parts_are_read_by_ranges(sent: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched_videos, "MOST", SIZE - 1)
    for _ in range(3):
        with source.reachable("s3://lab/a.mp4", part=True) as place:
            assert place == "s3://lab/a.mp4"
    assert whole("s3://lab/a.mp4") == CONTENT


def test_what_was_not_used_for_longest_goes_first(
    sent: Counter[str], object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked, "BOUND", int(2.5 * SIZE))
    for name in ("b.mp4", "c.mp4"):
        put(object_store, name, CONTENT)
    for n, name in enumerate(("a.mp4", "b.mp4", "a.mp4", "c.mp4")):
        with source.reachable(f"s3://lab/{name}") as place:
            os.utime(place, (n, n))
    assert whole("s3://lab/a.mp4") == whole("s3://lab/c.mp4") == CONTENT
    assert (sent["a.mp4"], sent["b.mp4"], sent["c.mp4"]) == (SIZE, SIZE, SIZE)
    whole("s3://lab/b.mp4")
    assert sent["b.mp4"] == 2 * SIZE, "it had gone"
    held = sum(one.stat().st_size for one in fetched_videos.folder().iterdir())
    assert held <= 2.5 * SIZE


def test_what_is_open_is_not_taken_away(
    sent: Counter[str], object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unpacked, "BOUND", SIZE)
    put(object_store, "b.mp4", CONTENT)
    with source.reachable("s3://lab/a.mp4") as first, source.reachable("s3://lab/b.mp4") as second:
        assert Path(first).read_bytes() == Path(second).read_bytes() == CONTENT


class Disk(NamedTuple):
    total: int
    used: int
    free: int


def test_on_a_full_disk_it_is_read_where_it_lies_and_that_is_told(
    sent: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(1 << 40, 1 << 40, fetched_videos.SPARE))
    with source.reachable("s3://lab/a.mp4") as place:
        assert place == "s3://lab/a.mp4"
        assert b"".join(source.blocks(place)) == CONTENT
    told = fetched_videos.unkept()
    assert os.strerror(errno.ENOSPC) in told
    assert "1024 MiB are free" in told
    assert "XDG_CACHE_HOME" in told
    assert fetched_videos.unkept() == "", "it is told once"


def test_on_a_disk_that_gets_full_older_copies_make_room(
    sent: Counter[str], object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(object_store, "b.mp4", CONTENT)
    assert whole("s3://lab/a.mp4") == CONTENT
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(1 << 40, 1 << 40, fetched_videos.SPARE))
    assert whole("s3://lab/b.mp4") == CONTENT
    assert [one.stat().st_size for one in fetched_videos.folder().glob("[!.]*")] == [SIZE], "a.mp4 has gone"
    assert fetched_videos.unkept() == ""


def test_a_folder_that_cannot_be_written_is_told(sent: Counter[str], tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    with source.reachable("s3://lab/a.mp4") as place:
        assert place == "s3://lab/a.mp4"
    assert str(tmp_path / "home") in fetched_videos.unkept()


def test_a_store_with_faults_gives_whole_copies(sent: Counter[str], object_store: ObjectStore) -> None:
    faults = Faults(refused=0.1, lost=0.1, slow=0.1, delay=0.1, only="(GET|HEAD) lab/.*", seed=2)
    for name in ("b.mp4", "c.mp4", "d.mp4"):
        put(object_store, name, CONTENT)
    with object_store.failing(faults):
        assert all(whole(f"s3://lab/{name}.mp4") == CONTENT for name in "abcd")
    assert sum(faults.made.values()) >= 1


def test_a_video_that_is_gone_is_a_reject_and_leaves_nothing(sent: Counter[str]) -> None:
    with pytest.raises(Failed, match="no such file"):
        whole("s3://lab/none.mp4")
    assert not fetched_videos.folder().exists() or not list(fetched_videos.folder().glob("[!.]*"))


def test_a_copy_that_breaks_off_is_not_kept(sent: Counter[str], monkeypatch: pytest.MonkeyPatch) -> None:
    real = source.facts
    monkeypatch.setattr(source, "facts", lambda uri: (real(uri)[0] + 1, real(uri)[1]))
    with pytest.raises(Failed, match=f"{SIZE} bytes came of {SIZE + 1}"):
        whole("s3://lab/a.mp4")
    assert not list(fetched_videos.folder().glob("[!.]*"))


def test_members_of_an_archive_are_fetched_too(sent: Counter[str], object_store: ObjectStore, tmp_path: Path) -> None:
    import tarfile

    (tmp_path / "a.mp4").write_bytes(CONTENT)
    with tarfile.open(tmp_path / "0.tar", "w") as tar:
        tar.add(tmp_path / "a.mp4", "a.mp4")
    put(object_store, "0.tar", (tmp_path / "0.tar").read_bytes())
    for _ in range(3):
        assert whole("tar://a.mp4::s3://lab/0.tar") == CONTENT
    assert sent["0.tar"] < 1.3 * SIZE


def test_local_files_are_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    (tmp_path / "a.mp4").write_bytes(b"video")
    with source.reachable(str(tmp_path / "a.mp4")) as place:
        assert place == str(tmp_path / "a.mp4")
    assert not (tmp_path / "home").exists()
