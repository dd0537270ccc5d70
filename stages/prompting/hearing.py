"""Whether a teacher hears the stretch that it is asked about, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ...schemas import Failed, Sound, Timeline
from ...schemas.sample import WRITTEN_FROM
from ...schemas.settings_model import OnlyWith, Settings
from ...schemas.sound_limits import MOST_SECONDS

HEARD = "You hear the sound of the video from {start} s to {end} s."
"""Stands in every request that sends sound."""
_SILENT, _CUT = "without_sound", "cut_sounds:"


class Hearing(Settings):
    """The YAML keys of a stage that can send sound, beside ``look``."""

    sound: bool = False
    """Send the sound of the stretch too, mono at 16 kHz, to a teacher that hears (``hears: true``). A video without
    sound is asked about without it, and that is said."""
    sound_seconds: Annotated[float, OnlyWith("sound")] = Field(300.0, gt=0, le=MOST_SECONDS)
    """The most seconds of sound of one stretch; of a longer one the sound is sent up to there, and that is said."""

    def sounds_to(self) -> list[str]:
        """The names of the teachers to which sound is sent."""
        return self.teachers() if self.sound else []  # type: ignore[attr-defined]

    def lanes_heard(self) -> set[str]:
        """The lanes without which no sound can be sent, for a stage's ``lanes_read``."""
        return {"media"} if self.sound else set()

    def seconds_heard(self, seconds: float) -> float:
        """How much of a stretch of so many *seconds* is sent, for a stage's ``demand``."""
        return min(seconds, self.sound_seconds) if self.sound else 0.0

    def take_back(self, video: Timeline) -> None:
        """Nothing was asked about *video* after all: it was not asked about without its sound either."""
        video.report.pop(_SILENT, None)

    def heard(self, video: Timeline, start: float, end: float) -> list[Sound]:
        """The sound of *video* from *start* to *end* (seconds) by reference: one, or none where none is to be sent.

        Raises:
            Failed: ``no_media``: the video's file has not been probed, so that its sound has no identity.
        """
        if not self.sound:
            return []
        if video.media is None or not video.media.sha256:
            raise Failed("no_media", f"{video.uri}: has no file that was probed, and a teacher is to hear it")
        if not video.media.has_audio:
            video.report[_SILENT] = 1
            return []
        if end <= start:
            return []
        if end - start > self.sound_seconds:
            key = f"{_CUT}{self.sound_seconds:g}"
            video.report[key] = video.report.get(key, 0) + 1
            end = start + self.sound_seconds
        if video.planned:
            from ...video.edit.edit_list import edit_of

            plan = edit_of(video, video.base)
            return [Sound(plan.pieces[0].file, video.media.sha256, start, end, plan)]
        return [Sound(video.file, video.media.sha256, start, end)]


def said_sound(sounds: list[Sound]) -> list[str]:
    """The sentence that tells a teacher that it hears something, if it does."""
    return [HEARD.format(start=f"{one.start:.1f}", end=f"{one.end:.1f}") for one in sounds]


def written_from(video: Timeline, hearing: Hearing, *, frames: bool) -> dict[str, str]:
    """The parameter of samples about *video* that says what their teacher was shown besides words; none: nothing."""
    sound = hearing.sound and video.media is not None and video.media.has_audio
    shown = " and ".join(["frames"] * frames + ["sound"] * sound)
    return {WRITTEN_FROM: shown} if shown else {}


def told_sounds(name: str, totals: Mapping[str, Any]) -> list[str]:
    """The sentences of the stage *name* for videos without sound, and for sound that was cut off."""
    lines = []
    if silent := int(totals.get(_SILENT, 0)):
        videos = f"{silent} video{' has' if silent == 1 else 's have'}"
        lines.append(f"{name}: {videos} no sound, and {'was' if silent == 1 else 'were'} asked about without.")
    for key, count in totals.items():
        if key.startswith(_CUT):
            many = f"{count:.0f} request{'' if count == 1 else 's'}"
            limit = key.removeprefix(_CUT)
            lines.append(f"{name}: the sound of {many} was sent up to {limit} s only; raise sound_seconds.")
    return lines
