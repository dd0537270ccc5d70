"""A finding of ``vdata doctor``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """*text* says where, what, and what to do. What is not *wrong* is only worth knowing."""

    wrong: bool
    text: str

    def __str__(self) -> str:
        return f"{'wrong' if self.wrong else 'note '}  {self.text}"
