"""JSON that carries the SHA-256 of its own content, so that damage is found wherever it is.

The file is one JSON object. Its first key, ``check``, is the hash of the bytes that the file would have without it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ...schemas.atomic_file import read_regular

_HEAD, _HASH = b'{"check": "', 64


class Damaged(ValueError):
    """The content is not what was written. Its text, for people, says how that was found."""


def seal(content: dict[str, Any]) -> bytes:
    """*content* (JSON types) as bytes for a file."""
    body = json.dumps(content, ensure_ascii=True).encode()
    return _HEAD + hashlib.sha256(body).hexdigest().encode() + (b'", ' if content else b'"') + body[1:]


def unseal(data: bytes) -> dict[str, Any]:
    """What was sealed.

    Raises:
        Damaged: a byte is not what it was, or it never was sealed.
    """
    if not data:
        raise Damaged("it is empty")
    if not data.startswith(_HEAD):
        raise Damaged("it is damaged, or was not written by this version of vdata")
    check, rest = data[len(_HEAD) : len(_HEAD) + _HASH], data[len(_HEAD) + _HASH :]
    body = b"{" + (rest[3:] if rest.startswith(b'", ') else rest[1:])
    if rest[:1] != b'"' or hashlib.sha256(body).hexdigest().encode() != check:
        raise Damaged("its content does not match its checksum")
    try:
        content: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError):
        raise Damaged("it is not what vdata writes") from None
    return content


def read_sealed(path: Path) -> dict[str, Any]:
    """What was sealed in the file *path*.

    Raises:
        Damaged: it is not whole.
        OSError: it cannot be read.
    """
    return unseal(read_regular(path))


def is_sealed(path: Path) -> bool:
    """Whether the file *path* is whole, and was sealed."""
    try:
        read_sealed(path)
    except (OSError, Damaged):
        return False
    return True
