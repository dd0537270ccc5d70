"""An asker's side of what the askers of a build share (``shares``): it borrows in lots, by one message at a time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from ..errors import StopBuild
from .call_size import CallSize
from .limits import Gate, Limits, RateLimit, TimeSource
from .reply_parser import Raw
from .reservations import Reservations
from .shares import LOT, AskerAnswer, AskerMessage, AskerWish, Grant
from .spend import Spend
from .teacher_errors import BudgetReached

GATHERING = 0.02
"""Seconds for which what is wanted is gathered, so that a message is sent for many calls."""
BEAT = 0.25
"""Seconds from one message to the next while calls are in flight: what others may have is learnt by it."""
LOT_SECONDS = 0.1
"""As much of a rate is borrowed at once."""

Exchange = Callable[[str, AskerMessage], Awaitable[AskerAnswer]]
"""Sends a message of the asker of that name to the shared place, and brings its answer."""


async def _nothing() -> None:
    """Without a ledger there is nothing to note."""


class Borrower:
    """All teachers of one process. Lives in one event loop."""

    def __init__(self, exchange: Exchange, beat: float = BEAT) -> None:
        self.name, self.beat = uuid.uuid4().hex[:12], beat
        self.teachers: dict[str, Borrowed] = {}
        self.note: Callable[[], Awaitable[None]] = _nothing
        """Writes what was spent to the ledger of the build."""
        self._note_due = False
        self._exchange = exchange
        self._claims: dict[str, asyncio.Future[None]] = {}
        self._done: list[str] = []
        self._wake = asyncio.Event()
        self._error: BaseException | None = None
        self._task = asyncio.create_task(self._go_on())

    def teacher(self, name: str, limits: Limits, spend: Spend, clock: TimeSource) -> Borrowed:
        """What is borrowed of the teacher *name*."""
        self.teachers[name] = Borrowed(self, limits, spend, clock)
        return self.teachers[name]

    def want(self) -> None:
        """Something is wanted: say so soon.

        Raises:
            StopBuild: the shared place is gone.
        """
        if self._error is not None:
            raise StopBuild(f"what the processes that ask teachers share is gone: {self._error}") from self._error
        self._wake.set()

    async def claim(self, key: str) -> None:
        """Wait until no other asker asks the request of this *key*: it is for this one to ask until ``release``."""
        claim = self._claims[key] = asyncio.get_running_loop().create_future()
        try:
            self.want()
            await claim
        except asyncio.CancelledError:
            self.release(key)
            raise
        finally:
            self._claims.pop(key, None)

    def release(self, key: str) -> None:
        """The request of this *key* was asked, whatever came of it. It is said with what is wanted next."""
        self._done.append(key)

    async def close(self) -> None:
        """Give everything back."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with suppress(Exception):
            last = {name: one.last_wish() for name, one in self.teachers.items()}
            await self._exchange(self.name, AskerMessage(last, done=self._done, leaves=True))

    async def _go_on(self) -> None:
        try:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.beat):
                        await self._wake.wait()
                if not self._wake.is_set() and not self._busy:
                    continue
                await asyncio.sleep(GATHERING)
                self._wake.clear()
                await self._talk()
        except Exception as error:  # of Ray: its actor is dead
            self._error = error
            for one in [*self._claims.values(), *(one for own in self.teachers.values() for one in own.futures())]:
                if not one.done():
                    one.set_exception(StopBuild(f"what the processes that ask teachers share is gone: {error}"))

    @property
    def _busy(self) -> bool:
        """Whether it has, wants or had something when it last spoke."""
        own = self.teachers.values()
        return bool(self._claims or self._done) or any(one.gate.wanted or one.gate.told for one in own)

    async def _talk(self) -> None:
        if self._note_due:
            self._note_due = False
            begun = [(one, one.begun) for one in self.teachers.values()]
            with suppress(OSError):  # a unit that ends says it
                await self.note()
            for one, number in begun:
                one.noted = number
        done, self._done = self._done, []
        message = AskerMessage({name: one.wish() for name, one in self.teachers.items()}, list(self._claims), done)
        answer = await self._exchange(self.name, message)
        for name, grant in answer.grants.items():
            self.teachers[name].take(grant)
            self._note_due |= grant.note
        for key in answer.claimed:
            claim = self._claims.get(key)
            if claim is None:  # given up meanwhile, and perhaps said before it was granted
                self.release(key)
            elif not claim.done():
                claim.set_result(None)


