"""Builds killed at random moments, and gone on with: python benchmarks/soak.py [--kills 60] [--minutes 30] [--seed 0].

Each row of the table is a kind of victim. Builds of three kinds (labels alone, clips that are decoded, with a teacher)
are begun in fresh folders; a victim of the kind is killed (SIGKILL) at a random moment, after which the same command is
given until it is done, with more kills on the way. What is then in the folder is compared with a build that nobody
killed: rows, counts, files. Calls to the teacher beyond those of the undisturbed build may be at most as many as could
be in flight, for each kill. Linux only. Exits 1 on any difference.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "plugins"))
import killing
import openai_server
from killing import Child

TESTS = Path(__file__).parent.parent / "tests"
VICTIMS = ("driver", "everything", "worker", "actor", "raylet", "gcs")
"""``actor``: the one that asks teachers."""
SURVIVED = ("worker", "actor")
"""The build goes on without them; one such kill a run, as a row that is there at two deaths fails by rule."""
BUILDS = ("labels", "clips", "teacher")
CONCURRENCY = 16
"""Requests that the teacher may have in flight."""
AT_ONCE = 0.5
"""The share of kills after which the command is given again at once."""
LEAST, LONGEST, DEATH = 5.0, 300.0, 75.0
"""Seconds that a build takes, those that it may take, and those until all of it is gone after a kill.

Ray waits a minute for a GCS that dies as it starts; otherwise the death of a GCS is noticed at once.
"""
COLUMNS = (
    "victim", "kills", "builds", "commands", "equal", "duplicates", "missing", "added", "unreadable", "repeated calls",
    "allowed", "slowest end",
)  # fmt: skip


@dataclass
class Line:
    """What came of the kills of one kind of victim."""

    kills: int = 0
    builds: int = 0
    commands: int = 0
    equal: int = 0
    duplicates: int = 0
    missing: int = 0
    added: int = 0
    unreadable: int = 0
    repeated: int = 0
    allowed: int = 0
    slowest: float = 0.0
    """Seconds from a kill until every process of the build was gone, where the build does not survive it."""
    faults: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        wrong = self.duplicates + self.missing + self.added + self.unreadable
        return not self.faults and not wrong and self.equal == self.builds and self.repeated <= self.allowed


class Kind:
    """Builds of one kind: a config for each folder, and what a build that nobody killed leaves."""

    def __init__(self, name: str, folder: Path, url: str) -> None:
        self.name, self.folder, self.url = name, folder, url
        self.stages = killing.register(folder / "stages")
        self.inputs = getattr(self, f"_{name}")()
        out = folder / "clean"
        before, begun = self.calls(), time.monotonic()
        child = self.build(out)
        if child.wait(LONGEST) != 0 or killing.unreadable(out):
            raise SystemExit(f"the undisturbed build failed: {child.said()}")
        self.seconds = time.monotonic() - begun
        self.needed = self.calls() - before
        self.rows, self.funnel = killing.logical(out), killing.funnel(out)

    def build(self, out: Path) -> Child:
        config = out.with_name(f"{out.name}.yaml")
        config.write_text(f"{self.inputs}\ncache: {out}.cache\noutput: {{path: {out}}}\n")
        return Child(config, out, self.stages)

    def calls(self) -> int:
        """Requests that the teacher's server has had so far."""
        return int(openai_server.counters(self.url)["calls"])

    def _labels(self) -> str:
        stages = "- rough\n- slow: {seconds: 0.004}\n- once_per_text\n- slow: {seconds: 0.002}\n- plain"
        return f"{self._events(1600, 1500)}\nstages:\n{stages}"

    def _teacher(self) -> str:
        teacher = f"{{kind: openai, model: scripted, base_url: '{self.url}', concurrency: {CONCURRENCY}}}"
        stages = "- rough\n- inquire\n- plain: {of: replies}"
        return f"{self._events(60, 60)}\nteachers:\n  watcher: {teacher}\nstages:\n{stages}"

    def _events(self, videos: int, texts: int) -> str:
        names = [*(f"v{n:04d}" for n in range(videos)), "v_fails", "v_drops"]
        shaped = {
            name: {
                "duration": 10.0,
                "timestamps": [[0, 1], [2, 3], [4, 5]],
                "sentences": [f"Event {n % texts}.", "It goes on.", "The end."],
            }
            for n, name in enumerate(names)
        }
        path = self.folder / "labels.json"
        path.write_text(json.dumps(shaped))
        return f"labels: [{{kind: activitynet, path: {path}, lane: events}}]"

    def _clips(self) -> str:
        spec = importlib.util.spec_from_file_location("make_videos", TESTS / "make_videos.py")
        assert spec is not None
        assert spec.loader is not None
        make = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(make)
        clips = self.folder / "clips"
        clips.mkdir()
        for number in range(12):
            frames = (make.scene(n * (number % 10 + 1) + 40 * (number % 10)) for n in range(50))
            make.encode(clips / f"{number:02d}.mp4", ((Fraction(n, 25), one) for n, one in enumerate(frames)))
        make.truncated(clips / "cut.mp4", clips / "00.mp4", 900)
        stages = "- scan\n- shots\n- near_duplicates\n- camera\n- describe\n- tasks"
        return f"videos: {clips}\nstages:\n{stages}"


