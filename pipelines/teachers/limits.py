"""How many calls are in flight, and how many start in a minute."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Literal

START = 64
"""Calls in flight at first."""
BASE, LONGEST = 0.5, 30.0
"""Seconds: the first pause before trying again is up to BASE, each further one up to twice as long, to LONGEST."""
STEPS = 32
"""Growth: so many windows from nothing to the bound, and at least one call a window."""
BURST_SECONDS = 0.2
"""A bucket holds what flows in during this time: a rate is passed by no more than 2 % in any ten seconds."""

REMEMBERED = 64
"""Calls, about, whose mean corrects what is guessed of the next ones."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How a teacher is asked."""

    concurrency: int = 64
    start: int = START
    retries: int = 5
    format_retries: int = 2
    base: float = BASE
    longest: float = LONGEST


class TimeSource:
    """The time and sleeping, in a class that tests can replace."""

    def now(self) -> float:
        """Seconds from some moment on."""
        return time.monotonic()

    def date(self) -> float:
        """Seconds since 1970."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


CallOutcome = Literal["good", "overload", "other"]


class Gate:
    """Lets in at most ``limit`` calls at once, and finds that limit by itself, up to *bound*.

    It doubles from a small start until the endpoint first complains. From then on it is adjusted once in as many
    outcomes as there are calls in flight: up by a fixed step, down by half of the share of calls that met overload
    (as DCTCP does, Alizadeh et al. 2010), so that a stray 429 costs little and a flood of them halves the limit.
    """

    def __init__(self, bound: int, start: int = START) -> None:
        self.bound, self.limit = bound, float(min(start, bound))
        self.allowed = bound
        """As many may be in flight here; the others of *bound* are for the other askers of a build."""
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._met_overload = False
        self._good = self._bad = 0
        self._window = 4

    async def enter(self) -> None:
        """Wait for a place, first come, first served."""
        if self.in_flight < self._width and not self._waiting:
            self.in_flight += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.in_flight -= 1
                self._admit()
            raise

    def allow(self, places: int) -> None:
        """Let in *places* calls at most, from now on."""
        self.allowed = places
        self._admit()

    @property
    def waiting(self) -> int:
        """Calls that wait for a place."""
        return len(self._waiting)

    @property
    def _width(self) -> int:
        return min(int(self.limit), self.allowed)

    def leave(self, outcome: CallOutcome) -> None:
        """Give the place back. *outcome* is how the call went."""
        self._learn(outcome)
        self.in_flight -= 1
        self._admit()

    def _learn(self, outcome: CallOutcome) -> None:
        full = self.in_flight >= int(self.limit)
        self._good += outcome == "good"
        self._bad += outcome == "overload"
        self._met_overload |= outcome == "overload"
        if outcome == "good" and full and not self._met_overload:
            self.limit = min(self.bound, self.limit + 1)
        seen = self._good + self._bad
        if seen < self._window:
            return
        share = self._bad / seen
        step = max(1.0, self.bound / STEPS) * (1 - share) if full and self._met_overload else 0.0
        limit = min(self.limit, max(1, self.allowed)) if share else self.limit  # what others have is not to be halved
        self.limit = min(self.bound, max(1.0, limit * (1 - share / 2) + step))
        self._good = self._bad = 0
        self._window = max(4, self.in_flight - 1)  # those sent before this change are heard before the next one

    def _admit(self) -> None:
        while self._waiting and self.in_flight < self._width:
            place = self._waiting.popleft()
            if not place.done():
                self.in_flight += 1
                place.set_result(None)


class RateBucket:
    """Holds what flows in at *per_minute*, up to a moment's worth. It has no clock: *now* is told, in seconds."""

    def __init__(self, per_minute: float, now: float) -> None:
        self.rate = per_minute / 60
        self.burst = max(1.0, self.rate * BURST_SECONDS)
        self._level, self._at = self.burst, now

    def reserve(self, cost: float, now: float) -> float:
        """Take *cost*; the seconds until that, or a full bucket if that is less, has flowed in."""
        self._level = min(self.burst, self._level + (now - self._at) * self.rate)
        self._at = now
        missing = min(cost, self.burst) - self._level
        self._level -= cost
        return max(0.0, missing / self.rate)

    def settle(self, more: float) -> None:
        """*more* was used than was taken; negative: less."""
        self._level -= more


class RateLimit:
    """Lets through *per_minute* of something, evenly.

    What a call takes is known only when it has ended: it is guessed before, and the guess corrected by the mean of the
    calls that have ended; what turned out to be more is waited for afterwards.
    """

    lot: float = 0.0
    """As much is taken from the bucket at once as waits, up to this."""

    def __init__(self, per_minute: float, clock: TimeSource) -> None:
        self.clock = clock
        self._bucket = RateBucket(per_minute, clock.now())
        self._waiting = self._held = self._until = 0.0
        self._guessed = self._used = 0.0
        self._turn = asyncio.Lock()

    async def take(self, guess: float) -> float:
        """Wait until what a call takes of which *guess* is thought (or a full bucket, if that is less) is there.

        Returns:
            As much as was taken for it.
        """
        self._waiting += guess
        try:
            async with self._turn:
                if self.clock.now() > self._until:  # kept for longer, it would be a burst
                    self._settle(-self._held)
                    self._held = 0.0
                times = self._used / self._guessed if self._used else 1.0
                cost = guess * times  # now, not when it began to wait: others have ended since
                if self._held < cost:
                    more = max(cost, min(self._waiting * times, self.lot)) - self._held
                    wait = await self._reserve(more)
                    if wait > 0:
                        await self.clock.sleep(wait)
                    self._held += more
                    self._until = self.clock.now() + BURST_SECONDS
                self._held -= cost
                return cost
        finally:
            self._waiting -= guess

    def settle(self, guess: float, taken: float, used: float) -> None:
        """A call has ended of which *guess* was thought, for which *taken* was taken, and which *used* so much."""
        kept = 1 - 1 / REMEMBERED
        self._guessed, self._used = kept * self._guessed + guess, kept * self._used + used
        if used > taken or taken != guess:  # what the first calls left over has not flowed: later it would be too much
            self._settle(used - taken)

    def _settle(self, more: float) -> None:
        """*more* was used than was taken; negative: less."""
        self._bucket.settle(more)

    async def _reserve(self, cost: float) -> float:
        """Take *cost* from the bucket; the seconds until it is there."""
        return self._bucket.reserve(cost, self.clock.now())
