"""Which videos show the same, whatever was done to the pictures: by their hashes and by the layout of their areas.

It is what `near_duplicates`, `split` and `vdata leaks` compare videos by: hashes find the same pictures in any order
and excerpts (``shared_pictures``), layouts copies that were cropped, mirrored or played faster (``alike_pictures``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...schemas import Signals, Span
from .alike_pictures import Reel, Reels, alignment, laid_out_alike, reel
from .shared_pictures import AT_LEAST, Rule, Strip, StripPair, strip
from .shared_pictures import pairs as strip_pairs


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What of a video or span is compared with others."""

    strip: Strip
    reel: Reel

    @classmethod
    def none(cls) -> Fingerprint:
        """That of a video which nothing can be like."""
        return cls(Strip(np.zeros(0), np.zeros(0), np.zeros(0, np.uint64)), Reel.none())

    def plain(self) -> dict[str, Any]:
        """As JSON types."""
        return {"strip": self.strip.plain(), "reel": self.reel.plain()}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Fingerprint:
        """The fingerprint that ``plain`` turned into JSON types."""
        return cls(Strip.of(plain["strip"]), Reel.of(plain["reel"]))

    def between(self, start: float, end: float) -> Fingerprint:
        """That of the pictures at *start* ≤ time < *end* (seconds)."""
        return Fingerprint(self.strip.between(start, end), self.reel.between(start, end))


def fingerprint(signals: Signals, span: Span | None, rule: Rule) -> Fingerprint:
    """The fingerprint of *span* of a video, or of all of it."""
    whole = span or Span(float(signals.time[0]), signals.end)
    return Fingerprint(strip(signals, span, rule), span_reel(signals, whole, rule.every, rule.min_contrast))


def span_reel(signals: Signals, span: Span, every: float, min_contrast: float) -> Reel:
    """The pictures of *span* that are not plain, one each *every* seconds, and at least 16 of a short span."""
    step = min(every, span.seconds / (2 * AT_LEAST))
    if step <= 0:
        return Reel.none()
    times = np.arange(span.start + step / 2, span.end, step)
    frames = np.maximum(np.searchsorted(signals.time, times, side="right") - 1, 0)
    good = signals.contrast[frames] >= min_contrast
    return reel(signals, frames[good], times[good])


def pairs(ours: Sequence[Fingerprint], theirs: Sequence[Fingerprint] | None, rule: Rule) -> Iterator[StripPair]:
    """Every pair of *ours* and *theirs* (or, with None, of two of *ours*, once) that shows the same by *rule*.

    First those whose hashes agree and whose areas rise and fall together, then those that only the layout shows.
    """
    others = ours if theirs is None else theirs
    found: set[tuple[int, int]] = set()
    hashed = strip_pairs(
        [each.strip for each in ours], None if theirs is None else [each.strip for each in others], rule
    )
    for pair in hashed:
        if _moves_alike(ours[pair.one], others[pair.other], pair):
            found.add((pair.one, pair.other))
            yield pair
    yield from _by_layout(ours, theirs, rule, found)


def _moves_alike(own: Fingerprint, other: Fingerprint, pair: StripPair) -> bool:
    """Whether what changes in the stretch of a pair changes in both, which it does not for one camera at two times."""
    here, there = own.reel.between(*pair.here), other.reel.between(*pair.there)
    return laid_out_alike(here, there) if pair.share >= pair.other_share else laid_out_alike(there, here)


def _by_layout(
    ours: Sequence[Fingerprint], theirs: Sequence[Fingerprint] | None, rule: Rule, found: set[tuple[int, int]]
) -> Iterator[StripPair]:
    """The pairs that are not among *found*, cropped, mirrored or at another pace.

    Each video looks for those that are like it, so that the shorter of two, all of whose pictures are in the longer
    one, finds it.
    """
    reels = [each.reel for each in (*ours, *(theirs or ()))]
    search, first = Reels(reels, mirror=True), 0 if theirs is None else len(ours)
    seen = {(one, other + first) for one, other in found}
    known: dict[int, list[int]] = {}
    for one, other in seen:
        known.setdefault(one, []).append(other)
        known.setdefault(other, []).append(one)
    side = np.arange(len(reels)) < len(ours)
    for n, own in enumerate(reels):
        still = np.ones(len(reels), np.bool_) if theirs is None else side != side[n]
        still[[n, *known.get(n, [])]] = False
        for m, turned in search.likely(own, still):
            one, other = min(n, m), max(n, m)
            if (one, other) in seen:
                continue
            shown = reels[one].mirrored() if turned else reels[one]
            alike = _aligned((one, other - first), shown, reels[other], rule)
            if alike is not None:
                seen.add((one, other))
                yield alike


def _aligned(pair: tuple[int, int], one: Reel, other: Reel, rule: Rule) -> StripPair | None:
    """The pair when enough of the shorter of the two is found in the longer one, in order."""
    swap = len(one.times) > len(other.times)
    own, their = (other, one) if swap else (one, other)
    found = alignment(own, their)
    if found is None or found.share < rule.min_share:
        return None
    share, rest = round(found.share, 4), round(found.share_of(their), 4)
    here, there = (found.there, found.here) if swap else (found.here, found.there)
    return StripPair(*pair, *((rest, share) if swap else (share, rest)), here, there, found.seconds)
