"""A data set whose media files go to the Hub as tars: its rows say in which tar, and where in it, each of them lies."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from ...schemas.arrow import encode
from ...schemas.build_record import RECORD, BuildRecord, Shard
from ..card.card import metadata
from ..dataset.finished import CARD, File, Finished
from ..dataset.publish import MEDIA, files_in
from ..dataset.splits import main_split
from ..errors import UserError
from ..storage.parts import file_sha256
from ..tool_progress import each
from .tar_shards import TarMember, TarStream, in_shards

GB = 10**9
FILES, ENTRIES, LARGEST = 100_000, 10_000, 500 * GB
"""What the Hub takes: files in a repository, entries in a folder, bytes in a file
(https://huggingface.co/docs/hub/storage-limits)."""
LARGEST_STREAM = 50 * GB
"""Bytes of what is sent while it is made, by the Hub's older protocol."""
MOST_FILES = 25_000
"""Large files that the Hub takes in one commit."""
COLUMN = "tars"
PLACE = pa.struct([("file", pa.string()), ("tar", pa.string()), ("member", pa.string()), ("offset", pa.int64()),
                   ("size", pa.int64())])  # fmt: skip
"""A place of a file: its name as the row has it, the tar in the repository, its name there, where its bytes are."""
Places = Mapping[str, tuple[str, str, int, int]]
"""Tar, member, offset and size of files, by their names in the data set."""
TITLE = "## How to read the media files"


def too_many(names: Iterable[str]) -> str:
    """Which limit of the Hub the files of a data set, by *names*, do not keep, in words; empty if they keep all."""
    names = list(names)
    folder, most = max(Counter(str(PurePosixPath(name).parent) for name in names).items(), key=lambda item: item[1])
    folders = Counter(str(one.parent) for one in {PurePosixPath(name).parent for name in names})
    if len(names) > FILES:
        return f"{len(names):,} files, where the Hub takes {FILES:,} in a repository"
    if len(names) > MOST_FILES:
        return f"{len(names):,} files, where the Hub takes {MOST_FILES:,} in one revision"
    if most > ENTRIES or max(folders.values()) > ENTRIES:
        folder, most = (folder, most) if most > ENTRIES else folders.most_common(1)[0]
        return f"{most:,} entries in {folder}/, where the Hub takes {ENTRIES:,} in a folder"
    return ""


def check_sizes(ready: Finished, *, in_tars: bool) -> None:
    """
    Raises:
        UserError: a file is larger than the Hub takes.
    """
    for name, file in ready.files.items():
        most = LARGEST_STREAM if in_tars and name.startswith(f"{MEDIA}/") else LARGEST
        if file.size > most:
            where = "a tar that is made while it is sent" if most == LARGEST_STREAM else "a file"
            raise UserError(
                f"{ready.folder / name}: has {file.size / GB:.1f} GB, and the Hub takes {most / GB:.0f} in {where}."
            )


@dataclass(frozen=True, slots=True)
class Tars:
    """The tars of a data set."""

    streams: dict[str, TarStream]
    """By their names in the repository."""
    files: int
    bytes: int

    def places(self) -> Places:
        """Where each file is."""
        return {
            f"{MEDIA}/{member}": (tar, member, offset, size)
            for tar, stream in self.streams.items()
            for member, (offset, size) in stream.places.items()
        }


def plan_tars(ready: Finished, most_bytes: int) -> Tars:
    """The tars for the media files of *ready*, of at most *most_bytes* where no file is larger."""
    members = [
        TarMember(name.removeprefix(f"{MEDIA}/"), file.path, file.size)
        for name, file in ready.files.items()
        if name.startswith(f"{MEDIA}/")
    ]
    groups = in_shards(members, most_bytes)
    names = [f"{MEDIA}/{ready.record.generation}-{number:05d}.tar" for number in range(len(groups))]
    streams = {name: TarStream(group) for name, group in zip(names, groups, strict=True)}
    return Tars(streams, len(members), sum(one.size for one in members))


def packed(ready: Finished, tars: Tars, place: Path, repo: str) -> Finished:
    """*ready* with *tars* in the place of its media files; rows with the column COLUMN are written to *place*.

    build.json and the card are those of what is pushed: its hashes, its columns, how its media are read from *repo*.
    """
    from huggingface_hub import CommitOperationAdd

    places = tars.places()
    files = {name: file for name, file in ready.files.items() if not name.startswith(f"{MEDIA}/")}
    record = ready.record.model_copy(deep=True)
    for name in each(list(ready.record.files), "rows with the places of media files"):
        if not name.startswith("rejects/"):
            files[name] = _rewritten(files[name], place / name, places)
            record.files[name] = Shard(sha256=files[name].sha256, bytes=files[name].size, rows=record.files[name].rows)
        else:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).symlink_to(ready.files[name].path.resolve())
    record.tars = {}
    for name, stream in each(list(tars.streams.items()), "hashes of tars"):
        addition = CommitOperationAdd(name, cast("BinaryIO", stream))  # reads and hashes it
        sha256 = addition.upload_info.sha256.hex()
        files[name] = File(ready.folder / name, stream.size, sha256, addition=addition)
        record.tars[name] = Shard(sha256=sha256, bytes=stream.size, rows=len(stream.places))
    files[RECORD] = _small(files[RECORD], record.to_json())
    files[CARD] = _small(files[CARD], _card(files[CARD], record, place, repo))
    return replace(ready, files=files, record=record)


