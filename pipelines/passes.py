"""From the road of a build to the passes that workers run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from ..schemas.source import Source
from ..stages import Gather, Stage
from .config import Config
from .road import Road
from .work import Pass

FACTS = frozenset({"media", "signals"})
"""What stages read and write like lanes, but that is not stored as one."""


def make_passes(config: Config, road: Road, sources: Iterable[Source], parts: Path) -> list[Pass]:
    """The passes of *road*, with everything that a worker needs to know; *parts* is where they commit."""
    names = stage_names(road.stages)
    lanes = road.start.union(
        *(stage.lanes_written() for stage in road.stages), *(source.lanes.keys() for source in sources)
    )
    passes: list[Pass] = []
    for number in range(max((step.in_pass for step in road.steps), default=0) + 1):
        stages = [step.stage for step in road.steps if step.in_pass == number]
        before = [stage for earlier in passes for stage in earlier.stages]
        passes.append(
            Pass(
                number,
                stages,
                [names.pop(0) for _ in stages],
                sorted(lanes - FACTS),
                parts.absolute(),
                parts.absolute().with_name("attempts"),
                config.cache.absolute(),
                config.seed,
                config.base.absolute(),
                [stage for stage in before if "signals" in stage.lanes_written() and _wants(stages, "signals")],
            )
        )
    for work, following in pairwise(passes):
        gather = following.stages[0]
        work.digest = gather if isinstance(gather, Gather) else None
    passes[-1].needs_samples = any(stage.makes_samples for stage in road.stages)
    return passes


def stage_names(stages: Iterable[Stage]) -> list[str]:
    """The name of each stage, with ``#2``, ``#3`` for those that are listed again."""
    seen: Counter[str] = Counter()
    names = []
    for stage in stages:
        seen[stage.name()] += 1
        count = seen[stage.name()]
        names.append(stage.name() if count == 1 else f"{stage.name()}#{count}")
    return names


def _wants(stages: Iterable[Stage], lane: str) -> bool:
    return any(lane in stage.lanes_read() | stage.uses for stage in stages)
