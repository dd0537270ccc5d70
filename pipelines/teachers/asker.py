"""Asks a teacher: with the cache, the budget, the limits and the retries, and with a check of each reply."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ...schemas import Failed, Reply, Request
from ...schemas.build_record import Usage
from ...schemas.stage_share import expect_replies, reply_came
from .ahead import Ahead, Preparation
from .answered import note_model
from .backend import Backend, Call, GivesWay, InBatches
from .borrowing import Borrowed
from .call_size import NOTHING, CallSize, size_of
from .limits import CallOutcome, Gate, Limits, TimeSource
from .messages import media_size
from .reply_parser import ParsedReply, Raw, read
from .reply_store import Recorder, Store
from .request_key import reply_key, request_id
from .reservations import Reservations
from .spend import Spend
from .teacher_counts import TeacherCounts
from .teacher_errors import BudgetReached, TeacherError
from .teacher_settings import TeacherSettings

AHEAD = 2
"""Requests whose media may be encoded at a time, as a multiple of those in flight."""
EXAMPLES = 2
"""Requests for one purpose that are held, to be shown."""


class Asker:
    """Implements the Teacher protocol of the stages. Lives in one event loop."""

    def __init__(
        self,
        name: str,
        settings: TeacherSettings,
        backend: Backend,
        store: Store | None = None,
        limits: Limits | None = None,
        spend: Spend | None = None,
        clock: TimeSource | None = None,
        borrowed: Borrowed | None = None,
    ) -> None:
        """*borrowed*: what it may of what it shares with other processes; None: all is its own."""
        self.name, self.settings, self.backend, self.store = name, settings, backend, store
        self.limits, self.clock = limits or Limits(), clock or TimeSource()
        self.spend = spend or Spend(name, settings.budget, settings.paid())
        self.others: Mapping[str, Asker] = {name: self}
        self.borrowed = borrowed
        self.gate = borrowed.gate if borrowed else Gate(self.limits.concurrency, self.limits.start)
        self._ahead = Ahead(AHEAD * self.limits.concurrency)
        self._asking: dict[str, asyncio.Task[tuple[Raw | None, ParsedReply]]] = {}
        self._recorder = Recorder(settings.record) if settings.record is not None else None
        self.calls = borrowed or Reservations(self.spend)
        self.errors: Counter[str] = Counter()
        """What went wrong so far, by kind."""
        self.instructions: set[tuple[str, str]] = set()
        """The purposes and system texts of all requests so far."""
        self.examples: dict[str, list[Request]] = {}
        """The first requests for each purpose."""

    def counts(self, before: Mapping[str, Usage]) -> TeacherCounts:
        """What was asked here; *before* is what of the account was spent elsewhere."""
        spent = self.spend.total()
        spent -= Usage.sum(before.values())
        begun = self.backend.batches() if isinstance(self.backend, InBatches) else []
        given_up = self.backend.fallbacks() if isinstance(self.backend, GivesWay) else {}
        return TeacherCounts(
            calls=spent.calls,
            replies=max(0, spent.calls - spent.failed - self.gate.in_flight),
            in_flight=self.gate.in_flight,
            tokens_in=spent.tokens_in,
            tokens_out=spent.tokens_out,
            dollars=spent.dollars,
            cached=spent.saved_calls,
            batches=len(begun),
            since=min(begun, default=0.0),
            errors=dict(self.errors) | given_up,
        )

    async def ask(self, requests: Sequence[Request]) -> list[Reply]:
        """A reply for each request, in order, all asked at once. A failed one has ``Reply.failure``.

        Raises:
            BudgetReached: and every request that could still be sent was, and its reply is kept.
        """
        self.instructions |= {(request.purpose, request.system) for request in requests if request.system}
        for request in requests:
            if len(first := self.examples.setdefault(request.purpose, [])) < EXAMPLES:
                first.append(request)
        draws = [(request, sample) for request in requests for sample in range(request.samples)]
        expect_replies(len(draws))
        found = await asyncio.gather(*(self._one(*draw) for draw in draws), return_exceptions=True)
        reads = []
        for one in found:
            if isinstance(one, BaseException):
                raise one
            reads.append(one)
        rest = iter(reads)
        return [_reply([next(rest) for _ in range(request.samples)], request) for request in requests]

    def named(self, name: str) -> Asker:
        """Another teacher of the config; the empty name is this one."""
        return self.others[name] if name else self

    def finish(self) -> None:
        """All was asked: what is kept for a run that goes on after this one can go."""
        if isinstance(self.backend, InBatches):
            self.backend.finish()

    async def close(self) -> None:
        """End what is under way, and the connections."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.backend.close()
        if self._recorder is not None:
            self._recorder.close()
        if self.store is not None:
            self.store.close()

    async def _one(self, request: Request, sample: int) -> ParsedReply:
        """One draw; equal ones at the same time are asked once."""
        key = reply_key(self.settings, request, sample)
        task = self._asking.get(key) if key else None
        shared = task is not None
        if task is None:
            task = asyncio.create_task(self._alone(request, sample, key))
            if key:
                self._asking[key] = task
                task.add_done_callback(lambda _: self._asking.pop(key, None))
        raw, outcome = await asyncio.shield(task)
        if raw is not None:
            note_model(self.name, raw.model)
        if shared and raw is not None:
            self.spend.save(request.purpose, raw.tokens_in, raw.tokens_out, raw.tokens_sound)
        reply_came()
        return outcome

    async def _alone(self, request: Request, sample: int, key: str) -> tuple[Raw | None, ParsedReply]:
        """One draw, while no other asker draws the same: its reply is then found where replies are kept."""
        if self.borrowed is None or self.store is None or not key:
            return await self._draw(request, sample, key)
        await self.borrowed.borrower.claim(key)
        try:
            return await self._draw(request, sample, key)
        finally:
            self.borrowed.borrower.release(key)

    async def _draw(self, request: Request, sample: int, key: str) -> tuple[Raw | None, ParsedReply]:
        raw = await self.store.get(key) if self.store is not None and key else None
        if raw is not None:
            outcome = read(raw, request.schema)
            if not outcome.failure:
                self.spend.save(request.purpose, raw.tokens_in, raw.tokens_out, raw.tokens_sound)
                self._record(request, sample, raw)
                return raw, outcome
        try:
            async with self._ahead.place() as place:
                raw, outcome = await self._ask_until_good(request, sample, key, raw, place)
        except TeacherError as fault:
            return None, ParsedReply(
                failure="teacher_timeout" if fault.timeout else "teacher_error", detail=fault.detail
            )
        except Failed as error:
            return None, ParsedReply(failure="teacher_error", detail=f"what is shown cannot be read: {error}")
        if outcome.failure:
            self.errors[outcome.failure] += 1
        self._record(request, sample, raw)
        return raw, outcome

    async def _ask_until_good(
        self, request: Request, sample: int, key: str, raw: Raw | None, place: Preparation
    ) -> tuple[Raw, ParsedReply]:
        """Ask, and again with the error shown while the reply cannot be read; *raw*: the first was had before."""
        prepared = await self.backend.prepare(request)
        place.prepared(media_size(prepared))
        if raw is None:
            raw, outcome = await self._send(Call(request, sample), prepared, key, place)
        else:
            outcome = read(raw, request.schema)
        for left in reversed(range(self.limits.format_retries)):
            if outcome.failure != "bad_reply":
                break
            shown = outcome.detail if left else ""  # a model that goes on repeating its reply sees it no more
            raw, outcome = await self._send(Call(request, sample, shown, outcome.error), prepared, key, place)
        return raw, outcome

    async def _send(self, call: Call, prepared: Any, key: str, place: Preparation) -> tuple[Raw, ParsedReply]:
        """One reply, after as many tries as are allowed; a good one is kept under *key*.

        Raises:
            TeacherError: there is none.
            BudgetReached: none may be asked for any more.
        """
        purpose = call.request.purpose
        for tried in range(self.limits.retries + 1):
            await self.gate.enter()
            place.send()
            outcome: CallOutcome = "other"
            try:
                if self.store is not None:
                    self.store.check()
                raw = await self._begun(call, prepared)
                outcome = "good"
                found = read(raw, call.request.schema)
                if self.store is not None and key and not found.failure:
                    # In flight until it is kept: a kill never costs more replies than may be in flight.
                    await self.store.put(key, raw)
                return raw, found
            except Failed:
                self.spend.fail(purpose)
                raise
            except TeacherError as error:
                fault = error
                outcome = "overload" if error.overload else "other"
                self.spend.fail(purpose)
                self.errors[error.kind] += 1
            finally:
                self.gate.leave(outcome)
            if not fault.again:
                raise fault
            if tried < self.limits.retries:
                await self.clock.sleep(self._pause(tried, fault.after))
        tries = f" (tried {self.limits.retries + 1} times)" if self.limits.retries else ""
        raise TeacherError(fault.detail + tries, timeout=fault.timeout) from None

    async def _begun(self, call: Call, prepared: Any) -> Raw:
        """The reply to *call*, which is counted before it is sent; as long as it has none, the budget is held for it.

        Raises:
            Failed, TeacherError, BudgetReached
        """
        purpose, size = call.request.purpose, self._size(call)
        await self.calls.begin(purpose, size)
        raw = None
        try:
            raw = await self.backend.send(call, prepared)
        finally:
            self.calls.end(purpose, size, raw)
        return raw

    def _size(self, call: Call) -> CallSize:
        if not self.spend.budget.sized:
            return NOTHING
        return size_of(call.request, self.settings.longest_reply(call.request), call.reply + call.error)

    def _pause(self, tried: int, after: float | None) -> float:
        """Seconds before the next try: full jitter below a doubling limit, on top of what the endpoint asks for."""
        # Not of the build's seed: two builds that fail together must not come back together.
        spread = random.uniform(0, min(self.limits.longest, self.limits.base * 2**tried))
        return spread if after is None else after + min(spread, self.limits.base)

    def _record(self, request: Request, sample: int, raw: Raw) -> None:
        if self._recorder is not None and (asked := request_id(request, sample)):
            with contextlib.suppress(OSError):
                self._recorder.add(asked, raw)


def _reply(reads: list[ParsedReply], request: Request) -> Reply:
    for one in reads:
        if one.failure:
            return Reply(failure=one.failure, detail=one.detail)
    if all(one.vector for one in reads):
        return Reply(vectors=tuple(one.vector for one in reads), cut=reads[0].cut)
    values = tuple(one.value for one in reads) if request.schema is not None else ()
    return Reply(tuple(one.text for one in reads), values)


__all__ = ["Asker", "BudgetReached", "Limits"]
