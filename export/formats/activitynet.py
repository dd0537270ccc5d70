"""ActivityNet Captions' JSON (Krishna et al. 2017, ``train.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ...schemas.name_hashes import NameSet
from ...schemas.uri import without_ending
from ..format import ExportItem, Format, Omit, Unsupported
from ..grounding import captions
from ..row_text import json_object


class ActivityNet(Format):
    """ActivityNet Captions: {video: {duration, timestamps [[start, end]], sentences}}; a JSON object.

    One entry a video, by its name without its ending: the captions that its samples rest on, in time order. Of
    samples that are not made by rule from captions nothing is taken. Of the names of videos hashes are held in memory.
    """

    name = "activitynet_captions"
    words = False

    def encode(self, rows: Iterable[tuple[str, Any]]) -> Iterator[str]:
        return json_object(rows)

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[tuple[str, Any]]:
        taken = NameSet()
        for _, group in groupby(items, lambda item: item.video_id):
            known: dict[tuple[float, float, str], None] = {}
            for item in group:
                try:
                    new = self._new(item, taken, known)
                except Unsupported as why:
                    leave(item, why.reason)
                else:
                    known |= dict.fromkeys(new)
            if known:
                taken.add(_name(item))
                found = sorted(known)
                yield (
                    _name(item),
                    {
                        "duration": round(item.duration, 2),
                        "timestamps": [[round(start, 2), round(end, 2)] for start, end, _ in found],
                        "sentences": [text for _, _, text in found],
                    },
                )

    def _new(self, item: ExportItem, taken: NameSet, known: dict[tuple[float, float, str], None]) -> list[Any]:
        if not item.duration:
            raise Unsupported("no_duration")
        if _name(item) in taken:
            raise Unsupported("name_taken")
        new = [one for one in captions(item.sample) if one[0] < one[1] and one not in known]
        if not new:
            raise Unsupported("already_there" if any(one in known for one in captions(item.sample)) else "no_length")
        return new


def _name(item: ExportItem) -> str:
    return without_ending(item.uri)
