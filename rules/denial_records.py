"""Records that deny or assert what they are about, told as prose: ``{"event": "a dog runs", "present": "no"}``."""

from __future__ import annotations

import re

from .lazy_pattern import lazy

_QUOTE = r"[\"'`*]*"
_FIELD = lazy(
    rf"(?:^|(?<=[{{\[,;|\n]))\s*(?:[-*•]\s+)?{_QUOTE}(?P<key>[A-Za-z]\w{{0,15}}(?:[ -]\w{{1,15}})?){_QUOTE}\s*[:=]\s*"
    rf"(?P<value>\"[^\"\n]*\"|'[^'\n]*'(?=\s*[,}}\]\n]|\s*$)|[^,;|\n{{}}\[\]]*)",
)
"""A key and its value: of JSON, of YAML, of a list of lines or of a line with commas or bars."""
_NO = ("no", "false", "absent", "never", "none", "not present", "not shown", "not seen", "not visible", "not observed",
       "does not happen", "missing", "n", "0", "not found", "not detected")  # fmt: skip
_YES = ("yes", "true", "present", "shown", "seen", "visible", "observed", "y", "1", "found", "detected")
_ABSENCE = lazy(r"(?:absent|missing|absence|denied|negated|negative)", re.IGNORECASE)
"""Keys of which a yes denies."""


def records_told(text: str) -> str:
    """*text*, if it is one record with a statement and a yes or a no, as ``Not: STATEMENT`` or ``STATEMENT``.

    Other texts come back as they are.
    """
    fields = [(match["key"], match["value"].strip(" \t.`*\"'}]")) for match in _FIELD.finditer(text)]
    told = [value for _, value in fields if " " in value and value.casefold() not in _NO]
    verdicts = [
        (value.casefold() in _YES) != (_ABSENCE.search(key) is not None)
        for key, value in fields
        if value.casefold() in (*_NO, *_YES)
    ]
    if len(told) != 1 or len(verdicts) != 1 or len(fields) < 2:
        return text
    return told[0] if verdicts[0] else f"Not: {told[0]}"
