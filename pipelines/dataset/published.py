"""A note of the files that a build has published, by which damage to them is found."""

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
"""Its name in the state of a build."""
CARD = "README.md"


@dataclass(frozen=True, slots=True)
class Published:
    """The data set that is published in *folder*, and those of its files that are damaged."""

    folder: OutputFolder
    generation: str
    damaged: dict[str, str]
    """By path below the folder: what is wrong, for people."""
    stated: dict[str, str | None]
    """What the config stated of all videos."""

    @classmethod
    def read(cls, folder: OutputFolder, generation: str | None = None) -> Published | None:
        """What is published in *folder*; None when nothing is, or when it is not of this *generation*."""
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
        """Note that *shards*, build.json and the card are published now. To be called last."""
        files = {name: shard.sha256 for name, shard in shards.items()}
        files |= {path.name: file_sha256(path) for path in (folder.record, folder.path / CARD)}
        write_bytes(seal({"generation": generation, "files": files, "said": dict(stated)}), folder.state / NOTE)

    def put_aside_card(self) -> None:
        """Keep a card that somebody has changed: the next one takes its place."""
        card = self.folder.path / CARD
        if CARD in self.damaged and card.is_file():
            os.replace(card, self.folder.state / f"{CARD}.before")


def generation(passes: Iterable[Iterable[Part]], stated: Mapping[str, str | None]) -> str:
    """A name for what is published from the parts of *passes*, in any order, with what is *stated* of all videos."""
    hashes = [entry["sha256"] for parts in passes for part in parts for entry in part.files.values()]
    return make_id(*sorted(hashes), *(text for item in sorted(stated.items()) if item[1] for text in item))[:8]
