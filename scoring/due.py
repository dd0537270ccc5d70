"""What is to be said when it comes: whether a reply comes in time (proactive output of StreamingBench), and whether
those of a dialogue that runs with the video do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..rules.stream_mistakes import as_meant, without_wrong
from ..rules.streams import StreamPlan, spoken
from ..schemas import Message, Sample
from .measures import accuracy
from .reply_verdict import is_answer

LATE = 2.0
"""Seconds by which a reply may come too early or too late."""


def due_time(sample: Sample) -> float | None:
    """The second of the video at which the answer to *sample* is to be said; None: it is asked and answered at once."""
    times = [turn.time for turn in sample.messages if turn.role != "system"]
    return times[1] if len(times) == 2 and times[0] is not None else None


def in_time(sample: Sample, said_at: float | None) -> bool:
    """Whether a reply that was said at second *said_at* came when it was due, at most 2 s off."""
    due = due_time(sample)
    return due is not None and said_at is not None and abs(said_at - due) <= LATE


def proactive(punctual: Sequence[bool], right: Sequence[bool]) -> dict[str, Any]:
    """How many replies came in time, and how many were right besides."""
    return {"items": len(right), "in_time": accuracy(punctual), "right": accuracy(right)}


@dataclass(frozen=True, slots=True)
class StreamTally:
    """How what was said while a video ran goes with what was due."""

    due: int
    in_time: int
    """Of those that were due, how many something was said of, at most 2 s off."""
    right: int
    """And in the right words."""
    said: int
    """How often anything was said."""

    @property
    def all_right(self) -> bool:
        """Whether everything was said that was due, and nothing else."""
        return self.right == self.due == self.said


def replies_due(sample: Sample) -> list[Message]:
    """The replies of the stream *sample*, each at the time at which it is due; mistakes on purpose are none."""
    turns = spoken(sample)
    try:
        plan = StreamPlan.of_sample(sample)
    except ValueError:
        plan = None
    mistake = None if plan is None else plan.mistake
    turns = without_wrong(turns, mistake) if mistake and mistake.correction is None else as_meant(turns, mistake)
    return [turn for turn in turns if turn.role == "assistant"]


def tally_of(sample: Sample, said: Sequence[tuple[float, str]] | None) -> StreamTally | None:
    """How *said*, (second of the video, words), goes with what was due in the stream *sample*; None: it is no stream,
    or nothing is known of what was said.

    Each reply that was due takes the next one said that is at most 2 s off, one in its words before others.
    """
    if said is None or not sample.is_stream:
        return None
    left, punctual, right = sorted(said), 0, 0
    for turn in replies_due(sample):
        near = [one for one in left if abs(one[0] - (turn.time or 0.0)) <= LATE]
        if not near:
            continue
        taken = next((one for one in near if is_answer(one[1], turn.content)), near[0])
        left.remove(taken)
        punctual += 1
        right += is_answer(taken[1], turn.content)
    return StreamTally(len(replies_due(sample)), punctual, right, len(said))


def dialogues(tallies: Iterable[StreamTally | None]) -> dict[str, Any]:
    """Of all streams together: how much of what was due was said in time, and right besides, and how much of what was
    said was due; nothing, where there are no streams."""
    found = [one for one in tallies if one is not None]
    due, said = sum(one.due for one in found), sum(one.said for one in found)
    if not found:
        return {}
    punctual, right = sum(one.in_time for one in found), sum(one.right for one in found)
    shares = {"in_time": punctual / due if due else 0.0, "right": right / due if due else 0.0}
    return {"items": len(found), "due": due, "said": said, **shares, "wanted": punctual / said if said else 0.0}
