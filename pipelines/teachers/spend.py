"""The account of a teacher: what was asked and paid, for which stage, and what the cache saved."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from .kinds import Budget, Price
from .teacher_errors import BudgetReached


@dataclass(slots=True)
class Tally:
    """One line of the account."""

    calls: int = 0
    """Sent, those that failed among them."""
    failed: int = 0
    """Calls that brought no reply: errors, time-outs, refused for now."""
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    saved_calls: int = 0
    """Replies that were there already: in the cache, or asked for by another request at the same time."""
    saved_tokens: int = 0
    saved_dollars: float = 0.0

    def __iadd__(self, other: Tally) -> Tally:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))
        return self


class Spend:
    """What a teacher's replies cost so far, against its budget."""

    def __init__(
        self,
        teacher: str,
        budget: Budget | None = None,
        price: Price | None = None,
        before: dict[str, Any] | None = None,
    ) -> None:
        """*before*: the ``totals`` of an earlier run of the same build, which count towards the budget."""
        self.teacher, self.budget, self.price = teacher, budget or Budget(), price or Price()
        self.purposes: dict[str, Tally] = {}
        for purpose, tally in ((before or {}).get("purposes") or {}).items():
            self._line(purpose).__iadd__(Tally(**tally))

    def replace(self, purposes: dict[str, dict[str, Any]]) -> None:
        """Start from these tallies, by purpose: what was counted here is among them."""
        self.purposes = {purpose: Tally(**tally) for purpose, tally in purposes.items()}

    def begin(self, purpose: str) -> None:
        """Count a call that is about to be sent.

        Raises:
            BudgetReached: it would be one too many.
        """
        if what := self.reached():
            raise BudgetReached(self.teacher, what)
        self._line(purpose).calls += 1

    def fail(self, purpose: str) -> None:
        """The call brought no reply."""
        self._line(purpose).failed += 1

    def add(self, purpose: str, tokens_in: int, tokens_out: int) -> None:
        """The call brought a reply of so many tokens."""
        self._line(purpose).__iadd__(
            Tally(tokens_in=tokens_in, tokens_out=tokens_out, dollars=self._dollars(tokens_in, tokens_out))
        )

    def save(self, purpose: str, tokens_in: int, tokens_out: int) -> None:
        """A call that was not needed."""
        tokens, dollars = tokens_in + tokens_out, self._dollars(tokens_in, tokens_out)
        self._line(purpose).__iadd__(Tally(saved_calls=1, saved_tokens=tokens, saved_dollars=dollars))

    def total(self) -> Tally:
        """All purposes together."""
        whole = Tally()
        for tally in self.purposes.values():
            whole += tally
        return whole

    def reached(self) -> str:
        """Which limit of the budget is used up, as ``1000 of 1000 calls``; empty while there is something left."""
        limits = self.budget
        if limits.calls is None and limits.tokens is None and limits.dollars is None:
            return ""
        spent = self.total()
        if limits.calls is not None and spent.calls >= limits.calls:
            return f"{spent.calls} of {limits.calls} calls"
        tokens = spent.tokens_in + spent.tokens_out
        if limits.tokens is not None and tokens >= limits.tokens:
            return f"{tokens} of {limits.tokens} tokens"
        if limits.dollars is not None and spent.dollars >= limits.dollars:
            return f"{spent.dollars:.4f} of {limits.dollars:g} dollars"
        return ""

    def totals(self) -> dict[str, Any]:
        """As JSON: the whole, and ``purposes`` by name."""
        lines = {purpose: asdict(self.purposes[purpose]) for purpose in sorted(self.purposes)}
        return {**asdict(self.total()), "purposes": lines}

    def _line(self, purpose: str) -> Tally:
        return self.purposes.setdefault(purpose, Tally())

    def _dollars(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.price.input + tokens_out * self.price.output) / 1e6
