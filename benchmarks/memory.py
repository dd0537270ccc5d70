"""Peak memory of scanning 20 minutes against 1 minute of the same packets.

    python benchmarks/memory.py

Prints the peak resident memory of the decoding child and of its parent, each length in fresh processes, and exits 1
when 20 minutes take over 15 % more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from clips import repeated

LIMIT = 1.15
MINUTES = (1, 20)
MEASURE = """
import json, resource, sys
from vdata.schemas import Timeline
from vdata.video.decode import sandbox
from vdata.stages.media.probe import Probe
from vdata.stages.media.scan import Scan
video = Scan().run(Probe().run(Timeline(sys.argv[1])))
unit = 1 if sys.platform == "darwin" else 1024
child = sandbox.call("resource:getrusage", resource.RUSAGE_SELF).ru_maxrss * unit
mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
print(json.dumps([len(video.signals), child / 2**20, mine / 2**20]))
"""


def main() -> int:
    totals = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in MINUTES:
            path = repeated("bikes.mp4", Path(folder) / f"{minutes}.mp4", 60 * minutes)
            done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], check=True, stdout=subprocess.PIPE)
            frames, child, parent = json.loads(done.stdout)
            print(f"{minutes:3d} min, {frames:6d} frames: child {child:6.1f} MiB, parent {parent:6.1f} MiB", flush=True)
            totals.append(child + parent)
    print(f"ratio {totals[1] / totals[0]:.3f}, limit {LIMIT}")
    return int(totals[1] > LIMIT * totals[0])


if __name__ == "__main__":
    sys.exit(main())
