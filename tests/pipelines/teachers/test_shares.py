"""What several askers share: a budget that is never passed, places that hold, and questions asked once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from asking import settings
from hurried_loop import Hurried, LoopTime
from hypothesis import given
from hypothesis import settings as within
from hypothesis import strategies as st
from openai_server import Server

from vdata.pipelines.errors import StopBuild
from vdata.pipelines.teachers.asker import Asker
from vdata.pipelines.teachers.borrowing import Borrowed, Borrower
from vdata.pipelines.teachers.call_size import NOTHING, CallSize
from vdata.pipelines.teachers.limits import Limits
from vdata.pipelines.teachers.make import make_teachers
from vdata.pipelines.teachers.reply_parser import Raw
from vdata.pipelines.teachers.reservations import Reservations
from vdata.pipelines.teachers.shares import AskerAnswer, AskerMessage, AskerWish, Shares, Terms
from vdata.pipelines.teachers.spend import Spend
from vdata.pipelines.teachers.teacher_errors import BudgetReached
from vdata.pipelines.teachers.teacher_settings import Budget, Price
from vdata.schemas import Request
from vdata.schemas.build_record import Usage


def terms(**more: Any) -> Terms:
    return Terms(**{"concurrency": 64, **more})


def together(
    many: int, server: Server, work: Callable[[list[Asker]], Awaitable[Any]], cache: Path | None = None, **keys: Any
) -> Any:
    """What *work* makes of so many askers that share the teacher of *server*, with these *keys*."""
    teacher = settings(server, **keys)

    async def go() -> Any:
        shares = Shares({"watcher": Terms.of(teacher)}, {}, time.monotonic())

        async def exchange(asker: str, message: AskerMessage) -> AskerAnswer:
            await asyncio.sleep(0.001)
            return shares.exchange(asker, message, time.monotonic())

        borrowers = [Borrower(exchange) for _ in range(many)]
        askers = [make_teachers({"watcher": teacher}, cache, borrower=one)["watcher"] for one in borrowers]
        try:
            return await work(askers)
        finally:
            await asyncio.gather(*(one.close() for one in askers))
            await asyncio.gather(*(one.close() for one in borrowers))

    return asyncio.run(go())


def questions(count: int, about: str = "part") -> list[Request]:
    return [Request.of(f"What happens in {about} {n}?") for n in range(count)]


@pytest.mark.parametrize("many", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_a_budget_is_used_to_its_last_call_and_never_passed(many: int) -> None:
    async def work(askers: list[Asker]) -> list[Any]:
        asked = (one.ask(questions(60, str(n))) for n, one in enumerate(askers))
        return await asyncio.gather(*asked, return_exceptions=True)

    with Server(mean=0.01) as server:
        ends = together(many, server, work, budget=Budget(calls=53), concurrency=16)
        assert server.counters.calls == 53
    assert {str(end) for end in ends if isinstance(end, BudgetReached)} == {
        "the budget of teacher watcher is spent: 53 of 53 calls"
    }
    assert all(isinstance(end, BudgetReached) for end in ends)


@pytest.mark.slow
def test_calls_that_an_idle_asker_was_lent_come_back() -> None:
    async def work(askers: list[Asker]) -> int:
        await asyncio.gather(*(one.ask(questions(3, str(n))) for n, one in enumerate(askers)))
        return sum(reply.ok for reply in await askers[0].ask(questions(20, "the end")))

    with Server() as server:
        assert together(4, server, work, budget=Budget(calls=32), concurrency=64) == 20
        assert server.counters.calls == 32


@pytest.mark.parametrize("many", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_a_budget_of_tokens_is_not_passed_by_calls_in_flight(many: int) -> None:
    """A call takes 105 of them and may take 166: as long as there are so many left it is sent."""

    async def work(askers: list[Asker]) -> list[Any]:
        asked = (one.ask(questions(200, str(n))) for n, one in enumerate(askers))
        ends = await asyncio.gather(*asked, return_exceptions=True)
        spent = Usage.sum(one.spend.total() for one in askers)
        assert 4000 - 166 < spent.tokens_in + spent.tokens_out <= 4000
        return ends

    with Server(answer=lambda _: "word " * 80, mean=0.05) as server:
        ends = together(many, server, work, budget=Budget(tokens=4000), max_tokens=105, concurrency=8)
        assert server.counters.calls == 37
    assert all("of 4000 tokens, and the next call may take 16" in str(end) for end in ends), ends


@pytest.mark.parametrize("many", [3, pytest.param(1, marks=pytest.mark.slow), pytest.param(8, marks=pytest.mark.slow)])
def test_no_more_calls_are_in_flight_than_allowed_and_none_is_left_over(many: int) -> None:
    async def work(askers: list[Asker]) -> None:
        asked = [askers[0].ask(questions(400, "the first")), *(one.ask(questions(5, str(one))) for one in askers[1:])]
        await asyncio.gather(*asked)

    with Server(mean=0.05, sigma=0.1) as server:
        together(many, server, work, concurrency=10)
        assert server.counters.most == 10
        assert server.counters.mean > 5


class Paid:
    """What replies cost in truth, those among them that have not come."""

    def __init__(self, price: Price) -> None:
        self.price = price
        self.calls = self.tokens = self.most_in_flight = self.in_flight = 0
        self.dollars = 0.0

    async def call(self, draw: random.Random, begun: Reservations, counted: float) -> None:
        """One call through *begun*; a server counts up to *counted* times the tokens that were estimated."""
        size = CallSize(draw.randint(40, 3000), 0, draw.choice([0, 8]), draw.randint(10, 1000))
        await begun.begin("p", size)
        self.calls, self.in_flight = self.calls + 1, self.in_flight + 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        fails = draw.random() < 0.1
        scale = counted if size.pictures else 1.0
        raw = Raw("", "stop", "", int(size.tokens_in * scale * draw.uniform(0.9, 1)), draw.randint(0, size.tokens_out))
        if not fails:
            self.tokens += raw.tokens_in + raw.tokens_out
            self.dollars += self.price.dollars(raw.tokens_in, raw.tokens_out)
        try:
            await asyncio.sleep(draw.lognormvariate(0, 1))
        finally:
            self.in_flight -= 1
            begun.end("p", size, None if fails else raw)


def spent_together(many: int, budget: Budget, seed: int, counted: float = 1.0) -> tuple[Paid, list[str]]:
    """What so many askers (0: one that shares nothing), of sixteen calls at a time each, pay until they are stopped."""
    price = Price(input=1, output=4)

    async def go() -> tuple[Paid, list[str]]:
        loop, paid = asyncio.get_running_loop(), Paid(price)
        shares = Shares({"t": terms(concurrency=16 * max(1, many), budget=budget, price=price)}, {}, 0.0)

        async def exchange(asker: str, message: AskerMessage) -> AskerAnswer:
            await asyncio.sleep(0.01)
            answer = shares.exchange(asker, message, loop.time())
            await asyncio.sleep(0.01)
            return answer

        async def go_on(number: int, begun: Reservations) -> str:
            draw = random.Random(1000 * seed + number)
            while True:
                if isinstance(begun, Borrowed):
                    await begun.gate.enter()
                try:
                    await paid.call(draw, begun, counted)
                except BudgetReached as end:
                    return str(end)
                finally:
                    if isinstance(begun, Borrowed):
                        begun.gate.leave("good")

        borrowers = [Borrower(exchange) for _ in range(many)]
        own: list[Reservations] = [
            one.teacher("t", Limits(), Spend("t", budget, price), LoopTime()) for one in borrowers
        ]
        own = own or [Reservations(Spend("t", budget, price))]
        ends = await asyncio.gather(*(go_on(n, own[n % len(own)]) for n in range(16 * len(own))))
        assert all((one.held, one.purposes.total()) == (NOTHING, 0) for one in own)
        await asyncio.gather(*(one.close() for one in borrowers))
        return paid, ends

    with asyncio.Runner(loop_factory=Hurried) as runner:
        return runner.run(go())


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "budget",
    [{"tokens": 100_000}, {"dollars": 0.3}, {"dollars": 0.2, "tokens": 150_000, "calls": 90}, {"tokens": 900}],
)
@pytest.mark.parametrize("many", [0, 1, 2, 3, 8])
def test_no_budget_is_passed_and_none_is_left_that_is_enough_for_a_call(
    many: int, budget: dict[str, Any], seed: int
) -> None:
    limits = Budget(**budget)
    paid, ends = spent_together(many, limits, seed)
    over = (
        paid.tokens > (limits.tokens or paid.tokens),
        paid.dollars > (limits.dollars or paid.dollars),
        paid.calls > (limits.calls or paid.calls),
    )
    assert not any(over), (paid.tokens, paid.dollars, paid.calls)
    left = (
        limits.tokens is not None and limits.tokens - paid.tokens < 4000,
        limits.dollars is not None and limits.dollars - paid.dollars < 0.007,
        limits.calls == paid.calls,
    )
    assert any(left), (paid.tokens, paid.dollars, paid.calls)
    assert all("budget of teacher t is spent" in end for end in ends)
    if max(limits.tokens or 0, (limits.dollars or 0) * 1e6) > 10_000:
        assert paid.most_in_flight > 5, "it has slowed down, not come to one at a time"


@pytest.mark.parametrize("many", [0, 1, 8])
def test_a_model_that_counts_more_for_a_picture_than_estimated_is_found_out_by_its_first_reply(many: int) -> None:
    paid, _ = spent_together(many, Budget(tokens=2_000_000), 1, counted=25)
    assert paid.tokens <= 2_000_000
    assert paid.tokens > 2_000_000 - 25 * 3000 - 1000
    assert paid.most_in_flight > 8


def test_what_a_dead_asker_may_have_spent_is_lent_to_nobody() -> None:
    shares = Shares({"t": terms(budget=Budget(tokens=1000))}, {"t": {"caption": Usage(tokens_in=100)}}, 0.0)
    call = CallSize(tokens_in=200, tokens_out=100)
    lent = shares.exchange("dead", AskerMessage({"t": AskerWish(waiting=9, calls=[call] * 9)}), 0).grants["t"]
    assert lent.calls == 3
    begun = AskerWish(in_flight=2, begun=3, noted=1, tokens=250, held=call + call)
    assert shares.exchange("dead", AskerMessage({"t": begun}), 1).grants["t"].calls == 0
    wish = AskerMessage({"t": AskerWish(waiting=9, calls=[CallSize(tokens_in=40), CallSize(tokens_in=20)])})
    early = shares.exchange("b", wish, 2).grants["t"]
    assert (early.calls, early.spent) == (1, "")
    wish.wishes["t"].begun = wish.wishes["t"].noted = 1
    wish.wishes["t"].tokens = 40
    late = shares.exchange("b", wish, 2 + shares.silent).grants["t"]
    assert (late.calls, late.spent) == (0, "390 of 1000 tokens, and the next call may take 40")


@pytest.mark.slow
def test_the_same_question_of_several_askers_is_asked_once(tmp_path: Path) -> None:
    async def work(askers: list[Asker]) -> list[str]:
        replies = await asyncio.gather(*(one.ask(questions(20)) for one in askers))
        assert sum(one.spend.total().calls + one.spend.total().saved_calls for one in askers) == 80
        return [reply.text for replied in replies for reply in replied]

    with Server(mean=0.05) as server:
        told = together(4, server, work, tmp_path, budget=Budget(calls=20))
        assert server.counters.calls == 20
        assert len(told) == 80
        assert len(set(told)) == 20
        assert together(4, server, work, tmp_path, budget=Budget(calls=0)) == told, "what is kept consumes nothing"
        assert server.counters.calls == 20


def test_a_question_that_failed_is_the_next_askers() -> None:
    shares = Shares({}, {}, 0.0)
    assert shares.exchange("a", AskerMessage({}, ["k", "l"]), 0).claimed == ["k", "l"]
    assert shares.exchange("b", AskerMessage({}, ["k", "m"]), 0).claimed == ["m"]
    shares.exchange("b", AskerMessage({}, done=["k"]), 0)  # not its own
    assert shares.exchange("b", AskerMessage({}, ["k"]), 0).claimed == []
    shares.exchange("a", AskerMessage({}, done=["k"]), 0)
    assert shares.exchange("b", AskerMessage({}, ["k"]), 0).claimed == ["k"]


def test_what_a_dead_asker_had_returns_but_calls_that_it_may_have_made() -> None:
    shares = Shares({"t": terms(concurrency=8, budget=Budget(calls=20))}, {"t": {"caption": Usage(calls=2)}}, 0.0)
    wish = AskerMessage({"t": AskerWish(waiting=99, calls=[NOTHING] * 32)}, ["k"])
    lent = shares.exchange("dead", wish, 0).grants["t"]
    assert (lent.places, lent.calls) == (8, 4)
    early = shares.exchange("b", wish, shares.silent)
    assert (early.grants["t"].places, early.claimed) == (0, [])
    late = shares.exchange("b", wish, shares.silent + 0.1)
    assert (late.grants["t"].places, late.claimed) == (8, ["k"])
    begun = late.grants["t"].calls
    while True:
        more = AskerMessage({"t": AskerWish(begun=begun, calls=[NOTHING] * 32)})
        if not (calls := shares.exchange("b", more, 16.0).grants["t"].calls):
            break
        begun += calls
    assert begun == 20 - 2 - 4
    assert (
        shares.exchange("b", AskerMessage({"t": AskerWish(begun=begun, calls=[NOTHING])}), 16.0).grants["t"].spent
        == "20 of 20 calls"
    )


@within(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.booleans()), max_size=60))
def test_places_never_add_up_to_more_than_there_are(steps: list[tuple[int, int, bool]]) -> None:
    shares = Shares({"t": terms(concurrency=7)}, {}, 0.0)
    running, allowed = [0] * 4, [0] * 4
    for asker, wanted, ends in steps:
        running[asker] = 0 if ends else min(wanted, max(allowed[asker], running[asker]))
        wish = AskerWish(running[asker], max(0, wanted - running[asker]), allowed[asker])
        answer = shares.exchange(str(asker), AskerMessage({"t": wish}), 0.0)
        running[asker] = max(running[asker], min(wanted, allowed[asker]))  # begun before the answer came
        allowed[asker] = answer.grants["t"].places
        running[asker] = max(running[asker], min(wanted, allowed[asker]))
        assert sum(running) <= 7


def test_an_asker_says_when_what_is_shared_is_gone() -> None:
    async def go() -> None:
        async def gone(asker: str, message: AskerMessage) -> AskerAnswer:
            raise RuntimeError("the actor died")

        borrower = Borrower(gone)
        try:
            with pytest.raises(StopBuild, match="is gone: the actor died"):
                await borrower.claim("k")
            with pytest.raises(StopBuild, match="is gone: the actor died"):
                await borrower.claim("l")
        finally:
            await borrower.close()

    asyncio.run(go())
