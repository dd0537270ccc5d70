"""From the config's ``teachers:`` to teachers that can be asked, and a check of each before the build starts."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ...schemas import MissingExtra
from ...schemas.build_record import Account
from ..errors import UserError
from ..storage.state_names import BATCHES
from .asker import Asker
from .backend import HasRates
from .borrowing import Borrower
from .limits import TimeSource
from .reply_store import Store
from .spend import Spend
from .teacher_settings import TeacherSettings


def make_teachers(
    settings: Mapping[str, TeacherSettings],
    cache: Path | None,
    before: Account | None = None,
    clock: TimeSource | None = None,
    notes: Path | None = None,
    mark: str = "",
    borrower: Borrower | None = None,
) -> dict[str, Asker]:
    """The teachers by name. To be called where they are asked, in the event loop; ``close`` each in the end.

    Args:
        settings: the config's ``teachers:``.
        cache: the folder where replies are kept for later builds; None: they are not.
        before: what earlier runs of the same build spent on each teacher; it counts towards its budget.
        clock: for tests.
        notes: the folder where batches that a provider works on are noted; None: beside the replies.
        mark: of this run of a build, as it stands in *notes*; empty outside builds.
        borrower: of what is shared with other processes that ask; None: there are none.

    Raises:
        UserError: a recording cannot be read.
    """
    clock = clock or TimeSource()
    if notes is None:
        notes = (cache or Path(tempfile.gettempdir(), f"vdata-{uuid.uuid4().hex}")) / BATCHES
    made: dict[str, Asker] = {}
    for name, one in settings.items():
        spend = Spend(name, one.budget, one.paid(), (before or {}).get(name))
        store = Store(cache) if cache is not None and one.keeps else None
        backend, borrowed = one.backend_of_build(clock, notes, mark), None
        if borrower is not None and not one.waits:
            borrowed = borrower.teacher(name, one.limits(), spend, clock)
            if isinstance(backend, HasRates):
                backend.requests, backend.tokens = borrowed.rates(*one.rates())
        made[name] = Asker(name, one, backend, store, one.limits(), spend, clock, borrowed)
        made[name].others = made
    return made


def check_teacher(name: str, settings: TeacherSettings) -> None:
    """See that the teacher *name* can be asked: its extra, its address, its key, its model.

    Raises:
        UserError: one line for the user.
    """
    try:
        settings.check()
    except (MissingExtra, UserError) as error:
        raise UserError(f"teachers.{name}: {error}") from None


@contextmanager
def running(teachers: Mapping[str, TeacherSettings]) -> Iterator[None]:
    """Load the models of those of *teachers*, by name, that a build serves itself; they are let go afterwards.

    Raises:
        UserError: one cannot be loaded.
    """
    with ExitStack() as stack:
        for kind in dict.fromkeys(type(one) for one in teachers.values()):
            stack.enter_context(kind.running({name: one for name, one in teachers.items() if type(one) is kind}))
        yield
