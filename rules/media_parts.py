"""The parts of a message: text, pictures and clips in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..schemas import Medium, Message, Sample
from ..schemas.sample import MEDIA_MARKS

KINDS = {mark: kind for kind, mark in MEDIA_MARKS.items()}
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
"""How the names of files end that are pictures as they are."""
_MARK = re.compile("|".join(map(re.escape, KINDS)))


class MarksDiffer(ValueError):
    """The marks in the words of a sample are not its media, in number, kind and order."""


def is_picture(uri: str) -> bool:
    """Whether *uri* is that of a picture, and not of a video."""
    return uri.lower().endswith(PICTURES)


def media_parts(sample: Sample) -> list[list[str | Medium]]:
    """The parts of each of the messages of *sample*: see ``parts_of``."""
    return parts_of(sample.messages, sample.media)


def parts_of(turns: Sequence[Message], media: Sequence[Medium]) -> list[list[str | Medium]]:
    """The parts of each of *turns*: text as it stands, without empty ones, and *media* in the place of their marks.

    Without media, marks are words like others, and each message is one text.

    Raises:
        MarksDiffer: the marks do not equal the media.
    """
    if not media:
        return [[turn.content] if turn.content else [] for turn in turns]
    following = iter(media)
    parts = [list(_parts(turn, following)) for turn in turns]
    if left := len(list(following)):
        raise MarksDiffer(f"there are {len(media)} media, and {len(media) - left} marks for them in the messages")
    return parts


def _parts(turn: Message, media: Iterator[Medium]) -> Iterator[str | Medium]:
    at = 0
    for found in _MARK.finditer(turn.content):
        medium = next(media, None)
        if medium is None:
            raise MarksDiffer("there are more marks in the messages than media")
        if medium.kind != KINDS[found[0]]:
            raise MarksDiffer(f"the mark {found[0]} stands where the next of the media is of the kind {medium.kind}")
        if found.start() > at:
            yield turn.content[at : found.start()]
        yield medium
        at = found.end()
    if at < len(turn.content):
        yield turn.content[at:]
