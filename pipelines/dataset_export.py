"""``vdata export``: the samples, or the lanes, of a finished build in the layout that a trainer reads."""

from __future__ import annotations

import os
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc

from ..export.format import ExportItem, Format, Shards, Unsupported, find_formats, of_clip
from ..export.lane_format import ExportVideo, LaneFormat
from ..export.row_text import dumps
from ..export.times import KeepTimes, Times
from ..schemas import Message, Sample
from ..schemas.arrow import read_timelines
from ..schemas.atomic_file import STAGING, sync_file, sync_folder
from ..schemas.text import clean
from ..schemas.uri import PLANNED, is_url, locate
from ..stages.gather.split import SPLITS
from .dataset.splits import of_split, splits_of
from .errors import UserError
from .evaluation.score import listed_files
from .export_media import MediaFiles, media_hint, shows_others
from .export_rows import sample_rows, shard_tables
from .export_states import ended_files, states_note
from .frame_facts import FrameTable
from .run.made_files import MEDIA
from .storage.disk import explain
from .transcoding import Transcoder
from .yaml.complaints import did_you_mean, listed

NOTES = ".left_out.jsonl"
"""Behind the name of the output: what is not in it, or not as asked for, a line each."""


@dataclass(slots=True)
class Export:
    """One export on its way: what is asked for, and what came of it so far."""

    folder: Path
    format: Format
    out: Path
    media_root: str = ""
    times: Times | None = None
    shards: Shards = field(default_factory=Shards)
    transcode: bool = False
    """Have every video put in as MP4 with H.264 and AAC."""
    split: str = ""
    """Only this split, or ``all``; by default train, and where that is empty the first that is not."""
    states: tuple[str, ...] = ()
    """For a format of lanes, the states (``PublishedState``) of the videos, besides those that are kept."""
    system: str = ""
    """A system message that every sample begins with, in the place of the one that it may have."""
    samples: int = 0
    """Samples that were there; for a format of lanes, videos."""
    left: Counter[str] = field(default_factory=Counter)
    """Those left out, by reason."""
    kept: Counter[str] = field(default_factory=Counter)
    """Samples whose times are as they were, by reason."""
    _gone: ExportItem | None = None

    def items(self, files: list[Path], notes: TextIO) -> Iterator[ExportItem]:
        """The samples in the shards *files*, in order; a file at a time, ROWS rows at a time."""
        find, media = lru_cache(maxsize=4096)(self._open), MediaFiles(self.folder)
        facts = FrameTable(self.folder, self.format)
        for uri, video_id, duration, sample in sample_rows(files):
            self.samples += 1
            made = uri.startswith(MEDIA) and (self.folder / uri).exists()
            known = uri, made, (), False, *facts.of(video_id)
            item = ExportItem(_told(sample, self.system), find(uri), uri, video_id, duration, *known)
            if sample.clip:
                item = of_clip(replace(item, video=find(sample.clip)))
            if sample.text_only:
                item = replace(item, video="", made=False)
                if not self.format.text_only:
                    self.leave(notes, item, "text_only")
                    continue
            elif uri.startswith(PLANNED) and not (sample.clip or shows_others(sample) or self._in_pictures(sample)):
                self.leave(notes, item, "not_rendered")
                continue
            try:
                item = media.shown(item, self.format, find)
            except Unsupported as why:
                self.leave(notes, item, why.reason)
                continue
            item, kept = self._timed(item)
            yield item
            if kept and self._gone is not item:  # the format has decided by now
                self.kept[kept] += 1
                self._note(notes, item, kept, "times_kept")

    def videos(self, split: str) -> Iterator[ExportVideo]:
        """The videos of *split*, or all of them without one, in order; a file at a time."""
        ended = ended_files(self.folder) if self.states else []
        for path, table in shard_tables(sorted([*listed_files(self.folder, "timelines"), *ended]), "videos"):
            if path in ended:
                table = table.filter(pc.is_in(table["state"], value_set=pa.array(self.states)))
            where = splits_of(table)
            states = table["state"].to_pylist() if path in ended else ["kept"] * table.num_rows
            for timeline, state in zip(read_timelines(table), states, strict=True):
                if not split or where[timeline.id] == split:
                    self.samples += 1
                    yield ExportVideo(timeline, self._open(timeline.uri), state)

    def leave(self, notes: TextIO, item: ExportItem, reason: str) -> None:
        """Count and note that *item* is left out."""
        self.left[reason] += 1
        self._gone = item
        self._note(notes, item, reason, "left_out")

    def leave_video(self, notes: TextIO, video: ExportVideo, reason: str) -> None:
        """Count and note that *video* is left out."""
        self.left[reason] += 1
        row = {"id": video.timeline.id, "video": video.timeline.uri, "what": "left_out", "reason": reason}
        notes.write(dumps(row) + "\n")

    @property
    def noun(self) -> str:
        """What one of the things is called that are exported."""
        return "video" if isinstance(self.format, LaneFormat) else "sample"

    def _in_pictures(self, sample: Sample) -> bool:
        """Whether pictures of *sample* are all that the format shows of its video."""
        return self.format.shows_frames and bool(sample.frames)

    def _timed(self, item: ExportItem) -> tuple[ExportItem, str]:
        """*item* with its times as asked for, or as it is with the reason why not."""
        if self.times is None:
            return item, ""
        try:
            return replace(item, sample=self.times.rewrite(item.sample)), ""
        except KeepTimes as why:
            return item, why.reason

    def _note(self, notes: TextIO, item: ExportItem, reason: str, what: str) -> None:
        row = {"id": item.sample.id, "video": item.uri, "task": item.sample.task, "what": what, "reason": reason}
        notes.write(dumps(row) + "\n")

    def _open(self, uri: str) -> str:
        """What to open for *uri*: made files lie in the data set's own folder, others below the media root."""
        if uri.startswith(MEDIA) and (self.folder / uri).exists():
            return str(self.folder / uri)
        with suppress(ModuleNotFoundError):
            path = locate(uri)
            if clean(path) != path:  # bytes that JSON cannot hold
                return uri
            if is_url(path) or os.path.isabs(path) or not self.media_root:
                return path
            if is_url(self.media_root):
                return f"{self.media_root.rstrip('/')}/{path}"
            return os.path.join(self.media_root, path)
        return uri


