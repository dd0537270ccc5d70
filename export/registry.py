"""Finding formats: every Format in a module of ``formats/``."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path

from .format import Format


@cache
def find_formats() -> dict[str, Format]:
    """Every format by its name, in the order of the names."""
    found: dict[str, Format] = {}
    package = __name__.rpartition(".")[0] + ".formats"
    for info in pkgutil.iter_modules([str(Path(__file__).parent / "formats")], prefix=package + "."):
        module = importlib.import_module(info.name)
        for thing in vars(module).values():
            if isinstance(thing, type) and issubclass(thing, Format) and thing.__module__ == module.__name__:
                found[thing.name] = thing()
    return dict(sorted(found.items()))


def format_list() -> str:
    """A line for each format: its name and what it is."""
    formats = find_formats()
    width = max(map(len, formats))
    return "\n".join(f"{name:{width}}  {(one.__doc__ or '').partition(chr(10))[0]}" for name, one in formats.items())
