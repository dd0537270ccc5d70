"""Functions that kill themselves, sleep, allocate and raise, in a child process."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from vdata.schemas import Dropped, Failed
from vdata.schemas.stage_share import watched
from vdata.video.decode import pulse, sandbox
from vdata.video.decode.sound_decoder import read
from vdata.video.signals.scanner import scan


@pytest.fixture(autouse=True)
def _no_children() -> Iterator[None]:
    sandbox.close()
    yield
    sandbox.close()


def test_a_value_comes_back_from_a_child_that_is_reused() -> None:
    child = sandbox.call("os:getpid")
    assert child != os.getpid()
    assert sandbox.call("operator:add", [1], [2]) == [1, 2]
    assert sandbox.call("os:getpid") == child


@pytest.mark.parametrize("died", ["SIGSEGV", "SIGABRT", "SIGKILL", "SIGBUS"])
def test_a_crash_names_its_signal_and_the_next_call_works(died: str) -> None:
    with pytest.raises(Failed, match=f"killed by {died}.*2 attempts") as caught:
        sandbox.call("signal:raise_signal", int(signal.Signals[died]))
    assert caught.value.reason == "decoder_crashed"
    assert sandbox.call("operator:mul", 6, 7) == 42


def test_a_child_that_exits_has_crashed() -> None:
    with pytest.raises(Failed, match="ended with exit status 3") as caught:
        sandbox.call("os:_exit", 3)
    assert caught.value.reason == "decoder_crashed"


def test_a_call_that_hangs_is_ended_twice() -> None:
    started = time.monotonic()
    with pytest.raises(Failed, match=r"took more than 0\.3 seconds") as caught:
        sandbox.call("time:sleep", 600, seconds=0.3)
    assert caught.value.reason == "decoder_timeout"
    assert 0.6 <= time.monotonic() - started < 120
    assert sandbox.call("operator:mul", 6, 7) == 42


BUSY = """
import time
from vdata.video.decode import pulse
pulse.EVERY = 0.05
def work(beats, silent):
    for _ in range(beats):
        time.sleep(0.1)
        pulse.beat()
    time.sleep(silent)
    return beats
def other(beats, silent):
    return "other"
def tell(times):
    for n in range(times):
        pulse.through((n + 1) / 4)
        time.sleep(0.06)
        pulse.beat()
    return times
"""


@pytest.mark.slow
def test_who_gives_signs_of_life_may_take_long_and_who_stops_is_ended_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "busy.py").write_text(BUSY)
    monkeypatch.syspath_prepend(tmp_path)
    sandbox.call("busy:other", 0, 0)
    assert sandbox.call("busy:work", 40, 0, seconds=600, silence=3) == 40
    started = time.monotonic()
    with pytest.raises(Failed, match=r"made no progress for 1 seconds \(2 attempts\)") as caught:
        sandbox.call("busy:work", 3, 600, seconds=600, silence=1)
    assert caught.value.reason == "decoder_timeout"
    assert 2 <= time.monotonic() - started < 120
    with pytest.raises(Failed, match=r"took more than 1 seconds"):
        sandbox.call("busy:work", 6000, 0, seconds=1, silence=9)


def test_decoding_gives_signs_of_life(make_videos: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures and sound: a sign for every packet, but no more than one a second; a scan's say how far it is."""
    path = str(make_videos.plain(tmp_path / "clip.mp4", 50, sound=True))
    for every, least, most in ((0.0, 50, 300), (1e9, 0, 1)):
        for function, args in ((scan, (1 << 30, False, 0.95, 0.05)), (read, (16000,))):
            pipe = io.BytesIO()
            monkeypatch.setattr(pulse, "EVERY", every)
            monkeypatch.setattr(pulse, "_pipe", pipe)
            pulse.through(0.0)
            function(path, *args)
            signs = np.frombuffer(pipe.getvalue(), ">u8").tolist()
            assert least <= len(signs) <= most
            shares = [pulse.share_of(sign) or 0.0 for sign in signs]
            assert shares == sorted(shares)
            if function is read:
                assert set(signs) <= {0}
            elif every == 0.0:
                assert shares[0] == 0.0
                assert 0.9 <= shares[-1] <= 1.0
    pulse.through(0.0)


