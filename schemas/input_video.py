"""One input of a build: what is known of a video before any stage has seen it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from .ids import make_id
from .sample import Sample
from .timeline import Reject, Span

ROW = "row"
"""The attr with the name under which a row comes in that a stage makes of its settings alone."""


@dataclass(slots=True)
class Sidecar:
    """Labels of one video that are read in the worker: *settings* say how (the importer as JSON)."""

    settings: str
    path: str = ""
    """The file beside the video, as ``locate`` takes it; empty when the importer reads the video's attrs."""
    stamp: str = ""
    """Its size and its time of change, so that an edited file is noticed."""


@dataclass(slots=True)
class ImportedSample:
    """A question that a label file has: *where* it stands there, for people, and the *lane* for what it rests on.

    An evidence that ends at infinity ends with the video.
    """

    where: str
    lane: str
    sample: Sample


@dataclass(slots=True)
class ImportedBox:
    """Where a label file says that something is: in which frame or at which time, and where in the picture."""

    sides: tuple[float, float, float, float] | None = None
    """Left, top, right and bottom, in the unit of the track; None: those of the mask."""
    time: float | None = None
    """Seconds; None: that of the frame."""
    frame: int | None = None
    """From 0; None, without a time: the file says neither, which is enough for an image."""
    mask: str = ""
    """As in a Box."""
    polygons: list[list[float]] = field(default_factory=list)
    """The outline as ``x, y, x, y, …`` in pixels, where there is no mask."""


@dataclass(slots=True)
class ImportedTrack:
    """An object that a label file follows, before the size and the frame rate of its video are known.

    *where* says where it stands there, for people.
    """

    where: str
    lane: str
    span: Span
    """What is said of it."""
    boxes: list[ImportedBox]
    stretch: tuple[float, float] | None = None
    """From when to when it is, in seconds; None: from the first to the last of its boxes."""
    size: tuple[float, float] | None = None
    """What the sides are to be divided by, width and height; None: by the size of the video, in pixels."""
    pixels: tuple[int, int] | None = None
    """Width and height of the pictures that were labelled; None: those of the video."""
    fps: float | None = None
    """Frames a second, as the frames are counted; None: those of the video."""


LABELS = ("lanes", "samples", "tracks", "rejects")
"""What label files say of an input."""


@dataclass(slots=True)
class Source:
    """One input: a video, or a name in a label file. Quick to make: nothing is opened.

    One that was pickled has its ``LABELS`` packed until one of them is asked for.
    """

    uri: str
    """Stored with every row; ``locate(uri)`` gives what to open."""
    name: str = ""
    """How labels refer to it: the path relative to the base folder, or the name in the label file."""
    path: str = ""
    """What to open on this machine: an absolute path (text for ``os`` functions) or a URL; empty without a file."""
    size: int | None = None
    """Bytes."""
    stamp: str = ""
    """``mtime:…`` in nanoseconds, or ``etag:…``; empty when unknown."""
    sha256: str = ""
    """Known when the file had to be compared with another of its size."""
    attrs: dict[str, str] = field(default_factory=dict)
    """The other columns of the manifest: title, description, licence …"""
    lanes: dict[str, list[Span]] = field(default_factory=dict)
    """Imported labels. An end of infinity is the end of the video."""
    samples: list[ImportedSample] = field(default_factory=list)
    """Imported questions."""
    tracks: list[ImportedTrack] = field(default_factory=list)
    """Imported boxes of objects."""
    duration: float | None = None
    """Seconds, as the labels say."""
    opens: bool = True
    """False for a label-only row: there is no video to open."""
    sidecars: list[Sidecar] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    """Labels of this video that cannot be used."""
    problem: Reject | None = None
    """Why the input cannot be used; it still ends as a row."""
    hidden: bool = False
    """The uri stands for an address with credentials: only ``path`` can be opened, and it is stored nowhere."""
    _packed: tuple[tuple[str, ...], bytes] | None = field(default=None, repr=False, compare=False)
    """The names of the lanes, and the labels, pickled; then the labels have no values."""

    def __getstate__(self) -> tuple[Any, ...]:
        packed = self._packed
        if packed is None:
            labels = tuple(getattr(self, name) for name in LABELS)
            packed = (tuple(self.lanes), pickle.dumps(labels, pickle.HIGHEST_PROTOCOL))
        return (*(getattr(self, name) for name in HEAD), packed)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        for name, value in zip((*HEAD, "_packed"), state, strict=True):
            setattr(self, name, value)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name not in LABELS or self._packed is None:
                raise AttributeError(f"Source has no {name}")
            for label, value in zip(LABELS, pickle.loads(self._packed[1]), strict=True):
                setattr(self, label, value)
            self._packed = None
            return getattr(self, name)

    @property
    def lane_names(self) -> tuple[str, ...]:
        """The names of the imported lanes."""
        return self._packed[0] if self._packed is not None else tuple(self.lanes)

    @property
    def key(self) -> str:
        """Stable text for this input."""
        return self.uri

    @property
    def fingerprint(self) -> str:
        """A hash of all that is known of the input: another one when the file, its labels or sidecars have changed."""
        sidecars = [(one.settings, one.path, one.stamp) for one in self.sidecars]
        known = (self.uri, self.size, self.stamp, self.duration, self.opens, self.attrs, sidecars)
        more = [some for some in (self.samples, self.tracks) if some]
        return make_id(*known, self.lanes, self.rejects, self.problem, *more)


HEAD = tuple(one.name for one in fields(Source) if one.name not in (*LABELS, "_packed"))
"""All that is known of an input but what label files say."""
