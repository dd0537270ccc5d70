"""Streams as MMDuet reads them (yellow-binary-tree/MMDuet): questions with timed answers, and dense captions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ...schemas.name_hashes import NameSet
from ...schemas.uri import without_ending
from ..format import ExportItem, Format, Omit, Unsupported
from ..row_text import json_object
from ..stream_talk import asks_of, mistake_of, stream_of, time_of, timespans_of


class Mmduet(Format):
    """MMDuet's MAGQA: {video_uid, conversation [{role, content, time, timespan}], video_start_time}; JSON.

    ``timespan`` of a reply is the whole span that it tells of: a frame is informative from its middle until the reply.
    A reply that is wrong on purpose has ``learn`` false. Streams that follow one instruction to tell everything are in
    ``mmduet_dvc``.
    """

    name = "mmduet"

    def row(self, item: ExportItem) -> Any:
        turns, spans = stream_of(item), iter(timespans_of(item))
        if set(asks_of(item)) == {"narrate"}:
            raise Unsupported("a_narration")
        talk = []
        mistake = mistake_of(item)
        for number, turn in enumerate(turns):
            said: dict[str, Any] = {"role": turn.role, "content": turn.content, "time": time_of(turn)}
            span = next(spans) if turn.role == "assistant" else None
            if mistake is not None and number == mistake.wrong:
                said["learn"] = False
            talk.append({**said, "timespan": list(span)} if span is not None else said)
        return {
            "video_uid": without_ending(item.uri),
            "conversation": talk,
            "video_start_time": item.sample.start,
        }


class MmduetDvc(Format):
    """MMDuet's dense captions: {video_uid: {annotation: [{time, text, timespan [start, end]}]}}; a JSON object.

    An annotation for each stream that follows one instruction to tell everything; its loader words the instruction.
    """

    name = "mmduet_dvc"

    def encode(self, rows: Iterable[tuple[str, Any]]) -> Iterator[str]:
        return json_object(rows)

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[tuple[str, Any]]:
        taken = NameSet()
        for _, group in groupby(items, lambda item: item.video_id):
            found: dict[str, Any] = {}
            name = ""
            for item in group:
                try:
                    if (name := without_ending(item.uri)) in taken:
                        raise Unsupported("name_taken")
                    found[item.sample.id] = _captions(item)
                except Unsupported as why:
                    leave(item, why.reason)
            if found:
                taken.add(name)
                yield name, found


def _captions(item: ExportItem) -> list[dict[str, Any]]:
    replies = [turn for turn in stream_of(item) if turn.role == "assistant"]
    if mistake_of(item) is not None:
        raise Unsupported("holds_mistake")
    if set(asks_of(item)) != {"narrate"}:
        raise Unsupported("no_narration")
    return [
        {"time": time_of(turn), "text": turn.content, "timespan": list(span or (time_of(turn), time_of(turn)))}
        for turn, span in zip(replies, timespans_of(item), strict=True)
    ]
