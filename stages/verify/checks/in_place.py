"""Does an answer stand in the place of the cited sentence that the question asks for?"""

from __future__ import annotations

import re

from ....rules.figures import WORDS
from ....rules.lane_kinds import kind_of
from ....rules.lazy_pattern import lazy
from ..asked_place import (
    PREPOSITIONS,
    PRONOUNS,
    TWICE,
    AskedPlace,
    about,
    asked_place,
    first_phrase,
    named,
    overlap,
    sentences,
    words_of,
)
from ..finding import Facts, Finding, failure
from ..mentions import stem
from .grounding import MEN, NEUTRAL, WOMEN

BEGIN, START = 3, 4
"""Words of a sentence within which what it is about is surely named, and at most."""
_SEVERAL = frozenset(word for word, number in WORDS.items() if number > 1) | {"both", "several", "many"}
_ONE_PERSON = frozenset(("man", "woman", "boy", "girl", "person", "lady", "gentleman"))
_RELATIVE, _POINTS = frozenset(("that", "which", "who")), frozenset(("it", "this", "that", "there"))
_INFLECTED = lazy(r"(?<![su])s$")
_DOES = lazy(r"^\W*(?:what|who|whom) (?:does|do|did)\b", re.IGNORECASE)
_ASKS_WHO = lazy(r"^\W*whom?\b", re.IGNORECASE)
_ACTIVE = lazy(r"^\W*what (?:does|do|did) (?P<subject>[^?]+) \w+\W*$", re.IGNORECASE)
_WHO = lazy(r"^\W*who (?P<rest>(?!do\b|does\b|did\b|is\b|are\b|was\b|were\b|else\b)[^?]+?)\W*$", re.IGNORECASE)


def check_place(asks: str, answer: str, cited: str, facts: Facts) -> Finding | None:
    """What or whom does X VERB: the place that is asked for must be free in the question, and hold the answer."""
    asked = asked_place(asks, cited)
    if asked is None:
        return _check_turned(asks, answer, cited)
    if asked.statement.passive() or asked.statement.related() or asked.verb in ("do", "say"):
        return None
    said = asked.statement
    if asked.verb == said.verb and _INFLECTED.search(asked.verb) and _DOES.match(asks):
        return failure("broken_question", f"'does' with {asked.verb!r}")
    subject, before, after = named(asked.subject), named(said.subject), named(said.rest)
    if subject and before and not overlap(subject, before) and overlap(subject, after):
        return failure("other_role", f"{' '.join(said.subject)!r} does that, not {' '.join(asked.subject)!r}")
    if said.subject == ["they"] and set(asked.subject) & _ONE_PERSON:
        return failure("other_role", f"several do that, not {' '.join(asked.subject)!r}")
    return _check_room(asked, cited) or _check_reply(asks, answer, asked, facts)


def _check_room(asked: AskedPlace, cited: str) -> Finding | None:
    """Whether the question leaves room for an object, and the statement has one."""
    said = asked.statement
    given, held = _objects(said.rest), _objects(asked.rest)
    if (subject := named(asked.subject)) and subject <= named(held) and not {"other", "another"} & set(held):
        return failure("broken_question", f"{' '.join(asked.subject)!r} is subject and object")
    if stem(asked.verb) not in TWICE and not _open_end(asked):
        if held and overlap(named(held), named(given)):
            return failure("broken_question", f"asks for an object of {asked.verb!r} and has one: {' '.join(held)!r}")
        if not given and said.rest[:1] not in (["and"], ["or"]):
            return failure("broken_question", f"asks for an object of {asked.verb!r}, which has none in {cited[:80]!r}")
    return None


