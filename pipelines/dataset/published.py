"""The note of the files that a build has published, with their hashes, by which damage is found."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...schemas import make_id
from ...schemas.atomic_file import write_bytes
from ...schemas.build_record import Shard
from ..storage.output_folder import OutputFolder
from ..storage.parts import Part, file_damage, file_sha256
from ..storage.sealed import Damaged, read_sealed, seal

NOTE = "published.json"
"""The name of the note in the state folder of a build."""
CARD = "README.md"


@dataclass(frozen=True, slots=True)
class Published:
    """The data set that is published in *folder*, and its damaged files."""

    folder: OutputFolder
    generation: str
    damaged: dict[str, str]
    """The damaged files by path below the folder, each with what is wrong, for people."""
    stated: dict[str, str | None]
    """The facts that the config states about all videos."""

    @classmethod
    def read(cls, folder: OutputFolder, generation: str | None = None) -> Published | None:
        """The data set that is published in *folder*; None if there is none, or if it has another *generation*."""
        try:
            noted = read_sealed(folder.state / NOTE)
        except (FileNotFoundError, Damaged):
            return None
        if generation not in (None, noted["generation"]):
            return None
        found = {name: file_damage(folder.path / name, sha256) for name, sha256 in noted["files"].items()}
        damaged = {name: damage for name, damage in found.items() if damage}
        return cls(folder, noted["generation"], damaged, noted.get("said", {}))

    @staticmethod
    def note(
        folder: OutputFolder,
        generation: str,
        shards: Mapping[str, Shard],
        stated: Mapping[str, str | None],
    ) -> None:
        """Note that *shards*, build.json and the card are published. This is the last step of publishing."""
        files = {name: shard.sha256 for name, shard in shards.items()}
        files |= {path.name: file_sha256(path) for path in (folder.record, folder.path / CARD)}
        write_bytes(seal({"generation": generation, "files": files, "said": dict(stated)}), folder.state / NOTE)

    def put_aside_card(self) -> None:
        """Move a card that was edited into the state folder, before the next card replaces it."""
        card = self.folder.path / CARD
        if CARD in self.damaged and card.is_file():
            os.replace(card, self.folder.state / f"{CARD}.before")


def generation(passes: Iterable[Iterable[Part]], stated: Mapping[str, str | None]) -> str:
    """The name of a data set of these parts, in any order, and of the facts that are *stated* about all videos."""
    hashes = [entry["sha256"] for parts in passes for part in parts for entry in part.files.values()]
    return make_id(*sorted(hashes), *(text for item in sorted(stated.items()) if item[1] for text in item))[:8]
