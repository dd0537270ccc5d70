"""Text from the outside world, made safe for Arrow and for a terminal."""

from __future__ import annotations

import re

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_UNCLEAN = re.compile(_CONTROL.pattern[:-1] + r"\r\ud800-\udfff]")
_RETURN = re.compile(r"\r\n?")


def is_clean(text: str) -> bool:
    """Whether ``clean`` would leave *text* as it is."""
    return (text.isascii() and text.isprintable()) or _UNCLEAN.search(text) is None


def clean(text: str) -> str:
    """Drop ANSI codes, control characters and those that turn the direction of text around (U+202A to U+202E, U+2066 to
    U+2069), join the halves of surrogate pairs, and replace lone ones by U+FFFD.

    Newlines and tabs stay; a carriage return, alone or before a newline, becomes one newline. The result always encodes
    to UTF-8.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _CONTROL.sub("", _ANSI.sub("", _RETURN.sub("\n", text)))
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
