"""A row is one video's timeline: media facts, and lanes of spans."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import Literal, Protocol, TypedDict, Unpack

from .failures import Failed
from .ids import make_id, seeded
from .sample import Box, Evidence, Sample
from .signal_table import Signals
from .text import clean
from .uri import PLANNED, locate

State = Literal["kept", "dropped", "failed"]
PublishedState = Literal["kept", "without_samples", "dropped", "failed", "input"]
"""How a video ended, as the published timelines say it. ``without_samples``: it came through all stages, and none made
a sample of it; ``input``: it is not in the data set itself, whose videos were made of such ones."""
RejectKind = Literal["dropped", "failed", "retried"]
STATED = {"licence": ("licence", "license"), "source": ("source",)}
"""What a manifest may state of each video, and the attrs that state it; published timelines have columns for it."""


@dataclass(slots=True)
class Span:
    """A stretch of a video, from *start* to *end* in seconds, and what is known of it.

    A point in time (a keyframe) has ``start == end``.
    """

    start: float
    end: float
    text: str | None = None
    label: str | None = None
    score: float | None = None
    source: str = ""
    """Where the span comes from: ``measured``, ``imported`` or the name of a teacher."""
    values: dict[str, float] = field(default_factory=dict)
    """Measured numbers by name, for example ``sharpness``."""
    attrs: dict[str, str] = field(default_factory=dict)
    """Named pieces of text, for example ``camera: pan_left``."""
    id: str = ""
    vector: bytes | None = None
    """What an embedder makes of it (``vectors``), where it is kept: float16, of unit length."""
    boxes: list[Box] = field(default_factory=list)
    """Where in the picture it is at some of its times, in their order: one object that is followed (a track)."""

    @property
    def seconds(self) -> float:
        return self.end - self.start

    @property
    def words(self) -> str:
        """The span's text, or else its label, or else nothing."""
        return self.text or self.label or ""


STILL_SECONDS = 1.0
"""How long a picture stands that has no length of its own."""


@dataclass(slots=True)
class Media:
    """What a video file is, without decoding it. Sizes are of the upright picture, in pixels."""

    bytes: int = 0
    sha256: str = ""
    container: str = ""
    duration: float = 0.0
    """Seconds."""
    frames: int = 0
    """As the container declares; 0 when it does not."""
    fps: float = 0.0
    variable_fps: bool = False
    width: int = 0
    height: int = 0
    rotation: int = 0
    """Degrees clockwise by which the stored picture is turned to stand upright: 0, 90, 180 or 270."""
    codec: str = ""
    pixel_format: str = ""
    bit_depth: int = 8
    interlaced: bool = False
    has_audio: bool = False
    audio_codec: str = ""
    audio_rate: int = 0
    audio_channels: int = 0

    @property
    def is_still(self) -> bool:
        """Whether it is one picture and nothing else: an image, which has no time."""
        return self.frames == 1 and not self.has_audio


class Measured(TypedDict, total=False):
    """What a rule measured of something that it rejects."""

    value: float | None
    threshold: float | None
    detail: str


@dataclass(slots=True)
class Reject:
    """Something that is not in the output, and why: a whole video (no *start*) or one span of it."""

    stage: str
    kind: RejectKind
    """``dropped`` by a rule, ``failed`` by an error; ``retried``: what a video had failed of before it was taken up
    again, whatever became of it then."""
    reason: str
    """snake_case, for example ``too_dark``."""
    _: KW_ONLY
    value: float | None = None
    """What was measured."""
    threshold: float | None = None
    """The limit that it broke."""
    detail: str = ""
    lane: str = ""
    span: str = ""
    """The id of the span."""
    start: float | None = None
    end: float | None = None

    @classmethod
    def of_span(
        cls, stage: str, kind: RejectKind, reason: str, lane: str, span: Span, **measured: Unpack[Measured]
    ) -> Reject:
        """A reject of *span* of *lane*."""
        return cls(stage, kind, reason, lane=lane, span=span.id, start=span.start, end=span.end, **measured)


class Cites(Protocol):
    """A stretch of the video (seconds) with the evidence for what is asked about it: a sample, or a request for one."""

    start: float
    end: float
    evidence: list[Evidence]


