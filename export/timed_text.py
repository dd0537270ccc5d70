"""The times that stand in the words of a sample, found and written otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..rules.clock import clock_of
from ..rules.quoted import mask_quotes
from ..rules.stamps import stamps
from ..schemas import Sample
from .format import Unsupported

_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")


def timed_text(text: str, sample: Sample, write: Callable[[float, str], str]) -> tuple[str, list[float]]:
    """*text* with what ``write(seconds, number)`` makes of each number that is a time, and the times in seconds.

    Raises:
        Unsupported: ``time_in_free_words``; it is not known which number is which time.
    """
    clock = clock_of(sample.params, float(sample.params.get("duration", "inf")))
    made, at = "", 0
    times: list[float] = []
    for stamp in stamps(mask_quotes(text), clock):
        moments = [stamp.start] if stamp.point else [stamp.start, stamp.end]
        written = text[stamp.at : stamp.until]
        numbers = list(_NUMBER.finditer(written))
        if len(numbers) != len(moments):
            raise Unsupported("time_in_free_words")
        times += moments
        made += text[at : stamp.at]
        left = 0
        for number, moment in zip(numbers, moments, strict=True):
            made += written[left : number.start()] + write(moment, number.group())
            left = number.end()
        made += written[left:]
        at = stamp.until
    return made + text[at:], times
