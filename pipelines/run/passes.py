"""From the route of a build to the passes that workers run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from pathlib import Path

from ...schemas.input_video import Source
from ...schemas.stage_names import numbered
from ...stages import Gather, Stage, TeacherStage
from ...stages.media.media_files import LANES
from ..planning.plan import settings_of, teacher_names
from ..settings.config import Config
from ..settings.route import Route
from ..storage.output_folder import settings_id
from ..teachers.teacher_settings import TeacherSettings
from .unit import ATTEMPTS, Pass

FACTS = frozenset({"media", "signals"})
"""What stages read and write like lanes, but that is not stored as one."""


def make_passes(config: Config, route: Route, sources: Sequence[Source], parts: Path) -> list[Pass]:
    """The passes of *route*, with everything that a worker needs to know; *parts* is where they commit.

    A new pass begins with a gather stage, wherever stages that ask teachers follow others or the other way round, and
    before and after stages that need a GPU.
    """
    names = stage_names(route.stages)
    lanes = set(route.start.union(*(stage.lanes_written() for stage in route.stages)))
    addresses: dict[str, str] = {}
    for source in sources:
        lanes.update(source.lane_names)
        if source.hidden:
            addresses[source.uri] = source.path
    passes: list[Pass] = []
    for number, stages in enumerate(in_passes(route)):
        labels = names[sum(len(one.stages) for one in passes) :][: len(stages)]
        resources = [config.resources[label] for label in labels if label in config.resources]
        before = [stage for earlier in passes for stage in earlier.stages]
        passes.append(
            Pass(
                number,
                stages,
                labels,
                sorted(lanes - FACTS),
                parts.absolute(),
                parts.absolute().with_name(ATTEMPTS),
                config.cache.absolute(),
                config.seed,
                config.base.absolute(),
                parts.absolute().parents[1] / "media",
                [stage for stage in before if "signals" in stage.lanes_written() and _wants(stages, "signals")],
                secrets=config.secrets,
                cpus=max((one.cpus for one in resources if one.cpus is not None), default=None),
                memory_gb=max((one.memory_gb for one in resources), default=0.0),
                askers=max((one.askers for one in resources), default=1),
                most_askers=min((one.askers for stage in stages for one in _asked(config, stage)), default=1),
                addresses=addresses,
                settings=settings_id(settings_of(config, route)),
                waits=any(one.waits for stage in stages for one in _asked(config, stage)),
                shows=shows(route.stages),
            )
        )
    for work, following in pairwise(passes):
        gather = following.stages[0]
        if following.gathers and isinstance(gather, Gather):
            work.digest, work.digest_label = gather, following.labels[0]
            if _wants([gather], "signals"):
                work.restore = [
                    stage for one in passes[: work.number] for stage in one.stages if "signals" in stage.lanes_written()
                ]
    passes[-1].needs_samples = any(stage.gives_samples() for stage in route.stages)
    return passes


def in_passes(route: Route) -> list[list[Stage]]:
    """The stages of each pass of *route*. The first pass has none when a gather stage comes first."""
    groups = groupby(route.steps, lambda step: (step.in_pass, _asks(step.stage), step.stage.gpus()))
    passes = [[step.stage for step in group] for _, group in groups]
    return passes if route.steps and route.steps[0].in_pass == 0 else [[], *passes]


def shows(stages: Iterable[Stage]) -> str:
    """What *stages* make of what samples show: ``clips``, ``frames``, or nothing, ``reference``."""
    lanes = set[str]().union(*(stage.lanes_written() for stage in stages))
    return next((lane for lane in LANES if lane in lanes), "reference")


def chains(passes: list[Pass]) -> list[list[Pass]]:
    """*passes* in groups that stream: only a pass that gathers waits for the one before."""
    grouped: list[list[Pass]] = []
    for work in passes:
        if work.gathers or not grouped:
            grouped.append([])
        grouped[-1].append(work)
    return grouped


def stage_names(stages: Iterable[Stage]) -> list[str]:
    """The name of each stage, with ``#2``, ``#3`` for those that are listed again."""
    return numbered(stage.name() for stage in stages)


def _asks(stage: Stage) -> bool:
    return isinstance(stage, TeacherStage)


def _asked(config: Config, stage: Stage) -> list[TeacherSettings]:
    """The teachers that *stage* asks."""
    names = teacher_names(config, stage) if isinstance(stage, TeacherStage) else []
    return [config.teachers[name] for name in names if name in config.teachers]


def _wants(stages: Iterable[Stage], lane: str) -> bool:
    return any(lane in stage.lanes_read() | stage.uses for stage in stages)
