"""One build at a time: who holds a folder, who may take it over, who has lost it. Real processes, two "machines"."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rough_stages import Plain

from vdata.pipelines.build import run_build
from vdata.pipelines.run import ray_run
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage import lock as locking
from vdata.pipelines.storage.holder import Holder, Place, here, lives, parse, started_at
from vdata.pipelines.storage.lock import Lock, LockHeld, LockLost
from vdata.pipelines.storage.output_folder import OutputFolder
from vdata.pipelines.storage.parts import Parts
from vdata.stages.labels.kinds.activitynet import Activitynet

ELSEWHERE = Place("elsewhere", "another boot")

CHILD = """
import errno, os, sys, time
from pathlib import Path
from vdata.pipelines.storage import lock as locking
from vdata.pipelines.run import ray_run
from vdata.pipelines.storage.holder import Place
from vdata.pipelines.storage.lock import Lock, LockHeld

if "nolinks" in sys.argv:
    def refuse(*names):
        raise OSError(errno.EPERM, "no hard links here")
    os.link = refuse
    locking.SETTLE = 0.2

def say(*words):
    print(*words, flush=True)

def busy_until(moment):
    while time.time() < moment:
        pass

lock = None
say("ready")
for line in sys.stdin:
    match line.rstrip().split("|"):
        case ["take", folder, host, beat, watch, moment]:
            place = Place(host, "boot of " + host) if host else None
            lock = Lock(Path(folder), place=place, beat=float(beat), watch=float(watch))
            busy_until(float(moment))
            try:
                lock.acquire(lambda: say("interrupted"))
                say("won")
            except LockHeld as held:
                say("held", held)
        case ["release"]:
            lock.release()
            say("released")
"""


class Child:
    """A process that takes and releases locks as it is told."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = self.process.pid

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def tell(self, *words: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("|".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def take(self, folder: Path, host: str = "", beat: float = 10, watch: float = 30, at: float = 0) -> None:
        self.tell("take", folder, host, beat, watch, at)

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)


@pytest.fixture
def start() -> Iterator[Callable[..., Child]]:
    """Starts children, which are gone after the test."""
    children: list[Child] = []

    def one(*options: str) -> Child:
        children.append(Child(*options))
        assert children[-1].says() == "ready"
        return children[-1]

    yield one
    for child in children:
        child.process.kill()
        child.process.communicate()


@pytest.fixture(scope="module")
def dead() -> Holder:
    """The record of a process of this machine that is gone."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    started = started_at(process.pid)
    process.wait()
    return Holder(process.pid, started, here(), "2030-01-31 12:00:00 +0100", "t0")


def leave(folder: Path, holder: Holder, number: int = 1) -> Path:
    """Let *holder* have left its record in *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number:08d}.json"
    path.write_bytes(holder.bytes())
    return path


def records(folder: Path) -> dict[str, Holder | None]:
    return {path.name: parse(path.read_bytes()) for path in sorted(folder.iterdir())}


def test_the_first_holds_it_and_the_second_is_told_who(tmp_path: Path, start: Callable[..., Child]) -> None:
    one, two = start(), start()
    for first, second in ((one, two), (two, one)):
        first.take(tmp_path)
        assert first.says() == "won"
        second.take(tmp_path)
        said = second.says()
        assert said.startswith(f"held process {first.pid} on {here().host} since 20"), said
        first.tell("release")
        assert first.says() == "released"
    assert list(records(tmp_path)) == ["00000002.json"], "what is past is tidied away, and numbers rise"


def test_a_killed_holder_is_replaced_at_once_also_when_nobody_has_reaped_it(
    tmp_path: Path, start: Callable[..., Child]
) -> None:
    child = start()
    child.take(tmp_path)
    assert child.says() == "won"
    child.send(signal.SIGKILL)
    while started_at(child.pid) != "gone":  # not waited for: it stays a zombie
        time.sleep(0.01)
    told: list[str] = []
    mine = Lock(tmp_path, told.append, watch=120)
    begun = time.monotonic()
    mine.acquire()
    assert time.monotonic() - begun < 60
    assert told == []
    mine.release()


def test_a_holder_on_this_machine_that_is_stopped_keeps_it(tmp_path: Path, start: Callable[..., Child]) -> None:
    child = start()
    child.take(tmp_path, beat=0.05)
    assert child.says() == "won"
    child.send(signal.SIGSTOP)
    with pytest.raises(LockHeld, match=f"process {child.pid} on "):
        Lock(tmp_path, watch=0.1).acquire()
    child.send(signal.SIGCONT)
    child.tell("release")
    assert child.says() == "released"
    mine = Lock(tmp_path)
    mine.acquire()
    mine.release()


