"""Work on the tables of a data set in pieces that know nothing of one another: in this process, or on many machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


class Spreading(Protocol):
    """Does a piece of work for each of some jobs; the results come in the order of the jobs."""

    def __call__(self, work: Callable[[Job], Result], jobs: Sequence[Job], /) -> Iterator[Result]: ...


def here(work: Callable[[Job], Result], jobs: Sequence[Job], /) -> Iterator[Result]:
    """Do *work* for *jobs* in this process, one after the other."""
    return map(work, jobs)
