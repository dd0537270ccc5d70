"""Units of work in this process, one after the other, without Ray: for one video, and for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from ...schemas.input_video import Source
from ..storage.parts import Part
from ..teachers.worker_teachers import TeacherPool
from .passes import chains
from .remaining import Remaining
from .unit import Pass, ask_unit, run_unit
from .units import Unit

if TYPE_CHECKING:
    from .unit_state import UnitState

MakeTeachers = Callable[[], TeacherPool]


def run_chain_here(
    chain: Sequence[Pass], jobs: Iterable[UnitState], split: Any = None, teachers: MakeTeachers | None = None, *_: Any
) -> Iterator[tuple[int, str]]:
    """What ``run_chain`` of Ray does with units that do not die: the name of each part with the number of its pass."""
    for job in jobs:
        unit = job.unit
        for work in chain:
            if work.number >= job.at and unit is not None:
                part = run_unit_here(work, unit, teachers)
                yield work.number, part.name
                unit = Unit.after(part, {})


def run_passes_here(passes: list[Pass], sources: Sequence[Source], teachers: MakeTeachers) -> list[tuple[Pass, Part]]:
    """Take *sources* through *passes*, of which nothing has been done before: every part with its pass, in order."""
    remaining = Remaining(sources, slow=True, opens=True, processors=1)
    done: list[tuple[Pass, Part]] = []
    before: list[Part] = []
    for chain in chains(passes):
        begun = chain[0]
        _, units = remaining.first(begun) if begun.number == 0 else remaining.later(begun, before)
        before = []
        for first in units:
            unit: Unit | None = first
            for work in chain:
                if unit is not None:
                    part = run_unit_here(work, unit, teachers)
                    done.append((work, part))
                    unit = Unit.after(part, {})
                    before += [part] if work is chain[-1] else []
    return done


def run_unit_here(work: Pass, unit: Unit, teachers: MakeTeachers | None) -> Part:
    """Take *unit* through *work* in this process."""
    if not work.asks:
        return run_unit(work, unit)
    assert teachers is not None
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_ask(work, unit, teachers))
    with ThreadPoolExecutor(1) as beside:  # a notebook has a loop of its own, in this thread
        return beside.submit(asyncio.run, _ask(work, unit, teachers)).result()


async def _ask(work: Pass, unit: Unit, teachers: MakeTeachers) -> Part:
    pool = teachers()
    try:
        return await ask_unit(work, unit, pool)
    finally:
        await pool.note_aside()
        await pool.close()
