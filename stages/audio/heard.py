"""The sound of a whole video, for those who listen to it here."""

from __future__ import annotations

from typing import Any

from ...schemas import Failed, Timeline

UNHEARD = frozenset(("no_sound", "not_a_video", "no_video_stream", "corrupt", "truncated", "unsupported"))
"""Failures of the sound itself, which another try would not change: the video is kept, with nothing heard in it."""


def hear(video: Timeline, rate: int) -> Any:
    """The sound of *video*, mono, *rate* samples a second, float32 in -1..1; or why it cannot be decoded, as a tuple of
    a reason and a detail. That of a joined video which has no file is taken from its parts.

    Raises:
        Failed: the decoder of its sound crashed, hung or ran out of memory.
    """
    import numpy as np

    from ...video.decode.sound import read_sound
    from ...video.edit.edit_heard import read_edit
    from ...video.edit.edit_list import edit_of

    assert video.media is not None
    try:
        if video.planned:
            sound = read_edit(edit_of(video, video.base), 0.0, video.seconds, rate)
        else:
            sound = read_sound(video.file, rate, video.media.duration)
    except Failed as failure:
        if failure.reason not in UNHEARD:
            raise
        return failure.reason, failure.detail
    return sound.astype(np.float32) / 32768
