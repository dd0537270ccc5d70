"""The route of a build: its stages in order, the lanes along it, and the passes that gather stages split it into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...rules.reviews import REVIEWS
from ...schemas.lane_names import KnownLanes, LaneNames
from ...stages import Gather, Joining, Spawn, Stage, registry
from ...stages.stage import Misfit
from ...video.edit.edit_list import PIECES
from ..yaml.complaints import did_you_mean, listed

ADDED = {"media": "probe", "signals": "scan"}
"""The stage that is put in front of the first one that reads such a lane, when it is not listed."""


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One stage on the route; *listed* is its index in the config, None for one that the planner added."""

    stage: Stage
    listed: int | None
    in_pass: int = 0

    @property
    def added(self) -> bool:
        return self.listed is None

    @property
    def splits(self) -> bool:
        """Whether a pass begins with it."""
        return splits(self.stage)


@dataclass(frozen=True, slots=True)
class Route:
    """The stages of a build in order, and the lanes that are there before the first (*start*)."""

    steps: list[RouteStep]
    start: frozenset[str] = frozenset()

    @property
    def stages(self) -> list[Stage]:
        return [step.stage for step in self.steps]

    @property
    def opens_videos(self) -> bool:
        """Whether any stage opens a video file; if not, rows are made from labels alone."""
        return any(stage.opens_videos() for stage in self.stages)


@dataclass(frozen=True, slots=True)
class Gap:
    """The stage listed at *index* reads *lane*, which nothing before it writes."""

    index: int
    lane: str
    message: str
    hint: str = ""


@dataclass(slots=True)
class Known:
    """What is known of a listed stage while its config is checked: a stage with mistakes may still write lanes."""

    stage: Stage | None
    may_write: set[str] = field(default_factory=set)
    guessed: set[str] = field(default_factory=set)
    """Texts in its mistakes, any of which may have been meant for a lane: not missed, and not told as one."""
    unknown: bool = False
    """It could be anything, so nothing can be said of the lanes after it."""


def splits(stage: Stage) -> bool:
    """Whether *stage* must see every video, so that a new pass begins with it."""
    return isinstance(stage, Gather) and stage.gathers()


def start_lanes(labels: Iterable[Any]) -> set[str]:
    """The lanes that are there before the first stage: those of the label imports."""
    return {lane for label in labels for lane in label.lanes()}


def make_route(
    stages: Sequence[Stage],
    start: Iterable[str] = (),
    last: Iterable[Stage] = (),
    *,
    measured: bool = False,
    videos: bool = True,
) -> Route:
    """Lay *stages* out, adding ``probe`` and ``scan`` where they are needed and not listed, and *last* at the end.

    Where the lengths of videos must be *measured*, they are probed whatever the stages read; where there are *videos*
    at all, before the first stage that goes by their lengths.
    """
    route: list[tuple[Stage, int | None]] = [(stage, index) for index, stage in enumerate(stages)]
    route += [(stage, None) for stage in last]
    for lane in ("signals", "media"):  # scan itself reads media
        cls = registry.stage_class(ADDED[lane])
        by_length = videos and lane == "media"
        needed = (lane in stage.lanes_read() or (by_length and stage.wants_length()) for stage, _ in route)
        first = next((n for n, needs in enumerate(needed) if needs), None)
        written = any(lane in stage.lanes_written() for stage, _ in route[:first])
        first = 0 if first is None and measured and lane == "media" else first
        if cls is not None and first is not None and not written:
            # What is made at the end is made of the rows as they began: their ids must not change on the way.
            route.insert(0 if first >= len(stages) else first, (cls(), None))
    steps, passed = [], 0
    fed = [feed for stage, _ in route for feed in stage.feeds()]
    for stage, index in route:
        stage = stage.feeding(fed) if fed else stage
        passed += splits(stage)
        steps.append(RouteStep(stage, index, passed))
    return Route(steps, frozenset(start))


def writers(lane: str) -> list[str]:
    """The names of the stages that write *lane* as they come."""
    return [name for name, cls in registry.find_stages().items() if lane in _default_lanes(cls)]


