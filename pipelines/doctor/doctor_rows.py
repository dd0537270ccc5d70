"""The checks of ``vdata doctor`` on a published data set: its counts, rows and card must agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from fnmatch import filter as matching
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from ...schemas.build_record import BuildRecord, MadeVideos
from ...stages.media.media_files import LANES
from ..dataset.publish import FOLDERS, files_in
from ..dataset.splits import of_split, split_rows
from ..storage.parts import file_damage
from .doctor_media import media_remarks
from .remark import Remark

SLACK = 0.05
"""Seconds by which a span may exceed its video: the duration of some containers leaves out the last frame."""
MESSAGE_TIME = "time"
"""The field of a message that says when the turn is said. Data sets of older versions do not have it."""
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
    timelines = _read(paths["timelines"], ["id", "uri", "duration"])
    yield from _samples(out, paths["samples"], timelines)
    every = [*paths["timelines"], *(out / name for name in record.ended_shards)]
    yield from media_remarks(out, paths["samples"], _read(every, ["uri", "duration"]))
    yield from _splits(out, paths["samples"], record)
    yield from _rejects(out, paths["rejects"], timelines, record)
    if media:
        yield from _media(out, paths["timelines"])


def _samples(out: Path, paths: Sequence[Path], timelines: pa.Table) -> Iterator[Remark]:
    known = pc.unique(timelines["id"])
    if len(known) != timelines.num_rows:
        yield Remark(True, f"{out / 'timelines'}: {timelines.num_rows - len(known)} ids occur twice. {REPORT}")
    ids = _read(paths, ["id"])
    twice = ids.num_rows - len(pc.unique(ids["id"]))
    del ids
    if twice:
        yield Remark(True, f"{out / 'data'}: {twice} ids of samples occur twice. {REPORT}")
    orphans = sum(_orphans(path, known) for path in paths)
    if orphans:
        yield Remark(True, f"{out / 'data'}: {orphans} samples belong to videos that are not in timelines. {REPORT}")
    outside = sum(_outside(path) for path in paths)
    if outside:
        yield Remark(True, f"{out / 'data'}: {outside} times of samples lie outside of their videos. {REPORT}")
    turned = sum(_turned(path) for path in paths)
    if turned:
        yield Remark(True, f"{out / 'data'}: {turned} samples have turns that go back in time. {REPORT}")

    shown = Counter[str]()
    for path in paths:
        shown.update(_badly_shown(path))
    for fault, count in shown.items():
        yield Remark(True, f"{out / 'data'}: {count} samples {fault}. {REPORT}")


def _splits(out: Path, paths: Sequence[Path], record: BuildRecord) -> Iterator[Remark]:
    """Check that each split has the rows that build.json lists, and that no video is in two splits."""
    seen: dict[str, Any] = {}
    for split, count in split_rows(record).items() if record.splits is not None else ():
        shards = of_split(paths, split)
        rows = sum(pq.read_metadata(path).num_rows for path in shards)
        if rows != count:
            yield Remark(True, f"{out / 'data'}: {rows} rows of {split}, and {count} in build.json. {REPORT}")
        videos = pc.unique(pa.concat_arrays([pa.array([], pa.string()), *(_videos(path) for path in shards)]))
        for other, theirs in seen.items():
            both = pc.sum(pc.is_in(videos, value_set=theirs)).as_py()
            if both:
                yield Remark(True, f"{out / 'data'}: {both} videos are in {other} and in {split}: a leak. {REPORT}")
        seen[split] = videos


def _videos(path: Path) -> pa.Array:
    """The ids of the videos that the samples in a shard are about."""
    return pc.unique(_read([path], ["video_id"])["video_id"])


def _orphans(path: Path, known: pa.Array) -> int:
    """The number of samples in a shard that are about none of the videos *known*."""
    videos = _read([path], ["video_id"])["video_id"]
    return len(videos) - int(pc.sum(pc.is_in(videos, value_set=known)).as_py() or 0)


def _outside(path: Path) -> int:
    """The number of samples, evidence spans and timed turns in a shard that exceed the duration of their video."""
    times = ["start", "end", "duration", "evidence.list.element.start", "evidence.list.element.end"]
    table = pq.ParquetFile(path).read(columns=times).combine_chunks()
    count = _count_outside(table["start"], table["end"], table["duration"])
    parents = pc.list_parent_indices(table["evidence"])
    spans = pc.list_flatten(table["evidence"])
    starts, ends = pc.struct_field(spans, "start"), pc.struct_field(spans, "end")
    count += _count_outside(starts, ends, table["duration"].take(parents))
    if (said := _said(path)) is not None:
        samples, times = said
        count += _count_outside(times, times, table["duration"].take(samples))
    return count


def _said(path: Path) -> tuple[Any, Any] | None:
    """The samples (their rows in the shard *path*) and the times of all turns that have one; None in an older one."""
    file = pq.ParquetFile(path)
    if file.schema_arrow.field("messages").type.value_type.get_field_index(MESSAGE_TIME) < 0:
        return None
    turns = file.read(columns=[f"messages.list.element.{MESSAGE_TIME}"]).combine_chunks()["messages"]
    times = pc.struct_field(pc.list_flatten(turns), MESSAGE_TIME)
    known = pc.is_valid(times)
    return pc.list_parent_indices(turns).filter(known), times.filter(known)


def _turned(path: Path) -> int:
    """The number of samples in a shard with a turn that is earlier than the one before it."""
    if (said := _said(path)) is None or len(said[0]) < 2:
        return 0
    samples, times = said
    back = pc.and_(pc.equal(samples[1:], samples[:-1]), pc.less(times[1:], times[:-1]))
    return len(pc.unique(samples[1:].filter(back)))


def _badly_shown(path: Path) -> dict[str, int]:
    """The number of samples in a shard whose ``seen_start`` and ``seen_end`` are no stretch of the video, and of those
    whose clip or pictures show more, by what is wrong with them."""
    names = {"seen_start", "seen_end", "duration", "clip_start", "clip_end"} & set(pq.read_schema(path).names)
    if "seen_end" not in names:  # an older version wrote it
        return {}
    table = pq.ParquetFile(path).read(columns=sorted(names)).combine_chunks()
    starts, ends = table["seen_start"], table["seen_end"]
    halves = int(pc.sum(pc.and_(pc.is_valid(starts), pc.is_null(ends))).as_py() or 0)
    starts = pc.fill_null(starts, 0.0)
    faults = {
        "say where what may be seen starts, and not where it ends": halves,
        "may be seen outside of their videos": _count_outside(starts, ends, table["duration"]),
    }
    if "clip_end" in names:
        early = pc.less(table["clip_start"], pc.subtract(starts, SLACK))
        late = pc.greater(table["clip_end"], pc.add(ends, SLACK))
        more = pc.sum(pc.fill_null(pc.or_kleene(early, late), False)).as_py()
        faults["have a clip that shows more than may be seen"] = int(more or 0)
    return {fault: count for fault, count in faults.items() if count}


def _count_outside(starts: Any, ends: Any, durations: Any) -> int:
    early = pc.less(starts, -SLACK)
    turned = pc.less(ends, starts)
    late = pc.fill_null(pc.greater(ends, pc.add(durations, SLACK)), False)
    return int(pc.sum(pc.or_(pc.or_(early, turned), late)).as_py() or 0)


def _rejects(out: Path, paths: Sequence[Path], timelines: pa.Table, record: BuildRecord) -> Iterator[Remark]:
    table = _read(paths, ["uri", "kind", "lane"])
    whole = pc.and_(pc.equal(table["lane"], ""), pc.not_equal(table["kind"], "retried"))
    lost = pc.unique(table.filter(whole)["uri"])
    explained = sum(pc.invert(pc.is_in(lost, value_set=pc.unique(timelines["uri"]))).to_pylist())
    count = record.dropped + record.failed + (record.made.dropped + record.made.failed if record.made else 0)
    if explained < count:
        yield Remark(True, f"{out / 'rejects'}: holds the reasons of {explained} of {count} lost videos. {REPORT}")
        return
    now = pc.sum(pc.not_equal(table["kind"], "retried")).as_py() or 0
    counted = sum(sum(row.reasons.values()) for row in record.funnel)
    if record.mix is None and now != counted:
        yield Remark(True, f"{out / 'rejects'}: {now} rows, and the stages have counted {counted} losses. {REPORT}")


def _media(out: Path, paths: Sequence[Path]) -> Iterator[Remark]:
    """Check that the media files of the build exist and have the hashes that the timelines record."""
    for path in paths:
        with pq.ParquetFile(path) as file:
            lanes = {f"lane_{lane}" for lane in LANES} & set(file.schema_arrow.names)
            for batch in file.iter_batches(1000, columns=["uri", "media", *sorted(lanes)]):
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


def _read(paths: Sequence[Path], columns: list[str]) -> pa.Table:
    return pa.concat_tables([pq.ParquetFile(path).read(columns=columns) for path in paths]).combine_chunks()
