"""VideoUFO's table of clips (WenhaoWang/VideoUFO)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..clip_table import ClipTable
from ..clip_values import attrs_of, clock_time, described, values_of
from ..lane_format import ExportVideo

SCORES = (
    *("Aesthetic_Quality", "Background_Consistency", "Dynamic_Degree", "Imaging_Quality", "Motion_Smoothness"),
    "Subject_Consistency",
)
COLUMNS = ("ID", "Topic", "Detailed_Caption", "Brief_Caption", "Start_Time", "End_Time", *SCORES)


class VideoUFO(ClipTable):
    """VideoUFO: ID, Topic, Detailed_Caption, Brief_Caption, Start_Time, End_Time and six scores; CSV, one a clip.

    The detailed caption is the text, the brief one its attribute ``brief_caption``; the topic is the name of its
    cluster, or the attribute ``topic`` of the clip or of the video. Scores are values of these names in small letters;
    one that is not there is empty. Middle_Frame, a picture in theirs, is left out.
    """

    name = "videoufo"
    fields = COLUMNS

    def of_video(self, video: ExportVideo) -> Iterable[Sequence[Any]]:
        for n, caption in enumerate(video.captions()):
            chain = described(video, caption)
            attrs, values = {**video.timeline.attrs, **attrs_of(chain)}, values_of(chain)
            topic = attrs.get("cluster_name") or attrs.get("topic", "")
            told = (caption.text, attrs.get("brief_caption", ""))
            times = (clock_time(caption.start), clock_time(caption.end))
            yield (f"{video.name}_{n}", topic, *told, *times, *(values.get(name.lower(), "") for name in SCORES))
