"""``vdata mix``: make one data set of several finished builds, with weights, limits and a profile of lengths."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...schemas import make_id, seeded
from ...schemas.arrow import REJECTS, SAMPLES, published_schema, with_ends, with_lanes, with_stated
from ...schemas.atomic_file import staged
from ...schemas.build_record import RECORD, BuildRecord, LengthShare, MediaTotal, MixtureAccount, SourceShare
from ...schemas.name_hashes import are_among, distinct
from ...schemas.timeline import STATED
from ...stages.gather.split import SPLITS
from ..dataset.baseline_scores import measure, remarks
from ..dataset.funnel import versions
from ..dataset.publish import MEDIA, files_in, publish, remove_older
from ..dataset.published import CARD, Published
from ..dataset.splits import publish_splits
from ..errors import UserError
from ..storage.disk import explain
from ..storage.lock import LockLost
from ..storage.output_folder import OutputFolder
from ..storage.parts import file_sha256, sweep
from ..storage.takedowns import Takedowns
from ..tool_progress import each, track
from .mix_card import NOT_STATED, mix_card_of
from .mix_choice import choose, drop_copies, keep_sides
from .mix_config import Lengths, Mix
from .mix_rows import ORIGIN, SourceRows, files_of, plain

VERSION = "1"
"""Changes when the same sources would give another mixture."""
BLOCK = 2048
"""The number of samples that are shuffled together. Every source is spread evenly over the blocks."""
REASONS = {
    "held_out_elsewhere": "being held out elsewhere",
    "taken_down": "having been taken down",
    "held_out_not_taken": "being held out",
    "duplicate_id": "an id that another has",
    "task_cap": "their task's cap",
    "cap": "the source's cap",
    "samples": "the number that is wanted",
    "weight": "the source's weight",
}
"""Why samples were left out, in words that follow "for"; others are said as they are."""

Say = Callable[[str], object]


def run_mix(mix: Mix, *, overwrite: bool = False, say: Say = print) -> int:
    """Make the mixture *mix*. Returns the exit status: 0 done; 1 no sample, or a file could not be written.

    The data set is whole or absent: the card and build.json, which name its files, are written last. The same command
    goes on after an interruption, and does nothing when the mixture is complete.

    Raises:
        UserError: a source is not a sound build, or the folder cannot be written to.
    """
    began = time.monotonic()
    out = mix.output.path.expanduser()
    for source in mix.sources:
        if source.build.expanduser().resolve() == out.resolve():
            raise UserError(f"{out}: is a source, and cannot be the output as well.")
    folder = OutputFolder(out, say)
    try:
        with folder.locked():
            sweep(folder.path, folder.state, folder.path / MEDIA)
            folder.begin(mix.settings(), overwrite=overwrite)
            return _Mixing(mix, folder, say).run(began)
    except LockLost as lost:
        say(str(lost))
    except OSError as error:
        say(f"{explain(error, out)}. The same command goes on.")
    return 1


class _Mixing:
    def __init__(self, mix: Mix, folder: OutputFolder, say: Say) -> None:
        self.mix, self.folder, self.say = mix, folder, say
        self.sources = [SourceRows(source) for source in mix.sources]
        self.takedowns = Takedowns(folder.state)
        generations = [source.record.generation for source in self.sources]
        self.generation = make_id("mix", VERSION, plain(mix.settings()), *generations, *sorted(self.takedowns.ids))[:8]
        self.seconds = 0.0
        self.licences: Counter[str] = Counter()
        """The number of videos by their licence; an empty text: not stated."""
        self.files: dict[str, Path] = {}
        """The paths of the files that go into ``media/``, by their names in the data set."""

    def run(self, began: float) -> int:
        published = Published.read(self.folder, self.generation)
        if published is not None and not published.damaged:
            self.say(f"Nothing to do: {self.folder.path} is this mixture already. Use --overwrite to make it again.")
            return 0
        if published is not None:
            self.say(f"These files are damaged or missing, and are written again: {', '.join(published.damaged)}.")
        for source in self.sources:
            source.survey(self.mix.seed, self.mix.lengths)
        for source in self.sources:
            source.take_down(self.takedowns.ids)
        keep_sides(self.sources)
        drop_copies(self.sources)
        record, account = self._publish(choose(self.mix, self.sources), began)
        self._report(record, account)
        return 0 if record.samples else 1

    # Writing

    def _publish(self, taken: list[list[int]], began: float) -> tuple[BuildRecord, MixtureAccount]:
        folder, out, name = self.folder, self.folder.path, self.generation
        schema, tasks = self._schema(), Counter[str]()

        def tables(split: str) -> Iterator[pa.Table]:
            for table in track(self._blocks(split, schema), f"samples of {split}", self._count(split)):
                tasks.update(table.column("task").to_pylist())
                yield table

        samples = publish_splits(out, schema, tables, name, folder.check, folder.written.claim)
        lanes = sorted({lane for source in self.sources for lane in source.lanes()})
        vectors = self._vectors()
        columns = published_schema(lanes, vectors)
        rows = self._timelines(lanes, vectors)
        timelines = publish(out, "timelines", columns, rows, name, folder.check, folder.written.claim)
        states = Counter[str]()
        rows = self._ended(lanes, vectors, states)
        ended = publish(out, "ended", columns, rows, name, folder.check, folder.written.claim, empty=False)
        rejects = publish(out, "rejects", REJECTS, (), name, folder.check, folder.written.claim)
        media = self._media(schema)
        hashes = {file: file_sha256(path) for file, path in each(list(media.items()), "hashes of media files")}
        folder.written.claim(hashes)
        for file, path in each(sorted(media.items()), "media files"):
            folder.check()
            _put(path, out / file)
        files = samples.files | timelines.files | ended.files | rejects.files
        hours = round(self.seconds / 3600, 6)
        size = sum(path.stat().st_size for path in media.values())
        account = self._account(taken)
        record = BuildRecord(
            inputs=timelines.rows,
            kept=timelines.rows,
            dropped=0,
            failed=0,
            hours=hours,
            hours_kept=hours,
            funnel=[],
            versions=versions(),
            samples=samples.rows,
            splits=samples.splits,
            ended=dict(sorted(states.items())) or None,
            tasks=dict(sorted(tasks.items())),
            rejects=0,
            taken_down=len(self.takedowns) or None,
            media=MediaTotal(files=len(media), bytes=size) if media else None,
            seconds=round(time.monotonic() - began, 3),
            generation=name,
            config=self.mix.model_dump(mode="json", exclude_none=True),
            settings=self.mix.settings(),
            mix=account,
            files=files,
        )
        record.baselines = measure([out / file for file in sorted(record.shards("data"))])
        folder.check()
        folder.write({RECORD: record.to_json(), CARD: mix_card_of(out, self.mix, record, account)})
        remove_older(folder.written, [CARD, RECORD, *files, *media])
        Published.note(folder, name, files, {}, hashes)
        return record, account

    def _schema(self) -> pa.Schema:
        """The columns of all sources, the usual ones first, and the column that names the source."""
        fields = {field.name: field for field in SAMPLES}
        for source in self.sources:
            for field in source.schema():
                fields.setdefault(field.name, field)
        fields[ORIGIN] = pa.field(ORIGIN, pa.string())
        return pa.schema(list(fields.values()))

    def _count(self, split: str) -> int:
        """How many samples of *split* are chosen."""
        number = SPLITS.index(split)
        return sum(int(source.copies[source.split == number].sum()) for source in self.sources)

    def _blocks(self, split: str, schema: pa.Schema) -> Iterator[pa.Table]:
        """The samples of *split*, in shuffled blocks over which every source is spread evenly."""
        number = SPLITS.index(split)
        counts = [int(source.copies[source.split == number].sum()) for source in self.sources]
        streams = [_Stream(source.chosen(split, schema)) for source in self.sources]
        blocks = -(-sum(counts) // BLOCK)
        for block in range(blocks):
            parts = [
                part
                for stream, count in zip(streams, counts, strict=True)
                for part in stream.take(count * (block + 1) // blocks - count * block // blocks)
            ]
            table = pa.concat_tables(parts).combine_chunks()
            rng = seeded(self.mix.seed, "mix", split, block)
            yield table.take(pa.array(rng.sample(range(table.num_rows), table.num_rows)))

    def _vectors(self) -> dict[str, int]:
        """The lanes whose spans have vectors, with their dimensions; those of which the sources have different ones are
        left out, and said."""
        found: dict[str, set[int]] = {}
        for source in self.sources:
            for lane, size in source.vectors().items():
                found.setdefault(lane, set()).add(size)
        for lane, sizes in found.items():
            if len(sizes) > 1:
                listed = " and ".join(map(str, sorted(sizes)))
                self.say(f"The vectors of lane_{lane} are left out: the sources have {listed} numbers in each.")
        return {lane: sizes.pop() for lane, sizes in found.items() if len(sizes) == 1}

    def _timelines(self, lanes: list[str], vectors: dict[str, int]) -> Iterator[pa.Table]:
        """The timelines of all videos that a sample is about or shows; one of several sources has that of the first."""
        done = np.zeros(0, np.uint64)
        for source in self.sources:
            wanted = source.videos_chosen()
            wanted = wanted[~are_among(wanted, done)]
            done = distinct([done, wanted])
            config = source.record.config
            for table in source.timelines(wanted):
                shaped = with_ends(_stated(table, lanes, vectors, config), {})
                self.seconds += sum(filter(None, shaped.column("duration").to_pylist()))
                self.licences.update(licence or "" for licence in shaped.column("licence").to_pylist())
                self._note_files(source, set(files_in(table)))
                yield shaped

    def _ended(self, lanes: list[str], vectors: dict[str, int], states: Counter[str]) -> Iterator[pa.Table]:
        """The timelines of videos that samples show, and that are not in the data set of their source themselves;
        *states* counts how they ended."""
        done = np.zeros(0, np.uint64)
        for source in self.sources:
            wanted = source.videos_chosen()
            wanted = wanted[~are_among(wanted, done)]
            done = distinct([done, wanted])
            for table in source.timelines(wanted, ended=True):
                ends = {row["id"]: (row["state"], row["stage"], row["reason"]) for row in table.to_pylist()}
                states.update(state for state, _, _ in ends.values())
                yield with_ends(_stated(table, lanes, vectors, source.record.config), ends)

    def _media(self, schema: pa.Schema) -> dict[str, Path]:
        """The paths of the files that samples and timelines refer to, by their names in the data set.

        Raises:
            UserError: a file is missing, or two sources have different files of the same name.
        """
        for source in self.sources:
            if (source.folder / MEDIA).is_dir():
                for split in SPLITS:
                    for table in source.chosen(split, schema):
                        self._note_files(source, files_of(table))
        return self.files

    def _note_files(self, source: SourceRows, names: set[str]) -> None:
        for name in sorted(names):
            path = source.folder / name
            other = self.files.setdefault(name, path)
            if not path.is_file():
                raise UserError(f"{path}: is missing. The same vdata build makes it again.")
            if other != path and file_sha256(other) != file_sha256(path):
                raise UserError(f"{path}: {other} has the same name and another content: the two cannot be mixed.")

    # Reporting

    def _account(self, taken: list[list[int]]) -> MixtureAccount:
        """The account for build.json: each source, its samples in the mixture, and the reasons against the others."""
        total = sum(map(sum, taken))
        sources = [self._share(source, sum(amount), total) for source, amount in zip(self.sources, taken, strict=True)]
        return MixtureAccount(
            sources=sources,
            licences={licence or NOT_STATED: count for licence, count in self.licences.most_common()},
            samples_wanted=self.mix.samples,
            training=total,
            lengths=self._lengths(self.mix.lengths, taken, total) if self.mix.lengths is not None else None,
        )

    def _share(self, source: SourceRows, amount: int, total: int) -> SourceShare:
        """The part of *source*: *amount* of the *total* training samples."""
        record, copies, weight = source.record, source.copies, source.settings.weight
        weights = sum(one.settings.weight or 0 for one in self.sources)
        return SourceShare(
            name=source.name,
            build=str(source.settings.build),
            generation=record.generation,
            licence=record.config.get("licence"),
            source=record.config.get("source"),
            samples=len(source.key),
            taken=int(copies.sum()),
            copies=int(copies.sum()) - int(np.count_nonzero(copies)),
            splits={name: int(copies[source.split == n].sum()) for n, name in enumerate(SPLITS)},
            left_out=dict(sorted(source.left_out.items())),
            sources=record.mix.sources if record.mix is not None else None,
            wanted=None if weight is None else round(weight / weights, 4),
            share=None if weight is None else round(amount / max(total, 1), 4),
        )

    def _lengths(self, lengths: Lengths, taken: list[list[int]], total: int) -> list[LengthShare]:
        shares = sum(bucket.share for bucket in lengths.buckets)
        return [
            LengthShare(
                up_to=bucket.max_tokens,
                wanted=round(bucket.share / shares, 4),
                share=round(sum(row[n] for row in taken) / max(total, 1), 4),
                samples=sum(row[n] for row in taken),
                there=sum(int((source.bucket[source.split == 0] == n).sum()) for source in self.sources),
            )
            for n, bucket in enumerate(lengths.buckets)
        ]

    def _report(self, record: BuildRecord, account: MixtureAccount) -> None:
        for one in account.sources:
            why = ", ".join(f"{count} for {REASONS.get(reason, reason)}" for reason, count in one.left_out.items())
            copies = f", {one.copies} of them copies" if one.copies else ""
            self.say(
                f"{one.name}: {one.taken} of {one.samples} samples taken{copies}{f'; left out: {why}' if why else ''}"
            )
            if one.wanted is not None and one.share is not None and abs(one.wanted - one.share) > NOTABLE:
                self.say(f"  {one.share:.1%} of the training samples, where its weight asks for {one.wanted:.1%}")
        for row in account.lengths or ():
            limit = f"up to {row.up_to:,}" if row.up_to else "longer"
            short = f", where {row.wanted:.1%} were wanted" if abs(row.wanted - row.share) > NOTABLE else ""
            self.say(f"tokens {limit}: {row.samples} samples, {row.share:.1%}{short} ({row.there} available)")
        if self.mix.samples and account.training < self.mix.samples:
            self.say(f"{self.mix.samples} training samples were wanted, and {account.training} are in the mixture.")
        splits = ", ".join(f"{split} {count}" for split, count in (record.splits or {}).items())
        if not record.samples:
            self.say(
                "No number of samples meets the weights and lengths: there is no data set. Set `samples` to come close."
            )
            return
        for line in remarks(record.baselines or ()):
            self.say(line)
        self.say(f"{record.samples} samples ({splits}) of {record.kept} videos: {self.folder.path}")


def _stated(table: pa.Table, lanes: list[str], vectors: dict[str, int], config: Mapping[str, Any]) -> pa.Table:
    """The timelines of *table* with these lanes, and with what they, or the *config* of their build, state."""
    shaped = with_stated(with_lanes(table, lanes, vectors), {name: config.get(name) for name in STATED})
    for name in set(STATED) & set(table.column_names):
        shaped = shaped.set_column(shaped.column_names.index(name), name, table.column(name))
    return shaped


NOTABLE = 0.005
"""Shares that differ from the wanted ones by more than this are reported."""


class _Stream:
    """A stream of tables that is read in pieces of any number of rows."""

    def __init__(self, tables: Iterator[pa.Table]) -> None:
        self.tables = tables
        self.rest: pa.Table | None = None

    def take(self, count: int) -> Iterator[pa.Table]:
        """The next *count* rows."""
        while count:
            if self.rest is None or not self.rest.num_rows:
                self.rest = next(self.tables)
            part, self.rest = self.rest.slice(0, count), self.rest.slice(count)
            count -= part.num_rows
            yield part


def _put(path: Path, out: Path) -> None:
    """Place the file *path* at *out*: a hard link where the disk allows one, else a copy."""
    if out.is_file() and (out.samefile(path) or file_sha256(out) == file_sha256(path)):
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with staged(out) as staging:
        try:
            os.link(path, staging)
        except OSError:
            shutil.copyfile(path, staging)
        os.replace(staging, out)
