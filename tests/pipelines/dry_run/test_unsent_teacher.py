"""A teacher that is never asked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import ModuleType

import pytest

from vdata.pipelines.dry_run.account import cost_of
from vdata.pipelines.dry_run.unsent_request import Notes, UnsentRequest
from vdata.pipelines.dry_run.unsent_teacher import UnsentTeachers
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.teacher_settings import Price
from vdata.schemas import Frames, Reply, Request


def ask(folder: Path, *requests: Request, **settings: object) -> tuple[list[Reply], list[UnsentRequest], OpenAI]:
    teacher = OpenAI.model_validate({"model": "m", "base_url": "http://127.0.0.1:9/v1", **settings})
    notes = Notes()

    async def go() -> list[Reply]:
        pool = UnsentTeachers({"watcher": teacher}, folder / "replies", notes)
        try:
            return await pool["watcher"].ask(list(requests))
        finally:
            await pool.close()

    return asyncio.run(go()), notes.requests, teacher


def test_pictures_in_one_are_one_picture(tmp_path: Path, make_videos: ModuleType) -> None:
    make_videos.plain(tmp_path / "a.mp4", frames=25)
    shown = Frames(str(tmp_path / "a.mp4"), "c0ffee", (0.1, 0.3, 0.5), size=48, columns=2)
    replies, (request,), _ = ask(tmp_path, Request.of("What?", shown, prompt="describe"))
    (media,) = request.media
    assert replies[0].ok
    assert request.pictures == 1
    assert (media.pictures[0].width, media.pictures[0].bytes > 300) == (2 * 48 + 4, True)
    size = f"{media.pictures[0].width}x{media.pictures[0].height}"
    assert media.words == f"[3 pictures of a.mp4 in one of {size}, 2 a row, at 0.1, 0.3, 0.5 s]"
    assert media.times == (), "no picture has one of these times"


def test_equal_requests_are_sent_once_and_draws_each(tmp_path: Path) -> None:
    twice = Request.of("Count.", samples=2)
    replies, requests, teacher = ask(tmp_path, twice, twice, price={"input": 10, "output": 20})
    assert [one.calls for one in requests] == [2, 0]
    assert replies[0].texts == replies[1].texts
    assert len(set(replies[0].texts)) == 2, "each draw has its own placeholder"
    cost = cost_of(requests[0], teacher, 50)
    assert (cost.calls, cost.tokens_in, cost.tokens_out) == (2, 2 * 2, 100)
    assert cost.dollars == pytest.approx((4 * 10 + 100 * 20) / 1e6)
    assert cost_of(requests[1], teacher, 50).dollars == 0
    assert teacher.price == Price(input=10, output=20)


def test_what_cannot_be_read_fails_as_in_a_build(tmp_path: Path) -> None:
    replies, (request,), teacher = ask(
        tmp_path, Request.of(Frames(str(tmp_path / "no.mp4"), "c0ffee", (0.1,)), "What?")
    )
    assert replies[0].failure == "teacher_error"
    assert replies[0].detail.startswith("what is shown cannot be read: ")
    assert request.fault == replies[0].detail
    assert cost_of(request, teacher, 50).calls == 0


def test_the_schema_is_in_the_system_text_unless_the_endpoint_is_held_to_it(tmp_path: Path) -> None:
    request = Request.of("What?", system="Look.", schema={"type": "object", "properties": {"a": {"type": "string"}}})
    _, (said,), _ = ask(tmp_path, request)
    _, (held,), _ = ask(tmp_path, request, schema_mode="response_format")
    assert said.turns[0].text.startswith("Look.\n\nReply with JSON only")
    assert said.shown_turns[0].text.endswith("It must fit this JSON schema: […]")
    assert held.turns[0].text == held.shown_turns[0].text == "Look."
    assert said.text_tokens > held.text_tokens
