"""Questions that a config words itself: which slots they may use, and to which task they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Formatter

from ....rules.family import Family, find_families
from ....schemas.settings_model import UnknownKey

NOUNS = frozenset({"one", "many"})


def own_phrasings(own: Mapping[str, Sequence[str]], task: str, wording: str) -> tuple[str, ...]:
    """The questions of *own* for *task*, asked in the way *wording*; empty where there are none."""
    return tuple(own.get(f"{task}.{wording}" if wording else task, ()))


def check_phrasings(own: Mapping[str, Sequence[str]], tasks: Sequence[str] | None) -> None:
    """Check that each key of *own* is a task that is made, and that each question fills the slots that it needs.

    Raises:
        UnknownKey: a task that is not made.
        ValueError: says which question is wrong, and what it may hold.
    """
    for key, texts in own.items():
        task, _, wording = key.partition(".")
        family = find_families().get(task)
        if family is None or (tasks is not None and task not in tasks):
            raise UnknownKey(("phrasings", key), tasks or find_families())
        ways = _wordings(family)
        if wording and wording not in ways:
            raise UnknownKey(("phrasings", key), [f"{task}.{way}" for way in sorted(ways)] or [task])
        if ways and not wording and not (family.phrasings or family.kinds & set(family.instead)):
            named = " and ".join(f"{task}.{way}" for way in sorted(ways))
            raise ValueError(f"phrasings: {task} asks in several ways: give {named}")
        slots, needed = _slots(family, wording)
        for text in texts:
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            if unknown := used - slots:
                has = ", ".join("{" + slot + "}" for slot in sorted(slots))
                raise ValueError(f"phrasings of {key}: unknown slot {{{min(unknown)}}} in {text!r}; it has {has}")
            if not any(one <= used for one in needed):
                ways_out = " or ".join(" and ".join("{" + slot + "}" for slot in sorted(one)) for one in needed)
                raise ValueError(f"phrasings of {key}: {text!r} must hold {ways_out}")
        if not texts:
            raise ValueError(f"phrasings of {key}: no question is given")


def _wordings(family: Family) -> set[str]:
    return {key.rpartition(".")[2] for key in family.instead} - set(family.kinds)


def _slots(family: Family, wording: str) -> tuple[set[str], list[set[str]]]:
    """The slots that a question of *family* may hold, and the sets of which it needs one whole."""
    found = [
        {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        for kind in sorted(family.kinds)
        for text in family.questions(kind, wording)
    ]
    needed: list[set[str]] = []
    for slots in sorted([slots - NOUNS - family.optional for slots in found], key=sorted):
        if slots not in needed:
            needed.append(slots)
    return set().union(*found, NOUNS), needed
