"""Calls whose replies take hours: their cost is held back of the budget, and they are not yet in the ledger."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from ...schemas import Frames, Request, Sound
from ...schemas.sound_limits import TOKENS_A_SECOND
from .spend import Spend

PICTURE_TOKENS = 1000
"""About what a picture takes, as in ``rough_tokens``."""


class WaitingCalls:
    """The calls of one teacher that wait."""

    def __init__(self, spend: Spend) -> None:
        self.spend = spend
        self.purposes: Counter[str] = Counter()
        """How many wait, by purpose."""
        self._tokens, self._dollars = 0, 0.0
        self._freed = asyncio.Event()
        self._turn = asyncio.Lock()

    async def begin(self, purpose: str, tokens_in: int, tokens_out: int) -> None:
        """Count a call of about so many tokens, as soon as the budget has room for it beside those that wait.

        Raises:
            BudgetReached: it has none, and nothing waits any more that may turn out to cost less.
        """
        dollars = self.spend.dollars(tokens_in, tokens_out)
        async with self._turn:  # first come, first served; and one looks, not thousands
            while self.purposes.total() and self.spend.reached(
                self._tokens + tokens_in + tokens_out, self._dollars + dollars
            ):
                await self._freed.wait()
            self.spend.begin(purpose)

    @contextmanager
    def held(self, purpose: str, tokens_in: int, tokens_out: int) -> Iterator[None]:
        """A call of about so many tokens waits inside."""
        tokens, dollars = tokens_in + tokens_out, self.spend.dollars(tokens_in, tokens_out)
        self.purposes[purpose] += 1
        self._tokens += tokens
        self._dollars += dollars
        try:
            yield
        finally:
            self.purposes[purpose] -= 1
            self._tokens -= tokens
            self._dollars = self._dollars - dollars if self.purposes.total() else 0.0
            self._freed.set()
            self._freed = asyncio.Event()


def rough_size(request: Request, most: int) -> tuple[int, int]:
    """About how many tokens *request* is, and its reply, where *most* is the limit of replies; nothing is encoded."""
    parts = [part for turn in request.turns for part in turn.parts]
    sent = sum(len(part) // 4 for part in parts if isinstance(part, str)) + len(request.system) // 4
    pictures = sum(1 if part.columns else len(part.times) for part in parts if isinstance(part, Frames))
    heard = sum(part.end - part.start for part in parts if isinstance(part, Sound))
    return sent + PICTURE_TOKENS * pictures + round(TOKENS_A_SECOND * heard), (request.max_tokens or most) // 4
