"""Disks that refuse: what is said, what is kept, and that the same command goes on. Faults are of the system, not ours.

Most builds here run in this process, without Ray: the passes are the real ones, one unit after the other, so that every
single write can be made to fail. Two builds are real, and one disk.
"""

from __future__ import annotations

import errno
import importlib.util
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pyarrow.parquet as pq
import pytest
import yaml
from asking import ask
from openai_server import Server
from rough_stages import Plain

from vdata.pipelines import build as building
from vdata.pipelines.build import run_build
from vdata.pipelines.errors import StopBuild, UserError
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.run.row import Count, Row
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.storage.cache import Cache
from vdata.pipelines.storage.disk import explain, lacking
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.schemas import Request, Timeline
from vdata.schemas.atomic_file import naming
from vdata.stages import Stage
from vdata.stages.labels.kinds.activitynet import Activitynet

ROOT = Path(__file__).parent.parent.parent
FAULTS = ROOT / "plugins" / "faults"
SAID = {
    "ENOSPC": "the disk is full (",
    "EDQUOT": "the quota of disk space is used up",
    "EROFS": "the disk can only be read",
    "EACCES": "it cannot be written or read by this user",
    "EIO": "the disk reports an error of its own",
}


# What is said


@pytest.mark.parametrize("code", SAID)
def test_each_error_is_a_sentence_with_a_file_and_a_way_out(tmp_path: Path, code: str) -> None:
    number = getattr(errno, code)
    text = explain(OSError(number, os.strerror(number), str(tmp_path / "a.parquet")))
    assert text.startswith(f"{tmp_path}/a.parquet: {SAID[code]}")
    assert ": " in text.removeprefix(f"{tmp_path}/a.parquet: "), "what to do follows"
    assert not text.endswith(".")


def test_what_is_not_known_is_told_as_the_system_does() -> None:
    assert explain(OSError(errno.ELOOP, "Too many levels", "x")) == "x: Too many levels"
    assert explain(ConnectionError("the head is gone"), Path("out")) == "out: the head is gone"
    assert explain(OSError(errno.EIO, "?")).startswith("the disk reports")


def test_an_error_of_an_open_file_learns_its_name(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File too large") as caught, naming(tmp_path / "a"):
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    assert explain(caught.value) == (
        f"{tmp_path}/a: a file may not grow so large: raise the limit of file sizes (ulimit -f), "
        "or use another file system"
    )
    with pytest.raises(OSError, match="b") as caught, naming(tmp_path / "a"):
        raise OSError(errno.EIO, "", "b")
    assert caught.value.filename == "b", "one that has a name keeps it"


def test_room_that_lacks(tmp_path: Path) -> None:
    assert lacking(tmp_path, 1) == ""
    assert lacking(tmp_path, 2**62).startswith(f"{tmp_path}: the disk is full (")
    assert lacking(Path("/proc/none"), 1) == ""


def test_a_full_disk_is_not_the_fault_of_a_row() -> None:
    row = Row("k", Timeline("a.mp4", "id"), {"scan": Count()})
    with pytest.raises(StopBuild, match=r"^scan: x: the quota of disk space is used up"), row.step("scan"):
        raise OSError(errno.EDQUOT, "", "x")
    with row.step("scan"):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "a.mp4")
    assert [reject.reason for reject in row.video.rejects] == ["stage_error"], "a video that cannot be read is one"


# Builds without Ray


