"""A fork: a build with other settings that takes over from another folder whatever they do not change.

The unit of what is taken over is a part of a pass: its tables are linked (or copied) and its manifest is written anew
for the settings of now. A pass is the same when its stages, their versions and teachers are, and all passes before it;
when the gather stage behind it, for which it leaves digests, is; and, for the last one, when it still is the last.
Whatever is done again finds its frame tables and replies in the caches. The other folder is only read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from ...schemas.atomic_file import copy as copied
from ...schemas.atomic_file import staged, sync_folder, write_bytes
from ...schemas.bucket_path import BucketPath, is_bucket
from ...schemas.build_record import Account, Usage
from ...schemas.input_video import Source
from ...stages import Gather, Spawn, Stage, TeacherStage
from ...stages.registry import find_stages
from ..errors import UserError
from ..planning.plan import settings_of, teacher_names
from ..settings.config import Config
from ..settings.route import Route, RouteStep, splits
from ..storage.output_folder import OutputFolder, differences, settings_id
from ..storage.parts import Part, Parts
from ..storage.sealed import Damaged, read_sealed, seal
from ..teachers.prompts import Prompts, read_prompts
from ..teachers.worker_teachers import LEDGER, PROMPTS, read_ledger, write_page
from .made_files import MEDIA
from .passes import in_passes, shows, stage_names
from .unit import PROBE
from .units import Unit

NOTE = "forked.json"
"""The name, in the state of a fork, of the note that everything was taken over."""
ASKING_A_STORE = 32
"""Parts that are copied at a time where one of the folders is in a bucket."""
CHANGED, AFTER = "changed", "comes after what changed"


@dataclass(frozen=True, slots=True)
class ForkedPass:
    """What becomes of one pass of a build in a fork of it."""

    stages: list[str]
    taken: list[Part]
    """The parts that are taken over, of the folder that is forked."""
    again: int
    """Rows that are done again or for the first time, at most."""
    why: str
    """Why some are, in a few words; empty when none is."""

    @property
    def rows(self) -> int:
        """The rows that are taken over."""
        return sum(len(part.outcomes) for part in self.taken)


@dataclass(frozen=True, slots=True)
class Fork:
    """What a build of another config takes over from the build in *old*."""

    old: OutputFolder
    settings: dict[str, Any]
    """Those of the new build."""
    changes: list[str]
    """What differs between the settings, a line each."""
    passes: list[ForkedPass]
    rendered: int | None
    """The pass whose rows are made again, but by the same stages as far as files are made: these are there already."""

    def shares(self) -> list[float]:
        """For each stage, the share of the rows that come to it again."""
        return [one.again / max(1, one.rows + one.again) for one in self.passes for _ in one.stages]

    def take_over(self, folder: OutputFolder) -> None:
        """Put what is taken over into *folder*, which this process holds; once, however often it is called.

        Raises:
            OSError: a file cannot be written there.
        """
        if (folder.state / NOTE).exists():
            return
        jobs: list[Callable[[], None]] = []
        for number, one in enumerate(self.passes):
            store, target = Parts(self.old.parts / str(number)), Parts(folder.parts / str(number))
            if one.taken:
                target.folder.mkdir(parents=True, exist_ok=True)
            jobs += [partial(_take, store, part, target, settings_id(self.settings)) for part in one.taken]
        if self.rendered is not None:  # copies, since the stages may write to them
            store, place = Parts(self.old.parts / str(self.rendered)), folder.parts / str(self.rendered)
            files = {entry["file"] for part in sound(store) for entry in _made(part)}
            jobs += [partial(_link, store.folder / file, place / file, copy=True) for file in files]
        far = is_bucket(folder.path) or is_bucket(self.old.path)
        with ThreadPoolExecutor(ASKING_A_STORE if far else 1) as pool:
            list(pool.map(_unless_gone, jobs))
        self._take_accounts(folder)
        write_bytes(seal({"generation": "", "settings": self.settings}), folder.state / NOTE)

    def _take_accounts(self, folder: OutputFolder) -> None:
        """Take over what teachers were instructed for the stages that are not asked again, and, as saved, its cost."""
        anew = {name.partition("#")[0] for one in self.passes if not one.taken for name in one.stages}
        asked = self.settings.get("teachers", {})
        saved: Account = {}
        for teacher, purposes in read_ledger(self.old.state / LEDGER).items():
            own = {purpose: _saved(usage) for purpose, usage in purposes.items() if purpose not in anew}
            if own and teacher in asked:
                saved[teacher] = own
        if saved:
            write_page(folder.state / LEDGER, "forked", saved)
        prompts = read_prompts(self.old.state / PROMPTS)
        Prompts(folder.state / PROMPTS).note(
            (teacher, purpose, text)
            for teacher, purposes in prompts.items()
            for purpose, texts in purposes.items()
            for text in texts
            if purpose not in anew and teacher in asked
        )


def plan_fork(path: Path, config: Config, route: Route, sources: Sequence[Source]) -> Fork:
    """What a build of *config* over *sources* takes over from the folder *path*. Nothing is written.

    Raises:
        UserError: the folder holds no build, or one whose settings are lost.
    """
    old, now = OutputFolder(path), settings_of(config, route)
    try:
        before = read_sealed(old.settings)
    except (Damaged, OSError):
        raise UserError(
            f"{path}: holds no build whose settings are known, so that there is nothing to fork. "
            "Name its folder with --out or output.path, and the new one with --fork."
        ) from None
    same, why = _same_passes(before, now, config, route)
    order = {source.fingerprint for source in sources}
    left, names, passes = len(sources), stage_names(route.stages), list[ForkedPass]()
    standing: list[Part] = []
    for number, stages in enumerate(in_passes(route)):
        labels = names[sum(len(one.stages) for one in passes) :][: len(stages)]
        kept = [outcome.id for part in standing for outcome in part.outcomes if outcome.state == "kept"]
        if number < same:
            parts = [part for part in sound(Parts(old.parts / str(number))) if part.settings == settings_id(before)]
            gathers = bool(number and stages and splits(stages[0]))
            parts = _standing(parts, standing, gathers) if number else _of_inputs(parts, order)
            done = {outcome.id for part in parts for outcome in part.outcomes}
            if not number:
                left -= sum(len(part.outcomes) for part in parts)
            elif not isinstance(stages[0], Spawn) or not parts:
                left += len(set(kept) - done)
            passes.append(ForkedPass(labels, parts, left, "inputs are new, changed or not done" if left else ""))
            standing = parts
        else:
            left += len(kept)
            passes.append(ForkedPass(labels, [], left, (why if number == same else AFTER) if left else ""))
            standing = []
    rendered = same if _files_are_same(before, now, route, same) else None
    return Fork(old, now, differences(before, now), passes, rendered)


def sound(store: Parts) -> list[Part]:
    """The parts of *store* whose manifests are whole. Their files are looked at where they are used."""
    return [part for path in store.manifests() if (part := store.find(path.stem)) is not None]


def _of_inputs(parts: Sequence[Part], inputs: set[str]) -> list[Part]:
    """Those of *parts*, of the first pass, whose rows are all among the *inputs* and need no other try."""
    found: list[Part] = []
    seen: set[str] = set()
    for part in parts:
        keys = {outcome.key for outcome in part.outcomes}
        if keys <= inputs - seen and not any(outcome.again for outcome in part.outcomes):
            found.append(part)
            seen |= keys
    return found


def _standing(parts: Sequence[Part], before: Sequence[Part], gathers: bool) -> list[Part]:
    """Those of *parts* that were made from the parts *before*; what a gather stage said is seen when the build runs."""
    units = {unit.previous: unit for part in before if (unit := Unit.after(part, {}))}
    found = [part for part in parts if part.previous in units and not any(one.again for one in part.outcomes)]
    return [part for part in found if gathers or part.given == units[part.previous].given]


def _same_passes(before: dict[str, Any], now: dict[str, Any], config: Config, route: Route) -> tuple[int, str]:
    """How many passes, from the first, are those of the settings *before*; and why the next one is not."""
    new, old = in_passes(route), in_passes(_old_route(before, route.stages))
    if before.get("seed") != now["seed"]:
        return 0, "the seed is another"
    of_new, of_old = _entries(now, new), _entries(before, old)
    samples = any(stage.gives_samples() for stage in route.stages)
    sampled = any(stage.gives_samples() for stages in old for stage in stages)
    known = len(old) if sum(map(len, old)) == len(before["stages"]) else len(old) - 1  # who knows how the last went on
    for number, stages in enumerate(new):
        if number >= known or of_new[number] != of_old[number]:
            return number, CHANGED
        asked = {name for stage in stages if isinstance(stage, TeacherStage) for name in teacher_names(config, stage)}
        if any(before.get("teachers", {}).get(name) != now.get("teachers", {}).get(name) for name in asked):
            return number, "its teacher is another"
        if (behind := _gather(new, of_new, number)) != _gather(old, of_old, number) and behind:
            return number, f"leaves other digests for {behind['stage']}"
        last = number == len(new) - 1
        if last != (number == len(old) - 1) and samples:
            return number, "is the last now" if last else "is not the last any more"
        if last and (sampled, shows(chain(*old))) != (samples, shows(route.stages)):
            return number, "samples show other files"
    return len(new), ""


def _files_are_same(before: dict[str, Any], now: dict[str, Any], route: Route, number: int) -> bool:
    """Whether the pass *number*, which has changed, has not changed up to the stage that makes files of its rows."""
    passes = in_passes(route)
    if number >= len(passes) or before.get("seed") != now["seed"]:
        return False
    first = sum(map(len, passes[:number]))
    own = enumerate(passes[number], first + 1)
    makers = [n for n, stage in own if "media" in stage.lanes_written() and stage.name() != PROBE]
    return bool(makers) and now["stages"][: makers[0]] == before["stages"][: makers[0]]


def _entries(settings: dict[str, Any], passes: Sequence[Sequence[Stage]]) -> list[list[dict[str, Any]]]:
    """The settings of the stages of each pass."""
    stages = iter(settings["stages"])
    return [[next(stages) for _ in one] for one in passes]


def _gather(
    passes: Sequence[Sequence[Stage]], entries: Sequence[Sequence[dict[str, Any]]], number: int
) -> dict[str, Any] | None:
    """The settings of the gather stage behind the pass *number*, for which its rows are digested."""
    following = passes[number + 1] if number + 1 < len(passes) else []
    return entries[number + 1][0] if following and isinstance(following[0], Gather) and splits(following[0]) else None


def _old_route(settings: dict[str, Any], stages: Sequence[Stage]) -> Route:
    """The route of a build with these *settings*, up to a stage that is neither installed nor among *stages*."""
    steps: list[RouteStep] = []
    classes = {cls.key: cls for cls in (*find_stages().values(), *(type(stage) for stage in stages))}
    passed = 0
    for entry in settings["stages"]:
        cls = classes.get(entry["stage"])
        if cls is None:
            break
        keys = {name: info.alias or name for name, info in cls.model_fields.items()}
        given = {keys.get(key, key): value for key, value in entry.items() if key not in ("stage", "version")}
        try:
            stage = cls.model_validate(given)
        except ValueError:
            break
        passed += splits(stage)
        steps.append(RouteStep(stage, None, passed))
    return Route(steps)


def _take(store: Parts, part: Part, target: Parts, settings: str) -> None:
    """Put *part* of *store* into *target*, for a build with *settings* (their id)."""
    for entry in part.files.values():
        _link(store.folder / entry["file"], target.folder / entry["file"])
    sync_folder(target.folder)
    write_bytes(seal(asdict(replace(part, settings=settings))), target.folder / f"{part.name}.json")


def _unless_gone(job: Callable[[], None]) -> None:
    """Do *job*, unless a build in the old folder has taken away what is to be taken over."""
    with suppress(FileNotFoundError):
        job()


def _made(part: Part) -> list[Any]:
    """The files of *part* that were made for its rows."""
    return [entry for name, entry in part.files.items() if name.startswith(MEDIA)]


def _link(path: Path, target: Path, *, copy: bool = False) -> None:
    """Make *target* a hard link of the file *path*, or a copy; a copy also where there are no links. What is there
    already stays.
    """
    target = target.resolve() if isinstance(target, BucketPath) else Path(os.path.normpath(target))
    if target.exists():
        return
    if isinstance(target, BucketPath):
        copied(path, target)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with staged(target) as staging:
        if not copy and not isinstance(path, BucketPath):
            with suppress(OSError):
                os.link(path, staging)
        if not staging.exists():
            copied(path, staging)
        os.replace(staging, target)


def _saved(usage: Usage) -> Usage:
    """What a fork saves by not asking again what cost *usage*."""
    return Usage(
        saved_calls=usage.calls - usage.failed + usage.saved_calls,
        saved_tokens=usage.tokens_in + usage.tokens_out + usage.saved_tokens,
        saved_dollars=usage.dollars + usage.saved_dollars,
    )
