"""An endpoint that is asked in batches: requests are gathered, uploaded as a file, and answered within a day.

A request waits in ``send`` until the batch that it is in has ended. Its id in the batch is that under which its reply
is kept, so a run that goes on after a kill finds the batch that has it by the notes (``batch_notes``), and waits for
that one. A request that asks again, because a reply could not be read, is another one and goes into the next batch.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ...schemas import Request, clean, make_id
from ..errors import StopBuild
from .backend import Call
from .batch_calls import PATH, BatchCalls, BatchState, lines_of, scratch
from .batch_gathering import Gatherer, Gathering
from .batch_maker import BatchMaker
from .batch_notes import BatchNote, BatchNotes, ReplyPlace, answer_in
from .endpoint import Endpoint
from .http_endpoint import HELPLESS, LONGEST_WORDS
from .kinds.openai import OpenAI
from .limits import TimeSource
from .messages import Message, messages_of
from .reply_parser import Raw
from .request_key import reply_key
from .request_media import RequestMedia
from .teacher_errors import TeacherError

ENCODING = 32
"""Requests whose media are encoded at a time."""
UPLOADING = 2
"""Batches that are uploaded at a time."""
OUTAGE = 3600.0
"""Seconds for which a provider may not be reached while a batch runs there."""
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
FULL = ("token_limit_exceeded", "enqueued token limit")
"""How a batch is refused because too much waits already."""
FULL_POLLS, FULL_TRIES = 10, 24
"""Looks for which a refused batch waits before it is sent again, in halves where it was alone, and how often that is
done."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """What became of a request: a reply, an error of the endpoint's, or it is to be put into another batch."""

    body: Any = None
    status: int = 200
    again: bool = False


