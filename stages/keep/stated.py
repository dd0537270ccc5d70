"""Patterns for texts: licences, sources, labels, attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

_COMMONS = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/([0-9.]+)(?:/.*)?"
)
EXCEPT = "!"
"""What a pattern begins with whose texts are not wanted."""


def wanted(stated: str, patterns: Iterable[str]) -> bool:
    """Whether *patterns* take in what is *stated*: one of them does, if any is without ``!``, and none takes it out."""
    text, patterns = plain(stated), list(patterns)
    takes = [plain(one) for one in patterns if not one.startswith(EXCEPT)]
    leaves = [plain(one[len(EXCEPT) :]) for one in patterns if one.startswith(EXCEPT)]
    return (not takes or any(fnmatchcase(text, one) for one in takes)) and not any(
        fnmatchcase(text, one) for one in leaves
    )


def plain(text: str) -> str:
    """*text* in lower case with single dashes: ``CC BY 4.0``, ``cc-by-4.0`` and its address are ``cc-by-4.0``."""
    text = text.strip().casefold()
    if found := _COMMONS.fullmatch(text):
        kind, name, version = found.groups()
        name = {"zero": "cc0", "mark": "pdm"}.get(name, f"cc-{name}") if kind == "publicdomain" else f"cc-{name}"
        text = f"{name}-{version}"
    return re.sub(r"[\s_-]+", "-", text)
