"""Functions that join, chop and trim shots, which are in time order."""

from __future__ import annotations

from math import ceil, inf

from ...schemas import Span
from ...schemas.rounding import ROUNDING


def join(spans: list[Span], least: float) -> list[Span]:
    """Join every span shorter than *least* seconds to the touching neighbour behind the weaker boundary."""
    spans, i = list(spans), 0
    while i < len(spans):
        span = spans[i]
        if span.seconds >= least - ROUNDING:
            i += 1
            continue
        left = (span.score or 0.0) if i > 0 and _touch(spans[i - 1], span) else inf
        right = (spans[i + 1].score or 0.0) if i + 1 < len(spans) and _touch(span, spans[i + 1]) else inf
        if left == right == inf:
            i += 1
            continue
        first = i - 1 if left <= right else i
        spans[first].end = spans.pop(first + 1).end
        i = first
    return spans


def _touch(one: Span, other: Span) -> bool:
    return abs(one.end - other.start) < ROUNDING


def chop(span: Span, most: float, head: float, least: float, frame: float) -> list[Span]:
    """Cut heads of *head* seconds off *span* until what is left is no longer than *most* (Panda-70M's rule).

    A tail shorter than *least*, or than a *frame*, shares its length with the head before it, half and half.
    """
    rest = span.seconds - most
    if rest <= ROUNDING:
        return [span]
    heads = ceil((rest - ROUNDING) / head)
    lengths = [head] * heads + [span.seconds - heads * head]
    if lengths[-1] < max(least - ROUNDING, frame):
        lengths[-2:] = [(lengths[-2] + lengths[-1]) / 2] * 2
    pieces, start = [span], span.start
    end, span.end = span.end, span.start + lengths[0]
    for size in lengths[1:]:
        start = pieces[-1].end
        pieces.append(Span(start, start + size, source=span.source, attrs={"begins": "chop"}))
    pieces[-1].end = end
    return pieces


def trim(spans: list[Span], margin: float, share: float, frame: float) -> list[Span]:
    """Take *margin* seconds and *share* (0..0.5) of its length off both ends of every span, where half a frame is left.

    Returns the spans of which nothing would be left; they stay as they are.
    """
    gone = []
    for span in spans:
        off = margin + share * span.seconds
        if off <= 0:
            continue
        if span.seconds - 2 * off < frame / 2:
            gone.append(span)
        else:
            span.start, span.end = span.start + off, span.end - off
    return gone
