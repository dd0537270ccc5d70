"""The lock and the parts of a build in a bucket: one holder, one commit, whatever the store does."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pyarrow as pa
import pytest
from object_store import Faults, ObjectStore

from vdata.pipelines.storage.bucket_lock import BucketLock, make_lock
from vdata.pipelines.storage.holder import Place
from vdata.pipelines.storage.lock import Lock, LockHeld, LockLost
from vdata.pipelines.storage.parts import Outcome, Part, Parts
from vdata.schemas.bucket_path import BucketPath

FOLDER = BucketPath("s3://lab/set/.vdata/holders")
A, B = Place("a", "boot of a"), Place("b", "boot of b")


def lock(place: Place = A, beat: float = 0.1, watch: float = 1.0) -> BucketLock:
    return BucketLock(FOLDER, place=place, beat=beat, watch=watch)


def test_the_folder_says_which_lock() -> None:
    assert type(make_lock(FOLDER)) is BucketLock
    assert type(make_lock(Path("x"))) is Lock


def test_one_holds_it_and_the_other_is_told_who(object_store: ObjectStore) -> None:
    first, second = lock(), lock(B)
    first.acquire()
    with pytest.raises(LockHeld, match="on a since"):
        second.acquire()
    first.release()
    second.acquire()
    second.check()
    second.release()
    assert sorted(path.name for path in FOLDER.iterdir()) == ["00000001.json", "00000002.json"]


def test_a_store_that_ignores_the_condition_gives_it_to_nobody(object_store: ObjectStore) -> None:
    told = r"this store cannot put if absent \(If-None-Match\), without which no build is safe: it replaced what was"
    with object_store.failing(Faults(ignores=1.0, only=r"PUT .*")) as faults, pytest.raises(OSError, match=told):
        lock().acquire()
    assert faults.made["ignores"] == 2
    assert list(BucketPath("s3://lab").files()) == [], "neither a record nor the probe"


def test_the_store_is_tried_by_four_requests(object_store: ObjectStore) -> None:
    FOLDER.check_create()
    assert [(method, status) for method, _, status in object_store.requests] == [
        ("PUT", 200),
        ("PUT", 412),
        ("GET", 200),  # what stands there is another's than the second's
        ("DELETE", 204),
    ]


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(Faults(lost=1.0, only="PUT .*"), marks=pytest.mark.slow, id="puts"),
        pytest.param(Faults(lost=0.5, seed=3), id="half"),
    ],
)
def test_an_answer_that_gets_lost_is_not_taken_for_a_missing_condition(
    object_store: ObjectStore, faults: Faults
) -> None:
    with object_store.failing(faults):
        FOLDER.check_create()
    assert faults.made["lost"] > 0
    with object_store.failing(Faults(lost=0.3, ignores=0.7, seed=1)), pytest.raises(OSError, match="put if absent"):
        FOLDER.check_create()


def test_of_many_takers_one_wins(object_store: ObjectStore) -> None:
    locks = [lock(Place(str(number), "boot")) for number in range(6)]
    won: list[BucketLock] = []

    def take(one: BucketLock) -> None:
        try:
            one.acquire()
            won.append(one)
        except LockHeld:
            pass

    threads = [threading.Thread(target=take, args=(one,)) for one in locks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    won[0].check()
    won[0].release()


def test_a_holder_without_signs_of_life_loses_it_and_notices(object_store: ObjectStore) -> None:
    suspended, taker = lock(beat=3600), lock(B, watch=0.5)
    noticed = threading.Event()
    suspended.acquire(noticed.set)
    begun = time.monotonic()
    taker.acquire()
    assert time.monotonic() - begun >= 0.5, "it has watched"
    with pytest.raises(LockLost, match=r"on b since .* has taken it over"):
        suspended.check()
    suspended.release()
    taker.check()
    taker.release()


def test_a_list_that_lags_gives_it_to_nobody_else(object_store: ObjectStore) -> None:
    with object_store.failing(Faults(lag=60)):
        for _ in range(5):  # records are found by their names
            one = lock()
            one.acquire()
            one.release()
        holder = lock()
        holder.acquire()
        assert holder._number == 6
        with pytest.raises(LockHeld):
            lock(B).acquire()
        holder.release()


@pytest.mark.slow
def test_it_is_held_through_errors_and_lost_answers(object_store: ObjectStore) -> None:
    with object_store.failing(Faults(refused=0.1, lost=0.1, slow=0.1, delay=0.05, seed=5)) as faults:
        for _ in range(3):
            holder = lock(beat=0.05, watch=30)
            holder.acquire()
            for _ in range(5):
                holder.check()
            assert not holder.lost
            holder.release()
    assert min(faults.made[name] for name in ("refused", "lost", "slow")) > 0


def part(name: str = "one") -> Part:
    return Part(name, [Outcome("key", "a.mp4", "id", "kept", 1.5)])


def table(*values: int) -> dict[str, pa.Table]:
    return {"samples": pa.table({"n": list(values)})}


@pytest.mark.parametrize(
    "faults",
    [Faults(), pytest.param(Faults(refused=0.1, lost=0.15, seed=1), marks=pytest.mark.slow), Faults(lag=60)],
    ids=["none", "errors", "lagging lists"],
)
def test_the_first_of_two_commits_wins_and_nothing_of_it_is_tidied_away(
    object_store: ObjectStore, faults: Faults
) -> None:
    with object_store.failing(faults):
        for number in range(3):
            store = Parts(BucketPath(f"s3://lab/set/{number}"))
            first = store.commit(part(), table(1))
            second = store.commit(part(), table(2))
            assert second.files == first.files
            store.tidy()
            found = store.earlier("one", "", "")
            assert found is not None
            assert store.table(found, "samples").column("n").to_pylist() == [1]
    (found,) = Parts(BucketPath("s3://lab/set/0")).sound()
    assert found.files["samples"]["rows"] == 1


def test_a_manifest_that_the_list_does_not_have_keeps_its_tables(object_store: ObjectStore) -> None:
    store = Parts(BucketPath("s3://lab/set/9"))
    store.commit(part(), table(1))
    (manifest,) = store.manifests()
    object_store.put = {f"lab/{str(manifest).partition('lab/')[2]}": time.monotonic()}  # its table is old, and listed
    with object_store.failing(Faults(lag=60)):
        assert store.manifests() == []
        store.tidy()
    (found,) = store.sound()
    assert not store.damage(found)


def test_damage_in_a_bucket_is_found(object_store: ObjectStore) -> None:
    store = Parts(BucketPath("s3://lab/set/8"))
    done = store.commit(part(), table(1))
    (store.folder / done.files["samples"]["file"]).write_bytes(b"other")
    assert store.earlier("one", "", "") is None
    assert list(store.sound()) == []
    assert list(store.folder.iterdir()) == []
