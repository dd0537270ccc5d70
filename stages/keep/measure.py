"""What a video or a span can be kept by: facts of the file, values, attributes, words, and other lanes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ...rules.word_count import word_count
from ...schemas import Media, Span, Timeline
from .covered import LaneIndex, share_of_picture, share_of_time

Value = float | str | None
"""What is known of a video or a span; None: nothing."""
Kind = Literal["number", "text", "any"]
"""What a measure gives; ``any``: a number, or a text, which may be that of a number."""

NUMBERS: dict[str, Callable[[Media], float]] = {
    "width": lambda media: media.width,
    "height": lambda media: media.height,
    "short_side": lambda media: min(media.width, media.height),
    "long_side": lambda media: max(media.width, media.height),
    "pixels": lambda media: media.width * media.height,
    "aspect": lambda media: media.width / media.height if media.height else 0,
    "fps": lambda media: media.fps,
    "frames": lambda media: media.frames,
    "bytes": lambda media: media.bytes,
    "bitrate": lambda media: 8 * media.bytes / media.duration if media.duration else 0,
    "bit_depth": lambda media: media.bit_depth,
    "audio_rate": lambda media: media.audio_rate,
    "audio_channels": lambda media: media.audio_channels,
}
"""Facts of a file that are numbers, pixels, seconds and bits a second among them; 0: not known."""
DECODERS = {"libdav1d": "av1", "libaom-av1": "av1", "libvpx": "vp8", "libvpx-vp9": "vp9", "mp1float": "mp1",
            "mp2float": "mp2", "mp3float": "mp3", "libopus": "opus", "libvorbis": "vorbis"}  # fmt: skip
"""What FFmpeg calls a codec by its decoder, and what people call it."""
TEXTS: dict[str, Callable[[Media], str]] = {
    "container": lambda media: media.container,
    "codec": lambda media: DECODERS.get(media.codec, media.codec),
    "pixel_format": lambda media: media.pixel_format,
    "audio_codec": lambda media: DECODERS.get(media.audio_codec, media.audio_codec),
    "rotation": lambda media: str(media.rotation),
    "has_audio": lambda media: "yes" if media.has_audio else "no",
    "interlaced": lambda media: "yes" if media.interlaced else "no",
    "variable_fps": lambda media: "yes" if media.variable_fps else "no",
}
"""Facts of a file that are texts, or yes and no."""
LENGTH = "seconds"
"""The length of a video, which labels may give as well."""
FACTS = (LENGTH, *NUMBERS, *TEXTS)
OWN: dict[str, tuple[Kind, Callable[[Span], Value]]] = {
    "seconds": ("number", lambda span: span.seconds),
    "start": ("number", lambda span: span.start),
    "end": ("number", lambda span: span.end),
    "score": ("number", lambda span: span.score),
    "words": ("number", lambda span: float(word_count(span.words))),
    "text": ("text", lambda span: span.text),
    "label": ("text", lambda span: span.label),
    "source": ("text", lambda span: span.source),
}
"""What every span may say of itself."""
LANES = ("overlap", "area", "count", "label")
"""What is measured of the spans of another lane: ``overlap.speech``."""
WHOLE = "video."
"""What a measure of a span begins with that is one of its video: ``video.attr.topic``."""


class UnknownMeasure(ValueError):
    """There is no such measure: *known* are the words that could have been meant."""

    def __init__(self, message: str, known: Iterable[str] = ()) -> None:
        self.known = list(known)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a video, or a span of one, is kept by."""

    name: str
    kind: Kind
    read: Callable[[Timeline, Span], Value]
    """What is known of a span of a video; of the whole video, the span is all of it."""
    lanes: frozenset[str] = frozenset()
    """The lanes that it looks at, ``media`` for facts of the file."""
    carried: str = ""
    """The value or attribute, if any, that the spans themselves must carry: ``value.NAME``, ``attr.NAME`` or ``NAME``,
    which is either."""
    by_length: bool = False
    """Whether the length of the whole video must be known."""

    def number(self, video: Timeline, span: Span) -> float | None:
        """What is known, as a number; None when nothing is, or when it is no number."""
        value = self.read(video, span)
        try:
            number = None if value is None else float(value)
        except ValueError:
            return None
        return None if number is None or number != number else round(number, 6)

    def text(self, video: Timeline, span: Span) -> str | None:
        """What is known, as text; None when nothing is."""
        value = self.read(video, span)
        return (f"{value:g}" if isinstance(value, float | int) else value) if value not in (None, "") else None


