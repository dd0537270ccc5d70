"""The pool of engines, with real Ray actors that play an engine and are killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import ray

from vdata.pipelines.teachers.engines import Dead, Engines
from vdata.pipelines.teachers.teacher_errors import TeacherError
from vdata.schemas import Failed

pytestmark = pytest.mark.usefixtures("ray")


class Actor:
    """Plays an engine: each question is what to do, and the answer is ``pid:question``."""

    def __init__(self, folder: Path, loads_that_die: int) -> None:
        self.folder, self.loads_that_die = folder, loads_that_die
        self.now = self.most = 0

    async def load(self) -> str:
        number = len(list(self.folder.iterdir()))
        (self.folder / str(number)).write_text(str(os.getpid()))
        if (self.folder.parent / "unloadable").exists():
            return "no such model"
        if number < self.loads_that_die:
            os.kill(os.getpid(), signal.SIGKILL)
        return ""

    async def ask(self, question: str) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            what, _, seconds = question.partition(" ")
            match what:
                case "work":
                    await asyncio.sleep(float(seconds or 0))
                case "die":
                    os.kill(os.getpid(), signal.SIGKILL)
                case "give_up":
                    return Dead("EngineDeadError: out of memory")
                case "refuse":
                    raise TeacherError("prompt too long", again=False)
                case "lose":
                    raise Failed("media_lost", "its node died")
                case "break":
                    raise ValueError("a defect")
            return f"{os.getpid()}:{question}"
        finally:
            self.now -= 1

    async def seen(self) -> int:
        return self.most

    async def close(self) -> None:
        (self.folder.parent / "closed").touch()


Using = Callable[..., Any]


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """A folder with a file for each actor that was started, which holds its process id."""
    folder = tmp_path / "started"
    folder.mkdir()
    return folder


@pytest.fixture
def using(started: Path) -> Using:
    """Run a coroutine function on engines with the given settings, and close them."""

    def run(work: Callable[[Engines], Awaitable[Any]], *, loads_that_die: int = 0, **keys: Any) -> Any:
        actor: Any = ray.remote(Actor).options(num_cpus=0, max_concurrency=64, max_restarts=0)
        engines = Engines(lambda: actor.remote(started, loads_that_die), **keys)

        async def all_of_it() -> Any:
            try:
                return await work(engines)
            finally:
                await engines.close()

        return asyncio.run(all_of_it())

    return run


async def all_up(engines: Engines) -> None:
    async with asyncio.timeout(60):
        while not all(engine.actor for engine in engines.engines):
            await asyncio.sleep(0.05)


def pids(folder: Path) -> list[int]:
    return [int(file.read_text()) for file in sorted(folder.iterdir())]


@pytest.mark.slow
def test_questions_run_at_once_in_one_engine(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> tuple[list[str], float, int]:
        await engines.ask("work")
        begun = time.monotonic()
        answers = await asyncio.gather(*(engines.ask(f"work 0.{number % 5 + 3}") for number in range(32)))
        return answers, time.monotonic() - begun, await engines.engines[0].actor.seen.remote()

    answers, seconds, most = using(work)
    (pid,) = pids(started)
    assert answers == [f"{pid}:work 0.{number % 5 + 3}" for number in range(32)]
    assert most == 32
    assert seconds < 12  # one after the other: 16 s


def test_the_least_busy_engine_is_asked(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> tuple[list[str], str]:
        assert await engines.open() == ""
        await all_up(engines)
        long = [asyncio.create_task(engines.ask("work 30")) for _ in range(3)]  # two on one engine, one on the other
        await asyncio.sleep(0.1)
        assert sorted(engine.in_flight for engine in engines.engines) == [1, 2]
        freer = min(engines.engines, key=lambda engine: engine.in_flight)
        answers = [await engines.ask("work") for _ in range(5)]
        for task in long:
            task.cancel()
        await asyncio.gather(*long, return_exceptions=True)
        assert [engine.in_flight for engine in engines.engines] == [0, 0]
        return answers, await freer.actor.ask.remote("whose")

    answers, whose = using(work, replicas=2)
    assert len(pids(started)) == 2
    assert {answer.partition(":")[0] for answer in answers} == {whose.partition(":")[0]}


@pytest.mark.slow
def test_another_engine_comes_when_all_are_full_and_goes_when_it_is_not_needed(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> list[int]:
        await engines.open()
        sizes = [len(engines.engines)]
        two = [asyncio.create_task(engines.ask("work 2")) for _ in range(2)]
        await asyncio.sleep(0.2)
        sizes.append(len(engines.engines))
        third = asyncio.create_task(engines.ask("work 2"))
        await asyncio.sleep(0.2)
        sizes.append(len(engines.engines))
        await asyncio.gather(*two, third)
        await all_up(engines)
        many = [asyncio.create_task(engines.ask("work 4")) for _ in range(12)]
        await asyncio.sleep(0.2)
        sizes.append(len(engines.engines))
        await asyncio.gather(*many)
        async with asyncio.timeout(30):
            while len(engines.engines) > 1:
                await asyncio.sleep(0.1)
        assert_gone(pids(started)[1])
        assert (await engines.ask("work")).endswith(":work")
        return sizes

    assert using(work, most=2, full=2, idle=2.0) == [1, 1, 2, 2]
    assert len(pids(started)) == 2


@pytest.mark.slow
def test_an_engine_for_which_there_is_no_room_is_given_up_when_there_is_no_other(started: Path) -> None:
    actor: Any = ray.remote(Actor).options(num_cpus=0, num_gpus=64)

    async def work() -> str:
        engines = Engines(lambda: actor.remote(started, 0), patience=1.0)
        try:
            return await engines.open()
        finally:
            await engines.close()

    assert asyncio.run(work()) == "the engine is gone: it cannot be started: no node had room for it within 1 s"


def test_equal_load_is_spread(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> list[int]:
        await engines.open()
        await all_up(engines)
        await asyncio.gather(*(engines.ask("work 0.05") for _ in range(40)))
        return [engine.asked for engine in engines.engines]

    assert using(work, replicas=2) == [20, 20]


@pytest.mark.slow
def test_a_killed_engine_is_started_again_and_its_questions_are_asked_again(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> list[str]:
        await engines.ask("work")
        tasks = [asyncio.create_task(engines.ask(f"work 1.{number}")) for number in range(8)]
        await asyncio.sleep(0.3)
        assert engines.engines[0].in_flight == 8
        os.kill(pids(started)[0], signal.SIGKILL)
        answers = await asyncio.gather(*tasks)
        assert engines.engines[0].restarts == 1
        return answers

    answers = using(work)
    first, second = pids(started)
    assert first != second
    assert answers == [f"{second}:work 1.{number}" for number in range(8)]


@pytest.mark.slow
def test_the_other_engine_takes_over_at_once(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> tuple[set[str], int]:
        await engines.open()
        await all_up(engines)
        tasks = [asyncio.create_task(engines.ask(f"work 0.{number}")) for number in range(5, 9)]
        await asyncio.sleep(0.1)
        assert [engine.in_flight for engine in engines.engines] == [2, 2]
        killed = pids(started)[0]
        os.kill(killed, signal.SIGKILL)
        return {answer.partition(":")[0] for answer in await asyncio.gather(*tasks)}, killed

    who, killed = using(work, replicas=2, restarts=0)
    assert who == {str(pid) for pid in pids(started) if pid != killed}
    assert len(pids(started)) == 2


@pytest.mark.slow
def test_restarts_are_bounded(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> tuple[list[str], str]:
        failures = []
        for _ in range(2):
            with pytest.raises(TeacherError) as caught:
                await engines.ask("die")
            assert not caught.value.again
            failures.append(caught.value.detail)
        return failures, engines.engines[0].lost

    failures, lost = using(work, restarts=2)
    assert len(pids(started)) == 3  # and no fourth
    assert failures[0].startswith("2 engines died while they worked on this request: ActorDiedError: ")
    assert failures[1].startswith("the engine is gone: it died 3 times: ActorDiedError: ")
    assert lost.startswith("it died 3 times: ")


@pytest.mark.slow
def test_what_kills_engines_is_not_asked_for_ever_and_the_rest_is_answered(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> tuple[str, str]:
        with pytest.raises(TeacherError) as caught:
            await engines.ask("die")
        return caught.value.detail, await engines.ask("work")

    detail, answer = using(work, restarts=3)
    assert detail.startswith("2 engines died")
    assert answer == f"{pids(started)[2]}:work"


@pytest.mark.slow
def test_an_engine_that_says_it_is_dead_is_replaced(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> tuple[str, str]:
        with pytest.raises(TeacherError) as caught:
            await engines.ask("give_up")
        return caught.value.detail, await engines.ask("work")

    detail, answer = using(work)
    assert detail == "2 engines died while they worked on this request: EngineDeadError: out of memory"
    assert answer == f"{pids(started)[2]}:work"
    for pid in pids(started)[:2]:
        assert_gone(pid)


@pytest.mark.parametrize(("question", "detail"), [("refuse", "prompt too long"), ("break", "ValueError: a defect")])
def test_a_question_that_is_refused_costs_no_engine(using: Using, started: Path, question: str, detail: str) -> None:
    async def work(engines: Engines) -> str:
        with pytest.raises(TeacherError) as caught:
            await engines.ask(question)
        assert not caught.value.again
        assert (await engines.ask("work")).endswith(":work")
        return caught.value.detail

    assert using(work) == detail
    assert len(pids(started)) == 1


def test_a_question_whose_pictures_are_lost_says_so_and_costs_no_engine(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> str:
        with pytest.raises(Failed) as caught:
            await engines.ask("lose")
        assert (await engines.ask("work")).endswith(":work")
        return f"{caught.value.reason}, {caught.value.detail}"

    assert using(work) == "media_lost, its node died"
    assert len(pids(started)) == 1


@pytest.mark.slow
def test_a_slow_answer_times_out_and_the_engine_lives(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> TeacherError:
        await engines.ask("work")
        slow = asyncio.create_task(engines.ask("work 300"))
        while not slow.done():
            await asyncio.sleep(0.2)
            await engines.ask("work")
        with pytest.raises(TeacherError) as caught:
            await slow
        return caught.value

    trouble = using(work, timeout=3.0)
    assert (trouble.detail, trouble.timeout, trouble.again) == ("no reply within 3 s", True, True)
    assert len(pids(started)) == 1


@pytest.mark.slow
def test_an_engine_that_answers_nobody_is_replaced(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> str:
        await engines.ask("work")
        os.kill(pids(started)[0], signal.SIGSTOP)
        return str(await engines.ask("work 0.1"))

    assert using(work, timeout=4.0) == f"{pids(started)[1]}:work 0.1"


def test_a_model_that_cannot_be_loaded_is_tried_once_and_said(using: Using, started: Path) -> None:
    (started.parent / "unloadable").touch()

    async def work(engines: Engines) -> tuple[str, str]:
        why = await engines.open()
        with pytest.raises(TeacherError) as caught:
            await engines.ask("work")
        return why, caught.value.detail

    why, detail = using(work, replicas=2)
    assert why == detail == "all 2 engines are gone: it cannot be started: no such model"
    assert len(pids(started)) == 2


@pytest.mark.slow
def test_an_engine_that_dies_while_it_loads_is_started_again(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> str:
        return str(await engines.ask("work"))

    assert using(work, loads_that_die=2) == f"{pids(started)[2]}:work"


def test_loading_is_given_up_too(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> str:
        return await engines.open()

    why = using(work, loads_that_die=9, restarts=1)
    assert why.startswith("the engine is gone: it cannot be started: ActorDiedError: ")
    assert len(pids(started)) == 2


def test_closing_ends_the_processes(using: Using, started: Path) -> None:
    async def work(engines: Engines) -> None:
        await engines.ask("work")

    using(work)
    assert (started.parent / "closed").exists()
    (pid,) = pids(started)
    assert_gone(pid)


def assert_gone(pid: int) -> None:
    deadline = time.monotonic() + 60
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() < deadline:
            os.kill(pid, 0)
            time.sleep(0.05)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