def run_export(export: Export, *, overwrite: bool = False, say: Callable[[str], None] = print) -> int:
    """Write *export* whole or not at all, and *say* what became of the samples.

    Returns:
        The exit status: 1 when no sample can be expressed, and nothing is written.

    Raises:
        UserError: there is no data set, or something else stands at the output.
    """
    files, split, note = _files(export)
    out = export.out
    export.format = copy(export.format)
    export.format.title = out.name.removesuffix(export.format.suffix)
    if export.times is not None and not export.format.words:
        raise UserError(f"{export.format.name} has times in seconds, always: leave out --times.")
    if export.system and not export.format.holds_system:
        able = [name for name, one in find_formats().items() if one.holds_system]
        raise UserError(
            f"{export.format.name} has no place for a system message: leave out --system, or take {listed(able)}."
        )
    if export.states and export.noun == "sample":
        raise UserError(f"--states: is for formats of lanes. {_of_lanes()}")
    note = (states_note(export.folder, export.states) if export.noun == "video" else "") or note
    _refuse(export, overwrite)
    _check_needs(export.format)
    transcoder = _transcoder(export)
    staged = out.with_name(f"{STAGING}{uuid.uuid4().hex[:8]}-{out.name}")
    noted = staged.with_name(staged.name + NOTES)
    notes = out.with_name(out.name + NOTES)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with noted.open("w", encoding="utf-8") as lines:
            if isinstance(export.format, LaneFormat):
                export.format.write_videos(
                    export.videos(split),
                    staged,
                    lambda video, reason: export.leave_video(lines, video, reason),
                    export.shards,
                )
            else:
                export.format.write(
                    export.items(files, lines),
                    staged,
                    lambda item, reason: export.leave(lines, item, reason),
                    replace(export.shards, convert=transcoder.mp4) if transcoder else export.shards,
                )
        written = export.samples - sum(export.left.values())
        if written:
            _put(staged, out)
        if export.left or export.kept:
            os.replace(noted, notes)
        elif written:
            notes.unlink(missing_ok=True)
        sync_folder(out.parent)
    except OSError as error:
        raise UserError(f"{explain(error, out)}.") from error
    finally:
        noted.unlink(missing_ok=True)
        _remove(staged)
    _tell(export, written, notes, say)
    if transcoder and written:
        say(transcoder.told())
    if note:
        say(note)
    return 0 if written else 1


def _check_needs(format: Format) -> None:
    """Raises UserError where a package is lacking that *format* needs."""
    package, _, extra = format.needs.partition(":")
    if package and find_spec(package) is None:
        raise UserError(f"--format {format.name}: needs the package {package}: pip install 'vdata-toolkit[{extra}]'")


def _transcoder(export: Export) -> Transcoder | None:
    """What makes MP4 files, if that is asked for.

    Raises:
        UserError: the format has no media to convert, or they cannot be encoded here.
    """
    if not export.transcode:
        return None
    if not export.format.converts or not export.shards.media:
        able = [name for name, one in find_formats().items() if one.converts]
        raise UserError(f"--transcode: is for {listed(able, 'and')}, with the video files.")
    try:
        export.out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{explain(error, export.out)}.") from error
    return Transcoder(export.out.parent)


def _files(export: Export) -> tuple[list[Path], str, str]:
    """The shards that are exported, in order, their split (empty: all), and what to say of those that are not.

    Raises:
        UserError: there is no data set, or the split has no samples.
    """
    files = sorted(listed_files(export.folder, "data"))
    there = [split for split in SPLITS if of_split(files, split)]
    if export.split == "all" or not there:
        return files, "", ""
    chosen = export.split or there[0]
    if chosen not in there:
        raise UserError(f"{export.folder}: has no samples of the split {chosen}. It has {listed(there, 'and')}.")
    others = [split for split in there if split != chosen]
    note = f"Of {chosen} only; --split {listed([*others, 'all'])} for more." if others and not export.split else ""
    return of_split(files, chosen), chosen, note


