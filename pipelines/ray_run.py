"""Units of work through Ray Data, with every unit accounted for.

Ray Data retries a task whose worker died for ever (measured on Ray 2.60), and the bound that it offers loses the block
without a word. So an attempt leaves a mark before it works: the next attempt finds it and reports the unit as lost
instead of trying again. Lost units are run again by halves until the row that kills its worker stands alone; after two
attempts that row fails, and its neighbours are done.
"""

from __future__ import annotations

import logging
import os
import pickle
import shutil
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .parts import Part
from .rows import Stop
from .teaching.staff import Staff
from .work import Pass, Unit, ask_unit, run_unit

UNITS_IN_FLIGHT = 64
"""Units that one actor of a pass that asks teachers works on at once; the teachers' own limits bound the requests."""
MOST_BLOCKS = 2000
"""Ray plans a block in about a millisecond: more units than this share blocks."""
STORE_BYTES = 512 * 2**20
"""Ray's object store here: rows carry no pixels."""


class Stopped(Exception):
    """The build cannot go on for now: the disk is full, a budget is spent, Ray did not start. Its text is for users."""


def start(address: str | None) -> bool:
    """Connect to the Ray cluster at *address*, or start Ray on this machine. True if it was started here.

    Raises:
        Stopped: it did not start.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    if ray.is_initialized():
        return False
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    own: dict[str, Any] = {"include_dashboard": False, "object_store_memory": STORE_BYTES}
    try:
        ray.init(**({"address": address} if address else own), **quiet)
    except Exception as error:  # Ray raises many kinds, with texts of many lines
        ray.shutdown()
        told = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise Stopped(f"Ray did not start{f' at {address}' if address else ''}: {told}") from error
    return True


def stop() -> None:
    """End Ray as ``start`` started it."""
    import ray

    ray.shutdown()


@dataclass(slots=True)
class Job:
    """A unit on its way through a chain of passes; it stands before pass *at*."""

    at: int
    unit: Unit | None
    parts: list[tuple[int, Part]] = field(default_factory=list)
    """What it has left behind, by the number of the pass."""
    lost: bool = False
    error: str = ""


def run_chain(
    chain: list[Pass], jobs: list[Job], split: Callable[[int, Unit], list[Unit]], teachers: Any = None
) -> Iterator[tuple[int, Part]]:
    """Take *jobs* through the passes of *chain*, none waiting for another; yield what is committed, by pass.

    A unit whose worker dies is run again as *split* says: cut in two, or once more. One that *split* gives up (an
    empty list) is not yielded: its row is the one that kills.

    Raises:
        Stopped: a commit failed, or a teacher's budget is spent.
    """
    waiting = jobs
    attempts = chain[0].attempts
    while waiting:
        shutil.rmtree(attempts, ignore_errors=True)
        attempts.mkdir(parents=True)
        lost: list[Job] = []
        for job in _stream(chain, waiting, teachers):
            yield from job.parts
            if job.error:
                raise Stopped(job.error)
            if job.lost:
                lost.append(job)
        waiting = [Job(job.at, smaller) for job in lost if job.unit for smaller in split(job.at, job.unit)]
    shutil.rmtree(attempts, ignore_errors=True)


def _stream(chain: list[Pass], jobs: list[Job], teachers: Any) -> Iterator[Job]:
    import ray

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray.data", "ray"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    rows = [{"job": pickle.dumps(job)} for job in jobs]
    dataset: Any = ray.data.from_items(rows, override_num_blocks=min(len(rows), MOST_BLOCKS))
    for work in chain:
        step: Any = _Asking if work.asks else _step
        if work.asks:
            pool = ray.data.ActorPoolStrategy(
                size=1, max_tasks_in_flight_per_actor=UNITS_IN_FLIGHT, max_concurrent_calls_per_actor=UNITS_IN_FLIGHT
            )
            dataset = dataset.map(step, fn_constructor_args=[work, teachers], compute=pool, num_cpus=0)
        else:
            dataset = dataset.map(step, fn_args=[work], num_cpus=1)
    for row in dataset.iter_rows():
        yield pickle.loads(row["job"])


def _step(row: dict[str, Any], work: Pass) -> dict[str, Any]:
    job: Job = pickle.loads(row["job"])
    if job.at != work.number or job.unit is None or job.lost or job.error:
        return row
    try:
        part = run_unit(work, job.unit) if _first(work, job.unit) else work.store.find(job.unit.name)
    except Exception as error:  # rows catch their own: this is the disk, the cache or a defect of ours
        part, job.error = None, _describe(error)
    return _passed(job, work, part)


class _Asking:
    """The actor of a pass that asks teachers: one event loop, in which the rows of many units are in flight."""

    def __init__(self, work: Pass, teachers: Callable[[], Staff]) -> None:
        self.work, self.make = work, teachers
        self.teachers: Staff | None = None

    async def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        job: Job = pickle.loads(row["job"])
        if job.at != self.work.number or job.unit is None or job.lost or job.error:
            return row
        try:
            again = not _first(self.work, job.unit)
            part = self.work.store.find(job.unit.name) if again else await self._ask(job.unit)
        except Stop as stop:
            part, job.error = None, str(stop)
        except Exception as error:
            part, job.error = None, _describe(error)
        return _passed(job, self.work, part)

    async def _ask(self, unit: Unit) -> Part:
        if self.teachers is None:  # made where they are asked: in the event loop
            self.teachers = self.make()
        try:
            return await ask_unit(self.work, unit, self.teachers)
        finally:
            self.teachers.note()


def _first(work: Pass, unit: Unit) -> bool:
    """Whether this is the first attempt at *unit*. If not, the one before died, or Ray lost its report."""
    try:
        (work.attempts / f"{work.number}-{unit.name}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _passed(job: Job, work: Pass, part: Part | None) -> dict[str, Any]:
    """*job* as it leaves *work*: with its part, on to the next pass; or without one, lost."""
    if part is None:
        job.lost = not job.error
    else:
        job.parts.append((work.number, replace(part, digests=[])))
        job.at, job.unit = work.number + 1, Unit.after(part, {})
    return {"job": pickle.dumps(job)}


def _describe(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"