class Borrowed(Reservations):
    """What is borrowed of one teacher: places in flight, turns of its rates, and calls of its budget."""

    def __init__(self, borrower: Borrower, limits: Limits, spend: Spend, clock: TimeSource) -> None:
        super().__init__(spend)
        self.borrower, self.clock = borrower, clock
        self.gate = BorrowedGate(limits, borrower.want)
        self.begun = 0
        """Calls that were begun here, …"""
        self.noted = 0
        """… and those of them that are in the ledger."""
        self._tokens, self._dollars = 0, 0.0
        self._calls: list[_WaitingCall] = []
        """Those for which the budget has not lent anything."""
        self._told: list[_WaitingCall] = []
        """Those of them that were told of last: what is lent is for these, in this order."""
        self._rates: list[BorrowedRate | None] = [None, None]

    def rates(self, rpm: float | None, tpm: float | None) -> list[BorrowedRate | None]:
        """The limits of requests and of tokens a minute; None: there is none."""
        self._rates = [BorrowedRate(rate, self.clock, self.borrower.want) if rate else None for rate in (rpm, tpm)]
        return self._rates

    async def begin(self, purpose: str, size: CallSize) -> None:
        """A call is to be sent: wait until the budget lends what it may take.

        Raises:
            BudgetReached: it never will.
            StopBuild: the shared place is gone.
        """
        if self.spend.budget.limited:
            call = _WaitingCall(size, asyncio.get_running_loop().create_future())
            self._calls.append(call)
            self.borrower.want()
            try:
                await call.lent  # it was counted, and its size is held, since it was lent
            except asyncio.CancelledError:
                if call.lent.done() and not call.lent.cancelled():
                    self.held -= size
                raise
        else:
            self.begun += 1
        self._count(purpose)

    def end(self, purpose: str, size: CallSize, raw: Raw | None) -> None:
        super().end(purpose, size, raw)
        if raw is not None:
            tokens_in, tokens_out = max(0, raw.tokens_in), max(0, raw.tokens_out)
            self._tokens += tokens_in + tokens_out
            self._dollars += self.spend.dollars(tokens_in, tokens_out, raw.tokens_sound)
        if self._calls and self.spend.budget.sized:
            self.borrower.want()

    def wish(self) -> AskerWish:
        self._calls = [call for call in self._calls if not call.lent.done()]
        self._told = self._calls[:LOT]
        self.gate.told = self.gate.wanted
        self.gate.allowed = min(self.gate.allowed, self.gate.told)  # what it has no use for it gives back
        requests, tokens = self._rates
        return AskerWish(
            self.gate.in_flight,
            self.gate.waiting,
            self.gate.allowed,
            self.begun,
            self.noted,
            self._tokens,
            self._dollars,
            self.held,
            self.ratio,
            [call.size for call in self._told],
            requests.asks() if requests else 0.0,
            tokens.asks() if tokens else 0.0,
            tokens.owes() if tokens else 0.0,
        )

    def last_wish(self) -> AskerWish:
        """It asks no more, and all is in the ledger."""
        return AskerWish(begun=self.begun, noted=self.begun, tokens=self._tokens, dollars=self._dollars)

    def take(self, grant: Grant) -> None:
        self.gate.allow(grant.places)
        for rate, wait in zip(self._rates, (grant.requests_wait, grant.tokens_wait), strict=True):
            if rate:
                rate.answer(wait)
        for call in self._told[: grant.calls]:
            if not call.lent.done():  # given up: it goes back with the next message
                call.lent.set_result(None)
                self.begun += 1
                self.held += call.size
        if grant.spent:
            for call in self._calls:
                if not call.lent.done():
                    call.lent.set_exception(BudgetReached(self.spend.teacher, grant.spent))

    def futures(self) -> list[asyncio.Future[None]]:
        """What waits here for an answer of the shared place."""
        calls = (call.lent for call in self._calls)
        return [*calls, *(turn for rate in self._rates if rate for turn in rate.turns()), *self.gate.places()]


@dataclass(frozen=True, slots=True)
class _WaitingCall:
    size: CallSize
    lent: asyncio.Future[None]


class BorrowedGate(Gate):
    """Says when calls wait for places that other askers may have."""

    def __init__(self, limits: Limits, want: Callable[[], None]) -> None:
        super().__init__(limits.concurrency, limits.start)
        self.allowed = 0
        self.told = 0
        """Places that were asked for last."""
        self._want = want

    @property
    def wanted(self) -> int:
        """Places that there is a use for."""
        return self.in_flight + self.waiting

    async def enter(self) -> None:
        if self.in_flight >= self.allowed >= self.told:  # else it has been said, and there was less
            self._want()
        await super().enter()

    def places(self) -> list[asyncio.Future[None]]:
        return list(self._waiting)


class BorrowedRate(RateLimit):
    """A rate of which turns are borrowed."""

    def __init__(self, per_minute: float, clock: TimeSource, want: Callable[[], None]) -> None:
        super().__init__(per_minute, clock)
        self.lot = per_minute / 60 * LOT_SECONDS
        self._want = want
        self._asked = self._owed = 0.0
        self._sent = False
        self._answer: asyncio.Future[None] | None = None
        self._wait = 0.0

    def _settle(self, more: float) -> None:
        self._owed += more

    async def _reserve(self, cost: float) -> float:
        self._asked, self._answer = cost, asyncio.get_running_loop().create_future()
        self._want()
        try:
            await self._answer
        finally:
            self._asked, self._answer = 0.0, None
        return self._wait

    def asks(self) -> float:
        """What it asks for; it is asked for once."""
        asked, self._asked = self._asked, 0.0
        self._sent = asked > 0
        return asked

    def owes(self) -> float:
        """Tokens that were used beyond those that were asked for, since the last time that this was said."""
        owed, self._owed = self._owed, 0.0
        return owed

    def answer(self, wait: float) -> None:
        if self._sent and self._answer is not None and not self._answer.done():
            self._wait = wait
            self._answer.set_result(None)

    def turns(self) -> list[asyncio.Future[None]]:
        return [self._answer] if self._answer is not None else []
