"""The answer of a sample, worked out again from its evidence and parameters."""

from __future__ import annotations

from collections.abc import Mapping

from ..schemas import Evidence, Sample
from .clock import clock_of
from .family import Family, find_families


def rule_of(task: str, params: Mapping[str, str]) -> Family | None:
    """The family by which the answer follows from the evidence; None when a teacher's words are the answer.

    A teacher's question may have such an answer too (when, order, count); its parameter ``rule`` names the family.
    """
    return find_families().get(params.get("rule", task))


def solve(task: str, evidence: list[Evidence], params: dict[str, str], duration: float) -> str:
    """The answer to a question of *task* about a video of *duration* seconds.

    Raises:
        KeyError: no rule gives the answer to *task*.
    """
    family = rule_of(task, params)
    if family is None:
        raise KeyError(f"no rule gives the answer to {task!r}: it is in a teacher's words")
    return family.solve(evidence, params, clock_of(params, duration))


def recompute(sample: Sample) -> str:
    """What the answer of *sample* must be. A sample with options has the right option's text.

    Raises:
        KeyError: the answer is a teacher's words, so that it cannot be worked out (``rule_of`` tells).
    """
    return solve(sample.task, sample.evidence, sample.params, float(sample.params.get("duration", "inf")))
