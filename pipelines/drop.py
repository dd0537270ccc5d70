"""``vdata drop``: take videos, and all that was made of them, out of a published data set, for good."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ..rules.lane_kinds import fold
from ..schemas import make_id
from ..schemas.build_record import RECORD, BuildRecord, MediaTotal
from ..schemas.timeline import STATED
from .card.card import card_of
from .dataset.baseline_scores import measure
from .dataset.finished import read_record
from .dataset.funnel import Funnel
from .dataset.publish import FOLDERS, MEDIA, TableFiles, files_in, publish
from .dataset.published import CARD, Published, chosen_timelines, generation
from .dataset.splits import publish_splits, split_of_file
from .errors import UserError
from .mixture.mix_card import mix_card_of
from .mixture.mix_config import Mix
from .run.history import HISTORY, History
from .run.row import INPUT, OUTPUT
from .run.take_out import Gone, borrowed, take_out
from .settings.config import Config
from .storage.output_folder import OutputFolder, media_of_parts
from .storage.parts import ENDED, Part
from .storage.takedowns import Takedown, Takedowns, uri_hash
from .storage.written_files import ASIDE
from .yaml.complaints import did_you_mean

Say = Callable[[str], object]
MADE_OF = ("lane_pieces", "lane_needles")
"""The lanes that say what a made video was made of."""


@dataclass(slots=True)
class KnownVideo:
    """What a data set knows of one video, whether it was kept or not."""

    uri: str
    state: str = "kept"
    seconds: float = 0.0
    size: int = 0
    made: bool = False
    """Whether it was made of other videos."""
    of: set[str] = field(default_factory=set)
    """The uris, and ids by content, of the videos that it was made of."""


def drop(path: Path, videos: Sequence[str], say: Say = print) -> int:
    """Take *videos* (uris, file names or ids) out of the data set in the folder *path*. Returns the exit status.

    Raises:
        UserError: there is no such data set or video; nothing was changed.
    """
    record = read_record(path)
    folder = OutputFolder(path, say)
    if not folder.state.is_dir():
        raise UserError(f"{path}: has no {folder.state.name}: drop it where the data set was built, and push again.")
    with folder.locked():
        takedowns = Takedowns(folder.state)
        known = _known(folder, record)
        chosen = _chosen(path, known, videos, takedowns)
        twins = {id for id, one in known.items() if one.of and not one.made and one.of & {known[c].uri for c in chosen}}
        inputs = chosen | twins
        names = {known[one].uri for one in inputs} | inputs
        made = {id for id, one in known.items() if one.made and one.of & names}
        takedowns.add(Takedown(one, uri_hash(known[one].uri), known[one].size) for one in sorted(inputs))
        ids = frozenset(inputs | made | takedowns.ids)
        gone = Gone(ids, tuple(sorted(names, key=len, reverse=True)))
        gone.samples.update(_borrowing(path, record, ids, borrowed(folder, ids), names))
        alike = _alike(path, record, names, ids)
        _Dropping(folder, record, known, gone, len(takedowns)).run()
    _told(path, len(chosen), len(twins), len(made), len(gone.samples), alike, say)
    return 0


def _known(folder: OutputFolder, record: BuildRecord) -> dict[str, KnownVideo]:
    """Every video that the parts or the published tables of *folder* have, by id."""
    found: dict[str, KnownVideo] = {}
    spawned = record.made is not None
    for number, store in enumerate(folder.stores()):
        for part in (part for one in store.manifests() if (part := store.find(one.stem)) is not None):
            for outcome in part.outcomes:
                new = KnownVideo(outcome.uri, outcome.state, outcome.seconds or 0.0)
                known = found.setdefault(outcome.id, new)
                known.made = known.made or (number > 0 and known is new and spawned)
                known.state = outcome.state if outcome.state != "kept" else known.state
            if not store.damage(part):
                for name in {"timelines", ENDED} & part.files.keys():
                    _lay(found, store.table(part, name))
                _lay_twins(found, store.table(part, "rejects"))
    for table in _published(folder.path, record, "timelines"):
        names = ["id", "uri", "duration", *({"state"} & set(table.column_names))]
        for row in table.select(names).to_pylist():
            state = {"input": "kept", "without_samples": "dropped"}.get(state := row.get("state", "kept"), state)
            found.setdefault(row["id"], KnownVideo(row["uri"], state, row["duration"] or 0.0))
        _lay(found, table)
    for table in _published(folder.path, record, "rejects"):
        for row in table.select(["id", "uri", "kind", "lane"]).to_pylist():
            if not row["lane"] and row["kind"] != "retried":
                found.setdefault(row["id"], KnownVideo(row["uri"], row["kind"]))
        _lay_twins(found, table)
    return found


def _lay(found: dict[str, KnownVideo], timelines: pa.Table) -> None:
    """Note the sizes of files, and what made videos were made of."""
    lanes = [name for name in MADE_OF if name in timelines.column_names]
    for row in timelines.select(["id", "media", *lanes]).to_pylist():
        if (known := found.get(row["id"])) is None:
            continue
        known.size = (row["media"] or {}).get("bytes") or known.size
        for span in (span for lane in lanes for span in row[lane] or ()):
            known.made = True
            for attr in span["attrs"] or ():
                known.of |= {attr["value"], make_id(attr["value"])} if attr["name"] == "content" else {attr["value"]}


def _lay_twins(found: dict[str, KnownVideo], rejects: pa.Table) -> None:
    """Note of files that were left out as copies what they are copies of."""
    for row in rejects.select(["id", "reason", "detail"]).to_pylist():
        if row["reason"] == "duplicate_file" and row["id"] in found:
            found[row["id"]].of.add(row["detail"].removeprefix("the same content as "))


def _chosen(path: Path, known: dict[str, KnownVideo], videos: Sequence[str], takedowns: Takedowns) -> set[str]:
    """The ids of *videos*.

    Raises:
        UserError: there is none of a name, or several.
    """
    chosen: set[str] = set()
    for video in videos:
        of = {id for id, one in known.items() if not one.made and (video in (id, one.uri) or make_id(video) == id)}
        of = of or {id for id, one in known.items() if not one.made and PurePosixPath(one.uri).name == video}
        if len(of) > 1:
            several = ", ".join(sorted(known[one].uri for one in of)[:5])
            raise UserError(f"{path}: {len(of)} videos are called {video} ({several}): name them by uri.")
        if not of and not takedowns.names(video):
            uris = [one.uri for one in known.values() if not one.made]
            hint = did_you_mean(
                video, uris, "Videos are named by uri, file name, or id, as in its timelines and rejects."
            )
            raise UserError(f"{path}: has no video {video}. {hint}")
        chosen |= of
    return chosen


def _published(path: Path, record: BuildRecord, table: str) -> Iterator[pa.Table]:
    ended = record.ended_shards if table == "timelines" else []
    for name in sorted([*record.shards(FOLDERS[table]), *ended]):
        with pq.ParquetFile(path / name) as file:
            yield from (pa.Table.from_batches([batch]) for batch in file.iter_batches(1024))


def _borrowing(path: Path, record: BuildRecord, ids: frozenset[str], texts: set[str], uris: set[str]) -> Iterator[str]:
    """The samples of other videos with one of the folded *texts* among their wrong options, or that show one of
    *uris*."""
    for table in _published(path, record, "samples"):
        columns = ["id", "video_id", "options", "answer_index", *({"media"} & set(table.column_names))]
        for row in table.select(columns).to_pylist():
            wrong = [text for n, text in enumerate(row["options"] or ()) if n != row["answer_index"]]
            shown = {medium["video"] for medium in row.get("media") or ()}
            if row["video_id"] not in ids and (shown & uris or any(fold(text) in texts for text in wrong)):
                yield row["id"]


def _alike(path: Path, record: BuildRecord, names: set[str], ids: frozenset[str]) -> list[str]:
    """The videos that were left out because they look like one of *names*."""
    rows = (row for table in _published(path, record, "rejects") for row in table.to_pylist())
    near = [row for row in rows if row["reason"] == "near_duplicate" and not row["lane"] and row["id"] not in ids]
    return sorted({row["uri"] for row in near if any(name in row["detail"] for name in names)})


class _Dropping:
    """Takes *gone* out of the parts and the published files of *folder*, which this process holds."""

    def __init__(
        self, folder: OutputFolder, record: BuildRecord, known: dict[str, KnownVideo], gone: Gone, taken_down: int
    ) -> None:
        self.folder, self.path, self.record, self.known, self.gone = folder, folder.path, record, known, gone
        self.taken_down = taken_down
        self.left: dict[str, str] = {}
        """The SHA-256 of the media files that are left, by name."""

    def run(self) -> None:
        """Parts first: when this is cut off, the same command, or a build, goes on."""
        old, record = self.record, self.record.model_copy(deep=True)
        stated = {name: old.config.get(name) for name in STATED}
        stated |= chosen_timelines((old.config.get("output") or {}).get("timelines", "all"))
        complete = old.generation == generation(self._parts(), stated)
        take_out(self.folder, self.gone)
        if (self.folder.state / HISTORY).exists():
            History(self.folder.state / HISTORY).forget(self.gone.ids, self.gone.names)
        record.taken_down, record.config = self.taken_down, _scrubbed(record.config, self.gone)
        parts = self._parts()
        record.generation = generation(parts, stated)
        if not complete or record.generation == old.generation:  # a mixture, or parts that are not published yet
            record.generation = make_id("drop", old.generation, *sorted(self.gone.ids))[:8]
            self._count(record)
        else:
            _recount(record, parts)
        media = self._publish(record)
        self.folder.write({RECORD: record.to_json(), CARD: self._card(record)})
        for name in {*old.files, *media}:
            if name not in record.files:
                path = self.path / name
                path.unlink(missing_ok=True)
                for aside in path.parent.glob(f"{glob.escape(path.name)}{ASIDE}*"):  # an edited one is as much of it
                    aside.unlink()
        left = media_of_parts(chain.from_iterable(parts)) | self.left
        Published.note(self.folder, record.generation, record.files, stated if record.mix is None else {}, left)

    def _parts(self) -> list[list[Part]]:
        return [
            [part for path in store.manifests() if (part := store.find(path.stem))] for store in self.folder.stores()
        ]

    def _count(self, record: BuildRecord) -> None:
        """Take the videos out of the counts."""
        for id in self.gone.ids & self.known.keys():
            one = self.known[id]
            made = one.made and record.made is not None
            ends: Any = record.made if made else record
            setattr(ends, one.state, getattr(ends, one.state) - 1)
            if made:
                ends.videos -= 1
                ends.hours_kept = _less_hours(ends.hours_kept, one.seconds if one.state == "kept" else 0.0)
                continue
            record.inputs -= 1
            record.hours = _less_hours(record.hours, one.seconds)
            record.hours_kept = _less_hours(record.hours_kept, one.seconds if one.state == "kept" else 0.0)

    def _publish(self, record: BuildRecord) -> set[str]:
        """Write the shards anew, without what goes. Returns the media files that nothing refers to any more."""
        tasks, states, media, named = Counter[str](), Counter[str](), dict[str, tuple[str, int]](), set[str]()

        def samples(split: str) -> Iterator[pa.Table]:
            for name in sorted(self.record.shards("data")):
                if split_of_file(name) == split:
                    for table in self._left(name, "samples"):
                        tasks.update(table.column("task").to_pylist())
                        yield table

        def ended() -> Iterator[pa.Table]:
            for name in sorted(self.record.ended_shards):
                with pq.ParquetFile(self.path / name) as file:
                    for batch in file.iter_batches(64):
                        table = self.gone.kept(pa.Table.from_batches([batch]), "timelines")
                        states.update(table.column("state").to_pylist())
                        yield table

        def timelines() -> Iterator[pa.Table]:
            for name in sorted(self.record.shards("timelines")):
                with pq.ParquetFile(self.path / name) as file:
                    for batch in file.iter_batches(64):
                        table = pa.Table.from_batches([batch])
                        named.update(files_in(table))
                        table = self.gone.kept(table, "timelines")
                        media.update(files_in(table))
                        yield table

        def rejects() -> Iterator[pa.Table]:
            for name in sorted(self.record.shards("rejects")):
                yield from self._left(name, "rejects")

        out, check, claim, new = self.path, self.folder.check, self.folder.written.claim, record.generation
        if self.record.splits is not None:
            written = publish_splits(out, self._schema("data"), samples, new, check, claim)
        else:
            written = publish(out, "samples", self._schema("data"), samples("train"), new, check, claim)
        rows: list[TableFiles] = [
            publish(out, name, self._schema(name), tables(), new, check, claim)
            for name, tables in (("timelines", timelines), ("rejects", rejects))
        ]
        record.files = written.files | rows[0].files | rows[1].files
        if self.record.ended_shards:
            schema = pq.read_schema(self.path / self.record.ended_shards[0]).remove_metadata()
            record.files |= publish(out, "ended", schema, ended(), new, check, claim, empty=False).files
            record.ended = dict(sorted(states.items())) or None
        record.samples, record.splits, record.rejects = written.rows, written.splits, rows[1].rows
        record.tasks = dict(sorted(tasks.items()))
        if self.record.media is not None:
            record.media = (
                MediaTotal(files=len(media), bytes=sum(size for _, size in media.values())) if media else None
            )
        record.baselines = measure([out / file for file in sorted(record.shards("data"))])
        self.left = {name: sha256 for name, (sha256, _) in media.items() if sha256}
        return {name for name in named - media.keys() if name.startswith(f"{MEDIA}/")}

    def _left(self, name: str, table: str) -> Iterator[pa.Table]:
        with pq.ParquetFile(self.path / name) as file:
            for batch in file.iter_batches(1024):
                yield self.gone.kept(pa.Table.from_batches([batch]), table)

    def _schema(self, home: str) -> pa.Schema:
        return pq.read_schema(self.path / self.record.shards(home)[0]).remove_metadata()

    def _card(self, record: BuildRecord) -> bytes:
        if record.mix is not None:
            names = [one.build for one in record.mix.sources]
            of_mix = {"sources": [{"build": name} for name in names], "output": {"path": self.path}}
            said = {name: record.config.get(name) for name in ("name", "description", "licence")}
            return mix_card_of(self.path, Mix.model_validate(of_mix | said), record, record.mix)
        said = {name: record.config.get(name) for name in ("name", "description", "licence", "source")}
        config = Config(output={"path": self.path}, cite=record.config.get("cite", []), **said)
        return card_of(self.path, config, record)


def _recount(record: BuildRecord, parts: list[list[Part]]) -> None:
    """Count what is left in *parts*."""
    labels = [row.stage for row in record.funnel if row.stage not in (INPUT, OUTPUT)]
    inputs = {one.id for part in parts[0] for one in part.outcomes}
    new = (n for n, own in enumerate(parts) if any(one.id not in inputs for part in own for one in part.outcomes))
    funnel = Funnel(
        labels, parts, sum(len(part.outcomes) for part in parts[0]), next(new, None) if record.made else None
    )
    record.inputs, record.hours, record.hours_kept = sum(funnel.ends.values()), funnel.hours, funnel.hours_kept
    record.kept, record.dropped, record.failed = (funnel.ends[state] for state in ("kept", "dropped", "failed"))
    record.funnel, record.made = funnel.rows, funnel.made or record.made


def _less_hours(hours: float, seconds: float) -> float:
    return max(0.0, round(hours - seconds / 3600, 6))


def _scrubbed(value: Any, gone: Gone) -> Any:
    """*value* of a config without the names of what goes."""
    if isinstance(value, dict):
        return {key: _scrubbed(inner, gone) for key, inner in value.items()}
    if isinstance(value, list):
        return [_scrubbed(inner, gone) for inner in value]
    return gone.scrubbed(value) if isinstance(value, str) else value


def _told(path: Path, videos: int, twins: int, made: int, borrowing: int, alike: list[str], say: Say) -> None:
    also = [f"{twins} files of the same content"] if twins else []
    also += [f"{made} videos that were made with a piece of them"] if made else []
    also += (
        [f"{borrowing} samples of other videos with their words among the options, or that show them"]
        if borrowing
        else []
    )
    what = f"{videos} video{'' if videos == 1 else 's'}{', with ' + ', '.join(also) if also else ''}"
    say(f"{path}: taken down: {what}.")
    say("Builds and forks of this folder leave that out from now on. Push again to take it off the Hub or the bucket.")
    if alike:
        names = ", ".join(alike[:5]) + (", …" if len(alike) > 5 else "")
        say(f"Left out as near-duplicates, which the next build takes: {names}. Drop them as well if need be.")
    say(
        "Not part of the data set, and not touched: exports, predictions and mixtures that were made of it, earlier "
        "revisions on the Hub (HfApi().super_squash_history removes them), and the caches of this machine."
    )
