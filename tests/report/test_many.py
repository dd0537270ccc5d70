"""50,000 samples: the page comes in a minute, and the memory does not grow with them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from vdata.schemas import Timeline

MEASURE = """
import json, resource, sys
from vdata.cli import run
assert run(["report", sys.argv[1]]) == 0
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss // 1024]))
"""


def reported(folder: Path) -> tuple[float, int]:
    """Seconds of a processor and MiB that the report took, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", MEASURE, str(folder)], capture_output=True, text=True, check=True)
    assert "500 of " in done.stdout
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


@pytest.mark.slow
def test_50_000_samples(tmp_path: Path, write: Callable[..., Path], video: Callable[..., Timeline]) -> None:
    def build(count: int) -> Path:
        chunks = ([video(n, 10) for n in range(first, first + 250)] for first in range(0, count, 250))
        return write(tmp_path / str(count), chunks)

    _, small = reported(build(500))
    seconds, large = reported(build(5000))
    print(f"50,000 samples: {seconds:.1f} s, {large} MiB; 5,000: {small} MiB")
    assert seconds < 60
    assert large - small < 60
    page = (tmp_path / "5000" / "report.html").read_text(encoding="utf-8")
    assert "500 of 50,000 samples" in page
    assert "2,000 of 5,000 rejects" in page
    assert "50,000, drawn from every 4th: median 5" in page  # words of an answer, over all samples