@pytest.fixture(scope="session")
def faults() -> ModuleType:
    """The module of the faults, not at work."""
    spec = importlib.util.spec_from_file_location("vdata_faults", FAULTS / "sitecustomize.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Broken:
    """Lets file operations fail in this process. An audit hook cannot be taken out: this one can be switched off."""

    def __init__(self, faults: ModuleType) -> None:
        self.faults, self.at_work = faults, None
        sys.addaudithook(lambda event, args: self.at_work.hook(event, args) if self.at_work else None)

    @contextmanager
    def __call__(self, folder: Path, state: Path, **plan: Any) -> Iterator[list[dict[str, Any]]]:
        """The operations below *folder* that fit *plan*, listed when it is over."""
        done: list[dict[str, Any]] = []
        self.at_work = self.faults.Faults({"under": [str(folder)], "state": str(state), "do": "list", **plan})
        try:
            yield done
        finally:
            self.at_work = None
        listed = state / "events.jsonl"
        done += [json.loads(line) for line in listed.read_text().splitlines()] if listed.exists() else []


@pytest.fixture(scope="session")
def broken(faults: ModuleType) -> Broken:
    return Broken(faults)


def config(out: Path, events: dict[str, list[str]], *stages: Stage) -> Config:
    shaped = {
        name: {"duration": 1000.0, "timestamps": [[n, n + 1] for n in range(len(said))], "sentences": said}
        for name, said in events.items()
    }
    path = out.parent / "labels.json"
    path.write_text(json.dumps(shaped))
    imports = [Activitynet(kind="activitynet", path=str(path), lane="events")]
    return Config(
        labels=imports, stages=[*stages, Plain()], output={"path": out}, cache=out.parent / "cache", name="faulty"
    )


BEFORE = {"a": ["A cat sits."], "b": ["A dog runs.", "It barks."]}
AFTER = {**BEFORE, "c": ["A bird sings."]}


def build(made: Config) -> int:
    """The exit status, and on stderr what the command line says."""
    try:
        return run_build(made, limit=None, address=None, overwrite=False)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2


def loaded(out: Path) -> dict[str, list[dict[str, Any]]]:
    """What the card leads to: rows by table, without timings."""
    found: dict[str, list[dict[str, Any]]] = {}
    head = yaml.safe_load((out / "README.md").read_text().split("---\n")[1])
    for entry in head["configs"]:
        paths = sorted(path for file in entry["data_files"] for path in out.glob(file["path"]))
        assert paths, entry
        rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
        found[entry["config_name"]] = [{key: value for key, value in row.items() if key != "trail"} for row in rows]
    return found


def contents(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}


@pytest.mark.slow
def test_whichever_write_fails_the_old_data_stands_and_the_same_command_goes_on(
    tmp_path: Path, serial: None, broken: Broken, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every write of a build that adds a video to a published data set, with each kind of error in turn."""
    (tmp_path / "first").mkdir()
    (tmp_path / "whole").mkdir()
    first = tmp_path / "first" / "out"
    assert build(config(first, BEFORE)) == 0
    old, shards = loaded(first), {name: data for name, data in contents(first).items() if not name.startswith(".")}
    assert build(config(tmp_path / "whole" / "out", AFTER)) == 0
    new = loaded(tmp_path / "whole" / "out")
    capsys.readouterr()

    def again(name: str, **plan: Any) -> tuple[Path, Config, int, list[dict[str, Any]]]:
        out = tmp_path / name / "out"
        shutil.copytree(first, out)
        made = config(out, AFTER)
        with broken(out, tmp_path / name / "state", **plan) as done:
            status = build(made)
        return out, made, status, done

    *_, status, operations = again("listed")
    assert status == 0
    assert len(operations) > 40
    capsys.readouterr()
    outcomes: dict[int, int] = {}
    for number in range(1, len(operations) + 1):
        code = list(SAID)[number % len(SAID)]
        out, made, status, _ = again(str(number), do="raise", at=number, error=code)
        said = capsys.readouterr()
        where = f"write {number}: {operations[number - 1]}, {code}: {said.err}"
        outcomes[status] = outcomes.get(status, 0) + 1
        if status != 0:
            (line,) = said.err.strip().splitlines()[-1:]
            assert SAID[code] in line, where
            assert str(out) in line, where
            ends = {1: "What was done is safe; the same command goes on.", 2: "The build has not begun."}
            assert line.endswith(ends[status]), where
        standing = loaded(out)
        assert standing in (old, new), where
        if standing == old:
            there = contents(out)
            assert {name: there.get(name) for name in shards} == shards, where
        assert build(made) == 0, where
        assert loaded(out) == new, where
        assert list(out.rglob(".staging-*")) == [], where
        capsys.readouterr()
        shutil.rmtree(tmp_path / str(number))
    assert outcomes[1] > 20, outcomes


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """The limit of file sizes of this process."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


LONG = {"long": [f"Event {n}: {os.urandom(400).hex()}." for n in range(100)]}


@pytest.mark.parametrize("size", [1_000, 12_000, 40_000])
def test_a_limit_of_file_sizes(tmp_path: Path, serial: None, capsys: pytest.CaptureFixture[str], size: int) -> None:
    """A real error, met in whatever writes first: the lock, a part in Arrow's C++, a shard."""
    out = tmp_path / "out"
    made = config(out, BEFORE)
    assert build(made) == 0
    old, shards = loaded(out), contents(out)
    made = config(out, {**BEFORE, **LONG})
    with no_file_over(size):
        assert build(made) == 1
    assert "a file may not grow so large: raise the limit of file sizes (ulimit -f)" in capsys.readouterr().err
    assert loaded(out) == old
    assert shards.items() <= contents(out).items()
    assert build(made) == 0
    assert len(loaded(out)["default"]) == 103


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mount") is None:
        pytest.skip("nothing to mount a disk with")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_full(
    tmp_path: Path, serial: None, small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = small_disk / "out"
    made = config(out, BEFORE)
    assert build(made) == 0
    old, shards = loaded(out), contents(out)
    made = config(out, {**BEFORE, **LONG})
    ballast = small_disk / "ballast"
    # in the inputs of units; in a part of a worker's; in a shard
    for left, where in ((60, "/inputs/"), (150, ".samples.parquet"), (330, "data/.staging-")):
        ballast.unlink(missing_ok=True)
        ballast.write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096 - left * 1024))
        assert build(made) == 1, left
        said = capsys.readouterr().err
        assert where in said
        assert re.search(r": the disk is full \(0\.\d MB free\): make room there\. ", said), said
        assert "What was done is safe; the same command goes on." in said
        assert loaded(out) == old
        assert shards.items() <= contents(out).items()
    ballast.unlink()
    assert build(made) == 0
    assert len(loaded(out)["default"]) == 103


def test_ray_has_no_room_for_its_own_files(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096))
    script = "from vdata.pipelines.run.ray_run import BuildStopped, start\n"
    script += "try: start(None)\nexcept BuildStopped as why: print(why)"
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "RAY_TMPDIR": str(small_disk)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == (
        f"Ray cannot start: {small_disk}: the disk is full (0.0 MB free): make room there, "
        "or set RAY_TMPDIR to a folder elsewhere\n"
    )


