"""The units of the first pass of a build, with their inputs in files: what is sent to workers is where to read."""

from __future__ import annotations

import io
import pickle
import uuid
from collections.abc import Sequence
from pathlib import Path

from ...schemas import make_id
from ...schemas.atomic_file import naming
from ...schemas.input_video import Source
from ..inputs.stored import packed_sources
from .units import StoredInputs, Unit

FILE_BYTES = 2**20
"""A file ends with the unit that makes it as large."""


def stored_units(
    folder: Path, sources: Sequence[Source], keys: Sequence[str], left: Sequence[int], most: int
) -> list[Unit]:
    """Units of *most* rows or fewer of those of *sources* that are *left* (their numbers), in order.

    Args:
        folder: is written to.
        keys: the fingerprints of the sources.

    Raises:
        OSError: the folder cannot be written to.
    """
    own = folder / uuid.uuid4().hex[:12]  # the last workers of a build that was killed find theirs gone
    units: list[Unit] = []
    content, path = io.BytesIO(), own / "0"
    if left:
        own.mkdir(parents=True)
    for start in range(0, len(left), most):
        numbers = left[start : start + most]
        fingerprints = [keys[number] for number in numbers]
        begin = content.tell()
        content.write(pickle.dumps((packed_sources(sources, numbers), fingerprints), pickle.HIGHEST_PROTOCOL))
        stored = StoredInputs(path, begin, content.tell() - begin, len(numbers))
        units.append(Unit(make_id(*fingerprints), stored=stored))
        if content.tell() >= FILE_BYTES or start + most >= len(left):
            with naming(path):
                path.write_bytes(content.getvalue())
            content, path = io.BytesIO(), own / str(len(units))
    return units