def test_a_process_id_that_was_given_again_is_not_the_holder(tmp_path: Path, dead: Holder) -> None:
    again = replace(dead, pid=os.getppid())
    assert lives(again, here()) is False
    assert lives(replace(again, started=started_at(os.getppid())), here()) is True
    assert lives(replace(again, started=""), here()) is None, "a system that cannot say: only a sign of life counts"
    assert lives(again, replace(here(), space="pid:[1]")) is None, (
        "another container: the same number is another process"
    )
    leave(tmp_path, again)
    mine = Lock(tmp_path)
    mine.acquire()
    mine.release()


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("nolinks",)], ids=["links", "no links"])
def test_of_takers_at_once_one_wins(
    tmp_path: Path, start: Callable[..., Child], dead: Holder, options: tuple[str, ...]
) -> None:
    children = [start(*options) for _ in range(4)]
    for number in range(10 if options else 50):
        folder = tmp_path / str(number)
        if number % 5:
            leave(folder, dead, number)
        moment = time.time() + 0.02
        for child in children:
            child.take(folder, at=moment)
        said = {child.pid: child.says() for child in children}
        winners = [pid for pid, words in said.items() if words == "won"]
        assert len(winners) == 1, said
        others = {words.split(" on ")[0] for pid, words in said.items() if pid not in winners}
        assert others == {f"held process {winners[0]}"}
        assert [holder and holder.pid for holder in records(folder).values()] == winners
        for child in children:
            if child.pid in winners:
                child.tell("release")
                assert child.says() == "released"


@pytest.mark.slow
def test_of_takers_on_several_machines_one_wins(tmp_path: Path, start: Callable[..., Child], dead: Holder) -> None:
    children = {host: start() for host in ("a", "b", "c")}
    for number in range(3):
        leave(tmp_path / str(number), replace(dead, place=ELSEWHERE), 7)
        for host, child in children.items():
            child.take(tmp_path / str(number), host, beat=0.05, watch=2)
        said = {child.pid: child.says() for child in children.values()}
        (winner,) = [pid for pid, words in said.items() if words == "won"]
        assert {words.split(" on ")[0] for pid, words in said.items() if pid != winner} == {f"held process {winner}"}


def test_a_holder_elsewhere_that_shows_life_keeps_it(tmp_path: Path, start: Callable[..., Child]) -> None:
    child = start()
    child.take(tmp_path, "elsewhere", beat=0.2)
    assert child.says() == "won"
    told: list[str] = []
    begun = time.monotonic()
    with pytest.raises(LockHeld, match=f"process {child.pid} on elsewhere since "):
        Lock(tmp_path, told.append, watch=120).acquire()
    assert time.monotonic() - begun < 60
    assert len(told) == 1
    assert told[0].startswith(f"process {child.pid} on elsewhere since ")
    assert "watching for 120 s for a sign of life" in told[0]


def test_a_holder_elsewhere_that_is_silent_is_replaced_after_the_watch(tmp_path: Path, dead: Holder) -> None:
    leave(tmp_path, replace(dead, place=ELSEWHERE, pid=os.getpid()), 3)
    mine = Lock(tmp_path, watch=0.5)
    begun = time.monotonic()
    mine.acquire()
    assert time.monotonic() - begun >= 0.5
    assert list(records(tmp_path)) == ["00000004.json"]
    mine.release()
    begun = time.monotonic()
    other = Lock(tmp_path, place=ELSEWHERE, watch=120)
    other.acquire()
    assert time.monotonic() - begun < 60, "it was given back: nothing to wait for"
    other.release()


def test_who_sleeps_and_wakes_has_lost_it(tmp_path: Path, start: Callable[..., Child]) -> None:
    child = start()
    child.take(tmp_path, "elsewhere", beat=0.1)
    assert child.says() == "won"
    child.send(signal.SIGSTOP)
    mine = Lock(tmp_path, beat=0.1, watch=1)
    mine.acquire()
    child.send(signal.SIGCONT)
    assert child.says() == "interrupted"
    child.tell("release")
    assert child.says() == "released"
    mine.check()
    with pytest.raises(LockHeld, match=f"process {os.getpid()} on {here().host} "):
        Lock(tmp_path).acquire()
    mine.release()


def test_the_loser_learns_who_has_it(tmp_path: Path, dead: Holder) -> None:
    mine = Lock(tmp_path)
    mine.acquire()
    leave(tmp_path, replace(dead, pid=77, place=ELSEWHERE), 2)
    with pytest.raises(LockLost, match=r"^process 77 on elsewhere since 2030-01-31 12:00:00 \+0100 has taken it over$"):
        mine.check()
    before = records(tmp_path)
    mine.release()
    assert records(tmp_path) == before, "what is another's is not written"


