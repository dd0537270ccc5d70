"""A scan whose decoder crashes, hangs or floods memory at videos that are named so; other videos are really scanned."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from vdata.schemas import Timeline
from vdata.schemas.signal_table import Signals
from vdata.stages.media.scan import Scan
from vdata.video.decode import sandbox
from vdata.video.decode.pulse import beat
from vdata.video.signals.scanner import scan


class Poison(Scan):
    """Scan, with faults. The limits of time are tight only for what must meet them: machines are slow at times."""

    seconds: float = 5.0

    def run(self, video: Timeline) -> Timeline:
        hangs, crawls = "hangs" in video.uri, "crawls" in video.uri
        video.signals = sandbox.call(
            f"{__name__}:poisoned",
            video.file,
            seconds=self.seconds if crawls else 120,
            silence=self.timeout if hangs else 120,
            mib=self.max_memory,
        )
        return video


def poisoned(file: str) -> Signals:
    """Runs in the child. Each attempt leaves a line beside the video."""
    name = Path(file).stem
    with Path(file).with_suffix(".tries").open("a") as tries:
        tries.write(f"{os.getpid()}\n")
    if "crashes" in name:
        signal.raise_signal(signal.SIGSEGV)
    if "kills" in name:
        os.kill(os.getpid(), signal.SIGKILL)
    if "hangs" in name:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    while "crawls" in name:  # goes on and on, and comes to no end
        time.sleep(0.1)
        beat()
    held = []
    while "floods" in name:
        held.append(bytes(range(256)) * 40_000)
    return scan(file, 8192 * 4320, False, 0.95, 0.05)
