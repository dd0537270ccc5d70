"""What each kind of process takes for a video, a call, a unit and a block, from real builds: for ``scale.py``."""

from __future__ import annotations

import asyncio
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from scale_runs import SELDOM, Measured, build, films, pace

SHORT, LONG = 2.0, 30.0
HD = (1280, 720)
MESSAGES, CLAIMS = 1500, 50
LATENCY = 2.0


@dataclass
class Figures:
    """Seconds of CPU, bytes and numbers, as a build of the recipe takes them."""

    machine: str
    """The class of the processor."""
    worker_video: float
    """Of a worker and its decoder, for a video of 30 s of 720p, …"""
    worker_short: float
    """… and for one of 2 s of 640 × 272; …"""
    worker_start: float
    """… before the first one of a CPU."""
    calls: float
    """To the teacher, for a video of 30 s, …"""
    calls_short: float
    samples: float
    loop_call: float
    """Of the asker's event loop, for a call; …"""
    frames_call: float
    """… of its other threads and of its decoders, 720p; …"""
    frames_short: float
    """… and of the short videos."""
    driver_video: float
    driver_unit: float
    driver_block: float
    """Of the command itself. Rows are read and written there, units looked after, blocks planned."""
    gcs_block: float
    raylet_block: float
    ray_second: float
    """Of Ray's other processes on a node, for each second."""
    message: float
    """Of the place that askers share, for a message, …"""
    claim: float
    """… and for each request that is claimed in it and given back."""
    video_bytes: float
    """Of a video of 30 s."""
    rounds: float
    """Calls of a video that wait for one another: one after the other, …"""
    prepare_video: float
    """Seconds of the command before the first unit, for a video, …"""
    finish_video: float
    """… and after the last one; …"""
    finish: float
    """… there, however many videos."""
    asker_start: float
    """Seconds of CPU until an asker asks."""
    teacher_call: float
    """Of the scripted teacher, for a call."""
    pace: float
    """What ``scale_runs.pace`` was then: the median of before each build."""


def calibrate(say: Callable[[str], None], known: dict[str, Measured]) -> tuple[Figures, dict[str, Measured]]:
    """The figures of this machine, and the builds that they come from, by name; those *known* are not done again."""
    runs, paces = dict(known), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        short, hd = films(folder / "short", 24, SHORT), films(folder / "hd", 6, LONG, HD)
        few_short, few_hd = films(folder / "fewer", 8, SHORT), films(folder / "few", 2, LONG, HD)
        many, some = films(folder / "many", 500, 0.4), films(folder / "some", 100, 0.4)
        plans: dict[str, tuple[Path, str, dict[str, Any]]] = {
            "few short": (few_short, "instruct", {}),
            "slow teacher": (few_short, "instruct", {"latency": LATENCY, "concurrency": 1000}),
            "short": (short, "instruct", {}),
            "few long": (few_hd, "instruct", {}),
            "long": (hd, "instruct", {}),
            "some": (some, "captions", {"processors": 1}),
            "many": (many, "captions", {"processors": 1}),
            "many units": (many, "captions", {"processors": 62}),
            "few blocks": (many, "captions", {"processors": 62, "blocks": 30}),
        }
        for label, (videos, recipe, settings) in plans.items():
            if label in known:
                continue
            paces.append(pace())
            runs[label] = one = build(videos, 1, recipe, look=SELDOM, **settings)
            say(f"{label:<11} {one.videos:>5} videos {one.units:>4} units {one.blocks:>4} blocks {one.calls:>5} calls "
                f"{one.seconds:6.1f} s, others had {one.foreign:.0%}; CPU s: "
                + ", ".join(f"{kind} {seconds:.2f}" for kind, seconds in sorted(one.cpu.items())))  # fmt: skip
        size = float(np.mean([path.stat().st_size for path in hd.glob("*.mp4")]))
    return figures(runs, size, *shared_place(), float(np.median(paces))), runs


