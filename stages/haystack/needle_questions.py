"""The questions about needles and their options.

The options are drawn first and the right one is chosen among them, so that no option is likelier than another for its
letter, its length, its size or its place in a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations
from random import Random
from string import ascii_lowercase

from ...video.art import catalogue as pictures
from .hide_settings import Task
from .needles.needle import Candidate

ANSWER = "Answer with the letter of the right option."
NEXT, LAST = "Next: {thing}", "This is the last one."


def question_text(
    task: Task, thing: str = "", group: str = "", part: str = "", facts: Mapping[str, str] | None = None
) -> str:
    """The question of *task*, or of *part* of it: *thing* is named in it, *group* is its class, *facts* a clip's."""
    text = task.question or task.wording(part)
    many = pictures.plural(group) if group else ""
    for name, value in {**(facts or {}), "thing": thing, "things": many, "class": pictures.label(group)}.items():
        text = text.replace("{" + name + "}", value)
    return text


def captions_of(task: Task) -> list[str]:
    """Every text that may be shown for *task*. The alphabet stands for the names of drawings, which are English."""
    if task.task == "chain":
        return [NEXT.format(thing=ascii_lowercase), LAST]
    return task.needle.kind.captions(task.needle, task.distractors > 0)


def one_of_each(candidates: Sequence[Candidate], count: int, rng: Random) -> list[Candidate]:
    """*count* of *candidates*, of as many groups; fewer when there are fewer groups."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(candidate.group, []).append(candidate)
    chosen = rng.sample(sorted(groups), min(count, len(groups)))
    return [rng.choice(groups[group]) for group in chosen]


def orders(texts: Sequence[str], count: int, rng: Random) -> list[tuple[list[int], str]]:
    """*count* different orders of *texts*, each as places in *texts* and as the text of an option."""
    every = list(permutations(range(len(texts))))
    return [
        (list(order), ", then ".join(texts[n].rstrip(".") for n in order))
        for order in rng.sample(every, min(count, len(every)))
    ]


def numbers(least: int, most: int, count: int, rng: Random) -> list[int]:
    """*count* numbers in a row from *least* to *most*, or from *least* on where there are not so many."""
    first = rng.randint(least, max(least, most - count + 1))
    return list(range(first, first + count))
