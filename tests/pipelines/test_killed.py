"""Builds that are killed: at every place where they write, and process by process. The same command ends as if not."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import killing
import pytest
from killing import Child

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the processes of a build in /proc"),
]

CONFIG = """
labels:
  - {{kind: activitynet, path: {labels}, lane: events}}
stages:
  - rough
{more}
  - once_per_text
  - plain
output: {{path: out}}
cache: {cache}
"""
SLOW = "  - slow: {seconds: 0.005}"
VIDEOS, TEXTS = 1030, 1000
"""Three units of work in each of two passes, of which the second gathers."""
LONG = 600.0
"""Seconds that a build may take here, on a busy machine."""


BY_THE_CLOCK = ("*Lock._live", "*run.progress:Progress.*", "*run.live:LiveFile.*", "os.remove *run.live:clear *")
"""Writes that happen when a second has passed, and what is deleted of them: signs of life and progress, on which no
result depends. Where one comes in a run is chance, so that a kill there may find the build ended."""


class Kit:
    """A config, what a clean build of it leaves, and where that wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.stages = folder, killing.register(folder / "stages")
        self.config, self.slow = self.write("fast"), self.write("slow", SLOW)
        self.clean = folder / "clean"
        state = folder / "sites"
        assert self.build(self.clean, {"do": "list", "state": str(state)}).wait(LONG) == 0
        self.expected = killing.logical(self.clean), killing.funnel(self.clean)
        self.sites = {role: killing.sites(state, role, leave_out=BY_THE_CLOCK) for role in ("driver", "worker")}
        assert all(self.sites.values()), "nothing was seen to be written"
        self.sites["driver"] = while_there_are_inputs(self.sites["driver"])

    def write(self, name: str, more: str = "", videos: dict[str, list[str]] | None = None) -> Path:
        """A config over *videos*, or the usual ones: by name, what happens in them."""
        usual = {f"v{n:04d}": [f"Event {n % TEXTS}.", "The end."] for n in range(VIDEOS)}
        usual |= {"v_fails": ["It fails."], "v_drops": ["It goes."]}
        shaped = {
            video: {"duration": 10.0, "timestamps": [[n, n + 1] for n in range(len(said))], "sentences": said}
            for video, said in (videos or usual).items()
        }
        labels = self.folder / f"{name}.json"
        labels.write_text(json.dumps(shaped))
        config = self.folder / f"{name}.yaml"
        config.write_text(CONFIG.format(labels=labels, more=more, cache=self.folder / "cache"))
        return config

    def build(self, out: Path, *plans: dict[str, Any], slow: bool = False) -> Child:
        """Begin, or go on with, a build in *out*."""
        given = [{"under": [str(out)], **plan} for plan in plans]
        child = Child(self.slow if slow else self.config, out, self.stages, given)
        self.children.append(child)
        return child

    children: list[Child]

    def check(self, out: Path) -> None:
        """See that the build in *out* is what a clean one is, and nothing more."""
        found = killing.logical(out), killing.funnel(out)
        assert found == self.expected
        assert (killing.duplicates(out), killing.unreadable(out), killing.leftovers(out)) == ([], [], [])


