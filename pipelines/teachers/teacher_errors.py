"""What can go wrong between a stage's question and a model's reply."""

from __future__ import annotations

import re

from ..errors import StopBuild

UNHEARD = " (The request has sound: if this model does not hear, take `sound: true` out of the stage.)"
"""Behind what is said of a request with sound that was refused."""
STATUS = re.compile(r"HTTP \d+")


class BudgetReached(StopBuild):
    """A teacher's budget is spent: the build ends here, cleanly, and can go on with a larger one.

    Like every StopBuild a BaseException: ``except Exception`` does not catch it.
    """

    def __init__(self, teacher: str, what: str) -> None:
        super().__init__(teacher, what)
        self.teacher, self.what = teacher, what

    def __str__(self) -> str:
        return f"the budget of teacher {self.teacher} is spent: {self.what}"


class TeacherError(Exception):
    """A call that brought no reply. Never holds a key: its text is scrubbed where it is made."""

    def __init__(
        self,
        detail: str,
        *,
        again: bool = True,
        timeout: bool = False,
        overload: bool = False,
        after: float | None = None,
        status: int = 0,
    ) -> None:
        """
        Args:
            detail: for people.
            again: whether the same call may succeed later.
            timeout: whether time ran out.
            overload: whether fewer calls at once would help (429, 503, time-outs).
            after: seconds that the endpoint asks to wait.
            status: of HTTP; 0: there was none.
        """
        super().__init__(detail)
        self.kind = "time-out" if timeout else found[0] if (found := STATUS.match(detail)) else "no reply"
        """For counting: ``time-out``, ``HTTP 429``, ``no reply``."""
        self.detail, self.again, self.timeout, self.overload, self.after = detail, again, timeout, overload, after
        self.status = status
