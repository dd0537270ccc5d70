"""The samples of a build that goes into a mixture.

The first reading keeps 35 bytes of numbers for each sample, from its small columns. When the samples are chosen,
the second reading takes the whole rows of these alone, about a thousand at a time.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ...schemas import make_id
from ...schemas.arrow import encode, fitted
from ...schemas.name_hashes import U8, are_among, distinct, name_hashes
from ...schemas.sample import NO_MEDIA
from ...schemas.vector_columns import vector_lengths
from ...stages.gather.split import SPLITS
from ..dataset.fetched import local_folder
from ..dataset.finished import read_record
from ..dataset.splits import of_split, split_of_file
from ..errors import UserError
from ..settings.config import default_cache
from ..storage.parts import file_damage
from ..tool_progress import each, track
from .media_of_others import MediaOfOthers
from .mix_config import Lengths, MixSource

ROWS = 1024
"""Rows that are read at a time."""
ORIGIN = "origin"
"""The column that names the source of a sample."""
LIGHT = ("id", "video_id", "task", "group", "duration", "start", "end")
WORDS = ("messages", "question", "answer")
SHOWN = ("params", "media")
"""The columns that say of a sample whether its video is shown."""


class SourceRows:
    """A source of a mixture: the files of a build, and arrays with an entry for each sample in file order."""

    def __init__(self, settings: MixSource) -> None:
        """
        Raises:
            UserError: the folder holds no finished build, or the build is damaged; or it is in a bucket, and cannot be
                fetched.
        """
        self.settings, self.name = settings, settings.label
        self.folder = local_folder(settings.build.expanduser(), default_cache())
        self.record = read_record(self.folder)
        for name, shard in each(list(self.record.files.items()), f"hashes of the files of {self.name}"):
            if not name.startswith("rejects/") and (why := file_damage(self.folder / name, shard.sha256)):
                raise UserError(f"{self.folder / name}: {why}. The same vdata build makes it whole.")
        shards = [path for path in self.files("data") if path.name]
        self.shards = [path for split in SPLITS for path in of_split(shards, split)]
        """The files of the samples, in the order of the splits."""
        ended = [self.folder / name for name in self.record.ended_shards]
        self.media = MediaOfOthers(self.shards, [*self.files("timelines"), *ended])

    def files(self, table: str) -> list[Path]:
        """The shards of *table*, in order."""
        return [self.folder / name for name in sorted(self.record.shards(table))]

    def schema(self) -> pa.Schema:
        """The columns of its samples."""
        return pq.read_schema(self.shards[0])

    def lanes(self) -> list[str]:
        """The lanes of its timelines."""
        names = [name for path in self.files("timelines")[:1] for name in pq.read_schema(path).names]
        return [name.removeprefix("lane_") for name in names if name.startswith("lane_")]

    def vectors(self) -> dict[str, int]:
        """The lanes whose spans have vectors, with their dimensions."""
        return vector_lengths(*(pq.read_schema(path) for path in self.files("timelines")[:1]))

    # First reading

    def survey(self, seed: int, lengths: Lengths | None) -> None:
        """Read the small columns of every sample, and the videos that composed ones consist of."""
        count = sum(pq.read_metadata(path).num_rows for path in self.shards)
        self.key, self.rank, self.video = (np.zeros(count, np.uint64) for _ in range(3))
        self.task, self.bucket, self.split = (np.zeros(count, kind) for kind in (np.int32, np.int8, np.int8))
        self.tasks: dict[str, int] = {}
        limits = [bucket.max_tokens for bucket in lengths.buckets if bucket.max_tokens is not None] if lengths else []
        at = 0
        for number, batch in self._light(lengths):
            ids, groups = batch.column("id").to_pylist(), batch.column("group").to_pylist()
            here = slice(at, at + len(ids))
            self.key[here] = name_hashes(ids)
            self.rank[here] = name_hashes(f"{seed} {group or name}" for name, group in zip(ids, groups, strict=True))
            self.video[here] = name_hashes(batch.column("video_id").to_pylist())
            tasks = batch.column("task").to_pylist()
            self.task[here] = [self.tasks.setdefault(task, len(self.tasks)) for task in tasks]
            self.bucket[here] = np.searchsorted(limits, tokens(batch, lengths)) if lengths else 0
            self.split[here] = number
            at = here.stop
        self.copies = np.zeros(len(self.key), np.uint32)
        """How often each sample goes in."""
        self.left_out: dict[str, int] = {}
        """How many samples do not go in, by reason."""
        self.remaining = np.ones(len(self.key), np.bool_)
        """Which samples have not been ruled out, as a mask."""
        self.made_of = self._made_of()

    def _light(self, lengths: Lengths | None) -> Iterator[tuple[int, pa.RecordBatch]]:
        """The small columns of all samples, with the number of their split."""
        for path in self.shards:
            there = pq.read_schema(path).names
            columns = [*LIGHT, *(name for name in (*WORDS, *SHOWN) if lengths and name in there)]
            for batch in _batches(path, columns, words=f"samples of {self.name}"):
                yield SPLITS.index(split_of_file(path.name)), batch

    def _made_of(self) -> dict[int, list[int]]:
        """For each video that was composed of others, the hash of its id and those of theirs."""
        found = {}
        for path in self.files("timelines"):
            if "lane_pieces" not in pq.read_schema(path).names:
                continue
            for batch in _batches(path, ["id", "lane_pieces"], 64):
                for video, spans in zip(*(batch.column(name).to_pylist() for name in range(2)), strict=True):
                    attrs = (attr for span in spans or () for attr in span["attrs"] or ())
                    contents = sorted({attr["value"] for attr in attrs if attr["name"] == "content"} - {""})
                    if contents:
                        found[int(name_hashes([video])[0])] = name_hashes(make_id(one) for one in contents).tolist()
        return found

    def take_down(self, ids: Iterable[str]) -> None:
        """Rule out the samples of the videos *ids*, of those that were made with a piece of them, and those that show
        one of them among their media."""
        gone = set(name_hashes(ids).tolist())
        gone |= {video for video, pieces in self.made_of.items() if gone.intersection(pieces)}
        where = are_among(self.video, np.array(sorted(gone), np.uint64))
        for place, shown in self.shown.items() if gone else ():
            where[place] |= not gone.isdisjoint(shown)
        self.rule_out(where, "taken_down")

    @cached_property
    def shown(self) -> dict[int, list[int]]:
        """For each sample that shows other videos among its media, by its index, the hashes of their ids."""
        ids = self.media.ids
        known = {place: [ids[uri] for uri in sorted(uris) if uri in ids] for place, uris in self.media.videos.items()}
        return {place: name_hashes(videos).tolist() for place, videos in known.items()}

    def videos_chosen(self) -> U8:
        """The hashes of the ids of the videos that the chosen samples are about, or show."""
        others = [one for place, shown in self.shown.items() if self.copies[place] for one in shown]
        return distinct([self.video[self.copies > 0], np.array(others, np.uint64)])

    def rule_out(self, where: NDArray[np.bool_], reason: str) -> None:
        """Rule out the samples of the mask *where*, and count under *reason* those that were not ruled out before."""
        where = where & self.remaining
        self.remaining &= ~where
        if count := int(where.sum()):
            self.left_out[reason] = self.left_out.get(reason, 0) + count

    def of(self, split: int) -> NDArray[np.bool_]:
        """A mask of the samples of *split* (an index of SPLITS) that have not been ruled out."""
        mask: NDArray[np.bool_] = self.remaining & (self.split == split)
        return mask

    def first(self, where: NDArray[np.bool_], count: int) -> NDArray[np.int64]:
        """The indices of the *count* samples of the mask *where* with the smallest hashes; groups stay together."""
        places = np.flatnonzero(where)
        order = np.lexsort((places, self.rank[places]))
        return places[order[:count]]

    # Second reading

    def chosen(self, split: str, schema: pa.Schema) -> Iterator[pa.Table]:
        """Tables of *schema* with the chosen samples of *split*, in order; then the second copies, and so on."""
        number = SPLITS.index(split)
        mine = np.flatnonzero(self.split == number)
        copies = self.copies[mine]
        for turn in range(int(copies.max(initial=0))):
            at = 0
            for path in of_split(self.shards, split):
                for batch in _batches(path):
                    mask = copies[at : at + batch.num_rows] > turn
                    at += batch.num_rows
                    if mask.any():
                        table = self.media.named(pa.Table.from_batches([batch]).filter(pa.array(mask)))
                        yield self._shaped(table, schema, f"-{turn + 1}" if turn else "")

    def _shaped(self, table: pa.Table, schema: pa.Schema, suffix: str) -> pa.Table:
        """*table* with the columns of *schema*, and with *suffix* at the end of each id."""
        columns = []
        for field in schema:
            if field.name == ORIGIN:
                columns.append(pa.array([self.name] * table.num_rows, pa.string()))
            elif field.name not in table.column_names:
                columns.append(_nothing(field.type, table.num_rows))
            elif field.name == "id" and suffix:
                columns.append(pc.binary_join_element_wise(table.column("id"), suffix, ""))
            else:
                columns.append(fitted(table.column(field.name), field.type))
        return pa.Table.from_arrays(columns, schema=schema)

    def timelines(self, wanted: U8, *, ended: bool = False) -> Iterator[pa.Table]:
        """The timelines of the videos whose ids have one of the hashes *wanted* (a sorted array); those of videos that
        *ended* and are not in the build's data set, or the others."""
        for path in [self.folder / name for name in self.record.ended_shards] if ended else self.files("timelines"):
            for batch in _batches(path, size=64, words=f"timelines of {self.name}"):
                mask = are_among(name_hashes(batch.column("id").to_pylist()), wanted)
                if mask.any():
                    yield pa.Table.from_batches([batch]).filter(pa.array(mask))


