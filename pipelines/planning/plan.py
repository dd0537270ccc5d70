"""The route of a config, and what a build of it would take, without decoding anything."""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...schemas import Failed, make_id
from ...schemas.input_video import ROW, Source
from ...schemas.stored_list import only
from ...schemas.uri import PLANNED
from ...stages import TeacherStage
from ..errors import UserError
from ..inputs.faults import NO_VIDEO, InputFault, no_video, told
from ..inputs.sources import find_sources
from ..settings.config import Config
from ..settings.route import Route, make_route, start_lanes
from ..teachers.teacher_settings import TeacherSettings

__all__ = [
    "Inputs",
    "Route",
    "asked_teachers",
    "cpu_seconds",
    "look_at_inputs",
    "resolve_plan",
    "settings_of",
    "sources_of",
    "spaced",
    "teacher_names",
]

SAMPLE = 24
"""Videos whose headers are read; the rest is extrapolated from them."""
HEADERS = "vdata.pipelines.inputs.headers:look"
"""What reads one, in a child process."""
PATIENCE = 20.0
"""Seconds after which no further header is read."""
FRAME_SECONDS = 0.002
PIXEL_SECONDS = 3e-9
"""What a scan takes of one core for a frame, and for each of its pixels: measured with H.264 of 176x144 to 1280x720."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What comes in, as far as file names, labels and the headers of a sample of files tell."""

    videos: int = 0
    """Inputs with a video to open."""
    label_only: int = 0
    """Inputs that are rows of a label file, without a video."""
    unusable: int = 0
    """Inputs that are known not to work before they are opened."""
    faults: tuple[InputFault, ...] = ()
    """Why."""
    bytes: int = 0
    read: int = 0
    """Videos whose headers were read …"""
    unreadable: int = 0
    """… and those where that failed."""
    unread: tuple[InputFault, ...] = ()
    """Why."""
    seconds: float | None = None
    """Length of all videos; None when nothing is known."""
    label_seconds: float = 0.0
    """Length of the label-only rows, as the labels say."""
    scan_seconds: float | None = None
    """What scanning all videos takes of one core, by the length and size of their pictures."""


def resolve_plan(config: Config) -> Route:
    """The stages that a build runs, those that the planner adds included."""
    videos, last = bool(config.videos), config.output.media.stages
    measured = videos and any(label.measures() for label in config.labels)
    return make_route(config.stages, start_lanes(config.labels), last, measured=measured, videos=videos)


def sources_of(config: Config) -> Sequence[Source]:
    """All inputs of *config*, in order.

    Raises:
        SourceError: they cannot be found.
    """
    if not config.videos and not config.labels and (names := config.stages[0].rows_of_its_own()):
        return [Source(PLANNED + make_id(name), name, attrs={ROW: name}, opens=False) for name in names]
    return find_sources(config.videos, config.labels, config.base, config.secrets, config.table_columns)


def settings_of(config: Config, route: Route) -> dict[str, Any]:
    """The settings that decide the result for a video, as JSON. A build with other settings is not continued.

    Which videos there are, what labels say of them and where things are put does not count here.
    """
    stages = [{"stage": stage.key, "version": stage.version, **stage.model_dump(mode="json")} for stage in route.stages]
    teachers = {name: settings.identity() for name, settings in asked_teachers(config, route).items()}
    whole = {"seed": config.seed, "stages": stages, **({"teachers": teachers} if teachers else {})}
    return config.secrets.redacted(whole)  # type: ignore[no-any-return]


def asked_teachers(config: Config, route: Route) -> dict[str, TeacherSettings]:
    """The settings of the teachers that the stages of *route* ask, by name."""
    asking = [stage for stage in route.stages if isinstance(stage, TeacherStage)]
    names = dict.fromkeys(name for stage in asking for name in teacher_names(config, stage))
    return {name: config.teachers[name] for name in names if name in config.teachers}


def teacher_names(config: Config, stage: TeacherStage) -> list[str]:
    """The names of the teachers that *stage* asks, the only one of *config* where it names none."""
    return [name or next(iter(config.teachers), "") for name in stage.teachers()]


def look_at_inputs(sources: Sequence[Source], sample: int = SAMPLE) -> Inputs:
    """Count *sources*, and read the headers of *sample* of them, evenly spaced."""
    from ...video.decode import sandbox
    from ...video.decode.source import reachable

    faults, places, sizes, rows, label_seconds = list[InputFault](), array("Q"), array("Q"), 0, 0.0
    for number, one in enumerate(sources):
        if one.problem is not None:
            faults += [InputFault.of(one)] if one.problem.kind == "failed" else []
        elif one.opens:
            places.append(number)
            sizes.append(one.size or 0)
        else:
            rows, label_seconds = rows + 1, label_seconds + (one.duration or 0.0)
    begun, read, unread = time.monotonic(), [], list[InputFault]()
    for source in spaced(only(sources, places), sample):
        if time.monotonic() - begun > PATIENCE:
            break
        try:
            with reachable(source.path or source.uri, part=True) as place:
                length, rate, pixels = sandbox.call(HEADERS, place, seconds=10, mib=1024)
            read.append((source, length, length * rate * (FRAME_SECONDS + pixels * PIXEL_SECONDS)))
        except (Failed, OSError, ValueError, sandbox.CallError) as failure:
            unread.append(InputFault.of(source, failure))
    sandbox.close()
    failed = len(unread)
    known = sum(length for _, length, _ in read)
    factor = _factor(sizes, [source.size or 0 for source, _, _ in read], failed)
    return Inputs(
        len(sizes),
        rows,
        len(sources) - len(sizes) - rows,
        tuple(faults),
        sum(sizes),
        len(read),
        failed,
        tuple(unread),
        known * factor if read else None,
        label_seconds,
        sum(cost for _, _, cost in read) * factor if read else None,
    )


def refuse_without_video(inputs: Inputs) -> None:
    """Refuse inputs of which none is a video, and that hold no rows of labels.

    Raises:
        UserError: with the reasons, their numbers and the first names.
    """
    faults = [*inputs.faults, *(one for one in inputs.unread if one.reason in NO_VIDEO)]
    if not faults or inputs.label_only or len(faults) < inputs.videos + len(inputs.faults):
        return
    raise UserError("\n".join([no_video(len(faults)), *told(faults)]))


def cpu_seconds(route: Route, inputs: Inputs) -> float | None:
    """Seconds of decoding on one core, once for each stage that decodes whole videos. None: nothing is known."""
    times = sum("signals" in stage.lanes_written() for stage in route.stages)
    if not times:
        return 0.0
    return None if inputs.scan_seconds is None else times * inputs.scan_seconds


def spaced(sources: Sequence[Source], most: int) -> list[Source]:
    """*most* of the *sources* in order, from the first to the last at even steps."""
    if len(sources) <= most:
        return list(sources)
    return [sources[round(n * (len(sources) - 1) / max(1, most - 1))] for n in range(most)]


def _factor(sizes: Sequence[int], read: Sequence[int], failed: int) -> float:
    """The ratio of all inputs to those *read*: by their *sizes* in bytes where each is known (not 0), else by count."""
    if not read:
        return 0.0
    if len(read) + failed == len(sizes):
        return 1.0
    if all(sizes):
        return len(read) / (len(read) + failed) * sum(sizes) / sum(read)
    return len(sizes) / (len(read) + failed)
