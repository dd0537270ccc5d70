"""Errors that are the user's to mend: the CLI prints their text, without a traceback, and exits with 2."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class UserError(Exception):
    """What the user asked for cannot be done; its text says what, where and what to do, in one to a few lines."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: *where* it is (a file, or ``--set …``), the line from 1 (0: none), the key, and what to do."""

    where: str
    line: int
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return " ".join(part for part in (f"{place}:", self.key and f"{self.key}:", self.message, self.hint) if part)


def in_order(problems: Iterable[Problem], file: str) -> list[Problem]:
    """*problems* by line: those of *file* first, then those of other files, and of overrides last."""

    def place(one: Problem) -> tuple[bool, str, int]:
        override = one.where.startswith("--")
        return override, "" if override or one.where == file else one.where, one.line

    return sorted(problems, key=place)


class ConfigError(UserError):
    """Every mistake of a config at once, a line each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StopBuild(BaseException):
    """The build must end here, cleanly, for example because a budget is spent: it is no failure of a row.

    A BaseException, so that no stage takes it for a failure of its own.
    """
