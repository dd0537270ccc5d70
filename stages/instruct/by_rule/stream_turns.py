"""Which turns a stream has, and when: requests, replies within their spans, and questions in between."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from ....rules.lane_kinds import fold
from ....rules.stream_words import StreamAsk
from ....rules.streams import LeftOut, request_words
from ....schemas import Span

TRIES = 40
"""Random times that are tried for one question."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that can be said of a span of *lane*, at the time *due*, in seconds."""

    lane: str
    span: Span
    due: float
    reply: str


@dataclass(frozen=True, slots=True)
class StreamTurn:
    """A turn at *time*: a request of the kind *ask*, in its own *words* if it has some, or a reply that says *told*."""

    time: float
    ask: str = ""
    words: str = ""
    told: Told | None = None
    wrong: str = ""
    """What it says on purpose in the place of what is *told*."""
    sorry: str = ""
    """With these words it takes back a mistake, *late* seconds after it was due."""
    late: float = 0.0


@dataclass(slots=True)
class StreamTalk:
    """The turns of a dialogue, in any order, and the spans that are left out on purpose, by id."""

    turns: list[StreamTurn] = field(default_factory=list)
    left_out: dict[str, LeftOut] = field(default_factory=dict)
    taken: list[tuple[float, float]] = field(default_factory=list)
    """Stretches in which no question may be asked."""
    asked: set[str] = field(default_factory=set)
    """The ids of the spans that a question has been answered with."""

    def ordered(self) -> list[StreamTurn]:
        """The turns by time, a question before the reply that is given at once."""
        return sorted(self.turns, key=lambda turn: (turn.time, turn.told is not None))


def drawn_due(span: Span, delay: tuple[float, float], rng: Random) -> float:
    """When a reply about *span* is due: after a random share of it."""
    return round(span.start + rng.uniform(*delay) * span.seconds, 3)


def reply_to(talk: StreamTalk, told: Sequence[Told], begin: float, until: float, gap: float) -> int:
    """Add to *talk* a reply for everything of *told* that is due from *begin* (seconds) to before *until*.

    One that says what the reply before it said is left out, and one that is due too soon after it comes later, as long
    as its span lasts. Returns how many were added.
    """
    last, said, count = begin - gap, "", 0
    for one in sorted(told, key=lambda one: (one.due, one.span.start)):
        if not begin <= one.due < until:
            continue
        if said and fold(one.reply) == said:
            talk.left_out[one.span.id] = "repeated"
            continue
        time = round(max(one.due, last + gap), 3)
        if time > max(one.span.end, one.due) or time >= until:
            talk.left_out[one.span.id] = "too_close"
            continue
        talk.turns.append(StreamTurn(time, told=one))
        last, said, count = time, fold(one.reply), count + 1
    return count


def own_requests(told: Sequence[Told], words_in: str) -> dict[str, list[Told]]:
    """What answers each request in words of its own, the request that is answered first before the others."""
    found: dict[str, list[Told]] = {}
    names: dict[str, str] = {}
    for one in sorted(told, key=lambda one: one.due):
        if words := " ".join(request_words(one.span, words_in).split()):
            found.setdefault(names.setdefault(fold(words), words), []).append(one)
    return found


def first_time(told: Sequence[Told], at_random: bool, wait: tuple[float, float], rng: Random) -> float:
    """When the first request is made, so that something is still due after it.

    From *wait* seconds on, or at any time between the first span and the last reply.
    """
    first, last = min(one.due for one in told), max(one.due for one in told)
    if at_random:
        return round(rng.uniform(min(one.span.start for one in told), last), 3)
    return drawn_wait(wait, first, rng)


def drawn_wait(wait: tuple[float, float], first: float, rng: Random) -> float:
    """A time within *wait*, seconds, before the reply that is due at *first*; that time where none is."""
    return round(min(rng.uniform(wait[0], max(wait[0], min(wait[1], first))), first), 3)


def ask_between(
    talk: StreamTalk,
    told: Sequence[Told],
    kind: StreamAsk,
    bounds: tuple[float, float],
    gap: float,
    delay: tuple[float, float],
    rng: Random,
) -> bool:
    """Add a question of *kind* to *talk* at a random time within *bounds*, and its reply; whether one was found."""
    busy = [*talk.taken, *((turn.time, turn.time) for turn in talk.turns)]
    for _ in range(TRIES):
        time = round(rng.uniform(*bounds), 3)
        if any(start - gap <= time <= end + gap for start, end in busy):
            continue
        found = _answer(told, kind, time, gap, delay)
        if found is None or found.span.id in talk.asked:
            continue
        already = next((turn for turn in talk.turns if turn.told is found and turn.time >= time), None)
        if kind == "now" and already is not None:  # it is told soon, without being asked for
            continue
        due = time if kind != "next" else found.due if already is None else already.time
        others = [*(start for start, _ in talk.taken), *(turn.time for turn in talk.turns if turn is not already)]
        if any(time < start <= due + gap for start in others):  # what is said in between would be taken for the answer
            continue
        talk.turns.append(StreamTurn(time, ask=kind))
        if kind != "next" or already is None:
            talk.turns.append(StreamTurn(due, told=found))
        talk.taken.append((time, due))
        talk.asked.add(found.span.id)
        return True
    return False


def _answer(told: Sequence[Told], kind: StreamAsk, time: float, gap: float, delay: tuple[float, float]) -> Told | None:
    """What answers a question of *kind* at *time*; None if that is not clear."""
    running = [one for one in told if one.span.start <= time < max(one.span.end, one.due)]
    if kind == "past":
        over = sorted((one for one in told if one.span.end <= time), key=lambda one: one.span.end)
        clear = over and (len(over) < 2 or over[-1].span.end - over[-2].span.end >= gap)
        known = [one for one in running if time >= one.span.start + delay[0] * one.span.seconds]
        return over[-1] if clear and not known else None  # else what goes on might be meant
    if kind == "now":
        seen = bool(running) and time >= running[0].span.start + delay[0] * running[0].span.seconds
        return running[0] if len(running) == 1 and seen and running[0].span.seconds > 0 else None
    if any(one.due > time for one in running):  # what is told next would be what goes on, and nothing new
        return None
    later = sorted((one for one in told if one.span.start > time), key=lambda one: one.span.start)
    if not later or min(one.due for one in later) < later[0].due:
        return None
    clear = len(later) < 2 or later[1].span.start - later[0].span.start >= max(gap, 1e-3)
    return later[0] if clear else None


def end_of(turns: Sequence[StreamTurn], tail: float, seconds: float) -> float:
    """When the stream ends: *tail* seconds after its last turn, or with the video, of so many *seconds* (inf: not
    known)."""
    last = max(turn.time for turn in turns)
    return max(last, min(last + tail, seconds)) if math.isfinite(seconds) else last + tail
