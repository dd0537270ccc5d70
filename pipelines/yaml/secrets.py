"""Secrets: found by their places in a config, and taken out of every text that a build writes or prints."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from .url_secrets import WORDS, without_credentials

HIDDEN = "…"
"""What stands in place of a secret that was written out; one of the environment is shown as ``${NAME}``."""
SHORTEST = 8
"""Characters. A shorter key (``EMPTY``, ``none``) guards nothing, and would be found in other words."""
WORD = 16
"""A key of small letters only must be so long: ``anything`` and ``ollama`` are no secrets, but words of captions."""

_PLACE = re.compile(r"[~./]|[A-Za-z][\w+.-]*://")


def is_secret(name: str) -> bool:
    """Whether a key of that name, or a variable of the environment, holds a secret: ``api_key``, ``HF_TOKEN``."""
    return not WORDS.isdisjoint(re.split(r"[\W_]+", name.lower()))


class Secrets:
    """Texts that must not be written anywhere, and what is shown instead of each.

    The credentials in URLs are among them without being named: passwords before a host, and signatures in a query.
    """

    def __init__(self, shown: Mapping[str, str] | None = None) -> None:
        self._shown: dict[str, str] = {}
        for secret, instead in (shown or {}).items():
            if len(secret) >= SHORTEST and (len(secret) >= WORD or not (secret.isalpha() and secret.islower())):
                for form in (secret, json.dumps(secret)[1:-1], quote(secret, safe="")):
                    self._shown.setdefault(form, instead)
        longest_first = sorted(self._shown, key=lambda text: (-len(text), text))
        either = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(either) if either else None
        self._bytes = re.compile(either.encode("utf-8", "surrogatepass")) if either else None

    def __repr__(self) -> str:
        return f"Secrets({len(self._shown)} hidden)"

    def redact(self, text: str) -> str:
        """*text* without the secrets."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda found: self._shown[found[0]], text)
        return without_credentials(text, HIDDEN)

    def redacted(self, value: Any) -> Any:
        """*value*, of JSON types, without the secrets."""
        if isinstance(value, dict):
            return {self.redacted(key): self.redacted(inner) for key, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.redacted(inner) for inner in value]
        return self.redact(value) if isinstance(value, str) else value

    def are_in(self, data: Any) -> bool:
        """Whether one of the named secrets is in *data*, a buffer of bytes."""
        return self._bytes is not None and self._bytes.search(data) is not None

    def found_in(self, text: str) -> list[str]:
        """What stands in *text* instead of each secret when it is redacted; nothing for a text without any."""
        found = [self._shown[one] for one in self._pattern.findall(text)] if self._pattern is not None else []
        return list(dict.fromkeys([*found, *([HIDDEN] if without_credentials(text, HIDDEN) != text else [])]))


def secrets_in(tree: Any, used: Mapping[str, str]) -> dict[str, str]:
    """The secrets of a config and what to show instead: *tree* as it was filled in, *used* variables by name.

    A secret is the value of a variable whose name says so (but the path of a file is none), and whatever stands under
    such a key of a teacher. Headers are secret altogether.
    """
    named = {name: value for name, value in used.items() if is_secret(name) and not os.path.lexists(value)}
    found = {value: f"${{{name}}}" for name, value in named.items()}
    teachers = tree.get("teachers") if isinstance(tree, dict) else None
    for text in held_secrets(teachers):
        for name, value in used.items():
            if value and value in text:
                found.setdefault(value, f"${{{name}}}")
        found.setdefault(text, HIDDEN)
    return found


def secrets_around(environ: Mapping[str, str]) -> dict[str, str]:
    """The keys in *environ* that a library or a stage may read by itself, and what to show instead of each.

    Only what looks like a key counts: no short word, no path, no address.
    """
    return {
        value: f"${{{name}}}"
        for name, value in environ.items()
        if is_secret(name) and len(value) >= WORD and re.search(r"\d", value) and not _PLACE.match(value)
    }


def held_secrets(value: Any, *, secret: bool = False) -> Iterator[str]:
    """The texts in *value* that stand under keys which name secrets; with *secret*, all of them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if secret and inner is None:  # a key in braces: the value has become a key
                yield str(key)
            headers = str(key).lower().endswith("headers")
            yield from held_secrets(inner, secret=secret or headers or is_secret(str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from held_secrets(inner, secret=secret)
    elif secret and value is not None and not isinstance(value, bool):
        yield str(value)
