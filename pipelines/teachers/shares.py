"""What the askers of a build share: the places in flight, the rates and the budget of each teacher, and who asks what.

One place lends them out, in small lots, to the processes that ask. It holds no clock and no loop: it is an actor of Ray
where a build has several askers, and an object like any other in tests. An asker says what it has and what it wants in
one message, and sends the next one when it has the answer, so that both always agree on what is lent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...schemas.build_record import Account, Usage
from .call_size import NOTHING, CallSize
from .limits import RateBucket
from .spend import shortage
from .teacher_settings import Budget, Price, TeacherSettings

SILENT = 15.0
"""Seconds without a message after which an asker is taken to be dead, and what it had is lent to others."""
LOT = 32
"""Calls of a budget that are lent at once, at most: a quarter of an asker's share of what is left, or one."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is shared of one teacher."""

    concurrency: int
    rpm: float | None = None
    tpm: float | None = None
    budget: Budget = field(default_factory=Budget)
    price: Price = field(default_factory=Price)

    @classmethod
    def of(cls, teacher: TeacherSettings) -> Terms:
        return cls(teacher.limits().concurrency, *teacher.rates(), teacher.budget, teacher.paid())


@dataclass(slots=True)
class AskerWish:
    """What an asker has and wants of one teacher."""

    in_flight: int = 0
    waiting: int = 0
    """Calls that wait for a place."""
    places: int = 0
    """Calls that it may have in flight until the answer comes: as many as it was granted, or fewer."""
    begun: int = 0
    """Calls that it has begun in all, …"""
    noted: int = 0
    """… those of them that are in the ledger, …"""
    tokens: int = 0
    dollars: float = 0.0
    """… and what the replies cost."""
    held: CallSize = NOTHING
    """What those that it has begun and that are not answered may take at most, …"""
    ratio: float = 0.0
    """… but for what is sent, which was up to so many times its estimate; 0: no reply has said it."""
    calls: list[CallSize] = field(default_factory=list)
    """Calls that it wants to be lent, the first ones of those that wait."""
    requests: float = 0.0
    metered: float = 0.0
    """Requests, and tokens, whose turn it asks for."""
    settled: float = 0.0
    """Tokens that were used beyond those that it had asked for; negative: fewer."""


@dataclass(slots=True)
class Grant:
    """What it may."""

    places: int = 0
    """Calls in flight from now on."""
    calls: int = 0
    """Calls that it is lent of the budget."""
    spent: str = ""
    """Which limit of the budget is used up, when nothing that is lent may come back and all have noted what they
    spent: the build ends now. Empty: none."""
    requests_wait: float = 0.0
    tokens_wait: float = 0.0
    """Seconds until it is the turn of those that it asked for."""
    note: bool = False
    """What was spent must be noted: nothing is left."""


@dataclass(slots=True)
class AskerMessage:
    """From an asker, about all its teachers by name."""

    wishes: dict[str, AskerWish]
    claims: list[str] = field(default_factory=list)
    """Keys of requests that it wants to ask, …"""
    done: list[str] = field(default_factory=list)
    """… and of those that it has asked, whatever came of them."""
    leaves: bool = False
    """It asks no more."""


@dataclass(slots=True)
class AskerAnswer:
    grants: dict[str, Grant]
    claimed: list[str]
    """The claims that are its own now; the others are asked by somebody else at this moment."""


class Shares:
    """Lends. Every moment (``now``) is in seconds of one clock."""

    def __init__(self, terms: Mapping[str, Terms], before: Account, now: float, silent: float = SILENT) -> None:
        """*before*: what was spent on each teacher until now; it counts towards its budget."""
        self.silent = silent
        self._teachers = {name: _Teacher(one, before.get(name, {}), now) for name, one in terms.items()}
        self._heard: dict[str, float] = {}
        self._asked: dict[str, str] = {}
        """Who asks the request of each key."""

    def exchange(self, asker: str, message: AskerMessage, now: float) -> AskerAnswer:
        """Take what *asker* says, and lend it what there is."""
        self._heard[asker] = now
        for one in [one for one, heard in self._heard.items() if now - heard > self.silent]:
            self._forget(one)
        for key in message.done:
            if self._asked.get(key) == asker:
                del self._asked[key]
        claimed = [key for key in message.claims if self._asked.setdefault(key, asker) == asker]
        grants = {name: self._teachers[name].lend(asker, wish, now) for name, wish in message.wishes.items()}
        if message.leaves:
            self._forget(asker)
        return AskerAnswer(grants, claimed)

    def _forget(self, asker: str) -> None:
        """Its places and questions are free. Calls that it was lent and has not told of count as made: it may have."""
        del self._heard[asker]
        self._asked = {key: owner for key, owner in self._asked.items() if owner != asker}
        for teacher in self._teachers.values():
            teacher.forget(asker)


