"""Shots: cut the video where its content changes."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from ...schemas import Failed, Signals, Span, Timeline
from ..stage import Stage
from .detectors import Adaptive, Content, Depth, Detector, Fade, Fixed, Hash, Histogram, Koala

Name = Literal["adaptive", "content", "histogram", "hash", "fade", "koala", "depth", "fixed"]


class Shots(Stage):
    """Cut the video where its content changes.

    Shots follow one another without gaps from the first frame to the end, save where the settings trim, drop or
    skip. Each says how it begins (``begins``: start, cut, fade, transition, valley, chop or window) and which
    ``detector`` found that; its score is the strength of the change there, as a multiple of what the detector asks
    for. A shot after a fade also has the time at which the picture was darkest (``darkest_at``).
    """

    reads: ClassVar[frozenset[str]] = frozenset({"signals"})
    writes: ClassVar[frozenset[str]] = frozenset({"shots"})

    detector: Name | list[Name] = "adaptive"
    """What finds the boundaries. A list is the union of several, for example ``[adaptive, fade]``."""
    adaptive: Adaptive = Adaptive()
    """Settings of the detector ``adaptive``."""
    content: Content = Content()
    """Settings of the detector ``content``."""
    histogram: Histogram = Histogram()
    """Settings of the detector ``histogram``."""
    hash: Hash = Hash()
    """Settings of the detector ``hash``."""
    fade: Fade = Fade()
    """Settings of the detector ``fade``."""
    koala: Koala = Koala()
    """Settings of the detector ``koala``."""
    depth: Depth = Depth()
    """Settings of the detector ``depth``."""
    fixed: Fixed = Fixed()
    """Settings of the detector ``fixed``."""
    min_seconds: float = Field(0.0, ge=0)
    """Least length of a shot; what becomes of a shorter one, ``short`` says."""
    short: Literal["join", "drop"] = "join"
    """Join a short shot to the neighbour from which the weaker change parts it (one that touches none stays as it is),
    or drop it."""
    max_seconds: float | None = Field(None, gt=0)
    """Greatest length of a shot: heads are cut off a longer one until the rest is short enough."""
    head_seconds: float | None = Field(None, gt=0)
    """Length of these heads; none: ``max_seconds``. Panda-70M has a greatest length of 7 s and heads of 5 s."""
    trim_seconds: float = Field(0.0, ge=0)
    """Seconds taken off both ends of every shot, last of all."""
    trim_percent: float = Field(0.0, ge=0, lt=50)
    """Percent of its length taken off both ends of every shot, last of all."""
    into: str = Field("shots", min_length=1)
    """The lane that the shots are written to."""

    @model_validator(mode="after")
    def _agrees(self) -> Shots:
        if not self.detectors:
            raise ValueError("detector: name at least one")
        if "fixed" in self.detectors and len(self.detectors) > 1:
            raise ValueError("detector: fixed stands alone; to chop long shots, set max_seconds")
        every = {"adaptive", "content", "histogram", "hash", "fade", "koala", "depth", "fixed"}
        for name in sorted(every - set(self.detectors)):
            if getattr(self, name) == type(self).model_fields[name].default:
                continue
            raise ValueError(f"{name}: these settings have no effect, because detector does not name {name}")
        if self.max_seconds is None and self.head_seconds is not None:
            raise ValueError("head_seconds has no effect without max_seconds")
        if self.max_seconds is not None and (self.head_seconds or 0) > self.max_seconds:
            raise ValueError("head_seconds must not be greater than max_seconds")
        if self.max_seconds is not None and 2 * self.min_seconds > (self.head_seconds or self.max_seconds):
            raise ValueError("min_seconds must be at most half of max_seconds (or of head_seconds)")
        return self

    @property
    def detectors(self) -> list[str]:
        """The names of the detectors, each once."""
        named = self.detector if isinstance(self.detector, list) else [self.detector]
        return list(dict.fromkeys(named))

    def lanes_written(self) -> set[str]:
        return {self.into}

    def run(self, video: Timeline) -> Timeline:
        signals = video.signals
        if signals is None or not len(signals):
            raise Failed("no_signals", "shots are found in the frame table of scan, and this video has none")
        from .tiling import chop, join, trim

        spans = self._windows(signals) if "fixed" in self.detectors else self._between_cuts(signals)
        if self.short == "join":
            spans = join(spans, self.min_seconds)
        frame = signals.frame_seconds
        koala = self.detectors == ["koala"]  # beside others it adds boundaries, and shots stay whole
        few = self.koala.min_frames * frame if koala else 0.0
        limit = self.min_seconds if self.short == "drop" else 0.0
        least = max(limit - 1e-6, few + frame / 2 if few else 0.0)
        short = [span for span in spans if span.seconds < least]
        shots = [span for span in spans if span.seconds >= least]
        if self.max_seconds is not None:
            head = self.head_seconds or self.max_seconds
            shots = [piece for span in shots for piece in chop(span, self.max_seconds, head, self.min_seconds, frame)]
        margin = self.trim_seconds + (self.koala.trim_frames * frame if koala else 0.0)
        gone = trim(shots, margin, self.trim_percent / 100, frame)
        video.put(self.into, [*shots, *short])
        for span in short:
            threshold = round(max(few, limit), 6)
            self.drop(video, self.into, span, "too_short", value=round(span.seconds, 6), threshold=threshold)
        for span in gone:
            threshold = round(2 * margin + span.seconds * self.trim_percent / 50, 6)
            self.drop(video, self.into, span, "trimmed_away", value=round(span.seconds, 6), threshold=threshold)
        return video

    def _between_cuts(self, signals: Signals) -> list[Span]:
        from ...video.signals.cuts import union

        start, end = float(signals.time[0]), signals.end
        found: list[Detector] = [getattr(self, name) for name in self.detectors]
        cuts = union([detector.cuts(signals) for detector in found], 1.5 * signals.frame_seconds)
        spans = [_span(start, end, begins="start")]
        for cut in cuts:
            if cut.before <= spans[-1].start or cut.after >= end:  # nothing lies before or after it
                continue
            spans[-1].end = cut.before
            spans.append(_span(cut.after, end, cut.strength, begins=cut.kind, detector=cut.detector))
            if cut.darkest is not None:
                spans[-1].values["darkest_at"] = round(cut.darkest, 6)
        return spans

    def _windows(self, signals: Signals) -> list[Span]:
        start, end = float(signals.time[0]), signals.end
        seconds, stride = self.fixed.seconds, self.fixed.stride or self.fixed.seconds
        spans = []
        for n in range(int((end - start) / stride) + 1):
            low = start + n * stride
            if low < end - 1e-6:
                spans.append(_span(low, min(low + seconds, end), begins="window", detector="fixed"))
            if low + seconds >= end - 1e-6:
                break
        return spans


def _span(start: float, end: float, score: float | None = None, **attrs: Any) -> Span:
    rounded = None if score is None else round(score, 4)
    return Span(start, end, score=rounded, source="measured", attrs=attrs)
