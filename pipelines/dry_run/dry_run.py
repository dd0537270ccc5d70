"""Takes one video through the stages of a config without asking a teacher, and notes what each would be asked."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...schemas import NotReady
from ...schemas.arrow import read_timelines
from ...schemas.stage_names import numbered
from ...stages import Gather, Stage, TeacherStage
from ..errors import UserError
from ..mixture.leaks import prepare
from ..planning.plan import asked_teachers, resolve_plan, sources_of
from ..run import live
from ..run.in_process import run_passes_here
from ..run.passes import make_passes
from ..run.unit import Pass
from ..settings.config import Config
from ..settings.route import Route
from ..storage.output_folder import STATE
from ..storage.parts import Part
from ..yaml.complaints import listed
from .unsent_request import Notes, UnsentRequest
from .unsent_teacher import UnsentTeachers
from .video_choice import choose_stages, choose_video


@dataclass(slots=True)
class DryRun:
    """What a build would ask about one video."""

    video: str
    """Its uri."""
    id: str
    duration: float | None
    """Seconds, as far as it came to be known."""
    inputs: int
    """How many inputs the config has."""
    requests: list[UnsentRequest]
    silent: dict[str, str] = field(default_factory=dict)
    """Why stages that ask teachers ask nothing, by the name that they are counted under."""
    remarks: list[str] = field(default_factory=list)
    """What else a reader must know."""
    tokens_out: dict[str, float] = field(default_factory=dict)
    """About how many tokens a reply has, by stage, as ``vdata plan`` takes it."""


def run_dry(
    config: Config, video: str = "", stage: str = "", say: Callable[[str], object] = lambda line: None
) -> DryRun:
    """The requests about *video* (a name, path, uri or id; empty: the first) of *stage* (empty: of all that ask).

    Nothing is sent and no reply is kept. What stages decode goes to the cache, as in a build.

    Raises:
        UserError: there is no such video or stage, the inputs cannot be found, or an extra is missing.
    """
    route = resolve_plan(config)
    names = numbered(one.name() for one in route.stages)
    wanted = choose_stages(stage, dict(zip(names, route.stages, strict=True)))
    sources = sources_of(config)
    source = choose_video(video, sources, config.output.path)
    if not wanted:
        return DryRun(source.uri, "", source.duration, len(sources), [], remarks=["No stage asks a teacher."])
    last = max(names.index(name) for name in wanted)
    route = replace(route, steps=route.steps[: last + 1])
    for one in route.stages:
        try:
            one.ready()
        except NotReady as missing:
            raise UserError(str(missing)) from missing
    prepare(config, route, lambda line: say(line))
    notes = Notes()
    with tempfile.TemporaryDirectory(prefix="vdata-prompts-") as folder:
        state = Path(folder) / STATE
        live.begin(state)
        passes = make_passes(config, route, [source], state / "parts")
        passes[-1].needs_samples = False
        teachers = asked_teachers(config, route)
        done = run_passes_here(passes, [source], lambda: UnsentTeachers(teachers, config.reply_cache.absolute(), notes))
        story = _Story(done)
    result = DryRun(
        source.uri, story.id, story.duration, len(sources), [one for one in notes.requests if one.stage in wanted]
    )
    labelled = dict(zip(names, route.stages, strict=False))
    asked = {one.stage for one in result.requests}
    marked = any(one.waits_for for one in notes.requests) or any(None in one.replies for one in notes.requests)
    result.silent = {name: story.why_silent(name, labelled[name], marked) for name in wanted if name not in asked}
    result.remarks = [*_gathers(route, labelled, len(sources)), *story.failures(asked)]
    result.tokens_out = {name: _tokens_out(labelled[name], story.duration or source.duration) for name in wanted}
    return result


def _gathers(route: Route, labelled: dict[str, Stage], inputs: int) -> list[str]:
    """That stages that compare videos have seen only one."""
    alone = [name for name, one in labelled.items() if isinstance(one, Gather) and one.gathers()]
    if not alone or inputs < 2:
        return []
    return [f"{listed(alone, 'and')} saw this video alone; in a build all {inputs:,} inputs are compared."]


def _tokens_out(stage: Stage, duration: float | None) -> float:
    """Tokens of one reply to *stage*, as the plan takes them."""
    demand = stage.demand(duration or 0.0) if isinstance(stage, TeacherStage) else None
    return demand.tokens_out / demand.calls if demand is not None and demand.calls else 0.0


class _Story:
    """What became of the video, from the *parts* that its passes committed."""

    def __init__(self, parts: Sequence[tuple[Pass, Part]]) -> None:
        self.rejects: list[dict[str, Any]] = []
        self.rows: Counter[str] = Counter()
        self.filled: set[str] = set()
        """The lanes that hold something."""
        self.id, self.duration = "", None
        for work, part in parts:
            tables = [work.store.table(part, name) for name in ("timelines", "samples", "rejects")]
            seen = {(one["stage"], one["reason"], one["span"], one["start"]) for one in self.rejects}
            self.rejects += [
                one
                for one in tables[2].to_pylist()
                if (one["stage"], one["reason"], one["span"], one["start"]) not in seen
            ]
            self.rows.update({label: count["rows"] for label, count in part.counts.items()})
            for video in read_timelines(*tables):
                self.filled |= {name for name, spans in video.lanes.items() if spans}
            if part.outcomes:
                self.id, self.duration = part.outcomes[0].id, part.outcomes[0].seconds

    def why_silent(self, name: str, stage: Stage, marked: bool) -> str:
        """Why the stage called *name* asked nothing; *marked*: replies before it were placeholders."""
        basis = " Replies before it are not known: with those of the teacher it may ask." if marked else ""
        ends = [one for one in self.rejects if not one["span"] and not one["lane"] and one["stage"] != name]
        if not self.rows[name]:
            if not ends:
                return f"the video does not come to it.{basis}"
            how = "drops" if ends[-1]["kind"] == "dropped" else "fails on"
            return f"the video does not come to it: {ends[-1]['stage']} {how} it ({_reason(ends[-1])}).{basis}"
        own = Counter(one["reason"] for one in self.rejects if one["stage"] == name)
        if own:
            told = ", ".join(f"{reason} ({number})" for reason, number in own.most_common(4))
            return f"it finds nothing to ask about; its rejects: {told}.{basis}"
        reads = sorted((stage.lanes_read() | stage.uses) - {"media", "signals"})
        empty = [lane for lane in reads if lane not in self.filled]
        if empty:
            lost = Counter(f"{one['stage']} drops {one['reason']}" for one in self.rejects if one["lane"] in empty)
            why = "".join(f"; {what} ({number})" for what, number in lost.most_common(4))
            lanes = f"the lane {empty[0]} is" if len(empty) == 1 else f"the lanes {listed(empty, 'and')} are"
            return f"it finds nothing to ask about: {lanes} empty{why}.{basis}"
        return f"it finds nothing to ask about in this video.{basis}"

    def failures(self, asked: set[str]) -> list[str]:
        """What went wrong in stages after they had asked."""
        failed = [one for one in self.rejects if one["kind"] == "failed" and one["stage"] in asked and not one["span"]]
        return [f"{one['stage']} fails after what it asks here ({_reason(one)})." for one in failed]


def _reason(reject: dict[str, Any]) -> str:
    value = f" {reject['value']:.4g}" if reject["value"] is not None else ""
    limit = f", limit {reject['threshold']:.4g}" if reject["threshold"] is not None else ""
    detail = f": {reject['detail']}" if reject["detail"] else ""
    return f"{reject['reason']}{value}{limit}{detail}"
