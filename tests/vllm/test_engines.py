"""Teachers of kind vllm: the real engine in Ray actors, on the CPU, with models whose weights are noise."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, Field

from vdata.pipelines.errors import UserError
from vdata.pipelines.teachers.asker import Asker
from vdata.pipelines.teachers.kinds.vllm import VLLM
from vdata.pipelines.teachers.make import check_teacher, make_teachers
from vdata.pipelines.teachers.vllm_engine import pool, running
from vdata.schemas import Frames, Reply, Request

TINY: dict[str, Any] = {"enforce_eager": True, "max_model_len": 2048, "gpu_memory_utilization": 0.3}
TOKENS_OF_A_PICTURE = 16


class Scene(BaseModel):
    """What a picture shows."""

    subject: str = Field(max_length=30)
    count: int = Field(ge=0, le=9)
    where: list[str] = Field(min_length=1, max_length=2)


@pytest.fixture(scope="module")
def text(models: Path, cluster: None) -> Iterator[VLLM]:
    """Two engines with a language model; they live as long as this file's tests."""
    settings = VLLM(
        model=str(models / "text"), replicas=2, seed=7, temperature=1.0, max_tokens=1500, engine=TINY, format_retries=0
    )
    with running({"tiny": settings}):
        yield settings


@pytest.fixture(scope="module")
def vision(models: Path, cluster: None) -> Iterator[VLLM]:
    """One engine with a vision-language model."""
    settings = VLLM(model=str(models / "vision"), seed=7, temperature=0.0, max_tokens=40, engine=TINY, format_retries=0)
    with running({"tiny": settings}):
        yield settings


def ask(settings: VLLM, requests: Sequence[Request]) -> tuple[list[Reply], dict[str, Any]]:
    """The replies, and what was spent; without a cache of replies."""

    async def all_of_it() -> tuple[list[Reply], dict[str, Any]]:
        asker: Asker = make_teachers({"tiny": settings}, None)["tiny"]
        try:
            return await asker.ask(requests), asker.spend.totals()
        finally:
            await asker.close()

    return asyncio.run(all_of_it())


def engines(settings: VLLM) -> list[Any]:
    """The actors that can be asked."""
    import ray

    found: list[Any] = ray.get(pool(settings).actors.remote())
    return found


def wait_for_both(settings: VLLM) -> list[Any]:
    deadline = time.monotonic() + 300
    while len(found := engines(settings)) < 2:
        assert time.monotonic() < deadline, "an engine did not come back"
        time.sleep(1)
    return found


def test_chat(text: VLLM) -> None:
    ((one,), (again,)) = (ask(text, [Request.of("What is this?", system="Be brief.")])[0] for _ in range(2))
    assert one.ok, one
    assert one.text
    assert one == again  # the seed holds
    ((other,), _) = ask(text, [Request.of("What is that?", system="Be brief.")])
    assert other.text != one.text


def test_samples_differ_and_the_first_is_that_of_a_single_one(text: VLLM) -> None:
    ((three,), spent) = ask(text, [Request.of("Describe it.", samples=3)])
    assert len(set(three.texts)) == 3
    assert spent["calls"] == 3
    ((single,), _) = ask(text, [Request.of("Describe it.")])
    assert single.text == three.texts[0]


def test_replies_are_held_to_a_schema(text: VLLM) -> None:
    requests = [Request.of(f"Describe picture {number}.", schema=Scene.model_json_schema()) for number in range(8)]
    replies, _ = ask(text, requests)
    scenes = [Scene.model_validate(reply.value) for reply in replies if reply.ok]
    # Noise may open a string and never close it before its tokens end: then it is truncated, and never a bad reply.
    assert {reply.failure for reply in replies} <= {"", "truncated"}
    assert len(scenes) >= 6
    print("JSON:", [scene.model_dump() for scene in scenes[:2]])


def test_requests_in_flight_are_batched(text: VLLM) -> None:
    import ray

    actors = wait_for_both(text)
    names = ("vllm:iteration_tokens_total_count", "vllm:generation_tokens_total")

    def counts() -> list[tuple[float, ...]]:
        return [tuple(found[name] for name in names) for found in ray.get([one.metrics.remote() for one in actors])]

    # 32 requests of 40 tokens each, none of which is over before: 16 for each engine.
    requests = [Request.of(f"Count to {number}.", max_tokens=40) for number in range(32)]
    before, begun = counts(), time.monotonic()
    ask(text, requests)
    seconds = time.monotonic() - begun
    for (steps_before, tokens_before), (steps, tokens) in zip(before, counts(), strict=True):
        steps, tokens = steps - steps_before, tokens - tokens_before
        print(f"one engine: {tokens:.0f} tokens in {steps:.0f} steps, {seconds:.2f} s")
        assert tokens > 14 * 30
        assert tokens / steps > 8  # a batch at a time of one request: 1


def test_a_prompt_that_is_too_long_costs_no_engine(text: VLLM) -> None:
    ((long, short), _) = ask(text, [Request.of("word " * 3000), Request.of("What is this?", system="Be brief.")])
    assert long.failure == "teacher_error"
    assert "2048" in long.detail
    assert short.ok, short