def _small(file: File, data: bytes) -> File:
    return File(file.path, len(data), hashlib.sha256(data).hexdigest(), data)


def _rewritten(file: File, path: Path, places: Places) -> File:
    """The shard *file*, written to *path* with the column COLUMN; a group of rows in memory at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetFile(file.path) as old:
        schema = old.schema_arrow.append(pa.field(COLUMN, pa.list_(PLACE)))
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for number in range(old.num_row_groups):
                writer.write_table(_with_places(old.read_row_group(number, use_threads=False), schema, places))
    return File(path, path.stat().st_size, file_sha256(path))


def _with_places(table: pa.Table, schema: pa.Schema, places: Places) -> pa.Table:
    of = [[(name, *places[name]) for name in names if name in places] for names in _named(table)]
    offsets = pa.array(accumulate(map(len, of), initial=0), pa.int32())
    flat = [place for row in of for place in row]
    columns = [encode([place[number] for place in flat], field.type) for number, field in enumerate(PLACE)]
    values = pa.StructArray.from_arrays(columns, fields=list(PLACE))
    made = pa.ListArray.from_arrays(offsets, values, type=schema.field(COLUMN).type)
    return table.append_column(schema.field(COLUMN), made).cast(schema)


def _named(table: pa.Table) -> Iterator[list[str]]:
    """The media files that each row of *table*, of samples or timelines, names: what it shows first."""
    if "video" not in table.column_names:
        yield from (sorted(files_in(table.slice(number, 1))) for number in range(table.num_rows))
        return
    columns = ({"video", "clip", "frames"} & set(table.column_names)) or {"video"}
    for row in table.select(sorted(columns)).to_pylist():
        frames = [one["file"] for one in row.get("frames") or ()]
        found = dict.fromkeys([row.get("clip"), *frames, row["video"]])
        yield [name for name in found if name and name.startswith(f"{MEDIA}/")]


def _card(card: File, record: BuildRecord, place: Path, repo: str) -> bytes:
    """*card* with the columns and sizes of what lies in *place*, and how to read the media files."""
    import yaml

    _, head, text = (card.data or b"").decode().split("---\n", 2)
    told = yaml.safe_load(head)
    told["dataset_info"] = yaml.safe_load(metadata(place, None, None, record).strip("-\n"))["dataset_info"]
    text = text.replace("\n## How to build it again\n", f"\n{_reading(record, repo)}\n## How to build it again\n", 1)
    if TITLE not in text:  # a card that was written by hand
        text = f"{text.rstrip()}\n\n{_reading(record, repo)}"
    return f"---\n{yaml.safe_dump(told, sort_keys=False, allow_unicode=True)}---\n{text}".encode()


def _reading(record: BuildRecord, repo: str) -> str:
    tars = list(record.tars or ())
    last = tars[-1].removesuffix(".tar").rpartition("-")[2]
    pattern = f"{MEDIA}/{record.generation}-{{00000..{last}}}.tar" if len(tars) > 1 else tars[0]
    count = f"{len(tars):,} tar{'s' * (len(tars) > 1)}"
    table = "" if record.samples else '"timelines", '
    name, split = repo.partition("@")[0], main_split(record)
    return (
        f"{TITLE}\n\nThe files that rows name as `{MEDIA}/…` lie in {count} in the folder `{MEDIA}`. The column "
        f"`{COLUMN}` of a row says for each of its files which tar holds it, under which name, and where its bytes are,"
        " so that one file is read without the others:\n\n"
        "```python\n"
        "import datasets, huggingface_hub\n\n"
        f'row = datasets.load_dataset("{name}", {table}split="{split}"{_revision(repo)})[0]\n'
        f'one = row["{COLUMN}"][0]  # file, tar, member, offset, size\n'
        f"data = huggingface_hub.HfFileSystem().cat_file(f\"datasets/{repo}/{{one['tar']}}\", "
        'start=one["offset"], end=one["offset"] + one["size"])\n'
        "```\n\n"
        f"They are WebDataset shards as well (`{pattern}`). Of a copy of this data set, `tar -xf` of each in "
        f"`{MEDIA}/` puts the files where the rows name them.\n"
    )


def _revision(repo: str) -> str:
    revision = repo.partition("@")[2]
    return f', revision="{revision}"' if revision else ""


def shard_bytes(gigabytes: float) -> int:
    """*gigabytes* in bytes."""
    return math.floor(gigabytes * GB)