def _told(sample: Sample, system: str) -> Sample:
    """*sample* with the *system* message before its first turn, if there is one."""
    if not system:
        return sample
    turns = sample.messages or [Message("user", sample.question), Message("assistant", sample.answer)]
    return replace(sample, messages=[Message("system", system), *(one for one in turns if one.role != "system")])


def pick_format(name: str, columns: Sequence[str] = (), lane: str = "") -> Format:
    """The format *name* with some of its *columns*, of *lane*.

    Raises:
        UserError: there is none, or it has no such choice.
    """
    formats = find_formats()
    if name not in formats:
        hint = f"{did_you_mean(name, formats)} `vdata export --list` shows them all.".lstrip()
        raise UserError(f"unknown format {name!r}. {hint}")
    chosen = copy(formats[name])
    if columns:
        if not chosen.columns:
            able = [one for one, format in formats.items() if format.columns]
            raise UserError(f"--columns: the layout of {name} is fixed. {listed(able, 'and')} have columns to choose.")
        if wrong := [column for column in columns if column not in chosen.columns]:
            hint = did_you_mean(wrong[0], chosen.columns, f"It has {', '.join(chosen.columns)}.")
            raise UserError(f"--columns: {name} has no column {wrong[0]}. {hint}")
        chosen.chosen = tuple(dict.fromkeys(columns))
    if lane:
        if not isinstance(chosen, LaneFormat) or chosen.lane is None:
            able = [one for one, format in formats.items() if isinstance(format, LaneFormat) and format.lane]
            raise UserError(f"--lane: is for {listed(able, 'and')}.")
        chosen.lane = lane
    return chosen


def _refuse(export: Export, overwrite: bool) -> None:
    """Nothing that is not an earlier export may be replaced, and none of the data set's own files."""
    out, home = export.out, export.folder.resolve()
    if export.format.read_by_suffix and out.suffix != export.format.suffix:
        wanted = out.with_suffix(export.format.suffix)
        raise UserError(f"{out}: {export.format.name} is read by how its name ends. Call it {wanted}.")
    place = Path(os.path.abspath(out)).parent.resolve() / out.name
    reserved = ("data", "timelines", "rejects", "media", ".vdata", "build.json", "README.md")
    if place == home or any(place.is_relative_to(home / name) for name in reserved):
        raise UserError(f"{out}: belongs to the data set itself. Choose another --out.")
    if not os.path.lexists(out):
        return
    if out.is_dir():
        if not export.format.folder:
            raise UserError(f"{out}: is a folder; {export.format.name} is one file. Name it in --out.")
        if strange := export.format.strange(out):
            raise UserError(f"{out}: holds {strange}, which no export wrote. Choose another --out.")
        if not overwrite and any(out.iterdir()):
            raise UserError(f"{out}: is there already. Replace it with --overwrite, or choose another --out.")
    elif export.format.folder:
        raise UserError(f"{out}: is a file; {export.format.name} is a folder. Name one in --out.")
    elif not overwrite:
        raise UserError(f"{out}: is there already. Replace it with --overwrite, or choose another --out.")


def _put(staged: Path, out: Path) -> None:
    """Sync *staged* and give it its name."""
    inside = staged.rglob("*") if staged.is_dir() else [staged]
    for path in (path for path in inside if path.is_file()):
        sync_file(path)
    if staged.is_dir() and out.is_dir():  # a folder takes the place of an empty one only
        aside = staged.with_name(staged.name + "-old")
        os.replace(out, aside)
        os.replace(staged, out)
        _remove(aside)
    else:
        os.replace(staged, out)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _tell(export: Export, written: int, notes: Path, say: Callable[[str], None]) -> None:
    if export.left:
        say(f"{sum(export.left.values())} of {export.samples} {export.noun}s left out: {_counts(export.left)}.")
    if export.kept:
        say(f"{sum(export.kept.values())} samples keep their times as they were written: {_counts(export.kept)}.")
    if hint := media_hint(export.left, export.format.name):
        say(hint)
    if export.left or export.kept:
        say(f"Which ones, and why: {notes}")
    if not export.samples:
        more = f" {_of_lanes()}" if export.noun == "sample" else ""
        say(f"{export.folder}: has no {export.noun}s. Nothing written.{more}")
        return
    if not written:
        say(f"No {export.noun} can be expressed as {export.format.name}: nothing written.")
        return
    say(f"{written} {export.noun}{'' if written == 1 else 's'} as {export.format.name}: {export.out}")
    if hint := export.format.hint(export.out):
        say(hint)


def _of_lanes() -> str:
    names = [name for name, one in find_formats().items() if isinstance(one, LaneFormat)]
    return f"Captions and lanes are exported without samples as {listed(names)}."


def _counts(reasons: Counter[str]) -> str:
    most_first = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{reason} {count}" for reason, count in most_first)
