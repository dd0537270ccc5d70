"""LLaVA-ST's rows (appletea233/LLaVA-ST, ST-Align): conversations with slots for times and boxes, which meta holds."""

from __future__ import annotations

from typing import Any

from ...rules.clock import clock_of
from ...schemas import Box
from ..asked_regions import picture_of, plain_question
from ..format import ExportItem, Format, Unsupported

TASKS = {"tube": "STVG", "spatial_video_grounding": "SVG", "event_in_region": "ELC"}
"""Their tasks of several boxes, by ours."""


class STAlign(Format):
    """LLaVA-ST's ST-Align: video_path, conversations with <s>, <e>, <bbox> and <bboxes>, meta with what they are; JSON.

    Questions of the stage ``regions`` for boxes over time: ``tube`` (STVG), ``spatial_video_grounding`` (SVG) and
    ``event_in_region`` (ELC). ``meta`` counts frames of the video, and boxes are [x, y, width, height] in its pixels.
    """

    name = "st_align"

    def row(self, item: ExportItem) -> Any:
        sample = item.sample
        if sample.task not in TASKS:
            raise Unsupported("no_boxes_over_time")
        rate, pixels = picture_of(sample)
        clock = clock_of(sample.params, item.duration or float("inf"))
        cited = sample.evidence[0]

        def sides(box: Box) -> list[float]:
            left, top, right, bottom = pixels.sides(box)
            return [round(one, 1) for one in (left, top, right - left, bottom - top)]

        boxes = {str(round(box.time * rate)): sides(box) for box in cited.boxes}
        asked, spatial = plain_question(sample), dict[str, Any]()
        match sample.task:
            case "tube":
                answer = "From <s> to <e>: <bboxes>"
            case "spatial_video_grounding":
                times = clock.when_all([box.time for box in cited.boxes])
                asked = _swapped(asked, times[:1].lower() + times[1:], "in each frame")
                asked = _swapped(asked, clock.when(cited.start, cited.end), "from <s> to <e>")
                answer = "<bboxes>"
            case _:
                asked = _swapped(asked, clock.when(cited.start, cited.start), "at <s>")
                head = asked.find("["), asked.find("]")
                if -1 in head:
                    raise Unsupported("no_first_box")
                left, top, right, bottom = (float(side) for side in asked[head[0] + 1 : head[1]].split(","))
                scale = _scale(sample.params, pixels.scale)
                first = Box(cited.start, left / scale[0], top / scale[1], right / scale[0], bottom / scale[1])
                asked = asked[: head[0]] + "<bbox>" + asked[head[1] + 1 :]
                spatial["<bbox>"] = sides(first)
                answer = f"Until <e>: {cited.text} <bboxes>"
        last = max(round(item.duration * rate) - 1, 0)
        return {
            "video_path": item.video,
            "conversations": [{"from": "human", "value": f"<video>\n{asked}"}, {"from": "gpt", "value": answer}],
            "meta": {
                "task": TASKS[sample.task],
                "split": [0, last],
                "width": pixels.width,
                "height": pixels.height,
                "time_token": {"<s>": round(cited.start * rate), "<e>": min(round(cited.end * rate), last)},
                "spatial_token": {**spatial, "<bboxes>": boxes},
            },
        }


def _swapped(text: str, old: str, new: str) -> str:
    """*text* with *new* for *old*, which it holds once, or at its start with a capital letter.

    Raises:
        Unsupported: it does not.
    """
    for written in (old, old[:1].upper() + old[1:]):
        if text.count(written) == 1:
            return text.replace(written, new if written == old else new[:1].upper() + new[1:])
    raise Unsupported("times_not_found")


def _scale(params: dict[str, str], pixels: tuple[float, float]) -> tuple[float, float]:
    """The width and height of the picture in the unit in which the words of a sample with *params* have boxes."""
    return {"thousandths": (1000.0, 1000.0), "pixels": pixels}.get(params.get("box_format", ""), (1.0, 1.0))
