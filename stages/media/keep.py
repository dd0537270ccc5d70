"""Keep: take only videos with a licence, or from a source, that is wanted."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field, model_validator

from ...schemas import Dropped, Timeline
from ...schemas.timeline import STATED
from ..stage import Stage

_COMMONS = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z-]+)/([0-9.]+)(?:/.*)?"
)
EXCEPT = "!"
"""What a pattern begins with whose videos are not wanted."""


class Keep(Stage):
    """Keep the videos whose licence and source are among those that are wanted, and drop the others unopened.

    What each video states is in the columns ``licence`` (or ``license``) and ``source`` of its manifest, such as a
    ``metadata.jsonl``. Put this stage first: what it drops is neither read nor scanned.
    """

    licence: list[str] = Field(default_factory=list)
    """Licences to keep, as patterns: ``[cc0-1.0, cc-by-*]``. One that begins with ``!`` takes out: ``["!*-nc-*"]``
    alone keeps all but those. Capitals, spaces and dashes do not count; addresses at creativecommons.org are known.
    Without it and without ``source``, every licence is kept, as long as one is stated."""
    source: list[str] = Field(default_factory=list)
    """Sources to keep, as patterns, in the same way: ``["*pexels.com*"]``."""
    unstated: Literal["drop", "keep"] = "drop"
    """What becomes of a video that does not state what is asked for."""

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {key: [value] if isinstance(value, str) and key in STATED else value for key, value in given.items()}

    def run(self, video: Timeline) -> Timeline:
        """Let *video* pass.

        Raises:
            Dropped: ``licence_not_wanted``, ``licence_not_stated``, ``source_not_wanted`` or ``source_not_stated``.
        """
        for name, columns in STATED.items():
            patterns: list[str] = getattr(self, name)
            if not patterns and (name == "source" or self.source):
                continue
            stated = next((video.attrs[column] for column in columns if video.attrs.get(column)), "")
            if not stated and self.unstated == "drop":
                raise Dropped(f"{name}_not_stated")
            if stated and not wanted(stated, patterns):
                raise Dropped(f"{name}_not_wanted", detail=stated)
        return video


def wanted(stated: str, patterns: list[str]) -> bool:
    """Whether *patterns* take in what is *stated*: one of them does, if any is without ``!``, and none takes it out."""
    text = plain(stated)
    takes = [plain(pattern) for pattern in patterns if not pattern.startswith(EXCEPT)]
    leaves = [plain(pattern[len(EXCEPT) :]) for pattern in patterns if pattern.startswith(EXCEPT)]
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
