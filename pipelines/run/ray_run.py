"""Units of work through Ray Data, with every unit accounted for.

Ray Data retries a task whose worker died for ever (measured on Ray 2.60), and the bound that it offers loses the block
without a word. So an attempt leaves a mark before it works: the next attempt finds it and reports the unit as lost
instead of trying again. Lost units are run again by halves until the row that kills its worker stands alone; after two
attempts that row fails, and its neighbours are done.

When Ray's own processes die, Ray prints pages and ends the program after a quarter of a minute (the raylet) or a minute
(the GCS). So what Ray Data yields is read in a thread, and the main one looks after these processes as it waits.
"""

from __future__ import annotations

import io
import logging
import math
import os
import pickle
import queue
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...schemas.atomic_file import remove_folder
from ...video.decode import fetched_videos
from ..errors import StopBuild
from ..interrupts import LISTENER
from ..storage.disk import explain, lacking
from . import cluster_token
from .asking import Asking, MakeTeachers, sharing
from .media_tasks import node_here
from .nodes import AskerNodes, follow, working
from .ray_adapter import (
    LOOPBACK,
    dead_process,
    end_stream,
    kill_processes,
    on_this_machine,
    placed_by,
    processes,
    set_environment,
)
from .reaper import Reaper
from .resources import Options, worker_options
from .unit import Pass, run_unit
from .unit_state import PickledRow, UnitState, describe, earlier, first_attempt, passed
from .units import Unit

UNITS_IN_FLIGHT = 64
"""Units that one actor of a pass that asks teachers works on at once; the teachers' own limits bound the requests."""
WAITING_UNITS = 1000
"""The same where replies take hours. They wait together: what one stage asks of all of them goes into few batches."""
MOST_BLOCKS = 2000
"""Ray plans a block in some milliseconds of this process: more units than this share blocks."""
BLOCKS_A_CPU = 64
"""So many blocks for each processor are enough, that none is idle for long at the end."""
UNITS_A_BLOCK = 64
"""As many units as a block has at most, up to ``MOST_BLOCKS``: what a process tells of before its block is done."""
OWN_BYTES = 2**20
"""With less room for its own files Ray does not start."""
STORE_BYTES = 512 * 2**20
"""Ray's object store here: rows carry no pixels."""
LOOK = 0.05
"""Seconds between two looks at Ray's processes."""
REACH_SECONDS = 10.0
GRACE = 1.0
"""Seconds: an error of Ray's may be seen before the death of the process that it comes from."""

PATIENCE = 30.0
"""Seconds for a reader to see that its stream has ended."""

Results = queue.SimpleQueue[Any]
"""Results (rows of Ray Data, or what workers return) as they come, and at the end None or an error."""
_reapers: list[Reaper] = []
"""One for each Ray that was started here."""


class BuildStopped(Exception):
    """The build cannot go on for now, for example because the disk is full. The text is for users."""


def start(address: str | None) -> bool:
    """Connect to the Ray cluster at *address*, or start Ray on this machine. True if it was started here.

    Raises:
        BuildStopped: it did not start.
    """
    set_environment(local=not address)
    import ray

    if ray.is_initialized():
        return False
    if not address and (full := lacking(_own_folder(), OWN_BYTES)):  # Ray would say so after half a minute, otherwise
        raise BuildStopped(f"Ray cannot start: {full}, or set RAY_TMPDIR to a folder elsewhere")
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    # "local": a Ray that runs here besides, or that RAY_ADDRESS names, would refuse these settings.
    own: dict[str, Any] = {"address": "local", "include_dashboard": False, "object_store_memory": STORE_BYTES}
    own |= {"_node_ip_address": LOOPBACK}
    try:
        if address:
            _reach(address)
            with LISTENER.held(), _silence():  # Ray that is half started cannot be ended
                cluster_token.agree(address)
                ray.init(address=address, **quiet)
        else:
            _reapers[:] = [*(reaper for reaper in _reapers if reaper.lives), Reaper()]
            with LISTENER.held(), _silence(), on_this_machine(), _reapers[-1].inside():
                ray.init(**own, **quiet)
    except KeyboardInterrupt:
        if not LISTENER.interrupted:
            stop()
        raise
    except Exception as error:  # Ray raises many kinds, with texts of many lines
        stop()
        reason = explain(error) if isinstance(error, OSError) and error.errno else _first_line(error).rstrip(".")
        raise BuildStopped(f"Ray did not start{f' at {address}' if address else ''}: {reason}") from error
    return True


