"""Quotations in a text, and times in quotation marks, which are none."""

from __future__ import annotations

import re

from .figures import digits
from .lazy_pattern import lazy

_QUOTED = lazy(r"(?P<key>\"\w{1,16}\"\s*:(?:\s*\"[\d:.,]+\s*\w{0,7}\")?)|(?<![\d=])\"[^\"]*\"|“[^”]*”|«[^»]*»")
"""Quotations, and keys of JSON, which are none."""
_ONLY_TIME = lazy(
    r"(?=[^\d]*\d)(?:\W|_|\d+(?:st|nd|rd|th)?|(?:(?<=\d)|\b)(?:s|secs?|seconds?|ms|milliseconds?|m|mins?|minutes?|h|hrs?"
    r"|hours?|mm|ss|hh)(?![a-z])|\b(?:t|the|in|into|from|to|of|and|about|around|approx|approximately|roughly|ca|mark|point"
    r"|time ?(?:stamp|code|line)?|video|clip|start|on)\b)*",
    re.IGNORECASE,
)
_WRITTEN = lazy(
    r"\b(?:say(?:s|ing)?|said|reads?|reading|shows?|showing|displays?|spells?|written|word(?:s|ed)?|text|sign|label|clock"
    r"|caption(?:ed)?|title|titled|called|named)\W*$",
    re.IGNORECASE,
)


_MEASURED = lazy(
    r"\"(?:answer|count|total|number|times|how_\w+|occurrences|duration|length|value|result)\"\s*:\s*$", re.IGNORECASE
)
_MEASURE = lazy(r"[^A-Z]{0,40}\b(?:once|twice|thrice|times|occasions|seconds?|secs?|minutes?|mins?)\b[^A-Z]{0,16}")
"""How long or how often, as a value of JSON, which quotes nothing: ``"count": "exactly seven times"``."""


def mask_quotes(text: str) -> str:
    """*text* with everything in double quotation marks, marks included, replaced by spaces."""
    return _QUOTED.sub(lambda match: _unquoted(match, text), text)


def is_quoted_time(quote: str, before: str) -> bool:
    """Whether *quote* is a time in quotation marks, and nothing that the words *before* it say is written somewhere."""
    return _ONLY_TIME.fullmatch(digits(quote).text) is not None and _WRITTEN.search(before) is None


def _unquoted(match: re.Match[str], text: str) -> str:
    if match["key"]:
        return match[0]
    measured = _MEASURED.search(text[: match.start()]) and _MEASURE.fullmatch(match[0][1:-1])
    if measured or is_quoted_time(match[0][1:-1], text[: match.start()]):
        return f" {match[0][1:-1]} "
    return " " * len(match[0])
