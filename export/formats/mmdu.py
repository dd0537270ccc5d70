"""MMDU's dialogues about several pictures (Liuziyu77/MMDU, ``model_generation``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...schemas.sample import MEDIA_MARKS
from ..documents import pictures_only
from ..format import ExportItem, Format, Unsupported
from ..row_text import json_object
from ..talk import conversation

MARK = "<ImageHere>"


class MMDU(Format):
    """MMDU: {ID: {id, image [path], conversations [{from: user | assistant, value}]}}, <ImageHere> for each picture.

    Their script hands the pictures of ``image`` to the marks in order, turn by turn; the replies at odd places are the
    reference.
    """

    name = "mmdu"
    holds_media = True

    def encode(self, rows: Iterable[Any]) -> Iterator[str]:
        return json_object(rows)

    def row(self, item: ExportItem) -> Any:
        turns = conversation(item)
        if not item.sample.media:
            raise Unsupported("no_media")
        pictures_only(item)
        if turns[0].role == "system":
            raise Unsupported("system_message")
        if any(MARK in turn.content for turn in turns):
            raise Unsupported("placeholder_in_text")
        if any(MEDIA_MARKS["image"] in turn.content for turn in turns if turn.role == "assistant"):
            raise Unsupported("media_in_a_reply")
        told = [{"from": turn.role, "value": turn.content.replace(MEDIA_MARKS["image"], MARK)} for turn in turns]
        return item.sample.id, {"id": item.sample.id, "image": [one.path for one in item.media], "conversations": told}
