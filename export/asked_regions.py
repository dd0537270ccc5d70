"""What a question about regions asks, without what only says how boxes and times are written."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..rules.box_format import BOX_FORMAT, BoxFormat, box_format_of
from ..rules.track_lines import PICTURE
from ..schemas import Sample
from ..schemas.sample import FRAME_RATE
from .format import ExportItem, Unsupported


def plain_question(sample: Sample) -> str:
    """The question of *sample* without the note on how boxes are written."""
    if BOX_FORMAT not in sample.params:
        return sample.question
    return sample.question.removesuffix(box_format_of(sample.params).note).rstrip()


def picture_of(sample: Sample) -> tuple[float, BoxFormat]:
    """The frames a second of the video of *sample*, and the format that writes boxes in its pixels.

    Raises:
        Unsupported: its parameters do not say them.
    """
    try:
        width, height = map(int, sample.params[PICTURE].split("x"))
        return float(sample.params[FRAME_RATE]), BoxFormat("pixels", width, height)
    except (KeyError, ValueError):
        raise Unsupported("no_picture_size") from None


def video_name(item: ExportItem) -> str:
    """The video's name without folders and ending."""
    return PurePosixPath(item.source_uri or item.uri).stem
