"""Builds in the test's own process: the same units of work, one after the other, without starting Ray."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from vdata.pipelines.run import ray_run, remaining
from vdata.pipelines.run.unit import Pass, Unit, ask_unit, run_unit
from vdata.pipelines.storage.parts import Part


def without_ray(patch: pytest.MonkeyPatch, unit: int = 4) -> None:
    """From now on builds start no Ray; *unit*: how many rows of labels are in a unit of work."""
    patch.setattr(ray_run, "start", lambda *_: False)
    patch.setattr(ray_run, "run_chain", at_once)
    patch.setattr(remaining, "LABEL_UNIT", unit)


def at_once(chain: Any, jobs: Any, split: Any, teachers: Any = None, *_: Any) -> Iterator[tuple[int, Part]]:
    """What ``run_chain`` does with units that do not die."""

    async def ask(work: Pass, unit: Unit) -> Part:
        pool = teachers()
        try:
            return await ask_unit(work, unit, pool)
        finally:
            pool.note()
            for teacher in pool.values():
                await teacher.close()

    for job in jobs:
        unit: Unit | None = job.unit
        for work in chain:
            if work.number >= job.at and unit is not None:
                part = asyncio.run(ask(work, unit)) if work.asks else run_unit(work, unit)
                yield work.number, part
                unit = Unit.after(part, {})
