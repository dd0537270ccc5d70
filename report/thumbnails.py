"""Pictures cut from the videos at given times, small enough to be written into the page."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..pipelines.dataset.publish import MEDIA
from ..pipelines.evaluation.openable import planned_film
from ..schemas import Failed
from ..schemas.build_record import RECORD
from ..schemas.uri import PLANNED, is_url, locate
from ..video.decode import source
from ..video.edit.edit_list import Edit

TALL = 135
"""Pixels from top to bottom of a thumbnail, as far as it is not cut short by WIDE."""
WIDE = 300
QUALITY = 62
AHEAD = 4
"""Videos that are read at a time, at most."""


@dataclass(frozen=True, slots=True)
class ThumbnailRequest:
    """Pictures of the video *uri* at *times* (seconds). *shape* is its width and height, *size* its bytes, if known."""

    uri: str
    times: tuple[float, ...]
    shape: tuple[int, int] = (0, 0)
    size: int = 0


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """What came of it: WebP pictures as base64 in the order of the times, or why there are none."""

    pictures: tuple[str, ...] = ()
    problem: str = ""


def cut_all(wanted: Sequence[ThumbnailRequest], folder: Path) -> Iterator[Thumbnails]:
    """The pictures of each of *wanted*, in order; a few videos are read at a time, in child processes."""
    pool = ThreadPoolExecutor(min(AHEAD, os.cpu_count() or 1))
    try:
        waiting = []
        for one in wanted:
            waiting.append(pool.submit(cut, one, folder))
            if len(waiting) > AHEAD:  # so that little is done in vain when the page is full
                yield waiting.pop(0).result()
        for task in waiting:
            yield task.result()
    finally:
        pool.shutdown(cancel_futures=True)


def cut(wanted: ThumbnailRequest, folder: Path) -> Thumbnails:
    """The pictures of one video of the build in *folder*. What goes wrong is said, never raised."""
    from ..video.decode import frames
    from ..video.edit import edit_frames

    try:
        if (plan := plan_of(wanted.uri, folder)) is not None:
            pictures = edit_frames.fetch(plan, wanted.times, width=_width(wanted.shape))
            return Thumbnails(tuple(map(_encoded, pictures)))
        file = find_file(wanted.uri, folder)
        size, _ = source.facts(file)
        if wanted.size and size != wanted.size:
            return Thumbnails(problem="the file has changed since the build")
        pictures = frames.fetch(file, wanted.times, _width(wanted.shape))
        return Thumbnails(tuple(_encoded(picture) for picture in pictures))
    except Failed as failure:
        return Thumbnails(problem=failure.reason.replace("_", " "))
    except Exception as error:  # a report never fails for a video, whatever its reader raises
        return Thumbnails(problem=f"{type(error).__name__}: {error}"[:200])


def plan_of(uri: str, folder: Path) -> Edit | None:
    """What the video *uri* is put together of, if it was planned and has no file."""
    record = folder / RECORD
    if not uri.startswith(PLANNED) or not record.exists():
        return None
    return _plan(folder, uri, record.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _plan(folder: Path, uri: str, changed: int) -> Edit | None:
    film = planned_film(folder, uri)
    return film.plan if film is not None else None


def find_file(uri: str, folder: Path) -> str:
    """What to open for *uri*: a file made by the build in *folder*, or what it was called from the working directory.

    Raises:
        Failed: ``not_rendered``; there is no such package.
    """
    if uri.startswith(PLANNED):
        raise Failed("not_rendered", f"{uri}: was planned, and has no file")
    made = folder / uri
    if uri.startswith(f"{MEDIA}/") and made.is_file():
        return str(made)
    try:
        path = locate(uri)
    except ModuleNotFoundError as error:
        raise Failed("package_not_installed", str(error)) from None
    return path if is_url(path) else os.path.abspath(path)


def _width(shape: tuple[int, int]) -> int:
    width, height = shape
    return max(60, min(WIDE, round(TALL * width / height))) if width and height else 240


def _encoded(picture: Any) -> str:
    import cv2

    done, data = cv2.imencode(".webp", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    if not done:
        raise ValueError("the picture could not be encoded")
    return base64.b64encode(data.tobytes()).decode()
