"""Frames of requests made by tasks of Ray: the same as in a thread, whoever holds the processors and whatever dies."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import media_on_nodes
import pytest
import ray
from ray_start import cluster

from vdata.pipelines.run import ray_run
from vdata.pipelines.run.asking import Asking
from vdata.pipelines.run.media_tasks import NEAR, TRIES, RayHeld, RayMediaTasks, node_here
from vdata.pipelines.run.unit import Pass
from vdata.pipelines.run.unit_state import UnitState
from vdata.pipelines.run.units import Unit
from vdata.pipelines.teachers.picture_encoder import encode
from vdata.pipelines.teachers.request_media import RequestMedia, fetched
from vdata.schemas import Failed, Frames
from vdata.video.decode import fetched_videos

pytestmark = pytest.mark.usefixtures("ray")


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> RayMediaTasks:
    monkeypatch.setattr(RayMediaTasks, "_count", lambda _: 2)  # a machine alone has none beside its asker's threads
    return RayMediaTasks()


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


def test_what_a_task_has_made_is_brought_by_the_process_that_needs_it(tasks: RayMediaTasks, clips: Path) -> None:
    """As an engine does, which is sent a question with pictures that lie elsewhere."""
    shown = of(clips, 0.5, 2.0)
    held = asyncio.run(tasks.make(partial(encode, shown, "jpeg", 85)))
    made: Any = ray.remote(Needing)
    needing = made.options(num_cpus=0).remote()
    assert ray.get(needing.bring.remote([ray.put(held)])) == encode(shown, "jpeg", 85)
    ray.kill(needing)


class Needing:
    """Needs the pictures of another process."""

    async def bring(self, held: list[Any]) -> tuple[str, ...]:
        return await fetched(await held[0])


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


@pytest.mark.slow
def test_a_death_is_tried_again_and_three_are_a_reason(tasks: RayMediaTasks, tmp_path: Path) -> None:
    held = asyncio.run(tasks.make(partial(die, tmp_path / "once", 1)))
    assert asyncio.run(fetched(held)) == ("something",)
    with pytest.raises(Failed, match="media_lost: the processes that fetched it died, 3 times"):
        asyncio.run(tasks.make(partial(die, tmp_path / "ever", 99)))
    assert len((tmp_path / "ever").read_text().splitlines()) == TRIES


def test_a_unit_tells_its_asker_where_its_videos_were_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetches(work: Pass, unit: Unit) -> None:
        fetched_videos._copied[:] = [unit.name] if unit.name == "far" else []

    async def asked(self: Asking, unit: Unit) -> None:
        seen.append(NEAR.get())

    seen: list[str] = []
    monkeypatch.setattr(ray_run, "run_unit", fetches)
    monkeypatch.setattr(Asking, "_ask", asked)
    place: Any = dict.fromkeys(("parts", "attempts", "cache", "base", "media"), tmp_path)
    work = Pass(0, [], [], [], seed=0, **place)
    for name in ("far", "here"):
        row = ray_run._step({"job": pickle.dumps(UnitState(0, Unit(name)))}, work)
        job: UnitState = pickle.loads(row["job"])
        (tmp_path / f"0-{name}").unlink()
        job.lost = False
        none: Any = None
        asyncio.run(Asking(work, none)({"job": pickle.dumps(job)}))
    assert seen == [node_here(), ""]
    assert node_here() != ""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="two nodes of one machine")
def test_nodes_that_join_make_frames_and_those_near_the_videos_are_preferred(tmp_path: Path) -> None:
    paths = [str(Path(media_on_nodes.__file__).parent), os.environ.get("PYTHONPATH", "")]
    variables = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "RAY_AUTH_MODE": "disabled"}
    with cluster(tmp_path, 6413, nodes=1, **variables) as started:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
        with subprocess.Popen(
            [sys.executable, media_on_nodes.__file__, started.address],
            env=kept | variables,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == {"places": 0}, "the asker's thread has the processor"
            started.add()
            steps = [json.loads(line) for line in process.stdout]
        assert process.returncode == 0
    joined, near, busy, gone = steps
    assert joined == {"places": 1, "nodes": 2}
    for node in ("first", "second"):
        assert near["near"][node].get(node, 0) >= media_on_nodes.MADE - 1, near
    assert busy == {"busy": {"first": media_on_nodes.MADE}}, "who waits for nobody goes elsewhere"
    assert sum(gone["gone"].values()) == media_on_nodes.MADE
