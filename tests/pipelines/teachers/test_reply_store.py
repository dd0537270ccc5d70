"""Replies that are kept in a bucket: requests a reply, and an event loop that waits for none of them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import openai_server
import pytest
from object_store import ObjectStore

from vdata.pipelines.errors import StopBuild
from vdata.pipelines.teachers.asker import Asker
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.make import make_teachers
from vdata.pipelines.teachers.reply_parser import Raw
from vdata.pipelines.teachers.reply_store import Store
from vdata.schemas import Reply, Request, stored_objects
from vdata.schemas.bucket_path import BucketPath

FOLDER = BucketPath("s3://lab/replies")
CALLS = 20


def ask(url: str, folder: Path) -> tuple[list[Reply], Asker]:
    """Replies to the same requests, by a teacher that keeps them in *folder*."""

    async def asked() -> tuple[list[Reply], Asker]:
        teacher = make_teachers({"t": OpenAI(model="scripted", base_url=[url])}, folder)["t"]
        try:
            return await teacher.ask([Request.of(f"What happens in part {n}?") for n in range(CALLS)]), teacher
        finally:
            await teacher.close()

    return asyncio.run(asked())


def test_a_new_reply_is_two_requests_and_one_that_is_kept_is_one(object_store: ObjectStore) -> None:
    with openai_server.Server() as server:
        first, _ = ask(server.url, FOLDER)
        assert Counter(method for method, _, _ in object_store.requests) == {"GET": CALLS, "PUT": CALLS}
        object_store.requests.clear()
        second, teacher = ask(server.url, FOLDER)
        assert Counter(method for method, _, _ in object_store.requests) == {"GET": CALLS}
    assert [reply.text for reply in second] == [reply.text for reply in first]
    assert (server.counters.calls, teacher.spend.total().saved_calls) == (CALLS, CALLS)


def test_the_event_loop_waits_for_no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for the first reply, either, and not after many that were kept at once."""
    seconds = [0.0] * 40 + [0.3]
    writers: list[str] = []

    def put(url: str, data: bytes) -> None:
        writers.append(threading.current_thread().name)
        time.sleep(seconds[len(writers) - 1])

    monkeypatch.setattr(stored_objects, "put", put)

    async def kept() -> float:
        store, longest = Store(FOLDER), 0.0

        async def beat() -> None:
            nonlocal longest
            while True:
                begun = time.monotonic()
                await asyncio.sleep(0.01)
                longest = max(longest, time.monotonic() - begun)

        beating = asyncio.create_task(beat())
        for n in range(len(seconds)):
            await store.put(f"{n:04d}", raw())
        beating.cancel()
        store.close()
        return longest

    assert asyncio.run(kept()) < 0.2
    assert len(writers) == len(seconds)
    assert {name.partition("_")[0] for name in writers} == {"replies"}


@pytest.mark.parametrize("what", ["get", "put"])
def test_what_cannot_be_looked_up_or_kept_is_not_paid_for(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def absent(url: str) -> bytes:
        raise FileNotFoundError(2, "absent", url)

    def silent(url: str, *_: object) -> Any:
        raise stored_objects.StoreError(stored_objects.LOST, "the store does not answer as it should", url)

    monkeypatch.setattr(stored_objects, "get", absent)
    monkeypatch.setattr(stored_objects, what, silent)
    says = "whether a reply was paid for before cannot be found out" if what == "get" else "cannot be kept"
    with (
        openai_server.Server() as server,
        pytest.raises(StopBuild, match=f"{says}: s3://lab/replies/.*does not answer"),
    ):
        ask(server.url, FOLDER)
    assert server.counters.calls == 0 if what == "get" else server.counters.calls <= CALLS


def raw() -> Raw:
    return Raw("A dog runs.", tokens_in=10, tokens_out=3)
