"""What was measured of a captioned clip: on the caption, and on what it describes."""

from __future__ import annotations

from collections.abc import Mapping

from ..schemas import Span
from .lane_format import ExportVideo


def described(video: ExportVideo, caption: Span) -> list[Span]:
    """*caption*, the span that it describes, the one that this describes in turn, and so on (attribute ``span``)."""
    found = [caption]
    while (below := video.span(found[-1].attrs.get("span", ""))) is not None and below not in found:
        found.append(below)
    return found


def values_of(chain: list[Span]) -> Mapping[str, float]:
    """The values of the spans of *chain* by name; where several have one, that of the first."""
    return {name: value for span in reversed(chain) for name, value in span.values.items()}


def attrs_of(chain: list[Span]) -> Mapping[str, str]:
    """Likewise their attributes."""
    return {name: text for span in reversed(chain) for name, text in span.attrs.items()}


def clock_time(seconds: float) -> str:
    """``0:01:05.250``."""
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"
