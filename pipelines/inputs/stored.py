"""The inputs of a build in order: many are in a file of this machine instead of in memory."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from ...schemas.input_video import Source
from ...schemas.stored_list import StoredList
from .local import SourceError


class StoredSources(StoredList[Source]):
    """Inputs of which each is read when it is asked for.

    Raises:
        SourceError: the folder for temporary files cannot be written to.
    """

    @contextmanager
    def writing(self) -> Iterator[None]:
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
