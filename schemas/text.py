"""Text from the outside world, made safe for Arrow and for a terminal."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """Drop ANSI codes and control characters, join the halves of surrogate pairs,
    and replace lone ones by U+FFFD.

    Newlines and tabs stay. The result always encodes to UTF-8.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROL.sub("", _ANSI.sub("", text))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
