"""Which samples of its sources go into a mixture, and how often."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...stages.gather.split import SPLITS
from .amounts import ENDLESS, Table, Wish, amounts
from .mix_config import Lengths, Mix
from .mix_rows import SourceRows


def keep_sides(sources: Sequence[SourceRows]) -> None:
    """Rule out training samples of videos that another source holds out, also as parts of made videos."""
    strict: dict[int, int] = {}
    for source in sources:
        for split in range(1, len(SPLITS)):
            for video in np.unique(source.video[source.split == split]).tolist():
                for one in (video, *source.made_of.get(video, ())):
                    strict[one] = max(split, strict.get(one, 0))
    for source in sources if strict else ():
        videos, which = np.unique(source.video, return_inverse=True)
        least = [
            max(strict.get(one, 0) for one in (video, *source.made_of.get(video, ()))) for video in videos.tolist()
        ]
        source.rule_out(source.split < np.array(least, np.int8)[which], "held_out_elsewhere")


def drop_copies(sources: Sequence[SourceRows]) -> None:
    """Keep the first source's of samples with the same id."""
    known = np.zeros(0, np.uint64)
    for source in sources:
        once = np.zeros(len(source.key), np.bool_)
        alive = np.flatnonzero(source.left)
        once[alive[np.unique(source.key[alive], return_index=True)[1]]] = True
        source.rule_out(~once | np.isin(source.key, known), "duplicate_id")
        known = np.union1d(known, source.key[source.left])


def choose(mix: Mix, sources: Sequence[SourceRows]) -> Table:
    """Decide how often each sample goes in. Returns how many training samples of each source and length do."""
    for source in sources:
        if not source.given.held_out:
            source.rule_out(source.split > 0, "held_out_not_taken")
        source.copies[source.left & (source.split > 0)] = 1
        for task, most in source.given.tasks.items():
            there = source.of(0) & (source.task == source.tasks.get(task, -1))
            chosen = source.first(there, most)
            there[chosen] = False
            source.rule_out(there, "task_cap")
    count = len(mix.lengths.buckets) if mix.lengths else 1
    there = [np.bincount(source.bucket[source.of(0)], minlength=count).tolist() for source in sources]
    taken = amounts(_wish(mix, sources, there), mix.samples)
    for source, available, amount in zip(sources, there, taken, strict=True):
        _take(mix, source, available, amount, taken)
    return taken


def _wish(mix: Mix, sources: Sequence[SourceRows], there: Table) -> Wish:
    given = [source.given for source in sources]
    endless = [[ENDLESS if one.repeat and n else n for n in row] for one, row in zip(given, there, strict=True)]
    caps = [min(sum(row), ENDLESS if one.cap is None else one.cap) for one, row in zip(given, endless, strict=True)]
    weights = [one.weight or 0.0 for one in given] if given[0].weight is not None else None
    if weights is not None and mix.samples is None:  # what has nothing to give does not empty the mixture
        weights = [weight if cap else 0.0 for weight, cap in zip(weights, caps, strict=True)]
    shares = [bucket.share for bucket in mix.lengths.buckets] if mix.lengths else [1.0]
    return Wish(endless, caps, weights, shares)


def _take(mix: Mix, source: SourceRows, there: list[int], amount: list[int], taken: Table) -> None:
    """Choose *amount* of the training samples of *source*, of which *there* are so many of each length."""
    full = source.given.cap is not None and sum(amount) >= source.given.cap
    for bucket, (count, wanted) in enumerate(zip(there, amount, strict=True)):
        if not count:
            continue
        where = source.of(0) & (source.bucket == bucket)
        rounds, rest = divmod(wanted, count)
        source.copies[where] += rounds
        source.copies[source.first(where, rest)] += 1
        if full:
            reason = "cap"
        elif mix.lengths is not None and _is_full(mix.lengths, mix.samples, bucket, taken):
            reason = "lengths"
        else:
            reason = "samples" if source.given.weight is None else "weight"
        source.rule_out(where & (source.copies == 0), reason)


def _is_full(lengths: Lengths, samples: int | None, bucket: int, taken: Table) -> bool:
    """Whether the profile allows no more of the length *bucket*."""
    shares = [one.share for one in lengths.buckets]
    total = samples or sum(map(sum, taken))
    return sum(row[bucket] for row in taken) >= int(total * shares[bucket] / sum(shares))
