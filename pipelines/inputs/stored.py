"""The inputs of a build in order: many are in a file of this machine instead of in memory."""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, overload

from ...schemas.input_video import Source
from .local import SourceError

IN_MEMORY = 2**20
"""Bytes from which on they are in a file."""


class StoredSources(Sequence[Source]):
    """Inputs of which each is read when it is asked for: a change of what is read changes nothing here.

    The file has no name, and is gone with the last of its lists.
    """

    def __init__(self, sources: Iterable[Source] = ()) -> None:
        """
        Raises:
            SourceError: the folder for temporary files cannot be written to.
        """
        with _writing():
            self._file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the last list
        self._end = 0
        self._starts, self._sizes = array("Q"), array("L")
        for source in sources:
            self.append(source)

    def append(self, source: Source) -> None:
        """Add *source* at the end."""
        self._starts.append(0)
        self._sizes.append(0)
        self.replace(len(self) - 1, source)

    def replace(self, number: int, source: Source) -> None:
        """Put *source* in the place *number*."""
        data = pickle.dumps(source, pickle.HIGHEST_PROTOCOL)
        with _writing():
            self._file.seek(self._end)
            self._file.write(data)
        self._starts[number], self._sizes[number] = self._end, len(data)
        self._end += len(data)

    def ordered(self, key: Callable[[Source], Any]) -> StoredSources:
        """The same inputs in the order of *key*."""
        keys = [key(source) for source in self]
        return self._some(sorted(range(len(self)), key=keys.__getitem__))

    def packed(self, number: int) -> bytes:
        """The input *number*, pickled."""
        with _writing():  # what is left of it, before the first byte can be read
            self._file.seek(self._starts[number])
        return self._file.read(self._sizes[number])

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, number: int) -> Source: ...
    @overload
    def __getitem__(self, number: slice) -> StoredSources: ...
    def __getitem__(self, number: int | slice) -> Source | StoredSources:
        if isinstance(number, slice):
            return self._some(range(len(self))[number])
        source: Source = pickle.loads(self.packed(number))
        return source

    def __iter__(self) -> Iterator[Source]:
        return (self[number] for number in range(len(self)))

    def _some(self, numbers: Iterable[int]) -> StoredSources:
        """Those of *numbers*, in their order, in the same file. Nothing more is to be added to either."""
        some = object.__new__(StoredSources)
        some._file, some._end = self._file, self._end
        chosen = list(numbers)
        some._starts = array("Q", (self._starts[number] for number in chosen))
        some._sizes = array("L", (self._sizes[number] for number in chosen))
        return some


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceError(
            f"The inputs cannot be written to {tempfile.gettempdir()}: {error.strerror}. Make room there, or set "
            "TMPDIR to another folder."
        ) from None


def packed_sources(sources: Sequence[Source], numbers: Iterable[int]) -> list[bytes]:
    """Those of *sources*, each pickled."""
    if isinstance(sources, StoredSources):
        return [sources.packed(number) for number in numbers]
    return [pickle.dumps(sources[number], pickle.HIGHEST_PROTOCOL) for number in numbers]