def is_running() -> bool:
    """Whether Ray runs, started here or elsewhere."""
    import ray

    return bool(ray.is_initialized())


def _reach(address: str) -> None:
    """See that somebody listens at *address*, ``HOST:PORT``: Ray would try for two minutes, and print pages.

    Raises:
        OSError: nobody does.
    """
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), REACH_SECONDS).close()


def _own_folder() -> Path:
    """Where Ray keeps its logs and sockets, by its rules."""
    return Path(os.environ.get("RAY_TMPDIR") or os.environ.get("TMPDIR") or "/tmp")


def stop() -> None:
    """End Ray as ``start`` started it."""
    with LISTENER.held():
        _stop()


def _stop() -> None:
    import ray

    dead = dead_process()
    if not dead:
        ray.shutdown()
    else:
        kill_processes()
        with _silence(), redirect_stderr(io.StringIO()):  # for the seconds in which Ray finds that out, too
            ray.shutdown()
    for reaper in _reapers:
        reaper.close()
        if dead:
            reaper.wait()


@contextmanager
def _silence() -> Iterator[None]:
    """Hide what Ray's C++ writes to stderr, not what Python does."""
    python = sys.stderr
    python.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError):  # it need not be a file
        if python.fileno() == 2:
            sys.stderr = os.fdopen(kept, "w", buffering=1, encoding=python.encoding, errors="replace", closefd=False)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        sys.stderr = python
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def run_chain(
    chain: list[Pass],
    jobs: list[UnitState],
    split: Callable[[int, Unit], list[Unit]],
    teachers: MakeTeachers | None = None,
    warn: Callable[[str], object] = lambda text: None,
    say: Callable[[str], object] = lambda text: None,
) -> Iterator[tuple[int, str]]:
    """Take *jobs* through the passes of *chain*, none waiting for another; yield the names of the parts that are
    committed, by pass.

    A unit whose worker dies is run again as *split* says: cut in two, or once more. One that *split* gives up (an
    empty list) is not yielded: its row is the one that kills.

    *warn* is told that the cache is not written any more, *say* that there is no GPU for passes that need one.

    Raises:
        BuildStopped: a commit failed, a teacher's budget is spent, or Ray died.
        UserError: no node has what a pass asks for.
    """
    chain = [replace(work, most_askers=min(work.most_askers, len(jobs))) for work in chain]
    options = worker_options(chain, say) if jobs else {}
    # On a cluster nodes may join, and askers with them.
    most = sum(work.askers_on(1) if processes("raylet") else work.most_askers for work in chain if work.asks)
    with sharing(teachers, most) as making:
        yield from _rounds(chain, jobs, split, making, options, warn)


def _rounds(
    chain: list[Pass],
    jobs: list[UnitState],
    split: Callable[[int, Unit], list[Unit]],
    teachers: MakeTeachers | None,
    options: Mapping[int, Options],
    warn: Callable[[str], object],
) -> Iterator[tuple[int, str]]:
    """What ``run_chain`` does: a round for all *jobs*, and one each for what was lost in the round before."""
    waiting = jobs
    attempts = chain[0].attempts
    while waiting:
        _forget(attempts)
        own = attempts / uuid.uuid4().hex[:12]  # the last workers of a build that was killed find theirs gone, and stop
        own.mkdir(parents=True)
        lost: list[UnitState] = []
        for job in _stream([replace(work, attempts=own) for work in chain], waiting, teachers, options, warn):
            if job.warning:
                warn(job.warning)
            yield from job.parts
            if job.error:
                raise BuildStopped(job.error)
            if job.lost:
                lost.append(job)
        waiting = [UnitState(job.at, smaller) for job in lost if job.unit for smaller in split(job.at, job.unit)]
    _forget(attempts)


def _forget(attempts: Path) -> None:
    with suppress(OSError):
        remove_folder(attempts)


