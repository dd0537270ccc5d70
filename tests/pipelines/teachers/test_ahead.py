"""What is prepared ahead is bounded, by number and by bytes, and nothing waits for ever."""

from __future__ import annotations

import asyncio

from vdata.pipelines.teachers.ahead import Ahead


def most_waiting(requests: int, size: int, most_bytes: int, places: int) -> tuple[int, int]:
    """The most bytes that waited to be sent, and the most requests that were begun, of 60 requests of *size*."""

    async def go() -> tuple[int, int]:
        ahead, gate = Ahead(requests, most_bytes), asyncio.Semaphore(places)
        seen, begun = [0], [0]

        async def one() -> None:
            async with ahead.place() as place:
                begun[0] += 1
                seen.append(ahead.waiting)
                begun.append(begun[0])
                await asyncio.sleep(0.001)
                place.prepared(size)
                seen.append(ahead.waiting)
                async with gate:
                    place.send()
                    await asyncio.sleep(0.002)
                begun[0] -= 1

        async with asyncio.timeout(60):
            await asyncio.gather(*(one() for _ in range(60)))
        assert ahead.waiting == 0
        return max(seen), max(begun[1:])

    return asyncio.run(go())


def test_bytes_that_wait_are_bounded() -> None:
    waited, begun = most_waiting(requests=1000, size=1 << 20, most_bytes=8 << 20, places=2)
    assert 4 << 20 <= waited <= 8 << 20
    assert begun >= 8, "the bound is used"


def test_requests_are_bounded_and_texts_weigh_nothing() -> None:
    assert most_waiting(requests=12, size=0, most_bytes=1 << 30, places=2)[1] == 12


def test_a_request_larger_than_the_bound_goes_alone() -> None:
    waited, _ = most_waiting(requests=1000, size=64 << 20, most_bytes=1 << 20, places=2)
    assert waited == 64 << 20
