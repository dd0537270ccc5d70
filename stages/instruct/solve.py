"""The answer of a sample, worked out again from its evidence and parameters."""

from __future__ import annotations

from ...schemas import Evidence, Sample
from .clock import clock_of
from .family import find_families


def solve(task: str, evidence: list[Evidence], params: dict[str, str], duration: float) -> str:
    """The answer to a question of *task* about a video of *duration* seconds.

    Raises:
        KeyError: *task* is not made by rule.
    """
    return find_families()[task].solve(evidence, params, clock_of(params, duration))


def recompute(sample: Sample) -> str:
    """What the answer of *sample* must be. A sample with options has the right option's text.

    Raises:
        KeyError: the sample was not made by rule, so that its answer cannot be worked out.
    """
    return solve(sample.task, sample.evidence, sample.params, float(sample.params["duration"]))
