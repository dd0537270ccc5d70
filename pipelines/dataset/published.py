"""The note of the files that a build has published, with their hashes, by which damage is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...schemas import make_id
from ...schemas.atomic_file import write_bytes
from ...schemas.build_record import Shard
from ..storage.output_folder import OutputFolder
from ..storage.parts import Part, file_damage, file_sha256
from ..storage.sealed import Damaged, read_sealed, seal
from ..storage.written_files import PUBLISHED as NOTE
from ..storage.written_files import is_ours_to_name
from ..tool_progress import each

__all__ = ["CARD", "NOTE", "Published", "generation", "generation_of", "hashes_of"]

CARD = "README.md"


@dataclass(frozen=True, slots=True)
class Published:
    """The data set that is published in *folder*, and its damaged files."""

    folder: OutputFolder
    generation: str
    damaged: dict[str, str]
    """The damaged files by path below the folder, each with what is wrong, for people."""
    stated: dict[str, str | None]
    """The facts that the config states about all videos, with ``chosen_timelines``."""

    @classmethod
    def read(cls, folder: OutputFolder, generation: str | None = None) -> Published | None:
        """The data set that is published in *folder*; None if there is none, or if it has another *generation*."""
        try:
            noted = read_sealed(folder.state / NOTE)
        except (FileNotFoundError, Damaged):
            return None
        if generation not in (None, noted["generation"]) or not all(map(is_ours_to_name, noted["files"])):
            return None
        files = each(list(noted["files"].items()), "hashes of published files")
        found = {name: file_damage(folder.path / name, sha256) for name, sha256 in files}
        damaged = {name: damage for name, damage in found.items() if damage}
        return cls(folder, noted["generation"], damaged, noted.get("said", {}))

    @staticmethod
    def note(
        folder: OutputFolder,
        generation: str,
        shards: Mapping[str, Shard],
        stated: Mapping[str, str | None],
        media: Mapping[str, str] | None = None,
    ) -> None:
        """Note that *shards*, build.json, the card and *media* (hashes by name; None: those as before) are published.

        This is the last step of publishing.
        """
        files = {name: shard.sha256 for name, shard in shards.items()}
        files |= {path.name: file_sha256(path) for path in (folder.record, folder.path / CARD)}
        folder.written.settle({**files, **(media or {})}, media=media is not None)
        write_bytes(seal({"generation": generation, "files": files, "said": dict(stated)}), folder.state / NOTE)


def chosen_timelines(timelines: str) -> dict[str, str]:
    """What ``output.timelines`` adds to the facts that the name of a data set depends on: nothing by default."""
    return {} if timelines == "all" else {"timelines": timelines}


def generation(passes: Iterable[Iterable[Part]], stated: Mapping[str, str | None]) -> str:
    """The name of a data set of these parts, in any order, and of the facts that are *stated* about all videos, with
    ``chosen_timelines``."""
    return generation_of((sha256 for parts in passes for part in parts for sha256 in hashes_of(part)), stated)


def hashes_of(part: Part) -> list[str]:
    """What the name of a data set depends on in one of its parts."""
    return [entry["sha256"] for entry in part.files.values()]


def generation_of(hashes: Iterable[str], stated: Mapping[str, str | None]) -> str:
    """As ``generation``, of the ``hashes_of`` all parts."""
    return make_id(*sorted(hashes), *(text for item in sorted(stated.items()) if item[1] for text in item))[:8]
