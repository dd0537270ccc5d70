"""Koala-36M's table of clips (Koala-36M/Koala-36M-v1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..clip_table import ClipTable
from ..clip_values import clock_time, described, values_of
from ..lane_format import ExportVideo

COLUMNS = ("videoID", "url", "timestamp", "caption", "clarity_score", "aesthetic_score", "motion_score", "VTSS")


class Koala36M(ClipTable):
    """Koala-36M: videoID, url, timestamp, caption, clarity_score, aesthetic_score, motion_score, VTSS; CSV, one a clip.

    The timestamp is ['0:00:01.500', '0:00:07.000']. Scores are the values of the clip by these names in small letters;
    one that it does not have is empty, but for motion, which is ``movement`` then, as ``quality`` measures it.
    """

    name = "koala_36m"
    fields = COLUMNS

    def of_video(self, video: ExportVideo) -> Iterable[Sequence[Any]]:
        for n, caption in enumerate(video.captions()):
            values = values_of(described(video, caption))
            known = {"motion_score": values.get("movement", ""), **values}
            times = [clock_time(caption.start), clock_time(caption.end)]
            scores = [known.get(name.lower(), "") for name in COLUMNS[4:]]
            yield (f"{video.name}_{n}", video.video, times, caption.text, *scores)
