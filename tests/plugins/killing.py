"""Builds in processes of their own, for tests that kill them, and what must be true of a folder at any moment."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml
from faults.sitecustomize import PLAN, session
from packages import install

PLUGINS = Path(__file__).parent
STAGES = {"rough": "rough_stages:Rough", "plain": "rough_stages:Plain", "once_per_text": "rough_stages:OncePerText"}
STAGES |= {"inquire": "rough_stages:Inquire", "slow": "slow_stages:Slow", "placed": "slow_stages:Placed"}
"""Stages of the tests that a config may name: they are registered as those of an installed plugin are."""
TABLES = ("data", "timelines", "rejects")
PASSES_BY = {"seconds", "cached"}
"""Keys of the funnel and of trails that differ between two equal builds."""


def register(folder: Path) -> Path:
    """Make *folder* an import path with which builds know ``STAGES``."""
    install(folder, "rough-stages", {"vdata.stages": STAGES})
    return folder


def interruptible() -> None:
    """Take Ctrl-C as a process of a terminal does; what a shell starts in the background ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Child:
    """``vdata build`` in a process and a session of its own."""

    def __init__(self, config: Path, out: Path, stages: Path, plans: Sequence[dict[str, Any]] = (), *more: str) -> None:
        """*stages* is what ``register`` returned; *plans* are for ``faults``."""
        self.out = out
        self.log = out.with_name(f"{out.name}.log")
        path = [str(PLUGINS / "faults"), str(stages), str(PLUGINS), os.environ.get("PYTHONPATH", "")]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}
        environ.pop(PLAN, None)
        if plans:
            environ[PLAN] = json.dumps(list(plans))
        command = [sys.executable, "-m", "vdata", "build", str(config), "--out", str(out), *more]
        with self.log.open("wb") as log:  # not a pipe: what outlives the build would keep it open
            self._process = subprocess.Popen(
                command, env=environ, stdout=log, stderr=log, start_new_session=True, preexec_fn=interruptible
            )
        self.pid = self._process.pid

    def wait(self, seconds: float) -> int:
        """The exit status; negative: the signal that ended it."""
        return self._process.wait(seconds)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def said(self) -> str:
        """What it printed so far."""
        return self.log.read_text(errors="replace")

    def processes(self) -> dict[int, str]:
        """The living processes of the build: ``driver``, ``raylet``, ``gcs``, ``worker``, ``actor``, ``other``."""
        found = {}
        for pid in session(self.pid):
            with suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if command.strip():  # not a process that is dead and waits to be reaped
                    found[pid] = "driver" if pid == self.pid else kind_of(command)
        return found

    def kill(self, *kinds: str) -> list[int]:
        """Kill the processes of these kinds, all when none is given. Returns their ids."""
        return self.kill_these(pid for pid, kind in self.processes().items() if not kinds or kind in kinds)

    def kill_these(self, victims: Iterable[int]) -> list[int]:
        """Kill these processes. Returns the ids of those that were still there."""
        found = []
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                found.append(pid)
        return found

    def end(self) -> None:
        """Leave nothing behind."""
        while self.kill():
            time.sleep(0.05)
        self._process.wait()

    def gone_within(self, seconds: float) -> dict[int, str]:
        """Wait until no process of the build is left, for so long at most. Returns those that are."""
        end = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < end:
            time.sleep(0.1)
        return left

    def memory_files(self) -> set[str]:
        """The files in shared memory that the build's processes have open or mapped, by name, unlinked ones not."""
        found = set()
        for pid in self.processes():
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
                found |= {line.split(maxsplit=5)[-1] for line in lines if "/dev/shm/" in line}
        return {name for name in found if not name.endswith("(deleted)")}


def kind_of(command: str) -> str:
    """What a process of a build is, by its command line."""
    first = command.split(" ", 1)[0]
    if first.endswith("/raylet"):
        return "raylet"
    if first.endswith("/gcs_server"):
        return "gcs"
    if command.startswith("ray::"):
        return "other" if "Agent" in command else "actor" if "Asking" in command else "worker"
    return "worker" if "default_worker.py" in command else "other"


# What is on the disk


def logical(out: Path) -> dict[str, list[str]]:
    """The rows of each table, without timings, in an order of their own; each as JSON."""
    return {table: sorted(_logical(row) for row in _rows(out, table)) for table in TABLES}


def funnel(out: Path) -> dict[str, Any]:
    """What build.json counts."""
    made = json.loads((out / "build.json").read_text())
    counts = {key: made[key] for key in ("inputs", "kept", "dropped", "failed", "hours", "samples", "tasks", "rejects")}
    lines = [{key: value for key, value in line.items() if key not in PASSES_BY} for line in made["funnel"]]
    return {**counts, "funnel": lines}


