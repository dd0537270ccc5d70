"""Making the file of an edit: every way that may do is tried in a child process, then everything is encoded."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from ...schemas import Failed, Media
from ..decode import sandbox, source
from .edit_list import Edit

SPARE_SECONDS = 120.0
"""Seconds that any video may take."""
CHECK_SECONDS = 600.0
"""Seconds that looking at a file that was made may take."""
TRY_NEXT = ("decoder_crashed", "decoder_timeout", "decoder_out_of_memory", "bad_render", "not_written")
"""Failures of one way after which the next is tried."""
SMART, COPY, FULL, CHECK = (
    "vdata.video.edit.render_process:smart",
    "vdata.video.edit.packet_copy:copy",
    "vdata.video.edit.render_process:full",
    "vdata.video.edit.render_process:check",
)
"""Functions for the child process, ``package.module:function``."""

Preset = Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"]


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a file was made (``smart``, ``copy``, ``full``), why not in a better way, what was done, and its facts."""

    how: str
    reason: str
    detail: str
    done: dict[str, float]
    media: Media


@dataclass(frozen=True, slots=True)
class Renderer:
    """Makes files of edits. *ways* are tried in turn before everything is encoded."""

    crf: int
    preset: Preset
    slowest: float
    """Seconds that a second of video may take."""
    timeout: float
    """Seconds without progress after which the work counts as hung."""
    max_memory: int
    """MiB."""
    ways: tuple[str, ...] = field(default=(SMART,))

    def make(self, edit: Edit, staging: str, *, whole: bool = True) -> Rendering:
        """Write the file of *edit* to *staging*, and look at it.

        Raises:
            Failed: a source cannot be read, or no way made the file as planned; ``not_copied``: none of the ways did,
                and it is not to be encoded as a *whole*.
        """
        reason = detail = ""
        for way in self.ways:
            try:
                done, why, more = self._call(way, edit, staging)
                if not why:
                    return Rendering(way.rpartition(":")[2], "", "", done, self._check(edit, staging, done))
            except Failed as failure:
                if failure.reason not in TRY_NEXT:
                    raise
                why, more = failure.reason, failure.detail
            reason, detail = reason or why, f"{detail}; {why}: {more}" if detail and more else detail or more
            with contextlib.suppress(FileNotFoundError):
                os.remove(staging)
        if not whole:
            raise Failed("not_copied", f"{reason}: {detail}" if detail else reason)
        done, _, _ = self._call(FULL, edit, staging)
        return Rendering("full", reason, detail, done, self._check(edit, staging, done))

    def _call(self, way: str, edit: Edit, staging: str) -> tuple[dict[str, float], str, str]:
        made: tuple[dict[str, float], str, str] = sandbox.call(
            way,
            edit,
            staging,
            self.crf,
            self.preset,
            seconds=SPARE_SECONDS + self.slowest * edit.duration,
            mib=self.max_memory,
            silence=self.timeout,
        )
        return made

    def _check(self, edit: Edit, staging: str, done: dict[str, float]) -> Media:
        frames = done["frames_encoded"] + done.get("frames_copied", 0)
        media: Media = sandbox.call(
            CHECK, staging, edit, frames, mib=self.max_memory, silence=self.timeout, seconds=CHECK_SECONDS
        )
        return media


@contextmanager
def local(edit: Edit) -> Iterator[Edit]:
    """*edit* with files that another process can open."""
    with ExitStack() as stack:
        there = {file: stack.enter_context(source.reachable(file)) for file in {p.file for p in edit.pieces if p.uri}}
        yield replace(edit, pieces=tuple(replace(piece, file=there.get(piece.file, "")) for piece in edit.pieces))
