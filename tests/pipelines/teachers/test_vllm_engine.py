"""The vLLM backend where there is no vLLM: settings, GPUs, what is shared. The real one: tests/vllm."""

from __future__ import annotations

import asyncio
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import ray

from vdata.pipelines.errors import UserError
from vdata.pipelines.teachers import vllm_engine
from vdata.pipelines.teachers.backend import Call
from vdata.pipelines.teachers.kinds.vllm import VLLM, Replicas
from vdata.pipelines.teachers.reply_parser import Raw
from vdata.pipelines.teachers.request_media import RequestMedia
from vdata.pipelines.teachers.teacher_errors import TeacherError
from vdata.pipelines.teachers.vllm_actor import Question, VllmActor
from vdata.pipelines.teachers.vllm_engine import Vllm, check, gpus, pool, running, too_few
from vdata.schemas import Failed, Frames, MissingExtra, Request

without_vllm = pytest.mark.skipif(find_spec("vllm") is not None, reason="vllm is installed")


@without_vllm
def test_a_missing_package_names_the_extra() -> None:
    with pytest.raises(MissingExtra, match=r"^needs the vllm package.*: pip install 'vdata-toolkit\[vllm\]'$"):
        check(VLLM(model="a/b"))


def test_part_of_a_gpu_cannot_be_several() -> None:
    with pytest.raises(UserError, match=r"^gpu: 0\.5 needs tensor_parallel: 1; "):
        check(VLLM(model="a/b", gpu=0.5, tensor_parallel=2))


def test_a_model_that_is_nowhere_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(vllm_engine, "find_spec", lambda name: object())
    check(VLLM(model=str(tmp_path)))  # a folder: loading it will tell
    with pytest.raises(UserError) as caught:
        check(VLLM(model=str(tmp_path / "absent")))
    why = "is neither a folder here nor a model on the Hugging Face hub."
    assert str(caught.value) == f"model: {tmp_path / 'absent'} {why}"


@pytest.mark.parametrize(
    ("keys", "there", "wanted"),
    [
        ({}, 0, 0),
        ({}, 8, 1),
        ({"tensor_parallel": 4}, 8, 4),
        ({"gpu": 0.5}, 1, 0.5),
        ({"gpu": 0}, 8, 0),
        ({"tensor_parallel": 4}, 0, 0),
    ],
)
def test_gpus_of_an_engine(keys: dict[str, Any], there: float, wanted: float) -> None:
    assert gpus(VLLM(model="a/b", **keys), there) == wanted


@pytest.mark.parametrize(
    ("keys", "there", "nodes", "room"),
    [
        ({"tensor_parallel": 2, "replicas": 2}, [3.0], "1 of 3", 1),
        ({"tensor_parallel": 2, "replicas": 3}, [3.0, 3.0], "2 of 3", 2),
        ({"tensor_parallel": 4, "replicas": 2}, [3.0, 3.0], "2 of 3", 1),
        ({"replicas": 32}, [8.0, 8.0, 4.0], "2 of 8, 1 of 4", 20),
        ({"gpu": 0.4, "replicas": 5}, [1.0, 1.0], "2 of 1", 4),
    ],
)
def test_too_few_gpus_are_said_and_not_waited_for(
    keys: dict[str, Any], there: list[float], nodes: str, room: int
) -> None:
    """Engines that fit on a node are on one; those that do not have GPUs of several."""
    settings = VLLM(model="a/b", **keys)
    least, each = keys["replicas"], gpus(settings, 1)
    assert too_few(settings, there) == (
        f"{least} × {each:g} GPUs (replicas × tensor_parallel) are asked for, and {sum(there):g} are there "
        f"(nodes: {nodes}), with room for {room} of these engines"
    )
    assert too_few(VLLM(model="a/b", **{**keys, "replicas": room}), there) == ""
    assert too_few(VLLM(model="a/b", **{**keys, "replicas": Replicas(min=1, max=99)}), there) == ""


def test_a_tenth_of_a_gpu_is_there_ten_times() -> None:
    assert too_few(VLLM(model="a/b", gpu=0.1, replicas=10), [1.0]) == ""
    assert too_few(VLLM(model="a/b", gpu=0, replicas=10), [1.0]) == "", "none is reserved"


def test_gpus_that_are_asked_for_are_reserved_where_an_autoscaler_has_yet_to_bring_them() -> None:
    assert gpus(VLLM(model="a/b", gpu=1), 0) == 1
    assert too_few(VLLM(model="a/b", gpu=1), []) == ""


def test_replicas_are_a_number_or_a_range() -> None:
    assert VLLM(model="a/b", replicas=3).replica_range == Replicas(min=3, max=3)
    assert VLLM(model="a/b", replicas=Replicas(max=4), concurrency=10).limits().concurrency == 40
    with pytest.raises(ValueError, match="max is 1, and min 2: max must not be less"):
        Replicas(min=2, max=1)


