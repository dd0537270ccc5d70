"""Finds the video that a label means: by path, then by file name, then by name without ending, never by a prefix."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable

from ...rules.media_parts import is_picture
from ...schemas.input_video import Source
from .local import is_video


class Names:
    """The videos of a build by every name that a label file may use for them."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._exact: dict[str, Source] = {}
        self._files: dict[str, list[Source]] = {}
        self._stems: dict[str, list[Source]] = {}
        for source in sources:
            name = _plain(source.name)
            for text in (_plain(source.uri), name):
                self._exact.setdefault(text, source)
            for ends, table in ((_ends(name), self._files), (_ends(_stem(name)), self._stems)):
                for end in ends:
                    table.setdefault(end, []).append(source)

    def find(self, name: str) -> list[Source]:
        """The videos that *name* may mean: one, none, or several that it fits equally well."""
        name = _plain(name)
        if name in self._exact:
            return [self._exact[name]]
        file = name.rpartition("/")[2]
        for table, text in (
            (self._files, name),
            (self._stems, _stem(name)),
            (self._files, file),
            (self._stems, _stem(file)),
        ):
            if text and (found := table.get(text)):
                return found
        return []


def _plain(name: str) -> str:
    """*name* in one Unicode form (macOS writes accents apart) and with plain slashes."""
    name = name if name.isascii() else unicodedata.normalize("NFC", name)
    name = name.replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    return name


def _stem(name: str) -> str:
    return os.path.splitext(name)[0] if is_video(name) or is_picture(name) else name


def _ends(name: str) -> Iterable[str]:
    """``a/b/c``, ``b/c`` and ``c``."""
    parts = name.split("/")
    return ("/".join(parts[start:]) for start in range(max(0, len(parts) - 8), len(parts)))
