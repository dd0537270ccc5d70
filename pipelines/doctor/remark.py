"""A finding of ``vdata doctor``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding: *text* names the place, the problem and what to do. If it is not *wrong*, it is a note."""

    wrong: bool
    text: str

    def __str__(self) -> str:
        return f"{'wrong' if self.wrong else 'note '}  {self.text}"
