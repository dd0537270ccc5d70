"""How well the runtime keeps an endpoint busy: python benchmarks/saturation.py [CASE …] [--requests 2500].

A scripted server in a process of its own answers after 200 ms on average (lognormal). Allowed: 64 in flight. Beside
vdata's teacher (with its cache, budget and checks) a bare asyncio loop around the same openai client, in the same run.
Wanted of the text: at least 58 in flight and at most 10 s of CPU, on average over three seeds of the latencies. How
slow the last requests happen to be decides much: "ideal" is what a client that loses no time would have had with these
latencies. "fed" is the average until the last request came.

In the case "8 frames, decoded" each request shows 8 pictures of 512 pixels of its own, really decoded, scaled and
encoded; 256 may be in flight, at 8 s each, as far as the CPUs decode so fast. The bare loop does the same by the same
functions in as many threads. CPU counts the processes that decode. Wanted of both cases with frames, within 10 %: no
more CPU a call than the bare loop, and at least as many in flight.

A request that fails, or whose reply tells of other pictures than were shown, where the server makes no faults: the
benchmark ends with its reason and the status 1.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import heapq
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import fmean
from typing import Any

import openai
import psutil
from clips import repeated

from vdata.pipelines.teachers.asker import Asker
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.make import make_teachers
from vdata.pipelines.teachers.picture_encoder import encode
from vdata.pipelines.teachers.request_media import Media, RequestMedia
from vdata.schemas import Frames, Request

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "plugins"))
import openai_server

READY, DECODED = "8 frames of 60 KB", "8 frames, decoded"
DECODED_REQUESTS, DECODED_ALLOWED, CLIP_SECONDS = 200, 256, 120
ALLOWED, PICTURES, PICTURE_BYTES = 64, 8, 60_000
LEAST_IN_FLIGHT, MOST_CPU = 58.0, 10.0
LATENCY = {"mean": 0.2, "sigma": 0.5}
FAULTS = {"429": 0.025, "500": 0.025, "closed": 0.025, "cut": 0.025}
CASES: dict[str, tuple[int, dict[str, Any]]] = {
    "text": (0, {}),
    READY: (PICTURES, {}),
    "10 % errors": (0, {"faults": FAULTS}),
    "long tail": (0, {"sigma": 1.5}),
    DECODED: (PICTURES, {"mean": 8.0, "sigma": 0.2}),
}
"""Pictures a request, and what is different about the server."""
SEEDS = {"text": (0, 1, 2)}
"""Others have one."""
ROW = "{:<20}{:<8}{:>8}{:>10}{:>7}{:>6}{:>6}{:>7}{:>7}{:>7}"

Run = Callable[[str, list[Request], Path], Awaitable[list[str]]]
"""Asks; returns why requests failed, a reason for each."""


class Canned(RequestMedia):
    """Pictures that are there already: what is measured is the sending."""

    def __init__(self) -> None:
        super().__init__()
        noise = random.Random(0)
        self.made = [
            "data:image/jpeg;base64," + base64.b64encode(noise.randbytes(PICTURE_BYTES)).decode()
            for _ in range(PICTURES)
        ]

    async def held_pictures(self, frames: Frames, form: str, quality: int) -> Media:
        return tuple(self.made[: len(frames.times)])


async def by_vdata(url: str, requests: list[Request], folder: Path) -> list[str]:
    """Ask through a teacher."""
    settings = OpenAI(model="scripted", base_url=[url], concurrency=_allowed(requests))
    teacher: Asker = make_teachers({"teacher": settings}, folder)["teacher"]
    if not _decoded(requests):
        teacher.backend.media = Canned()  # type: ignore[attr-defined]
    replies = await teacher.ask(requests)
    await teacher.close()
    whys = (_fault(r.text, requests) if r.ok else f"{r.failure}: {r.detail}" for r in replies)
    return [why for why in whys if why]


async def by_hand(url: str, requests: list[Request], folder: Path) -> list[str]:
    """Ask with the openai client behind a semaphore."""
    most = _allowed(requests)
    media, allowed, ahead = Canned(), asyncio.Semaphore(most), asyncio.Semaphore(2 * most)
    threads = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
    limits = type(openai.DEFAULT_CONNECTION_LIMITS)(max_connections=most, max_keepalive_connections=most)
    http = openai.DefaultAsyncHttpxClient(limits=limits)
    client = openai.AsyncOpenAI(base_url=url, api_key="none", http_client=http, max_retries=5)

    async def pictures(part: Frames) -> tuple[str, ...]:
        if not part.file:
            return await media.pictures(part, "", 0)
        return await asyncio.get_running_loop().run_in_executor(threads, encode, part, "jpeg", 85)

    async def one(request: Request) -> str:
        async with ahead:
            return await send(request)

    async def send(request: Request) -> str:
        content: list[Any] = []
        for part in request.turns[0].parts:
            if isinstance(part, Frames):
                content += [{"type": "image_url", "image_url": {"url": uri}} for uri in await pictures(part)]
            else:
                content.append({"type": "text", "text": part})
        async with allowed:
            try:
                reply = await client.chat.completions.create(
                    model="scripted", messages=[{"role": "user", "content": content}], max_tokens=1024
                )
            except openai.APIError as error:
                return str(error) or type(error).__name__
        return _fault(reply.choices[0].message.content or "", requests)

    whys = await asyncio.gather(*(one(request) for request in requests))
    await client.close()
    return [why for why in whys if why]


def _fault(text: str, requests: list[Request]) -> str:
    """What is wrong with the reply *text*, which tells how many pictures the server was shown; empty: nothing."""
    shown = sum(len(one.times) for one in _frames(requests))
    return "" if f" {shown} pictures:" in text else f"the server was not shown {shown} pictures: {text[:200]!r}"


def _frames(requests: list[Request]) -> list[Frames]:
    return [part for part in requests[0].turns[0].parts if isinstance(part, Frames)]


def _decoded(requests: list[Request]) -> bool:
    return any(one.file for one in _frames(requests))


def _allowed(requests: list[Request]) -> int:
    return DECODED_ALLOWED if _decoded(requests) else ALLOWED


def asked(name: str, count: int, folder: Path) -> list[Request]:
    """The requests of the case *name*."""
    pictures = CASES[name][0]
    texts = [f"What happens in part {n}?" for n in range(count)]
    if name != DECODED:
        frames = [Frames("", "0" * 64, tuple(map(float, range(pictures))))] if pictures else []
        return [Request.of(*frames, text) for text in texts]
    clip, draw = repeated("bikes.mp4", folder / "clip.mp4", CLIP_SECONDS), random.Random(0)
    times = [sorted(draw.uniform(0, CLIP_SECONDS - 12) + 1.3 * k for k in range(pictures)) for _ in texts]
    return [Request.of(Frames(str(clip), "0" * 64, tuple(own)), text) for own, text in zip(times, texts, strict=True)]


def ideal(script: dict[str, Any], count: int, allowed: int) -> float:
    """The mean in flight if each reply were followed at once by the next request."""
    server = openai_server.Server(**script)
    slots, end, work = [0.0] * allowed, 0.0, 0.0
    for _ in range(count):
        server.draw()
        latency = server.latency()
        begun = heapq.heappop(slots)
        heapq.heappush(slots, begun + latency)
        end, work = max(end, begun + latency), work + latency
    return work / end


def measure(name: str, who: str, run: Run, count: int, seed: int) -> tuple[float, float]:
    """Print a row of the table; returns the mean in flight, as the server saw it, and the seconds of CPU.

    Raises SystemExit when requests fail, and the server was not to make them fail.
    """
    script = LATENCY | CASES[name][1] | {"seed": seed}
    with openai_server.running(**script) as url, tempfile.TemporaryDirectory() as folder:
        requests = asked(name, count, Path(folder))
        before, begun = _cpu(), time.perf_counter()
        failed = asyncio.run(run(url, requests, Path(folder)))
        seconds, cpu = time.perf_counter() - begun, _cpu() - before
        seen = openai_server.counters(url)
    numbers = (
        f"{seconds:.1f}",
        f"{seen['mean']:.1f}",
        "" if script.get("faults") else f"{ideal(script, count, _allowed(requests)):.1f}",
        f"{seen['mean_fed']:.1f}",
        seen["most"],
        f"{cpu:.1f}",
        seen["calls"],
        len(failed),
    )
    print(ROW.format(name, who, *numbers), flush=True)
    if failed and not script.get("faults"):
        sys.exit(f"{name}, {who}: {len(failed)} of {count} requests failed; the first one: {failed[0]}")
    return seen["mean"], cpu


def _cpu() -> float:
    """Seconds of this process, and of those that decode for it."""
    ended = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    living = psutil.Process().children(recursive=True)
    times = [one.cpu_times() for one in living if "openai_server" not in " ".join(one.cmdline())]
    return sum(one.ru_utime + one.ru_stime for one in ended) + sum(one.user + one.system for one in times)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--requests", type=int, default=2500)
    given = parser.parse_args()
    count = given.requests
    print(ROW.format("case", "client", "seconds", "in flight", "ideal", "fed", "most", "CPU s", "calls", "failed"))
    good = True
    for name in given.cases or CASES:
        found = []
        some = min(count, DECODED_REQUESTS) if name == DECODED else count
        for seed in SEEDS.get(name, (0,)):
            found.append(measure(name, "vdata", by_vdata, some, seed))
            bare = measure(name, "openai", by_hand, some, seed)
        if name in (READY, DECODED):
            ((in_flight, cpu),) = found
            met = in_flight >= bare[0] / 1.1 and cpu <= 1.1 * bare[1]
            said = f"{1000 * cpu / some:.1f} ms of CPU a call, {1000 * bare[1] / some:.1f} by the bare loop"
            print(f"{name}: {said}: {'met' if met else 'NOT MET'}")
            good &= met
        if name == "text":
            in_flight, cpu = (fmean(numbers) for numbers in zip(*found, strict=True))
            met = in_flight >= LEAST_IN_FLIGHT and cpu <= MOST_CPU
            good &= met
            wanted = f"wanted {LEAST_IN_FLIGHT:g} and {MOST_CPU:g} s"
            print(f"text, mean: {in_flight:.1f} in flight, {cpu:.1f} s of CPU; {wanted}: {'met' if met else 'NOT MET'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
