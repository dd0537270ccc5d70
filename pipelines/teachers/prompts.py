"""The instructions that teachers were given, noted as they are sent: a data set's card shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from ...schemas.atomic_file import write_bytes
from ..storage.sealed import Damaged, read_sealed, seal

Prompt = tuple[str, str, str]
"""A teacher, a purpose (a stage), and a system text. What a video says is never in one: it is in the user's turn."""
MOST = 16
"""Different texts of one teacher and purpose that are noted."""


class Prompts:
    """The instructions of this worker's teachers in *folder*: a file for each text, so that many workers can write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._noted: set[Prompt] = set()

    def note(self, prompts: Iterable[Prompt]) -> None:
        """Write those of *prompts* that are new."""
        for one in sorted(set(prompts) - self._noted):
            teacher, purpose, _ = one
            if sum(known[:2] == (teacher, purpose) for known in self._noted) < MOST:
                name = hashlib.sha256("\0".join(one).encode("utf-8", "surrogatepass")).hexdigest()[:16]
                if not (path := self.folder / f"{name}.json").exists():
                    self.folder.mkdir(parents=True, exist_ok=True)
                    write_bytes(seal(dict(zip(("teacher", "purpose", "text"), one, strict=True))), path)
            self._noted.add(one)


def read_prompts(folder: Path) -> dict[str, dict[str, list[str]]]:
    """The texts by teacher and purpose, sorted; a damaged file counts for nothing."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(path for path in folder.glob("*.json") if not path.name.startswith(".")):
        try:
            one = read_sealed(path)
        except Damaged:
            continue
        found.setdefault(one["teacher"], {}).setdefault(one["purpose"], []).append(one["text"])
    return {
        teacher: {purpose: sorted(texts) for purpose, texts in sorted(purposes.items())}
        for teacher, purposes in sorted(found.items())
    }