def duplicates(out: Path) -> list[str]:
    """Ids that stand twice in a table."""
    found = []
    for table in ("data", "timelines"):
        ids = [row["id"] for row in _rows(out, table)]
        found += sorted({one for one in ids if ids.count(one) > 1} if len(ids) != len(set(ids)) else ())
    return found


def unreadable(out: Path) -> list[str]:
    """What a reader would stumble over at this moment; there may be no data set yet.

    The card names only files that are there and whole, build.json is whole, and so is every part that has a manifest.
    """
    return [*_of_the_card(out), *_of_the_parts(out)]


def leftovers(out: Path) -> list[str]:
    """Files below *out* that a finished build does not need."""
    named = set(json.loads((out / "build.json").read_text())["files"])
    shards = {f"{path.parent.name}/{path.name}" for table in TABLES for path in (out / table).iterdir()}
    staged = [str(path.relative_to(out)) for path in out.rglob(".staging-*")]
    attempts = [str(path.relative_to(out)) for path in (out / ".vdata").glob("attempts*")]
    return sorted([*(shards - named), *staged, *attempts, *_unnamed(out)])


def _rows(out: Path, table: str) -> Iterator[dict[str, Any]]:
    for path in sorted((out / table).glob("*.parquet")):
        yield from pq.read_table(path).to_pylist()


def _logical(row: dict[str, Any]) -> str:
    trail = [{key: value for key, value in step.items() if key not in PASSES_BY} for step in row.pop("trail", ())]
    return json.dumps({**row, "trail": trail}, sort_keys=True)


def _of_the_card(out: Path) -> Iterator[str]:
    build: dict[str, Any] = {}
    if (out / "build.json").exists():
        try:
            build = json.loads((out / "build.json").read_text())
        except ValueError:
            yield "build.json"
    if not (out / "README.md").exists():
        return
    card = yaml.safe_load((out / "README.md").read_text().split("---")[1])
    for pattern in (one["data_files"][0]["path"] for one in card["configs"]):
        found = sorted(out.glob(pattern))
        begins = Counter(path.name.partition("-")[0] for path in found)  # timelines, timelines_ended
        if not found or not all(f"-of-{begins[path.name.partition('-')[0]]:05d}-" in path.name for path in found):
            yield f"README.md: {pattern}"
        for path in found:
            entry = build.get("files", {}).get(f"{path.parent.name}/{path.name}")
            if entry is not None and hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                yield f"{path.name}: hash"
            yield from _of_parquet(path)
    for name, entry in build.get("files", {}).items():
        rows = pq.read_metadata(out / name).num_rows if (out / name).exists() else None
        if rows != entry["rows"]:
            yield f"build.json: {name}"


def _of_the_parts(out: Path) -> Iterator[str]:
    for manifest in (out / ".vdata" / "parts").glob("*/[!.]*.json"):
        try:
            entries = json.loads(manifest.read_text())["files"].values()
        except ValueError:
            yield manifest.name
            continue
        for entry in entries:
            path = manifest.parent / entry["file"]
            if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                yield f"{manifest.name}: {entry['file']}"


def _of_parquet(path: Path) -> Iterator[str]:
    try:
        pq.read_table(path)
    except (OSError, ValueError):
        yield f"{path.name}: parquet"


def _unnamed(out: Path) -> Iterator[str]:
    """Files of parts that no manifest names."""
    for folder in (out / ".vdata" / "parts").iterdir():
        manifests = list(folder.glob("*.json"))
        named = {entry["file"] for one in manifests for entry in json.loads(one.read_text())["files"].values()}
        yield from (path.name for path in folder.iterdir() if path.suffix != ".json" and path.name not in named)


def sites(state: Path, role: str, *, leave_out: Sequence[str] = ()) -> list[dict[str, str]]:
    """The distinct (event, site) pairs that a build with a ``list`` plan noted in *state*, in their order.

    Patterns of *leave_out* are of "EVENT SITE".
    """
    lines = [json.loads(line) for line in (state / "events.jsonl").read_text().splitlines()]
    pairs = {(line["event"], line["site"]) for line in lines if line["role"] == role}
    found: dict[tuple[str, str], None] = dict.fromkeys(
        pair for line in lines if (pair := (line["event"], line["site"])) in pairs and line["role"] == role
    )
    return [
        {"event": event, "site": site}
        for event, site in found
        if not any(fnmatch.fnmatch(f"{event} {site}", one) for one in leave_out)
    ]


def fired(states: Iterable[Path]) -> list[Path]:
    """Those of *states* whose plan has met an operation."""
    return [state for state in states if (state / "events.jsonl").exists()]
