"""Probe: what a video file is, before anything is decoded."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import Field

from ...schemas import Dropped, Media, Timeline, make_id
from ...schemas.lane_names import KnownLanes
from ...video.decode import sandbox, source
from ..stage import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar


class Probe(Stage):
    """Read a video's size, duration, frame rate, codecs and hash, and turn away what breaks a limit.

    A picture (JPEG, PNG, WebP, BMP, TIFF) is a video of one frame that stands for a second: an image, of which stages
    speak as of one, and never of its time.
    """

    writes: ClassVar[frozenset[str]] = frozenset({"media"})
    became: ClassVar[Mapping[str, tuple[str, str]]] = {"min_seconds": ("keep", "where.seconds.min")}
    version: ClassVar[str] = "2"

    max_bytes: int = Field(64 << 30, ge=1)
    """Drop larger files."""
    max_seconds: float = Field(6 * 3600, gt=0)
    """Drop longer videos, seconds."""
    max_pixels: int = Field(8192 * 4320, ge=1)
    """Drop videos with more pixels in a picture (width times height)."""
    timeout: float = Field(120, gt=0)
    """Seconds that reading the header and the first picture may take."""
    max_memory: int = Field(2048, ge=256)
    """MiB of memory that it may take."""

    def names_laid(self) -> KnownLanes:
        return {}

    def run(self, video: Timeline) -> Timeline:
        """Lay ``media`` on *video*, and give it its id (from the content) and its duration.

        Raises:
            Dropped: ``too_large``, ``too_long``, ``too_many_pixels``.
            Failed: ``not_found``, ``not_a_regular_file``, ``empty_file``, ``unreadable``, ``not_a_video``,
                ``no_video_stream``, ``no_frames``, ``unsupported``, ``truncated``, ``corrupt``, or ``decoder_…``.
        """
        size, _ = source.facts(video.file)
        if size > self.max_bytes:
            raise Dropped("too_large", value=size, threshold=self.max_bytes)
        limits = (self.max_seconds, self.max_pixels)
        with source.reachable(video.file) as uri:
            media: Media = sandbox.call(
                "vdata.video.decode.container:look", uri, *limits, seconds=self.timeout, mib=self.max_memory
            )
            media.bytes, media.sha256 = size, source.sha256(uri)
        return _lay(video, media)

    def cache_key(self, video: Timeline) -> str | None:
        """The address, size and mtime or etag: an unchanged file is not opened again."""
        try:
            size, stamp = source.facts(video.file)
        except Exception:  # run will say why
            return None
        return make_id(video.file, size, stamp) if stamp else None

    def cache_settings(self) -> str:
        return self.model_dump_json(exclude={"timeout", "max_memory"})

    def freeze(self, video: Timeline) -> bytes:
        """The facts as JSON."""
        assert video.media is not None
        return json.dumps(asdict(video.media)).encode()

    def thaw(self, video: Timeline, data: bytes) -> None:
        _lay(video, Media(**json.loads(data)))


def _lay(video: Timeline, media: Media) -> Timeline:
    video.media, video.duration, video.id = media, media.duration, make_id(media.sha256)
    return video
