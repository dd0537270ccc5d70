"""``${NAME}`` and ``${NAME:-default}`` in a config's texts, not in its keys; ``$${`` stands for a plain ``${``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .yaml_lines import Mistake, Path

_USE = re.compile(r"\$\$\{|\$\{([^{}]*)\}")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?\Z", re.DOTALL)


@dataclass(slots=True)
class Expanded:
    """A tree with its variables filled in, the texts that held any (as written, as filled in), and what was wrong."""

    value: Any = None
    written: dict[Path, tuple[str, str]] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    """The variables that were filled in, with their values."""
    mistakes: list[Mistake] = field(default_factory=list)


def expand(tree: Any, environ: Mapping[str, str]) -> Expanded:
    """Fill in every variable in the texts of *tree*. The mistakes have line 0: the caller knows the lines."""
    found = Expanded()

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, dict):
            for key in value:
                refuse(key, (*path, key))
            return {key: walk(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [walk(inner, (*path, n)) for n, inner in enumerate(value)]
        if isinstance(value, str) and "${" in value:
            filled = _USE.sub(lambda use: fill(use, path), value)
            if filled != value.replace("$${", "${"):
                found.written[path] = value, filled
            return filled
        return value

    def refuse(key: object, path: Path) -> None:
        for use in _USE.finditer(key if isinstance(key, str) else ""):
            if use.group(1) is not None:
                default = _NAME.match(use.group(1))
                instead = f", such as {default.group(2)}" if default and default.group(2) else ""
                message = f"{use.group()} stands in a key, where no variable is filled in."
                hint = f"Write the key out{instead}; a value may hold ${{NAME}}."
                found.mistakes.append(Mistake(0, path, message, hint))

    def fill(use: re.Match[str], path: Path) -> str:
        if use.group(1) is None:
            return "${"
        name = _NAME.match(use.group(1))
        if name is None:
            message = f"{use.group()} does not name an environment variable."
            found.mistakes.append(Mistake(0, path, message, "Write ${NAME} or ${NAME:-default}; $${ for a plain ${."))
            return use.group()
        if environ.get(name.group(1)):
            found.used[name.group(1)] = environ[name.group(1)]
            return environ[name.group(1)]
        if name.group(2) is not None:
            return name.group(2)
        if name.group(1) not in environ:
            message = f"the environment variable {name.group(1)} is not set."
            hint = f"Run `export {name.group(1)}=…` first, or write ${{{name.group(1)}:-default}}."
            found.mistakes.append(Mistake(0, path, message, hint))
        return environ.get(name.group(1), use.group())

    found.value = walk(tree, ())
    return found


def from_environment(text: str, filled: str) -> bool:
    """Whether *text* was *filled* from the environment, which may be secret, and not by its own defaults alone."""
    return bool(expand(text, {}).value != filled)
