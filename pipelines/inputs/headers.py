"""What a video's header says, for the plan. Called in a child process only: a header may crash its reader."""

from __future__ import annotations

from ...video.decode.lengths import declared_seconds
from ...video.decode.open import open_video

MAX_PIXELS = 16384 * 16384


def look(uri: str) -> tuple[float, float, int]:
    """The length (seconds), the frames a second and the pixels of a frame of the video *uri*, as declared.

    Raises:
        Failed: it cannot be opened.
    """
    with open_video(uri, MAX_PIXELS) as (container, stream):
        context = stream.codec_context
        rate = float(stream.average_rate or stream.guessed_rate or 25)
        return declared_seconds(container, stream), rate, context.width * context.height
