"""A unit on its way through a chain of passes, and the marks of attempts at it."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from ...video.decode import fetched_videos
from ..storage.cache import unkept
from ..storage.disk import explain
from ..storage.parts import Part
from .unit import Pass
from .units import Unit

PickledRow = dict[str, bytes]
"""A row of Ray Data: a ``UnitState``, pickled, under the key ``job``."""


@dataclass(slots=True)
class UnitState:
    """A unit on its way through a chain of passes; it stands before pass *at*."""

    at: int
    unit: Unit | None
    parts: list[tuple[int, str]] = field(default_factory=list)
    """The names of the parts that it has left behind, with the number of the pass of each."""
    lost: bool = False
    error: str = ""
    warning: str = ""
    """What the user should know although it goes on."""
    near: str = ""
    """The node that has copies of its videos, which lie elsewhere; empty: none has, or all see them as well."""


def first_attempt(work: Pass, unit: Unit) -> bool:
    """Whether this is the first attempt at *unit*. If not, the one before died, or Ray lost its report."""
    try:
        (work.attempts / f"{work.number}-{unit.name}").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def earlier(work: Pass, unit: Unit) -> Part | None:
    return work.store.earlier(unit.name, unit.given, work.settings)


def passed(job: UnitState, work: Pass, part: Part | None) -> PickledRow:
    """The row of *job* after the pass *work*: before the next pass when it has made a part, and else lost."""
    job.warning = job.warning or work.secrets.redact(unkept() or fetched_videos.unkept())
    if part is None:
        job.lost = not job.error
    else:
        job.parts.append((work.number, part.name))
        job.at, job.unit = work.number + 1, Unit.after(part, {})
    return {"job": pickle.dumps(job)}


def describe(error: Exception) -> str:
    if isinstance(error, OSError):
        return explain(error)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(frame.filename).name}:{frame.lineno})"
