"""What a finished build asked about one of its videos: its stages that ask are run again, and nobody is asked.

A pass that asks begins with what the pass before left of each video, which the build keeps. So its requests are worked
out again from what its stages saw, and the replies to them are found in the cache by all that determined them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ...schemas import Failed
from ...schemas.build_record import BuildRecord
from ...stages import Stage, stage_class
from ..errors import UserError
from ..planning.plan import asked_teachers, resolve_plan, settings_of, sources_of
from ..run import live
from ..run.in_process import run_unit_here
from ..run.passes import make_passes
from ..run.unit import Pass
from ..run.units import Unit
from ..settings.config import Config
from ..storage.output_folder import STATE, OutputFolder, differences
from ..storage.parts import Parts
from ..storage.sealed import Damaged
from ..teachers.teacher_kinds import TeacherKind
from ..teachers.teacher_settings import TeacherSettings
from ..yaml.complaints import validate
from ..yaml.environment import expand
from .unsent_request import Notes, UnsentRequest
from .unsent_teacher import UnsentTeachers


@dataclass(slots=True)
class ReplayedAsking:
    """What was asked about one video, as far as it can be known."""

    requests: list[UnsentRequest] = field(default_factory=list)
    teachers: Mapping[str, TeacherSettings] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    """What is not known, and why, for people."""


def replay(folder: Path, record: BuildRecord, video: str, uri: str) -> ReplayedAsking:
    """What the build in *folder* asked about the *video* of this id and *uri*; nothing if it asked no teacher."""
    found = ReplayedAsking()
    if not record.settings.get("teachers"):
        return found
    if not OutputFolder(folder).parts.is_dir():
        found.remarks.append(f"What was asked is not known: {STATE}, in which a build keeps its steps, is not there.")
        return found
    notes = Notes()
    try:
        config = _config_of(record)
        route = resolve_plan(config)
        found.teachers = asked_teachers(config, route)
        if changes := differences(record.settings, settings_of(config, route)):
            found.remarks.append(f"vdata is another one by now: requests may differ from those of then ({changes[0]}).")
        replies = config.reply_cache.absolute()
        for work in make_passes(config, route, [], OutputFolder(folder).parts):
            if work.asks and (unit := _unit(work, config, video, uri)) is not None:
                _run(work, unit, lambda: UnsentTeachers(found.teachers, replies, notes, looks=False))
    except (UserError, Failed, Damaged, ValidationError, OSError, ValueError, KeyError) as error:
        said = " ".join(str(error).split())[:200] or type(error).__name__
        found.remarks.append(f"What was asked cannot be worked out again: {said}")
    found.requests = notes.requests
    return found


def _config_of(record: BuildRecord) -> Config:
    """The config that a build was made with; what it names need not be there any more.

    Raises:
        ValueError: this version of vdata cannot read it.
    """
    whole: dict[str, Any] = expand(record.config, os.environ).value
    adapter: TypeAdapter[TeacherSettings] = TypeAdapter(TeacherKind)
    teachers = {name: _read(adapter, {**one, "api_key": None}) for name, one in whole.get("teachers", {}).items()}
    stages: list[Stage] = []
    for entry in whole["stages"]:
        ((name, settings),) = entry.items()
        cls = stage_class(name)
        if cls is None:
            raise ValueError(f"there is no stage {name} here.")
        stages.append(cls.model_validate(settings))
    return Config.model_validate({**whole, "teachers": teachers, "stages": stages})


def _read(adapter: TypeAdapter[TeacherSettings], given: dict[str, Any]) -> TeacherSettings:
    """The settings of a teacher as a record has them: with keys that count for nothing, which no file may hold.

    Raises:
        ValueError: this version of vdata cannot read them.
    """
    given = {key: value for key, value in given.items() if value is not None}
    teacher, wrong = validate(adapter, given)
    if teacher is None:
        idle = {one.path[0] for one in wrong if one.path}
        teacher, wrong = validate(adapter, {key: value for key, value in given.items() if key not in idle})
    if teacher is None:
        raise ValueError("; ".join(one.message for one in wrong))
    return teacher  # type: ignore[no-any-return]


def _unit(work: Pass, config: Config, video: str, uri: str) -> Unit | None:
    """The unit of *work* with the one video; None: it did not come so far."""
    if work.number == 0:
        return next(
            (Unit.of([source], [source.fingerprint]) for source in sources_of(config) if source.uri == uri), None
        )
    before = Parts(work.parts / str(work.number - 1))
    for path in before.manifests():
        part = before.find(path.stem)
        if part is not None and any(one.id == video and one.state == "kept" for one in part.outcomes):
            return Unit(part.name, previous=part.name, only=[video])
    return None


def _run(work: Pass, unit: Unit, teachers: Any) -> None:
    """Run *unit* in a folder of its own, which sees what the pass before left."""
    with tempfile.TemporaryDirectory(prefix="vdata-why-") as place:
        state = Path(place) / STATE
        live.begin(state)
        (state / "parts").mkdir(parents=True, exist_ok=True)
        if work.number:
            (state / "parts" / str(work.number - 1)).symlink_to(work.parts / str(work.number - 1))
        run_unit_here(replace(work, parts=state / "parts", needs_samples=False, digest=None), unit, teachers)