def measure(name: str, of: str | None) -> Measure:
    """The measure called *name* of the spans of the lane *of*; of whole videos if it is None.

    Raises:
        UnknownMeasure: there is none.
    """
    head, dot, rest = name.partition(".")
    if of and name.startswith(WHOLE):
        inner = measure(name.removeprefix(WHOLE), None)
        return Measure(
            name, inner.kind, lambda video, _: inner.read(video, whole(video)), inner.lanes, "", inner.by_length
        )
    if dot and not rest:
        raise UnknownMeasure(f"{name}: nothing stands behind the dot")
    if dot and head in LANES:
        found = _of_lane(name, head, *rest.partition(".")[::2])
        return found if of else replace(found, by_length=True)
    if head == "attr" and rest:
        if of:
            return Measure(name, "any", lambda _, span: span.attrs.get(rest), carried=name)
        return Measure(name, "any", lambda video, _: video.attrs.get(rest))
    if of:
        if name in OWN:
            kind, own = OWN[name]
            return Measure(name, kind, lambda _, span: own(span))
        if head == "value" and rest:
            return Measure(name, "number", lambda _, span: span.values.get(rest), carried=name)
        return Measure(name, "any", lambda _, span: span.values.get(name, span.attrs.get(name)), carried=name)
    if name == LENGTH:
        return Measure(name, "number", lambda video, _: video.seconds or None, by_length=True)
    if name in NUMBERS:
        fact = NUMBERS[name]
        return Measure(name, "number", lambda video, _: _known(video, fact), frozenset({"media"}))
    if name in TEXTS:
        stated, media = TEXTS[name], frozenset({"media"})
        return Measure(name, "text", lambda video, _: stated(video.media) if video.media else None, media)
    raise UnknownMeasure(
        f"{name} is no fact of a video file; what the manifest says is attr.{name}, and what spans carry needs a lane: "
        "of: LANE",
        (*FACTS, *(f"{one}.LANE" for one in LANES)),
    )


def whole(video: Timeline) -> Span:
    """All of *video* as a span."""
    return Span(0.0, video.seconds)


def _known(video: Timeline, fact: Callable[[Media], float]) -> Value:
    return (float(fact(video.media)) or None) if video.media else None


def _of_lane(name: str, head: str, lane: str, label: str) -> Measure:
    """A measure of what else goes on: in *lane*, of its spans with *label* where one is given."""
    if label and head == "label":
        raise UnknownMeasure(f"{name}: write label.{lane}, and {label} among what is wanted")

    known: list[tuple[list[Span], LaneIndex]] = []  # of the video that was looked at last

    def there(video: Timeline, span: Span) -> list[Span]:
        spans = video.lane(lane)
        if not known or known[0][0] is not spans:
            known[:] = [(spans, LaneIndex(one for one in spans if not label or one.words == label))]
        return known[0][1].overlapping(span)

    def most(video: Timeline, span: Span) -> Value:
        seconds: dict[str, float] = {}
        for one in there(video, span):
            shared = min(one.end, span.end) - max(one.start, span.start)
            seconds[one.words] = seconds.get(one.words, 0.0) + shared
        return min(seconds, key=lambda words: (-seconds[words], words)) if seconds else None

    reads: dict[str, tuple[Kind, Callable[[Timeline, Span], Value]]] = {
        "overlap": ("number", lambda video, span: share_of_time(span, there(video, span))),
        "area": ("number", lambda video, span: share_of_picture(span, there(video, span))),
        "count": ("number", lambda video, span: float(len(there(video, span)))),
        "label": ("text", most),
    }
    kind, read = reads[head]
    return Measure(name, kind, read, frozenset({lane}))
