"""The teachers of one worker, and the notes of all workers of a build about them: costs and instructions."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ...schemas import Request
from ...schemas.atomic_file import write_bytes
from ...schemas.bucket_path import is_bucket
from ...schemas.build_record import Account, Usage
from ...stages import Teacher
from ..storage.sealed import Damaged, read_sealed, seal
from ..yaml.secrets import HIDDEN, Secrets, secrets_around
from .backend import ShowsMedia
from .borrowing import Borrower, Exchange
from .prompts import Prompt, Prompts
from .request_media import MediaTasks
from .shares import Shares, Terms
from .shown_requests import note_requests
from .teacher_counts import TeacherCounts
from .teacher_settings import TeacherSettings

LEDGER, PROMPTS = "spent", "prompts"
"""The folders, in the state of a build, of what its teachers cost and of what they are instructed."""
NOTE_SECONDS = 2.0
"""From one look to the next whether there is something new for the ledger."""
_ACCOUNT = TypeAdapter(Account)


class TeacherPool(dict[str, Teacher]):
    """Teachers by name; ``note`` keeps the ledger."""

    def note(self) -> None:
        """Write what was spent to the ledger, and read what the other workers have spent."""

    async def note_aside(self) -> None:
        """The same; the event loop does not wait for a ledger that is in a bucket."""
        self.note()

    def counts(self) -> dict[str, TeacherCounts]:
        """What they were asked here so far, by name."""
        return {}

    def encode_by(self, tasks: MediaTasks) -> None:
        """Have *tasks* encode what they are shown, as far as the threads here cannot."""

    async def close(self) -> None:
        """Close their connections."""


@dataclass(frozen=True, slots=True)
class _LedgerNotes:
    """What the teachers of a worker note: the first, the second … of them."""

    number: int
    prompts: list[Prompt]
    requests: dict[str, list[Request]]
    account: Account


class WorkerTeachers(TeacherPool):
    """Teachers that share budgets with the other workers of the build, through files in *ledger*.

    They note what they are instructed in *prompts*, if that folder is there, requests in *requests*, and in *batches*,
    while it has the *mark* of their run, what a provider works on. To be made in the event loop.
    """

    def __init__(
        self,
        settings: Mapping[str, TeacherSettings],
        cache: Path,
        ledger: Path,
        prompts: Path,
        requests: Path,
        batches: Path,
        mark: str,
        exchange: Exchange | None = None,
    ) -> None:
        """*exchange* reaches what they share with the teachers of other processes; None: there are none."""
        from .make import make_teachers

        self._ledger, self._file = ledger, ledger / f"{uuid.uuid4().hex[:12]}.json"
        self._prompts, self._requests = Prompts(prompts), requests
        self._writing, self._drawn_up, self._on_file = threading.Lock(), 0, 0
        keys = {key: HIDDEN for one in settings.values() for key in one.secrets()}
        self._secrets = Secrets(secrets_around(os.environ) | keys)
        self._others = read_ledger(ledger)
        self._borrower = Borrower(exchange) if exchange is not None else None
        if self._borrower is not None:
            self._borrower.note = self.note_aside
        made = make_teachers(settings, cache, self._others, None, batches, mark, self._borrower)
        super().__init__(made)
        self._askers = list(made.values())
        self._spends = {name: asker.spend for name, asker in made.items()}
        self._noting = (
            asyncio.create_task(self._go_on_noting())
            if exchange is not None or any(one.waits for one in settings.values())
            else None
        )

    def counts(self) -> dict[str, TeacherCounts]:
        return {one.name: one.counts(self._others.get(one.name, {})) for one in self._askers}

    def encode_by(self, tasks: MediaTasks) -> None:
        for one in self._askers:
            if isinstance(one.backend, ShowsMedia):
                one.backend.media.use(tasks)

    async def _go_on_noting(self) -> None:
        """Note what comes while no unit ends, as batches do, or that of another process does and ends the build."""
        last = None
        while True:
            await asyncio.sleep(NOTE_SECONDS)
            now = [one.counts({}) for one in self._askers]
            if last is not None and any(new.tokens_in != old.tokens_in for new, old in zip(now, last, strict=True)):
                with suppress(OSError):  # a unit that ends says it
                    await self.note_aside()
            last = now

    async def close(self) -> None:
        if self._noting is not None:
            self._noting.cancel()
        for asker in self._askers:
            await asker.close()
        if self._borrower is not None:
            await self._borrower.close()

    def note(self) -> None:
        self._heard(self._noted(self._notes()))

    async def note_aside(self) -> None:
        if is_bucket(self._ledger):
            self._heard(await asyncio.to_thread(self._noted, self._notes()))
        else:
            self.note()

    def _notes(self) -> _LedgerNotes:
        """What there is to be noted now."""
        told = self._secrets.redact
        prompts = [(one.name, purpose, told(text)) for one in self._askers for purpose, text in one.instructions]
        requests = {one.name: [request for own in one.examples.values() for request in own] for one in self._askers}
        own, known = self._own(), {}
        for one in self._askers:  # whoever takes the reply of a call that waits for a batch counts that call
            waiting = one.calls.purposes if one.settings.waits else {}
            known[one.name] = _sum([own[one.name]], minus={by: Usage(calls=n) for by, n in waiting.items()})
        self._drawn_up += 1
        return _LedgerNotes(self._drawn_up, prompts, requests, known)

    def _noted(self, notes: _LedgerNotes) -> Account | None:
        """Write *notes*, unless later ones are written. Returns what the others spent; None: the borrower knows it."""
        with self._writing:
            self._prompts.note(notes.prompts)
            for name, requests in notes.requests.items():
                note_requests(self._requests, name, requests, self._secrets.redact)
            if notes.number > self._on_file:
                write_page(self._ledger, self._file.stem, notes.account)
                self._on_file = notes.number
        return read_ledger(self._ledger, leave_out=self._file) if self._borrower is None else None

    def _heard(self, others: Account | None) -> None:
        """Count what the *others* have spent."""
        if others is None:
            return
        own, self._others = self._own(), others
        for name, spend in self._spends.items():
            spend.replace(_sum([own[name], others.get(name, {})]))

    def _own(self) -> Account:
        """What was spent here."""
        return {name: _sum([spend.purposes], minus=self._others.get(name, {})) for name, spend in self._spends.items()}


@dataclass(frozen=True, slots=True)
class MakeWorkerTeachers:
    """Makes the ``WorkerTeachers`` of a build, with these arguments of theirs, in the processes that ask."""

    settings: Mapping[str, TeacherSettings]
    cache: Path
    ledger: Path
    prompts: Path
    requests: Path
    batches: Path
    mark: str

    def __call__(self, exchange: Exchange | None = None) -> TeacherPool:
        notes = self.ledger, self.prompts, self.requests, self.batches
        return WorkerTeachers(self.settings, self.cache, *notes, self.mark, exchange)

    def shares(self) -> Shares:
        """What the teachers of several processes share; what was spent until now counts towards budgets."""
        terms = {name: Terms.of(one) for name, one in self.settings.items()}
        return Shares(terms, read_ledger(self.ledger), time.monotonic())


def read_ledger(folder: Path, leave_out: Path | None = None) -> Account:
    """What all workers of a build have spent so far, those of earlier runs among them; damaged files do not count."""
    accounts = [account for path, account in _pages(folder) if account is not None and path != leave_out]
    names = sorted({name for account in accounts for name in account})
    return {name: _sum([account.get(name, {}) for account in accounts]) for name in names}


def write_page(folder: Path, name: str, account: Account) -> None:
    """Add *account* to the ledger as the file *name*, in the place of any of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(seal(_ACCOUNT.dump_python(account)), folder / f"{name}.json")


def damaged_pages(folder: Path) -> list[Path]:
    """The files of the ledger that cannot be read: what a worker noted there counts towards no budget any more."""
    return [path for path, account in _pages(folder) if account is None]


def _pages(folder: Path) -> Iterator[tuple[Path, Account | None]]:
    """Each worker's file, and what it says; None: it is damaged."""
    for path in sorted(path for path in folder.glob("*.json") if not path.name.startswith(".")):
        try:
            yield path, _ACCOUNT.validate_python(read_sealed(path))
        except (Damaged, ValidationError):
            yield path, None


def _sum(many: Iterable[Mapping[str, Usage]], minus: Mapping[str, Usage] | None = None) -> dict[str, Usage]:
    """The sum of *many*, by purpose, less *minus*."""
    total: dict[str, Usage] = {}
    for purposes in many:
        for purpose, tally in purposes.items():
            total[purpose] = Usage.sum([total.get(purpose, Usage()), tally])
    for purpose, tally in (minus or {}).items():
        total[purpose] = Usage.sum([total.get(purpose, Usage())])
        total[purpose] -= tally
    return total
