"""Options among which the right one cannot be told from the words: each would have been right equally often.

The play that a question is about is one of many that are drawn in the same way. A question and its options are taken
only with the odds that make each of the options the answer in equally many of these plays: who does not see which
play it is can only guess. Where a question is refused, another one follows; that too tells of the play, and so the
plays that are left to compare with are those for which all questions before would have been refused as well. (The
same idea as rejection sampling against a language prior: Goyal et al. 2017, Making the V in VQA Matter, balance each
question over pictures.)
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from random import Random

from .inquiries import Inquiry, fact_of, say_moves
from .world import Illegal, Move, Play, State, World, follow

LEAST = 3
"""Options of a question at least."""
Plays = int
"""Some of the plays: a bit for each."""


def even_options(truth: str, others: Sequence[str], most: int, rng: Random) -> list[str]:
    """At most *most* options, *truth* among them, in random order; none when they would not be even.

    *others* are the answers in other plays, of which each could as well have been the one that is shown.
    """
    return _drawn(truth, Counter([truth, *others]), most, rng)


def also_refused(truth: str | None, others: Sequence[str | None], most: int, rng: Random) -> list[int]:
    """Which of *others* would have been refused as *truth* was, had they been shown; None: it has no answer."""
    counts = Counter(answer for answer in (truth, *others) if answer is not None)
    return [n for n, one in enumerate(others) if one is None or not _drawn(one, counts, most, rng)]


def _drawn(truth: str, counts: Counter[str], most: int, rng: Random) -> list[str]:
    size = min(most, len(counts))
    if size < min(LEAST, most):
        return []
    left = dict(counts)
    del left[truth]
    options = [truth]
    while len(options) < size:
        options += rng.choices(list(left), list(left.values()))
        del left[options[-1]]
    odds = [_odds(one, [other for other in options if other is not one], counts) for one in options]
    taken = rng.random() * odds[0] < min(odds)
    return rng.sample(options, size) if taken else []


def _odds(truth: str, wrong: Sequence[str], counts: Counter[str]) -> float:
    """What is proportional to the odds that *truth* is the answer and just these are drawn as *wrong*."""
    whole = counts.total() - counts[truth]
    summed = 0.0
    for order in permutations(wrong):
        odds, left = 1.0, whole
        for one in order:
            odds *= counts[one] / left
            left -= counts[one]
        summed += odds
    return counts[truth] * summed


def even_plans(
    world: World, truth: Play, others: Sequence[Play], inquiry: Inquiry, most: int, ahead: int, rng: Random
) -> tuple[tuple[Inquiry, list[str]] | None, list[Play]]:
    """*inquiry* with a value to be reached, and at most *most* continuations of which just the first reaches it.

    None when they would not be even, when the value holds already at the end of *truth*, or when none or several of
    them reach it from there; then with those of *others* that would have been refused as well. Value and continuations
    are drawn by what all of these plays have in common: that tells nothing of *truth*.
    """
    plans: list[tuple[Move, ...]] = []
    for _ in range(8 * most):
        plan = tuple(rng.choice(world.moves) for _ in range(ahead))
        plans += [plan] if plan not in plans else []
    goals: list[tuple[str, dict[int, Plays], int]] = []
    for value, reached in _reached(world, (truth, *others), inquiry.params, plans).items():
        apart = _apart(reached, most)
        if len(apart) >= min(LEAST, most):
            goals.append((value, apart, min(plays.bit_count() for plays in apart.values())))
    if not goals:
        return None, list(others)
    ((value, apart, least),) = rng.choices(goals, [least * len(apart) for _, apart, least in goals])
    rights = [next((n for n, plays in apart.items() if plays >> k & 1), None) for k in range(len(others) + 1)]
    refused = [n is None or rng.random() * apart[n].bit_count() >= least for n in rights]
    if refused[0]:
        return None, [play for play, is_out in zip(others, refused[1:], strict=True) if is_out]
    chosen = [plans[n] for n in apart]
    said = [say_moves(world, plan) for plan in chosen]
    asked = Inquiry(inquiry.ask, {**inquiry.params, "value": value, "choices": json.dumps(chosen)})
    right = say_moves(world, plans[rights[0] or 0])
    return (asked, [right, *(option for option in said if option != right)]), list(others)


def _reached(
    world: World, plays: Sequence[Play], params: Mapping[str, str], plans: Sequence[tuple[Move, ...]]
) -> dict[str, list[Plays]]:
    """By value of the fact that *params* name: for each of *plans*, the plays that it brings it about in."""
    values: dict[State, str] = {}

    def value_of(state: State) -> str:
        if state not in values:
            values[state] = fact_of(world, state, params).value
        return values[state]

    found: dict[str, list[Plays]] = {}
    for k, play in enumerate(plays):
        now = value_of(play.states[-1])
        for n, plan in enumerate(plans):
            try:
                value = value_of(follow(world, play.states[-1], plan).states[-1])
            except Illegal:
                continue
            if value != now:
                found.setdefault(value, [0] * len(plans))[n] |= 1 << k
    return found


def _apart(reached: Sequence[Plays], most: int) -> dict[int, Plays]:
    """At most *most* plans, by number, each with the plays in which none but it does it, of which each has some. One is
    taken after the other: that with which the fewest such plays of a plan are the most."""
    picked: dict[int, Plays] = {}
    while len(picked) < most:
        tried = ({**picked, n: plays} for n, plays in enumerate(reached) if n not in picked)
        alone = ({n: _alone(n, some, reached) for n in some} for some in tried)
        best = max(alone, key=lambda some: min(plays.bit_count() for plays in some.values()), default={})
        if not all(best.values()) or not best:
            break
        picked = best
    return picked


def _alone(number: int, some: Iterable[int], reached: Sequence[Plays]) -> Plays:
    rest = 0
    for n in some:
        rest |= reached[n] if n != number else 0
    return reached[number] & ~rest