def disturb(kind: Kind, victim: str, out: Path, kills: int, chance: random.Random, line: Line) -> None:
    """A build in *out* with up to so many kills on its way, compared with the undisturbed one."""
    before, left, done = kind.calls(), kills, False
    line.builds += 1
    children: list[Child] = []
    try:
        while not done:
            children.append(kind.build(out))
            line.commands += 1
            done = _one_command(kind, victim, children[-1], left > 0, chance, line)
            left -= 1
            wrong = killing.unreadable(out)
            line.unreadable += len(wrong)
            line.faults += wrong
    finally:
        for child in children:
            child.end()
    _compare(kind, out, line)
    line.repeated += max(0, kind.calls() - before - kind.needed)


def _one_command(kind: Kind, victim: str, child: Child, kill: bool, chance: random.Random, line: Line) -> bool:
    """Run the command once, with a kill or without. Whether the build is done."""
    begun = time.monotonic()
    if kill:
        _until(lambda: not child.alive, chance.uniform(0, kind.seconds))
        kinds = () if victim == "everything" else (victim,)
        hit = _kill(child, kinds, chance)
        while child.alive and not hit:
            time.sleep(0.02)
            hit = _kill(child, kinds, chance)
        if hit:
            line.kills += 1
            line.allowed += CONCURRENCY if kind.name == "teacher" else 0
            if victim not in SURVIVED:
                _see_end(victim, child, chance.random() < AT_ONCE, line)
                return False
    status = child.wait(LONGEST)
    kind.seconds = min(kind.seconds, max(LEAST, time.monotonic() - begun))
    if status != 0:
        line.faults.append(f"exit status {status}: {child.said()[-500:]}")
        return status not in (1, -9)
    return True


def _kill(child: Child, kinds: tuple[str, ...], chance: random.Random) -> list[int]:
    """Kill one process of *kinds*, or all of the build when there are none."""
    if not kinds:
        return child.kill()
    found = sorted(pid for pid, kind in child.processes().items() if kind in kinds)
    return child.kill_these([chance.choice(found)]) if found else []


def _see_end(victim: str, child: Child, at_once: bool, line: Line) -> None:
    """After the death of its raylet or GCS a build ends with exit status 1 and a line, no traceback.

    *at_once*: do not wait for Ray's processes to end as well; the next command meets those that still work.
    """
    begun = time.monotonic()
    status, told = child.wait(LONGEST), child.said()
    if not at_once:
        left = child.gone_within(DEATH)
        line.slowest = max(line.slowest, time.monotonic() - begun)
        if left:
            line.faults.append(f"alive {DEATH:g} s after the kill: {left}")
    expected = (1,) if victim in ("raylet", "gcs") else (-9,)
    if status not in expected or "Traceback" in told:
        line.faults.append(f"{victim}: exit status {status}: {told[-500:]}")


def _compare(kind: Kind, out: Path, line: Line) -> None:
    rows, faults = killing.logical(out), []
    for table, expected in kind.rows.items():
        line.missing += len(set(expected) - set(rows[table]))
        line.added += len(set(rows[table]) - set(expected))
    line.duplicates += len(killing.duplicates(out))
    if killing.funnel(out) != kind.funnel:
        faults.append("build.json counts otherwise")
    faults += [f"left over: {name}" for name in killing.leftovers(out)]
    line.equal += rows == kind.rows and not faults
    line.faults += faults


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)


def table(lines: dict[str, Line]) -> str:
    rows = [COLUMNS, tuple("---" for _ in COLUMNS)]
    for victim, line in lines.items():
        ended = "–" if victim in SURVIVED else f"{line.slowest:.1f} s"
        counted: list[Any] = [line.kills, line.builds, line.commands, line.equal, line.duplicates, line.missing]
        counted += [line.added, line.unreadable, line.repeated, line.allowed, ended]
        rows.append((victim, *map(str, counted)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left behind
    chance, end = random.Random(options.seed), time.monotonic() + 60 * options.minutes
    lines = {victim: Line() for victim in VICTIMS}
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as name, openai_server.running(mean=0.3, sigma=0.5) as url:
        kinds = []
        for build in BUILDS:
            (Path(name) / build).mkdir()
            kinds.append(Kind(build, Path(name) / build, url))
            print(f"{build}: {kinds[-1].seconds:.1f} s, {kinds[-1].needed} calls, undisturbed", flush=True)
        number = 0
        while (killed := sum(line.kills for line in lines.values())) < options.kills and time.monotonic() < end:
            victim = VICTIMS[number % len(VICTIMS)]
            kind = kinds[2] if victim == "actor" else kinds[number // len(VICTIMS) % len(kinds)]
            kills = min(chance.randint(1, 4), options.kills - killed)
            disturb(kind, victim, kind.folder / f"out{number}", kills, chance, lines[victim])
            number += 1
            print(f"{number} builds, {killed} kills before: {kind.name}, {victim}: {lines[victim]}", flush=True)
    print(f"\n{table(lines)}\n")
    killed = sum(line.kills for line in lines.values())
    if killed < options.kills:
        print(f"only {killed} of {options.kills} kills in {options.minutes:g} minutes")
    for victim, line in lines.items():
        for fault in line.faults:
            print(f"{victim}: {fault}")
    return 0 if killed >= options.kills and all(line.good for line in lines.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
