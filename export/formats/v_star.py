"""V-STaR's rows (V-STaR-Bench/V-STaR, ``V_STaR_test.json``): what, when and where of one thing, with its boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ..asked_regions import picture_of, plain_question, video_name
from ..format import ExportItem, Format, Omit, Unsupported


class VStar(Format):
    """V-STaR: vid, question, answer, temporal_question, timestamps, spatial_question, spatial_question_2, bboxes; JSON.

    A row is a chain of the stage ``regions`` in its two orders. ``bboxes`` are in pixels of the video, one for each
    whole second or as the stage was told. ``chain`` is the rationale of the first question, and empty without one;
    ``domain`` is the attribute of this name.
    """

    name = "v_star"

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        for group, held in groupby(items, lambda item: item.sample.group):
            parts = list(held)
            try:
                yield self._chain(parts if group else [])
            except Unsupported as why:
                for item in parts:
                    leave(item, why.reason)

    def _chain(self, parts: list[ExportItem]) -> dict[str, Any]:
        found = {(item.sample.task, item.sample.params.get("chain", "")): item.sample for item in parts}
        try:
            what = found["chain_what", ""]
            when, where = (found[task, "what_when_where"] for task in ("chain_when", "chain_where"))
            freely = found["chain_where", "what_where_when"]
        except KeyError:
            raise Unsupported("no_chain") from None
        rate, pixels = picture_of(where)
        cited, item = where.evidence[0], parts[0]
        boxes = [
            {
                "timestamp": round(box.time, 3),
                "frame_index": round(box.time * rate),
                **dict(
                    zip(("xmin", "ymin", "xmax", "ymax"), (round(side, 1) for side in pixels.sides(box)), strict=True)
                ),
            }
            for box in cited.boxes
        ]
        return {
            "vid": video_name(item),
            "domain": what.params.get("domain", ""),
            "fps": rate,
            "width": pixels.width,
            "height": pixels.height,
            "frame_count": round(item.duration * rate),
            "question": what.question,
            "chain": f"<think>{what.rationale}</think>" if what.rationale else "",
            "object": cited.text,
            "answer": what.answer,
            "temporal_question": plain_question(when),
            "timestamps": [cited.start, cited.end],
            "spatial_question": plain_question(where),
            "spatial_question_2": plain_question(freely),
            "bboxes": boxes,
        }