def test_a_deleted_record_is_a_lost_lock(tmp_path: Path) -> None:
    mine = Lock(tmp_path)
    mine.acquire()
    (tmp_path / "00000001.json").unlink()
    with pytest.raises(LockLost, match="was deleted"):
        mine.check()
    mine.release()
    assert records(tmp_path) == {}


@pytest.mark.parametrize("left", [b"", b"{", b"\0" * 200, b'{"pid": 12}'])
def test_half_a_record_is_watched_like_a_stranger(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "00000001.json").write_bytes(left)
    told: list[str] = []
    mine = Lock(tmp_path, told.append, watch=0.2)
    mine.acquire()
    assert "a process that left no name" in told[0]
    mine.release()


def test_an_answer_that_got_lost_on_the_network_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = os.link

    def unlucky(old: Path, new: Path) -> None:
        link(old, new)
        raise FileExistsError(errno.EEXIST, "the request was sent twice", str(new))

    monkeypatch.setattr(os, "link", unlucky)
    mine = Lock(tmp_path)
    mine.acquire()
    mine.check()
    mine.release()
    assert list(records(tmp_path)) == ["00000001.json"]


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM])
def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(old: Path, new: Path) -> None:
        raise OSError(code, os.strerror(code), str(new))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(locking, "SETTLE", 0.01)
    mine = Lock(tmp_path)
    mine.acquire()
    with pytest.raises(LockHeld):
        Lock(tmp_path).acquire()
    mine.release()


def test_a_full_disk_does_not_silence_the_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Lock(tmp_path)
    mine.acquire()
    path = tmp_path / "00000001.json"
    before = path.read_bytes(), path.stat().st_mtime_ns

    def full(data: bytes, path: Path) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(locking, "write_synced", full)
    mine.check()
    assert path.read_bytes() == before[0]
    assert path.stat().st_mtime_ns > before[1]
    mine.release()
    assert list(records(tmp_path)) == [path.name], "nothing staged is left"
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        Lock(tmp_path / "new").acquire()
    assert records(tmp_path / "new") == {}
    monkeypatch.undo()
    mine.acquire()  # that it was released could not be written: this process knows
    mine.release()


@given(
    st.binary(max_size=40)
    | st.recursive(
        st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
    ).map(lambda value: json.dumps(value).encode())
)
def test_whatever_is_no_record_is_nobody(data: bytes) -> None:
    assert parse(data) is None


def test_however_slow_the_takers_no_two_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Takers decide, and act on it at any later time; whoever was declared gone may come back at any time."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    for seed in range(100):
        _interleave(tmp_path / str(seed), random.Random(seed))


def _interleave(folder: Path, chance: random.Random) -> None:
    folder.mkdir()
    takers: list[Any] = [Lock(folder, beat=1000) for _ in range(3)]
    decided: dict[int, int] = {}
    highest = 0

    def holds(taker: Any) -> bool:
        try:
            taker._look()
        except LockLost:
            return False
        return True

    for _ in range(50):
        number = chance.randrange(3)
        taker = takers[number]
        match chance.choice(["decide", "act", "act", "beat", "release"]):
            case "decide":
                decided[number] = taker._top() + 1
            case "act" if number in decided:
                before = [other for other in takers if other is not taker and holds(other)]
                if taker._put(wanted := decided.pop(number)):
                    assert wanted > highest
                    assert holds(taker)
                    taker._sweep()
                else:
                    assert all(map(holds, before)), "who fails takes nothing from anybody"
            case "beat" if taker._number:
                try:
                    taker.check()
                except LockLost:
                    taker._rewrite()  # suspended between looking and writing
            case "release" if taker._number:
                taker.release()
        assert sum(map(holds, takers)) <= 1
        assert taker._top() >= highest
        highest = taker._top()


# In a build


def config(out: Path, *names: str) -> Config:
    shaped = {name: {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"{name} moves."]} for name in names}
    path = out.parent / "labels.json"
    path.write_text(json.dumps(shaped))
    labels = [Activitynet(kind="activitynet", path=str(path), lane="events")]
    return Config(labels=labels, stages=[Plain()], output={"path": out}, cache=out.parent / "cache")


def standing(out: Path) -> dict[str, bytes]:
    """What a build leaves, without what is staged, who holds it, and what processes say they are at."""
    files = (path for path in sorted(out.rglob("*")) if path.is_file() and not path.name.startswith(".staging-"))
    kept = (path for path in files if not {"holders", "attempts", "live"} & set(path.parts))
    return {str(path.relative_to(out)): path.read_bytes() for path in kept}


