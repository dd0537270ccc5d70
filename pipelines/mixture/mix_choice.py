"""The choice of the samples that go into a mixture, and of how often each is used."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...schemas.name_hashes import U8, are_among, distinct
from ...stages.gather.split import SPLITS
from .amounts import ENDLESS, Table, Wish, amounts
from .mix_config import Lengths, Mix
from .mix_rows import SourceRows


def keep_sides(sources: Sequence[SourceRows]) -> None:
    """Rule out training samples of videos that another source holds out, even as parts of composed videos, and those
    that show one of them among their media."""
    held = [_held_out(sources, split) for split in range(1, len(SPLITS))]
    for source in sources if any(map(len, held)) else ():
        most = np.zeros(len(source.key), np.int8)
        for split, videos in enumerate(held, 1):
            known = set(videos.tolist()) if source.made_of or source.shown else set()
            made = [video for video, pieces in source.made_of.items() if not known.isdisjoint(pieces)]
            most[are_among(source.video, distinct([videos, np.array(made, np.uint64)]))] = split
            for place, shown in source.shown.items():
                most[place] = max(most[place], 0 if known.isdisjoint(shown) else split)
        source.rule_out(source.split < most, "held_out_elsewhere")


def _held_out(sources: Sequence[SourceRows], split: int) -> U8:
    """The hashes of the videos that a source has in *split*, and of those that they are composed of, sorted."""
    parts = []
    for source in sources:
        videos = distinct([source.video[source.split == split]])
        made = np.array(sorted(source.made_of), np.uint64)
        pieces = [one for video in made[are_among(made, videos)].tolist() for one in source.made_of[video]]
        parts += [videos, np.array(pieces, np.uint64)]
    return distinct(parts)


def drop_copies(sources: Sequence[SourceRows]) -> None:
    """Rule out every sample whose id an earlier source, or an earlier row, has already."""
    known = np.zeros(0, np.uint64)
    for source in sources:
        order = np.argsort(source.key, kind="stable")
        order = order[source.remaining[order]]
        keys = source.key[order]
        once = np.zeros(len(source.key), np.bool_)
        once[order[np.append(True, keys[1:] != keys[:-1])] if len(order) else order] = True
        del order, keys
        source.rule_out(~once | are_among(source.key, known), "duplicate_id")
        known = distinct([known, source.key[source.remaining]])


def choose(mix: Mix, sources: Sequence[SourceRows]) -> Table:
    """Set how often each sample is used. Returns the number of training samples of each source and length."""
    for source in sources:
        if not source.settings.held_out:
            source.rule_out(source.split > 0, "held_out_not_taken")
        source.copies[source.remaining & (source.split > 0)] = 1
        for task, most in source.settings.max_per_task.items():
            surplus = source.of(0) & (source.task == source.tasks.get(task, -1))
            surplus[source.first(surplus, most)] = False
            source.rule_out(surplus, "task_cap")
    count = len(mix.lengths.buckets) if mix.lengths else 1
    available = [np.bincount(source.bucket[source.of(0)], minlength=count).tolist() for source in sources]
    taken = amounts(_wish(mix, sources, available), mix.samples)
    for source, counts, amount in zip(sources, available, taken, strict=True):
        _take(mix, source, counts, amount, taken)
    return taken


def _wish(mix: Mix, sources: Sequence[SourceRows], available: Table) -> Wish:
    settings = [source.settings for source in sources]
    endless = [[ENDLESS if one.repeat and n else n for n in row] for one, row in zip(settings, available, strict=True)]
    caps = [
        min(sum(row), ENDLESS if one.max_samples is None else one.max_samples)
        for one, row in zip(settings, endless, strict=True)
    ]
    weights = [one.weight or 0.0 for one in settings] if settings[0].weight is not None else None
    if weights is not None and mix.samples is None:  # a source without samples does not empty the mixture
        weights = [weight if cap else 0.0 for weight, cap in zip(weights, caps, strict=True)]
    shares = [bucket.share for bucket in mix.lengths.buckets] if mix.lengths else [1.0]
    return Wish(endless, caps, weights, shares)


def _take(mix: Mix, source: SourceRows, available: list[int], amount: list[int], taken: Table) -> None:
    """Choose *amount* of the *available* training samples of *source*; both are counts by length."""
    full = source.settings.max_samples is not None and sum(amount) >= source.settings.max_samples
    for bucket, (count, wanted) in enumerate(zip(available, amount, strict=True)):
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
            reason = "samples" if source.settings.weight is None else "weight"
        source.rule_out(where & (source.copies == 0), reason)


def _is_full(lengths: Lengths, samples: int | None, bucket: int, taken: Table) -> bool:
    """Whether the profile allows no more samples of the length *bucket*."""
    shares = [one.share for one in lengths.buckets]
    total = samples or sum(map(sum, taken))
    return sum(row[bucket] for row in taken) >= int(total * shares[bucket] / sum(shares))
