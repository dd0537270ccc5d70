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
from dataclasses import replace
from pathlib import Path
from typing import Any

from .parts import Part, Parts
from .work import Pass, Unit, run_unit

MOST_BLOCKS = 2000
"""Ray plans a block in about a millisecond: more units than this share blocks."""
STORE_BYTES = 512 * 2**20
"""Ray's object store here: rows carry no pixels."""


class UnitError(Exception):
    """A unit failed outside its rows, for example because the disk is full; its text is for the user."""


def start(address: str | None) -> bool:
    """Connect to the Ray cluster at *address*, or start Ray on this machine. True if it was started here."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    if ray.is_initialized():
        return False
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if address:
        ray.init(address=address, **quiet)
    else:
        ray.init(include_dashboard=False, object_store_memory=STORE_BYTES, **quiet)
    return True


def stop() -> None:
    """End Ray as ``start`` started it."""
    import ray

    ray.shutdown()


def run_units(work: Pass, units: list[Unit], split: Callable[[Unit], list[Unit]]) -> Iterator[Part]:
    """Run *units* and yield their parts as they are committed.

    A unit whose worker dies is run again as *split* says: cut in two, or once more. One that *split* gives up (an
    empty list) is not yielded: its row is the one that kills.

    Raises:
        UnitError: the commit of a unit failed.
    """
    waiting = units
    while waiting:
        shutil.rmtree(work.attempts, ignore_errors=True)
        work.attempts.mkdir(parents=True)
        lost: list[Unit] = []
        for done in _stream(work, waiting):
            if isinstance(done, Unit):
                lost.append(done)
            else:
                yield done
        waiting = [smaller for unit in lost for smaller in split(unit)]
    shutil.rmtree(work.attempts, ignore_errors=True)


def _stream(work: Pass, units: list[Unit]) -> Iterator[Part | Unit]:
    import ray

    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    for name in ("ray.data", "ray"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    rows = [{"unit": pickle.dumps(unit)} for unit in units]
    blocks = min(len(rows), MOST_BLOCKS)
    task: Any = _task
    dataset = ray.data.from_items(rows, override_num_blocks=blocks).map(task, fn_args=[work], num_cpus=1)
    for row in dataset.iter_rows():
        done = pickle.loads(row["part"])
        if isinstance(done, str):
            raise UnitError(done)
        yield done


def _task(row: dict[str, Any], work: Pass) -> dict[str, Any]:
    unit: Unit = pickle.loads(row["unit"])
    try:
        try:
            (work.attempts / unit.name).touch(exist_ok=False)
            part: Part | Unit = run_unit(work, unit)
        except FileExistsError:  # an earlier attempt died, unless it was Ray that lost its report
            part = Parts(work.parts / str(work.number)).find(unit.name) or unit
    except Exception as error:  # rows catch their own: this is the disk, the cache or a defect of ours
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        return {"part": pickle.dumps(f"{type(error).__name__}: {error} ({where})")}
    return {"part": pickle.dumps(replace(part, digests=[]) if isinstance(part, Part) else part)}
