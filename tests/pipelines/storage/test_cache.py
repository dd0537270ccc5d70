"""The cache by content: whole entries only, damage counts as absent, stages run once."""

from __future__ import annotations

from pathlib import Path

import pytest
from object_store import ObjectStore

from vdata.pipelines.storage.cache import Cache, is_sound, run_cached, unkept
from vdata.schemas import Timeline, stored_objects
from vdata.schemas.bucket_path import BucketPath
from vdata.stages import Stage


class Counted(Stage):
    """Counts how often it runs."""

    power: int = 1

    def run(self, video: Timeline) -> Timeline:
        RUNS.append(video.uri)
        video.duration = 2.0**self.power
        return video

    def cache_key(self, video: Timeline) -> str | None:
        return video.uri or None

    def freeze(self, video: Timeline) -> bytes:
        return str(video.duration).encode()

    def thaw(self, video: Timeline, data: bytes) -> None:
        video.duration = float(data)


RUNS: list[str] = []


def test_put_and_get(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    assert cache.get("scan", "ab12") is None
    cache.put("scan", "ab12", b"\x00data")
    assert cache.get("scan", "ab12") == b"\x00data"
    assert cache.get("probe", "ab12") is None


def test_a_damaged_entry_counts_as_absent(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put("scan", "ab12", b"data")
    path = cache.path("scan", "ab12")
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert cache.get("scan", "ab12") is None
    cache.put("scan", "ab12", b"data")
    assert cache.get("scan", "ab12") == b"data"


def test_a_stage_runs_once_for_the_same_content_and_settings(tmp_path: Path) -> None:
    RUNS.clear()
    cache = Cache(tmp_path)
    for stage, uri, expected in (
        (Counted(), "a", False),
        (Counted(), "a", True),
        (Counted(power=3), "a", False),
        (Counted(), "b", False),
    ):
        video, cached = run_cached(stage, Timeline(uri), cache)
        assert (cached, video.duration) == (expected, 2.0**stage.power)
    assert RUNS == ["a", "a", "b"]


def test_a_stage_without_a_key_always_runs(tmp_path: Path) -> None:
    RUNS.clear()
    for _ in range(2):
        assert run_cached(Counted(), Timeline(""), Cache(tmp_path))[1] is False
    assert RUNS == ["", ""]
    assert list(tmp_path.iterdir()) == []


BUCKET = BucketPath("s3://lab/cache")


def test_entries_in_a_bucket_are_whole_or_absent(object_store: ObjectStore) -> None:
    cache = Cache(BUCKET)
    cache.check()
    assert list(BUCKET.files()) == [], "nothing of the check stays"
    assert cache.get("scan", "ab12") is None
    cache.put("scan", "ab12", b"\x00data")
    cache.put("scan", "cd34", b"more")
    object_store.requests.clear()
    assert cache.get("scan", "ab12") == b"\x00data"
    assert cache.get("probe", "ab12") is None
    assert [method for method, _, _ in object_store.requests] == ["GET", "GET"], "one request an entry"
    assert sorted(path.name for path in cache.entries()) == ["ab12", "cd34"]
    cache.path("scan", "ab12").write_bytes(b"damaged")
    assert [is_sound(path.read_bytes()) for path in sorted(cache.entries())] == [False, True]
    assert cache.get("scan", "ab12") is None
    cache.put("scan", "ab12", b"again")
    assert cache.get("scan", "ab12") == b"again"


def test_where_a_store_does_not_answer_it_is_not_said_that_nothing_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(url: str, *_: object) -> bytes:
        raise stored_objects.StoreError(stored_objects.LOST, "the store does not answer as it should", url)

    monkeypatch.setattr(stored_objects, "get", silent)
    monkeypatch.setattr(stored_objects, "put", silent)
    cache = Cache(BUCKET)
    with pytest.raises(OSError, match="does not answer"):
        cache.look_up("replies", "ab12")
    assert cache.get("replies", "ab12") is None
    with pytest.raises(OSError, match="does not answer"):
        cache.check()
    RUNS.clear()
    assert run_cached(Counted(), Timeline("a"), cache)[0].duration == 2.0
    assert RUNS == ["a"], "a result that can be made again is"
    assert unkept().startswith("The cache is not written any more: s3://lab/cache/")
