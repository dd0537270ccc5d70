"""The reader of configs. It reports every mistake at once, with its line, and opens no file but the YAML."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ...stages import Joining, Spawn, TeacherStage, registry
from ...stages.labels import FileImporter
from ...stages.labels.label_kinds import LABELS, LabelImport
from ...video.edit.edit_list import PIECES
from ..errors import ConfigError, Problem, in_order
from ..yaml.complaints import Complaint, class_of, did_you_mean, faulty_parts, known_keys, shown, sound_part, validate
from ..yaml.environment import expand, from_environment
from ..yaml.old_words import OldWords
from ..yaml.secrets import Secrets, secrets_around, secrets_in
from ..yaml.yaml_lines import Document
from ..yaml.yaml_lines import Path as Keys
from . import overrides as sets
from .asked_teachers import teacher_complaints
from .config import LONG, Config
from .extends import KEY as EXTENDS
from .extends import read_extended
from .label_columns import column_complaints
from .language_files import LanguageFiles
from .old_config import read_old_config
from .paths import missing, text_of
from .published_texts import INSTEAD, placed_texts, published_secrets
from .route import (
    ADDED,
    Known,
    gaps,
    input_complaints,
    misfits,
    missing_vectors,
    start_lanes,
    unchecked,
    unmade_tasks,
    unread_reviews,
    unrendered,
    without_files,
)
from .stage_entries import crowded, read_code, resource_complaints, spelt_out
from .word_files import words_of_files

KEYS = tuple(Config.model_fields)


class ConfigReader:
    """A reader of one config file, which collects the problems with it."""

    def __init__(self, path: Path, base: Path | None = None, text: str | None = None, *, find: bool = True) -> None:
        """*find*: whether the files that the config names must be there."""
        self.path, self.base, self.given, self.find = path, base or Path.cwd(), text, find
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        """Words of older versions, which are read as the new ones."""
        self.document = Document()
        self.words = LanguageFiles(self.base)
        self.files: dict[Keys, str] = {}
        """The file of each path in the document; empty: the config itself."""
        self.origins: dict[Keys, str] = {}
        self.written: dict[Keys, tuple[str, str]] = {}
        self.secrets: dict[str, str] = {}
        self.hidden = Secrets()
        self.tree: Any = None

    def read(self, overrides: Sequence[str], environ: Mapping[str, str]) -> Config | None:
        """Read the file with *overrides* applied and variables of *environ* filled in; None when there are problems."""
        text = self._text()
        if text is None:
            return None
        found = read_extended(text, self.path, self.base if self.given is not None else None)
        self.document, self.files = found.document(), {at: file for at, (file, _) in found.places.items()}
        self.tree = tree = found.value
        for file, mistake in found.mistakes:
            problem = self._problem(mistake.path, mistake.message, mistake.hint, mistake.line)
            self.problems.append(replace(problem, where=file or str(self.path)))
        if not isinstance(tree, dict):
            if not self.problems:
                message = "the file is empty." if tree is None else f"must be keys with values, got {shown(tree)}."
                self._add((), message, f"A config begins with {', '.join(KEYS[:4])}.", line=0 if tree is None else None)
            return None
        tree = self._in_new_words(tree)
        changed = sets.apply(tree, overrides, KEYS)
        self.origins = changed.origins
        self.problems += changed.problems
        self.warnings += changed.warnings
        expanded = expand(self._in_new_words(changed.tree, replace=True), environ)
        self.tree, self.written = expanded.value, expanded.written
        self.secrets = secrets_in(self.tree, expanded.used)
        self.hidden = Secrets(secrets_around(environ) | self.secrets)
        for mistake in expanded.mistakes:
            self._add(mistake.path, mistake.message, mistake.hint)
        config = self._top()
        labels, sure = self._labels()
        open_ended = any(label.open_ended() for label in labels)
        teachers = self._teachers()
        stages = self._stages()
        for at, message, hint in input_complaints(stages, bool(self.tree.get("videos") or self.tree.get("labels"))):
            self._add(at, message, hint)
        for index, key, message, hint in teacher_complaints(stages, self.tree.get("teachers"), teachers):
            self._add(("stages", index, self._stage_name(index), *key), message, hint)
        for index, one in enumerate(stages):
            for place, path in one.stage.paths().items() if one.stage is not None else ():
                self._exists(path, ("stages", index, self._stage_name(index), *place))
        self._videos()
        self._output()
        for at, message, hint in resource_complaints(self.tree):
            self._add(at, message, hint)
        self._published(stages)
        for gap in gaps(stages, start_lanes(labels), sure=sure and not open_ended):
            self._add(("stages", gap.index, self._stage_name(gap.index)), gap.message, gap.hint)
        unfit = misfits(stages, start_lanes(labels), sure=sure and not open_ended)
        for index, wrong in [*unmade_tasks(stages), *missing_vectors(stages), *unrendered(stages), *unfit]:
            self._add(("stages", index, self._stage_name(index), *wrong.path), wrong.message, wrong.hint)
        self.warnings += [self._problem(("stages", at, self._stage_name(at)), text) for at, text in unchecked(stages)]
        self.warnings += [self._problem(("labels", at), text) for at, text in unread_reviews(labels, stages)]
        for index, text in without_files(stages) if labels and not self.tree.get("videos") else ():
            self.warnings.append(self._problem(("stages", index, self._stage_name(index)), text))
        if config is not None and sure and not open_ended:
            self._media(config, stages, start_lanes(labels))
        if self.problems or config is None:
            self.problems = in_order(self.problems, str(self.path))
            return None
        return config.model_copy(
            update={"stages": [one.stage for one in stages], "labels": labels, "teachers": teachers}
        )

    def _text(self) -> str | None:
        text, problem = (self.given, None) if self.given is not None else text_of(self.path)
        self.problems += [Problem(str(self.path), 0, "", *problem)] if problem is not None else []
        return text

    def _in_new_words(self, tree: dict[str, Any], *, replace: bool = False) -> dict[str, Any]:
        """*tree* with the words of older versions replaced, with a warning at each place in the file or an override.

        *replace*: whether values under old keys, as of overrides, replace those under new ones.
        """
        old, self.tree = OldWords(), tree
        tree = read_old_config(tree, old, replace=replace)
        self.warnings += [self._problem(path, message) for path, message in old.found]
        self.problems += [self._problem(path, message, "Remove one.") for path, message in old.twice]
        self.document.lines, self.origins = old.moved(self.document.lines), old.moved(self.origins)
        self.files = old.moved(self.files)
        return spelt_out(tree)

    def _top(self) -> Config | None:
        """Validate all keys but the stages, labels and teachers."""
        rest = {key: value for key, value in self.tree.items() if key not in ("stages", "labels", "teachers")}
        config, wrong = validate(Config, rest, self._asked(()))
        for one in wrong:
            hint = one.hint
            if one.message == "unknown key.":
                own = (EXTENDS,) if len(one.path) == 1 else ()
                hint = self._other_home(str(one.path[-1]), [*known_keys(Config, one.path[:-1]), *own])
            elif one.path == ("output",) and one.message.startswith("must be") and isinstance(rest["output"], str):
                hint = "Write output: {path: …}."
            elif one.path[:1] == ("output",) and one.message == "missing.":
                hint = "For example output: {path: out/demo}."
            self._add(one.path, one.message, hint)
        if "teachers" in self.tree and not isinstance(self.tree["teachers"], (dict, type(None))):
            self._add(("teachers",), "must be names with settings.", "Write `watcher: {kind: openai, model: …}`.")
        for key in ("stages", "labels"):
            if key in self.tree and not isinstance(self.tree[key], (list, type(None))):
                hint = "Begin each entry with a dash: `- …`."
                self._add((key,), f"must be a list, got {shown(self.tree[key])}.", hint)
        if not self.tree.get("stages"):
            self._add(
                ("stages",), "missing: nothing would be done.", "List at least one stage; `vdata stages` shows them."
            )
        return config  # type: ignore[no-any-return]

    def _labels(self) -> tuple[list[Any], bool]:
        """The label imports without mistakes, and whether these are all."""
        entries = self.tree.get("labels")
        if not isinstance(entries, list) or not entries:
            return [], not entries
        adapter: TypeAdapter[Any] = TypeAdapter(LabelImport)
        labels: list[Any] = []
        for index, entry in enumerate(entries):
            at: Keys = ("labels", index)
            label, wrong = validate(adapter, entry, self._asked(at))
            model = class_of(LABELS.find(), entry)
            for one in wrong:
                self._add((*at, *one.path), *self._explained(one, model or LabelImport))
            named = entry.get("path") if isinstance(entry, dict) else None
            if isinstance(named, str) and (model is None or issubclass(model, FileImporter)):
                self._exists(named, (*at, "path"))
            if label is not None:
                labels.append(label)
            for keys, message, hint in column_complaints(label, self.base) if self.find else ():
                self._add((*at, *keys), message, hint)
        return labels, len(labels) == len(entries)

    def _teachers(self) -> dict[str, Any]:
        """The teachers without mistakes, by name."""
        entries = self.tree.get("teachers")
        if not isinstance(entries, dict):
            return {}
        from ..teachers.teacher_kinds import TEACHERS, TeacherKind

        adapter: TypeAdapter[Any] = TypeAdapter(TeacherKind)
        teachers: dict[str, Any] = {}
        for name, entry in entries.items():
            at: Keys = ("teachers", str(name))
            teacher, wrong = validate(adapter, entry, self._asked(at))
            for one in wrong:
                self._add((*at, *one.path), *self._explained(one, class_of(TEACHERS.find(), entry) or TeacherKind))
            if teacher is not None:
                teachers[str(name)] = teacher
        return teachers

    def _stages(self) -> list[Known]:
        """The stages, with what is known of those that have mistakes."""
        entries = self.tree.get("stages")
        return [self._stage(index, entry) for index, entry in enumerate(entries if isinstance(entries, list) else [])]

    def _stage(self, index: int, entry: Any) -> Known:
        at: Keys = ("stages", index)
        name, settings = entry, None
        if isinstance(entry, dict) and len(entry) == 1:
            name, settings = next(iter(entry.items()))
        elif isinstance(entry, dict) and entry:
            self._add(at, *crowded(entry))
            name = next(iter(entry))
            faulty = registry.stage_class(name)
            return Known(None, set(faulty.writes) if faulty else set(), unknown=faulty is None)
        if not isinstance(name, str):
            self._add(
                at, f"must be the name of a stage, got {shown(entry)}.", "Write `- name` or `- name: {key: value}`."
            )
            return Known(None, unknown=True)
        cls = registry.stage_class(name)
        if cls is None:
            hint = did_you_mean(name, registry.find_stages(), "`vdata stages` lists them all.")
            self._add((*at, name) if isinstance(entry, dict) else at, f"there is no stage {name}.", hint)
            return Known(None, unknown=True)
        if settings is not None and not isinstance(settings, dict):
            self._add(
                (*at, name), f"must be keys with values, got {shown(settings)}.", f"Write `- {name}: {{key: value}}`."
            )
            settings = {}
        settings, unread = words_of_files(settings or {}, self.base if issubclass(cls, TeacherStage) else None)
        self.problems += [self._problem((*at, name, *place), message, hint) for place, message, hint in unread]
        settings, mistakes = self.words.read_in(cls, settings, (*at, name))
        self.problems += [self._problem(one.path, one.message, one.hint, one.line) for one in mistakes]
        stage, wrong = validate(cls, settings, self._asked((*at, name)))
        for one in wrong:
            self._add((*at, name, *one.path), *self._explained(one, cls, name))
        if stage is None:  # the lanes follow from the settings without mistakes
            stage = sound_part(cls, settings, [one.path for one in wrong])
            texts = {text for value in faulty_parts(settings, wrong) for _, text in placed_texts(value)}
            return Known(stage, set(cls.writes), texts, unknown=stage is None)
        stage, sure, unsound = read_code(stage, self.base)
        for place, where, line, message, hint in unsound:
            problem = self._problem((*at, name, *place), message, hint)
            self.problems.append(replace(problem, where=where, line=line) if line else problem)
        return Known(stage, unknown=not sure)

    def _explained(self, one: Complaint, model: Any, stage: str = "") -> tuple[str, str]:
        """The message of the validator's complaint *one*, and a hint: the nearest key, or the stage with such a key."""
        if one.message != "unknown key." or one.hint:
            return one.message, one.hint
        name = stage if len(one.path) == 1 else ".".join(map(str, one.path[:-1]))
        return one.message, self._other_home(str(one.path[-1]), known_keys(model, one.path[:-1]), name)

    def _other_home(self, key: str, keys: Iterable[str], stage: str = "") -> str:
        keys = list(keys)
        if hint := did_you_mean(key, keys):
            return hint
        homes = [name for name, cls in registry.find_stages().items() if key in cls.model_fields]
        listed = [name for name in sets.stage_names(self.tree) if name in homes]
        if not stage and key in registry.find_stages():
            return f"{key} is a stage: list it under stages."
        if listed:
            return f"It is a key of {listed[0]}."
        if not keys:
            return f"{stage or 'It'} has no settings."
        return f"Known here: {', '.join(keys)}."

    def _videos(self) -> None:
        """Complain about videos that do not exist."""
        videos = self.tree.get("videos")
        many = isinstance(videos, list)
        for n, video in enumerate(videos if many else [videos]):
            if isinstance(video, str):
                self._exists(video, ("videos", n) if many else ("videos",))

    def _output(self) -> None:
        """Complain about an output path that is a file."""
        output = self.tree.get("output")
        path = output.get("path") if isinstance(output, dict) else None
        if isinstance(path, str) and "://" not in path and os.path.isfile(self.base / os.path.expanduser(path)):
            self._add(("output", "path"), f"{path} is a file.", "Name a folder.")

    def _published(self, stages: Sequence[Known]) -> None:
        """Complain about secrets in texts that are published, or shown to a teacher and then kept."""
        paths: set[Keys] = {
            ("stages", index, self._stage_name(index), *place)
            for index, one in enumerate(stages)
            for place in (one.stage.paths() if one.stage is not None else ())
        }
        for at, message in published_secrets(self.tree, self.hidden, self.written, paths):
            self._add(at, message, INSTEAD)

    def _media(self, config: Config, stages: Sequence[Known], there: set[str]) -> None:
        """Complain about media files that cannot be made, for want of video files or of lanes, or are made twice."""
        for number, one in enumerate(stages):
            if one.unknown or one.stage is None:
                return
            kept = there - one.stage.gone(ADDED) if isinstance(one.stage, Joining) else set[str]()
            there = (kept if isinstance(one.stage, Spawn) else there) | one.stage.lanes_written()
            if not any(isinstance(known.stage, Spawn) for known in stages[: number + 1]):
                there = there | {"media"}
        at = ("output", "media")
        for stage in config.output.media.stages:
            if any(type(one.stage) is type(stage) for one in stages):
                self._add(at, f"the stage {stage.name()} makes these files already.", "Leave out one of the two.")
            if not there & {"media", PIECES}:
                self._add(at, "needs video files, and there are none.", "Render them with `- render: {mode: smart}`.")
            for lane in sorted(stage.lanes_read() - there - {"media"}):
                self._add(at, f"reads the lane {lane}, which nothing before it writes.", did_you_mean(lane, there))

    def _exists(self, path: str, at: Keys) -> None:
        """Complain unless *path*, or the folder where its glob begins, is there."""
        if not self.find:
            return
        text, default = self.written[at][0] if at in self.written else None, None
        if text and not from_environment(text, path):
            default = re.sub(r":-[^{}]*", "", text)
            text = f"{path} (the default of {default})"
        if wrong := missing(path, self.base, text):
            message, hint = wrong
            self._add(at, message, f"{hint} Set {default}, or write another path.".lstrip() if default else hint)

    def _asked(self, at: Keys) -> dict[Keys, str]:
        """The texts below *at* as they are in the file, for messages: the value of a variable may be a secret."""
        size = len(at)
        return {path[size:]: text for path, (text, _) in self.written.items() if path[:size] == at}

    def _stage_name(self, index: int) -> str:
        return sets.stage_names(self.tree)[index] or "?"

    def _add(self, path: Keys, message: str, hint: str = "", line: int | None = None) -> None:
        """Note a problem with the value at *path*."""
        self.problems.append(self._problem(path, message, hint, line))

    def _problem(self, path: Keys, message: str, hint: str = "", line: int | None = None) -> Problem:
        """A problem with the value at *path*, with the place in the file or the override that it is from."""
        own, line = self.words.place(path, line)
        where = own or sets.origin(self.origins, path)
        line = (0 if where else self.document.line(path)) if line is None else line
        for text, filled in self.written.values():
            if len(filled) >= LONG and text not in message and from_environment(text, filled):
                message = message.replace(filled, text)
        file = where or self.files.get(self.document.known(path), "") or str(self.path)
        texts = self.hidden.redacted([file, self._key(path), message, hint])
        return Problem(texts[0], line, *texts[1:])

    def _key(self, path: Keys) -> str:
        """*path* with a stage as the funnel calls it: ``stages.shots#2.min_seconds``."""
        if len(path) > 1 and path[0] == "stages" and isinstance(path[1], int):
            called = dict(enumerate(sets.calls(self.tree)))
            path = ("stages", called.get(path[1], f"entry {path[1] + 1}"), *path[3:])
        return ".".join(map(str, path))


def load_config(
    path: Path | str,
    overrides: Sequence[str] = (),
    base: Path | None = None,
    warn: Callable[[str], object] = lambda line: None,
    text: str | None = None,
) -> Config:
    """Read the YAML file *path*, with *overrides* (``shots.min_seconds=1``) applied.

    Args:
        path: the file.
        overrides: as given to ``--set``.
        base: the folder that relative paths in it start from; the working directory if None.
        text: the content, where it is not in a file; *path* is then what it is called.
        warn: is called with a line for each word of an older version, and for what a stage writes unverified.

    Raises:
        ConfigError: lists every mistake that can be found without opening a video.
    """
    reading = ConfigReader(Path(path), base, text)
    config = reading.read(overrides, os.environ)
    for line in dict.fromkeys(map(str, reading.warnings)):
        warn(line)
    if config is None:
        raise ConfigError(reading.problems)
    return config.placed(Path(path), base, reading.written, reading.secrets)
