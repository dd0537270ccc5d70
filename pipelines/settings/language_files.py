"""A language of questions in a file of its own: ``language: words/it.yaml``."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...rules.language_words import Language
from ..yaml.complaints import models_in
from ..yaml.yaml_lines import Document, Mistake, parse
from ..yaml.yaml_lines import Path as Keys
from .paths import missing

KEY = "language"
ENDINGS = (".yaml", ".yml")
LARGEST = 1 << 20
"""Bytes of such a file at most."""


class LanguageFiles:
    """The languages that a config keeps in files, by where their names stand in it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.found: dict[Keys, tuple[str, Document]] = {}

    def read_in(self, model: Any, settings: dict[str, Any], at: Keys) -> tuple[dict[str, Any], list[Mistake]]:
        """*settings* of the stage *model*, which stand *at* a place, with the language in the place of its file's name,
        and what is wrong with the file, in which case there is none."""
        name, field = settings.get(KEY), model.model_fields.get(KEY)
        if field is None or Language not in models_in(field.annotation):
            return settings, []
        if not isinstance(name, str) or not name.endswith(ENDINGS):
            return settings, []
        words = _read(name, self.base)
        self.found[*at, KEY] = name, words
        rest = {key: value for key, value in settings.items() if key != KEY}
        wrong = [replace(one, path=(*at, KEY, *one.path)) for one in words.mistakes]
        return (rest, wrong) if wrong else ({**rest, KEY: words.value}, [])

    def place(self, path: Keys, line: int | None) -> tuple[str | None, int | None]:
        """The file that *path* stands in, and the line there unless it is known; no file where it is the config's."""
        for at, (name, words) in self.found.items():
            if path[: len(at)] == at:
                return name, words.line(path[len(at) :]) if line is None else line
        return None, line


def _read(name: str, base: Path) -> Document:
    if wrong := missing(name, base):
        return Document(mistakes=[Mistake(0, (), *wrong)])
    path = base / os.path.expanduser(name)
    try:
        if path.stat().st_size > LARGEST:
            return Document(mistakes=[Mistake(0, (), "larger than a MiB.", "Is it a file of words?")])
        document = parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        why = "not a text in UTF-8" if isinstance(error, ValueError) else f"cannot be read: {error.strerror}"
        return Document(mistakes=[Mistake(0, (), f"{why}.")])
    if not document.mistakes and not isinstance(document.value, dict):
        document.mistakes.append(Mistake(0, (), "holds no words.", "Begin with `name: Italian` and `questions:`."))
    return document
