"""Secrets: found by their places in a config, and taken out of every text that a build writes or prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

HIDDEN = "…"
"""What stands in place of a secret that was written out; one of the environment is shown as ``${NAME}``."""
SHORTEST = 8
"""Characters. A shorter key (``EMPTY``, ``none``) guards nothing, and would be found in other words."""
WORD = 16
"""A key of small letters only must be so long: ``anything`` and ``ollama`` are no secrets, but words of captions."""

_WORDS = frozenset(
    {"key", "apikey", "token", "secret", "password", "passwd", "pwd", "pass", "credential", "credentials", "auth"}
    | {"authorization", "bearer", "signature"}
)


def is_secret(name: str) -> bool:
    """Whether a key of that name, or a variable of the environment, holds a secret: ``api_key``, ``HF_TOKEN``."""
    return not _WORDS.isdisjoint(re.split(r"[\W_]+", name.lower()))


class Secrets:
    """Texts that must not be written anywhere, and what is shown instead of each."""

    def __init__(self, shown: Mapping[str, str] | None = None) -> None:
        self._shown: dict[str, str] = {}
        for secret, instead in (shown or {}).items():
            if len(secret) >= SHORTEST and (len(secret) >= WORD or not (secret.isalpha() and secret.islower())):
                for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe="")):
                    self._shown.setdefault(form, instead)
        longest_first = sorted(self._shown, key=lambda text: (-len(text), text))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __bool__(self) -> bool:
        return self._pattern is not None

    def __repr__(self) -> str:
        return f"Secrets({len(self._shown)} hidden)"

    def redact(self, text: str) -> str:
        """*text* without the secrets."""
        return text if self._pattern is None else self._pattern.sub(lambda found: self._shown[found[0]], text)

    def redacted(self, value: Any) -> Any:
        """*value*, of JSON types, without the secrets."""
        if self._pattern is None:
            return value
        if isinstance(value, dict):
            return {self.redacted(key): self.redacted(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.redacted(inner) for inner in value]
        return self.redact(value) if isinstance(value, str) else value


def secrets_in(tree: Any, used: Mapping[str, str]) -> dict[str, str]:
    """The secrets of a config and what to show instead: *tree* as it was filled in, *used* variables by name.

    A secret is the value of a variable whose name says so, and whatever stands under such a key of a teacher.
    """
    found = {value: f"${{{name}}}" for name, value in used.items() if is_secret(name)}
    teachers = tree.get("teachers") if isinstance(tree, dict) else None
    for text in _held(teachers):
        for name, value in used.items():
            if value and value in text:
                found.setdefault(value, f"${{{name}}}")
        found.setdefault(text, HIDDEN)
    return found


def _held(value: Any, *, secret: bool = False) -> Iterator[str]:
    """The texts in *value* that stand under keys which name secrets; with *secret*, all of them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if secret:  # a key in braces: the value has become a key
                yield str(key)
            yield from _held(inner, secret=secret or is_secret(str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from _held(inner, secret=secret)
    elif secret and value is not None and not isinstance(value, bool):
        yield str(value)
