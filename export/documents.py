"""The parts of interleaved samples as layouts for documents want them: text, pictures and clips in order."""

from __future__ import annotations

from ..rules.interleaving import LAYOUT, Segment, segments_of
from ..rules.media_parts import media_parts
from ..schemas import Message
from .format import ExportItem, MediumFile, Unsupported
from .talk import turns_of

DocumentPart = str | MediumFile


def turns_with_parts(item: ExportItem) -> list[tuple[Message, list[DocumentPart]]]:
    """The turns of *item*, or the one text of a document, each with its parts.

    Raises:
        Unsupported: it is a preference pair, it shows nothing, or its turns are out of order.
    """
    sample = item.sample
    if sample.rejected:
        raise Unsupported("preference_pair")
    if not sample.media:
        raise Unsupported("no_media")
    turns = turns_of(sample, documents=True)
    files = iter(item.media)
    found = []
    for turn, parts in zip(turns, media_parts(sample), strict=True):
        found.append((turn, [one if isinstance(one, str) else next(files) for one in parts]))
    return found


def pictures_only(item: ExportItem) -> None:
    """Raises Unsupported where *item* shows a clip, or a picture that was not written."""
    if any(one.kind == "clip" for one in item.media):
        raise Unsupported("shows_a_clip")
    if not all(one.path for one in item.media):
        raise Unsupported("picture_not_written")


def document_segments(item: ExportItem) -> list[Segment]:
    """The segments of a document.

    Raises:
        Unsupported: ``no_document``.
    """
    if LAYOUT not in item.sample.params:
        raise Unsupported("no_document")
    return segments_of(item.sample)