def figures(runs: dict[str, Measured], video_bytes: float, message: float, claim: float, pace_then: float) -> Figures:
    """Slopes between builds that differ in one thing, so that what starting costs is left out."""
    short, few, long, few_long = (runs[name] for name in ("short", "few short", "long", "few long"))

    def slope(more: Measured, less: Measured, kind: str, of: str) -> float:
        return max(0.0, (more.cpu.get(kind, 0) - less.cpu.get(kind, 0)) / (getattr(more, of) - getattr(less, of)))

    builds = [runs[name] for name in ("some", "many", "many units", "few blocks")]
    driver = _of_each(builds, "driver")
    some, many = runs["some"], runs["many"]
    finish_video = max(0.0, (many.last - some.last) / (many.videos - some.videos))
    return Figures(
        machine=_processor(),
        worker_video=slope(long, few_long, "worker", "videos"),
        worker_short=slope(short, few, "worker", "videos"),
        worker_start=max(0.0, few.cpu["worker"] - few.videos * slope(short, few, "worker", "videos")),
        calls=(long.calls - few_long.calls) / (long.videos - few_long.videos),
        calls_short=(short.calls - few.calls) / (short.videos - few.videos),
        samples=long.samples / long.videos,
        loop_call=slope(short, few, "asker loop", "calls"),
        frames_call=slope(long, few_long, "asker frames", "calls"),
        frames_short=slope(short, few, "asker frames", "calls"),
        driver_video=driver[0],
        driver_unit=driver[1],
        driver_block=driver[2],
        gcs_block=slope(runs["many units"], runs["few blocks"], "GCS", "blocks"),
        raylet_block=slope(runs["many units"], runs["few blocks"], "raylet", "blocks"),
        ray_second=float(np.median([one.cpu["rest of Ray"] / one.seconds for one in runs.values()])),
        message=message,
        claim=claim,
        rounds=max(1.0, (_asking(runs["slow teacher"]) - _asking(few)) / LATENCY),
        prepare_video=max(0.0, (many.first - some.first) / (many.videos - some.videos)),
        finish_video=finish_video,
        finish=max(0.0, some.last - finish_video * some.videos),
        asker_start=max(0.0, _asked(few) - _asked(short) * few.calls / short.calls) / (1 - few.calls / short.calls),
        teacher_call=slope(short, few, "teacher", "calls"),
        video_bytes=video_bytes,
        pace=pace_then,
    )


def _asking(one: Measured) -> float:
    """Seconds between the first unit and the last."""
    return one.seconds - one.first - one.last


def _asked(one: Measured) -> float:
    return one.cpu["asker loop"] + one.cpu["asker frames"]


def _of_each(builds: list[Measured], kind: str) -> list[float]:
    """CPU seconds of *kind* for a video, a unit and a block: least squares with what starting costs, none negative."""
    left = ["videos", "units", "blocks"]
    while True:
        table = np.array([[1.0, *(getattr(one, of) for of in left)] for one in builds])
        found = np.linalg.lstsq(table, np.array([one.cpu[kind] for one in builds]), rcond=None)[0][1:]
        if (found >= 0).all():
            return [float(found[left.index(of)]) if of in left else 0.0 for of in ("videos", "units", "blocks")]
        del left[int(found.argmin())]


def shared_place() -> tuple[float, float]:
    """Seconds of CPU of the place that askers share: for a message, and for each claim in it."""
    import ray

    from vdata.pipelines.run.asking import Sharing
    from vdata.pipelines.teachers.shares import AskerMessage, AskerWish, Shares, Terms

    ray.init(num_cpus=1, include_dashboard=False, logging_level="ERROR", log_to_driver=False)
    make: Any = ray.remote(Sharing)
    shares = Shares({"watcher": Terms(1000)}, {}, time.monotonic())
    actor = make.options(num_cpus=0, max_concurrency=1000).remote(shares)
    ray.get(actor.exchange.remote("first", AskerMessage({})))
    below = psutil.Process().children(recursive=True)
    (process,) = [one for one in below if "Sharing" in " ".join(_command(one))]

    async def talk(claims: int) -> float:
        before = sum(process.cpu_times()[:2])
        for start in range(0, MESSAGES, 20):  # as of twenty askers
            keys = [[f"{start + n} {k}" for k in range(claims)] for n in range(20)]
            sent = [AskerMessage({"watcher": AskerWish(9, 9, 9)}, own, own) for own in keys]
            await asyncio.gather(*(actor.exchange.remote(f"{n}", one) for n, one in enumerate(sent)))
        return (sum(process.cpu_times()[:2]) - before) / MESSAGES

    bare = asyncio.run(talk(0))
    claiming = asyncio.run(talk(CLAIMS))
    ray.shutdown()
    return bare, max(0.0, claiming - bare) / CLAIMS


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _processor() -> str:
    """The processor, without the machine's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
