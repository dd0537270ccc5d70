"""A user's own pictures: the files of a folder, of a tar or ZIP, or behind a URL."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ...schemas import Failed
from ...schemas.uri import is_url, member_uri, to_uri
from ...video.decode import source
from ...video.decode.members import ARCHIVES, listing

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


def own_pictures(place: str) -> list[tuple[str, str, str]]:
    """The pictures at *place*: what each shows (its folder's name, or else its own), its uri, and its SHA-256.

    Raises:
        Failed: ``no_pictures``; or why the place cannot be read.
    """
    files = [(name, uri) for name, uri in sorted(_files(place)) if name.lower().endswith(ENDINGS)]
    if not files:
        raise Failed("no_pictures", f"{place}: holds no picture ({', '.join(ENDINGS)})")
    found = []
    for name, uri in files:
        path = PurePosixPath(name)
        shown = path.parent.name or path.stem
        content = hashlib.sha256(b"".join(source.blocks(uri))).hexdigest()
        found.append((shown.replace("_", " ").replace("-", " ").strip(), uri, content))
    return found


def _files(place: str) -> Iterator[tuple[str, str]]:
    """The files at *place*, by their names in it, each with its uri."""
    kind = next((kind for kind, endings in ARCHIVES.items() if place.lower().endswith(endings)), "")
    if not is_url(place):
        root = Path(os.path.expanduser(place))
        place = str(root)
        if root.is_dir():
            yield from (
                (path.relative_to(root).as_posix(), to_uri(str(path))) for path in root.rglob("*") if path.is_file()
            )
            return
    if kind:
        archive = place if is_url(place) else to_uri(place)
        yield from ((name, member_uri(kind, name, archive)) for name in listing(kind, place).members)
    elif is_url(place):
        yield from _behind_url(place)


def _behind_url(place: str) -> Iterator[tuple[str, str]]:
    import fsspec

    with source.named_errors(place):
        system, root = fsspec.core.url_to_fs(place)
        for path in system.find(root):
            yield path.removeprefix(root).lstrip("/"), system.unstrip_protocol(path)
