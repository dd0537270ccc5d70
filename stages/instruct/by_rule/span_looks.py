"""The measurements of each span, turned into the few words of which a description is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ....schemas import COLOURS, Span, Timeline
from .looks import LIGHT, MOTION, SpanLook

if TYPE_CHECKING:
    from ....schemas import Signals

FROZEN, FROZEN_SECONDS = 0.9, 1.0  # share in which the picture stands still, and length, of a span called frozen
MAIN, SECOND = 0.35, 0.25  # share of the picture from which a colour is the main one, and a second one beside it
LIGHT_MARGIN, MOTION_MARGIN, COLOUR_MARGIN = 4.0, 0.2, 0.1  # nearer to a limit than this, it is said but no fact


def measure(signals: Signals, spans: Sequence[Span], light: Sequence[float], motion: Sequence[float]) -> list[SpanLook]:
    """A look for each span. *light*: limits between LIGHT's words (luma); *motion*: between MOTION's (widths/s)."""
    from ....video.signals.frame_ranges import mean, ranges
    from ....video.signals.quality_measures import measures

    found = measures(signals, spans)
    shares = mean(signals.colours, *ranges(signals, spans)) / 255
    looks = []
    for n, span in enumerate(spans):
        look = SpanLook(span.seconds)
        luma, moved = float(found["brightness"][n]), float(found["motion"][n])
        frozen = float(found["frozen"][n])
        look.values = {"brightness": round(luma, 2), "motion": round(moved, 5), "frozen": round(frozen, 4)}
        look.light = LIGHT[sum(luma >= limit for limit in light)]
        if all(abs(luma - limit) >= LIGHT_MARGIN for limit in light):
            look.facts["light"] = look.light
        ranked = sorted(range(len(COLOURS)), key=lambda c: (-float(shares[n, c]), c))
        first, second, third = (float(shares[n, c]) for c in ranked[:3])
        if first >= MAIN:
            both = second >= SECOND
            look.colours = [COLOURS[c] for c in ranked[: 2 if both else 1]]
            if (second - third if both else first - second) >= COLOUR_MARGIN:
                look.facts["colours"] = "+".join(sorted(look.colours))
        else:
            look.colours = []
        look.values |= {f"share_{COLOURS[c]}": round(float(shares[n, c]), 4) for c in ranked[:2]}
        look.frozen = frozen >= FROZEN and span.seconds >= FROZEN_SECONDS
        look.motion = MOTION[sum(moved >= limit for limit in motion)]
        if all(abs(moved / limit - 1) >= MOTION_MARGIN for limit in motion):
            look.facts["motion"] = look.motion
        looks.append(look)
    return looks


def camera_moves(video: Timeline, span: Span) -> list[str]:
    """The camera moves of *span* in order: from its own attributes, or from the lane ``camera``."""
    if "camera" in span.attrs:
        return span.attrs.get("camera_moves", span.attrs["camera"]).split()
    inside = [
        move
        for move in video.lane("camera")
        if min(move.end, span.end) - max(move.start, span.start) >= 0.5 * max(move.seconds, 1e-9)
    ]
    covered = sum(min(move.end, span.end) - max(move.start, span.start) for move in inside)
    return [move.words for move in inside] if covered >= 0.5 * span.seconds else []


def texts_of(video: Timeline, lane: str, span: Span) -> list[str]:
    """The on-screen texts that are shown within *span*, each once, in the order in which they appear."""
    found: dict[str, str] = {}
    for text in video.lane(lane):
        if text.words and ((text.start < span.end and text.end > span.start) or span.start <= text.start < span.end):
            found.setdefault(text.words.casefold(), text.words)
    return list(found.values())


def place_of(span: Span, duration: float) -> str:
    """Where in the video *span* lies: ``whole``, ``most``, ``start``, ``middle`` or ``end``."""
    share = span.seconds / duration
    if share >= 0.6:
        return "whole" if share >= 0.98 else "most"
    centre = (span.start + span.end) / 2 / duration
    return "start" if centre < 1 / 3 else "middle" if centre < 2 / 3 else "end"
