"""Identity: the same content gives the same id, seed and sample on every machine."""

from __future__ import annotations

import hashlib
import random

ID_BYTES = 12
"""Bytes of an id; 24 hexadecimal characters, so that 10⁹ ids collide with odds of about 10⁻¹¹."""


def make_id(*parts: object) -> str:
    """Hash *parts* (their text, in order) into an id of 24 hexadecimal characters."""
    data = bytearray()
    for part in parts:
        text = str(part).encode("utf-8", "surrogatepass")
        data += b"%d:" % len(text)
        data += text
    return hashlib.blake2b(data, digest_size=ID_BYTES).hexdigest()


def seeded(*parts: object) -> random.Random:
    """A random generator that depends on *parts* alone, never on the process, the order or the clock."""
    return random.Random(int(make_id(*parts), 16))
