"""Blind baselines: what a data set's questions give away to one who never sees the video.

Each answers by a rule of thumb from the text alone: always one letter, the longest option, the option with most words
of the question, the answer that is most often right; or from how long the video is. One that is above chance shows a
shortcut, which a model will learn (Goyal et al. 2017, Making the V in VQA Matter; Balepur et al. 2024, on choices
without questions). Chance is the share that random answers have right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from ..rules.figures import value_of
from ..rules.lane_kinds import fold
from ..rules.letters import LETTERS
from ..schemas.build_record import BaselineScore
from .answers_by_length import AnswersByLength
from .measures import interval

ALL = ""
"""The task of scores over all tasks."""
LEAST = 20
"""Fewer questions than these show no shortcut, whatever is right of them."""
LEVEL = 0.95
"""The level of the confidence intervals of one set of scores together: of all tasks, or of each task by itself."""
COMMON, NEAREST = "most common answer", "length nearest to the mean answer"
LONGEST, SHORTEST, OVERLAP = "longest option", "shortest option", "most words of the question"
DURATION = "length of the video"
_LENGTH_ADVICE = (
    "Lengths give answers away. Take out what is told by its length (verify: {policy: {told_by_length: drop}}), "
    "exchange wrong options (options: {existing: balance}), or have wrong options written as long as the right ones."
)
ADVICE = {
    LONGEST: _LENGTH_ADVICE,
    SHORTEST: _LENGTH_ADVICE,
    NEAREST: _LENGTH_ADVICE,
    OVERLAP: "The right option repeats the question. Ask in other words, or take wrong options that repeat it as well.",
    COMMON: "A few answers are nearly always right. Take fewer samples with them, or ask for what varies more.",
    DURATION: "How long a video is tells what happens in it. Cut what is shown to lengths that do not depend on the "
    "answer, or ask the same of videos of each length.",
}
"""What to do about a baseline that is above chance."""
LETTER_ADVICE = (
    "Right options are not spread evenly. The stage options spreads them over the letters; with circular: true it asks "
    "every question with each."
)


@dataclass(frozen=True, slots=True)
class BlindItem:
    """What is known of one sample without its video. An open one has no options; its answer is a number, yes or no."""

    task: str
    question: str
    answer: str
    options: tuple[str, ...] = ()
    right: int = 0
    group: str = ""
    """Samples of one group are one question, asked with its options in another order. Empty: a question alone."""
    video: str = ""
    seconds: float = 0.0
    """How much of the video is shown; 0: nothing is, or it is not known."""


_Guess = Callable[[BlindItem], float | None]
"""The odds (0..1) that a guess is right; ties share them. None: the baseline does not apply."""


def blind_item(
    task: str,
    question: str,
    answer: str,
    options: Sequence[str],
    right: int | None,
    group: str = "",
    video: str = "",
    seconds: float = 0.0,
) -> BlindItem | None:
    """The sample as an item; None where it has no options and its answer is neither a number nor yes or no."""
    group = "/".join((group, task, answer)) if group else ""  # the same at other times, or asked for else, is another
    if options and right is not None and len(options) > 1:
        return BlindItem(task, question, answer, tuple(options), right, group, video, seconds)
    if options or _closed(answer) is None:
        return None
    return BlindItem(task, question, answer, group=group, video=video, seconds=seconds)


def blind_baselines(items: Sequence[BlindItem]) -> list[BaselineScore]:
    """The scores of each baseline over all *items*, and then, where there are several tasks, over those of each task.

    A score is the share that is right, with Wilson's interval over questions (all rotations of one are one question),
    at a level at which all intervals of the same set hold together (Bonferroni).
    """
    tasks: dict[str, list[BlindItem]] = {}
    for item in items:
        tasks.setdefault(item.task, []).append(item)
    guesses = _guesses(items)
    found = _scores({ALL: items} if items else {}, guesses)
    return found + (_scores(dict(sorted(tasks.items())), guesses) if len(tasks) > 1 else [])


def advice(name: str) -> str:
    """What to do when the baseline *name* is above chance."""
    return ADVICE.get(name, LETTER_ADVICE)


def standing_out(scores: Iterable[BaselineScore]) -> list[BaselineScore]:
    """Those of *scores*, of ``LEAST`` questions or more, whose whole interval is above chance, the farthest above it
    first."""
    out = (one for one in scores if one.items >= LEAST and one.low > one.chance)
    return sorted(out, key=lambda one: one.chance - one.accuracy)


def _scores(groups: dict[str, Sequence[BlindItem]], guesses: dict[str, _Guess]) -> list[BaselineScore]:
    rows: list[tuple[str, str, list[float], list[float]]] = []
    for task, items in groups.items():
        distinct = len({fold(item.answer) for item in items if not item.options})
        for name, guess in guesses.items():
            turns: dict[str, list[float]] = defaultdict(list)
            odds: list[float] = []
            for n, item in enumerate(items):
                hit = guess(item)
                if hit is not None:
                    turns[item.group or f"item {n}"].append(hit)
                    odds.append(_chance(item, distinct))
            if turns:
                rows.append((task, name, [fmean(hits) for hits in turns.values()], odds))
    level = 1 - (1 - LEVEL) / max(len(rows), 1)
    return [_score(task, name, hits, odds, level) for task, name, hits, odds in rows]


def _score(task: str, name: str, hits: list[float], odds: list[float], level: float) -> BaselineScore:
    share, count = fmean(hits), len(hits)
    low, high = interval(share * count, count, level)
    return BaselineScore(
        task=task,
        baseline=name,
        items=count,
        accuracy=round(share, 4),
        low=round(low, 4),
        high=round(high, 4),
        chance=round(fmean(odds), 4),
    )


def _chance(item: BlindItem, distinct: int) -> float:
    """What guessing gives: one of the options, yes or no, or one of the numbers that are answers in the set."""
    if item.options:
        return 1 / len(item.options)
    return 0.5 if _closed(item.answer) in ("yes", "no") else 1 / max(distinct, 1)


def _guesses(items: Sequence[BlindItem]) -> dict[str, _Guess]:
    """The baselines that apply to any of *items*, by name."""
    most = max((len(item.options) for item in items), default=0)
    asked = [*{item.group: item for item in items if item.group}.values(), *(item for item in items if not item.group)]
    answers, lengths = _Answers(asked), _Lengths(asked)
    found: dict[str, _Guess] = {f"always {LETTERS[n]}": _letter(n) for n in range(min(most, len(LETTERS)))}
    if most:
        found[LONGEST] = _extreme(lambda item, option: float(len(option)))
        found[SHORTEST] = _extreme(lambda item, option: -float(len(option)))
        found[NEAREST] = _extreme(lambda item, option: -abs(len(option) - lengths.mean(item)))
        found[OVERLAP] = _extreme(lambda item, option: float(len(_words(option) & _words(item.question))))
    if any(_closed(item.answer) in ("yes", "no") for item in items if not item.options):
        found |= {f"always {word}": _word(word) for word in ("yes", "no")}
    found[COMMON] = answers.odds
    if any(item.seconds > 0 for item in items):
        found[DURATION] = _by_length(asked)
    return found


def _letter(place: int) -> _Guess:
    return lambda item: float(item.right == place) if place < len(item.options) else None


def _word(word: str) -> _Guess:
    def guess(item: BlindItem) -> float | None:
        said = None if item.options else _closed(item.answer)
        return float(said == word) if said in ("yes", "no") else None

    return guess


def _extreme(of: Callable[[BlindItem, str], float]) -> _Guess:
    """Guesses the option for which *of* is largest."""

    def guess(item: BlindItem) -> float | None:
        return _best([of(item, option) for option in item.options], item.right) if item.options else None

    return guess


def _by_length(asked: Iterable[BlindItem]) -> _Guess:
    """Guesses the answer that is more often right of other videos about as long than of all of them. Answers that
    differ by one are as likely: that one may be the item's own, of which nothing is told."""
    known = AnswersByLength((item.task, item.video, item.seconds, fold(item.answer)) for item in asked)

    def guess(item: BlindItem) -> float | None:
        answers = [fold(option) for option in item.options] or known.answers(item.task)
        told = known.told(item.task, item.video, item.seconds, answers) if item.seconds > 0 else None
        if told is None:
            return None
        return _best(told, item.right if item.options else answers.index(fold(item.answer)), within=1.0)

    return guess