def while_there_are_inputs(sites: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """*sites* in an order in which the inputs of units are deleted as long as there are some: once all parts are made,
    no run writes inputs any more. The run after one that was killed with inputs deletes them at its start."""
    late = [site for site in sites if "pipelines.build:_clear" in site["site"]]
    early = [site for site in sites if site not in late]
    written = max(n for n, site in enumerate(early) if "stored_units" in site["site"])
    assert late, "nothing was seen to delete them"
    return [*early[: written + 2], *late, *early[written + 2 :]]


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    Kit.children = []
    try:
        yield Kit(tmp_path_factory.mktemp("killed"))
    finally:
        for child in Kit.children:
            child.end()


def kill_at_each(kit: Kit, out: Path, state: Path, role: str, ways: list[str]) -> None:
    """Kill a build in *out* at each site of *role*, going on with it each time, in *ways* by turns."""
    for number, (site, way) in enumerate(zip(kit.sites[role], cycle(ways), strict=False)):
        plan = {**site, "role": role, "do": way, "state": str(state / str(number))}
        child = kit.build(out, plan)
        assert child.wait(LONG) == -9, f"not killed at {site}: {child.said()}"
        assert killing.unreadable(out) == [], f"after a kill at {site}"
    child = kit.build(out)
    assert child.wait(LONG) == 0, child.said()
    kit.check(out)


def test_the_clean_build_is_what_the_kills_are_measured_by(kit: Kit) -> None:
    kit.check(kit.clean)
    counts = kit.expected[1]
    assert (counts["inputs"], counts["kept"], counts["dropped"], counts["failed"]) == (1032, 1000, 31, 1)
    assert {site["event"] for site in kit.sites["driver"]} >= {"open", "os.rename", "os.mkdir", "shutil.rmtree"}
    assert {site["event"] for site in kit.sites["worker"]} >= {"open", "os.rename", "os.mkdir", "os.link", "os.remove"}


def test_the_driver_is_killed_at_each_place_where_it_writes(kit: Kit, tmp_path: Path) -> None:
    kill_at_each(kit, tmp_path / "out", tmp_path / "state", "driver", ["kill", "kill_all"])


def test_everything_is_killed_at_each_place_where_a_worker_writes(kit: Kit, tmp_path: Path) -> None:
    """By turns the driver alone: then the next run begins while the workers of the last still live."""
    kill_at_each(kit, tmp_path / "out", tmp_path / "state", "worker", ["kill_all", "kill_driver"])


def test_workers_are_killed_at_each_place_where_they_write(kit: Kit, tmp_path: Path) -> None:
    sites = kit.sites["worker"]
    states = [tmp_path / str(number) for number in range(len(sites))]
    plans = [
        {**site, "role": "worker", "do": "kill", "state": str(state)} for site, state in zip(sites, states, strict=True)
    ]
    child = kit.build(tmp_path / "out", *plans)
    assert child.wait(LONG) == 0, child.said()
    assert killing.fired(states) == states
    assert plain_lines(child) == ["1032 videos (2.9 h): 1000 kept, 31 dropped, 1 failed."]
    kit.check(tmp_path / "out")


def test_processes_are_killed_one_after_the_other(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"

    child = at_work(kit, out)
    shared = child.memory_files()
    child.kill("driver")
    assert child.wait(LONG) == -9
    assert child.gone_within(60) == {}, "nothing outlives the driver"
    assert [name for name in shared if Path(name).exists()] == []

    for kind, name in (("raylet", "raylet"), ("gcs", "GCS")):
        child = at_work(kit, out)
        begun = time.monotonic()
        assert len(child.kill(kind)) == 1
        assert child.wait(LONG) == 1
        assert time.monotonic() - begun < 50, "Ray takes a minute to find out that its GCS has died"
        (told,) = plain_lines(child)
        assert told.startswith(f"{out}: Ray's {name} process died (killed, or out of memory). What was done is safe;")
        assert child.gone_within(60) == {}
        assert killing.unreadable(out) == []

    monkeypatch.setenv("RAY_worker_register_timeout_seconds", "10")  # that is 60, for which Ray waits here
    child = kit.build(out, slow=True)
    until(lambda: bool(child.kill("worker")))  # as it starts; as Ray is set by itself, it hangs then
    assert child.wait(LONG) == 0, child.said()
    slow = [line for line in killing.funnel(out)["funnel"] if line["stage"] == "slow"]
    assert slow[0]["rows"] == 1030
    assert killing.logical(out)["data"] == kit.expected[0]["data"]
    assert (killing.duplicates(out), killing.unreadable(out), killing.leftovers(out)) == ([], [], [])


def test_rows_that_always_kill_their_worker_fail_in_bounded_time(kit: Kit, tmp_path: Path) -> None:
    names = [*(f"v{n}" for n in range(6)), "v_kills_1", "v_kills_2"]
    config = kit.write("kills", videos={name: [f"{name} moves."] for name in names})
    child = Child(config, tmp_path / "out", kit.stages)
    kit.children.append(child)
    assert child.wait(LONG) == 0, child.said()
    rejects = [json.loads(row) for row in killing.logical(tmp_path / "out")["rejects"]]
    assert {(row["uri"], row["kind"], row["reason"]) for row in rejects} == {
        ("v_kills_1", "failed", "worker_died"),
        ("v_kills_2", "failed", "worker_died"),
    }
    assert len(killing.logical(tmp_path / "out")["data"]) == 6
    assert plain_lines(child)[0].startswith("8 videos (1.3 min): 6 kept, 0 dropped, 2 failed. 6 samples")


def at_work(kit: Kit, out: Path) -> Child:
    """A slow build, when it has begun to work on a unit."""
    marks = out / ".vdata" / "attempts"
    before = attempts(marks)
    child = kit.build(out, slow=True)
    until(lambda: bool(attempts(marks) - before) or not child.alive)
    assert child.alive, child.said()
    return child


def attempts(marks: Path) -> set[Path]:
    """The marks of units begun; none where the build takes a folder of them away while it is read."""
    with suppress(FileNotFoundError):
        return set(marks.glob("*/*"))
    return set()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def plain_lines(child: Child) -> list[str]:
    """What *child* said, without its table, progress and hints: a traceback or a page of Ray's would be seen here."""
    said = r"(Tasks|Every.*|Lanes.*|Data.*|Load.*):"
    usual = rf"Starting Ray|pass \d|\d+ of \d+ videos were|stage  |\w+ +\d+ +\d+ +\d+|{said}|$"
    lines = [line.rstrip() for line in child.said().splitlines()]
    return [line.partition(" 2000 samples")[0] for line in lines if not re.match(usual, line)]
