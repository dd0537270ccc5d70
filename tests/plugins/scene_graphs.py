"""Scene graphs by chance, in which some things are far more frequent than others."""

from __future__ import annotations

from random import Random

from vdata.schemas import Span, Timeline, make_id

RELATIONS = ("holding", "touching", "in front of", "looking at", "leaning on")
THINGS = ("cup", "phone", "book", "table", "door", "blanket")
SHARES = (8, 5, 3, 2, 1, 1)
ACTIONS = ("opening a door", "drinking from a cup", "reading a book", "tidying up a table", "sitting down")


def graphs(count: int, seed: int = 0) -> list[Timeline]:
    """Videos of 30 s with lanes ``relations`` and ``actions``."""
    made = []
    for n in range(count):
        rng = Random(f"{seed} {n}")
        video = Timeline(f"{seed}-{n}.mp4", make_id("graph", seed, n), 30.0, seed=seed)
        video.put("relations", [_relation(rng) for _ in range(rng.randint(3, 8))])
        video.put("actions", [_span(rng, f"person | {one}") for one in rng.sample(ACTIONS, rng.randint(1, 4))])
        made.append(video)
    return made


def _relation(rng: Random) -> Span:
    return _span(rng, f"person | {rng.choice(RELATIONS)} | {rng.choices(THINGS, SHARES)[0]}")


def _span(rng: Random, text: str) -> Span:
    start = round(rng.uniform(0, 25), 1)
    return Span(start, min(30.0, round(start + rng.uniform(0.6, 9), 1)), text)
