"""Lists that are too long for memory: what is in them lies in a file of this machine."""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, Generic, Self, TypeVar, overload

Item = TypeVar("Item")

IN_MEMORY = 2**20
"""Bytes from which on a list is in a file."""


class StoredList(Sequence[Item], Generic[Item]):
    """Items of which each is read anew when it is asked for: a change of what is read changes nothing here.

    The file has no name, and is gone with the last of its lists.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        """
        Raises:
            OSError: the folder for temporary files cannot be written to.
        """
        with self.writing():
            self._file: IO[bytes] = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed with the last list
        self._end = 0
        self._starts, self._sizes = array("Q"), array("L")
        for item in items:
            self.append(item)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Errors of the file are raised from inside."""
        yield

    def append(self, item: Item) -> None:
        """Add *item* at the end."""
        self._starts.append(0)
        self._sizes.append(0)
        self.replace(len(self) - 1, item)

    def replace(self, number: int, item: Item) -> None:
        """Put *item* in the place *number*."""
        data = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        with self.writing():
            self._file.seek(self._end)
            self._file.write(data)
        self._starts[number], self._sizes[number] = self._end, len(data)
        self._end += len(data)

    def ordered(self, key: Callable[[Item], Any]) -> Self:
        """The same items in the order of *key*."""
        keys = [key(item) for item in self]
        return self.only(sorted(range(len(self)), key=keys.__getitem__))

    def only(self, numbers: Iterable[int]) -> Self:
        """Those of *numbers*, in their order, in the same file. Nothing more is to be added to either list."""
        some = object.__new__(type(self))
        some._file, some._end = self._file, self._end
        chosen = array("Q", numbers)
        some._starts = array("Q", (self._starts[number] for number in chosen))
        some._sizes = array("L", (self._sizes[number] for number in chosen))
        return some

    def packed(self, number: int) -> bytes:
        """The item *number*, pickled."""
        with self.writing():  # what is left of it, before the first byte can be read
            self._file.seek(self._starts[number])
        return self._file.read(self._sizes[number])

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, number: int) -> Item: ...
    @overload
    def __getitem__(self, number: slice) -> Self: ...
    def __getitem__(self, number: int | slice) -> Item | Self:
        if isinstance(number, slice):
            return self.only(range(len(self))[number])
        item: Item = pickle.loads(self.packed(number))
        return item

    def __iter__(self) -> Iterator[Item]:
        return (self[number] for number in range(len(self)))


def only(items: Sequence[Item], numbers: Iterable[int]) -> Sequence[Item]:
    """Those of *items* that have these *numbers*, in their order; stored ones stay where they are."""
    return items.only(numbers) if isinstance(items, StoredList) else [items[number] for number in numbers]