class BatchEndpoint(Endpoint):
    """One server with a batch API."""

    def __init__(self, settings: OpenAI, clock: TimeSource, media: RequestMedia, notes: BatchNotes) -> None:
        super().__init__(settings, clock, media)
        self.notes = notes
        self.calls = BatchCalls(settings, self.servers.servers[0].client, self.fault, self.scrub, clock)
        self.running: dict[str, BatchNote] = {}
        """The batches that are waited for, by our name."""
        self._waiting: dict[str, asyncio.Future[BatchLine]] = {}
        self._maker = BatchMaker(settings, self.calls, notes, clock)
        self._replies: dict[str, ReplyPlace] = {}
        self._gatherer = Gatherer(settings, clock, self._start, self._submit)
        self._tasks: set[asyncio.Task[None]] = set()
        self._encoding = asyncio.Semaphore(ENCODING)
        self._uploading = asyncio.Semaphore(UPLOADING)
        self._read = asyncio.Lock()
        self._is_read = False
        self._used: set[Path] = set()
        """The files that replies were read from."""

    def batches(self) -> list[float]:
        """When each batch that runs was begun, in seconds since 1970."""
        return [note.begun for note in list(self.running.values())]

    def finish(self) -> None:
        """Delete the notes and replies of the batches whose replies were read here, all of them."""
        self.notes.delete(self._used)
        self._used.clear()

    async def prepare(self, request: Request) -> list[Message]:
        """Nothing: thousands wait at a time, and their pictures are encoded into the batch's file, not held."""
        return []

    async def send(self, call: Call, prepared: list[Message]) -> Raw:
        if not self._is_read:
            await self._read_notes()
        name = self._name(call)
        for _ in range(FULL_TRIES):
            sent = self._body(call, [])
            if not name or not (name in self._replies or name in self._maker.noted or name in self._waiting):
                name, sent = await self._gather(call, name)
            line = await self._line(name)
            if line.again:
                continue
            if line.status == 200:
                if (schema := self._schema_held(call)) is not None:
                    self.forms.worked(sent, schema)
                return self._raw(name, line.body)
            complaint = _complaint(line.body)
            if not self._adapt(sent, complaint, call):
                raise TeacherError(
                    self.scrub(f"HTTP {line.status}: {complaint}" if line.status else complaint)[:LONGEST_WORDS],
                    again=line.status not in HELPLESS,
                )
        raise TeacherError("HTTP 429: the provider's queue for batches stays full", overload=True)

    async def close(self) -> None:
        """Let go of everything. Batches that run go on, and their notes stay."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._gatherer.close()
        await self.calls.close()
        await super().close()

    def _raw(self, name: str, body: Any) -> Raw:
        try:
            return self._frame(body, self.settings.model, 0)
        except (ValueError, OverflowError, RecursionError) as error:
            self._replies.pop(name, None)  # should it be asked again, it really is
            raise TeacherError(self.scrub(clean(str(error)))[:LONGEST_WORDS]) from None

    def _name(self, call: Call) -> str:
        """The id of *call* in a batch; empty where its content is not known before it is encoded."""
        key = reply_key(self.settings, call.request, call.sample)
        return make_id(key, call.reply, call.error) if key and call.error else key

    async def _read_notes(self) -> None:
        async with self._read:
            if self._is_read:
                return
            for note in self.notes.all():
                if note.url != self.calls.url:
                    continue
                if self.notes.replies(note).exists():
                    self._replies |= await asyncio.to_thread(self.notes.places, note)
                else:
                    self._maker.noted |= dict.fromkeys(note.ids, note)
            self._is_read = True

    async def _line(self, name: str) -> BatchLine:
        """What becomes of the request *name*, which is in a batch, or about to be.

        Raises:
            TeacherError, StopBuild
        """
        if (place := self._replies.get(name)) is not None and name not in self._waiting:
            self._used.add(place.path)
            try:
                return BatchLine(json.loads(place.read())["body"])
            except (OSError, ValueError, KeyError):
                del self._replies[name]  # damaged since: it is asked anew
                return BatchLine(again=True)
        if name not in self._waiting:
            self._waiting[name] = asyncio.get_running_loop().create_future()
            note = self._maker.noted[name]
            if note.name not in self.running:
                self.running[note.name] = note  # before the task begins: others ask now
                self._start(self._follow(note))
        return await asyncio.shield(self._waiting[name])

    async def _gather(self, call: Call, name: str) -> tuple[str, dict[str, Any]]:
        """Put *call* into the batch that is being filled. Returns its id, and its body but for the messages.

        Raises:
            Failed: its media cannot be read.
            TeacherError: it is longer than a batch may be.
        """
        if name:
            self._waiting[name] = asyncio.get_running_loop().create_future()
        try:
            async with self._encoding:
                in_words = self.settings.schema_mode != "response_format"
                first = await messages_of(call.request, self.settings, self.media, in_words=in_words)
                body = self._body(call, call.messages(first))
                if not name:
                    name = make_id(self.calls.url, json.dumps(body))
                    if name in self._waiting or name in self._maker.noted or name in self._replies:
                        return name, {**body, "messages": []}
                    self._waiting[name] = asyncio.get_running_loop().create_future()
                row = {"custom_id": name, "method": "POST", "url": PATH, "body": body}
                self._gatherer.add(name, json.dumps(row).encode() + b"\n")
        except BaseException as error:
            future = self._waiting.pop(name, None)
            if future is not None and not future.done():  # somebody else may ask the same
                future.set_exception(error if isinstance(error, Exception) else TeacherError("it was broken off"))
                future.exception()
            raise
        return name, {**body, "messages": []}

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _submit(self, gathering: Gathering) -> None:
        """Upload *gathering*, make a batch of it, and follow it to its end."""
        try:
            async with self._uploading:
                note = await self._maker.make(gathering)
        except (TeacherError, StopBuild) as fault:
            self._fail(gathering.ids, fault)
            return
        except Exception as error:
            self._fail(gathering.ids, TeacherError(f"the batch cannot be made: {type(error).__name__}: {error}"))
            return
        finally:
            gathering.lines.close()
        await self._follow(note)

    async def _follow(self, note: BatchNote) -> None:
        """Wait until the batch of *note* has ended, and give each request that waits what became of it."""
        self.running[note.name] = note
        try:
            if not note.batch:
                if not await self._maker.found(note):
                    self._fail(note.ids, None)
                    return
                self.notes.write(note)
            await self._take(note, await self._end(note))
        except (TeacherError, StopBuild) as fault:
            self._fail(note.ids, fault)
        except Exception as error:
            why = self.scrub(clean(f"{type(error).__name__}: {error}"))[:LONGEST_WORDS]
            self._fail(note.ids, TeacherError(f"batch {note.batch} cannot be followed: {why}"))
        finally:
            self.running.pop(note.name, None)

    async def _end(self, note: BatchNote) -> BatchState | None:
        """How the batch ended; None: another worker has fetched its replies.

        Raises:
            TeacherError: it cannot be known. The note stays, and the next run looks again.
        """
        seen = self.clock.now()
        while not self.notes.replies(note).exists():
            try:
                state = await self.calls.see(note.batch)
                seen = self.clock.now()
                if state.status in ENDED:
                    return state
            except TeacherError as fault:
                if fault.kind == "HTTP 404":
                    raise TeacherError(
                        f"HTTP 404: {self.calls.url} does not know the batch {note.batch}. Is it the key of another "
                        f"project? If it is lost, delete {self.notes.folder / note.name}.json to ask, and pay, again.",
                        again=False,
                    ) from None
                if not fault.again or self.clock.now() - seen > OUTAGE:
                    raise TeacherError(
                        f"{fault.detail} (batch {note.batch} goes on there; the next build takes its replies)",
                        again=False,
                        timeout=fault.timeout,
                    ) from None
            await self.clock.sleep(self.settings.batch_poll)
        return None

    async def _take(self, note: BatchNote, state: BatchState | None) -> None:
        """Fetch and keep what the batch brought.

        Raises:
            TeacherError, StopBuild
        """
        if state is not None and state.status == "failed":
            await self._maker.drop(note)
            await self._refused(note, state)
            return
        failed: dict[str, tuple[int, Any]] = {}
        if state is not None:
            with scratch() as output, scratch() as errors:
                for name, file in ((state.output, output), (state.errors, errors)):
                    if name:
                        await self._fetch(name, file)
                if not self.notes.replies(note).exists():
                    await asyncio.to_thread(self.notes.keep, note, lines_of(output), self.scrub)
                failed = await asyncio.to_thread(_failed, output, errors)
            await self.calls.forget(note.file, state.output, state.errors)
        self._replies |= await asyncio.to_thread(self.notes.places, note)
        self._maker.forget(note)
        ended = state.status if state is not None else "completed"
        for name in note.ids:
            if (future := self._waiting.get(name)) is None or future.done():
                continue
            if name in self._replies:
                del self._waiting[name]
                future.set_result(BatchLine(again=True))  # it is read from the file: thousands are not held at once
            elif ended in ("completed", "expired") and failed.get(name, (0, None))[0] > 200:
                del self._waiting[name]
                future.set_result(BatchLine(failed[name][1], failed[name][0]))
            else:
                self._fail([name], self._unanswered(note, ended, failed.get(name, (0, None))[1]))

    async def _fetch(self, name: str, file: IO[bytes]) -> None:
        """Fetch the file *name* of the batch. One that is there no more, because it is old, counts as empty.

        Raises:
            TeacherError
        """
        try:
            await self.calls.fetch(name, file)
        except TeacherError as fault:
            if fault.kind != "HTTP 404":
                raise
            file.seek(0)
            file.truncate()

    def _unanswered(self, note: BatchNote, ended: str, error: Any) -> TeacherError:
        if ended == "expired":
            return TeacherError(f"batch {note.batch} expired before this request was done")
        if ended == "cancelled":
            return TeacherError(f"batch {note.batch} was cancelled at the provider", again=False)
        return TeacherError(f"batch {note.batch}: {self.scrub(_complaint(error))}"[:LONGEST_WORDS])

    async def _refused(self, note: BatchNote, state: BatchState) -> None:
        """The whole file was refused: what is to blame fails; the rest, or what is too much for now, is sent again."""
        words = (
            "; ".join(f"{code}: {text}" if code else text for code, text, _ in state.faults[:3]) or "no reason is given"
        )
        if any(mark in words.lower() for mark in FULL):
            others = len(self.running) - 1
            if not others:
                most = min(self._gatherer.most_requests, len(note.ids) // 2)
                self._gatherer.most_requests = max(1, most)
            for _ in range(FULL_POLLS):
                if len(self.running) - 1 < others:
                    break
                await self.clock.sleep(self.settings.batch_poll)
            self._fail(note.ids, None)
            return
        blamed = {line: f"{code}: {text}" for code, text, line in state.faults if 0 < line <= len(note.ids)}
        for number, name in enumerate(note.ids, 1):
            if number in blamed or not blamed:
                why = self.scrub(clean(blamed.get(number, words)))[:LONGEST_WORDS]
                self._fail([name], TeacherError(f"batch {note.batch} was refused: {why}", again=False))
            else:
                self._fail([name], None)

    def _fail(self, ids: list[str], fault: TeacherError | StopBuild | None) -> None:
        """Give those of *ids* that wait *fault*; None: they are put into another batch."""
        for name in ids:
            future = self._waiting.pop(name, None)
            if future is None or future.done():
                continue
            if fault is None:
                future.set_result(BatchLine(again=True))
            else:
                future.set_exception(_like(fault))
                future.exception()  # nobody need wait for it any more


def _failed(*files: IO[bytes]) -> dict[str, tuple[int, Any]]:
    """The requests that failed, by id: the status, 0 for none, and what is said of it."""
    found = {}
    for file in files:
        for name, status, body in map(answer_in, lines_of(file)):
            if name and status != 200:
                found[name] = status, body
    return found


def _like(fault: TeacherError | StopBuild) -> BaseException:
    """The same once more: an exception that many raise would gather all their stacks."""
    if isinstance(fault, TeacherError):
        return TeacherError(fault.detail, again=fault.again, timeout=fault.timeout, overload=fault.overload)
    return StopBuild(*fault.args)


def _complaint(body: Any) -> str:
    """What an endpoint says of a request that failed, in words."""
    error = body.get("error", body) if isinstance(body, dict) else body
    said = error.get("message") or error.get("code") if isinstance(error, dict) else error
    return clean(str(said or "no reply to this request came"))[:LONGEST_WORDS]
