"""MMICL's rows (HaozheZhao/MIC, ``data_preprocess.py``)."""

from __future__ import annotations

from itertools import count
from typing import Any

from ...schemas.sample import MEDIA_MARKS
from ..documents import pictures_only, turns_with_parts
from ..format import ExportItem, JsonLines, Unsupported


class MMICL(JsonLines):
    """MMICL: input_text with <image0>, <image1> …, input_image [path], output_text, output_image; JSON lines.

    Their trainer puts 32 tokens behind each mark. One question a row: examples stand in it.
    """

    name = "mmicl"
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        pictures_only(item)
        if len(turns_with_parts(item)) != 2:
            raise Unsupported("several_turns")
        asked, answer = item.sample.messages
        mark = MEDIA_MARKS["image"]
        if mark in answer.content:
            raise Unsupported("media_in_a_reply")
        numbers = count()
        first, *rest = asked.content.split(mark)
        return {
            "input_text": first + "".join(f"<image{next(numbers)}>{text}" for text in rest),
            "input_image": [file.path for file in item.media],
            "output_text": answer.content,
            "output_image": "",
        }
