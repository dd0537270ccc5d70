"""What can be hidden, and what it can be hidden in."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ...schemas import Failed
from ...schemas.rounding import ROUNDING
from ...schemas.uri import to_uri
from ...video.art import catalogue as pictures
from ...video.edit.edit_list import Piece
from .hide_settings import Needle
from .word_list import NAMES, NOUNS

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be hidden."""

    text: str
    """What it is called in questions and options: ``Elena``, ``a red apple``, ``A man opens a door.``"""
    group: str
    """What it counts as: ``apple``, or the label of a clip."""
    picture: str = ""
    """For a picture: as in Piece."""
    content: str = ""
    """SHA-256 of a user's picture."""
    clip: Piece | None = None
    """For a clip: where it is; its times in the made video are set when it is hidden."""
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Video:
    """A video of the pool."""

    id: str
    uri: str
    content: str
    seconds: float
    width: int
    height: int
    fps: float
    """0 when it varies."""
    labels: tuple[tuple[float, float, str], ...] = ()
    split: str = ""

    @classmethod
    def of(cls, digest: dict[str, Any]) -> Video:
        known = {key: value for key, value in digest.items() if key != "seed"}
        return cls(**{**known, "labels": tuple((start, end, text) for start, end, text in digest["labels"])})


def things(needle: Needle, clips: Iterable[Video]) -> list[Thing]:
    """Everything that *needle* could be, in a fixed order.

    Raises:
        Failed: ``no_pictures``: the folder holds none.
    """
    if needle.show == "word":
        return [Thing(word, word) for word in needle.words or [*NAMES, *NOUNS]]
    if needle.show == "clip":
        return [_clip(video, *label, needle.seconds) for video in clips for label in video.labels]
    if needle.pictures:
        return _own(needle.pictures)
    classes, kinds = pictures.classes(), pictures.kinds()
    wanted = [thing for kind in needle.kinds or kinds for thing in kinds.get(kind, [kind])]
    return [
        Thing(a(pictures.label(name)), thing, pictures.PREFIX + name, colour=pictures.colour_of(name))
        for thing in dict.fromkeys(wanted)
        for name in classes[thing]
    ]


def a(thing: str) -> str:
    """``an apple``, ``a red apple``."""
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def _clip(video: Video, start: float, end: float, text: str, most: float) -> Thing:
    end = min(end, start + most, video.seconds)
    piece = Piece(0.0, round(end - start, 6), video.uri, content=video.content, begin=start, finish=end)
    return Thing(text, text, clip=piece)


def _own(folder: str) -> list[Thing]:
    root = Path(os.path.expanduser(folder))
    files = sorted(path for path in root.rglob("*") if path.suffix.lower() in PICTURES and path.is_file())
    if not files:
        raise Failed("no_pictures", f"{folder}: holds no picture ({', '.join(PICTURES)})")
    found = []
    for path in files:
        named = path.parent.name if path.parent != root else path.stem
        text = named.replace("_", " ").replace("-", " ").strip()
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        found.append(Thing(text, text, to_uri(str(path)), content))
    return found


def haystack(pool: list[Video], first: int, seconds: float | None, rng: Random) -> list[Piece]:
    """Pieces of *pool* that make a haystack, the first of them from ``pool[first]``.

    Without *seconds* it is that video as it is. A longer haystack goes on with others, drawn without repeats until all
    were used; a shorter one is a stretch of the video that begins somewhere in it.
    """
    video = pool[first]
    if seconds is None:
        return [_piece(video, 0.0, 0.0, video.seconds)]
    if seconds <= video.seconds:
        begin = on_frame(video, rng.uniform(0, video.seconds - seconds))
        return [_piece(video, 0.0, begin, min(begin + seconds, video.seconds))]
    pieces: list[Piece] = []
    end, waiting = 0.0, [video]
    while end < seconds - ROUNDING:
        if not waiting:
            waiting = rng.sample(pool, len(pool))
        video = waiting.pop(0)
        taken = min(video.seconds, seconds - end)
        pieces.append(_piece(video, end, 0.0, taken))
        end = pieces[-1].end
    return pieces


def on_frame(video: Video, time: float) -> float:
    """*time*, moved to where a frame begins, as far as that is known."""
    return round(int(time * video.fps + 1e-6) / video.fps, 6) if video.fps else round(time, 6)


def _piece(video: Video, start: float, begin: float, finish: float) -> Piece:
    end = round(start + finish - begin, 6)
    return Piece(start, end, video.uri, content=video.content, begin=round(begin, 6), finish=round(finish, 6))
