"""Where a browser that shows the page finds a video, so that it can be played there."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from ..schemas import Failed
from ..schemas.uri import is_url
from .thumbnails import find_file

WEB = ("http://", "https://")


def player_address(uri: str, folder: Path, page: Path) -> str:
    """The address of the video *uri* of the build in *folder* for the page at *page*: a URL, or a path relative to it.

    Empty where a browser finds none: members of archives, objects in buckets, files that are not there.
    """
    try:
        path = find_file(uri, folder)
    except Failed:
        return ""
    if is_url(path):
        return path if path.startswith(WEB) else ""
    try:
        return (
            quote(os.path.relpath(path, page.absolute().parent), errors="surrogateescape")
            if os.path.isfile(path)
            else ""
        )
    except (OSError, ValueError):  # a name that no file can have, another drive
        return ""
