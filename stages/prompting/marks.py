"""What a stage does that points a teacher to regions: spans without boxes are said, and what is drawn is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from ...rules.region_slots import SLOT
from ...schemas import Box, Frames, Part, Span, Timeline
from ...schemas.lane_names import KnownLanes
from ...schemas.teaching import COLOURS
from ..stage import Misfit, Stage
from .frame_choice import Look, shown_frames
from .regions import box_times

_WITHOUT, _UNMARKED = "spans_without_boxes", "requests_without_boxes"
ONE = {
    "box": "A red rectangle marks the region in question.",
    "crop": "What you see is cut out around the region in question.",
    "mask": "The region in question is outlined in red, and lightly tinted where its outline is known.",
}
SEVERAL = {
    "box": "Where one can see them, the regions of these are marked by rectangles, each in its colour: {colours}.",
    "crop": "Each of them is cut out around the regions of these: {tags}.",
    "mask": "Where one can see them, the regions of these are outlined and tinted, each in its colour: {colours}.",
}


def told_mark(look: Look | None) -> list[str]:
    """The sentence that tells a teacher what is marked in the frames of a span; none where nothing is."""
    return [ONE[look.how()]] if look is not None and look.how() else []


def told_slots(parts: Iterable[Part]) -> list[str]:
    """The sentence that tells which thing each slot of a question stands for; none where *parts* mark nothing."""
    marked = {one.number for part in parts if isinstance(part, Frames) for each in part.regions for one in each}
    if not marked:
        return []
    colours = [colour for number, colour in enumerate(COLOURS) if number in marked]
    if len(colours) == 1:
        return [f"{SLOT} is the thing that a {colours[0]} rectangle marks where one can see it."]
    return [f"Each {SLOT}, in this order, is the thing in a rectangle of the colour: {', '.join(colours)}."]


class MarkedLine(Protocol):
    """A line that is shown to a teacher under a tag, and where in the picture it is."""

    @property
    def tag(self) -> str: ...
    @property
    def boxes(self) -> Sequence[Box]: ...


def shown_lines(
    video: Timeline, start: float, end: float, look: Look, lines: Iterable[MarkedLine], intro: str
) -> list[Part]:
    """The frames of a stretch (seconds) behind a sentence: *intro*, and which regions of *lines* are marked, and how.

    Lines with the same boxes are of one thing. Where none has a box in the stretch, the frames are shown as they are.
    """
    things: list[tuple[Sequence[Box], list[str]]] = []
    for line in lines if look.how() else ():
        same = [tags for boxes, tags in things if list(boxes) == list(line.boxes)]
        if same:
            same[0].append(line.tag)
        elif box_times([line.boxes], start, end):
            things.append((line.boxes, [line.tag]))
    if look.how() and not things:
        _count(video, _UNMARKED)
    named = ["".join(f"[{tag}]" for tag in tags) for _, tags in things[: len(COLOURS)]]
    colours = ", ".join(f"{tags} {colour}" for tags, colour in zip(named, COLOURS, strict=False))
    told = [SEVERAL[look.how()].format(colours=colours, tags=", ".join(named))] if named else []
    return [" ".join([intro, *told]), *shown_frames(video, start, end, look, boxes=[boxes for boxes, _ in things])]


def with_boxes(stage: Stage, video: Timeline, lane: str, spans: Sequence[Span], look: Look | None) -> list[Span]:
    """Those of *spans* of *lane* whose region can be shown, where *look* marks it. Each of the others is a reject, and
    stays in its lane."""
    if look is None or not look.how():
        return list(spans)
    kept = []
    for span in spans:
        if box_times([span.boxes], span.start, span.end):
            kept.append(span)
        else:
            _count(video, _WITHOUT)
            stage.reject(video, lane, span, "no_box", detail=f"it has no box to show by look.mark: {look.how()}")
    return kept


def told_boxless(name: str, totals: Mapping[str, float]) -> list[str]:
    """The sentences of the stage *name* for spans that were not shown for want of a box, and for stretches that were
    shown without a mark."""
    told = []
    if count := int(totals.get(_WITHOUT, 0)):
        many = f"{count:,} span{' was' if count == 1 else 's were'}"
        told.append(f"{name}: {many} not asked about: without a box there is nothing that look.mark can show.")
    if count := int(totals.get(_UNMARKED, 0)):
        many = f"in the frames of {count:,} request{'' if count == 1 else 's'}"
        told.append(f"{name}: {many} nothing was marked: no line that they are about has a box there.")
    return told


def unmarkable(look: Look | None, lanes: Iterable[str | None], known: KnownLanes) -> Iterable[Misfit]:
    """For a stage's ``misfits``: what is wrong where *look* marks spans, and none of those of *lanes* has boxes."""
    if look is None or not look.how():
        return
    named = [lane for lane in lanes if lane]
    if any(lane not in known or (names := known[lane]) is None or "boxes" in names.own for lane in named):
        return
    what = f"no span of {' and '.join(named)} has a box" if named else "a whole video has no box"
    able = sorted(lane for lane, names in known.items() if names is not None and "boxes" in names.own)
    there = f"Those of {', '.join(able)} have." if able else "Labels of the kind tracks and the stage detect lay some."
    yield Misfit(("look", "mark"), f"{what} that could be marked.", there)


def _count(video: Timeline, key: str) -> None:
    video.report[key] = video.report.get(key, 0) + 1
