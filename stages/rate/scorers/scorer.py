"""What a scorer is: a pydantic model that is its own settings, and one method."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from ....schemas import Frames, Span, Timeline
from ....schemas.plugins import PluginKind
from ....schemas.settings_model import Settings

Over = Literal["mean", "max", "min"]
BATCH = 16
"""Pictures that are held in memory at a time."""


@dataclass(frozen=True, slots=True)
class SpanFrames:
    """A span that is to be scored, and the frames that stand for it, by reference; none for a scorer that sees none."""

    span: Span
    frames: Frames | None


@dataclass(slots=True)
class Rating:
    """What a scorer says of a span. What it does not know is left out."""

    values: dict[str, float] = field(default_factory=dict)
    attrs: dict[str, str] = field(default_factory=dict)


class Scorer(Settings, ABC):
    """Gives values to spans. It drops nothing: ``keep`` does.

    The class in snake_case is the scorer's name in YAML, and the key of its settings, which are its fields.
    """

    sees: ClassVar[bool] = True
    """Whether it is given frames."""
    by_vectors: ClassVar[bool] = False
    """Whether it goes by the vectors that ``embed`` laid on the spans."""
    on_gpu: ClassVar[bool] = False
    """Whether it can work on a GPU."""

    @classmethod
    def name(cls) -> str:
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def ready(self) -> None:
        """Raise NotReady when the scorer cannot work here."""

    def extras(self) -> set[str]:
        """The extras of vdata's package without which it does not work."""
        return set()

    def paths(self) -> dict[tuple[str | int, ...], str]:
        """The files and folders that its settings name, by where they stand in them."""
        return {}

    def lanes(self) -> set[str]:
        """The lanes that it reads."""
        return set()

    @abstractmethod
    def values(self) -> set[str]:
        """The names of the values that it gives."""

    def attrs(self) -> set[str]:
        """The names of the attributes that it gives."""
        return set()

    @abstractmethod
    def identity(self) -> str:
        """What its ratings hang on besides its settings: versions, the hash of a model."""

    @abstractmethod
    def rate(self, video: Timeline, asked: Sequence[SpanFrames], over: Over | None, device: str) -> list[Rating]:
        """A rating for each of *asked*, in order; *over* says how the values of several frames become one.

        Raises:
            Failed: ``no_model``: the model cannot be loaded; or the pictures cannot be decoded.
        """


class PictureScorer(Scorer):
    """Scores pictures one by one; the values of a span are those of its frames taken together."""

    usual: ClassVar[Over] = "mean"
    """How the values of the frames of a span become one, unless the config says so."""

    @abstractmethod
    def of_pictures(self, pictures: Sequence[Any], device: str) -> list[dict[str, float]]:
        """The values of each of *pictures*, (height, width, 3) RGB, uint8, upright."""

    def tags(self, values: dict[str, float]) -> dict[str, str]:
        """The attributes of a span that has *values*."""
        return {}

    def rate(self, video: Timeline, asked: Sequence[SpanFrames], over: Over | None, device: str) -> list[Rating]:
        found: list[list[dict[str, float]]] = [[] for _ in asked]
        for owners, pictures in batches(asked):
            for owner, values in zip(owners, self.of_pictures(pictures, device), strict=True):
                found[owner].append({name: value for name, value in values.items() if math.isfinite(value)})
        ratings = []
        for each in found:
            joined = {
                name: joint([one[name] for one in each if name in one], over or self.usual) for name in _all(each)
            }
            ratings.append(Rating(joined, self.tags(joined)))
        return ratings


def batches(asked: Sequence[SpanFrames]) -> Iterator[tuple[list[int], list[Any]]]:
    """The pictures of all of *asked*, some at a time, each with the number of what it belongs to.

    Raises:
        Failed: they cannot be decoded.
    """
    from ....video.decode.frames import fetch
    from ....video.edit import edit_frames
    from ....video.edit.edit_list import Edit

    wanted = [(n, time) for n, one in enumerate(asked) if one.frames for time in one.frames.times]
    frames = next((one.frames for one in asked if one.frames), None)
    for at in range(0, len(wanted) if frames else 0, BATCH):
        some = wanted[at : at + BATCH]
        assert frames is not None
        times = [time for _, time in some]
        if isinstance(frames.plan, Edit):  # of parts of other videos
            yield [n for n, _ in some], edit_frames.fetch(frames.plan, times, width=frames.size)
        else:
            yield [n for n, _ in some], fetch(frames.file, times, width=frames.size)


def joint(values: Sequence[float], over: Over) -> float:
    """*values* as one."""
    return max(values) if over == "max" else min(values) if over == "min" else sum(values) / len(values)


def _all(each: Sequence[dict[str, float]]) -> list[str]:
    return list(dict.fromkeys(name for one in each for name in one))


SCORERS: PluginKind[Scorer] = PluginKind(
    "scorer",
    "vdata.stages.rate.scorers",
    "vdata.scorers",
    lambda: Scorer,
    lambda scorer: scorer.name(),
)
