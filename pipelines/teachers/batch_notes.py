"""What is known on the disk of the batches that a provider works on, so that none is lost and none is paid for twice.

Two files for each batch, in one folder. The note, sealed, has the ids of its requests. It is durable before the
batch is made, and written again with the batch's id afterwards: without one, a batch may have been made. The replies,
when the batch has ended, are a line of JSON each.

A worker of a build that was killed may live on for seconds. So each run leaves its own mark in the folder before it
reads the notes, and a worker looks, when its note is written and before it makes the batch, whether that mark is
still its own: either the new run sees the note, or the old worker sees the mark.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ...schemas.atomic_file import STAGING, replace_synced, staged, write_bytes
from ..errors import StopBuild
from ..storage.disk import explain
from ..storage.sealed import Damaged, read_sealed, seal

RUN = "run"
"""The file that has the mark of the run that may make batches."""


@dataclass(slots=True)
class BatchNote:
    """One batch."""

    url: str
    """The server that has it."""
    teacher: str
    """The model that is asked: for people."""
    file: str
    """The id of its uploaded requests there."""
    ids: list[str]
    """Of its requests, in the order of the lines."""
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    """Ours; the batch has it among its metadata."""
    batch: str = ""
    """The provider's id; empty: perhaps it was made."""
    begun: float = field(default_factory=time.time)
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class ReplyPlace:
    """Where in a file a reply stands."""

    path: Path
    start: int
    length: int

    def read(self) -> bytes:
        """Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.length)


class BatchNotes:
    """The notes in *folder*. *mark* is that of the run that writes them; empty: it is the only one that ever does."""

    def __init__(self, folder: Path, mark: str = "") -> None:
        self.folder, self.mark = folder, mark

    def begin(self) -> None:
        """Leave the mark: from now on no worker of an earlier run makes a batch.

        Raises:
            OSError: it cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        write_bytes(self.mark.encode(), self.folder / RUN)

    def check(self) -> None:
        """Raise StopBuild when another run has begun."""
        if self.mark and _text(self.folder / RUN) != self.mark:
            raise StopBuild("another run of the build has begun, and this one asks nothing more")

    def all(self) -> Iterator[BatchNote]:
        """Every note.

        Raises:
            StopBuild: one is damaged.
        """
        for path in _notes(self.folder):
            try:
                yield BatchNote(**read_sealed(path))
            except FileNotFoundError:
                continue
            except (Damaged, OSError, TypeError) as error:
                why = explain(error) if isinstance(error, OSError) else str(error)
                raise StopBuild(
                    f"{path}: {why}. Which requests that batch has is not known any more. Delete the file to have "
                    "them asked, and paid for, again"
                ) from None

    def write(self, note: BatchNote) -> None:
        """Make *note* durable.

        Raises:
            StopBuild: it cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(seal(asdict(note)), self.folder / f"{note.name}.json")
        except OSError as error:
            raise StopBuild(f"which requests were sent in a batch cannot be noted: {explain(error)}") from None

    def drop(self, note: BatchNote) -> None:
        """Forget a batch that was never made, or will bring nothing."""
        with suppress(OSError):
            (self.folder / f"{note.name}.json").unlink(missing_ok=True)

    def delete(self, replies: Iterable[Path]) -> None:
        """Delete these files of replies, and their notes first."""
        for path in replies:
            with suppress(OSError):
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink(missing_ok=True)

    def replies(self, note: BatchNote) -> Path:
        """The file of its replies; it is there when the batch has ended."""
        return self.folder / f"{note.name}.jsonl"

    def keep(self, note: BatchNote, lines: Iterable[bytes], scrub: Callable[[str], str]) -> None:
        """Make the replies of *note* durable: those of *lines* that came with status 200, as ``{"id": …, "body": …}``.

        Raises:
            StopBuild: they cannot be written.
        """
        wanted, path = set(note.ids), self.replies(note)
        try:
            with staged(path) as staging:
                with staging.open("wb") as file:
                    for line in lines:
                        name, status, body = answer_in(line)
                        if name in wanted and status == 200:
                            wanted.discard(name)
                            file.write(scrub(json.dumps({"id": name, "body": body})).encode() + b"\n")
                replace_synced(staging, path)
        except OSError as error:
            raise StopBuild(f"the replies of a batch that was paid for cannot be kept: {explain(error)}") from None

    def places(self, note: BatchNote) -> dict[str, ReplyPlace]:
        """Where the reply to each request stands, by id; for a batch that has ended."""
        path, found, start = self.replies(note), dict[str, ReplyPlace](), 0
        with suppress(OSError), path.open("rb") as file:
            for line in file:
                with suppress(ValueError, KeyError, TypeError, RecursionError):
                    found[json.loads(line)["id"]] = ReplyPlace(path, start, len(line))
                start += len(line)
        return found


def answer_in(line: bytes) -> tuple[str, int, object]:
    """What a line of a provider's output or error file says: the request's id, the status, and the body or the error.

    The id is empty where there is none; the status is 0 where the request was never answered.
    """
    try:
        row = json.loads(line)
        name, response = row.get("custom_id"), row.get("response")
    except (ValueError, AttributeError, RecursionError):
        return "", 0, None
    if not isinstance(name, str):
        return "", 0, None
    if isinstance(response, dict) and isinstance(response.get("status_code"), int):
        return name, response["status_code"], response.get("body")
    return name, 0, row.get("error")


def going_on(folder: Path) -> list[BatchNote]:
    """The batches in *folder* that the provider still works on, or whose replies were not fetched; oldest first."""
    found = []
    for path in _notes(folder):
        with suppress(OSError, Damaged, TypeError):
            note = BatchNote(**read_sealed(path))
            if note.batch and not path.with_suffix(".jsonl").exists():
                found.append(note)
    return sorted(found, key=lambda note: note.begun)


def ended_words(folder: Path) -> str:
    """For people whose build ends now: what goes on at the provider; empty: nothing."""
    notes = going_on(folder)
    if not notes:
        return ""
    named = [
        f"{note.batch} ({len(note.ids):,} requests to {note.teacher}, since "
        f"{time.strftime('%Y-%m-%d %H:%M', time.localtime(note.begun))})"
        for note in notes[:3]
    ] + ([f"{len(notes) - 3} more"] if len(notes) > 3 else [])
    what, takes = ("1 batch goes", "its") if len(notes) == 1 else (f"{len(notes)} batches go", "their")
    return (
        f"{what} on at the provider: {', '.join(named)}. The same command takes {takes} replies; none is asked twice."
    )


def forget_ended(folder: Path) -> None:
    """Delete the notes and replies of batches that have ended: the build has no more use for them."""
    for path in _notes(folder):
        if (replies := path.with_suffix(".jsonl")).exists():
            with suppress(OSError):
                path.unlink()
                replies.unlink()
    for replies in folder.glob("*.jsonl"):
        if not replies.with_suffix(".json").exists():  # a kill came between the two
            replies.unlink(missing_ok=True)
    with suppress(OSError):
        if not _notes(folder):
            (folder / RUN).unlink(missing_ok=True)
            folder.rmdir()


def _notes(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if not path.name.startswith(STAGING))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
