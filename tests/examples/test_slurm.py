"""The file for Slurm in examples/cluster, run by a Slurm of two nodes on this machine: Debian's slurm-wlm and munge.

Opt-in, as root: ``apt-get install slurm-wlm`` and ``pytest -m slurm``.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slurm
SCRIPT = Path(__file__).parent.parent.parent / "examples" / "cluster" / "build.sbatch"
LONG = 480.0
CONF = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control}
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/control.pid
SlurmdPidFile={folder}/%n.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
NodeName=node1 NodeHostname={host} NodeAddr=127.0.0.1 Port={one} CPUs=2 RealMemory=4000
NodeName=node2 NodeHostname={host} NodeAddr=127.0.0.1 Port={two} CPUs=2 RealMemory=4000
PartitionName=all Nodes=node1,node2 Default=YES MaxTime=INFINITE
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(said: str, *command: str) -> None:
    """Wait until *command* prints *said*."""
    end = time.monotonic() + LONG
    while said not in (told := subprocess.run(command, capture_output=True, text=True, check=False).stdout):
        assert time.monotonic() < end, told
        time.sleep(0.5)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two nodes, which the commands of Slurm find by ``SLURM_CONF``."""
    programs = [shutil.which(name, path="/usr/sbin:/usr/bin") for name in ("munged", "slurmctld", "slurmd")]
    if None in programs or os.getuid():
        pytest.skip("needs root and Debian's slurm-wlm")
    munged, control, node = map(str, programs)
    folder = tmp_path_factory.mktemp("slurm")
    (folder / "state").mkdir()
    ports = {"control": free_port(), "one": free_port(), "two": free_port()}
    (folder / "slurm.conf").write_text(CONF.format(host=socket.gethostname(), folder=folder, **ports))
    with ExitStack() as ended, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLURM_CONF", str(folder / "slurm.conf"))

        def start(*command: str) -> None:
            begun = ended.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            ended.callback(begun.terminate)

        if subprocess.run(["munge", "-n"], capture_output=True, check=False).returncode:
            Path("/run/munge").mkdir(exist_ok=True)
            shutil.chown("/run/munge", "munge", "munge")
            start("runuser", "-u", "munge", "--", munged, "--foreground")
        start(control, "-D")
        for name in ("node1", "node2"):
            start(node, "-D", "-N", name)
        until(" 2   idle", "sinfo")
        yield


def submit(folder: Path, *more: str) -> str:
    """The number of the job that builds ``folder/build.yaml``."""
    size = ["--cpus-per-task=1", "--mem=3000", f"--chdir={folder}", "--output=job.out"]
    command = ["sbatch", "--parsable", *size, *more, str(SCRIPT), str(folder / "build.yaml")]
    environment = {**os.environ, "VDATA_ENV": sys.prefix}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_a_job_of_two_nodes_builds_and_goes_on_when_it_is_put_back(
    slurm: None, tmp_path: Path, make_videos: ModuleType
) -> None:
    (tmp_path / "videos").mkdir()
    for n in range(24):
        make_videos.plain(tmp_path / "videos" / f"v{n:02d}.mp4", 26 + n)
    (tmp_path / "build.yaml").write_text(
        f"videos: {tmp_path}/videos\nstages: [scan, shots, camera, tasks]\noutput: {{path: {tmp_path}/out}}\n"
        f"cache: {tmp_path}/cache\n"
    )
    job = submit(tmp_path)
    end = time.monotonic() + LONG
    while sum(path.is_file() for path in (tmp_path / "cache").rglob("*")) < 4:
        assert time.monotonic() < end, (tmp_path / "job.out").read_text()
        time.sleep(0.1)
    subprocess.run(["scontrol", "requeue", job], check=True)
    until("JobState=COMPLETED", "scontrol", "show", "job", job)
    said = (tmp_path / "job.out").read_text()
    assert "24 kept" in said
    assert re.search(r"scan .*\d from cache|\d of 24 videos were done before", said), "it went on where it was"
    (data,) = (tmp_path / "out" / "data").rglob("*.parquet")
    assert len({row["video"] for row in pq.read_table(data).to_pylist()}) == 24
    joined = (tmp_path / f"ray-{job}.out").read_text()
    assert joined.count("Ray runtime started") >= 2, "both nodes"