def _best(values: Sequence[float], right: int, within: float = 0.0) -> float:
    """The odds that the largest of *values* is the right one, where those that are equal, or *within* so much of it,
    share them."""
    most = max(values)
    best = [n for n, value in enumerate(values) if value >= most - within - 1e-9]
    return 1 / len(best) if right in best else 0.0


class _Answers:
    """How often each answer is right in each task; an item is told nothing of its own question."""

    def __init__(self, items: Iterable[BlindItem]) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        for item in items:
            self.counts[item.task][fold(item.answer)] += 1

    def odds(self, item: BlindItem) -> float | None:
        counts, own = self.counts[item.task], fold(item.answer)
        if item.options:
            keys = [fold(option) for option in item.options]
            return _best([counts[key] - (key == own) for key in keys], item.right)
        others = {key: count - (key == own) for key, count in counts.items()}
        most = max(others.values())
        best = [key for key, count in others.items() if count == most]
        return 1 / len(best) if own in best and most else 0.0


class _Lengths:
    """The mean length of the answers of each task, in characters, without the item's own."""

    def __init__(self, items: Iterable[BlindItem]) -> None:
        self.sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for item in items:
            if item.options:
                self.sums[item.task][0] += len(item.options[item.right])
                self.sums[item.task][1] += 1

    def mean(self, item: BlindItem) -> float:
        total, count = self.sums[item.task]
        return (total - len(item.options[item.right])) / (count - 1) if count > 1 else 0.0


def _words(text: str) -> set[str]:
    return set(fold(text).split())


def _closed(answer: str) -> str | None:
    """``yes``, ``no`` or a number; None for other answers."""
    said = fold(answer)
    if said in ("yes", "no"):
        return said
    try:
        return f"{value_of(answer.strip().rstrip('.')):g}"
    except ValueError:
        return None
