"""The members of a large JSON object, one at a time: only some of the file is in memory."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import IO, Any

from .label_import import LabelError
from .table_rows import load_json

CHUNK = 2**18
"""Bytes that are read at once, and more where one member has more."""
MARGIN = 3
"""Characters behind a number of which it may be the first part: ``1`` of ``1e+5``."""
_SPACE = " \t\n\r"


class NotThere(Exception):
    """What is read does not go on as an object does, or a key comes twice."""


def members(file: IO[bytes], path: str, inside: str = "") -> Iterator[tuple[str, Any]] | None:
    """The members of the object that *file* (which can seek) holds, or of the object under *inside* in it; None when it
    holds none. They are those of ``load_json`` in the same order: of a key that comes twice, the last value.

    Raises:
        LabelError: it is not JSON.
    """
    try:
        depth = _check(file, inside)
    except (NotThere, ValueError, RecursionError):  # to be said, or the last of values to be found: by all of it
        file.seek(0)
        table = load_json(file.read(), path)
        if inside and isinstance(table, dict) and isinstance(table.get(inside), dict):
            table = table[inside]
        return iter(table.items()) if isinstance(table, dict) else None
    return _Reader(file).members(inside if depth else "", path)


def _check(file: IO[bytes], inside: str) -> bool:
    """Read all of *file* without keeping it; whether there is an object under *inside*.

    Raises:
        NotThere, ValueError: it is not an object as JSON has it, or a key comes twice.
    """
    reader = _Reader(file)
    found = False
    for key in reader.each_key():
        if inside and key == inside and reader.peek() == "{":
            for _ in reader.each_key():
                reader.value()
            found = True
        else:
            reader.value()
    if reader.peek():
        raise NotThere
    return found


class _Reader:
    """Reads JSON from the start of *file*, with a window of its text in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        file.seek(0)
        self._file, self._text, self._at, self._ended = file, "", 0, False
        head = file.read(3)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise NotThere
        file.seek(3 if head == codecs.BOM_UTF8 else 0)
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._scan = json.JSONDecoder().raw_decode

    def members(self, inside: str, path: str) -> Iterator[tuple[str, Any]]:
        """The members, of a file that was checked."""
        try:
            for key in self.each_key():
                if inside and key == inside:
                    for own in self.each_key():
                        yield own, self.value()
                    return
                value = self.value()
                if not inside:
                    yield key, value
        except (NotThere, ValueError):
            raise LabelError(f"{path}: was changed while it was read.") from None

    def each_key(self) -> Iterator[str]:
        """The keys of the object that begins here, each once. The value is to be read before the next."""
        self._take("{")
        seen: set[str] = set()
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            key = self.value()
            if not isinstance(key, str) or key in seen:
                raise NotThere
            seen.add(key)
            self._take(":")
            yield key
            if self.peek() == "}":
                self._at += 1
                return
            self._take(",")

    def value(self) -> Any:
        """The value that begins here. What ends with the window may go on behind it."""
        self.peek()
        while True:
            try:
                found, end = self._scan(self._text, self._at)
                if end < len(self._text) - MARGIN or self._ended:
                    self._at = end
                    return found
            except ValueError:
                if self._ended:
                    raise
            self._more()

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _take(self, wanted: str) -> None:
        if self.peek() != wanted:
            raise NotThere
        self._at += 1

    def _more(self) -> bool:
        """Read on; whether there was more."""
        if self._ended:
            return False
        left = self._text[self._at :]
        data = self._file.read(max(CHUNK, len(left)))
        self._ended = not data
        self._text, self._at = left + self._decode(data, final=self._ended), 0
        return True
