"""The checks of ``vdata doctor`` on a published data set: its counts, rows and card must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import filter as matching
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from ...schemas.build_record import BuildRecord, MadeVideos
from ...schemas.name_hashes import are_among, distinct, name_hashes
from ...stages.media.media_files import LANES
from ..dataset.publish import FOLDERS, files_in
from ..dataset.splits import of_split, split_of_file, split_rows
from ..storage.parts import file_damage
from .doctor_batches import batches
from .doctor_media import media_remarks
from .remark import Remark

SLACK = 0.05
"""Seconds by which a span may exceed its video: the duration of some containers leaves out the last frame."""
MESSAGE_TIME = "time"
"""The field of a message that says when the turn is said. Data sets of older versions do not have it."""
SAID = f"messages.list.element.{MESSAGE_TIME}"
TIMES = ("start", "end", "duration", "evidence.list.element.start", "evidence.list.element.end")
SEEN = ("seen_start", "seen_end", "duration", "clip_start", "clip_end")
REPORT = "This is a defect of vdata: please report it."


def check_counts(record: BuildRecord) -> Iterator[Remark]:
    """Check that the counts of build.json add up."""
    sums: list[tuple[str, BuildRecord | MadeVideos, int]] = [("inputs", record, record.inputs)]
    if record.made is not None:
        sums.append(("made videos", record.made, record.made.videos))
    for what, ends, total in sums:
        if ends.kept + ends.dropped + ends.failed != total:
            counts = f"{ends.kept} kept, {ends.dropped} dropped, {ends.failed} failed"
            yield Remark(True, f"build.json: of {total} {what}, {counts}: these do not add up. {REPORT}")
    if sum(record.tasks.values()) != record.samples:
        yield Remark(True, f"build.json: its tasks do not add up to its {record.samples} samples. {REPORT}")
    if record.splits is not None and sum(record.splits.values()) != record.samples:
        yield Remark(True, f"build.json: its splits do not add up to its {record.samples} samples. {REPORT}")


def check_rows(out: Path, record: BuildRecord, damaged: Collection[str], *, media: bool) -> Iterator[Remark]:
    """Check that the shards in *out* hold the rows that build.json lists. Those in *damaged* are not opened.

    With *media*, the media files of the data set are checked as well. In a folder with parts, the parts record them.
    """
    paths: dict[str, list[Path]] = {table: [] for table in FOLDERS}
    rows = dict.fromkeys(FOLDERS, 0)
    for table, folder in FOLDERS.items():
        for name in record.shards(folder):
            if name in damaged:
                continue
            try:
                found = pq.read_metadata(out / name).num_rows
            except (pa.ArrowException, OSError) as error:
                yield Remark(True, f"{out / name}: it is no Parquet file ({error}). {REPORT}")
                return
            if found != (recorded := record.files[name].rows):
                yield Remark(True, f"{out / name}: has {found} rows, and {recorded} in build.json. {REPORT}")
            paths[table].append(out / name)
            rows[table] += found
    if any(name in damaged for name in record.files):
        return  # rows are missing: the checks below would all report it again
    ended = sum(record.files[name].rows for name in record.ended_shards)
    if ended != (counted := sum((record.ended or {}).values())):
        yield Remark(
            True, f"{out / 'timelines'}: {ended} rows of videos that ended, and {counted} in build.json. {REPORT}"
        )
    expected = {"samples": record.samples, "timelines": record.videos, "rejects": record.rejects}
    for table, count in expected.items():
        if rows[table] != count:
            yield Remark(True, f"{out / FOLDERS[table]}: {rows[table]} rows, and {count} in build.json. {REPORT}")
    videos = PublishedVideos.read(paths["timelines"])
    yield from _samples(out, paths["samples"], videos, record)
    every = [*paths["timelines"], *(out / name for name in record.ended_shards)]
    yield from media_remarks(out, paths["samples"], every)
    yield from _rejects(out, paths["rejects"], videos, record)
    if media:
        yield from _media(out, paths["timelines"])


@dataclass(frozen=True, slots=True)
class PublishedVideos:
    """The videos that have a timeline: a hash of each id, and of each uri."""

    ids: Any
    uris: Any
    rows: int

    @classmethod
    def read(cls, paths: Sequence[Path]) -> PublishedVideos:
        """Those of the shards *paths* of timelines."""
        ids, uris = [], []
        for batch in batches(paths, ["id", "uri"], "timelines"):
            ids.append(name_hashes(batch.column("id").to_pylist()))
            uris.append(name_hashes(batch.column("uri").to_pylist()))
        return cls(distinct(ids), distinct(uris), sum(map(len, ids)))


def _samples(out: Path, paths: Sequence[Path], timelines: PublishedVideos, record: BuildRecord) -> Iterator[Remark]:
    if len(timelines.ids) != timelines.rows:
        twice = timelines.rows - len(timelines.ids)
        yield Remark(True, f"{out / 'timelines'}: {twice} ids occur twice. {REPORT}")
    orphans, at, splits = 0, 0, dict[str, Any]()
    ids = np.zeros(sum(pq.read_metadata(path).num_rows for path in paths), np.uint64)
    for split in sorted({split_of_file(path.name) for path in paths}):
        about = []
        for batch in batches(of_split(paths, split), ["id", "video_id"], "samples and their videos"):
            ids[at : at + batch.num_rows] = name_hashes(batch.column("id").to_pylist())
            at += batch.num_rows
            videos = name_hashes(batch.column("video_id").to_pylist())
            orphans += len(videos) - int(are_among(videos, timelines.ids).sum())
            about.append(distinct([videos]))
        splits[split] = distinct(about)
    ids.sort()  # in its place: eight bytes a sample
    if twice := int(np.count_nonzero(ids[1:] == ids[:-1])):
        yield Remark(True, f"{out / 'data'}: {twice} ids of samples occur twice. {REPORT}")
    del ids
    if orphans:
        yield Remark(True, f"{out / 'data'}: {orphans} samples belong to videos that are not in timelines. {REPORT}")
    outside = sum(map(_outside, batches(paths, TIMES, "times of samples")))
    outside += sum(_said_outside(samples) for samples in batches(paths, ["duration", SAID], "times of turns"))
    if outside:
        yield Remark(True, f"{out / 'data'}: {outside} times of samples lie outside of their videos. {REPORT}")
    turned = sum(_turned(samples) for samples in batches(paths, [SAID], "times of turns"))
    if turned:
        yield Remark(True, f"{out / 'data'}: {turned} samples have turns that go back in time. {REPORT}")

    shown = Counter[str]()
    for samples in batches(paths, SEEN, "what may be seen"):
        shown.update(_badly_shown(samples))
    for fault, count in shown.items():
        yield Remark(True, f"{out / 'data'}: {count} samples {fault}. {REPORT}")
    yield from _splits(out, paths, splits, record)


def _splits(out: Path, paths: Sequence[Path], videos: Mapping[str, Any], record: BuildRecord) -> Iterator[Remark]:
    """Check that each split has the rows that build.json lists, and that none of its *videos* is in another."""
    seen: list[str] = []
    for split, count in split_rows(record).items() if record.splits is not None else ():
        rows = sum(pq.read_metadata(path).num_rows for path in of_split(paths, split))
        if rows != count:
            yield Remark(True, f"{out / 'data'}: {rows} rows of {split}, and {count} in build.json. {REPORT}")
        for other in seen:
            if both := int(are_among(videos[split], videos[other]).sum()):
                yield Remark(True, f"{out / 'data'}: {both} videos are in {other} and in {split}: a leak. {REPORT}")
        seen.append(split)


def _outside(samples: pa.RecordBatch) -> int:
    """The number of *samples* and of spans of their evidence that exceed the duration of their video."""
    length, evidence = samples.column("duration"), samples.column("evidence")
    count = _count_outside(samples.column("start"), samples.column("end"), length)
    spans = evidence.flatten()
    starts, ends = pc.struct_field(spans, "start"), pc.struct_field(spans, "end")
    return count + _count_outside(starts, ends, length.take(pc.list_parent_indices(evidence)))


def _said_outside(samples: pa.RecordBatch) -> int:
    """The number of timed turns of *samples* that exceed the duration of their video."""
    rows, times = _said(samples)
    return _count_outside(times, times, samples.column("duration").take(rows))


def _said(samples: pa.RecordBatch) -> tuple[Any, Any]:
    """The samples, by their numbers in *samples*, and the times of all turns that have one; none in an older shard."""
    if "messages" not in samples.schema.names:
        return pa.array([], pa.int64()), pa.array([], pa.float64())
    turns = samples.column("messages")
    times = pc.struct_field(turns.flatten(), MESSAGE_TIME)
    known = pc.is_valid(times)
    return pc.list_parent_indices(turns).filter(known), times.filter(known)


def _turned(samples: pa.RecordBatch) -> int:
    """The number of *samples* with a turn that is earlier than the one before it."""
    rows, times = _said(samples)
    if len(rows) < 2:
        return 0
    back = pc.and_(pc.equal(rows[1:], rows[:-1]), pc.less(times[1:], times[:-1]))
    return len(pc.unique(rows[1:].filter(back)))


def _badly_shown(samples: pa.RecordBatch) -> dict[str, int]:
    """The number of *samples* whose ``seen_start`` and ``seen_end`` are no stretch of the video, and of those whose
    clip or pictures show more, by what is wrong with them."""
    there = samples.schema.names
    if "seen_end" not in there:  # an older version wrote it
        return {}
    starts, ends = samples.column("seen_start"), samples.column("seen_end")
    halves = int(pc.sum(pc.and_(pc.is_valid(starts), pc.is_null(ends))).as_py() or 0)
    starts = pc.fill_null(starts, 0.0)
    faults = {
        "say where what may be seen starts, and not where it ends": halves,
        "may be seen outside of their videos": _count_outside(starts, ends, samples.column("duration")),
    }
    if "clip_end" in there:
        early = pc.less(samples.column("clip_start"), pc.subtract(starts, SLACK))
        late = pc.greater(samples.column("clip_end"), pc.add(ends, SLACK))
        more = pc.sum(pc.fill_null(pc.or_kleene(early, late), False)).as_py()
        faults["have a clip that shows more than may be seen"] = int(more or 0)
    return {fault: count for fault, count in faults.items() if count}


def _count_outside(starts: Any, ends: Any, durations: Any) -> int:
    early = pc.less(starts, -SLACK)
    turned = pc.less(ends, starts)
    late = pc.fill_null(pc.greater(ends, pc.add(durations, SLACK)), False)
    return int(pc.sum(pc.or_(pc.or_(early, turned), late)).as_py() or 0)


def _rejects(out: Path, paths: Sequence[Path], timelines: PublishedVideos, record: BuildRecord) -> Iterator[Remark]:
    now, lost = 0, []
    for batch in batches(paths, ["uri", "kind", "lane"], "rejects"):
        final = pc.not_equal(batch.column("kind"), "retried")
        now += int(pc.sum(final).as_py() or 0)
        whole = pc.and_(pc.equal(batch.column("lane"), ""), final)
        gone = name_hashes(batch.column("uri").filter(whole).to_pylist())
        lost.append(gone[~are_among(gone, timelines.uris)])
    explained = len(distinct(lost))
    count = record.dropped + record.failed + (record.made.dropped + record.made.failed if record.made else 0)
    if explained < count:
        yield Remark(True, f"{out / 'rejects'}: holds the reasons of {explained} of {count} lost videos. {REPORT}")
        return
    counted = sum(sum(row.reasons.values()) for row in record.funnel)
    if record.mix is None and now != counted:
        yield Remark(True, f"{out / 'rejects'}: {now} rows, and the stages have counted {counted} losses. {REPORT}")


def _media(out: Path, paths: Sequence[Path]) -> Iterator[Remark]:
    """Check that the media files of the build exist and have the hashes that the timelines record."""
    lanes = sorted(f"lane_{lane}" for lane in LANES)
    for batch in batches(paths, ["uri", "media", *lanes], "media files of videos", 1000):
        for name, (sha256, _) in files_in(pa.Table.from_batches([batch])).items():
            why = file_damage(out / name, sha256) if sha256 else ""
            if why:
                yield Remark(True, f"{out / name}: {why}. Copy it again from where it was built.")


def check_card(card: Path, record: BuildRecord) -> Iterator[Remark]:
    """Check that the metadata of the card can be read, and names files that exist."""
    anew = "The same vdata build writes it again."
    try:
        head = card.read_text(encoding="utf-8").split("---\n")[1]
        patterns = [file["path"] for config in yaml.safe_load(head)["configs"] for file in config["data_files"]]
    except (OSError, ValueError, IndexError, KeyError, TypeError, yaml.YAMLError) as error:
        first = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        yield Remark(True, f"{card}: its metadata, between the lines of ---, cannot be read ({first}). {anew}")
        return
    for pattern in patterns:
        if not matching(record.files, pattern):
            yield Remark(True, f"{card}: names {pattern}, which matches no file of this build. {anew}")
