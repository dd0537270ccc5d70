"""The account of a teacher: what was asked and paid, for which stage, and what the cache saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from ...schemas.build_record import Usage
from .teacher_errors import BudgetReached
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
        """Count a call that is about to be sent.

        Raises:
            BudgetReached: it would be one too many.
        """
        if what := self.reached():
            raise BudgetReached(self.teacher, what)
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

    def reached(self, tokens: int = 0, dollars: float = 0.0) -> str:
        """Which limit of the budget is used up, as ``1000 of 1000 calls``; empty while there is something left.

        *tokens* and *dollars* count as if they were spent.
        """
        if not self.budget.limited:
            return ""
        spent = self.total()
        return reached(self.budget, spent.calls, tokens + spent.tokens_in + spent.tokens_out, dollars + spent.dollars)

    def totals(self) -> dict[str, Any]:
        """As JSON: the whole, and ``purposes`` by name."""
        lines = {purpose: asdict(self.purposes[purpose]) for purpose in sorted(self.purposes)}
        return {**asdict(self.total()), "purposes": lines}

    def _line(self, purpose: str) -> Usage:
        return self.purposes.setdefault(purpose, Usage())

    def dollars(self, tokens_in: int, tokens_out: int, tokens_sound: int = 0) -> float:
        """What so many tokens cost; *tokens_sound* of *tokens_in* are sound."""
        return self.price.dollars(tokens_in, tokens_out, max(0, min(tokens_sound, tokens_in)))


def reached(limits: Budget, calls: int, tokens: int, dollars: float) -> str:
    """Which of *limits* is used up, as ``1000 of 1000 calls``; empty while there is something left."""
    if limits.calls is not None and calls >= limits.calls:
        return f"{calls} of {limits.calls} calls"
    if limits.tokens is not None and tokens >= limits.tokens:
        return f"{tokens} of {limits.tokens} tokens"
    if limits.dollars is not None and dollars >= limits.dollars:
        return f"{dollars:.4f} of {limits.dollars:g} dollars"
    return ""
