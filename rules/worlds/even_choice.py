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
from collections.abc import Sequence
from itertools import permutations
from random import Random

from .inquiries import Inquiry, fact_of, reaches, say_moves
from .world import Illegal, Play, World, follow

LEAST = 3
"""Options of a question at least."""


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
    """*inquiry* with a value to be reached, and *most* continuations of which just the first reaches it.

    None when they would not be even, or when none or several of them reach the value from the end of *truth*; then
    with those of *others* that would have been refused as well.
    """
    params = dict(inquiry.params)
    try:
        other = rng.choice([truth, *others])
        end = follow(world, other.states[-1], [rng.choice(world.moves) for _ in range(ahead)]).states[-1]
    except Illegal:
        return None, list(others)
    params["value"] = fact_of(world, end, params).value
    plans: list[list[list[int]]] = []
    for _ in range(8 * most):
        plan = [list(rng.choice(world.moves)) for _ in range(ahead)]
        if len(plans) < most and plan not in plans:
            plans.append(plan)
    if len(plans) < most:
        return None, list(others)
    right, *rights = (_only(world, play, params, plans) for play in (truth, *others))
    counts = Counter([right, *rights])
    least = min(counts[n] for n in range(most))
    if right < 0 or rng.random() * counts[right] >= least:
        refused = (n < 0 or rng.random() * counts[n] >= least for n in rights)
        return None, [play for play, is_out in zip(others, refused, strict=True) if is_out]
    said = [say_moves(world, plan) for plan in plans]
    asked = Inquiry(inquiry.ask, {**params, "choices": json.dumps(plans)})
    return (asked, [said[right], *(option for option in said if option != said[right])]), list(others)


def _only(world: World, play: Play, params: dict[str, str], plans: Sequence[list[list[int]]]) -> int:
    """Which of *plans* is the only one that reaches what is asked for; -1: there is no such one."""
    right = [n for n, plan in enumerate(plans) if reaches(world, play, params, plan)]
    return right[0] if len(right) == 1 else -1
