"""Interleaved samples, whose pictures and clips stand among their words, and what must hold of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..schemas import Evidence, Medium, Message, Sample
from ..schemas.sample import MEDIA_MARKS
from .media_parts import MarksDiffer, media_parts, parts_of

LAYOUT = "interleaved"
"""The parameter of documents that says whether media stand before or after their text: MEDIA_FIRST or TEXT_FIRST."""
MEDIA_FIRST, TEXT_FIRST = "media_first", "text_first"
EXAMPLES = "examples"
"""The parameter of a question with examples in context: the ids of their samples."""
OWN_MEDIA = "own_media"
"""Its parameter with the number of the last of its media, which are its own; those before show the examples."""
SLACK = 0.001
"""Seconds by which times may differ: they are rounded."""


@dataclass(slots=True)
class Segment:
    """A line of a document: what is told, the spans that tell it, and what is shown of them."""

    told: list[Evidence] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words, on one line."""
        return " ".join(" ".join(one.text.split()) for one in self.told)

    @property
    def start(self) -> float:
        return min(one.start for one in self.told)

    @property
    def end(self) -> float:
        return max(one.end for one in self.told)

    @property
    def words(self) -> int:
        return len(self.text.split())

    def line(self, layout: str) -> str:
        """Its words with the marks of its media."""
        marks = "".join(MEDIA_MARKS[medium.kind] for medium in self.media)
        return self.text + marks if layout == TEXT_FIRST else marks + self.text


def middle(told: Evidence) -> float:
    """The middle of what is told, seconds, by which texts are in order."""
    return (told.start + told.end) / 2


def document(segments: Sequence[Segment], layout: str) -> str:
    """The words of a document of *segments* with marks, a line for each."""
    return "\n".join(segment.line(layout) for segment in segments)


def segments_of(sample: Sample) -> list[Segment]:
    """The segments of a document, as its words, media and evidence say them.

    Raises:
        MarksDiffer: marks and media, or words and evidence, do not agree.
    """
    media_parts(sample)
    told, media, layout = iter(sample.evidence), iter(sample.media), sample.params[LAYOUT]
    return [_segment(line, told, media, layout) for line in sample.messages[-1].content.split("\n")]


def _segment(line: str, told: Iterator[Evidence], media: Iterator[Medium], layout: str) -> Segment:
    count = sum(line.count(mark) for mark in MEDIA_MARKS.values())
    found = Segment(media=[medium for _, medium in zip(range(count), media, strict=False)])
    (parts,) = parts_of([Message("assistant", line)], found.media)
    words = "".join(part for part in parts if isinstance(part, str))
    while not found.told or len(found.text) < len(words):
        if (one := next(told, None)) is None:
            break
        found.told.append(one)
    if not found.told or found.text != words:
        raise MarksDiffer(f"{words[:80]!r} is not what its evidence says")
    if found.line(layout) != line:
        raise MarksDiffer(f"the media of {words[:80]!r} do not stand {layout.replace('_', ' ')}")
    return found


def document_fault(sample: Sample) -> tuple[str, str] | None:
    """What is wrong with a document, a reason and a detail; None: times rise, and each picture lies in its text's span.

    The middle of each text must lie in the clip that it stands with.
    """
    try:
        segments = segments_of(sample)
    except MarksDiffer as why:
        return "marks_differ", str(why)
    for times in ([middle(one) for one in sample.evidence], [one.start for one in sample.media]):
        if times != sorted(times):
            return "times_fall", ", ".join(f"{time:g}" for time in times)
    for segment in segments:
        for medium in segment.media:
            if not _lies_right(medium, segment):
                where = f"{medium.start:g} to {medium.end:g} s"
                return "picture_outside", f"{where}, and its text {segment.start:g} to {segment.end:g} s"
    return None


def _lies_right(medium: Medium, segment: Segment) -> bool:
    if medium.kind == "image":
        return segment.start - SLACK <= medium.start <= segment.end + SLACK
    return all(medium.start - SLACK <= middle(one) <= medium.end + SLACK for one in segment.told)


def context_fault(sample: Sample, uri: str) -> tuple[str, str] | None:
    """What is wrong with a question with examples about the video *uri*, a reason and a detail; None: nothing.

    The examples show other videos, none shows this one, and what comes after them shows nothing else.
    """
    try:
        media_parts(sample)
    except MarksDiffer as why:
        return "marks_differ", str(why)
    own = int(sample.params[OWN_MEDIA])
    first = len(sample.media) - own
    for n, medium in enumerate(sample.media):
        shows_own = medium.video in ("", uri)
        if n < first and shows_own:
            return "query_among_examples", uri
        if n >= first and not shows_own:
            return "query_shows_another", medium.video
    return None
