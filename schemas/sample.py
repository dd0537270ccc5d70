"""What a timeline becomes: training samples, each with the evidence for its answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .teaching import Mark, Region

Role = Literal["system", "user", "assistant"]
IMPORTED = "imported"
"""The ``teacher`` of a sample that a label file had."""
ANSWERED_FROM = "answered_from"
"""The parameter of a question about a caption: the task of the caption, from which alone it is to be answered."""
FRAME_RATE = "frame_rate"
"""The parameter with the frames a second of the video, of samples whose evidence is told as frames."""
NO_MEDIA = "media"
"""The parameter that is ``none`` for a sample that is text alone: nothing of its video is shown."""
WRITTEN_FROM = "written_from"
"""The parameter of a sample whose teacher was shown more than words: ``frames``, ``sound`` or ``frames and sound``."""
INFERRED = "inferred"
"""The parameter that is ``true`` for a sample whose answer was concluded, in words that its evidence need not have."""
MEDIA_MARKS = {"image": "<image>", "clip": "<video>"}
"""What stands in the messages of a sample for each kind of its media."""


@dataclass(slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str
    time: float | None = None
    """When it is said, in seconds of the video: the turn of a stream. None: at no time, as in most samples."""


@dataclass(slots=True)
class Box:
    """Where something stands in the upright picture at *time* (seconds of the video).

    The sides are shares of the picture's width and height, from its left and from its top: 0 to 1, whatever its size.
    """

    time: float
    left: float
    top: float
    right: float
    bottom: float
    mask: str = ""
    """Its outline, where it is known: the compressed run lengths of COCO, behind the size that they are of, in pixels:
    ``HEIGHTxWIDTH:COUNTS``."""


@dataclass(slots=True)
class Evidence:
    """A span that an answer rests on: its id and lane, and what it says. Times in seconds."""

    start: float
    end: float
    lane: str
    text: str
    span: str = ""
    boxes: list[Box] = field(default_factory=list)
    """Those of the span's boxes that the answer rests on, in the order of their times."""


@dataclass(slots=True)
class Verdict:
    """What one check found of a sample."""

    check: str
    verdict: Literal["pass", "fail", "unsure"]
    value: float | None = None
    detail: str = ""


@dataclass(slots=True)
class Frame:
    """A picture of a video in a file of the data set: what is shown at *time* (seconds of the video)."""

    file: str
    time: float


@dataclass(slots=True)
class Medium:
    """A picture or a clip that stands in a sample's words, where they have the mark of its kind (``MEDIA_MARKS``)."""

    kind: Literal["image", "clip"]
    video: str = ""
    """The uri of the video that it shows; empty: the sample's own."""
    start: float = 0.0
    """Where it lies in that video, in seconds; a picture starts where it ends."""
    end: float = 0.0
    file: str = ""
    """The file of the data set that shows just this, where one was written: ``media/…``."""
    boxes: list[Box] = field(default_factory=list)
    """What is cut out of a picture: the part that holds all of these; empty: the whole of it is shown."""
    mark: Mark = ""
    """How *regions* are shown in a picture."""
    regions: list[Region] = field(default_factory=list)
    """With a *mark*, what is pointed out in it; a file that was written has them drawn in."""


@dataclass(slots=True)
class Sample:
    """One training or test item on the stretch *start* to *end* (seconds) of a video."""

    task: str
    question: str
    answer: str
    start: float
    end: float
    evidence: list[Evidence] = field(default_factory=list)
    params: dict[str, str] = field(default_factory=dict)
    """What, with the evidence, determines the answer: time format, the event asked for, and so on."""
    options: list[str] = field(default_factory=list)
    answer_index: int | None = None
    """Which of *options* is right, from 0; None for an open answer."""
    messages: list[Message] = field(default_factory=list)
    rationale: str = ""
    teacher: str = ""
    """Who wrote it; empty for a sample made by rule, ``imported`` for one that a label file had."""
    checks: list[Verdict] = field(default_factory=list)
    group: str = ""
    """Samples with the same group are one item asked in several ways (circular options)."""
    id: str = ""
    rejected: str = ""
    """For a preference pair: the worse reply to *question*; *answer* is the better one."""
    rejected_source: str = ""
    """How the worse reply came about: ``bad_prompt``, ``corrupted_blurred``, ``self_critique``, ``best_of`` …"""
    clip: str = ""
    """The file of the data set that shows what the sample is about, where one was cut: ``media/….mp4``."""
    clip_start: float | None = None
    """The stretch of the video that ``clip``, or ``frames``, shows, in seconds of the video: a moment t of the video is
    at t - clip_start in the clip. Nothing in the sample's words is a time unless this is 0."""
    clip_end: float | None = None
    frames: list[Frame] = field(default_factory=list)
    """Pictures of that stretch, in order, where some were asked for."""
    media: list[Medium] = field(default_factory=list)
    """What the marks in ``messages`` stand for, in their order; empty: the words have no marks, and the video is shown
    before the first of them."""
    seen_start: float | None = None
    """With ``seen_end``, the stretch of the video, in seconds, that may be shown when the sample is answered: what is
    asked at 12 s is seen up to 12. None: all of it. What the answer to a question about the future rests on, and with
    it ``end``, lies after ``seen_end``; nothing outside of the stretch is shown by clips, exports and predictions."""
    seen_end: float | None = None

    @property
    def seen(self) -> tuple[float, float] | None:
        """The stretch (seconds) that may be shown; None: all of the video."""
        return None if self.seen_end is None else (self.seen_start or 0.0, self.seen_end)

    @property
    def is_stream(self) -> bool:
        """Whether its turns are said while the video runs: each rests on nothing that is later than its time."""
        return any(turn.time is not None for turn in self.messages)

    @property
    def text_only(self) -> bool:
        """Whether nothing of the video is shown: the sample is for language models that learn from text."""
        return self.params.get(NO_MEDIA) == "none"
