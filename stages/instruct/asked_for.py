"""What was asked for by name and made nothing, or was left out: counted for each video, and said once for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ...schemas import Sample, Timeline

_MADE, _UNSUITED, _LEFT, _SAID, _LOST = "made:", "unsuited:", "left_out:", "left_out_said:", "lost:"
WORDLESS = "without_words:"
"""How keys begin under which a stage counts what its language has no words for."""
NAMED = 3
"""How many of the things that were left out, or of the reasons for it, are named."""


def count_made(video: Timeline, tasks: Iterable[str], samples: Iterable[Sample]) -> None:
    """Count the *samples* of each of the *tasks* that were asked for; a task without any is counted as 0."""
    count_each(video, tasks, [sample.task for sample in samples])


def count_each(video: Timeline, wanted: Iterable[str], found: Iterable[str]) -> None:
    """Count how often each of the things that were *wanted* is among those *found*; one that is not, as 0."""
    made = Counter(found)
    for thing in wanted:
        add(video, _MADE + thing, made[thing])


def count_unsuited(video: Timeline, task: str) -> None:
    """Count a video none of whose lanes suits *task*, which was asked for."""
    add(video, _UNSUITED + task, 1)


def count_left_out(video: Timeline, task: str, left: Mapping[str, str]) -> None:
    """Count what *task* leaves out of a video, each with the reason; one of them is kept to be named."""
    if left:
        add(video, _LEFT + task, len(left))
        what, why = min(left.items())
        add(video, f"{_SAID}{task}:{what} ({why})", 1)


def count_lost(video: Timeline, task: str, reason: str) -> None:
    """Count something of *task* that came to nothing."""
    add(video, f"{_LOST}{task}:{reason}", 1)


def count_without_words(video: Timeline, tasks: Iterable[str]) -> None:
    """Count the questions of *tasks* for which the language that is set has no words."""
    for task in tasks:
        add(video, WORDLESS + task, 1)


def without_words(totals: Mapping[str, float]) -> str:
    """The tasks that lost questions for want of words: ``counting (12), event_order (3)``."""
    found = sorted((key.removeprefix(WORDLESS), count) for key, count in totals.items() if key.startswith(WORDLESS))
    return ", ".join(f"{task} ({count:.0f})" for task, count in found)


def no_words(name: str, totals: Mapping[str, float], do: str) -> list[str]:
    """A sentence for each language in which questions stay as they are, for it has no words that *do* something."""
    found = sorted((key.removeprefix(WORDLESS), count) for key, count in totals.items() if key.startswith(WORDLESS))
    return [
        f"{name}: {count:.0f} questions in {language} stay as they are: the language has no words that {do}."
        for language, count in found
        if count
    ]


def why_lost(totals: Mapping[str, float], task: str) -> str:
    """The reasons why what there was of *task* came to nothing, the most frequent first: ``3 × no_evidence``."""
    start = f"{_LOST}{task}:"
    found = sorted((-count, key.removeprefix(start)) for key, count in totals.items() if key.startswith(start))
    return ", ".join(f"{-count:.0f} × {reason}" for count, reason in found[:NAMED])


def nothing_made(totals: Mapping[str, float]) -> list[str]:
    """What was asked for and made nothing in any video."""
    return [key.removeprefix(_MADE) for key, count in totals.items() if key.startswith(_MADE) and not count]


def told(name: str, totals: Mapping[str, float], kinds: Mapping[str, str], why: Mapping[str, str] = {}) -> list[str]:
    """A sentence for what was asked for and made nothing, and one for each task that left something out.

    Args:
        name: of the stage.
        totals: what was counted, over all videos.
        kinds: what each task asks about and found none of, for people.
        why: the reasons, where the stage knows them, that what is counted made nothing.
    """
    lines = []
    if nothing := nothing_made(totals):
        lanes = {task: f"no {kinds.get(task, 'lane of its kind')}" for task in nothing if _UNSUITED + task in totals}
        reasons = {**why, **lanes}
        listed = ", ".join(f"{task} ({reasons.get(task, 'nothing gives a sure answer')})" for task in sorted(nothing))
        lines.append(f"{name}: asked for, and nothing was made: {listed}.")
    for key, count in sorted(totals.items()):
        if key.startswith(_LEFT):
            task = key.removeprefix(_LEFT)
            start = f"{_SAID}{task}:"
            some = [found.removeprefix(start) for found in sorted(totals) if found.startswith(start)]
            more = "; …" if len(some) > NAMED or len(some) < count else ""
            lines.append(f"{name}: {task} left out {count:.0f}: {'; '.join(some[:NAMED])}{more or '.'}")
    return lines


def no_time(name: str, totals: Mapping[str, float]) -> list[str]:
    """A sentence for the videos that have no time at which ``at`` asks (``without_times``)."""
    if not (many := int(totals.get("without_times", 0))):
        return []
    return [f"{name}: {many} video{' has' if many == 1 else 's have'} no time at which `at` would ask."]


def add(video: Timeline, key: str, count: float) -> None:
    """Add *count* to what *video* reports under *key*."""
    video.report[key] = video.report.get(key, 0) + count
