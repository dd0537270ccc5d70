"""Frames of requests made by tasks of Ray: the same as in a thread, whoever holds the processors and whatever dies."""

from __future__ import annotations

import asyncio
import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from vdata.pipelines.run.media_tasks import TRIES, RayHeld, RayMediaTasks
from vdata.pipelines.teachers.picture_encoder import encode
from vdata.pipelines.teachers.request_media import RequestMedia, fetched
from vdata.schemas import Failed, Frames

pytestmark = pytest.mark.usefixtures("ray")


@pytest.fixture
def tasks() -> RayMediaTasks:
    tasks = RayMediaTasks()
    tasks.places = 2  # a machine alone has none that its asker's threads have not
    return tasks


def of(clips: Path, *times: float) -> Frames:
    return Frames(str(clips / "bikes.mp4"), "a" * 64, times, size=160)


def die(mark: Path, times: int) -> tuple[str, ...]:
    """Kill its process so many times; then something."""
    with mark.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if len(mark.read_text().splitlines()) <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return ("something",)


def test_a_machine_alone_has_threads_enough() -> None:
    assert RayMediaTasks().places == max(0, (os.cpu_count() or 1) - 8)


def test_what_a_task_makes_is_what_a_thread_makes(tasks: RayMediaTasks, clips: Path) -> None:
    shown = of(clips, 0.5, 2.0, 4.0)
    held = asyncio.run(tasks.make(partial(encode, shown, "jpeg", 85)))
    assert asyncio.run(fetched(held)) == encode(shown, "jpeg", 85)
    assert [len(one) for one in held] == [len(one) for one in encode(shown, "jpeg", 85)]


def test_more_than_the_threads_can_do_is_for_tasks(
    tasks: RayMediaTasks, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)

    async def go() -> list[Any]:
        media = RequestMedia(patience=600)
        media.use(tasks)
        found = [media.held_pictures(of(clips, n / 2), "jpeg", 85) for n in range(6)]
        made = await asyncio.gather(*found)
        again = await media.held_pictures(of(clips, 0.0), "jpeg", 85)
        assert again is made[0], "it is fetched once"
        assert [await fetched(one) for one in made] == [encode(of(clips, n / 2), "jpeg", 85) for n in range(6)]
        return made

    made = asyncio.run(go())
    assert isinstance(made[0][0], str)
    assert any(isinstance(one[0], RayHeld) for one in made)


def test_processors_that_wait_for_the_asker_are_not_waited_for(
    tasks: RayMediaTasks, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    monkeypatch.setattr(os, "cpu_count", lambda: 1)

    class Holder:
        def ready(self) -> bool:
            return True

    made: Any = ray.remote(Holder)
    had: Any = ray.cluster_resources
    holders = [made.options(num_cpus=1).remote() for _ in range(int(had()["CPU"]))]
    ray.get([one.ready.remote() for one in holders])  # every processor is held until all frames are there

    async def go() -> list[Any]:
        media = RequestMedia(patience=0.2)
        media.use(tasks)
        found = (media.pictures(of(clips, n / 2), "jpeg", 85) for n in range(6))
        async with asyncio.timeout(120):
            return await asyncio.gather(*found)

    try:
        assert asyncio.run(go()) == [encode(of(clips, n / 2), "jpeg", 85) for n in range(6)]
    finally:
        for one in holders:
            ray.kill(one)


def test_a_video_that_cannot_be_read_fails_as_in_a_thread(tasks: RayMediaTasks, tmp_path: Path) -> None:
    work = partial(encode, Frames(str(tmp_path / "none.mp4"), "a" * 64, (0.0,), size=160), "jpeg", 85)
    with pytest.raises(Failed) as here:
        work()
    with pytest.raises(Failed) as there:
        asyncio.run(tasks.make(work))
    assert (there.value.reason, there.value.detail, str(there.value)) == (
        here.value.reason,
        here.value.detail,
        str(here.value),
    )


def test_a_death_is_tried_again_and_three_are_a_reason(tasks: RayMediaTasks, tmp_path: Path) -> None:
    held = asyncio.run(tasks.make(partial(die, tmp_path / "once", 1)))
    assert asyncio.run(fetched(held)) == ("something",)
    with pytest.raises(Failed, match="media_lost: the processes that fetched it died, 3 times"):
        asyncio.run(tasks.make(partial(die, tmp_path / "ever", 99)))
    assert len((tmp_path / "ever").read_text().splitlines()) == TRIES