def tokens(batch: pa.RecordBatch, lengths: Lengths) -> NDArray[np.float64]:
    """The estimated number of tokens of each sample of *batch*; see ``Lengths``."""
    messages = batch.column("messages")
    sizes = pc.binary_length(pc.struct_field(messages.flatten(), "content"))
    parents = np.asarray(pc.list_parent_indices(messages), np.int64)
    words = np.bincount(parents, weights=_numbers(sizes), minlength=batch.num_rows)
    plain_text = sum(_numbers(pc.binary_length(batch.column(name))) for name in WORDS[1:])
    words = np.where(words > 0, words, plain_text)
    start, end, whole = (_numbers(batch.column(name)) for name in ("start", "end", "duration"))
    segment = np.maximum(end - start, 0)
    seconds = segment if lengths.input == "segment" else np.where(np.isfinite(whole), whole, segment)
    frames = _frames(seconds, lengths)
    for place, own in _own_frames(batch, lengths):
        frames[place] = own
    total: NDArray[np.float64] = np.ceil(words / lengths.bytes_per_token + frames * lengths.tokens_per_frame)
    return total


def _frames(seconds: NDArray[np.float64], lengths: Lengths) -> NDArray[np.float64]:
    """The number of frames that the model sees of videos so many *seconds* long."""
    if lengths.fps is None:
        return np.full(len(seconds), float(lengths.frames))
    few: NDArray[np.float64] = np.ceil(np.nan_to_num(seconds) * lengths.fps)
    return np.clip(few, min(1, lengths.frames), lengths.frames)


