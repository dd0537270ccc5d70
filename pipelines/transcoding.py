"""Videos as MP4 with H.264 and AAC, for exports that are to hold one kind of file."""

from __future__ import annotations

import math
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..export.format import Unsupported
from ..schemas import Dropped, Failed, Media
from ..schemas.atomic_file import STAGING
from ..video.decode import sandbox
from ..video.edit.cutter import USUAL_FPS, make_cut
from ..video.edit.edit_list import Edit, Piece
from ..video.edit.renderer import SMART, Renderer
from .errors import UserError

RENDERER = Renderer(crf=20, preset="veryfast", slowest=60.0, timeout=120.0, max_memory=4096, ways=(SMART,))
"""Packets of H.264 are copied wherever that can be, which loses nothing; all else is encoded."""
LOOK_SECONDS, LOOK_MIB = 120.0, 2048
"""What looking at a file may take."""
MAX_PIXELS = 8192 * 4320
SUFFIX = ".mp4"


@dataclass
class Transcoder:
    """Makes the MP4 of a video, in a folder for staged files, and counts how."""

    folder: Path
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Raises UserError where libx264 is lacking."""
        import av

        if "libx264" not in av.codecs_available:
            raise UserError(
                "--transcode: this PyAV has no libx264. Install its wheel: pip install --force-reinstall av"
            )

    @contextmanager
    def mp4(self, video: Path) -> Iterator[Path]:
        """The MP4 of *video*, while the block lasts; the file itself where it is one already.

        Frames keep their times, to a tick of 1/90000 s or less; sound that is no AAC becomes AAC of 48 kHz, stereo.

        Raises:
            Unsupported: with the reason of ``Failed`` or ``Dropped``: the file cannot be read, or not be encoded.
        """
        video = Path(os.path.abspath(video))  # the child processes that read it may have another working folder
        with tempfile.TemporaryDirectory(prefix=STAGING, dir=os.path.abspath(self.folder)) as folder:
            made = Path(folder) / f"video{SUFFIX}"
            try:
                how = self._make(video, made)
            except (Failed, Dropped) as failure:
                raise Unsupported(failure.reason) from failure
            self.counts[how] += 1
            yield made if how != "taken as they are" else video

    def _make(self, video: Path, made: Path) -> str:
        look = "vdata.video.decode.container:look"
        media: Media = sandbox.call(look, str(video), math.inf, MAX_PIXELS, seconds=LOOK_SECONDS, mib=LOOK_MIB)
        told = (video.suffix.lower(), media.container, media.codec, media.pixel_format, media.rotation)
        if told == (SUFFIX, "mov", "h264", "yuv420p", 0) and media.audio_codec in ("", "aac"):
            return "taken as they are"
        end = round(media.duration, 6)
        piece = Piece(0.0, end, str(video), str(video), finish=end)
        edit = Edit((piece,), (), media.width, media.height, media.fps or USUAL_FPS, media.has_audio)
        rendering = make_cut(RENDERER, edit, str(made))
        return "copied into MP4" if not rendering.done["frames_encoded"] else "encoded"

    def told(self) -> str:
        """What was done, for people."""
        done = ", ".join(f"{count} {how}" for how, count in sorted(self.counts.items()))
        return f"As MP4 with H.264 and AAC: {done or 'none'}."
