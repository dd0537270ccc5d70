"""The account of a teacher: what was asked and paid, for which stage, and what the cache saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ...schemas.build_record import Usage
from .call_size import NOTHING, UNKNOWN, CallSize
from .teacher_settings import Budget, Price


class Spend:
    """What a teacher's replies cost so far, against its budget."""

    def __init__(
        self,
        teacher: str,
        budget: Budget | None = None,
        price: Price | None = None,
        before: Mapping[str, Usage] | None = None,
    ) -> None:
        """*before*: by purpose, what earlier runs of the same build spent; it counts towards the budget."""
        self.teacher, self.budget, self.price = teacher, budget or Budget(), price or Price()
        self.replace(before or {})

    def replace(self, purposes: Mapping[str, Usage]) -> None:
        """Start from these tallies, by purpose: what was counted here is among them."""
        self.purposes = {purpose: replace(tally) for purpose, tally in purposes.items()}

    def begin(self, purpose: str) -> None:
        """Count a call that is about to be sent."""
        self._line(purpose).calls += 1

    def fail(self, purpose: str) -> None:
        """Count that the call brought no reply."""
        self._line(purpose).failed += 1

    def add(self, purpose: str, tokens_in: int, tokens_out: int, tokens_sound: int = 0) -> None:
        """Count that the call brought a reply of so many tokens; fewer than none count as none.

        *tokens_sound* of *tokens_in* are sound.
        """
        tokens_in, tokens_out = max(0, tokens_in), max(0, tokens_out)
        dollars = self.dollars(tokens_in, tokens_out, tokens_sound)
        self._line(purpose).__iadd__(Usage(tokens_in=tokens_in, tokens_out=tokens_out, dollars=dollars))

    def save(self, purpose: str, tokens_in: int, tokens_out: int, tokens_sound: int = 0) -> None:
        """Count a call that was not needed, because the reply was known."""
        tokens_in, tokens_out = max(0, tokens_in), max(0, tokens_out)
        tokens, dollars = tokens_in + tokens_out, self.dollars(tokens_in, tokens_out, tokens_sound)
        self._line(purpose).__iadd__(Usage(saved_calls=1, saved_tokens=tokens, saved_dollars=dollars))

    def total(self) -> Usage:
        """All purposes together."""
        return Usage.sum(self.purposes.values())

    def short(self, held: CallSize = NOTHING, call: CallSize = NOTHING, ratio: float = 0.0) -> str:
        """Why the budget has no room for *call* (``shortage``); empty: it has."""
        spent = self.total()
        tokens = spent.tokens_in + spent.tokens_out
        return shortage(self.budget, self.price, (spent.calls, tokens, spent.dollars), held, call, ratio)

    def totals(self) -> dict[str, Any]:
        """As JSON: the whole, and ``purposes`` by name."""
        lines = {purpose: asdict(self.purposes[purpose]) for purpose in sorted(self.purposes)}
        return {**asdict(self.total()), "purposes": lines}

    def _line(self, purpose: str) -> Usage:
        return self.purposes.setdefault(purpose, Usage())

    def dollars(self, tokens_in: int, tokens_out: int, tokens_sound: int = 0) -> float:
        """What so many tokens cost; *tokens_sound* of *tokens_in* are sound."""
        return self.price.dollars(tokens_in, tokens_out, max(0, min(tokens_sound, tokens_in)))


def shortage(
    limits: Budget, price: Price, spent: tuple[int, int, float], held: CallSize, call: CallSize, ratio: float
) -> str:
    """Which of *limits* has no room for *call*, as ``1000 of 1000 calls``; empty: they all have.

    Args:
        spent: calls, tokens and dollars.
        held: what the calls that are not answered may take at most.
        ratio: the most by which what was sent surpassed its estimate; 0: no reply has said it.
    """
    calls, tokens, dollars = spent
    ratio = ratio or (UNKNOWN if held.pictures else 1.0)  # alone, the first one may find it out
    both = held + call
    if limits.calls is not None and calls >= limits.calls:
        return f"{calls} of {limits.calls} calls"
    if limits.tokens is not None:
        used = f"{tokens} of {limits.tokens} tokens"
        if tokens >= limits.tokens:
            return used
        if tokens + both.tokens(ratio) > limits.tokens:
            return f"{used}, and the next call may take {call.tokens(ratio):.0f}"
    if limits.dollars is not None:
        used = f"{dollars:.4f} of {limits.dollars:g} dollars"
        if dollars >= limits.dollars:
            return used
        if dollars + both.dollars(price, ratio) > limits.dollars:
            return f"{used}, and the next call may take {call.dollars(price, ratio):.4f}"
    return ""
