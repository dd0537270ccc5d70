"""The real openai client against a server with faults, over the connections of aiohttp and of httpx."""

from __future__ import annotations

import asyncio
import time
from email.utils import formatdate
from pathlib import Path
from typing import Any

import openai
import pytest
from asking import FakeClock, ask, settings, without_aiohttp
from openai_server import Server, pictures, texts

from vdata.pipelines.errors import StopBuild
from vdata.pipelines.teachers.http_endpoint import retry_after
from vdata.pipelines.teachers.make import make_teachers
from vdata.pipelines.teachers.messages import SCHEMA_WORDS
from vdata.pipelines.teachers.schema_forms import is_strict
from vdata.schemas import Frames, Request

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["name", "count"],
    "additionalProperties": False,
}
PLAIN = Request.of("What happens?", system="You watch.", purpose="caption")
FORMED = Request.of("Who is there?", schema=SCHEMA)


@pytest.fixture(params=["aiohttp", "httpx"], autouse=True)
def over(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test twice: with the extra, and as if it were not installed."""
    if request.param == "httpx":
        monkeypatch.setattr(openai, "DefaultAioHttpClient", without_aiohttp)


def answer(body: dict[str, Any]) -> Any:
    return {"name": "Ann", "count": 3} if "Who" in texts(body) else "A dog runs."


@pytest.mark.parametrize("fault", ["429", "500", "503", "closed", "cut", "garbage", "hollow"])
def test_a_fault_that_passes_is_tried_again(fault: str) -> None:
    with Server(answer=answer, queue=[fault, fault]) as server:
        asked = ask(server, [PLAIN])
    assert [reply.text for reply in asked.replies] == ["A dog runs."]
    assert server.counters.outcomes == {fault: 2, "ok": 1}
    assert (asked.totals["calls"], asked.totals["failed"]) == (3, 2)
    assert asked.totals["purposes"]["caption"]["calls"] == 3
    first, second = asked.slept
    assert 0 <= first <= 0.5
    assert 0 <= second <= 1.0


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("500", "HTTP 500: scripted 500 (tried 3 times)"),
        ("429", "HTTP 429: scripted 429 (tried 3 times)"),
        ("closed", "no whole reply came (Server disconnected"),
        ("cut", "no whole reply came ("),
        ("garbage", "no chat completion: '<html>Bad gateway</html>'"),
        ("hollow", "no chat completion"),
    ],
)
def test_a_fault_that_stays_is_an_error_after_bounded_tries(fault: str, says: str) -> None:
    with Server(queue=[fault] * 9) as server:
        (reply,) = ask(server, [PLAIN], retries=2).replies
    assert (reply.failure, reply.texts) == ("teacher_error", ())
    assert says in reply.detail
    assert server.counters.calls == 3


def test_a_slow_server_is_a_time_out() -> None:
    with Server(queue=["slow"] * 9) as server:
        asked = ask(server, [PLAIN], retries=1, timeout=0.2)
    says = f"{server.url}: no reply within 0.2 s. A longer timeout: or a smaller concurrency: may help. (tried 2 times)"
    assert [(reply.failure, reply.detail) for reply in asked.replies] == [("teacher_timeout", says)]
    assert server.counters.calls == 2


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "422"])
def test_what_cannot_be_helped_is_not_tried_again(status: str) -> None:
    with Server(queue=[status] * 9) as server:
        asked = ask(server, [PLAIN])
    assert [(reply.failure, reply.detail) for reply in asked.replies] == [
        ("teacher_error", f"HTTP {status}: scripted {status}")
    ]
    assert server.counters.calls == 1
    assert asked.slept == []


def test_nobody_there() -> None:
    (reply,) = ask(settings("http://127.0.0.1:9/v1", retries=2), [PLAIN]).replies
    says = "http://127.0.0.1:9/v1: nothing answers there (Connection refused). Is the server running? (tried 3 times)"
    assert (reply.failure, reply.detail) == ("teacher_error", says)


def test_retry_after_is_kept() -> None:
    with Server(queue=["429:7", "503:date:20"]) as server:
        asked = ask(server, [PLAIN])
    assert asked.replies[0].ok
    seconds, date = asked.slept
    assert 7 <= seconds <= 7.5
    assert 18 <= date <= 20.5


def test_a_wait_of_hours_is_not_waited_for() -> None:
    with Server(queue=["429:7200"]) as server:
        asked = ask(server, [PLAIN])
    assert asked.failures == ["teacher_error"]
    assert asked.slept == []


def test_retry_after_in_all_its_forms() -> None:
    clock = FakeClock()
    assert retry_after({"retry-after": "2.5"}, clock) == 2.5
    assert retry_after({"retry-after": "-1"}, clock) == 0.0
    assert retry_after({"retry-after-ms": "250", "retry-after": "9"}, clock) == 0.25
    assert retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)}, clock) == pytest.approx(60, abs=2)
    assert retry_after({"retry-after": formatdate(0, usegmt=True)}, clock) == 0.0
    assert retry_after({"retry-after": "soon"}, clock) is None
    assert retry_after({}, clock) is None


@pytest.mark.parametrize(
    ("fault", "failure", "detail"),
    [
        ("refusal", "refused", "That is against the rules."),
        ("filter", "refused", "stopped by the endpoint's filter"),
        ("sorry", "refused", "I'm sorry, but I can't assist with that request."),
        ("empty", "empty", "the reply has no text"),
        ("length", "truncated", "A dog"),
    ],
)
def test_what_is_no_answer_is_told_apart(fault: str, failure: str, detail: str) -> None:
    with Server(answer=answer, queue=[fault]) as server:
        asked = ask(server, [PLAIN])
    assert [(reply.failure, reply.detail, reply.texts) for reply in asked.replies] == [(failure, detail, ())]
    assert server.counters.calls == 1


def test_what_is_sent() -> None:
    request = Request.of("What?", system="You watch.", samples=2, temperature=0.9, max_tokens=50)
    with Server() as server:
        ask(server, [request, PLAIN], seed=7, top_p=0.5, extra_body={"top_k": 4})
    bodies = sorted(server.counters.bodies, key=lambda body: (-body["temperature"], body["seed"]))
    messages = [{"role": "system", "content": "You watch."}, {"role": "user", "content": "What?"}]
    asked = {"model": "scripted", "messages": messages, "max_tokens": 50, "temperature": 0.9, "top_p": 0.5, "top_k": 4}
    assert bodies[:2] == [{**asked, "seed": 7}, {**asked, "seed": 8}]
    assert (bodies[2]["max_tokens"], bodies[2]["temperature"], bodies[2]["seed"]) == (1024, 0.2, 7)


def test_a_schema_is_sent_as_response_format_and_in_words() -> None:
    with Server(answer=answer) as server:
        asked = ask(server, [FORMED])
    assert asked.replies[0].value == {"name": "Ann", "count": 3}
    (body,) = server.counters.bodies
    assert body["response_format"]["json_schema"] == {"name": "reply", "schema": SCHEMA, "strict": True}
    assert SCHEMA_WORDS in texts(body)


@pytest.mark.parametrize(("mode", "held", "words"), [("prompt", False, True), ("response_format", True, False)])
def test_how_a_schema_is_sent_can_be_said(mode: str, held: bool, words: bool) -> None:
    with Server(answer=answer) as server:
        assert ask(server, [FORMED], schema_mode=mode).replies[0].ok
    (body,) = server.counters.bodies
    assert ("response_format" in body, SCHEMA_WORDS in texts(body)) == (held, words)


def formats(server: Server) -> list[str]:
    return [body.get("response_format", {}).get("type", "words") for body in server.counters.bodies]


async def two_questions(url: str) -> list[Any]:
    teacher = make_teachers({"watcher": settings(url)}, None, clock=FakeClock())["watcher"]
    values = []
    for words in ("Who?", "Who else?"):
        (reply,) = await teacher.ask([Request.of(words, schema=SCHEMA)])
        values.append(reply.value)
    await teacher.close()
    return values


@pytest.mark.parametrize("unknown", ["400", "422", "500"])
@pytest.mark.parametrize(
    ("known", "asked"),
    [((), ["json_schema", "json_object", "words", "words"]), (("json_object",), ["json_schema", *["json_object"] * 2])],
)
def test_what_an_endpoint_knows_of_response_format_is_found_out_and_remembered(
    unknown: str, known: tuple[str, ...], asked: list[str]
) -> None:
    with Server(answer=answer, formats=known, unknown=unknown) as server:
        assert asyncio.run(two_questions(server.url)) == [{"name": "Ann", "count": 3}] * 2
    assert formats(server) == asked
    if known:
        assert server.counters.bodies[-1]["response_format"]["schema"] == SCHEMA
    with Server(answer=answer, formats=known, unknown=unknown) as server:
        assert ask(server, [FORMED], schema_mode="response_format").failures == ["teacher_error"]


def test_an_endpoint_that_fails_at_a_response_format_and_does_not_say_why_is_asked_in_words() -> None:
    with Server(answer=answer, formats=(), unknown="500", explains=False) as server:
        assert asyncio.run(two_questions(server.url)) == [{"name": "Ann", "count": 3}] * 2
    assert formats(server) == ["json_schema", "json_object", "words", "words"]


def test_a_failure_that_has_nothing_to_do_with_the_form_of_the_reply_does_not_change_it() -> None:
    with Server(answer=answer, queue=["ok", "500", "ok"]) as server:
        assert asyncio.run(two_questions(server.url)) == [{"name": "Ann", "count": 3}] * 2
    assert formats(server) == ["json_schema"] * 3
    with Server(answer=answer, queue=["500"] * 9) as server:  # down for a while, and nobody knows why
        assert asyncio.run(two_questions(server.url)) == [{"name": "Ann", "count": 3}] * 2
    assert formats(server)[9:] == ["json_schema"] * 2


def test_that_an_endpoint_was_asked_otherwise_is_counted_where_a_person_looks() -> None:
    with Server(answer=answer, formats=(), unknown="500") as server:
        asked = ask(server, [FORMED])
    assert asked.counts.errors == {
        "no response_format of type json_schema": 1,
        "no response_format of type json_object": 1,
    }


@pytest.mark.parametrize("unknown", ["400", "415", "500"])
def test_an_endpoint_without_eyes_is_found_out_with_one_picture_and_ends_the_asking(unknown: str, clips: Path) -> None:
    shown = [Request.of(Frames(str(clips / "bikes.mp4"), f"{n:064}", (1.0,), size=64), "What?") for n in range(3)]
    with Server(answer=lambda _: "Red.", sees=False, unknown=unknown) as server:
        with pytest.raises(StopBuild, match=r"the model takes no pictures: .*HTTP \d+: this server takes no image_url"):
            ask(server, shown, retries=0)
        small = [body for body in server.counters.bodies if "Which colour" in texts(body)]
        assert [len(pictures(body)) for body in small] == [1, 0, 1]
        server.counters.bodies.clear()
        assert ask(server, shown[:1], retries=0, images=True).failures == ["teacher_error"]  # who says so is believed
        assert len(server.counters.bodies) == 1
        assert ask(server, [PLAIN], retries=0).replies[0].ok


def test_what_is_known_to_be_blind_is_shown_nothing_more(clips: Path) -> None:
    async def go(url: str) -> None:
        teacher = make_teachers({"watcher": settings(url)}, None, clock=FakeClock())["watcher"]
        for n in range(2):
            with pytest.raises(StopBuild, match="takes no pictures"):
                await teacher.ask([Request.of(Frames(str(clips / "bikes.mp4"), f"{n:064}", (1.0,), size=64), "What?")])
        (reply,) = await teacher.ask([PLAIN])
        assert reply.ok
        await teacher.close()

    with Server(answer=lambda _: "Red.", sees=False) as server:
        asyncio.run(go(server.url))
    assert [len(pictures(body)) for body in server.counters.bodies] == [1, 1, 0, 1, 0]


def test_an_endpoint_that_sees_and_fails_at_one_request_is_not_taken_for_blind(clips: Path) -> None:
    shown = [Request.of(Frames(str(clips / "bikes.mp4"), "a" * 64, (1.0,), size=64), "What?")]
    with Server(answer=lambda _: "Red.", queue=["400"]) as server:
        assert ask(server, shown, retries=0).failures == ["teacher_error"]
        assert sum("Which colour" in texts(body) for body in server.counters.bodies) == 1
    for faults in (["500"] * 2, ["500", "hollow"], ["500", "500", "ok"], ["500", "429"]):  # nothing is learnt
        with Server(answer=lambda _: "Red.", queue=faults) as server:
            assert ask(server, shown, retries=3).replies[0].ok, faults


def test_which_schemas_are_strict() -> None:
    assert is_strict(SCHEMA)
    assert not is_strict({**SCHEMA, "required": ["name"]})
    assert not is_strict({"type": "object", "properties": {}})
    assert not is_strict({**SCHEMA, "properties": {"name": {"type": "object"}, "count": {}}})


def test_servers_share_the_work_and_a_broken_one_is_left_alone() -> None:
    requests = [Request.of(f"What happens in part {n}?") for n in range(120)]
    with Server(mean=0.01) as one, Server(mean=0.01) as two:
        asked = ask(settings(one, two), requests)
        assert asked.failures == [""] * 120
        assert {one.counters.calls, two.counters.calls} == {60} or abs(one.counters.calls - 60) < 15
    with Server(mean=0.01) as good:
        asked = ask(settings("http://127.0.0.1:9/v1", good), requests)
    assert asked.failures == [""] * 120
    assert good.counters.calls == 120
    assert asked.totals["failed"] < 60


def test_when_all_servers_are_down_every_request_fails_soon() -> None:
    requests = [Request.of(f"What happens in part {n}?") for n in range(200)]
    asked = ask(settings("http://127.0.0.1:9/v1"), requests)
    assert set(asked.failures) == {"teacher_error"}
    assert asked.totals["calls"] <= 200 * 6


def test_rpm_is_kept() -> None:
    with Server() as server:
        asked = ask(server, [Request.of(f"What happens in part {n}?") for n in range(30)], rpm=60)
    assert sum(asked.slept) == pytest.approx(29, abs=0.1)


def test_one_pool_of_connections_no_larger_than_allowed() -> None:
    with Server(mean=0.005) as server:
        ask(server, [Request.of(f"What happens in part {n}?") for n in range(100)], concurrency=8)
    assert server.counters.most == 8
    assert server.counters.connections <= 8
