"""A grammar of orders in English prose: of texts each word of which is known, which event they put before which.

``B comes after A but before C``, ``It starts with A and ends with C, with B in between``, ``The last of the three was
C; the first was A``, ``A is followed by B, B by C``. A text is read as a whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .lazy_pattern import lazy
from .order_words import EVENT, RANK, in_letters

Pair = tuple[int, int]
_RANKS = {"F": 1, "2": 2, "3": 3, "4": 4, "5": 5, "M": 50, "P": 98, "L": 99}
_JOIN = "[,&]"
_NO_MORE = rf"(?![abfpmuvwUTy]|,?{RANK}(?!,*e))"
"""After an event that belongs to what stands before it: nothing is said of it alone."""
_GROUP = rf"e(?:{_JOIN}+t?e{_NO_MORE})*"
_BETWEEN = lazy(r"m(?P<ends>e[F]?&+e[L]?),?o?,?(?P<inner>e)|(?P<mid>e),?m(?P<limits>e[F]?&+e[L]?),?o?")
_FRONTED = lazy(
    rf"(?P<way>[ab])(?P<of>e(?:&+t?e)*)x?(?P<order>,?o)?[,]*(?P<then>t?)[,]*(?:(?P<edge>[FL])(?=e))?"
    rf"(?P<main>{_GROUP})"
)
_TAIL = lazy(
    rf"(?P<joint>[,&r]*)(?:(?P<forth>[bf]){RANK}?t?(?P<later>{_GROUP})"
    rf"|(?P<back>[ap])(?P<of>e(?:{_JOIN}+t?e)+(?=,?o)|e(?:&e{_NO_MORE})*))x?(?P<order>,?o)?"
)
_SUBJECT = lazy(r"(?P<many>e(?:&+t?|t)e(?=[ab])|e(?:[,&]+t?e)+,?o,?(?=[ab]))|(?P<one>e)")
_BY = lazy(r"[,&]*(?P<one>e)y(?P<two>e)")
_RANKED = lazy(
    rf"(?P<then>t?),*(?:(?P<rank>{RANK}),*(?P<after>e)|(?P<before>e)(?P<closing>{RANK}(?!e)"
    rf"|,{RANK}(?!,*e)))"
)
_THEN = lazy(r"t[,t]*(?P<after>e)|(?P<before>e),?t(?=[,.&W]|$)")
_OTHER = lazy(rf"(?P<way>[uvwUT]),*(?P<after>{_GROUP}),?(?P<order>o?)|(?P<before>e),?(?P<closing>[uvwUT])(?![,]*e)")
_THEN_BY = lazy(r"[,&]*r+(?P<by>[yf]?)(?P<after>e)")


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    ids: Sequence[int]
    """Which event each ``e`` is, in the order of the text."""
    ordered: bool
    """Whether things that stand beside one another follow one another."""
    at: int = 0
    """How many of *ids* were read."""
    pairs: set[Pair] = field(default_factory=set)
    ranks: dict[int, int] = field(default_factory=dict)
    last: int = -1
    """The event that ``then`` follows."""
    named: list[int] = field(default_factory=list)
    focus: int = -1
    """What ``it`` is."""
    way: str = ""
    """The last word that related two events."""
    failed: bool = False

    def take(self, letters: str | None) -> list[int]:
        """The next events, one for each ``e`` in *letters*."""
        count = (letters or "").count("e")
        found = list(self.ids[self.at : self.at + count])
        self.at += count
        return found

    def chain(self, events: Sequence[int]) -> None:
        self.pairs |= {(one, two) for one, two in pairwise(events) if one != two}

    def all_before(self, ones: Sequence[int], others: Sequence[int]) -> None:
        self.pairs |= {(one, other) for one in ones for other in others if one != other}

    def name(self, events: Sequence[int], last: int | None = None) -> None:
        """*events* were named; ``then`` follows *last*, ``it`` is the last one named."""
        self.named += events
        self.last = self.focus = events[-1]
        if last is not None:
            self.last = last

    def rank(self, event: int, rank: int) -> None:
        self.failed = self.failed or self.ranks.get(event, rank) != rank
        self.ranks[event] = rank


def read_order(text: str, places: Sequence[Pair], ordered: bool) -> list[Pair]:
    """The pairs (earlier, later) of *places* that *text* tells; empty: it cannot be read as a whole.

    *ordered*: the text answers a question for an order, so that things beside one another follow one another.
    """
    words = [re.sub(r"^(?:the|an?)\s+", "", text[start:end].casefold()) for start, end in places]
    ids = [words.index(word) for word in words]
    if len(set(ids)) < 2:
        return []
    pieces, at = list[str](), 0
    for n, (start, end) in enumerate(places):
        pieces += [text[at:start], f" {chr(ord(EVENT) + n)} "]
        at = end
    letters = in_letters("".join([*pieces, text[at:]]), len(places))
    if letters is None:
        return []
    reading = _Reading(ids, ordered)
    for sentence in filter(None, re.split(r"\.", letters)):
        _read_sentence(sentence, reading)
    if reading.failed:
        return []
    _add_ranks(reading)
    return _settled(reading.pairs, set(ids))


def _read_sentence(letters: str, reading: _Reading) -> None:
    letters = re.sub(r"^[,&or]+|[,&r]+$", "", letters.replace("W", ",W"))
    letters = re.sub(r",{2,}", ",", letters)
    at, apart = 0, False
    while at < len(letters) and not reading.failed:
        if letters[at] in ",&Wo" or letters[at : at + 2] == "rt":
            apart = apart or letters[at] == "W"
            at += 1
            continue
        until = _read_clause(letters, at, reading, apart)
        if until is None:
            reading.failed = True
            return
        at, apart = until, False


def _read_clause(letters: str, at: int, reading: _Reading, apart: bool) -> int | None:
    """Where the clause of *letters* that begins at *at* ends; None: it cannot be read. *apart*: it only contrasts."""
    for pattern, act in _FORMS:
        match = pattern.match(letters, at)
        if match and act(match, reading):
            return match.end() if pattern in (_OTHER, _BY) else _read_tails(letters, match.end(), reading)
    if letters[at] in "fp" and reading.named:
        until = _read_tails(letters, at, reading, [reading.named[-1]])
        return until if until > at else None
    subject = _SUBJECT.match(letters, at)
    if subject is None:
        return None
    events = reading.take(subject[0])
    if len(events) > 1 and re.search("[ot]", subject[0]):
        reading.chain(events)
    until = _read_tails(letters, subject.end(), reading, events)
    if until == subject.end():
        if reading.last >= 0 and (apart or not reading.ordered):
            return None
        if reading.last >= 0:
            reading.chain([reading.last, events[0]])
        reading.name(events)
    return until


def _read_tails(letters: str, at: int, reading: _Reading, subject: list[int] | None = None) -> int:
    """``A`` with what is said of it: ``after B but before C``, ``followed by B, which is followed by C``."""
    said, fresh, way = subject if subject is not None else [reading.named[-1]], subject is not None, ""
    while match := _TAIL.match(letters, at):
        joint, now = match["joint"], match["forth"] or match["back"]
        opens = way == "" and "r" not in joint and now in "ab" and letters[match.end() : match.end() + 1] == "e"
        if (joint and opens) or (not joint and not fresh):
            break
        events = reading.take(match["later"] or match["of"])
        chained = "r" in joint or (way == now and way in "fp")
        one = [reading.named[-1]] if way and chained else said
        if now in "bf":
            reading.all_before(one, events)
        else:
            reading.all_before(events, one)
        if now == "f" or match["order"] or "t" in (match["later"] or ""):
            reading.chain(events)
        reading.named += said if fresh else []
        reading.name(events, events[-1] if now in "bf" else one[-1])
        reading.focus, reading.way = said[-1], now
        way, fresh, at = now, False, match.end()
    return at


def _between(match: re.Match[str], reading: _Reading) -> bool:
    if match["ends"]:
        (one, two), (mid,) = reading.take(match["ends"]), reading.take("e")
        named = [one, two, mid]
    else:
        (mid,), (one, two) = reading.take("e"), reading.take(match["limits"])
        named = [mid, one, two]
    reading.pairs |= {(one, mid), (mid, two)}
    reading.name(named, two)
    return True


def _fronted(match: re.Match[str], reading: _Reading) -> bool:
    """``After A, B``; ``Before C come A and B``."""
    of, main = reading.take(match["of"]), reading.take(match["main"])
    if match["order"] or "t" in match["of"]:
        reading.chain(of)
    if reading.ordered or "t" in match["main"]:
        reading.chain(main)
    if match["way"] == "a":
        reading.all_before(of, main)
        reading.name([*of, *main])
    else:
        reading.all_before(main, of)
        reading.name([*of, *main], of[-1])
    if match["edge"]:
        reading.rank(main[-1], _RANKS[match["edge"]])
    return True


def _by(match: re.Match[str], reading: _Reading) -> bool:
    if reading.way not in ("f", "p"):
        return False
    one, two = reading.take("ee")
    reading.pairs.add((one, two) if reading.way == "f" else (two, one))
    reading.name([one, two])
    return True


def _ranked(match: re.Match[str], reading: _Reading) -> bool:
    (event,) = reading.take("e")
    rank = _RANKS[match["rank"] or match["closing"][-1]]
    follows = match["then"] or (rank in (2, 3, 4, 5) and reading.last not in reading.ranks)
    if follows and reading.last >= 0:
        reading.chain([reading.last, event])
    reading.rank(event, rank)
    reading.name([event])
    return True


def _then(match: re.Match[str], reading: _Reading) -> bool:
    if reading.last < 0:
        return False
    (event,) = reading.take("e")
    reading.chain([reading.last, event])
    reading.name([event])
    return True


def _other(match: re.Match[str], reading: _Reading) -> bool:
    """``before that, A``; ``B after it``; ``A before both of them``."""
    if not reading.named:
        return False
    events = reading.take(match["after"] or "e")
    way = match["way"] or match["closing"]
    named, focus = list(reading.named), reading.focus
    others = named if way in "UT" else [named[-1] if way == "u" else focus]
    if way in "Tv":
        reading.all_before(others, events)
    else:
        reading.all_before(events, others)
    if match["order"] or reading.ordered:
        reading.chain(events)
    reading.name(events, reading.last if way in "uUw" else events[-1])
    if way in "wv":
        reading.focus = focus
    return True


def _then_by(match: re.Match[str], reading: _Reading) -> bool:
    if reading.way not in ("f", "p") or reading.last < 0:
        return False
    (event,) = reading.take("e")
    reading.pairs.add((reading.named[-1], event) if reading.way == "f" else (event, reading.named[-1]))
    reading.name([event])
    return True


_FORMS = (
    (_BETWEEN, _between),
    (_FRONTED, _fronted),
    (_BY, _by),
    (_THEN_BY, _then_by),
    (_RANKED, _ranked),
    (_OTHER, _other),
    (_THEN, _then),
)


def _add_ranks(reading: _Reading) -> None:
    """What is first comes before all, what is last after all; what is in the middle between those two."""
    everyone = set(reading.ids)
    for event, told in reading.ranks.items():
        rank = 99 if told == len(everyone) else told
        for other in everyone - {event}:
            there = reading.ranks.get(other)
            if rank == 1 or (rank == 98 and there == 99) or (there is not None and rank < there):
                reading.pairs.add((event, other))
            elif rank == 99 or (rank == 98 and there != 99):
                reading.pairs.add((other, event))


def _settled(pairs: set[Pair], everyone: set[int]) -> list[Pair]:
    """*pairs*, sorted, if they contradict nothing and speak of *everyone*; otherwise none."""
    left = set(everyone)
    while left:
        free = {one for one in left if not any(two == one and other in left for other, two in pairs)}
        if not free:
            return []
        left -= free
    needed = {
        pair for pair in pairs if not any((pair[0], one) in pairs and (one, pair[1]) in pairs for one in everyone)
    }
    return sorted(needed) if everyone <= {one for pair in pairs for one in pair} else []