def gaps(known: Sequence[Known], start: Iterable[str], *, sure: bool = True) -> Iterator[Gap]:
    """Every lane that a listed stage reads and that nothing before it writes.

    Args:
        known: the listed stages in order.
        start: lanes that are there before the first stage.
        sure: whether *start* is complete; if not, nothing is reported.
    """
    there, guessed = set(start), set[str]()
    later = [one.stage.lanes_written() if one.stage else set() for one in known]
    for index, one in enumerate(known):
        if one.unknown or not sure:
            return
        for lane in sorted(one.stage.lanes_read() - there - guessed) if one.stage else ():
            after = [n for n in range(index + 1, _new_videos(known, index)) if lane in later[n]]
            if lane in ADDED and not after and registry.stage_class(ADDED[lane]):
                there.add(lane)
                continue
            yield Gap(
                index,
                lane,
                f"reads the lane {lane}, which nothing before it writes.",
                _remedy(lane, after, known, there),
            )
            there.add(lane)  # said once
        there |= one.may_write | later[index]
        guessed |= one.guessed
        if isinstance(one.stage, Spawn):  # its videos are new ones
            if isinstance(one.stage, Joining):  # that keep what lay on the old ones
                there = (there - ADDED.keys()) | later[index]
            else:
                there, guessed = set(later[index]), set()


def misfits(known: Sequence[Known], start: Iterable[str], *, sure: bool = True) -> Iterator[tuple[int, Misfit]]:
    """The place and what is wrong with each stage whose settings do not go with what the stages before it lay.

    The arguments are those of ``gaps``; where *start* is not *sure*, spans of every lane may carry anything.
    """
    there: KnownLanes = dict.fromkeys(start)
    for index, one in enumerate(known):
        if one.unknown:
            return
        if one.stage is None:
            there |= dict.fromkeys(one.may_write)
            continue
        yield from ((index, misfit) for misfit in one.stage.misfits(there if sure else {}))
        laid = one.stage.names_laid()
        if isinstance(one.stage, Spawn) and not isinstance(one.stage, Joining):  # its videos are new ones
            there = {}
        if laid is None:
            laid = dict.fromkeys(there)
        for lane, names in laid.items():
            before = there.get(lane, LaneNames())
            there[lane] = before | names if names is not None and before is not None else None


def missing_vectors(known: Sequence[Known]) -> Iterator[tuple[int, Misfit]]:
    """The place of each stage that goes by the vectors of a lane to which no stage before it gives any."""
    laid: set[str] = set()
    for index, one in enumerate(known):
        if one.unknown or one.stage is None:
            return
        for lane in sorted(one.stage.vectors_read() - laid):
            hint = f"Put embed: {{of: {lane}}} before it, or keep_vectors: true into a match of that lane."
            yield index, Misfit((), f"goes by the vectors of the lane {lane}, which nothing before it keeps.", hint)
        if isinstance(one.stage, Spawn) and not isinstance(one.stage, Joining):  # its videos are new ones
            laid = set()
        laid |= one.stage.vectors_laid()


def unrendered(known: Sequence[Known]) -> Iterator[tuple[int, Misfit]]:
    """The place of each stage that opens the files of videos that are only planned, as no stage made them before it."""
    planner = unheard = ""
    for index, one in enumerate(known):
        if one.unknown or one.stage is None:
            return
        if lacking := {"": "", "pictures": planner, "sound": unheard}[one.stage.needs_file]:
            hint = "Put render: {mode: smart} between them."
            yield index, Misfit((), f"opens files of videos, and those that {lacking} plans have none yet.", hint)
        if PIECES in one.stage.lanes_written() and not (isinstance(one.stage, Joining) and one.stage.keeps_files):
            planner = one.stage.name()
            unheard = "" if isinstance(one.stage, Joining) else planner
        elif PIECES in one.stage.lanes_read() and "media" in one.stage.lanes_written():
            planner = unheard = ""


def unchecked(known: Sequence[Known]) -> Iterator[tuple[int, str]]:
    """What a person should know before a build: the remarks of stages on their settings, and the place of each stage
    that writes what no check after it looks at, with what to put there."""
    for index, one in enumerate(known):
        for remark in one.stage.remarks() if one.stage is not None else ():
            yield index, remark
        if one.stage is None or not (wanted := one.stage.wants_checks()):
            continue
        after = [other.stage for other in known[index + 1 :] if other.stage is not None]
        if len(after) < len(known) - index - 1:
            continue
        for lane, names in wanted.items():
            if left := names - _made_of(lane, after):
                kinds = {"questions": left - _RATIONALES, "rationales": left & _RATIONALES}
                what = f"captions into {lane}" if lane else " and ".join(kind for kind, some in kinds.items() if some)
                put = f"checks: [{', '.join(sorted(left))}]" + (f", captions: [{lane}]" if lane else "")
                yield index, f"writes {what} that nothing verifies. Put verify: {{{put}}} behind it."


