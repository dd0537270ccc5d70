"""Which questions a language has for the families, and which slots these may use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..schemas.nearest import nearest
from .language_words import ENGLISH, Language, slots_in, wrong_slots

if TYPE_CHECKING:
    from .family import Family

NOUNS = frozenset({"one", "many"})


def phrasings_of(language: Language, family: Family, kind: str, wording: str) -> tuple[str, ...]:
    """The questions of *language* for *family*, *kind* and *wording*; empty where it has none."""
    own = language.questions
    if wording and not (family.instead.get(f"{kind}.{wording}") or family.instead.get(wording)):
        wording = ""  # the family asks so as it asks otherwise
    task, ways = family.task, [f"{kind}.{wording}", wording] if wording else [kind]
    for name in [f"{task}.{way}" for way in ways] + ([] if wording else [task]):
        if name in own:
            return tuple(own[name])
    return ()


def wordings(family: Family) -> set[str]:
    """The ways in which *family* asks."""
    return {key.rpartition(".")[2] for key in family.instead} - set(family.kinds)


def slots(family: Family, wording: str, kinds: set[str] | None = None) -> tuple[set[str], list[set[str]]]:
    """The slots that a question of *family* may hold, and the sets of which it needs one whole.

    Where a span can be named with its noun, {it}, it can also be named by its words alone, {q}.
    """
    found = [
        slots_in(text) for kind in sorted(kinds or family.kinds or {""}) for text in family.questions(kind, wording)
    ]
    found += [slots - {"it"} | {"q"} for slots in found if "it" in slots]
    needed: list[set[str]] = []
    for one in sorted([one - NOUNS - family.optional for one in found], key=sorted):
        if one not in needed:
            needed.append(one)
    return set().union(*found, NOUNS), needed


def english_tree() -> dict[str, Any]:
    """What stands with the families in English, as a language file would have it, for languages that extend it."""
    from .families.captioning import CALLED
    from .families.temporal_grounded_caption import NTH, TELL
    from .family import find_families
    from .lane_kinds import KINDS, LABEL_NOUNS
    from .stream_words import STREAM

    nouns: dict[str, Any] = {
        kind.name: {"one": kind.one, "many": kind.many, "it": kind.it.format("{q}") if "{}" in kind.it else "{q}"}
        for kind in KINDS.values()
    }
    nouns |= {lane: {"one": one, "many": many, "it": f"the {one} {{q}}"} for lane, (one, many) in LABEL_NOUNS.items()}
    questions: dict[str, list[str]] = {}
    for task, family in find_families().items():
        for kind in sorted(family.kinds or {""}):
            for wording in ["", *sorted(wordings(family))]:
                if texts := family.questions(kind, wording):
                    questions[".".join(part for part in (task, kind, wording) if part)] = list(texts)
    return {
        "name": ENGLISH,
        "nouns": nouns,
        "nth": list(NTH),
        "tell": TELL,
        "parts": CALLED,
        "stream": {ask: list(texts) for ask, texts in STREAM.items()},
        "questions": questions,
    }


def misfits(language: Language) -> list[tuple[tuple[str | int, ...], str]]:
    """What is wrong with the questions of *language*: where in it, and what."""
    from .family import find_families

    families, wrong = find_families(), list[tuple[tuple[str | int, ...], str]]()
    for key, texts in language.questions.items():
        task, *way = key.split(".")
        family = families.get(task)
        if family is None:
            wrong.append((("questions", key), _unknown("family", task, families)))
            continue
        kinds = {part for part in way if part in family.kinds}
        asked = [part for part in way if part not in family.kinds]
        known = [*sorted(wordings(family)), *sorted(family.kinds)]
        if len(way) > 2 or len(asked) > 1 or (asked and asked[0] not in wordings(family)):
            wrong.append((("questions", key), _unknown(f"way of asking of {task}", ".".join(asked or way), known)))
            continue
        may, needed = slots(family, asked[0] if asked else "", kinds)
        for n, text in enumerate(texts):
            if why := wrong_slots(text, may, needed):
                wrong.append((("questions", key, n), why))
            elif (nouns := NOUNS & slots_in(text)) and (mute := _without_noun(language, family, kinds)):
                wrong.append((("questions", key, n), f"{{{min(nouns)}}} has no word: nouns has no {mute}"))
        if not texts:
            wrong.append((("questions", key), "no question is given"))
    return wrong


def lacking(language: Language) -> list[str]:
    """The families for which *language* has no question at all."""
    from .family import find_families

    if language.english:
        return []
    asked = {key.split(".")[0] for key in language.questions}
    own = {task for task, family in find_families().items() if family.phrasings or family.instead}
    return [task for task in find_families() if task in own - asked]


def _without_noun(language: Language, family: Family, kinds: set[str]) -> str:
    return next((kind for kind in sorted(kinds or family.kinds) if kind not in language.nouns), "")


def _unknown(what: str, name: str, known: object) -> str:
    names = [str(one) for one in known]  # type: ignore[attr-defined]
    near = nearest(name, names)
    return f"there is no {what} {name}; " + (f"did you mean {near}?" if near else f"there are {', '.join(names)}")
