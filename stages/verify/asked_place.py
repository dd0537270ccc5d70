"""Questions in the words of what is cited: which place of the statement they ask for, and what stands there.

``What does the man pour into the pan?`` about ``The man pours milk into a small pan.`` asks for what stands between
the verb and the place: milk. No dictionary is needed where question and statement have the verb in common; a question
in other words is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...rules.lazy_pattern import lazy
from .mentions import stem

_ARTICLES_TEXT = "a an the this that these those his her its their my your our one some any each every"
ARTICLES = frozenset(_ARTICLES_TEXT.split())
PRONOUNS = frozenset(
    ("he", "she", "it", "they", "i", "we", "you", "who", "somebody", "someone", "everybody", "everyone")
)
_PREPOSITIONS_TEXT = (
    "in on at to from by with into onto for over under across through around along against between behind beside "
    "near off out up down after before above below during until towards toward inside outside past without like "
    "as among beyond upon about away back"
)
PREPOSITIONS = frozenset(_PREPOSITIONS_TEXT.split())
_JOINS = frozenset(
    ("and", "or", "but", "while", "when", "because", "so", "then", "that", "which", "who", "whom", "if", "since")
)
_RELATIVE = frozenset(["that", "which", "who", "whom", "whose"])
_BE = frozenset(("is", "are", "was", "were", "be", "been", "being", "gets", "get", "got", "am"))
_OBJECT = lazy(r"^\W*(?P<asks>what|who|whom) (?P<aux>do|does|did) (?P<rest>[^?]+?)\W*$", re.IGNORECASE)
_TOKEN = lazy(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = lazy(r"(?<=[.!?;])\s+|\n+")
_TWICE_TEXT = (
    "giv tell teach show call nam ask offer hand pay cost feed bring send lend mak buy read sell writ cook "
    "throw pass want help let leav sav wish promis consider find keep paint dye turn us need tak see watch hear"
)
TWICE = frozenset(_TWICE_TEXT.split())
"""Verbs, without endings, that have room for something else beside their first object."""


def words_of(text: str) -> list[str]:
    """The words of *text*, in small letters."""
    return [match[0].casefold() for match in _TOKEN.finditer(text)]


@dataclass(frozen=True, slots=True)
class CitedStatement:
    """A sentence around one of its verbs."""

    subject: list[str]
    verb: str
    rest: list[str]

    def passive(self) -> bool:
        return bool(self.subject) and self.subject[-1] in _BE

    def related(self) -> bool:
        """Whether what is done may stand before the verb: ``the cake that she bakes``."""
        return any(word in _RELATIVE for word in self.subject)


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """``What does SUBJECT VERB REST?``"""

    subject: list[str]
    verb: str
    rest: list[str]
    statement: CitedStatement


def sentences(text: str) -> Iterator[list[str]]:
    """The words of each sentence of *text*."""
    for part in _SENTENCE.split(text):
        if found := words_of(part):
            yield found


def asked_place(question: str, cited: str) -> AskedPlace | None:
    """*question* beside the sentence of *cited* that has its verb; None: it is not so built, or none has."""
    match = _OBJECT.match(question)
    return about(words_of(match["rest"]), cited) if match is not None else None


def about(words: list[str], cited: str) -> AskedPlace | None:
    """The clause *words*, its verb without ending, beside the sentence of *cited* that has its verb."""
    found = [(sentence, n, at) for sentence in sentences(cited) for n, at in _matches(words, sentence)]
    found.sort(key=lambda one: words[one[1]] == one[0][one[2]])  # "plough" twice may be a noun
    for sentence, n, at in found:
        said = CitedStatement(sentence[:at], sentence[at], sentence[at + 1 :])
        return AskedPlace(words[:n], words[n], words[n + 1 :], said)
    return None


def _matches(words: list[str], sentence: list[str]) -> Iterator[tuple[int, int]]:
    """Where a word that may be a verb stands in *words*, and where it does in *sentence*."""
    for n in range(1, len(words)):
        if words[n - 1] in _BEFORE_NOUNS or words[n] in _SMALL:
            continue
        for at in range(1, len(sentence)):
            if sentence[at - 1] not in _BEFORE_NOUNS and _same_verb(words[n], sentence[at]):
                yield n, at


def _same_verb(asked: str, said: str) -> bool:
    return len(asked) > 2 and (stem(asked) == stem(said) or said == asked.removesuffix("y") + "ies" != asked)


_BEFORE_NOUNS = ARTICLES | (PREPOSITIONS - {"to", "up", "out", "down", "away", "back", "off"})
_SMALL = ARTICLES | PRONOUNS | PREPOSITIONS | _JOINS | _BE | {"do", "does", "did", "not", "and", "of"}


def named(words: list[str]) -> frozenset[str]:
    """The words among *words* that name something, without endings."""
    return frozenset(stem(word) for word in words if word not in _SMALL)


def first_phrase(words: list[str]) -> list[str]:
    """*words* until a preposition other than ``of``, or a word that joins clauses."""
    for n, word in enumerate(words):
        if word in PREPOSITIONS or word in _JOINS:
            return words[:n]
    return words


def overlap(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether *some* and *others* have a word in common."""
    return bool(some & others)
