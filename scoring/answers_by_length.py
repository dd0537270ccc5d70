"""What the length of a video tells of the answers to questions about it, by those about other videos."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

DIGITS = 3
"""Lengths that agree to the millisecond are the same."""
NEIGHBOURS = 5
"""At least so many answers are looked at: those of the videos that last most nearly as long, and of all as near."""


class AnswersByLength:
    """The right answers of each task, by how many seconds of a video are shown. Of its own video an item is told
    nothing."""

    def __init__(self, known: Iterable[tuple[str, str, float, str]]) -> None:
        """*known*: (task, video, seconds, right answer) of each question; those of 0 seconds say nothing."""
        at: dict[str, dict[float, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._own: dict[tuple[str, str], dict[float, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._all: dict[str, Counter[str]] = defaultdict(Counter)
        for task, video, seconds, answer in known:
            if seconds > 0:
                at[task][_rounded(seconds)][answer] += 1
                self._own[task, video][_rounded(seconds)][answer] += 1
                self._all[task][answer] += 1
        self._times = {task: sorted(found) for task, found in at.items()}
        self._at = {task: {time: (found[time], found[time].total()) for time in found} for task, found in at.items()}
        self._count = {task: found.total() for task, found in self._all.items()}

    def answers(self, task: str) -> list[str]:
        """Every answer of *task* that is right once or more."""
        return list(self._all[task])

    def told(self, task: str, video: str, seconds: float, answers: Sequence[str]) -> list[float] | None:
        """How much more often each of *answers* is right of videos that last about *seconds* than it would be if all
        lasted the same; None where no other video is known."""
        own = self._own.get((task, video), {})
        mine = Counter[str]()
        for counts in own.values():
            mine.update(counts)
        others = self._count.get(task, 0) - mine.total()
        if others <= 0:
            return None
        near: list[tuple[Counter[str], Counter[str]]] = []
        found = 0
        for times in self._outwards(task, _rounded(seconds)):
            for time in times:
                counts, total = self._at[task][time]
                taken = own.get(time, Counter())
                near.append((counts, taken))
                found += total - taken.total()
            if found >= NEIGHBOURS:
                break
        here = [sum(counts[answer] - taken[answer] for counts, taken in near) for answer in answers]
        return [
            count - found * (self._all[task][answer] - mine[answer]) / others
            for count, answer in zip(here, answers, strict=True)
        ]

    def _outwards(self, task: str, seconds: float) -> Iterator[list[float]]:
        """The lengths that there are, the nearest to *seconds* first; two that are as near, together."""
        times = self._times[task]
        high = bisect_left(times, seconds)
        low = high - 1
        while low >= 0 or high < len(times):
            below = seconds - times[low] if low >= 0 else float("inf")
            above = times[high] - seconds if high < len(times) else float("inf")
            taken = []
            if below <= above:
                taken.append(times[low])
                low -= 1
            if above <= below:
                taken.append(times[high])
                high += 1
            yield taken


def _rounded(seconds: float) -> float:
    return round(seconds, DIGITS)
