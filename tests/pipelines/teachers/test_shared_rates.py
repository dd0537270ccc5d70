"""Rates of requests and of tokens, by one to eight askers, over any ten seconds."""

from __future__ import annotations

import asyncio
import random
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from itertools import accumulate

import pytest
from hurried_loop import Hurried, LoopTime

from vdata.pipelines.teachers.borrowing import Borrower
from vdata.pipelines.teachers.limits import Limits, RateLimit
from vdata.pipelines.teachers.shares import AskerAnswer, AskerMessage, Shares, Terms
from vdata.pipelines.teachers.spend import Spend

Sent = list[tuple[float, float]]
"""When each call was sent, and how much it was."""


def send(
    many: int,
    terms: Terms,
    calls: int,
    seconds: float,
    call: Callable[[RateLimit, Callable[[float], None]], Awaitable[None]],
) -> Sent:
    """What *many* askers send in so many *seconds*, each *calls* at once, and each begins 0.7 s after the one before.

    *call* waits for its turn, says how much it sends then, and ends.
    """

    async def go() -> Sent:
        loop, clock = asyncio.get_running_loop(), LoopTime()
        shares = Shares({"t": terms}, {}, loop.time())
        sent: Sent = []

        async def exchange(asker: str, message: AskerMessage) -> AskerAnswer:
            await asyncio.sleep(0.003)
            answer = shares.exchange(asker, message, loop.time())
            await asyncio.sleep(0.003)
            return answer

        async def keep_on(limit: RateLimit, begin: float) -> None:
            await asyncio.sleep(begin)
            while loop.time() < seconds:
                await call(limit, lambda size: sent.append((loop.time(), size)))

        borrowers = [Borrower(exchange) for _ in range(many)]
        lent = [one.teacher("t", Limits(), Spend("t"), clock).rates(terms.rpm, terms.tpm) for one in borrowers]
        limits = [next(one for one in both if one) for both in lent]
        await asyncio.gather(*(keep_on(one, n * 0.7) for n, one in enumerate(limits) for _ in range(calls)))
        await asyncio.gather(*(one.close() for one in borrowers))
        return sent

    with asyncio.Runner(loop_factory=Hurried) as runner:
        return runner.run(go())


def windows(sent: Sent, seconds: float, *, after: float = 0.0) -> list[float]:
    """How much was sent in the ten seconds from each call on, of those that begin *after*."""
    times, sums = [time for time, _ in sent], [0.0, *accumulate(size for _, size in sent)]
    begins = [time for time in times if time >= after and time + 10 <= seconds]
    return [sums[bisect_left(times, begin + 10)] - sums[bisect_left(times, begin)] for begin in begins]


@pytest.mark.parametrize("rate", [3, 11, 15, 19, 25, 40, 300])
@pytest.mark.parametrize("many", [1, 2, 8])
def test_a_rate_of_requests_holds_in_ten_seconds(many: int, rate: int) -> None:
    async def call(limit: RateLimit, sends: Callable[[float], None]) -> None:
        await limit.take(1)
        sends(1)
        await asyncio.sleep(0.05)

    found = windows(send(many, Terms(64, rpm=60 * rate), 80, 25, call), 25)
    assert max(found) <= 1.05 * 10 * rate + 1
    assert min(found) >= 0.95 * 10 * rate - 1


@pytest.mark.parametrize(("guess", "truth"), [(8300, 2300), (2300, 2300), (2300, 6900)])
@pytest.mark.parametrize("many", [1, 2, 8])
def test_a_rate_of_tokens_holds_in_ten_seconds_once_replies_have_told_what_calls_take(
    many: int, guess: float, truth: float
) -> None:
    """As 8 pictures do that are guessed at 1,000 tokens each and are 200, or 2,000."""
    draw, rate, seconds = random.Random(1), 2_000_000 / 60, 60

    async def call(limit: RateLimit, sends: Callable[[float], None]) -> None:
        taken = await limit.take(guess)
        used = truth * draw.uniform(0.7, 1.3)
        sends(used)
        await asyncio.sleep(2 * draw.uniform(0.5, 1.5))
        limit.settle(guess, taken, used)

    sent = send(many, Terms(512, tpm=60 * rate), 400 // many, seconds, call)
    found = windows(sent, seconds, after=20)
    assert max(found) <= 1.05 * 10 * rate + 2 * truth
    assert min(found) >= 0.95 * 10 * rate - 2 * truth
    assert max(windows(sent, seconds)) <= 1.35 * 10 * rate, "nor is much more sent before that"