def _check_reply(asks: str, answer: str, asked: AskedPlace, facts: Facts) -> Finding | None:
    """Whether the answer is what stands in the place asked for."""
    place, words = _place(asked), words_of(answer)
    if not words:
        return None
    reply = named(_reply(answer, asked))
    clause = stem(asked.verb) in {stem(word) for word in words[1:]}
    if clause and _reply(answer, asked)[:1] == ["and"]:
        return failure("other_place", f"{answer[:80]!r} tells of nothing that one can {asked.verb}")
    if (
        not clause
        and not _RELATIVE & set(words)
        and words[0] not in _POINTS
        and {"is", "are", "was", "were"} & set(words)
    ):
        return failure("other_place", f"{answer[:80]!r} tells of something else than what one can {asked.verb}")
    if clause and _ASKS_WHO.match(asks) and not _is_somebody(reply, facts):
        return failure("broken_question", f"asks for a thing as for somebody: {answer[:80]!r}")
    if reply and reply <= named(asked.rest):
        return failure("says_nothing_new", f"{answer[:80]!r} has no word but those of {asks[:120]!r}")
    if words[:1] in (["a"], ["an"], ["one"]) and _are_several(words[-1], place) and overlap(reply, named(place)):
        return failure("wrong_number", f"{answer[:80]!r}, where {' '.join(place)!r} are told of")
    if (
        place
        and reply
        and not overlap(reply, named(place))
        and overlap(reply, named(asked.statement.rest) | named(asked.statement.subject))
    ):
        return failure("other_place", f"{answer[:80]!r} stands elsewhere than {' '.join(place)!r}")
    return None


def _check_turned(asks: str, answer: str, cited: str) -> Finding | None:
    """What does X VERB, by a verb that is not in what is cited: there the answer must not be who does it to X."""
    match = _ACTIVE.match(asks)
    said = named(words_of(answer))
    if match is None or not said:
        return None
    subject = named(words_of(match["subject"]))
    for one in sentences(cited):
        if subject and said <= named(one[:BEGIN]) and not overlap(subject, named(one[:START])) and _ends(subject, one):
            return failure("other_role", f"in {' '.join(one)[:120]!r} it is done to {match['subject']!r}")
    return None


def _ends(subject: frozenset[str], sentence: list[str]) -> bool:
    return bool(sentence) and stem(sentence[-1]) in subject


def _is_somebody(reply: frozenset[str], facts: Facts) -> bool:
    """Whether *reply* names who does something anywhere in the video, or a person."""
    if reply & (MEN | WOMEN | NEUTRAL):
        return True
    lines = (span.words for lane, spans in facts.video.lanes.items() if kind_of(lane, spans) for span in spans)
    return any(overlap(reply, named(one[:2])) for line in lines for one in sentences(line))


def _are_several(word: str, place: list[str]) -> bool:
    """Whether *place* has several of what *word* names."""
    return place[:1] != [] and (place[0] in _SEVERAL or (word not in place and f"{word}s" in place))


def _objects(rest: list[str]) -> list[str]:
    return [word for word in first_phrase(rest) if named([word]) or word in PRONOUNS]


def _open_end(asked: AskedPlace) -> bool:
    """Whether the question ends with a preposition, whose object it asks for: ``What does he cut the bread with?``"""
    return bool(asked.rest) and asked.rest[-1] in PREPOSITIONS | {"of"}


def _place(asked: AskedPlace) -> list[str]:
    """The words of the statement that stand in the place asked for; empty: that is not known."""
    rest = asked.statement.rest
    if not _open_end(asked):
        return first_phrase(rest) if not _objects(asked.rest) else []
    if asked.rest[-1] not in rest:
        return []
    return first_phrase(rest[rest.index(asked.rest[-1]) + 1 :])


def _reply(answer: str, asked: AskedPlace) -> list[str]:
    """The words of *answer*, and of a whole sentence only what follows the verb."""
    words = words_of(answer)
    at = next((n for n, word in enumerate(words) if n and stem(word) == stem(asked.verb)), -1)
    return words[at + 1 :] if at >= 0 else words


def check_who(asks: str, answer: str, cited: str) -> Finding | None:
    """Who does that: the answer must be who does it in what is cited."""
    match = _WHO.match(asks)
    told = about(["who", *words_of(match["rest"])], cited) if match is not None else None
    if told is None or len(told.subject) > 1 or told.statement.passive() or told.statement.related():
        return None
    before, after, said = named(told.statement.subject), named(told.statement.rest), named(words_of(answer))
    if before and said and not overlap(said, before) and overlap(said, after):
        return failure("other_role", f"{' '.join(told.statement.subject)!r} does that, not {answer[:80]!r}")
    return None
