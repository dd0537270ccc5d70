"""Is a path of a config there? Asked of the file system without opening anything."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from ...schemas.uri import PACKAGE, is_url, locate
from ...video.decode.members import ARCHIVES
from ..inputs.archives import chained
from ..inputs.braces import unbraced
from ..inputs.local import SourceError
from ..inputs.pages import ADVICE, is_page

GLOB = frozenset("*?[")


def missing(path: str, base: Path, written: str | None = None) -> tuple[str, str] | None:
    """A message and a hint when *path*, or the folder where its glob begins, is not there; URLs are not looked up.

    Of a path with braces every name is looked for, and of a member of an archive the archive. *written* is what is said
    in place of the path where it must not be shown as it is.
    """
    if not path.strip():
        return "an empty path.", ""
    if is_page(path) and not os.path.lexists(base / path):
        return "a page of a video site.", ADVICE
    try:
        if path.partition("://")[0] in ARCHIVES:
            path = chained(path)[2]
        names = unbraced(path, base)
    except SourceError as error:
        return str(error), ""
    wrong = (_missing(name, base, written if names == [path] else None) for name in names)
    return next((one for one in wrong if one is not None), None)


def _missing(path: str, base: Path, written: str | None) -> tuple[str, str] | None:
    if path.startswith(PACKAGE):
        try:
            path = locate(path)
        except ModuleNotFoundError as error:
            return f"{error}.", "Install it with pip."
    if is_url(path) or "${" in path:
        return None
    whole = base / os.path.expanduser(path)
    parts = whole.parts
    plain = next((n for n, part in enumerate(parts) if GLOB & set(part)), len(parts))
    place = Path(*parts[:plain])
    try:
        if place.exists() or whole.exists():
            return None
    except (OSError, ValueError):
        pass
    while not place.parent.exists():  # name the first folder that is wrong
        place = place.parent
    short = str(place.relative_to(base)) if place.is_relative_to(base) else str(place)
    last = len(place.parts) == len(parts)
    return f"there is no {'file or folder' if last or written else 'folder'} {written or short}.", similar(place)


def similar(path: Path) -> str:
    """A hint with the neighbour of *path* whose name is nearest."""
    try:
        near = difflib.get_close_matches(path.name, sorted(os.listdir(path.parent)), 1, 0.7)
    except OSError:
        return f"There is no folder {path.parent} either."
    return f"Did you mean {near[0]}?" if near else ""


def text_of(path: Path) -> tuple[str | None, tuple[str, str] | None]:
    """The text of the config *path*; or None, with a message and a hint."""
    try:
        return path.read_text(encoding="utf-8-sig"), None
    except FileNotFoundError:
        return None, ("no such file.", similar(path))
    except IsADirectoryError:
        return None, ("a folder, not a config.", "Name the YAML file in it.")
    except UnicodeDecodeError:
        return None, ("not a text in UTF-8.", "Is it a YAML file?")
    except (OSError, ValueError) as error:
        return None, (f"cannot be read: {getattr(error, 'strerror', None) or error}.", "")
