"""Rate: lay what a scorer says of each span."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from ...schemas import Failed, Timeline, make_id
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import OnlyWith
from ..chosen_plugin import ChosenPlugin, choice_of
from ..prompting.frame_choice import Look, at_times, times_of
from ..stage import Stage
from .scorers.scorer import SCORERS, Over, PictureScorer, Rating, Scorer, SpanFrames

if TYPE_CHECKING:
    ScorerSettings = ChosenPlugin
else:
    ScorerSettings = choice_of(
        SCORERS,
        "text_area",
        "Who scores: ``aesthetic`` (how pleasing), ``nudenet`` (nudity), ``pyiqa`` (quality of the picture), "
        "``text_area`` and ``watermark`` (arithmetic).",
    )
_FOUND = SCORERS.find()
SEEING = tuple(sorted(name for name, cls in _FOUND.items() if cls.sees))
JOINING = tuple(sorted(name for name, cls in _FOUND.items() if issubclass(cls, PictureScorer)))
GPU_SCORERS = tuple(sorted(name for name, cls in _FOUND.items() if cls.on_gpu))


class Rate(Stage, ScorerSettings):
    """Lay what a scorer says of each span of a lane as values of the span: nudity, watermark, aesthetic, text_area …

    Nothing is dropped here: ``keep: {of: shots, where: {watermark: {max: 0.02}}}`` does that, or takes the best. What a
    vision-language model thinks is asked by ``ask``. Ratings are kept by content.
    """

    reads: ClassVar[frozenset[str]] = frozenset({"media"})
    decodes: ClassVar[bool] = True

    of: str = Field("shots", min_length=1)
    """The lane whose spans are rated."""
    look: Annotated[Look, OnlyWith(by=SEEING)] = Look(count=3, size=640)
    """Which frames of a span are shown to the scorer, and how large."""
    over: Annotated[Over | None, OnlyWith(by=JOINING)] = None
    """How the values of the frames of a span become one: mean, max or min; none: as the scorer has it."""
    device: Annotated[str, OnlyWith(by=GPU_SCORERS)] = Field("auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    """Where the model runs: cpu, cuda, cuda:1; ``auto``: cuda where there is one."""
    gpu: Annotated[float, OnlyWith(by=GPU_SCORERS)] = Field(0.0, ge=0, le=1)
    """The share of a GPU that is set aside for each worker; 0.25: four share one. 0: none is."""

    @property
    def scorer(self) -> Scorer:
        scorer: Scorer = self.chosen
        return scorer

    def lanes_read(self) -> set[str]:
        return {self.of, *self.scorer.lanes(), *(self.look.lanes() if self.scorer.sees else ())}

    def lanes_written(self) -> set[str]:
        return {self.of}

    def vectors_read(self) -> set[str]:
        return {self.of} if self.scorer.by_vectors else set()

    def names_laid(self) -> KnownLanes:
        return {self.of: LaneNames.of(values=self.scorer.values(), attrs=self.scorer.attrs())}

    def paths(self) -> dict[tuple[str | int, ...], str]:
        return {(self.scorer.name(), *where): path for where, path in self.scorer.paths().items()}

    def gpus(self) -> float:
        return self.gpu

    def extras(self) -> set[str]:
        return self.scorer.extras()

    def ready(self) -> None:
        self.scorer.ready()

    def run(self, video: Timeline) -> Timeline:
        """Rate the spans of *video*.

        Raises:
            Failed: ``no_media``: it has no file, and the scorer sees; ``no_model``; or its pictures cannot be decoded.
        """
        spans = video.lane(self.of)
        if not spans:
            return video
        if self.scorer.sees and video.media is None:
            raise Failed("no_media", f"{video.uri}: has no file that was probed")
        asked = [
            SpanFrames(span, at_times(video, times_of(video, span.start, span.end, self.look), self.look))
            if self.scorer.sees
            else SpanFrames(span, None)
            for span in spans
        ]
        self._lay(video, self.scorer.rate(video, asked, self.over, self.device))
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """Of how many spans nothing is known."""
        if not (unknown := int(totals.get("unrated", 0))):
            return None
        return f"{self.name()}: {self.scorer.name()} can say nothing of {unknown} of {totals['rated']:.0f} spans"

    def _lay(self, video: Timeline, ratings: list[Rating]) -> None:
        for span, rating in zip(video.lane(self.of), ratings, strict=True):
            rating.values = {name: value for name, value in rating.values.items() if math.isfinite(value)}
            span.values |= {name: round(value, 4) for name, value in rating.values.items()}
            span.attrs |= rating.attrs
        video.report["rated"] = len(ratings)
        video.report["unrated"] = sum(not rating.values for rating in ratings)

    # Ratings are kept by content.

    def cache_key(self, video: Timeline) -> str | None:
        if video.media is None or not video.media.sha256 or not video.lane(self.of) or not self.scorer.sees:
            return None
        points = [point.start for point in video.lane(self.look.lane)] if self.look.which == "keyframes" else []
        return make_id(video.media.sha256, [(span.start, span.end) for span in video.lane(self.of)], points)

    def cache_settings(self) -> str:
        facts: Any = [self.scorer.name(), self.scorer.model_dump(mode="json"), self.scorer.identity()]
        return json.dumps([*facts, self.look.model_dump(mode="json"), self.over], sort_keys=True)

    def freeze(self, video: Timeline) -> bytes:
        values, attrs = self.scorer.values(), self.scorer.attrs()
        return json.dumps(
            [
                [
                    {k: v for k, v in span.values.items() if k in values},
                    {k: v for k, v in span.attrs.items() if k in attrs},
                ]
                for span in video.lane(self.of)
            ]
        ).encode()

    def thaw(self, video: Timeline, data: bytes) -> None:
        self._lay(video, [Rating(values, attrs) for values, attrs in json.loads(data)])
