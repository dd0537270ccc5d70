"""kill -9 in the middle: what was paid for is not asked again."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import openai_server
import pytest

CALLS, ALLOWED = 1000, 32
CLIENT = """
import asyncio, sys
from pathlib import Path
from vdata.pipelines.teachers.make import make_teachers
from vdata.schemas import Request
from vdata.pipelines.teachers.kinds.openai import OpenAI

async def main(url, cache, calls, allowed):
    teacher = make_teachers({"t": OpenAI(model="scripted", base_url=[url], concurrency=allowed)}, Path(cache))["t"]
    replies = await teacher.ask([Request.of(f"What happens in part {n}?") for n in range(calls)])
    await teacher.close()
    print(sum(reply.ok for reply in replies), teacher.spend.total().saved_calls)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
"""


@pytest.mark.slow
def test_a_kill_at_half_of_the_calls_repeats_at_most_those_in_flight(tmp_path: Path) -> None:
    with openai_server.running(mean=0.03) as url:
        command = [sys.executable, "-c", CLIENT, url, str(tmp_path), str(CALLS), str(ALLOWED)]
        child = subprocess.Popen(command)
        deadline = time.monotonic() + 600
        while openai_server.counters(url)["calls"] < CALLS // 2:
            assert time.monotonic() < deadline
            assert child.poll() is None
            time.sleep(0.01)
        child.kill()
        child.wait()
        sent = openai_server.counters(url)["calls"]
        assert CALLS // 2 <= sent < CALLS
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        good, saved = map(int, done.stdout.split())
        seen = openai_server.counters(url)
    assert good == CALLS
    assert saved >= sent - ALLOWED
    assert seen["calls"] <= CALLS + ALLOWED
    assert not [
        path for path in tmp_path.rglob(".*") if path.stat().st_size and time.time() - path.stat().st_mtime > 60
    ]
