"""The value of a time in words, and by how much its writing lets it be off. For stamps.py."""

from __future__ import annotations

import re

from .lazy_pattern import lazy
from .stamp_patterns import GOOD, QUARTERS, N

_LOOSE = lazy(r"\b(?:or so|or thereabouts|ish)\b")
_TENS = lazy(r"\d+0[ -](?:odd|something)\b")
"""``sixty-odd``: more than 60 and less than 70."""


def spelt(written: str, kind: str, about: bool) -> tuple[float, float]:
    """The value and the slack of ``7.5 seconds``, ``a minute and five seconds``, ``half a minute``."""
    found = re.findall(N, written)
    unit = 60.0 if "minute" in written or kind == "minutes" else 1.0
    if kind == "share":
        if re.match(r"3[\s-]quarter|2[\s-]third", written):
            return (0.75 if written[0] == "3" else 2 / 3) * unit, 1.0 if unit == 1 else 8.0 if about else 5.0
        word = next((word for word in re.findall(r"\w+|[½¼¾]", written) if word in QUARTERS), "half")
        return QUARTERS[word] * unit, 1.0 if unit == 1 else 8.0 if about else 5.0
    if kind == "couple":
        few = "couple" not in written
        return (5.0 if few else 2.0) * unit, (4.0 if few else 2.0) if unit == 1 else 180.0 if few else 20.0
    if kind == "two":
        more = 0.75 if re.search(r"3[\s-]quarter", written) else 0.25 if "quarter" in written else 0.5
        whole = float(found[0]) if found and not re.match(r"an?\b", written) else 1.0
        return (whole + more) * unit, 1.0 if unit == 1 else 15.0 if about else 10.0
    if kind == "clock":
        rest = float(found[2]) if len(found) > 2 else 0.0
        return 3600 * float(found[0]) + 60 * float(found[1]) + rest, slack_of(found[-1]) + about + 9.0 * (
            len(found) < 3
        )
    if kind == "milli":
        return float(found[0]) / 1000, 0.1 + about
    about = about or _LOOSE.search(written) is not None or " good " in written
    if kind == "seconds" and _TENS.match(written):
        return float(found[0]) + 5.0, 6.0
    values = [float(one) for one in (["1", *found] if re.match(r"(?:an?|the)\b", written) else found)]
    if kind == "minutes":
        if len(values) > 1:
            return 60 * values[0] + values[1], slack_of(found[-1]) + about
        if "." in written and found:
            return 60 * values[0], 0.5 if len(found[0].partition(".")[2]) > 1 else 3.0 + 9.0 * about
        if GOOD.search(written):
            return 60 * values[0] + 10, 15.0
        return 60 * values[0], 15.0 if about else 10.0
    return values[0], slack_of(written) + (loosely(values[0], "." in written) if about else 0.0)


def loosely(value: float, fine: bool = False) -> float:
    """By how many seconds more ``about`` lets *value* be off; a round one by more, unless it is written *fine*."""
    return max(1.0, min(0.17 * value, 8.0)) if value % 5 == 0 and not fine else 1.0


def slack_of(written: str) -> float:
    """By how many seconds a number may be off: a tenth where it has a point, or one."""
    return 0.1 if "." in written else 1.0