def _own_frames(batch: pa.RecordBatch, lengths: Lengths) -> Iterator[tuple[int, float]]:
    """The samples of *batch* that do not show their video, by index, with the frames that are seen in its place: none
    of text alone, one of each picture, and of each clip as of a video."""
    for n, params in enumerate(batch.column("params").to_pylist() if "params" in batch.schema.names else ()):
        if {"name": NO_MEDIA, "value": "none"} in (params or ()):
            yield n, 0.0
    for n, media in enumerate(batch.column("media").to_pylist() if "media" in batch.schema.names else ()):
        if media:
            clips = np.array([one["end"] - one["start"] for one in media if one["kind"] == "clip"], float)
            yield n, len(media) - len(clips) + float(_frames(clips, lengths).sum())


def files_of(table: pa.Table) -> set[str]:
    """The files in ``media/`` that the samples of *table* refer to."""
    found: set[str] = set()
    for name in ("video", "clip"):
        if name in table.column_names:
            found |= set(table.column(name).to_pylist())
    if "frames" in table.column_names:
        frames = table.column("frames").combine_chunks()
        found |= set(pc.struct_field(frames.flatten(), "file").to_pylist())
    if "media" in table.column_names:
        media = table.column("media").combine_chunks()
        found |= set(pc.struct_field(media.flatten(), "file").to_pylist())
    return {name for name in found if name and name.startswith("media/")}


def _numbers(column: pa.Array) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = pc.cast(pc.fill_null(column, math.nan if pa.types.is_floating(column.type) else 0),
                                           pa.float64()).to_numpy(zero_copy_only=False)  # fmt: skip
    return numbers


def _nothing(kind: pa.DataType, count: int) -> pa.Array:
    if pa.types.is_list(kind):
        return encode([[]] * count, kind)
    return pa.array([""] * count if pa.types.is_string(kind) else [None] * count, kind)


def _batches(
    path: Path, columns: list[str] | None = None, size: int = ROWS, words: str = ""
) -> Iterator[pa.RecordBatch]:
    """The rows of the shard *path*; with *words* it is the tool's work to read them."""
    try:
        with pq.ParquetFile(path, buffer_size=1 << 20) as file:
            found = file.iter_batches(size, columns=columns, use_threads=False)
            yield from track(found, words, file.metadata.num_rows) if words else found
    except (OSError, pa.ArrowException) as error:
        raise UserError(f"{path}: cannot be read: {error}. The same vdata build makes it whole.") from None


def plain(value: Any) -> str:
    """*value* as JSON text that is the same on every machine."""
    return json.dumps(value, sort_keys=True)