def test_a_reply_that_is_cut_off_is_truncated(text: VLLM) -> None:
    ((reply,), _) = ask(text, [Request.of("What is this?", max_tokens=3)])
    assert reply.failure == "truncated"


@pytest.mark.parametrize("victim", ["the actor", "the engine's process"])
def test_an_engine_that_is_killed_is_started_again_and_its_requests_are_answered(text: VLLM, victim: str) -> None:
    import psutil
    import ray

    actors = wait_for_both(text)
    restarts = ray.get(pool(text).restarts.remote())
    pid: int = ray.get(actors[0].pid.remote())
    if victim != "the actor":
        (pid,) = (one.pid for one in psutil.Process(pid).children() if "EngineCore" in one.name() + str(one.cmdline()))
    requests = [Request.of(f"Tell story {number}.", temperature=1.0) for number in range(12)]
    whole, _ = ask(text, requests)

    async def kill_meanwhile() -> list[Reply]:
        asker = make_teachers({"tiny": text}, None)["tiny"]
        task = asyncio.create_task(asker.ask(requests))
        await asyncio.sleep(0.7)
        assert not task.done()
        os.kill(pid, signal.SIGKILL)
        begun = time.monotonic()
        replies = await task
        print(f"killed {victim}; all answered {time.monotonic() - begun:.1f} s later")
        await asker.close()
        return replies

    replies = asyncio.run(kill_meanwhile())
    assert [reply.failure for reply in replies] == [reply.failure for reply in whole]
    begun = time.monotonic()
    assert actors[0] not in wait_for_both(text)
    print(f"two engines again {time.monotonic() - begun:.1f} s later")
    assert ray.get(pool(text).restarts.remote()) == restarts + 1
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    ((reply,), _) = ask(text, [Request.of("What is this?", system="Be brief.")])
    assert reply.ok


def test_pictures(vision: VLLM, make_videos: ModuleType, tmp_path: Path) -> None:
    video = make_videos.plain(tmp_path / "video.mp4", 50)

    def spent(*parts: Any) -> tuple[str, int]:
        ((reply,), account) = ask(vision, [Request.of(*parts, "What happens?")])
        return reply.detail or reply.text, account["tokens_in"]

    shown, with_three = spent(Frames(str(video), "hash", (0.0, 0.8, 1.6), size=100))
    plain, without = spent()
    assert with_three - without == 3 * TOKENS_OF_A_PICTURE
    (other, with_two) = spent(Frames(str(video), "hash", (0.4, 1.2), size=100))
    assert with_two - without == 2 * TOKENS_OF_A_PICTURE
    (grid, with_one) = spent(Frames(str(video), "hash", (0.0, 0.8, 1.6), size=100, columns=2))
    assert with_one - without == TOKENS_OF_A_PICTURE
    assert len({shown, plain, other, grid}) == 4  # the pictures are looked at


def test_chats_with_pictures_at_once(vision: VLLM, make_videos: ModuleType, tmp_path: Path) -> None:
    video = make_videos.plain(tmp_path / "video.mp4", 50)
    requests = [
        Request.of(
            Frames(str(video), "hash", (number / 10, number / 10 + 0.2)), "What?", schema=Scene.model_json_schema()
        )
        for number in range(16)
    ]
    replies, account = ask(vision.model_copy(update={"max_tokens": 900, "temperature": 1.0}), requests)
    print(f"16 chats with 2 pictures each: {sum(reply.ok for reply in replies)} replies, {account['tokens_in']} tokens")
    assert {reply.failure for reply in replies} <= {"", "truncated"}
    assert sum(reply.ok for reply in replies) >= 12


def test_a_folder_without_a_model_is_one_line(cluster: None, tmp_path: Path) -> None:
    settings = VLLM(model=str(tmp_path), engine=TINY)
    with pytest.raises(UserError) as caught, running({"tiny": settings}):
        pass
    line = str(caught.value)
    print(line)
    assert line.startswith(f"teachers.tiny: vLLM cannot serve {tmp_path}: the engine is gone: it cannot be started: ")
    assert "\n" not in line


def test_what_fails_in_a_process_of_the_engine_is_quoted(models: Path, cluster: None, tmp_path: Path) -> None:
    shutil.copytree(models / "text", tmp_path / "broken")
    weights = tmp_path / "broken" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    settings = VLLM(model=str(tmp_path / "broken"), engine=TINY)
    with pytest.raises(UserError) as caught, running({"tiny": settings}):
        pass
    print(caught.value)
    assert "it cannot be started: safetensors._safetensors_rust.SafetensorError: " in str(caught.value)


def test_an_unknown_engine_argument_is_one_line(models: Path, cluster: None) -> None:
    settings = VLLM(model=str(models / "text"), engine={**TINY, "max_modle_len": 1})
    with pytest.raises(UserError, match="max_modle_len"), running({"tiny": settings}):
        pass


def test_the_check_passes_for_a_folder(models: Path) -> None:
    check_teacher("tiny", VLLM(model=str(models / "text")))
