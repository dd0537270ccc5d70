"""Finds the video that a label means: by path, then by file name, then by name without ending, never by a prefix."""

from __future__ import annotations

import os
import unicodedata
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ...rules.media_parts import is_picture
from ...schemas.input_video import Source
from .local import is_video

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]


class Names:
    """The videos of a build by every name that a label file may use for them: a few numbers of each."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._exact, self._files, self._stems = _Table(), _Table(), _Table()
        for number, source in enumerate(sources):
            for table, texts in zip(self._tables, _texts(source), strict=True):
                for text in texts:
                    table.add(text, number)

    @property
    def _tables(self) -> tuple[_Table, _Table, _Table]:
        return self._exact, self._files, self._stems

    def find(self, name: str) -> Sequence[int]:
        """The numbers of the videos that *name* may mean: one, none, or several that it fits equally well."""
        name = _plain(name)
        if len(found := self._among(0, name)):
            return found[:1]
        file = name.rpartition("/")[2]
        for table, text in ((1, name), (2, _stem(name)), (1, file), (2, _stem(file))):
            if text and len(found := self._among(table, text)):
                return found
        return ()

    def _among(self, table: int, text: str) -> Sequence[int]:
        """The videos of which *table* has the *text*, if the first one has it indeed, and not its hash alone."""
        found = self._tables[table].find(text)
        return found if len(found) and text in _texts(self._sources[found[0]])[table] else ()


class _Table:
    """Numbers by text: sixteen bytes of each while it is made, and as many again once something is looked for."""

    def __init__(self) -> None:
        self._hashes, self._numbers = array("q"), array("q")
        self._sorted: tuple[Numbers, Numbers] | None = None

    def add(self, text: str, number: int) -> None:
        """*text* stands for *number*, too. Nothing is added after the first look."""
        self._hashes.append(hash(text))
        self._numbers.append(number)

    def find(self, text: str) -> Sequence[int]:
        """The numbers of texts with the hash of *text*, in the order in which they were added."""
        import numpy as np

        if self._sorted is None:
            hashes, numbers = (np.frombuffer(one, np.int64) for one in (self._hashes, self._numbers))
            order = np.argsort(hashes, kind="stable")
            self._sorted = hashes[order], numbers[order]
        hashes, numbers = self._sorted
        first, last = (int(np.searchsorted(hashes, hash(text), side)) for side in ("left", "right"))
        found: memoryview[int] = numbers[first:last].data
        return found


def _texts(source: Source) -> tuple[list[str], list[str], list[str]]:
    """What *source* is called: as a whole, by the ends of its path, and by these without the ending of the file."""
    name = _plain(source.name)
    return [_plain(source.uri), name], [*_ends(name)], [*_ends(_stem(name))]


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