def test_signs_say_how_far_the_call_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "busy.py").write_text(BUSY)
    monkeypatch.syspath_prepend(tmp_path)
    told: list[float] = []
    with watched(told.append):
        assert sandbox.call("busy:tell", 3) == 3
    assert told == [0.25, 0.5, 0.75]
    with watched(told.append):
        assert sandbox.call("busy:work", 2, 0) == 2
    assert len(told) == 3, "the next call begins anew"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread watches what is resident")
def test_memory_over_the_limit_is_refused_and_the_limit_goes_with_the_call() -> None:
    with pytest.raises(Failed, match="more than 400 MiB") as caught:
        sandbox.call("builtins:bytearray", 1 << 30, mib=400)
    assert caught.value.reason == "decoder_out_of_memory"
    with pytest.raises(Failed) as caught:
        sandbox.call("numpy:ones", 1 << 27, mib=400)
    assert caught.value.reason == "decoder_out_of_memory"
    assert len(sandbox.call("builtins:bytearray", 100 << 20, mib=400)) == 100 << 20
    assert sandbox.call("builtins:len", b"x" * 1000, mib=2048) == 1000


@pytest.mark.parametrize("said", ["failed to map segment from shared object", "cannot map zero-fill pages"])
def test_a_library_for_which_there_is_no_room_is_a_matter_of_memory(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "no_room.py").write_text(f"def now():\n    raise ImportError('lib.so: {said}')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(Failed) as caught:
        sandbox.call("no_room:now")
    assert caught.value.reason == "decoder_out_of_memory"


@pytest.mark.parametrize("error", [Failed("corrupt", "why", value=0.5), Dropped("too_long", value=9, threshold=3)])
def test_verdicts_come_through_whole(error: Failed | Dropped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "raises_it.py").write_text("def now(error):\n    raise error\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(type(error)) as caught:
        sandbox.call("raises_it:now", error)
    assert vars(caught.value) == vars(error)
    assert str(caught.value) == str(error)


def test_exceptions_of_python_come_through_and_others_as_text() -> None:
    with pytest.raises(ZeroDivisionError):
        sandbox.call("operator:truediv", 1, 0)
    with pytest.raises(FileNotFoundError):
        sandbox.call("builtins:open", "/no/such/file")
    with pytest.raises(sandbox.CallError, match="JSONDecodeError: Expecting value") as caught:
        sandbox.call("json:loads", "nonsense")
    assert "Traceback" in caught.value.trace


def test_noise_reaches_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    sandbox.call("os:write", 1, b"noise on stdout\n")
    sandbox.call("os:write", 2, b"noise on stderr\n")
    assert sandbox.call("operator:add", 1, 1) == 2
    assert capfd.readouterr() == ("", "")


def test_a_result_larger_than_a_pipe() -> None:
    data = os.urandom(3 << 20)
    assert sandbox.call("builtins:bytes", data) == data


MEET = """
import os, time
from pathlib import Path
def others(folder):
    Path(folder, str(os.getpid())).touch()
    while len(met := os.listdir(folder)) < 4:
        time.sleep(0.01)
    return sorted(met)
"""


def test_calls_at_once_run_in_children_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meet.py").write_text(MEET)
    (tmp_path / "met").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        met = list(pool.map(lambda _: sandbox.call("meet:others", str(tmp_path / "met"), seconds=120), range(4)))
    assert met == [met[0]] * 4
    assert sandbox.call("operator:add", 1, 1) == 2  # from a thread that started none of them


def test_a_child_killed_while_idle_is_replaced() -> None:
    child = sandbox.call("os:getpid")
    os.kill(child, signal.SIGKILL)
    time.sleep(0.2)
    assert sandbox.call("os:getpid") != child


@pytest.mark.parametrize("busy", [False, True])
def test_the_child_dies_with_its_parent(busy: bool) -> None:
    code = (
        "import os, sys, threading, time; from vdata.video.decode import sandbox\n"
        "print(sandbox.call('os:getpid'), flush=True)\n"
        f"threading.Thread(target=sandbox.call, args=('time:sleep', 600), daemon=True).start() if {busy} else None\n"
        "time.sleep(0.5); os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, timeout=300)
    child = int(done.stdout)
    deadline = time.monotonic() + 60
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], stdout=subprocess.PIPE).stdout.strip()
    return bool(state) and not state.startswith(b"Z")
