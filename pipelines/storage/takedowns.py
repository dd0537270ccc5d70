"""What was taken down of a data set, remembered so that no later build brings it back; by hashes, never by name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ...schemas import make_id
from ...schemas.atomic_file import write_bytes
from ...schemas.input_video import Source
from ...schemas.stored_list import only
from ...schemas.uri import is_url
from .parts import file_sha256
from .sealed import read_sealed, seal

TAKEDOWNS = "takedowns.json"
"""The name of the note in the state of a data set."""


@dataclass(frozen=True, slots=True)
class Takedown:
    """A video that was taken down."""

    id: str
    """That of its row: a hash of its content, or of its name when no file was opened."""
    uri: str
    """SHA-256 of its uri."""
    size: int = 0
    """Bytes of its file; 0 when it had none."""


class Takedowns:
    """The videos that were taken down of the data set whose *state* folder this is."""

    def __init__(self, state: Path) -> None:
        """
        Raises:
            Damaged: the note is not what was written: a build that goes on would bring back what it names.
        """
        self.path = state / TAKEDOWNS
        self.list: list[Takedown] = []
        if self.path.exists():
            self.list = [Takedown(**one) for one in read_sealed(self.path)["taken_down"]]

    def __len__(self) -> int:
        return len(self.list)

    @property
    def ids(self) -> set[str]:
        return {one.id for one in self.list}

    def add(self, others: Iterable[Takedown]) -> None:
        """Remember *others* as well."""
        new = [one for one in dict.fromkeys(others) if one not in self.list]
        if new:
            self.list += new
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(seal({"taken_down": [asdict(one) for one in self.list]}), self.path)

    def names(self, video: str) -> bool:
        """Whether the *video* of this uri, name in a label file, or id was taken down."""
        return bool(self.ids & {video, make_id(video)}) or uri_hash(video) in {one.uri for one in self.list}

    def without(self, sources: Sequence[Source]) -> Sequence[Source]:
        """*sources* less what was taken down: the same uri, or, under whatever name, the same content."""
        if not self.list:
            return sources
        uris, ids, sizes = {one.uri for one in self.list}, self.ids, {one.size for one in self.list} - {0}
        return only(
            sources,
            (
                number
                for number, one in enumerate(sources)
                if uri_hash(one.uri) not in uris and make_id(one.name) not in ids and not _has_content(one, sizes, ids)
            ),
        )


def uri_hash(uri: str) -> str:
    """What is remembered of a uri."""
    return hashlib.sha256(uri.encode("utf-8", "surrogatepass")).hexdigest()


def _has_content(source: Source, sizes: set[int], ids: set[str]) -> bool:
    if source.size not in sizes or is_url(source.path):
        return False
    try:
        return make_id(source.sha256 or file_sha256(Path(source.path))) in ids
    except OSError:  # the probe will say so
        return False
