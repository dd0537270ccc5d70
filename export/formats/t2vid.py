"""T2Vid's rows (xjtupanda/T2Vid), which MiniCPM-V's trainer reads."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, Format, Unsupported
from ..talk import conversation, role_content, whole_video


class T2Vid(Format):
    """T2Vid: image {"<image_00>": path, …}, conversations [{role, content}]; a JSON array.

    The marks of all pictures stand before the first question, a line each. Pictures are the files that ``stills``
    writes: the pages of a text, or frames of a video.
    """

    name = "t2vid"
    shows_frames = True

    def row(self, item: ExportItem) -> Any:
        frames = item.sample.frames
        if not frames:
            raise Unsupported("no_pictures")
        marks = [f"<image_{number:02}>" for number in range(len(frames))]
        turns = conversation(whole_video(item), "".join(f"{mark}\n" for mark in marks))
        return {
            "image": {mark: frame.file for mark, frame in zip(marks, frames, strict=True)},
            "conversations": role_content(turns),
        }
