"""Teachers of kind openai against the real ``vllm serve``, with pictures, on the CPU."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, Field

from vdata.pipelines.errors import UserError
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.kinds.vllm import VLLM
from vdata.pipelines.teachers.make import check_teacher, make_teachers
from vdata.pipelines.teachers.teacher_settings import Sampling
from vdata.pipelines.teachers.vllm_engine import running
from vdata.schemas import Frames, Reply, Request

LENGTH = 2048


class Scene(BaseModel):
    """What a picture shows."""

    subject: str = Field(max_length=30)
    count: int = Field(ge=0, le=9)


@pytest.fixture(scope="module")
def server(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``vllm serve`` with the vision-language model under the name ``tiny``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "log"
    command = [str(Path(sys.executable).with_name("vllm")), "serve", str(models / "vision")]
    command += ["--host", "127.0.0.1", "--port", str(port), "--served-model-name", "tiny"]
    command += [
        "--enforce-eager",
        "--max-model-len",
        str(LENGTH),
        "--gpu-memory-utilization",
        "0.3",
        "--api-key",
        "a-secret-of-the-test",
    ]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + 300
            while not _is_up(f"http://127.0.0.1:{port}/health"):
                assert process.poll() is None, log.read_text()[-3000:]
                assert time.monotonic() < deadline, log.read_text()[-3000:]
                time.sleep(1)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(60)


def _is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def teacher(server: str, **keys: Any) -> OpenAI:
    given = {"api_key": "a-secret-of-the-test", "seed": 7, "temperature": 1.0, "max_tokens": 900, "format_retries": 0}
    return OpenAI.model_validate({"model": "tiny", "base_url": server, **given, **keys})


def ask(settings: Sampling, requests: Sequence[Request]) -> tuple[list[Reply], dict[str, Any]]:
    async def all_of_it() -> tuple[list[Reply], dict[str, Any]]:
        asker = make_teachers({"tiny": settings}, None)["tiny"]
        try:
            return await asker.ask(requests), asker.spend.totals()
        finally:
            await asker.close()

    return asyncio.run(all_of_it())


def test_chat_and_samples(server: str) -> None:
    ((one,), _) = ask(teacher(server), [Request.of("What is this?", system="Be brief.")])
    ((three,), spent) = ask(teacher(server), [Request.of("What is this?", system="Be brief.", samples=3)])
    assert one.ok, one
    assert one.text == three.texts[0]
    assert len(set(three.texts)) == 3
    assert spent["calls"] == 3
    print("text:", json.dumps(one.text[:80]))


def test_chats_with_pictures_and_a_schema_at_once(server: str, make_videos: ModuleType, tmp_path: Path) -> None:
    video = make_videos.plain(tmp_path / "video.mp4", 50)
    requests = [
        Request.of(
            Frames(str(video), "hash", (number / 10, number / 10 + 0.2)), "What?", schema=Scene.model_json_schema()
        )
        for number in range(16)
    ]
    begun = time.monotonic()
    replies, spent = ask(teacher(server), requests)
    print(
        f"16 chats with 2 pictures: {sum(reply.ok for reply in replies)} replies, {spent['tokens_in']} tokens in, "
        f"{time.monotonic() - begun:.1f} s; {replies[0].value}"
    )
    assert {reply.failure for reply in replies} <= {"", "truncated"}
    assert sum(reply.ok for reply in replies) >= 12
    for reply in replies:
        if reply.ok:
            Scene.model_validate(reply.value)


def test_an_engine_inside_the_build_answers_as_vllm_serve_does(
    server: str, models: Path, cluster: None, make_videos: ModuleType, tmp_path: Path
) -> None:
    video = make_videos.plain(tmp_path / "video.mp4", 50)
    how: dict[str, Any] = {"seed": 7, "temperature": 0.0, "max_tokens": 300}
    inside = VLLM(
        model=str(models / "vision"),
        engine={"enforce_eager": True, "max_model_len": LENGTH, "gpu_memory_utilization": 0.3},
        **how,
    )
    requests = [
        Request.of("What is this?", system="Be brief.", temperature=1.0),
        Request.of(Frames(str(video), "hash", (0.0, 0.8)), "What happens?", temperature=1.0),
        Request.of(Frames(str(video), "hash", (1.2,)), "What is it?", schema=Scene.model_json_schema()),
    ]
    with running({"tiny": inside}):
        ours = [ask(inside, [request]) for request in requests]
    theirs = [ask(teacher(server, **how), [request]) for request in requests]
    for (mine, my_account), (served, their_account) in zip(ours, theirs, strict=True):
        assert my_account["tokens_in"] == their_account["tokens_in"]
        assert mine == served


def test_a_wrong_key_and_a_wrong_model_are_found_beforehand(server: str) -> None:
    check_teacher("tiny", teacher(server))
    with pytest.raises(UserError, match=r"teachers\.tiny: .*key"):
        check_teacher("tiny", teacher(server, api_key="wrong-key"))
    with pytest.raises(UserError, match=r"teachers\.tiny: .*model: the server has no 'tinny'.*tiny"):
        check_teacher("tiny", teacher(server, model="tinny"))
