"""Scan: the one decoding pass, which gives a table of per-frame signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field, PrivateAttr

from ...schemas import Timeline
from ...video.decode import sandbox, source
from ..stage import Stage
from .scene_detect import SceneDetect

SPARE = 60.0
"""Seconds that every video may take, whatever its length."""


class Scan(Stage):
    """Decode a video once and measure every frame: change, light, sharpness, motion, colours, hashes.

    The times are those a player shows: seconds from the start of the container, from PTS, rising. All later media
    stages are arithmetic on this table.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    writes: ClassVar[frozenset[str]] = frozenset({"signals"})
    decodes: ClassVar[bool] = True
    version: ClassVar[str] = "4"

    loop_filter: bool = False
    """Decode with the codec's deblocking filter. Without it a scan costs about a fifth less and finds the same cuts,
    but the blocks of heavily compressed video count as sharpness: turn it on where that matters, for ``min_sharpness``
    of quality or ``sharpest`` of keyframes."""
    min_decoded: float = Field(0.95, ge=0, le=1)
    """Fail a video of which less than this share of its declared duration can be decoded."""
    max_corrupt: float = Field(0.05, ge=0, le=1)
    """Fail a video with a larger share of bad packets, or of frames without a usable time."""
    max_pixels: int = Field(8192 * 4320, ge=1)
    """Refuse to decode larger pictures, whatever the header said."""
    slowest: float = Field(10, gt=0)
    """Seconds that a second of video may take; a minute is added."""
    timeout: float = Field(60, gt=0)
    """Seconds without a packet decoded after which decoding counts as hung; it is tried twice."""
    max_memory: int = Field(2048, ge=256)
    """MiB of memory that decoding may take."""

    _fed: tuple[SceneDetect, ...] = PrivateAttr(())

    def run(self, video: Timeline) -> Timeline:
        """Lay ``signals`` on *video*.

        Raises:
            Failed: ``no_frames``, ``truncated``, ``corrupt``, ``unsupported`` …, or ``decoder_crashed``,
                ``decoder_timeout``, ``decoder_out_of_memory``.
        """
        assert video.media is not None
        expected = max(video.media.duration, video.media.bytes * 8 / 1e6)
        with source.reachable(video.file) as uri:
            video.signals = sandbox.call(
                "vdata.video.signals.scanner:scan",
                uri,
                self.max_pixels,
                self.loop_filter,
                self.min_decoded,
                self.max_corrupt,
                [(one.key(), one.scenedetect, one.arguments, one.max_side) for one in self._fed],
                seconds=SPARE + self.slowest * expected,
                mib=self.max_memory,
                silence=self.timeout,
            )
        return video

    def cache_key(self, video: Timeline) -> str | None:
        """The hash of the content."""
        return video.media.sha256 if video.media else None

    def cache_settings(self) -> str:
        own = self.model_dump_json(exclude={"slowest", "timeout", "max_memory"})
        return own + "".join(one.key() for one in self._fed)

    def feeding(self, detectors: Sequence[SceneDetect]) -> Scan:
        """A scan that hands every frame to *detectors* as well, for stages after it that need what they find."""
        fed = {one.key(): one for one in detectors}
        scan = self.model_copy()
        scan._fed = tuple(fed[key] for key in sorted(fed))
        return scan

    def freeze(self, video: Timeline) -> bytes:
        """The table as a compressed Arrow stream."""
        from ...video.signals.signal_stream import to_bytes

        assert video.signals is not None
        return to_bytes(video.signals)

    def thaw(self, video: Timeline, data: bytes) -> None:
        from ...video.signals.signal_stream import from_bytes

        video.signals = from_bytes(data)
