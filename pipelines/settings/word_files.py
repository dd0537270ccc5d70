"""Words that a config keeps in files of their own: ``prompt: {file: words/caption.txt}``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..yaml.yaml_lines import Path as Keys
from .paths import missing

KEYS = ("prompt", "instructions")
"""The keys of a stage that asks a teacher under which ``file`` may stand for a text."""
FileProblem = tuple[Keys, str, str]
"""Where in the settings, what is wrong, and a hint."""
LARGEST = 1 << 20
"""Bytes of such a file at most."""


def words_of_files(settings: Mapping[str, Any], base: Path | None) -> tuple[dict[str, Any], list[FileProblem]]:
    """*settings* of a stage with the text of each file in the place of ``{file: …}``, and what is wrong with files.

    Without a *base* folder, as for a stage that asks nobody, they stay as they are.
    """
    if base is None:
        return dict(settings), []
    files = _WordFiles(base)
    return files.read_in(settings), files.problems


class _WordFiles:
    """Puts the texts of files into the settings of a stage, and collects what is wrong with the files."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.problems: list[FileProblem] = []

    def read_in(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """*settings* with the text of each file in the place of ``{file: …}``."""
        found = dict(settings)
        for key in KEYS:
            if isinstance(value := settings.get(key), Mapping):
                found[key] = self._texts(value, (key,), whole=key == "instructions")
        return found

    def _texts(self, value: Mapping[str, Any], at: Keys, *, whole: bool) -> Any:
        """*value* with its texts: as one text where it is one, with *whole*, else under the key ``text``."""
        if not isinstance(value.get("file"), str):
            return {
                name: self._texts(one, (*at, name), whole=whole) if isinstance(one, Mapping) else one
                for name, one in value.items()
            }
        if "text" in value:
            self.problems.append(((*at, "file"), "stands beside text, which says the same.", "Remove one of them."))
        text = self._text(value["file"], (*at, "file"))
        rest = {name: one for name, one in value.items() if name != "file"}
        return text if whole and not rest else {**rest, "text": text}

    def _text(self, name: str, at: Keys) -> str:
        """The text of the file *name*; a letter in its place where it cannot be read, so that only this is said."""
        path = self.base / os.path.expanduser(name)
        if wrong := missing(name, self.base):
            self.problems.append((at, *wrong))
            return "x"
        try:
            if path.stat().st_size > LARGEST:
                self.problems.append((at, f"{name} is larger than a MiB.", "Is it a text?"))
                return "x"
            text = path.read_text(encoding="utf-8-sig").strip()
        except (OSError, ValueError) as error:
            why = "is not a text in UTF-8" if isinstance(error, ValueError) else f"cannot be read: {error.strerror}"
            self.problems.append((at, f"{name} {why}.", ""))
            return "x"
        if not text:
            self.problems.append((at, f"{name} is empty.", ""))
        return text or "x"
