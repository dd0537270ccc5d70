"""How long the light commands take to answer: python benchmarks/startup.py. The median of several runs, seconds.

They must stay under LIMIT: people call them between two edits of a config.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 0.7
IMPORT_LIMIT = 0.3
"""Of ``import vdata``, for notebooks."""
RUNS = 7
CONFIG = """
videos: "*.mp4"
stages:
  - shots: {detector: [adaptive, fade], min_seconds: 0.5}
  - quality: {min_sharpness: 20}
  - keyframes
output: {path: out/startup}
"""


def median_seconds(*args: str) -> float:
    """The median time of Python with *args*, from start to exit."""
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        done = subprocess.run([sys.executable, *args], capture_output=True, text=True, check=False)
        times.append(time.perf_counter() - begun)
        if done.returncode:
            sys.exit(f"python {' '.join(args)} ended with {done.returncode}: {done.stderr}")
    return statistics.median(times)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(CONFIG)
        commands = [["--help"], ["check", str(config)], ["stages"], ["stages", "shots"], ["recipes"]]
        slow = 0
        for args in commands:
            seconds = median_seconds("-m", "vdata", *args)
            slow += seconds > LIMIT
            shown = " ".join(Path(arg).name for arg in args)
            print(f"vdata {shown:20} {seconds:.2f} s{'   over the limit' if seconds > LIMIT else ''}")
    seconds = median_seconds("-c", "import vdata")
    slow += seconds > IMPORT_LIMIT
    print(f"import vdata               {seconds:.2f} s, limit {IMPORT_LIMIT} s")
    print(f"limit {LIMIT} s, median of {RUNS} runs")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
