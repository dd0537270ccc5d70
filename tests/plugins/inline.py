"""Builds in the test's own process: the same units of work, one after the other, without starting Ray."""

from __future__ import annotations

import pytest

from vdata.pipelines.run import ray_run, remaining
from vdata.pipelines.run.in_process import run_chain_here


def without_ray(patch: pytest.MonkeyPatch, unit: int = 4) -> None:
    """From now on builds start no Ray; *unit*: how many rows of labels are in a unit of work."""
    patch.setattr(ray_run, "start", lambda *_: False)
    patch.setattr(ray_run, "run_chain", run_chain_here)
    patch.setattr(remaining, "LABEL_UNIT", unit)
