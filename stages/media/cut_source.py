"""What clips are cut from: the file of a video, the plan of one that has none, or a video that a group shows."""

from __future__ import annotations

from dataclasses import dataclass

from ...rules.media_groups import GroupMember, members_of
from ...rules.stretch import Stretch
from ...schemas import Failed, Medium, Timeline
from ...schemas.uri import locate
from ...video.edit.cutter import USUAL_FPS, whole
from ...video.edit.edit_list import Edit, Piece


@dataclass(frozen=True, slots=True)
class CutSource:
    """A video that stretches are cut out of."""

    id: str
    """What the names of the files begin from."""
    uri: str
    edit: Edit
    """All of it."""
    seconds: float
    file: str = ""
    """What to open; empty: it is a plan of parts."""
    content: str = ""
    """SHA-256 of the file."""
    place: Stretch | None = None
    """Where the stretch stands in the row of a group (seconds); None: the row is the video itself."""

    @classmethod
    def of(cls, video: Timeline) -> CutSource:
        """*video* itself.

        Raises:
            Failed: ``no_media``: its file has not been probed.
        """
        if video.planned:
            return cls(video.id, video.uri, whole(video), video.seconds)
        if video.media is None:
            raise Failed("no_media", f"{video.uri}: has no file that was probed, and clips are to be cut from it")
        return cls(video.id, video.uri, whole(video), video.seconds, video.file, video.media.sha256)

    @classmethod
    def of_member(cls, video: Timeline, one: GroupMember) -> CutSource:
        """The video of which the group *video* shows a stretch as *one*."""
        file = locate(one.uri, video.base)
        piece = Piece(0.0, one.length, one.uri, file, one.content, begin=0.0, finish=one.length)
        edit = Edit((piece,), (), one.width, one.height, one.fps or USUAL_FPS)
        return cls(f"{video.id}-{one.number}", one.uri, edit, one.length, file, one.content, (one.start, one.end))


def clips_of_group(video: Timeline) -> list[tuple[GroupMember, list[Medium]]]:
    """The clips that *video* is a group of, each with the media of its samples that stand for it and have no file."""
    media = [one for sample in video.samples for one in sample.media if one.kind == "clip" and not one.file]
    members = [one for one in members_of(video) if one.kind == "clip"]
    found = [(one, [medium for medium in media if medium == one.medium]) for one in members]
    return [(one, shown) for one, shown in found if shown]
