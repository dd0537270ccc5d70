"""Texts of other videos for each video: a bounded digest of each, one reservoir a lane, a seeded pool for each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from random import Random
from typing import Any, Literal

from ....rules.family import Family
from ....rules.lane_kinds import fold
from ....rules.lane_view import View
from ....schemas import Sample, Timeline, seeded

Source = Literal["same_video", "other_videos"]
"""Where a wrong answer in words comes from."""
PER_VIDEO = 20
"""The most texts of one lane that a video gives to others."""
RESERVOIR = 20_000
"""The most texts of one lane that are held for all videos: a uniform sample when the corpus has more."""


def digest(video: Timeline, wanted: list[tuple[Sample, Family | None]]) -> dict[str, Any]:
    """The seed, and for questions answered in words, by "lane/kind", up to PER_VIDEO [text, facts] of *video*.

    For questions that a teacher answered in its own words, "told/task" has [answer, question].
    """
    lanes: dict[str, list[list[str]]] = {}
    for sample, family in wanted:
        if family is None:
            answered = lanes.setdefault("told/" + sample.task, [])
            if len(answered) < PER_VIDEO:
                answered.append([sample.answer, sample.question])
            continue
        lane, kind = sample.evidence[0].lane, sample.params["kind"]
        if family.answers != "text" or lane + "/" + kind in lanes:
            continue
        items = View(lane, kind, video.lane(lane), float(sample.params["duration"])).items
        if len(items) > PER_VIDEO:
            items = video.random("options", "digest", lane, kind).sample(items, PER_VIDEO)
        lanes[lane + "/" + kind] = [[item.text, item.facts] for item in items]
    return {"seed": video.seed, "lanes": lanes}


def gather(digests: Iterable[tuple[str, Any]], count: int) -> dict[str, Any]:
    """For each video, by "lane/kind", up to *count* [text, facts] of other videos, of about the length of its own."""
    held: dict[str, list[tuple[int, str, str, str]]] = {}
    seen: dict[str, int] = {}
    draws: dict[str, Random] = {}
    videos: list[tuple[str, int, dict[str, float]]] = []
    for video, digest_of_video in digests:
        lengths = {}
        for key, texts in digest_of_video["lanes"].items():
            lengths[key] = sum(len(text) for text, _ in texts) / max(len(texts), 1)
            for text, facts in texts:
                _keep(held.setdefault(key, []), (len(text), text, facts, video), key, seen, draws)
        videos.append((video, digest_of_video["seed"], lengths))
    for texts in held.values():
        texts.sort()
    return {
        video: {
            key: _pool(held[key], length, video, count, seeded(video, seed, "options", key))
            for key, length in own.items()
            if key in held  # nobody has a text: a lane that is not there
        }
        for video, seed, own in videos
        if own
    }


def _keep(
    held: list[tuple[int, str, str, str]],
    text: tuple[int, str, str, str],
    key: str,
    seen: dict[str, int],
    draws: dict[str, Random],
) -> None:
    """Offer *text* to a reservoir (algorithm R) in which every text seen so far is held with equal odds."""
    seen[key] = seen.get(key, 0) + 1
    if len(held) < RESERVOIR:
        held.append(text)
        return
    n = draws.setdefault(key, seeded("options", key)).randrange(seen[key])
    if n < RESERVOIR:
        held[n] = text


def _pool(
    texts: list[tuple[int, str, str, str]], length: float, video: str, count: int, rng: Random
) -> list[list[str]]:
    """*count* texts of other videos out of the 4 x *count* or so that are nearest to *length* characters."""
    at = bisect_left(texts, (round(length),))
    near = texts[max(0, at - 2 * count) : at + 2 * count]
    texts_by_key: dict[str, list[str]] = {}
    for _, text, facts, owner in near:
        if owner != video:
            texts_by_key.setdefault(fold(text), [text, facts])
    return rng.sample(list(texts_by_key.values()), min(count, len(texts_by_key)))