_RATIONALES = {"rationale", "label"}
"""The checks of rationales."""


def _made_of(lane: str, after: Sequence[Stage]) -> set[str]:
    """The checks that stages make of what is written to *lane*, and of the lanes that others of them make of it."""
    made: set[str] = set()
    lanes = {lane}
    for stage in after:
        made |= {name for one, names in stage.makes_checks().items() if one in lanes for name in names}
        lanes |= stage.lanes_written() if stage.lanes_read() & lanes else set()
    return made


def input_complaints(known: Sequence[Known], given: bool) -> Iterator[tuple[tuple[Any, ...], str, str]]:
    """Where in the config, what is wrong and what to do where nothing comes in, or more than one stage can take.

    *given*: whether there are videos or labels. A stage with rows of its own comes first, and goes with no others.
    """
    own = [n for n, one in enumerate(known) if one.stage is not None and one.stage.rows_of_its_own()]
    if not given and 0 not in own and not any(one.stage is None for one in known[:1]):
        yield ("videos",), "missing: there is nothing to read.", "Give videos, or labels, or both."
    for index in own:
        if given or index:
            message = "makes its own videos, and no others can come in."
            yield ("stages", index), message, "List it first, in a config without videos and labels."


def without_files(known: Sequence[Known]) -> Iterator[tuple[int, str]]:
    """The place of the first stage that opens files of videos, where rows are of labels alone, and what to do."""
    for index, one in enumerate(known):
        if one.stage is None or ("media" in one.stage.lanes_written() and isinstance(one.stage, Spawn)):
            return
        if PIECES in one.stage.lanes_written() and not one.stage.opens_videos():  # it draws them
            return
        if "media" in one.stage.lanes_read() | one.stage.lanes_written():
            blind = " write look: null, or" if "look" in type(one.stage).model_fields else ""
            message = (
                "opens the files of videos, and there are labels alone: rows whose name is no file here will fail."
            )
            yield index, f"{message} To go without,{blind} leave it out; else give videos."
            return


def unmade_tasks(known: Sequence[Known]) -> Iterator[tuple[int, Misfit]]:
    """The place of each stage that names tasks of which no stage before it makes samples, and what is wrong."""
    made: set[str] = set()
    for index, one in enumerate(known):
        if one.unknown or one.stage is None:
            return
        for task, others in one.stage.unknown_tasks().items():
            if task not in made:
                there = [*sorted(made), *others]
                hint = did_you_mean(task, there, f"Known: {listed(there)}.")
                yield index, Misfit(("tasks",), f"no stage before it makes {task}.", hint)
        made |= one.stage.own_tasks()


def unread_reviews(labels: Sequence[Any], known: Sequence[Known]) -> Iterator[tuple[int, str]]:
    """The place of each label import with reviews of people, where no stage acts on them, and what to do."""
    if any(one.stage is None or REVIEWS in one.stage.lanes_read() for one in known):
        return
    for index, label in enumerate(labels):
        if label.lane == REVIEWS:
            yield index, "reviews that no stage acts on. List the stage corrections last."


def _new_videos(known: Sequence[Known], index: int) -> int:
    """The place after *index* from which stages see other videos than those before, the end if there is none."""
    return next((n for n in range(index, len(known)) if isinstance(known[n].stage, Spawn)), len(known) - 1) + 1


def _remedy(lane: str, after: list[int], known: Sequence[Known], there: set[str]) -> str:
    """What to do about a missing *lane*."""
    if after and (stage := known[after[0]].stage):
        return f"{stage.name()}, listed after it, writes {lane}: move it up."
    if names := writers(lane):
        return f"Put {listed(names)} before it{'' if lane in ADDED else ', or import the lane under labels'}."
    otherwise = (
        f"Lanes there: {', '.join(sorted(there))}."
        if there
        else "No stage writes it as it comes; import it under labels."
    )
    return did_you_mean(lane, there, otherwise)


def _default_lanes(cls: type[Stage]) -> set[str]:
    try:
        return cls().lanes_written()
    except ValueError:  # a plugin's stage with a setting that has no default
        return set(cls.writes)
