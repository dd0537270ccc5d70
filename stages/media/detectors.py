"""The settings of every shot detector. Names and defaults are PySceneDetect 0.7's where the method is its own.

A ``min_scene_len`` that is a whole number counts frames, one with a decimal point seconds, as in PySceneDetect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from ...schemas import Signals
    from ...video.signals.cuts import Cut

Length = int | float


class Detector(BaseModel):
    """Finds the boundaries of a video in its signals."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def cuts(self, signals: Signals) -> list[Cut]:
        """The boundaries in time order."""
        raise NotImplementedError


class Weighted(Detector):
    """A detector on the content score."""

    weights: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """How much the changes of hue, saturation and luma count."""
    luma_only: bool = False
    """Count the change of luma alone."""

    @model_validator(mode="after")
    def _something_counts(self) -> Weighted:
        if not any(self.weights):
            raise ValueError("weights must not all be 0")
        return self

    @property
    def shares(self) -> tuple[float, float, float]:
        return (0.0, 0.0, 1.0) if self.luma_only else self.weights


class Adaptive(Weighted):
    """Cuts where the content score stands out from its neighbours (PySceneDetect AdaptiveDetector)."""

    adaptive_threshold: float = Field(3.0, gt=0)
    """How many times the mean of its neighbours a score must be."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""
    window_width: int = Field(2, ge=1)
    """Frames on either side that are the neighbours."""
    min_content_val: float = Field(15.0, ge=0)
    """Least content score of a cut, 0..255."""

    def cuts(self, signals: Signals) -> list[Cut]:
        from ...video.signals import cuts as _cuts

        score = _cuts.content(signals, self.shares)
        ratio = _cuts.ratio(score, self.window_width, self.min_content_val)
        met = (ratio >= self.adaptive_threshold) & (score >= self.min_content_val)
        frames = _cuts.spaced(signals.time, met, _cuts.length(signals, self.min_scene_len))
        return _cuts.hard(signals, frames, ratio / self.adaptive_threshold, "adaptive")


class Content(Weighted):
    """Cuts where the content score is high (PySceneDetect ContentDetector)."""

    threshold: float = Field(27.0, gt=0)
    """Least content score of a cut, 0..255."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""
    filter_mode: Literal["merge", "suppress"] = "merge"
    """Cuts that follow too soon: ``merge`` puts one cut at the end of the burst, ``suppress`` at its start."""

    def cuts(self, signals: Signals) -> list[Cut]:
        from ...video.signals import cuts as _cuts

        score = _cuts.content(signals, self.shares)
        pick = _cuts.merged if self.filter_mode == "merge" else _cuts.spaced
        frames = pick(signals.time, score >= self.threshold, _cuts.length(signals, self.min_scene_len))
        return _cuts.hard(signals, frames, score / self.threshold, "content")


class Histogram(Detector):
    """Cuts where the luma histogram changes (PySceneDetect HistogramDetector)."""

    threshold: float = Field(0.20, gt=0, le=1)
    """Least change: 1 minus the correlation of the histograms."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""

    def cuts(self, signals: Signals) -> list[Cut]:
        from ...video.signals import cuts as _cuts

        correlation = signals.histogram.astype("f8")
        met = correlation <= 1.0 - self.threshold
        met[0] = False
        frames = _cuts.spaced(signals.time, met, _cuts.length(signals, self.min_scene_len))
        return _cuts.hard(signals, frames, (1 - correlation) / self.threshold, "histogram")


class Hash(Detector):
    """Cuts where the perceptual hash changes (PySceneDetect HashDetector)."""

    threshold: float = Field(0.35, gt=0, le=1)
    """Least share of the hash's bits that change."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one cut to the next: frames (a whole number) or seconds (with a decimal point)."""

    def cuts(self, signals: Signals) -> list[Cut]:
        from ...video.signals import cuts as _cuts

        distance = signals.hash_distance.astype("f8")
        met = distance >= self.threshold
        met[0] = False
        frames = _cuts.spaced(signals.time, met, _cuts.length(signals, self.min_scene_len))
        return _cuts.hard(signals, frames, distance / self.threshold, "hash")


class Fade(Detector):
    """One boundary for each fade to black and back, or to white and back (PySceneDetect ThresholdDetector)."""

    threshold: int = Field(12, ge=1, le=255)
    """The picture has faded out where the mean of its pixels passes this, 0..255."""
    method: Literal["floor", "ceiling"] = "floor"
    """``floor``: faded out below the threshold (black). ``ceiling``: faded out from the threshold upwards (white)."""
    fade_bias: float = Field(0.0, ge=-1, le=1)
    """Where within the fade the boundary lies: -1 where the picture is gone, 1 where it is back."""
    min_scene_len: Length = Field(15, ge=0)
    """Least time from one fade-in to the next: frames (a whole number) or seconds (with a decimal point)."""
    min_out_length: Length = Field(0, ge=0)
    """Least time that the picture is gone: frames (a whole number) or seconds (with a decimal point)."""
    add_final_scene: bool = False
    """Also put a boundary where the picture fades out and does not come back."""

    def cuts(self, signals: Signals) -> list[Cut]:
        from ...video.signals import cuts as _cuts

        return _cuts.fades(
            signals,
            self.threshold,
            _cuts.length(signals, self.min_scene_len),
            _cuts.length(signals, self.min_out_length),
            self.fade_bias,
            self.method == "ceiling",
            self.add_final_scene,
        )


class Koala(Detector):
    """Koala-36M's rule on colour histograms and edges, for cuts and for slow transitions, which belong to no shot."""

    cutoff: float = 0.75
    """A slow transition has a smoothed score below this …"""
    deviations: float = Field(3.0, ge=0)
    """… and this many standard deviations (of at least 0.2) below the mean of the scores before it."""
    past: int = Field(8, ge=2)
    """How many scores before it are looked at; the lowest and highest fifth of them do not count."""
    min_frames: int = Field(8, ge=0)
    """A shot of this many frames or fewer is dropped, where ``koala`` is the only detector."""
    trim_frames: int = Field(4, ge=0)
    """Frames taken off both ends of every shot, where ``koala`` is the only detector."""

    def cuts(self, signals: Signals) -> list[Cut]:
        from ...video.signals import cuts as _cuts

        return _cuts.koala(signals, self.cutoff, self.deviations, self.past)


class Depth(Detector):
    """A few long scenes: SceneTilling's depth score (VideoLLaMB) on pictures taken at a low rate."""

    fps: float = Field(1.0, gt=0)
    """Pictures a second that are compared."""
    similarity: Literal["both", "colours", "structure"] = "both"
    """What makes two pictures alike: their colours, their structure (difference hash), or the mean of both."""
    deviations: float = Field(0.5, ge=0)
    """A boundary is this many standard deviations deeper than the mean."""
    min_depth: float = Field(0.0, ge=0)
    """A boundary is at least this deep; depths are 0..2."""
    max_segments: int = Field(15, ge=1)
    """Keep the deepest boundaries, so that there are at most so many shots."""

    def cuts(self, signals: Signals) -> list[Cut]:
        from ...video.signals import cuts as _cuts

        return _cuts.valleys(signals, self.fps, self.similarity, self.deviations, self.min_depth, self.max_segments)


class Fixed(BaseModel):
    """Windows of one length, whatever is in the picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: float = Field(10.0, gt=0)
    """Length of a window; the last one ends with the video."""
    stride: float | None = Field(None, gt=0)
    """Seconds from the start of one window to the next; none: windows follow one another."""
