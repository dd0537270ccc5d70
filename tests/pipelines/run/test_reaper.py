"""What a build leaves behind when it is killed is ended: by its mark, or by descent where the mark is not seen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from faults.sitecustomize import session

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the reaper looks into /proc")

BUILD = """
import subprocess, sys, time
from vdata.pipelines.run.reaper import Reaper
sleep = [sys.executable, "-c", "import time; time.sleep(300)"]
subprocess.Popen(sleep)  # of the program that builds, but not of the build
reaper = Reaper()
with reaper.inside():
    subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({sleep!r}, env={{}})"])
print("started", flush=True)
input()
reaper.close()
input()
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", ["kill", "close"])
def test_what_was_started_inside_ends_and_nothing_else(way: str) -> None:
    pipe = subprocess.PIPE
    build = subprocess.Popen([sys.executable, "-c", BUILD], stdin=pipe, stdout=pipe, start_new_session=True)
    assert build.stdin is not None
    assert build.stdout is not None
    try:
        assert build.stdout.readline() == b"started\n"
        left = {"kill": 1, "close": 2}[way]  # the program's own child, and the program if it lives
        time.sleep(6)  # a look of the reaper's
        assert len(living(build.pid)) == 5
        if way == "kill":
            build.kill()
        else:
            build.stdin.write(b"\n")
            build.stdin.flush()
        end = time.monotonic() + 120
        while len(living(build.pid)) > left and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(0.5)
        assert len(living(build.pid)) == left
    finally:
        for pid in session(build.pid):
            os.kill(pid, signal.SIGKILL)
        build.communicate()


FORKS = """
import subprocess, sys
from vdata.pipelines.run.reaper import Reaper
reaper = Reaper()
forks = "import subprocess, time\\nwhile True:\\n    subprocess.Popen(['sleep', '300']); time.sleep(0.004)"
with reaper.inside():
    subprocess.Popen([sys.executable, "-c", forks])
print("started", flush=True)
input()
reaper.close()
reaper.wait()
input()
"""


@pytest.mark.slow
def test_what_is_started_while_the_rest_ends_is_ended_too() -> None:
    pipe = subprocess.PIPE
    build = subprocess.Popen([sys.executable, "-c", FORKS], stdin=pipe, stdout=pipe, start_new_session=True)
    assert build.stdin is not None
    assert build.stdout is not None
    try:
        assert build.stdout.readline() == b"started\n"
        time.sleep(1)
        build.stdin.write(b"\n")
        build.stdin.flush()
        end = time.monotonic() + 60
        while len(living(build.pid)) > 1 and time.monotonic() < end:
            time.sleep(0.1)
        assert living(build.pid) == [build.pid]
    finally:
        for pid in session(build.pid):
            os.kill(pid, signal.SIGKILL)
        build.communicate()


def living(leader: int) -> list[int]:
    """The processes of the session that have not ended."""
    found = []
    for pid in session(leader):
        with suppress(OSError):  # it has ended by now
            found += [pid] if Path(f"/proc/{pid}/cmdline").read_bytes() else []
    return found
