"""The frames of a container's packets, and which packets are bad; runs in a child process."""

from __future__ import annotations

from typing import Any

import av

from .pulse import beat


def decode(container: Any, stream: Any) -> Any:
    """Pairs (frame, None) for each frame, (None, None) for each packet read, (None, error) for each that is bad."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.error.MemoryError:
            raise
        except av.error.FFmpegError as error:
            yield None, error
            return
        if packet is None:
            return
        beat()
        yield None, None
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return
        except av.error.InvalidDataError as error:
            yield None, error
            continue
        for frame in frames:
            yield frame, None