# Caches


class Costly(Stage):
    """Writes how often it ran in the rows, and is cached."""

    runs: ClassVar[list[str]] = []

    def cache_key(self, video: Timeline) -> str | None:
        return video.uri

    def run(self, video: Timeline) -> Timeline:
        self.runs.append(video.uri)
        return video

    def freeze(self, video: Timeline) -> bytes:
        return b"kept"

    def thaw(self, video: Timeline, data: bytes) -> None:
        assert data == b"kept"


@pytest.mark.parametrize("code", ["EROFS", "ENOSPC", "EACCES"])
def test_a_cache_that_cannot_be_written_is_said_once(
    tmp_path: Path, serial: None, broken: Broken, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    Costly.runs.clear()
    made = config(tmp_path / "out", {f"v{n}": ["It moves."] for n in range(9)}, Costly())
    with broken(tmp_path / "cache", tmp_path / "state", do="raise", error=code, times=0):
        assert build(made) == 0
    said = capsys.readouterr().err
    assert said.count("The cache is not written any more: ") == 1
    assert SAID[code] in said
    assert len(loaded(tmp_path / "out")["default"]) == len(Costly.runs) == 9


def test_a_reply_that_cannot_be_kept_ends_the_spending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put, kept = Cache.put, list[str]()

    def full(self: Cache, stage: str, key: str, data: bytes) -> None:
        if len(kept) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "replies"))
        kept.append(key)
        put(self, stage, key, data)

    many = [Request.of(f"What happens in part {n}?", purpose="caption") for n in range(40)]
    with Server() as server:
        monkeypatch.setattr(Cache, "put", full)
        with pytest.raises(StopBuild, match=r"^a reply that was paid for cannot be kept: .+: the disk is full \("):
            ask(server, many, tmp_path, concurrency=2)
        paid = server.counters.calls
        assert paid <= 3 + 2 * 2, "those in flight"
        monkeypatch.undo()
        ask(server, many, tmp_path, concurrency=2)
        assert server.counters.calls == paid + 40 - 3, "what was kept is not paid again"


def test_replies_that_could_not_be_kept_are_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "replies").write_text("a file")
    made = config(tmp_path / "out", BEFORE).model_copy(update={"replies": tmp_path / "replies"})
    watcher = OpenAI(model="m", base_url=["http://127.0.0.1:9/v1"])
    monkeypatch.setattr(building, "asked_teachers", lambda *_: {"watcher": watcher})
    with pytest.raises(UserError, match="It is where replies that are paid for are kept"):
        building._check_store(made, resolve_plan(made))


# Real builds


@pytest.mark.slow
def test_a_worker_without_room_ends_a_real_build_with_a_line(tmp_path: Path, serial: None) -> None:
    lines = [
        "video,start,end,text",
        *(f"v{n},{2 * s},{2 * s + 1},Event {s} of {n}." for n in range(6) for s in range(3)),
    ]
    (tmp_path / "steps.csv").write_text("\n".join(lines))
    shaped = {"labels": [{"kind": "table", "path": str(tmp_path / "steps.csv"), "lane": "steps"}], "stages": ["tasks"]}
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({**shaped, "output": {"path": str(tmp_path / "out")}}))
    plan = {"under": [str(tmp_path / "out")], "state": str(tmp_path / "state"), "role": "worker", "event": "os.rename"}
    plan |= {"do": "raise", "error": "ENOSPC"}

    def vdata(**environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vdata", "build", str(tmp_path / "c.yaml")]
        return subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=600, check=False
        )

    path = os.pathsep.join(filter(None, [str(FAULTS), os.environ.get("PYTHONPATH", "")]))
    ended = vdata(VDATA_FAULTS=json.dumps(plan), PYTHONPATH=path)
    assert ended.returncode == 1, ended.stderr
    line = ended.stderr.strip().splitlines()[-1]
    assert line.startswith(f"{tmp_path / 'out'}: {tmp_path / 'out'}/.vdata/parts/0/")
    assert SAID["ENOSPC"] in line
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "out" / "README.md").exists()
    assert vdata().returncode == 0
    clean = load_config(tmp_path / "c.yaml", [f"output.path={tmp_path / 'clean'}"])
    assert build(clean) == 0
    assert loaded(tmp_path / "out") == loaded(tmp_path / "clean")
