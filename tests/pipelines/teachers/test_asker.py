"""Pay once, never beyond the budget, never tell the key: against a real server."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import traceback
from pathlib import Path
from typing import Any

import pytest
from asking import KEY, FakeClock, ask, settings
from openai_server import Server, texts

from vdata.pipelines.teachers import reply_parser as reading
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.kinds.replay import Replay
from vdata.pipelines.teachers.limits import Limits
from vdata.pipelines.teachers.make import make_teachers
from vdata.pipelines.teachers.request_key import reply_key
from vdata.pipelines.teachers.teacher_errors import BudgetReached
from vdata.schemas import Frames, Request, Sound, Turn

NAMED = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
FILM = Frames("film.mp4", "a" * 64, (1.0, 2.0))
MANY = [Request.of(f"What happens in part {n}?", purpose="caption") for n in range(20)]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_reply_is_paid_for_once(tmp_path: Path) -> None:
    price = {"input": 1.0, "output": 10.0}
    with Server() as server:
        first = ask(server, MANY, tmp_path, price=price)
        again = ask(server, MANY, tmp_path, price=price, concurrency=2, rpm=1, retries=0, timeout=9, api_key="another")
    assert first.replies == again.replies
    assert server.counters.calls == 20
    paid, saved = first.totals["purposes"]["caption"], again.totals["purposes"]["caption"]
    assert paid["dollars"] == pytest.approx((paid["tokens_in"] + 10 * paid["tokens_out"]) / 1e6)
    assert paid["tokens_in"] > 0 < paid["tokens_out"]
    assert (saved["calls"], saved["saved_calls"]) == (0, 20)
    assert saved["saved_tokens"] == paid["tokens_in"] + paid["tokens_out"]
    assert saved["saved_dollars"] == pytest.approx(paid["dollars"])


@pytest.mark.parametrize(
    "fault", ["500", "closed", "refusal", "filter", "sorry", "empty", "length", "badjson", "400", "garbage"]
)
def test_a_failure_is_never_kept(fault: str, tmp_path: Path) -> None:
    request = Request.of("Who is there?", schema=NAMED)
    with Server(queue=[fault], answer=lambda _: {"name": "Ann"}) as server:
        failed = ask(server, [request], tmp_path, retries=0, format_retries=0, schema_mode="prompt")
        assert failed.failures != [""]
        assert files(tmp_path) == []
        good = ask(server, [request], tmp_path, schema_mode="prompt")
    assert good.replies[0].value == {"name": "Ann"}
    assert len(files(tmp_path)) == 1
    assert server.counters.calls == 2


def test_equal_requests_at_once_are_one_call(tmp_path: Path) -> None:
    with Server(mean=0.05) as server:
        asked = ask(server, [MANY[0]] * 10, tmp_path)
    assert len(set(asked.replies)) == 1
    assert server.counters.calls == 1
    assert asked.totals["saved_calls"] == 9


def test_what_a_reply_depends_on() -> None:
    base: dict[str, Any] = {"model": "m", "base_url": "http://one/v1"}
    request = Request((Turn("user", (FILM, "What?")),), "You watch.", NAMED)

    def key(changed: Request = request, sample: int = 0, **more: Any) -> str:
        return reply_key(OpenAI(**base | more), changed, sample)

    def turned(*parts: Any, **more: Any) -> Request:
        return Request((Turn("user", parts),), **{"system": "You watch.", "schema": NAMED, **more})

    others = [
        key(turned(FILM, "Why?")),
        key(turned("What?", FILM)),
        key(turned(FILM, "What?", system="You listen.")),
        key(turned(FILM, "What?", schema={**NAMED, "title": "Named"})),
        key(turned(FILM, "What?", schema=None)),
        key(turned(FILM, "What?", temperature=0.5)),
        key(turned(FILM, "What?", max_tokens=5)),
        key(turned(Frames("film.mp4", "b" * 64, FILM.times), "What?")),
        key(turned(Frames("film.mp4", "a" * 64, (1.0, 2.5)), "What?")),
        key(turned(Frames("film.mp4", "a" * 64, FILM.times, size=256), "What?")),
        key(turned(Frames("film.mp4", "a" * 64, FILM.times, columns=2), "What?")),
        key(turned(Frames("film.mp4", "a" * 64, FILM.times, edit="blurred"), "What?")),
        key(turned(Sound("film.mp4", "a" * 64, 1.0, 2.0), "What?")),
        key(Request((Turn("user", (FILM,)), Turn("assistant", ("What?",))), "You watch.", NAMED)),
        key(sample=1),
        *(
            key(**one)
            for one in (
                {"model": "n"},
                {"base_url": "http://two/v1"},
                {"endpoint": "ours"},
                {"temperature": 0.3},
                {"top_p": 0.9},
                {"seed": 1},
                {"max_tokens": 9},
                {"extra_body": {"top_k": 3}},
                {"schema_mode": "prompt"},
                {"image_quality": 50},
                {"image_format": "png"},
            )
        ),
    ]
    assert len({key(), *others}) == len(others) + 1
    same = [
        key(turned(Frames("elsewhere/film.mkv", "a" * 64, FILM.times), "What?")),
        key(turned(FILM, "What?", purpose="caption", samples=4)),
        key(
            concurrency=1, rpm=5, tpm=7, timeout=1, retries=0, format_retries=0, api_key="k", budget={"calls": 1},
            price={"input": 1}, record="r.jsonl", base_url=["http://one/v1/", "http://two/v1"],
        ),
    ]  # fmt: skip
    assert set(same) == {key()}
    plain = Request.of("What?")
    assert key(plain) == key(plain, schema_mode="prompt", image_quality=50)
    assert key(turned(Frames("film.mp4", "", (1.0,)), "What?")) == ""


def test_editing_how_a_reply_is_read_asks_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [Request.of(f"Who is in part {n}?", schema=NAMED) for n in range(5)]
    with Server(answer=lambda _: 'Here: {"name": " ann"}') as server:
        assert ask(server, requests, tmp_path).replies[0].value == {"name": " ann"}
        monkeypatch.setattr(reading, "clean", str.strip)
        assert ask(server, requests, tmp_path).replies[0].value == {"name": "ann"}
        assert server.counters.calls == 5
        other = [Request(one.turns, "Be brief.", one.schema) for one in requests]
        ask(server, other, tmp_path)
    assert server.counters.calls == 10


def test_a_reply_that_cannot_be_read_is_asked_for_again_with_the_error(tmp_path: Path) -> None:
    said = iter(['{"name": 3}', "Ann!", '{"name": "Ann"}'])
    request = Request.of("Who is there?", schema=NAMED)
    with Server(answer=lambda _: next(said)) as server:
        assert ask(server, [request], tmp_path).replies[0].value == {"name": "Ann"}
        first, second, third = server.counters.bodies
        assert second["messages"][: len(first["messages"])] == first["messages"]
        assert second["messages"][-2] == {"role": "assistant", "content": '{"name": 3}'}
        assert "3 is not of type 'string'" in second["messages"][-1]["content"]
        system, last = third["messages"]  # the last time, the bad replies are not shown: some models repeat them
        assert (system, last["content"].split("\n")[0]) == (first["messages"][0], "Who is there?")
        assert "it is not JSON" in last["content"]
        assert "Ann!" not in texts(third)
        assert ask(server, [request], tmp_path).replies[0].value == {"name": "Ann"}  # kept under the first request
    assert server.counters.calls == 3


def test_a_reply_that_stays_bad_fails_with_its_text(tmp_path: Path) -> None:
    with Server(answer=lambda _: '{"name": "An') as server:
        asked = ask(server, [Request.of("Who is there?", schema=NAMED)], tmp_path, format_retries=3)
    assert [(reply.failure, reply.detail) for reply in asked.replies] == [("bad_reply", '{"name": "An')]
    assert server.counters.calls == 4
    assert files(tmp_path) == []


def test_each_sample_is_a_draw_of_its_own(tmp_path: Path) -> None:
    count = iter(range(100))
    with Server(answer=lambda _: f"draw {next(count)}") as server:
        three = ask(server, [Request.of("What?", samples=3)], tmp_path).replies[0]
        five = ask(server, [Request.of("What?", samples=5)], tmp_path).replies[0]
    assert len(set(three.texts)) == 3
    assert five.texts[:3] == three.texts
    assert server.counters.calls == 5


def test_media_of_unknown_content_is_not_kept(tmp_path: Path, clips: Path) -> None:
    request = Request.of(Frames(str(clips / "bikes.mp4"), "", (1.0,), size=64), "What?")
    with Server() as server:
        for _ in range(2):
            assert ask(server, [request], tmp_path).replies[0].ok
    assert server.counters.calls == 2
    assert files(tmp_path) == []


def test_a_video_that_cannot_be_read_fails_its_request_alone(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all")
    with Server() as server:
        asked = ask(server, [Request.of(Frames(str(broken), "a" * 64, (1.0,)), "What?"), MANY[0]])
    assert asked.failures == ["teacher_error", ""]
    assert "not_a_video" in asked.replies[0].detail


@pytest.mark.parametrize(
    ("budget", "most", "says"),
    [
        ({"calls": 7}, 7, "7 of 7 calls"),
        ({"tokens": 200}, 6, "of 200 tokens, and the next call may take 8"),
        ({"tokens": 80}, 0, "0 of 80 tokens, and the next call may take 8"),
        ({"dollars": 0.004}, 6, "of 0.004 dollars, and the next call may take 0.0016"),
        ({"dollars": 0.004, "calls": 2}, 2, "2 of 2 calls"),
    ],
)
def test_a_budget_ends_the_asking_and_what_was_paid_is_kept(
    budget: dict[str, Any], most: int, says: str, tmp_path: Path
) -> None:
    """A call takes 20 tokens, and may take 81."""
    more: dict[str, Any] = {"price": {"input": 20.0, "output": 20.0}, "concurrency": 2, "max_tokens": 20}
    with Server(mean=0.01) as server:
        with pytest.raises(BudgetReached) as reached:
            ask(server, MANY, tmp_path, budget=budget, **more)
        assert says in str(reached.value)
        assert str(reached.value).startswith("the budget of teacher watcher is spent: ")
        spent = server.counters.calls
        assert spent == most
        assert len(files(tmp_path)) == spent
        assert ask(server, MANY, tmp_path, **more).failures == [""] * 20
    assert server.counters.calls == 20


def test_what_earlier_runs_spent_counts_towards_the_budget() -> None:
    async def go(url: str) -> None:
        made = settings(url, budget={"calls": 25})
        first = make_teachers({"watcher": made}, None)["watcher"]
        await first.ask(MANY)
        before = {"watcher": first.spend.purposes}
        second = make_teachers({"watcher": made}, None, before)["watcher"]
        with pytest.raises(BudgetReached):
            await second.ask(MANY)
        await first.close()
        await second.close()

    with Server() as server:
        asyncio.run(go(server.url))
    assert server.counters.calls == 25


def test_a_recording_replays_bit_by_bit_without_a_network(tmp_path: Path) -> None:
    record = tmp_path / "records" / "watcher.jsonl"
    requests = [
        *MANY,
        Request.of("Who?", schema=NAMED, samples=2),
        Request.of("sorry"),
        Request.of("odd", schema=NAMED),
    ]
    faults = {"odd": "{", "sorry": "I'm sorry, but I can't help with that."}

    def answer(body: dict[str, Any]) -> Any:
        said = texts(body)
        for word, fault in faults.items():
            if word in said:
                return fault
        return {"name": "Ann"} if "Who" in said else f"Reply to {said}"

    with Server(answer=answer) as server:
        real = ask(server, requests, tmp_path / "cache", record=record)
        cached = ask(server, requests, tmp_path / "cache", record=tmp_path / "second.jsonl")
    replayed = ask(Replay(path=record), requests)
    assert real.failures == [""] * 21 + ["refused", "bad_reply"]
    assert real.replies == cached.replies == replayed.replies
    assert ask(Replay(path=tmp_path / "second.jsonl"), requests).replies == real.replies
    (unknown,) = ask(Replay(path=record), [Request.of("Something else?")]).replies
    assert unknown.failure == "teacher_error"
    assert unknown.detail.startswith("watcher.jsonl holds no reply to request ")
    record.write_bytes(record.read_bytes() + b'{"request": "cut of')
    assert ask(Replay(path=record), requests).replies == real.replies


def test_the_key_is_nowhere(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    seen: list[str] = []
    for given in ({}, {"api_key": None}):
        with Server(answer=lambda _: f"Your key is {KEY}.", queue=["ok", "500", "closed", "400"]) as server:
            made = settings(server, record=tmp_path / "record.jsonl", retries=0, **given)
            asked = ask(made, MANY, tmp_path / "cache")
            assert server.counters.keys == {KEY}  # it was sent
        with Server(key="another") as server:
            made = settings(server, **given)
            (refused,) = ask(made, MANY[:1]).replies
            assert refused.detail == "HTTP 401: Incorrect API key provided: …"
        with Server(mean=5) as server, pytest.raises(TimeoutError) as late:
            asyncio.run(_interrupted(settings(server, **given)))
        seen += [repr(made), str(made), made.model_dump_json(), str(made.model_dump()), made.identity()]
        seen += [repr(asked.replies), repr(refused), json.dumps(asked.totals), traceback.format_exc()]
        seen += traceback.format_exception(late.value)
    seen += [caplog.text, *(path.read_text(errors="replace") for path in files(tmp_path))]
    assert len(files(tmp_path)) > 10
    assert not [text for text in seen if KEY in text]


async def _interrupted(made: OpenAI) -> None:
    teacher = make_teachers({"watcher": made}, None, clock=FakeClock())["watcher"]
    try:
        await asyncio.wait_for(teacher.ask(MANY), 0.3)
    finally:
        await teacher.close()


def test_other_teachers_are_there_by_name() -> None:
    async def go() -> None:
        made = make_teachers({"one": settings("http://one/v1"), "two": settings("http://two/v1")}, None)
        assert made["one"].named("two") is made["two"]
        assert made["one"].named("") is made["one"]
        for teacher in made.values():
            await teacher.close()

    asyncio.run(go())


FILES = 6000
"""Open files of 2,000 connections, of both sides of each, and what is open besides."""


@pytest.mark.slow
def test_two_thousand_requests_are_in_flight_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an endpoint of many GPUs has them; nothing but the setting is a limit. How it comes to that is `Gate`'s."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < FILES:
        pytest.skip(f"this machine allows {hard} open files")
    if 0 <= soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))  # as Ray does for its processes
    monkeypatch.setattr(OpenAI, "limits", lambda _: Limits(2000, start=2000))
    requests = [Request.of(f"What happens in part {n}?", purpose="caption") for n in range(2500)]
    with Server(mean=20.0, sigma=0.01) as server:
        asked = ask(server, requests, concurrency=2000)
        assert set(asked.failures) == {""}
        assert server.counters.most == 2000
