"""The videos that haystacks are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from ...schemas import Media
from ...schemas.rounding import ROUNDING
from ...video.edit.edit_list import Piece


@dataclass(frozen=True, slots=True)
class ClipLabel:
    """A labelled stretch of a video of the pool."""

    lane: str
    start: float
    end: float
    facts: Mapping[str, str]
    """Its text, its label and every other column, by name."""


@dataclass(frozen=True, slots=True)
class PoolVideo:
    """A video of the pool."""

    id: str
    uri: str
    content: str
    seconds: float
    width: int
    height: int
    fps: float
    """0 when it varies."""
    labels: tuple[ClipLabel, ...] = ()
    split: str = ""

    @classmethod
    def of(cls, digest: dict[str, Any]) -> PoolVideo:
        known = {key: value for key, value in digest.items() if key != "seed"}
        return cls(**{**known, "labels": tuple(ClipLabel(*label) for label in digest["labels"])})


def playing_seconds(media: Media) -> float:
    """How long a video's pictures last: its duration, or less where its frames, at a steady rate, end before."""
    steady = media.fps if not media.variable_fps else 0.0
    return round(min(media.duration, media.frames / steady) if steady and media.frames else media.duration, 6)


def haystack(pool: list[PoolVideo], first: int, seconds: float | None, rng: Random) -> list[Piece]:
    """Pieces of the videos of *pool* that make a haystack; the first is of ``pool[first]``.

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


def on_frame(video: PoolVideo, time: float) -> float:
    """*time* (seconds), moved to the start of its frame where the frame rate is known."""
    return round(int(time * video.fps + 1e-6) / video.fps, 6) if video.fps else round(time, 6)


def _piece(video: PoolVideo, start: float, begin: float, finish: float) -> Piece:
    end = round(start + finish - begin, 6)
    return Piece(start, end, video.uri, content=video.content, begin=round(begin, 6), finish=round(finish, 6))