def test_a_build_that_has_lost_its_folder_writes_nothing_more(
    tmp_path: Path, serial: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], dead: Holder
) -> None:
    """Taken away before each look that a build takes at its lock, in turn."""
    check = Lock.check
    when, looks, before = 0, 0, dict[str, bytes]()

    def taken(self: Lock) -> None:
        nonlocal looks
        looks += 1
        if looks == when:
            before.update(standing(self.folder.parent.parent))
            leave(self.folder, replace(dead, pid=77, place=ELSEWHERE), 9)
        check(self)

    monkeypatch.setattr(Lock, "check", taken)
    for when in range(1, 100):
        looks = 0
        before.clear()
        out = tmp_path / str(when) / "out"
        out.parent.mkdir()
        status = run_build(config(out, "a", "b", "c"), limit=None, address=None, overwrite=False)
        if looks < when:
            break
        assert status == 1
        assert capsys.readouterr().err.strip().splitlines()[-1] == (
            f"{out}: process 77 on elsewhere since 2030-01-31 12:00:00 +0100 has taken it over (was this build "
            "suspended, or cut off from the disk?). It stops and writes nothing more; what was done is safe."
        )
        assert standing(out) == before
    assert status == 0
    assert when >= 7, "before work, each table, build.json, the card, and deleting what is older"


def test_the_last_part_of_a_build_with_other_settings_is_never_taken(
    tmp_path: Path, serial: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its worker lived on, and commits after ``--overwrite`` has cleared the folder: before or after the new part."""
    out = tmp_path / "out"
    parts = out / ".vdata" / "parts" / "0"

    def build(seed: int) -> int:
        return run_build(
            config(out, "a", "b", "c").model_copy(update={"seed": seed}), limit=None, address=None, overwrite=True
        )

    assert build(0) == 0
    shutil.copytree(parts, tmp_path / "late")
    assert build(1) == 0
    new = {path.name for path in parts.glob("*.json")}
    assert new == {path.name for path in (tmp_path / "late").glob("*.json")}, "one name: the settings are not in it"
    made = settings_of_parts(parts)

    begin, step = OutputFolder.begin, ray_run._step

    def begin_late(self: OutputFolder, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        shutil.copytree(tmp_path / "late", parts)

    with monkeypatch.context() as patch:
        patch.setattr(OutputFolder, "begin", begin_late)
        assert build(1) == 0
    assert settings_of_parts(parts) == made

    def step_late(row: dict[str, Any], work: Any) -> dict[str, Any]:
        done = step(row, work)
        shutil.copytree(tmp_path / "late", parts, dirs_exist_ok=True)
        return done

    with monkeypatch.context() as patch:
        patch.setattr(ray_run, "_step", step_late)
        assert build(1) == 1
    assert "a worker of an earlier build, which was killed, wrote its last part only now" in capsys.readouterr().err
    assert build(1) == 0
    assert settings_of_parts(parts) == made


def settings_of_parts(parts: Path) -> set[str]:
    return {part.settings for part in Parts(parts).sound()}


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Ctrl-C is heard, although the tests may run in the background, where it is ignored."""
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("the tests do not run in the main thread")
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_the_main_thread_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: Holder, interruptible: None
) -> None:
    monkeypatch.setattr(locking, "BEAT", 0.1)
    folder = OutputFolder(tmp_path / "out")

    def sleep() -> None:
        leave(folder.lock.folder, replace(dead, pid=77, place=ELSEWHERE), 9)
        time.sleep(120)

    begun = time.monotonic()
    with pytest.raises(LockLost, match="process 77 on elsewhere"), folder.locked():
        sleep()
    assert time.monotonic() - begun < 60


def test_ctrl_c_is_still_ctrl_c(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "out")
    with pytest.raises(KeyboardInterrupt), folder.locked():
        raise KeyboardInterrupt
    with folder.locked():
        pass


@pytest.mark.slow
def test_of_two_real_builds_at_once_one_wins(tmp_path: Path) -> None:
    rows = [f"v{n},{2 * s},{2 * s + 1},Event {s} of {n}." for n in range(4) for s in range(3)]
    (tmp_path / "steps.csv").write_text("\n".join(["video,start,end,text", *rows]))
    lines = [f"labels: [{{kind: table, path: {tmp_path}/steps.csv, lane: steps}}]", "stages: [tasks]"]
    (tmp_path / "c.yaml").write_text("\n".join(lines))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "vdata", "build", str(tmp_path / "c.yaml"), "--out", str(out)]
    builds = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        ended: list[subprocess.Popen[str]] = []
        while len(ended) < 2:
            time.sleep(0.02)
            ended += [one for one in builds if one not in ended and one.poll() is not None]
        loser, winner = ended
        assert (winner.returncode, loser.returncode) == (0, 2)
        assert loser.stderr is not None
        said = loser.stderr.read()
        assert f"{out}: another build is writing here (process {winner.pid} on {here().host} since 20" in said
        assert len(said.strip().splitlines()) == 1
    finally:
        for one in builds:
            one.kill()
            one.wait()
            assert one.stderr is not None
            one.stderr.close()
