"""What calls that are begun and not yet answered may take of a teacher's budget: it is held back for them."""

from __future__ import annotations

import asyncio
from collections import Counter

from .call_size import NOTHING, CallSize
from .reply_parser import Raw
from .spend import Spend
from .teacher_errors import BudgetReached


class Reservations:
    """The calls of one teacher that are in flight, or wait for a batch."""

    def __init__(self, spend: Spend) -> None:
        self.spend = spend
        self.purposes: Counter[str] = Counter()
        """How many are not answered, by purpose."""
        self.held = NOTHING
        """What they may take at most."""
        self.ratio = 0.0
        """The most by which what was sent surpassed its estimate, at least 1; 0: no reply has said it."""
        self._freed = asyncio.Event()
        self._turn = asyncio.Lock()

    async def begin(self, purpose: str, size: CallSize) -> None:
        """Count a call of this *size*, as soon as the budget has room for it beside those that are not answered.

        Raises:
            BudgetReached: it has none, and none of these may turn out to cost less.
        """
        if self.spend.budget.limited:
            async with self._turn:  # first come, first served; and one looks, not thousands
                while (short := self.spend.short(self.held, size, self.ratio)) and self.purposes.total():
                    await self._freed.wait()
                if short:
                    raise BudgetReached(self.spend.teacher, short)
                self.held += size
                self._count(purpose)
        else:
            self._count(purpose)

    def end(self, purpose: str, size: CallSize, raw: Raw | None) -> None:
        """A call of this *size* was answered by *raw*; None: it has failed."""
        if raw is not None:
            self.spend.add(purpose, raw.tokens_in, raw.tokens_out, raw.tokens_sound)
            if size.tokens_in:
                self.ratio = max(self.ratio, 1.0, raw.tokens_in / size.tokens_in)
        self.purposes[purpose] -= 1
        if self.spend.budget.limited:
            self.held -= size
            self._freed.set()
            self._freed = asyncio.Event()

    def _count(self, purpose: str) -> None:
        self.spend.begin(purpose)
        self.purposes[purpose] += 1
