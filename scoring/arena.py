"""Models in an arena: who wins against whom, and ratings by Bradley and Terry with intervals from resampling.

A tie is half a win for both (VideoAutoArena). Ratings are on Elo's scale: 1000 on average, 400 points are odds of ten
to one. Each model has one tie besides with a model rated 1000, so that ratings are finite where one wins always, and
comparable where two never met. Intervals come from drawing the questions anew, with all verdicts on each (Efron 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from .measures import accuracy

if TYPE_CHECKING:
    import numpy as np

Winner = Literal["first", "second", "tie"]
AVERAGE, SCALE = 1000.0, 400.0
ROUNDS, LEVEL = 1000, 0.95
"""How often the questions are drawn, and the share of draws within an interval."""
STEPS, CLOSE = 500, 1e-6
"""The most steps to the ratings, and how little the strengths may still change, as a share."""
BLOCK = 50
"""Draws that are worked on at once."""


class Battle(NamedTuple):
    """A verdict on two replies to one question: *first* was shown before *second*."""

    question: str
    first: str
    second: str
    winner: Winner
    criterion: str = ""
    """What is judged, where it is one of several things."""

    @property
    def swapped(self) -> Battle:
        """The same verdict on the replies in the other order."""
        other: dict[Winner, Winner] = {"first": "second", "second": "first", "tie": "tie"}
        return self._replace(first=self.second, second=self.first, winner=other[self.winner])


@dataclass(frozen=True, slots=True)
class Standing:
    """One model among all. Shares are 0 to 1; a tie is half a win."""

    model: str
    rank: int
    """One more than the models whose whole interval lies above this one's."""
    rating: float
    low: float
    high: float
    battles: int
    wins: int
    ties: int
    win_rate: float
    win_low: float
    win_high: float


class Sides(NamedTuple):
    """How much the order matters in which replies are shown."""

    first_wins: float
    """The share of verdicts for the reply shown first; a tie is half."""
    both_orders: int
    """Pairs of replies that were judged in both orders."""
    same: float
    """The share of these with the same verdict both times."""


def standings(battles: Sequence[Battle], seed: int = 0) -> list[Standing]:
    """Every model of *battles*, the highest rating first."""
    import numpy as np

    if not battles:
        return []
    models = sorted({name for one in battles for name in (one.first, one.second)})
    questions = {name: n for n, name in enumerate(dict.fromkeys(one.question for one in battles))}
    count = len(models)
    won = np.zeros((len(questions), count, count), dtype=np.float32)
    for one in battles:
        first, second = models.index(one.first), models.index(one.second)
        share = {"first": 1.0, "tie": 0.5, "second": 0.0}[one.winner]
        won[questions[one.question], first, second] += share
        won[questions[one.question], second, first] += 1 - share
    flat, draw = won.reshape(len(questions), -1), np.random.default_rng(seed)
    ratings, rates = [], []
    for _ in range(0, ROUNDS, BLOCK):
        times = draw.multinomial(len(questions), np.full(len(questions), 1 / len(questions)), size=BLOCK)
        drawn = (times.astype(np.float32) @ flat).reshape(BLOCK, count, count)
        ratings.append(_ratings(drawn))
        rates.append(_rates(drawn))
    ends = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    low, high = np.percentile(np.concatenate(ratings), ends, axis=0)
    least, most = np.nanpercentile(np.concatenate(rates), ends, axis=0)
    whole = won.sum(axis=0, keepdims=True)
    rating, rate = _ratings(whole)[0], _rates(whole)[0]
    found = [
        Standing(
            name,
            1 + int((low > high[n]).sum()),
            *(float(rating[n]), float(min(low[n], rating[n])), float(max(high[n], rating[n]))),
            *_counts(battles, name),
            *(float(rate[n]), float(min(least[n], rate[n])), float(max(most[n], rate[n]))),
        )
        for n, name in enumerate(models)
    ]
    return sorted(found, key=lambda one: (-one.rating, one.model))


def win_rates(battles: Sequence[Battle]) -> dict[str, dict[str, float]]:
    """How often each model wins against each that it met; a tie is half a win."""
    shares: dict[str, dict[str, list[float]]] = {}
    for one in battles:
        for side in (one, one.swapped):
            share = {"first": 1.0, "tie": 0.5, "second": 0.0}[side.winner]
            shares.setdefault(side.first, {}).setdefault(side.second, []).append(share)
    return {
        one: {other: sum(held) / len(held) for other, held in sorted(of.items())} for one, of in sorted(shares.items())
    }


def sides(battles: Sequence[Battle]) -> Sides:
    """How much the order matters in which replies are shown."""
    shares = [{"first": 1.0, "tie": 0.5, "second": 0.0}[one.winner] for one in battles]
    told = {(one.question, one.criterion, one.first, one.second): one for one in battles}
    back = [(one, told.get((question, about, second, first))) for (question, about, first, second), one in told.items()]
    both = [(one, other) for one, other in back if other is not None and one.first < one.second]
    same = accuracy([one.winner == other.swapped.winner for one, other in both])
    return Sides(sum(shares) / len(shares) if shares else 0.0, len(both), same)


def _ratings(won: np.ndarray) -> np.ndarray:
    """The ratings (draws, models) of *won* (draws, models, models), wins of each over each: Hunter's steps (2004)."""
    import numpy as np

    met = won + won.transpose(0, 2, 1)
    wins = won.sum(axis=2) + 0.5
    strength = np.ones(wins.shape)
    for _ in range(STEPS):
        pairs = strength[:, :, None] + strength[:, None, :]
        after = wins / ((met / pairs).sum(axis=2) + 1 / (strength + 1))
        done = np.abs(after / strength - 1).max() < CLOSE
        strength = after
        if done:
            break
    logs = np.log10(strength)
    found: np.ndarray = AVERAGE + SCALE * (logs - logs.mean(axis=1, keepdims=True))
    return found


def _rates(won: np.ndarray) -> np.ndarray:
    """The share of its battles that each model wins; not a number where a draw has none of them."""
    import numpy as np

    met = (won + won.transpose(0, 2, 1)).sum(axis=2)
    found: np.ndarray = np.divide(won.sum(axis=2), met, out=np.full(met.shape, np.nan), where=met > 0)
    return found


def _counts(battles: Sequence[Battle], model: str) -> tuple[int, int, int]:
    """Battles, wins and ties of *model*."""
    own = [one if one.first == model else one.swapped for one in battles if model in (one.first, one.second)]
    return len(own), sum(one.winner == "first" for one in own), sum(one.winner == "tie" for one in own)
