"""The real openai client against a server that speaks the batch protocol."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from asking import KEY
from batch_server import BatchServer
from openai_server import Server, texts

from vdata.pipelines.errors import StopBuild, UserError
from vdata.pipelines.evaluation.batch import ask_all
from vdata.pipelines.teachers.asker import Asker
from vdata.pipelines.teachers.batch_notes import BatchNotes, ended_words, forget_ended, going_on
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.limits import TimeSource
from vdata.pipelines.teachers.make import check_teacher, make_teachers
from vdata.pipelines.teachers.teacher_errors import BudgetReached
from vdata.schemas import Reply, Request

SCHEMA = {
    "type": "object",
    "properties": {"count": {"type": "integer"}},
    "required": ["count"],
    "additionalProperties": False,
}
QUICK = {"batch": True, "batch_wait": 1.5, "batch_poll": 0.5, "retries": 2}
FASTER = 30


class Hurried(TimeSource):
    """A clock that goes faster than others."""

    def now(self) -> float:
        return super().now() * FASTER

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / FASTER)


def questions(count: int, first: int = 0) -> list[Request]:
    return [Request.of(f"What happens in part {n}?", purpose="caption") for n in range(first, first + count)]


def teacher(server: Server, place: Path, **more: Any) -> Asker:
    how = {} if more.get("batch") is False else QUICK
    settings = OpenAI(**{"model": "scripted", "base_url": [server.url], "api_key": KEY, **how, **more})
    return make_teachers({"t": settings}, place / "cache", clock=Hurried(), notes=place / "batches")["t"]


def ask(server: Server, place: Path, requests: list[Request], **more: Any) -> tuple[list[Reply], Asker]:
    async def go() -> tuple[list[Reply], Asker]:
        one = teacher(server, place, **more)
        try:
            return await one.ask(requests), one
        finally:
            await one.close()

    return asyncio.run(go())


def broken_off(server: BatchServer, place: Path, requests: list[Request], until: Any, **more: Any) -> None:
    """Ask, and end as a kill does as soon as *until* says so: nothing is taken, nothing is tidied up."""

    async def go() -> None:
        one = teacher(server, place, **more)
        asking = asyncio.create_task(one.ask(requests))
        for _ in range(500):
            if until() or asking.done():
                break
            await asyncio.sleep(0.01)
        assert until()
        assert not asking.done()
        asking.cancel()
        await one.close()

    asyncio.run(go())


def test_requests_wait_together_and_each_gets_its_own_reply(tmp_path: Path) -> None:
    with BatchServer(answer=texts, key=KEY) as server:
        replies, one = ask(server, tmp_path, questions(300), price={"input": 2.0, "output": 8.0})
    assert [reply.text for reply in replies] == [f"What happens in part {n}?" for n in range(300)]
    assert server.sizes == [300]
    assert server.counters.calls == 300
    spent = one.spend.total()
    assert (spent.calls, spent.failed) == (300, 0)
    assert spent.dollars == pytest.approx((spent.tokens_in * 2.0 + spent.tokens_out * 8.0) / 1e6 / 2), "half the price"
    assert spent.tokens_in > 300
    assert server.files == {}, "what was uploaded, and what came of it, is deleted there"
    assert server.api["chat"] == 0


def test_a_reply_of_a_batch_is_kept_like_any_other(tmp_path: Path) -> None:
    with BatchServer(answer=texts) as server:
        ask(server, tmp_path, questions(3))
        replies, one = ask(server, tmp_path, questions(3), batch=False)
    assert all(reply.ok for reply in replies)
    assert one.spend.total().saved_calls == 3
    assert server.sizes == [3]
    assert one.spend.total().calls == 0


def test_batches_are_no_longer_than_they_may_be(tmp_path: Path) -> None:
    with BatchServer(answer=texts) as server:
        ask(server, tmp_path, questions(25), batch_requests=10)
        assert sorted(server.sizes) == [5, 10, 10]
        server.sizes.clear()
        ask(server, tmp_path, [Request.of(f"{n}" * 1000) for n in range(1, 9)], batch_megabytes=0.003)
        assert sorted(server.sizes) == [2, 2, 2, 2]
        replies, _ = ask(server, tmp_path, [Request.of("word " * 2000)], batch_megabytes=0.003)
    assert replies[0].failure == "teacher_error"
    assert "a request of 0.0 MB is longer than a batch may be (batch_megabytes: 0.003)" in replies[0].detail


def test_a_question_about_a_bad_reply_goes_into_the_next_batch(tmp_path: Path) -> None:
    requests = [Request.of(f"How many in {n}?", schema=SCHEMA) for n in range(4)]
    with BatchServer(queue=["ok", "badjson", "ok", "ok"]) as server:
        replies, one = ask(server, tmp_path, requests)
    assert [reply.value for reply in replies] == [{"count": 0}] * 4
    assert server.sizes == [4, 1]
    assert set(server.asked.values()) == {1}
    assert "This reply cannot be used" in json.dumps(server.counters.bodies[-1])
    assert one.spend.total().calls == 5


def test_a_setting_that_the_model_does_not_know_is_changed_for_the_next_batch(tmp_path: Path) -> None:
    with BatchServer(answer=texts, queue=["400:use max_completion_tokens instead"] * 3) as server:
        replies, _ = ask(server, tmp_path, questions(3))
    assert all(reply.ok for reply in replies)
    assert server.sizes == [3, 3]
    assert {"max_completion_tokens", "max_tokens"} & server.counters.bodies[-1].keys() == {"max_completion_tokens"}


def test_lines_that_fail_are_asked_once_more_and_then_fail(tmp_path: Path) -> None:
    with BatchServer(answer=texts, queue=["ok", "500", "429", "ok", "500", "400"]) as server:
        replies, one = ask(server, tmp_path, questions(4))
        assert [reply.failure for reply in replies].count("") == 2
        assert sorted(reply.detail for reply in replies if not reply.ok) == [
            "HTTP 400: scripted 400",
            "HTTP 500: scripted 500 (tried 2 times)",
        ]
    assert server.sizes == [4, 2]
    assert one.errors == {"HTTP 500": 2, "HTTP 429": 1, "HTTP 400": 1}


def test_what_is_done_of_an_expired_batch_is_taken_and_the_rest_asked_once_more(tmp_path: Path) -> None:
    with BatchServer(answer=texts, ends=["expired:3", "expired:1"]) as server:
        replies, _ = ask(server, tmp_path, questions(6))
    assert server.sizes == [6, 3]
    failed = [reply for reply in replies if not reply.ok]
    assert len(failed) == 2
    assert {reply.failure for reply in failed} == {"teacher_error"}
    assert "batch_1 expired before this request was done (tried 2 times)" in failed[0].detail
    with BatchServer(answer=texts, ends=["expired:3"]) as server:
        replies, _ = ask(server, tmp_path / "b", questions(6))
        assert all(reply.ok for reply in replies)
        assert server.sizes == [6, 3]


def test_a_cancelled_batch_gives_what_is_done_and_is_not_asked_again(tmp_path: Path) -> None:
    with BatchServer(answer=texts, ends=["cancelled:2"]) as server:
        replies, _ = ask(server, tmp_path, questions(3))
    assert [reply.failure for reply in replies].count("teacher_error") == 1
    assert [reply.detail for reply in replies if not reply.ok] == ["batch batch_0 was cancelled at the provider"]
    assert server.sizes == [3]


def test_a_rejected_file(tmp_path: Path) -> None:
    with BatchServer(answer=texts, ends=["failed:model_not_found:no such model here"]) as server:
        replies, _ = ask(server, tmp_path, questions(3))
        assert {reply.detail for reply in replies} == {"batch batch_0 was refused: model_not_found: no such model here"}
        assert server.files == {}
    with BatchServer(answer=texts, ends=["failed:invalid_line:odd line:2"]) as server:
        replies, _ = ask(server, tmp_path / "b", questions(3))
        assert sorted(reply.failure for reply in replies) == ["", "", "teacher_error"], "the others go on"
        assert server.sizes == [2]


def test_a_full_queue_is_waited_for_and_batches_become_smaller(tmp_path: Path) -> None:
    with BatchServer(answer=texts, most_queued=30) as server:
        replies, _ = ask(server, tmp_path, questions(50))
    assert all(reply.ok for reply in replies)
    assert max(server.sizes) <= 25
    assert set(server.asked.values()) == {1}


@pytest.mark.parametrize("fault", ["closed", "lost", "500", "429", "garbage"])
def test_calls_that_break_are_tried_again_and_nothing_is_asked_twice(tmp_path: Path, fault: str) -> None:
    meets = {verb: [fault] for verb in ("upload", "create", "see", "list", *(["content"] * (fault != "garbage")))}
    with BatchServer(answer=texts, meets=meets) as server:
        replies, _ = ask(server, tmp_path, questions(5))
    assert all(reply.ok for reply in replies)
    assert set(server.asked.values()) == {1}
    assert server.sizes == [5]
    assert [verb for verb, left in server.meets.items() if left] == (["list"] if fault == "429" else [])


@pytest.mark.parametrize("metadata", [True, False])
def test_a_batch_that_was_made_when_its_answer_was_lost_is_found_by_the_list(tmp_path: Path, metadata: bool) -> None:
    with BatchServer(answer=texts, meets={"create": ["ok", "lost"]}, metadata=metadata) as server:
        ask(server, tmp_path, questions(2))
        ask(server, tmp_path, questions(2, first=10))
    assert server.api["create"] == 2
    assert server.sizes == [2, 2]


def test_after_a_kill_a_batch_that_runs_is_found_by_its_note(tmp_path: Path) -> None:
    with BatchServer(answer=texts, ends=["never"]) as server:
        broken_off(server, tmp_path, questions(5), lambda: going_on(tmp_path / "batches"))
        assert "1 batch goes on at the provider: batch_0 (5 requests to scripted, since " in ended_words(
            tmp_path / "batches"
        )
        threading.Timer(0.2, server.finish).start()
        replies, one = ask(server, tmp_path, questions(8))
    assert [reply.text for reply in replies] == [f"What happens in part {n}?" for n in range(8)]
    assert server.sizes == [5, 3]
    assert set(server.asked.values()) == {1}
    assert one.spend.total().calls == 8
    assert ended_words(tmp_path / "batches") == ""


def test_after_a_kill_between_making_and_noting_it_is_found_by_the_list(tmp_path: Path) -> None:
    with BatchServer(answer=texts, ends=["never"]) as server:
        broken_off(server, tmp_path, questions(5), lambda: going_on(tmp_path / "batches"))
        notes = BatchNotes(tmp_path / "batches")
        (note,) = notes.all()
        note.batch = ""
        notes.write(note)
        server.finish()
        replies, _ = ask(server, tmp_path, questions(5))
    assert all(reply.ok for reply in replies)
    assert server.api["create"] == 1
    assert server.sizes == [5]


def test_after_a_kill_before_it_was_made_it_is_asked_anew_and_cannot_be_made_any_more(tmp_path: Path) -> None:
    with BatchServer(answer=texts, meets={"create": ["closed"] * 9, "list": ["500"] * 9}) as server:
        replies, _ = ask(server, tmp_path, questions(5))
        assert {reply.failure for reply in replies} == {"teacher_error"}, "it is not known: nothing is asked again"
        (note,) = BatchNotes(tmp_path / "batches").all()
        assert note.file in server.files
        server.meets = {}
        replies, _ = ask(server, tmp_path, questions(5))
        assert all(reply.ok for reply in replies)
        assert note.file not in server.files
    assert server.sizes == [5]


def test_replies_that_were_fetched_are_not_asked_again_though_nobody_kept_them(tmp_path: Path) -> None:
    with BatchServer(answer=texts) as server:
        ask(server, tmp_path, questions(5))
        for path in (tmp_path / "cache").rglob("*"):
            if path.is_file():
                path.unlink()
        replies, _ = ask(server, tmp_path, questions(5))
        assert all(reply.ok for reply in replies)
        assert server.sizes == [5]
        forget_ended(tmp_path / "batches")
        assert not (tmp_path / "batches").exists()


def test_a_worker_of_an_earlier_run_makes_no_batch(tmp_path: Path) -> None:
    BatchNotes(tmp_path / "batches", "new").begin()

    async def go() -> None:
        settings = OpenAI(model="scripted", base_url=server.url, **QUICK)
        notes, clock = tmp_path / "batches", Hurried()
        one = make_teachers({"t": settings}, tmp_path / "cache", clock=clock, notes=notes, mark="old")["t"]
        with pytest.raises(StopBuild, match="another run of the build has begun"):
            await one.ask(questions(2))
        await one.close()

    with BatchServer(answer=texts) as server:
        asyncio.run(go())
    assert server.api["upload"] == 1
    assert server.api["create"] == 0
    assert server.files == {}
    assert list(BatchNotes(tmp_path / "batches").all()) == []


def test_a_damaged_note_stops_before_anything_is_paid_for(tmp_path: Path) -> None:
    (tmp_path / "batches").mkdir()
    (tmp_path / "batches" / "a.json").write_text("{")
    with (
        BatchServer(answer=texts) as server,
        pytest.raises(StopBuild, match=r"a\.json: .*damaged.* Delete the file to have them asked, and paid for, again"),
    ):
        ask(server, tmp_path, questions(1))
    assert server.api["upload"] == 0


def test_a_batch_that_the_provider_does_not_know_is_said_and_not_asked_again(tmp_path: Path) -> None:
    with BatchServer(answer=texts, ends=["never"]) as server:
        broken_off(server, tmp_path, questions(1), lambda: going_on(tmp_path / "batches"))
        server.made.clear()
        replies, _ = ask(server, tmp_path, questions(1))
    assert "does not know the batch batch_0. Is it the key of another project?" in replies[0].detail
    assert replies[0].failure == "teacher_error"
    assert server.api["create"] == 1


def test_a_budget_holds_back_what_waits(tmp_path: Path) -> None:
    """A question of 4,000 characters may take 2,000 tokens, and its reply 1,024: one is asked at a time, as 2 × 2,000
    are taken in truth, and a third may be too much."""
    with BatchServer(answer=texts) as server, pytest.raises(BudgetReached):
        ask(server, tmp_path, [Request.of("x" * 4000 + str(n)) for n in range(10)], budget={"tokens": 6000})
    assert server.sizes == [1, 1]
    with BatchServer(answer=texts) as server, pytest.raises(BudgetReached, match="7 of 7 calls"):
        ask(server, tmp_path, questions(10), budget={"calls": 7})
    assert server.sizes == [7]


def test_a_server_without_batches_is_said_in_a_line(tmp_path: Path) -> None:
    with Server() as server:
        settings = OpenAI(model="scripted", base_url=server.url, **QUICK)
        with pytest.raises(UserError) as refused:
            check_teacher("t", settings)
        assert str(refused.value) == (
            f"teachers.t: {server.url}: batch: the server has no batches (HTTP 404 for /batches). "
            "Take batch: out, or name an endpoint that has them."
        )
        replies, _ = ask(server, tmp_path, questions(1))
    assert "has no batches (/files). Take batch: out" in replies[0].detail
    with BatchServer() as there:
        check_teacher("t", OpenAI(model="scripted", base_url=there.url, **QUICK))


def test_what_has_no_effect_beside_batches_is_refused() -> None:
    for more, words in (
        ({"batch": True, "concurrency": 8}, "concurrency has no effect beside batch"),
        ({"batch_wait": 3}, "batch_wait has no effect without batch"),
        ({"batch": True, "base_url": ["http://a/v1", "http://b/v1"]}, "a batch is at one server"),
    ):
        with pytest.raises(ValueError, match=words):
            OpenAI(model="m", **more)


def test_outside_builds_what_has_ended_is_forgotten_when_all_is_asked(tmp_path: Path) -> None:
    got: list[str] = []
    with BatchServer(answer=texts) as server:
        settings = OpenAI(model="scripted", base_url=server.url, **{**QUICK, "batch_wait": 0.1, "batch_poll": 0.05})
        asked = [(n, one) for n, one in enumerate(questions(3))]
        assert ask_all("t", settings, tmp_path, asked, lambda n, reply: got.append(f"{n}: {reply.text}")) == ""
    assert sorted(got) == [f"{n}: What happens in part {n}?" for n in range(3)]
    assert server.sizes == [3]
    assert list((tmp_path / "batches").iterdir()) == []


def test_a_preview_asks_at_once() -> None:
    made = OpenAI(model="m", **QUICK, price={"input": 3})
    assert (made.waits, made.at_once().waits) == (True, False)
    assert (made.paid().input, made.at_once().paid().input) == (1.5, 3)
    assert made.identity() == made.at_once().identity(), "the replies are those of the build"


def test_the_counts_say_how_many_batches_run_and_since_when(tmp_path: Path) -> None:
    async def go() -> None:
        one = teacher(server, tmp_path)
        asking = asyncio.create_task(one.ask(questions(3)))
        while not going_on(tmp_path / "batches"):
            await asyncio.sleep(0.01)
        counts = one.counts({})
        assert (counts.batches, counts.in_flight, counts.replies) == (1, 3, 0)
        assert counts.since == going_on(tmp_path / "batches")[0].begun
        assert one.calls.purposes == {"caption": 3}
        server.finish()
        await asking
        counts = one.counts({})
        assert (counts.batches, counts.in_flight, counts.replies, counts.since) == (0, 0, 3, 0.0)
        await one.close()

    with BatchServer(answer=texts, ends=["never"]) as server:
        asyncio.run(go())
