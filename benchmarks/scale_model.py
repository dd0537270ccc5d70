"""A build on a cluster by discrete events: the command, CPUs, processes that ask, GPUs, storage and what they share.

Units of videos come in blocks, each of which is a task of one CPU; its units go to a process that asks (an asker) when
the block is done, sixteen at a time, and take so many rounds: the event loop of the asker works, frames are prepared,
the calls are claimed in the place that askers share, and answered by the GPUs. Cores, GPUs and storage are shared
evenly by what is at work; the command, an event loop and the shared place do one thing after the other.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import simpy

UNIT = 8
"""Videos in a unit of work, …"""
ROWS_AT_ONCE = 16
"""… units of a block that Ray Data gives an asker at a time, …"""
BLOCKS_AT_ONCE = 64
"""… blocks that an asker has in hand, …"""
THREADS = 8
"""… and threads of it that prepare frames."""
GATHERING, BEAT = 0.02, 0.25
"""Seconds for which an asker gathers what it wants for a message, and between messages while calls are in flight."""
ROUNDING = 1e-9
PLACE = "the place that askers share"

Steps = Generator[Any, Any, None]


@dataclass(frozen=True)
class Costs:
    """Seconds of CPU and bytes; what each is for is in the name."""

    worker_video: float
    calls_video: float
    rounds: float
    loop_call: float
    frames_call: float
    driver_video: float
    driver_unit: float
    driver_block: float
    gcs_block: float
    ray_second: float
    message: float
    claim: float
    bytes_video: float
    prepare_video: float = 0.0
    """Of ``driver_video`` before the first unit begins; …"""
    finish_video: float = 0.0
    """… after the last one has ended."""
    finish: float = 0.0
    asker_start: float = 0.0
    worker_start: float = 0.0
    """Before the first block of each CPU."""
    teacher_call: float = 0.0
    """Of the last node, where the teacher has its CPU from it: so it is in real builds on one machine."""


@dataclass(frozen=True)
class Cluster:
    """What there is."""

    nodes: int
    cores: float = 16.0
    """Of a node; …"""
    slots: int = 0
    """… tasks at a time on it, as many as cores if 0."""
    gpus: int = 1
    calls_gpu: float = 15.0
    """Calls that a GPU answers in a second when it is full, …"""
    batch: int = 32
    """… and how many it has in hand then."""
    storage: float = 12.5e9
    """Bytes a second, of all nodes together; …"""
    network: float = 3.1e9
    """… of one node."""
    askers: int = 1
    """On each node."""


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    seconds: float
    ideal: float
    """Seconds if the GPUs, or the CPUs if they have more to do, worked all the time and nobody waited."""
    answers: tuple[tuple[float, float], ...]
    """Times in seconds, and how many calls were answered then."""
    used: dict[str, float]
    """The share of the time that each resource is at work; of processes like it, the one that is most."""

    @property
    def efficiency(self) -> float:
        return self.ideal / self.seconds

    def asking(self, begun: float) -> float:
        """Seconds from this share of the calls to the last one."""
        left = begun * sum(calls for _, calls in self.answers)
        for at, calls in self.answers:
            left -= calls
            if left <= 0:
                return self.answers[-1][0] - at
        return 0.0

    @property
    def fullest(self) -> str:
        return max(self.used, key=lambda name: self.used[name])


class Server:
    """*capacity* at a time work at full speed; more share it evenly."""

    def __init__(self, env: simpy.Environment, capacity: float) -> None:
        self.env, self.capacity = env, capacity
        self.busy = 0.0
        """Seconds of work done."""
        self._load = 0.0
        self._progress = self._last = 0.0
        self._jobs: list[tuple[float, int, float, simpy.Event]] = []
        self._number = itertools.count()
        self._alarm = 0

    def do(self, seconds: float, weight: float = 1.0) -> simpy.Event:
        """Ends when *weight* jobs of *seconds* each have been done together."""
        done = self.env.event()
        if seconds <= 0 or weight <= 0:
            return done.succeed()
        self._advance()
        heapq.heappush(self._jobs, (self._progress + seconds, next(self._number), weight, done))
        self._load += weight
        self._set_alarm()
        return done

    @property
    def _speed(self) -> float:
        return min(1.0, self.capacity / self._load)

    def _advance(self) -> None:
        passed, self._last = self.env.now - self._last, self.env.now
        if self._jobs:
            self._progress += passed * self._speed
            self.busy += passed * min(self._load, self.capacity)

    def _set_alarm(self) -> None:
        self._alarm += 1
        if self._jobs:
            own = self._alarm
            alarm = self.env.timeout(max(0.0, (self._jobs[0][0] - self._progress) / self._speed))
            alarm.callbacks.append(lambda _: self._ring(own))

    def _ring(self, alarm: int) -> None:
        if alarm != self._alarm:
            return
        self._advance()
        due = self._jobs[0][0] * (1 + ROUNDING)
        while self._jobs and self._jobs[0][0] <= due:
            _, _, weight, done = heapq.heappop(self._jobs)
            self._load -= weight
            done.succeed()
        if not self._jobs:
            self._load = 0.0
        self._set_alarm()


class Line:
    """One thing after the other, on a core of *node*."""

    def __init__(self, env: simpy.Environment, node: Server) -> None:
        self.node, self.turn = node, simpy.Resource(env)
        self.busy = 0.0

    def do(self, seconds: float, weight: float = 1.0) -> Steps:
        if seconds > 0:
            with self.turn.request() as turn:
                yield turn
                yield self.node.do(seconds / weight, weight)
                self.busy += seconds


class Asker:
    """A process that asks, on *node*."""

    def __init__(self, env: simpy.Environment, node: Server) -> None:
        self.loop, self.frames = Line(env, node), Line(env, node)
        self.hands = simpy.Resource(env, BLOCKS_AT_ONCE)


class Build:
    """*videos* through *cluster*, in at most *most_blocks* blocks."""

    def __init__(
        self, videos: int, cluster: Cluster, costs: Costs, most_blocks: int = 2000, unit: int = UNIT, talk: float = 0.0
    ) -> None:
        """*talk* is the share of a core of the first node that messages between askers take."""
        self.videos, self.cluster, self.costs, self.unit = videos, cluster, costs, unit
        self.env = env = simpy.Environment()
        cores = cluster.cores - costs.ray_second
        self.nodes = [Server(env, max(cores - talk * (number == 0), 0.01)) for number in range(cluster.nodes)]
        self.driver, self.gcs, self.shared = (Line(env, self.nodes[0]) for _ in range(3))
        self.askers = [Asker(env, node) for node in self.nodes for _ in range(cluster.askers)]
        self.gpus = Server(env, cluster.gpus * cluster.batch)
        self.storage = Server(env, cluster.storage / cluster.network)
        self.units = -(-videos // unit)
        self.blocks = min(self.units, most_blocks)
        self.turns = itertools.cycle(self.askers)
        self.answers: list[tuple[float, float]] = []

    def run(self) -> Outcome:
        self.env.run(self.env.process(self._all()))
        end, costs, cluster = self.env.now, self.costs, self.cluster
        calls = self.videos * costs.calls_video
        asking = costs.loop_call + costs.frames_call + costs.claim
        cpu = self.videos * (costs.worker_video + costs.driver_video) + calls * asking
        cpu += self.units * costs.driver_unit + self.blocks * (costs.driver_block + costs.gcs_block)
        cpu_seconds = cpu / (cluster.nodes * max(cluster.cores - costs.ray_second, 0.01))
        used = {
            "GPUs": self.gpus.busy / self.gpus.capacity,
            "CPUs": sum(node.busy for node in self.nodes) / sum(node.capacity for node in self.nodes),
            "the command": self.driver.busy,
            "Ray's GCS": self.gcs.busy,
            "an asker's event loop": max(asker.loop.busy for asker in self.askers),
            PLACE: self._talked(end),
            "storage": self.storage.busy / self.storage.capacity,
        }
        shares = {name: busy / end for name, busy in used.items()}
        return Outcome(end, max(calls / (cluster.gpus * cluster.calls_gpu), cpu_seconds), tuple(self.answers), shares)

    def _talked(self, end: float) -> float:
        """Seconds that the shared place is at work: a message a call, or as many as an asker sends, and a beat."""
        each = self.videos * self.costs.calls_video / len(self.askers) / end
        messages = len(self.askers) * (min(each, 1 / GATHERING) + 1 / BEAT)
        return min(end, end * messages * self.costs.message + self.shared.busy)

    def _all(self) -> Steps:
        costs, env = self.costs, self.env
        yield env.process(self.driver.do(costs.prepare_video * self.videos))
        starts = [env.process(asker.loop.do(costs.asker_start)) for asker in self.askers]
        self.waiting = [self.units // self.blocks + (n < self.units % self.blocks) for n in range(self.blocks)][::-1]
        self.left, self.asking = self.units, []
        slots = int(self.cluster.slots or self.cluster.cores)
        order = [node for _ in range(slots) for node in self.nodes]
        yield env.all_of([env.process(self._slot(node)) for node in order[: self.blocks]])
        yield env.all_of(starts + self.asking)
        yield env.process(self.driver.do(costs.finish + costs.finish_video * self.videos))

    def _slot(self, node: Server) -> Steps:
        """A CPU that takes a block after the other."""
        yield node.do(self.costs.worker_start)
        while self.waiting:
            units = self.waiting.pop()
            videos = min(units * self.unit, self.videos)
            yield from self.driver.do(self.costs.driver_block)
            yield from self.gcs.do(self.costs.gcs_block)
            read = self.storage.do(videos * self.costs.bytes_video / self.cluster.network)
            yield node.do(videos * self.costs.worker_video) & read
            self.asking.append(self.env.process(self._ask(next(self.turns), units)))

    def _ask(self, asker: Asker, units: int) -> Steps:
        """A block's units at the askers, and then at the command."""
        streamed = self.costs.driver_video - self.costs.prepare_video - self.costs.finish_video
        with asker.hands.request() as hand:
            yield hand
            while units:
                some = min(units, ROWS_AT_ONCE)
                yield from self._rounds(asker, some * self.unit * self.costs.calls_video)
                units -= some
                yield from self.driver.do(some * (self.costs.driver_unit + self.unit * max(0.0, streamed)))

    def _rounds(self, asker: Asker, calls: float) -> Steps:
        costs, cluster = self.costs, self.cluster
        rounds = max(1, round(costs.rounds))
        calls /= rounds
        threads = min(THREADS, calls, cluster.cores)
        for _ in range(rounds):
            yield from asker.frames.do(calls * costs.frames_call, max(1.0, threads))
            yield from asker.loop.do(calls * costs.loop_call)
            yield self.env.timeout(GATHERING + len(self.askers) * costs.message)  # all others may be before it
            yield from self.shared.do(calls * costs.claim)
            yield self.nodes[-1].do(costs.teacher_call, calls)
            yield self.gpus.do(cluster.batch / cluster.calls_gpu, calls)
            self.answers.append((self.env.now, calls))


def simulate(videos: int, cluster: Cluster, costs: Costs, most_blocks: int = 2000, unit: int = UNIT) -> Outcome:
    """How long *videos* take. *unit*: videos in a unit of work. What messages take is known from a first try."""
    found = Build(videos, cluster, costs, most_blocks, unit).run()
    return Build(videos, cluster, costs, most_blocks, unit, min(1.0, found.used[PLACE])).run()
