"""Makes batches, each noted before it is made, so that it is found again whatever happens in between."""

from __future__ import annotations

from contextlib import suppress

from ..errors import StopBuild
from .batch_calls import BatchCalls
from .batch_gathering import Gathering
from .batch_notes import BatchNote, BatchNotes
from .kinds.openai import OpenAI
from .limits import LONGEST, TimeSource
from .teacher_errors import TeacherError


class BatchMaker:
    """Uploads what was gathered and makes batches of it; knows which requests are in which."""

    def __init__(self, settings: OpenAI, calls: BatchCalls, notes: BatchNotes, clock: TimeSource) -> None:
        self.settings, self.calls, self.notes, self.clock = settings, calls, notes, clock
        self.noted: dict[str, BatchNote] = {}
        """Requests that are in a batch that had not ended when it was last looked at, by id."""

    async def make(self, gathering: Gathering) -> BatchNote:
        """Upload and make a batch: noted before it is made, so that it is found again whatever happens.

        Raises:
            TeacherError, StopBuild
        """
        fault = TeacherError("the batch cannot be made")
        note: BatchNote | None = None
        for tried in range(self.settings.retries + 1):
            if note is None:
                note = BatchNote(self.calls.url, self.settings.model, "", gathering.ids)
                note.file = await self.calls.upload(gathering.lines, note.name)
                self._note(note)
            try:
                self.notes.check()
            except StopBuild:
                await self.drop(note)
                raise
            try:
                note.batch = await self.calls.make(note)
            except TeacherError as error:
                fault = error
                if error.kind == "HTTP 429" and error.again:
                    await self.clock.sleep(min(LONGEST, 2.0**tried) + (error.after or 0.0))
                    continue
                if error.kind.startswith("HTTP 4") and not await self._is_gone(note, error):
                    await self.drop(note)
                    raise
                if not await self.found(note):  # it may have been heard
                    note = None
            if note is not None:
                self._note(note)
                return note
            await self.clock.sleep(min(LONGEST, 2.0**tried))
        if note is not None:
            await self.drop(note)
        raise fault

    def _note(self, note: BatchNote) -> None:
        """Make *note* durable: from now on it stands for its requests."""
        self.notes.write(note)
        self.noted |= dict.fromkeys(note.ids, note)

    async def drop(self, note: BatchNote) -> None:
        """No batch was made of *note*, or it was refused."""
        self.notes.drop(note)
        self.forget(note)
        await self.calls.forget(note.file)

    async def _is_gone(self, note: BatchNote, fault: TeacherError) -> bool:
        """Whether a batch was refused because another process, which found our note, has taken the file away."""
        if not fault.kind.endswith(("400", "404")):
            return False
        with suppress(TeacherError):
            return not await self.calls.has(note.file)
        return False

    async def found(self, note: BatchNote) -> bool:
        """Whether a batch was made of *note*, which then has its id; if not, none will be.

        Where none is listed, its file is deleted: whoever is about to make one is refused. Then it is looked for again.

        Raises:
            TeacherError: that cannot be known for now.
        """
        note.batch = await self.calls.find(note)
        if not note.batch:
            await self.calls.delete(note.file)
            note.batch = await self.calls.find(note)
        if not note.batch:
            self.notes.drop(note)
            self.forget(note)
        return bool(note.batch)

    def forget(self, note: BatchNote) -> None:
        """*note* stands for its requests no more."""
        for name in note.ids:
            if self.noted.get(name) is note:
                del self.noted[name]