@pytest.mark.usefixtures("ray")
def test_teachers_that_differ_in_sampling_share_engines() -> None:
    handles = [
        pool(VLLM(model="a/b", **keys))
        for keys in ({}, {"temperature": 1.0, "seed": 3, "max_tokens": 5}, {"replicas": 2}, {"engine": {"dtype": "x"}})
    ]
    ids = [handle._actor_id for handle in handles]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    for handle in handles:
        ray.kill(handle)


@without_vllm
@pytest.mark.usefixtures("ray")
def test_an_engine_that_cannot_start_ends_the_build_in_one_line() -> None:
    with pytest.raises(UserError) as caught, running({"watcher": VLLM(model="a/b", replicas=2)}):
        pytest.fail("it started")
    said = "all 2 engines are gone: it cannot be started: ModuleNotFoundError: No module named 'vllm'"
    assert str(caught.value) == f"teachers.watcher: vLLM cannot serve a/b: {said}"


@pytest.mark.slow
@without_vllm
@pytest.mark.usefixtures("ray")
def test_a_request_without_an_engine_is_trouble_that_trying_again_does_not_mend() -> None:
    async def send() -> None:
        backend = Vllm(VLLM(model="a/c"), RequestMedia())
        call = Call(Request.of("Hello"), 0)
        await backend.send(call, await backend.prepare(call.request))

    with pytest.raises(TeacherError, match=r"^the engine is gone: it cannot be started: ModuleNotFoundError") as caught:
        asyncio.run(send())
    assert not caught.value.again
    ray.kill(pool(VLLM(model="a/c")))


def test_what_an_engine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Question] = []

    class Remote:
        @staticmethod
        def remote(question: list[Question]) -> Any:
            asked.extend(question)
            reply: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            reply.set_result("reply")
            return reply

    class Fake:
        ask = Remote

    monkeypatch.setattr(ray, "put", lambda value: value)
    monkeypatch.setattr(vllm_engine, "pool", lambda settings: Fake)
    settings = VLLM(model="a/b", temperature=0.5, seed=10, max_tokens=99)
    schema = {"type": "object", "description": "a scene"}

    async def send(call: Call) -> None:
        backend = Vllm(settings, RequestMedia())
        await backend.send(call, await backend.prepare(call.request))

    asyncio.run(send(Call(Request.of("What?", system="Be brief.", schema=schema), 2)))
    asyncio.run(send(Call(Request.of("What?", temperature=0.0, max_tokens=7), 0, reply="{", error="it is not JSON")))
    first, second = asked
    assert first.sampling == {"temperature": 0.5, "max_tokens": 99, "seed": 12}
    assert first.schema == schema
    assert [message["role"] for message in first.messages] == ["system", "user"]
    assert '"description": "a scene"' in first.messages[0]["content"]
    assert second.sampling == {"temperature": 0.0, "max_tokens": 7, "seed": 10}
    assert second.schema is None
    assert [message["role"] for message in second.messages] == ["user", "assistant", "user"]


class Elsewhere:
    """A picture that a task has left on another node, or that is lost with it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __len__(self) -> int:
        return len(self.text)

    async def fetched(self) -> str:
        if not self.text:
            raise Failed("media_lost", "its node died")
        return self.text


@pytest.mark.parametrize(("text", "seen"), [("data:image/jpeg;base64,QQ==", 1), ("", 0)])
def test_pictures_go_to_the_engine_that_is_asked_and_not_to_the_asker(
    text: str, seen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, shown = Elsewhere(text), list[Any]()
    exceptions: Any = ModuleType("vllm.v1.engine.exceptions")
    exceptions.EngineDeadError = type("EngineDeadError", (Exception,), {})
    for name in ("vllm", "vllm.v1", "vllm.v1.engine"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, exceptions.__name__, exceptions)

    async def held(*_: object) -> tuple[Elsewhere]:
        return (picture,)

    async def answered(self: VllmActor, question: Question) -> Raw:
        shown.append(question.messages[0]["content"])
        return Raw("a reply", "stop")

    monkeypatch.setattr(RequestMedia, "held_pictures", held)
    monkeypatch.setattr(VllmActor, "_ask", answered)

    async def ask() -> object:
        request = Request.of(Frames("a.mp4", "a" * 64, (0.5,)), "What is it?")
        messages = await Vllm(VLLM(model="a/b"), RequestMedia()).prepare(request)
        assert messages[0]["content"][0]["image_url"]["url"] is picture, "where it was made"
        question = asyncio.get_running_loop().create_future()
        question.set_result(Question(messages, {}))
        return await VllmActor({}).ask([question])

    if text:
        asyncio.run(ask())
        assert shown[0][0]["image_url"]["url"] == text
    else:
        with pytest.raises(Failed, match=r"^media_lost: its node died$"):
            asyncio.run(ask())
    assert len(shown) == seen
