"""How many calls are in flight: simulated endpoints."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from asking import FakeClock
from hypothesis import given
from hypothesis import strategies as st

from vdata.pipelines.teachers.call_size import NOTHING
from vdata.pipelines.teachers.limits import CallOutcome, Gate, RateLimit
from vdata.pipelines.teachers.reservations import Reservations
from vdata.pipelines.teachers.servers import DEAD, FAILURES, LONGEST, Server, Servers
from vdata.pipelines.teachers.spend import Spend
from vdata.pipelines.teachers.teacher_errors import BudgetReached, TeacherError
from vdata.pipelines.teachers.teacher_settings import Budget, Price


def rounds(gate: Gate, outcome: Callable[[int, int], CallOutcome], count: int) -> list[int]:
    """Fill *gate*, let every call end as *outcome* of (its place, calls in flight) says, *count* times: the widths."""

    async def go() -> list[int]:
        waiting = {asyncio.create_task(gate.enter()) for _ in range(gate.bound * (count + 2))}
        widths = []
        for _ in range(count):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            width = gate.in_flight
            widths.append(width)
            for place in range(width):
                gate.leave(outcome(place, width))
        for task in waiting:
            task.cancel()
        return widths

    return asyncio.run(go())


def test_it_doubles_to_the_bound_while_all_goes_well() -> None:
    assert rounds(Gate(64, start=4), lambda *_: "good", 7) == [4, 8, 16, 32, 64, 64, 64]
    assert rounds(Gate(3), lambda *_: "good", 2) == [3, 3]


def test_it_falls_to_one_when_every_call_meets_overload_and_recovers() -> None:
    gate = Gate(64, start=64)
    widths = rounds(gate, lambda *_: "overload", 20)
    assert widths[:6] == pytest.approx([64, 32, 16, 8, 4, 2], abs=1)
    assert widths[-1] == 1
    assert rounds(gate, lambda *_: "good", 60)[-1] == 64


def test_it_settles_near_what_the_endpoint_can_take() -> None:
    widths = rounds(Gate(64), lambda place, width: "good" if place < 20 else "overload", 200)
    settled = widths[50:]
    assert 18 <= sum(settled) / len(settled) <= 27


def test_a_few_strays_cost_little() -> None:
    widths = rounds(Gate(64), lambda place, width: "overload" if place % 20 == 7 else "good", 100)
    assert min(widths[20:]) >= 45


def test_errors_that_are_no_overload_do_not_count() -> None:
    assert rounds(Gate(64, start=64), lambda *_: "other", 5) == [64] * 5


@given(st.lists(st.sampled_from(["good", "overload", "other"]), max_size=200))
def test_its_limit_stays_within_one_and_the_bound(outcomes: list[CallOutcome]) -> None:
    gate = Gate(10)
    for outcome in outcomes:
        gate.in_flight += 1
        gate.leave(outcome)
        assert 1 <= gate.limit <= 10
    assert gate.in_flight == 0


def test_a_call_that_is_given_up_while_it_waits_gives_its_place_back() -> None:
    async def go() -> None:
        gate = Gate(1)
        await gate.enter()
        waiting = [asyncio.create_task(gate.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        gate.leave("good")  # admits the second
        waiting[1].cancel()  # which gives up before it runs
        await asyncio.gather(*waiting[:2], return_exceptions=True)
        await asyncio.wait_for(waiting[2], 60)
        assert gate.in_flight == 1

    asyncio.run(go())


def test_a_bucket_lets_through_its_rate() -> None:
    async def go(costs: list[float]) -> float:
        clock = FakeClock()
        bucket = RateLimit(600, clock)
        for cost in costs:
            await bucket.take(cost)
        return clock.time

    assert asyncio.run(go([1.0] * 102)) == pytest.approx(10, abs=0.01)  # two are there already
    assert asyncio.run(go([1000.0, 1.0])) == pytest.approx(99.9, abs=0.01)  # more than a bucket: paid off afterwards


def test_what_was_not_used_flows_back() -> None:
    """But of calls that were begun before anything was known: what they left over has never flowed."""

    async def go() -> list[float]:
        clock = FakeClock()
        bucket = RateLimit(600, clock)
        bucket.settle(2, await bucket.take(2), 1)
        waited = []
        for guess in (2, 4, 3):
            before = clock.time
            taken = await bucket.take(guess)
            bucket.settle(guess, taken, 1)
            waited.append(clock.time - before)
        return waited

    assert asyncio.run(go()) == pytest.approx([0.1, 0.2, 0.0], abs=0.02)


def test_what_was_used_beyond_the_guess_is_waited_for() -> None:
    async def go() -> float:
        clock = FakeClock()
        bucket = RateLimit(600, clock)
        bucket.settle(2, await bucket.take(2), 12)
        return await bucket.take(1) + 100 * clock.time

    assert asyncio.run(go()) == pytest.approx(6 + 100 * 1.2)


def test_what_calls_take_is_learnt_from_those_before_while_they_wait() -> None:
    async def go() -> list[float]:
        clock = FakeClock()
        bucket = RateLimit(600, clock)
        first = await bucket.take(30)
        later = asyncio.gather(*(bucket.take(30) for _ in range(2)))
        await asyncio.sleep(0)
        bucket.settle(30, first, 10)
        return [first, *(await later)]

    assert asyncio.run(go()) == pytest.approx([30, 30, 10])


def test_a_server_that_fails_is_tried_by_one_call_at_a_time_until_it_is_well() -> None:
    async def go() -> None:
        clock = FakeClock()
        servers = Servers([Server("one")], clock)
        trouble = TeacherError("HTTP 500")
        for server in [await servers.pick() for _ in range(FAILURES + 5)]:
            servers.done(server, trouble)
        assert servers.servers[0].failures == FAILURES  # those that were under way say nothing new
        probe = await servers.pick()
        assert clock.slept == [1.0]
        others = [asyncio.create_task(servers.pick()) for _ in range(3)]
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in others)
        servers.done(probe, None)
        assert [(await task).url for task in others] == ["one"] * 3

    asyncio.run(go())


def test_calls_that_wait_for_a_server_that_stays_down_give_up_together() -> None:
    async def go() -> None:
        clock = FakeClock()
        servers = Servers([Server("one")], clock)
        for server in [await servers.pick() for _ in range(FAILURES)]:
            servers.done(server, TeacherError("connection refused"))
        for n in range(DEAD - FAILURES):
            probe = await servers.pick()
            waiting = [asyncio.create_task(servers.pick()) for _ in range(3)]
            await asyncio.sleep(0.01)
            servers.done(probe, TeacherError("connection refused"))
            for task in waiting:
                with pytest.raises(TeacherError, match="connection refused") as given_up:
                    await task
                assert given_up.value.again == (n < DEAD - FAILURES - 1)
        assert max(clock.slept) <= LONGEST

    asyncio.run(go())


def test_the_account_adds_up() -> None:
    spend = Spend("watcher", Budget(calls=3), Price(input=2, output=4))
    spend.begin("caption")
    spend.add("caption", 1000, 500)
    spend.begin("caption")
    spend.fail("caption")
    spend.save("verify", 10, 0)
    spend.begin("verify")
    assert spend.short() == "3 of 3 calls"
    with pytest.raises(BudgetReached, match="the budget of teacher watcher is spent: 3 of 3 calls"):
        asyncio.run(Reservations(spend).begin("verify", NOTHING))
    totals = spend.totals()
    assert totals["purposes"]["caption"] == {
        "calls": 2, "failed": 1, "tokens_in": 1000, "tokens_out": 500, "dollars": 0.004,
        "saved_calls": 0, "saved_tokens": 0, "saved_dollars": 0.0,
    }  # fmt: skip
    assert (totals["calls"], totals["saved_tokens"]) == (3, 10)
    assert Spend("watcher", before=spend.purposes).totals() == totals
