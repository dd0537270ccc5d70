"""How stages ask an embedder for the vectors of texts and of stretches of a video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...schemas import Failed, Reply, Request, Span, Timeline
from ...schemas.settings_model import Misfits
from ...schemas.vectors import different_lengths, mean
from ..prompting.frame_choice import Look, at_times, times_of
from ..stage import Teacher

Vectors = dict[Any, bytes]


@dataclass(slots=True)
class Answers:
    """The replies to what an embedder was asked, by what was asked: a text, or a time."""

    replies: dict[Any, Reply]

    @property
    def vectors(self) -> Vectors:
        """Those that came."""
        return {asked: reply.vector for asked, reply in self.replies.items() if reply.ok}

    def count_cut(self, video: Timeline) -> None:
        """Count in the report of *video* the texts that were asked, and those of which only the beginning was read."""
        video.report["texts"] = len(self.replies)
        video.report["cut_texts"] = sum(reply.cut for reply in self.replies.values())

    def failure(self, wanted: Iterable[Any]) -> Reply | None:
        """The first reply to one of *wanted* that failed."""
        return next((self.replies[one] for one in wanted if not self.replies[one].ok), None)

    def expect_some(self) -> Answers:
        """Raise Failed when something was asked and no vector came, by the reason of the first; else give this."""
        if self.replies and not self.vectors:
            first = next(iter(self.replies.values()))
            raise Failed(first.failure, first.detail)
        return self


async def of_texts(teacher: Teacher, texts: Iterable[str], purpose: str) -> Answers:
    """The vectors of *texts*, each asked for once."""
    each = list(dict.fromkeys(texts))
    replies = await teacher.ask([Request.of(text, purpose=purpose) for text in each])
    return Answers(dict(zip(each, replies, strict=True)))


async def of_times(teacher: Teacher, video: Timeline, times: Iterable[float], size: int, purpose: str) -> Answers:
    """The vectors of the pictures of *video* at *times* (seconds), each asked for once.

    Raises:
        Failed: ``no_media``.
    """
    each = sorted(set(times))
    look = Look(size=size)
    replies = await teacher.ask([Request.of(at_times(video, [time], look), purpose=purpose) for time in each])
    return Answers(dict(zip(each, replies, strict=True)))


def chosen_times(video: Timeline, spans: Sequence[Span], look: Look) -> list[list[float]]:
    """The times of the frames of each of *spans* that *look* chooses."""
    return [times_of(video, span.start, span.end, look) for span in spans]


def pooled(vectors: Vectors, times: Iterable[Any]) -> bytes:
    """The vector of a stretch: the mean, of unit length, of those of its frames at *times*; empty: there is none.

    Frames whose vector did not come do not count.
    """
    found = [vectors[time] for time in times if time in vectors]
    if not found:
        return b""
    try:
        return mean(found)
    except ValueError:  # they cancel out
        return b""


def told_cut(name: str, totals: Mapping[str, float]) -> str:
    """The sentence, after a space, for texts of the stage *name* that were longer than its embedder reads; or none."""
    if not (cut := int(totals.get("cut_texts", 0))):
        return ""
    return (
        f"\n{name}: {cut:,} of {totals['texts']:,.0f} texts are longer than the embedder reads: their ends count for "
        "nothing. Shorten them, or take a model that reads more."
    )


def refuse_grid(look: Look) -> None:
    """Raise Misfits where *look* puts pictures in a grid: each has a vector of its own."""
    if look.columns:
        raise Misfits([(("look", "columns"), "has no effect: each frame has a vector of its own")])


def same_length(vectors: Sequence[bytes]) -> None:
    """Raise Failed where *vectors*, which are to be compared, differ in length."""
    if len({len(one) for one in vectors}) > 1:
        raise Failed("vectors_differ", f"the embedder gave vectors of {different_lengths(vectors)} numbers")
