"""Pieces of work for Ray's workers: in order, errors as they were raised, and again when a worker dies."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

import pytest

from vdata.pipelines.run.ray_run import BuildStopped
from vdata.pipelines.run.worker_jobs import AHEAD, over_workers

pytestmark = pytest.mark.slow


def measured(job: tuple[str, int]) -> int:
    """The length of the file, once its worker has been killed in an earlier attempt."""
    path, number = Path(job[0]), job[1]
    if number == 1 and not path.exists():
        path.write_text("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 9:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))
    return number * number


def test_results_come_in_order_and_a_worker_that_dies_is_replaced(ray: None, tmp_path: Path) -> None:
    jobs = [(str(tmp_path / "mark"), number) for number in range(8)]
    assert list(over_workers(str, measured, jobs)) == [number * number for number in range(8)]
    assert (tmp_path / "mark").read_text() == "killed"
    assert list(over_workers(str, measured, [])) == []


def test_an_error_is_the_one_that_was_raised(ray: None, tmp_path: Path) -> None:
    path = tmp_path / "mark"
    path.touch()
    with pytest.raises(OSError, match="No space left") as raised:
        list(over_workers(str, measured, [(str(path), 0), (str(path), 9), (str(path), 2)]))
    assert (type(raised.value), raised.value.errno, raised.value.filename) == (OSError, errno.ENOSPC, str(path))
    assert list(over_workers(str, measured, [(str(path), 3)])) == [9], "and the workers go on"


def marks(path: Path) -> None:
    if path.name == "full":
        raise OSError(errno.ENOSPC, "No space left on device", str(path))
    path.touch()


def test_after_an_error_no_more_is_sent_and_the_driver_lives(ray: None, tmp_path: Path) -> None:
    import ray as library

    window = AHEAD * int(library.cluster_resources()["CPU"])  # type: ignore[no-untyped-call]
    for n in range(60):  # Ray ends the driver within some dozens, where what was sent is called off
        folder = tmp_path / str(n)
        folder.mkdir()
        with pytest.raises(OSError, match="No space left"):
            list(over_workers(str, marks, [folder / "full", *(folder / str(k) for k in range(40))]))
        assert len(list(folder.iterdir())) <= window


def dies(job: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return job


def test_what_kills_every_worker_stops_the_build_with_a_line(ray: None) -> None:
    with pytest.raises(BuildStopped, match="Ray failed") as stopped:
        list(over_workers(str, dies, [1]))
    assert "\n" not in str(stopped.value)
