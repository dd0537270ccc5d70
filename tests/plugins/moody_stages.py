"""Stages whose mood lies in files, so that a second run finds another one than the first; and one that makes files.

A module of its own, so that Ray's workers can import it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

from vdata.schemas import Dropped, Failed, Media, Timeline
from vdata.stages import Stage


class Moody(Stage):
    """Fails or drops a video while a file of its name and mood stands in *folder*; notes there what it was given."""

    folder: str
    mood: str = ""
    """Another stage of the same kind listens to files with this prefix."""

    def run(self, video: Timeline) -> Timeline:
        place = Path(self.folder)
        with (place / f"{self.mood}ran").open("a") as file:
            file.write(f"{video.uri}\n")
        if (place / f"{self.mood}{video.uri}.fails").exists():
            raise Failed("no_luck", f"the {1 + video_failures(video)}th time")
        if (place / f"{self.mood}{video.uri}.passing").exists():
            raise Failed("teacher_error", "503")
        if (place / f"{self.mood}{video.uri}.drops").exists():
            raise Dropped("too_odd", value=3, threshold=2)
        return video


class Late(Moody):
    """The same in a later pass."""

    mood: str = "late-"


class Newer(Moody):
    """Moody with another version of what it does."""

    version: ClassVar[str] = "2"

    @classmethod
    def name(cls) -> str:
        return Moody.name()


class Filmed(Stage):
    """Makes a file for each video, as haystacks have."""

    def run(self, video: Timeline) -> Timeline:
        path = Path(video.folder) / f"{video.id}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(video.uri.encode() * 100)
        video.uri, video.media = f"media/{path.name}", Media(sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        return video


def video_failures(video: Timeline) -> int:
    """How often *video* has failed before, as its rejects tell."""
    return sum(reject.kind == "retried" for reject in video.rejects)