class _Teacher:
    def __init__(self, terms: Terms, before: Mapping[str, Usage], now: float) -> None:
        self.terms, self.before = terms, Usage.sum(before.values())
        self.requests = RateBucket(terms.rpm, now) if terms.rpm else None
        self.tokens = RateBucket(terms.tpm, now) if terms.tpm else None
        self.wanted: dict[str, int] = {}
        """Places that each asker has a use for."""
        self.held: dict[str, int] = {}
        """Places that it may have in use until it speaks again: it learns of fewer only by the answer."""
        self.told: dict[str, AskerWish] = {}
        self.closing = False
        """Whether the budget is used up."""
        self.lent: dict[str, int] = {}
        """Calls of the budget, those that were begun among them."""
        self.reserved: dict[str, CallSize] = {}
        """What the calls that it was lent and that are not answered may take at most. That of a dead asker stays."""

    def lend(self, asker: str, wish: AskerWish, now: float) -> Grant:
        self.told[asker] = wish
        if self.tokens:
            self.tokens.settle(wish.settled)
        calls, spent = self._calls(asker, wish)
        return Grant(
            self._places(asker, wish),
            calls,
            spent,
            self.requests.reserve(wish.requests, now) if self.requests and wish.requests else 0.0,
            self.tokens.reserve(wish.metered, now) if self.tokens and wish.metered else 0.0,
            self.closing and wish.noted < wish.begun,
        )

    def forget(self, asker: str) -> None:
        for places in (self.wanted, self.held):
            places.pop(asker, None)

    def _places(self, asker: str, wish: AskerWish) -> int:
        self.wanted[asker] = wish.in_flight + wish.waiting
        free = self.terms.concurrency - sum(held for one, held in self.held.items() if one != asker)
        given = max(0, min(self._fair(asker), free))
        self.held[asker] = max(given, wish.in_flight, wish.places)
        return given

    def _fair(self, asker: str) -> int:
        """As many places as it wants, or its part of them where there are not enough: who wants little has that."""
        left, others = self.terms.concurrency, len(self.wanted)
        for one, wanted in sorted(self.wanted.items(), key=lambda item: (item[1], item[0])):
            part = min(wanted, left // others)
            if one == asker:
                return part
            left, others = left - part, others - 1
        return 0

    def _calls(self, asker: str, wish: AskerWish) -> tuple[int, str]:
        """How many of the calls that *asker* wants it is lent, and what is spent when there will be none any more."""
        self.lent[asker], self.reserved[asker] = wish.begun, wish.held
        if not wish.calls:
            return 0, ""
        limits = self.terms.budget
        tokens = self.before.tokens_in + self.before.tokens_out + sum(one.tokens for one in self.told.values())
        dollars = self.before.dollars + sum(one.dollars for one in self.told.values())
        calls = self.before.calls + sum(self.lent.values())
        held = sum(self.reserved.values(), NOTHING)
        ratio = max(one.ratio for one in self.told.values())
        most = LOT if limits.calls is None else max(1, (limits.calls - calls) // (4 * len(self.held or {asker})))
        lot, short = 0, ""
        for size in wish.calls[: min(LOT, most)]:
            if short := shortage(limits, self.terms.price, (calls + lot, tokens, dollars), held, size, ratio):
                break
            lot, held = lot + 1, held + size
        self.lent[asker] += lot
        self.reserved[asker] += sum(wish.calls[:lot], NOTHING)
        return lot, "" if lot else self._spent(asker, short)

    def _spent(self, asker: str, short: str) -> str:
        """*short*, when nothing that is lent may come back and all others have noted what they spent; else empty."""
        others = [one for one in self.held if one != asker]  # those that live
        unanswered = any(self.reserved[one] != NOTHING for one in [asker, *others])
        if unanswered or any(self.lent[one] > self.told[one].begun for one in others):
            return ""
        self.closing = True
        return "" if any(self.told[one].noted < self.told[one].begun for one in others) else short