def cited_span(item: Cites) -> tuple[str, Span]:
    """The lane that *item* rests on, and its stretch under the id of the first span it cites, for a reject.

    A reject without a lane would be about the whole video; an item that cites nothing has ``samples`` for a lane.
    """
    first = item.evidence[0] if item.evidence else None
    return (first.lane if first else "samples"), Span(item.start, item.end, id=first.span if first else "")


@dataclass(slots=True)
class TrailStep:
    """One stage's entry on the row's trail."""

    stage: str
    seconds: float = 0.0
    wrote: int = 0
    """Spans or samples that the stage added."""
    dropped: int = 0
    """Spans that the stage took off."""
    values: dict[str, float] = field(default_factory=dict)
    """Counts that the closing summary adds up over all videos."""
    cached: bool = False


@dataclass(slots=True)
class Timeline:
    """One video, from its path to its training samples."""

    uri: str
    id: str = ""
    duration: float | None = None
    """Seconds; known from the media or from the labels."""
    media: Media | None = None
    attrs: dict[str, str] = field(default_factory=dict)
    """Facts about the whole video from its manifest: title, description, licence …"""
    lanes: dict[str, list[Span]] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    trail: list[TrailStep] = field(default_factory=list)
    path: str = ""
    """What to open on this machine, a path or a URL; not stored."""
    base: str = ""
    """The folder on this machine that relative uris start from; not stored."""
    folder: str = ""
    """The folder on this machine for files that are made for this row, known as ``media/NAME``; not stored."""
    state: State = "kept"
    seed: int = 0
    signals: Signals | None = None
    """Per-frame signals; kept in the scan's cache, never in a row that is stored."""
    report: dict[str, float] = field(default_factory=dict)
    """Counts that the stage now at work leaves for the summary; the runner moves them into its ``TrailStep.values``."""

    @property
    def seconds(self) -> float:
        """The length of the video; 0 until the labels or the file give it."""
        return self.duration or (self.media.duration if self.media else 0.0)

    @property
    def is_still(self) -> bool:
        """Whether it is one picture: see ``Media.is_still``."""
        return self.media is not None and self.media.is_still

    @property
    def planned(self) -> bool:
        """Whether it was planned of parts of other videos, and has no file."""
        return self.uri.startswith(PLANNED)

    @property
    def file(self) -> str:
        """What to open for the video's content: a path or a URL.

        Raises:
            Failed: ``not_rendered``: it was planned, and has none.
        """
        if self.planned:
            what = f"{self.uri}: was planned, and has no file: `render: {{mode: smart}}` makes one"
            raise Failed("not_rendered", what)
        return self.path or locate(self.uri)

    def frame_table(self, use: str) -> Signals:
        """The per-frame signals of the video; *use* opens the message if there are none: ``shots are found in``.

        Raises:
            Failed: ``no_signals``.
        """
        if self.signals is None or not len(self.signals):
            raise Failed("no_signals", f"{use} the frame table of scan, and this video has none")
        return self.signals

    def lane(self, name: str) -> list[Span]:
        """The spans of lane *name*; empty when there is none."""
        return self.lanes.get(name, [])

    def put(self, lane: str, spans: Iterable[Span]) -> list[Span]:
        """Lay *spans* on *lane*, replacing what was there: in time order, text cleaned, ids given."""
        ordered = sorted(spans, key=lambda span: (span.start, span.end))
        for n, span in enumerate(ordered):
            span.start, span.end = round(span.start, 6), round(span.end, 6)
            span.text = clean(span.text) if span.text is not None else None
            span.label = clean(span.label) if span.label is not None else None
            span.attrs = {clean(key): clean(value) for key, value in span.attrs.items()}
            if not span.id:
                span.id = make_id(self.id, lane, n, span.start, span.end, span.text, span.label)
        self.lanes[lane] = ordered
        return ordered

    def drop_span(self, lane: str, span: Span, reason: str, *, stage: str, **measured: Unpack[Measured]) -> None:
        """Take *span* off *lane* and say why in the rejects."""
        self.lanes[lane] = [other for other in self.lane(lane) if other is not span]
        self.rejects.append(Reject.of_span(stage, "dropped", reason, lane, span, **measured))

    def random(self, *names: object) -> random.Random:
        """A generator for this row and *names*, the same on every machine."""
        return seeded(self.id, self.seed, *names)
