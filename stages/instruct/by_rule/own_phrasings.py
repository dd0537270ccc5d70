"""Questions that a config words itself: which slots they may use, and to which task they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ....rules.family import find_families
from ....rules.language_words import Language, wrong_slots
from ....rules.phrasings import lacking, slots, wordings
from ....schemas.settings_model import UnknownKey


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
        ways = wordings(family)
        if wording and wording not in ways:
            raise UnknownKey(("phrasings", key), [f"{task}.{way}" for way in sorted(ways)] or [task])
        if ways and not wording and not (family.phrasings or family.kinds & set(family.instead)):
            named = " and ".join(f"{task}.{way}" for way in sorted(ways))
            raise ValueError(f"phrasings: {task} asks in several ways: give {named}")
        known, needed = slots(family, wording)
        for text in texts:
            if why := wrong_slots(text, known, needed):
                raise ValueError(f"phrasings of {key}: {why}")
        if not texts:
            raise ValueError(f"phrasings of {key}: no question is given")


def check_words(language: Language, tasks: Sequence[str] | None, own: Mapping[str, Sequence[str]]) -> None:
    """Check that *language* has questions for those of *tasks* that *own* does not word.

    Raises:
        ValueError: names those for which it has none.
    """
    worded = {key.partition(".")[0] for key in own}
    none = [task for task in tasks or () if task in lacking(language) and task not in worded]
    if none:
        raise ValueError(f"language {language.name} has no questions for {', '.join(none)}: give some under phrasings")
