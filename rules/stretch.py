"""Which stretch of its video must be shown with a sample, so that every word of it stays true.

The words of samples give times, places and counts of the whole video, in the video's own time. So a sample can be shown
with its stretch alone (``start`` to ``end``) only if nothing in its words depends on the rest. When in doubt, it is
shown with the whole video, with which every sample is right:

- what is about a stretch that its question does not name (a description of one span) is shown with that stretch;
- a prediction is shown with the video up to where it asks: from 0, so that times stay right;
- what compares or orders events by rule is shown with the stretch from the first of them to the last; but what comes
  next to an event with the whole video, for nothing else is left in the stretch of the two;
- what was asked in free words is shown with its stretch, if they hold no time, and the question no place in the video
  (first, the beginning, throughout …) and no number of times;
- all else is shown with the whole video: finding moments, timed lists, counts, first and last things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..schemas import Sample
from .clock import clock_of
from .lazy_pattern import lazy
from .quoted import mask_quotes
from .solve import rule_of
from .stamps import holds_time

Stretch = tuple[float, float]

_PLACE = lazy(
    r"\b(?:first(?:ly)?|last(?:ly)?|begin\w*|beginning|start\w*|end(?:s|ed|ing)?|open(?:s|ed|ing)|clos(?:es|ed|ing)"
    r"|initial\w*|final\w*|eventual\w*|throughout|entire\w*|whole|overall|halfway|middle|half|earl\w+|later|previous\w*"
    r"|intro\w*|outro|how (?:many|often)|number of|times|ever|never|always|only|again|summar\w*|minute\w*)\b",
    re.IGNORECASE,
)
_WHOLE = frozenset({"summary", "count"})
"""Tasks in free words that are about the whole video, or about one thread through it."""


def iou(one: Stretch, other: Stretch) -> float:
    """Intersection over union: how much two stretches share, of what they cover together. Equal points have 1."""
    if one == other:
        return 1.0
    shared = min(one[1], other[1]) - max(one[0], other[0])
    union = max(one[1], other[1]) - min(one[0], other[0])
    return max(shared, 0.0) / union if union > 0 else 0.0


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """*stretches* in their order, those that overlap or touch as one."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def shown_alone(sample: Sample) -> Stretch | None:
    """The stretch (seconds) that must be shown alone; None where the whole video is shown, as for most samples.

    A description of one span asks about that span without naming it, and a prediction must not show what comes. What
    is asked at a time of the video is shown with what may be seen then, and nothing else.
    """
    if sample.seen is not None:
        return sample.seen
    if sample.params.get("about") == "spans":
        return sample.start, sample.end
    if "seen" in sample.params:  # data sets of older versions
        return 0.0, sample.end
    return None


def stretch_of(sample: Sample, *, tight: bool = True) -> Stretch | None:
    """The stretch (seconds) that is shown with *sample*; None for the whole video.

    If not *tight*, only what ``shown_alone`` gives is shown without the rest.
    """
    alone = shown_alone(sample)
    if alone is not None or not tight:
        return alone
    return (sample.start, sample.end) if sample.end > sample.start and _holds(sample) else None


def _holds(sample: Sample) -> bool:
    """Whether all that *sample* says holds of its stretch alone."""
    rule = rule_of(sample.task, sample.params)
    if "grounded" in sample.params or (rule is not None and not rule.within):
        return False
    if rule is None and (sample.task in _WHOLE or _PLACE.search(mask_quotes(_question(sample)))):
        return False
    clock = clock_of(sample.params, float(sample.params.get("duration", "inf")))
    texts = {sample.question, sample.answer, sample.rationale, sample.rejected, *sample.options}
    texts |= {turn.content for turn in sample.messages}
    return not holds_time(texts, clock)


def _question(sample: Sample) -> str:
    return "\n".join([sample.question, *(turn.content for turn in sample.messages if turn.role == "user")])