def _stream(
    chain: list[Pass],
    jobs: list[UnitState],
    teachers: MakeTeachers | None,
    options: Mapping[int, Options],
    warn: Callable[[str], object],
) -> Iterator[UnitState]:
    import ray

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray.data", "ray"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    rows = ({"job": pickle.dumps(job)} for job in jobs)
    dataset: Any = ray.data.from_items([*rows], override_num_blocks=_blocks(len(jobs)))
    cluster = not processes("raylet")
    for work in chain:
        step: Any = Asking if work.asks else _step
        if work.asks:
            most = WAITING_UNITS if work.waits else UNITS_IN_FLIGHT
            pool = ray.data.ActorPoolStrategy(
                size=work.askers_on(len(working())),
                max_tasks_in_flight_per_actor=most,
                max_concurrent_calls_per_actor=most,
            )
            dataset = dataset.map(
                step,
                fn_constructor_args=[work, teachers],
                compute=pool,
                **(placed_by(AskerNodes()) if cluster else {}),
                **options[work.number],
            )
        else:
            dataset = dataset.map(step, fn_args=[work], **options[work.number])
    results: Results = queue.SimpleQueue()
    ended = threading.Event()
    reader = threading.Thread(target=_read, args=(dataset, results, ended), name="ray rows", daemon=True)
    reader.start()
    if cluster and any(work.asks for work in chain):
        threading.Thread(target=follow, args=(dataset, chain, ended, warn), name="ray nodes", daemon=True).start()
    try:
        while (row := next_result(results, chain[0].secrets.redact)) is not None:
            yield pickle.loads(row["job"])
    finally:
        ended.set()
        if not LISTENER.interrupted and not dead_process():
            reader.join(GRACE)
            if reader.is_alive() and not LISTENER.listens:  # a notebook goes on, and Ray must not end under the reader
                end_stream(dataset)
                reader.join(PATIENCE)


def _blocks(units: int) -> int:
    """In how many blocks, each a task, so many *units* are given to Ray."""
    import ray

    resources: Any = ray.cluster_resources
    processors = float(resources().get("CPU", 1))
    wanted = max(math.ceil(BLOCKS_A_CPU * processors), math.ceil(units / UNITS_A_BLOCK))
    return min(units, wanted, MOST_BLOCKS)


def _read(dataset: Any, results: Results, ended: threading.Event) -> None:
    """Put the rows of *dataset* into *results*, and then None, or the error."""
    try:
        for row in dataset.iter_rows():
            if ended.is_set():
                return
            results.put(row)
        results.put(None)
    except BaseException as error:  # Ray ends its threads with SystemExit
        results.put(error)


def next_result(results: Results, redact: Callable[[str], str]) -> Any:
    """The next of *results*.

    Raises:
        BuildStopped: Ray failed, or one of its processes is dead.
        Interrupted: a signal has come, to us alone or to Ray's processes as well.
    """
    while True:
        LISTENER.check()
        try:
            found = results.get(timeout=LOOK)
        except queue.Empty:
            if dead := dead_process():
                raise _death(dead) from None
            continue
        if not isinstance(found, BaseException):
            return found
        end = time.monotonic() + GRACE
        while not (dead := dead_process()) and time.monotonic() < end:
            time.sleep(LOOK)
        LISTENER.check()
        raise _death(dead) if dead else BuildStopped(redact(f"Ray failed: {_first_line(found)}")) from found


def _death(dead: str) -> BuildStopped:
    LISTENER.check()
    stop()  # at once: Ray's C++ begins to complain
    return BuildStopped(f"Ray's {dead} process died (killed, or out of memory)")


def _first_line(error: BaseException) -> str:
    """The first line of an error of Ray's, without the stack traces that Ray adds."""
    cause = getattr(error, "cause", None) or error
    return next(iter(str(cause).strip().splitlines()), "") or type(cause).__name__


def _step(row: PickledRow, work: Pass) -> PickledRow:
    job: UnitState = pickle.loads(row["job"])
    if job.at != work.number or job.unit is None or job.lost or job.error:
        return row
    try:
        part = run_unit(work, job.unit) if first_attempt(work, job.unit) else earlier(work, job.unit)
        job.near = node_here() if fetched_videos.copied() else job.near
    except StopBuild as stop:
        part, job.error = None, work.secrets.redact(str(stop))
    except Exception as error:  # rows catch their own: this is the disk, the cache or a defect of ours
        part, job.error = None, work.secrets.redact(describe(error))
    return passed(job, work, part)
