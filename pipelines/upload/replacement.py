"""Whether what a repository or a bucket holds may be replaced by a push."""

from __future__ import annotations

from collections.abc import Sequence

from ...schemas.build_record import BuildRecord
from ..errors import UserError

TOLD = 8
"""Files that are named."""


def check_replacement(place: str, ours: BuildRecord, theirs: BuildRecord, gone: Sequence[str]) -> None:
    """Check that *theirs*, which *place* holds, is an earlier state of the data set *ours*: the same name and videos.

    Args:
        place: the repository or bucket.
        ours: the build that is to be pushed.
        theirs: the build that is there.
        gone: files of it that would be deleted or replaced.

    Raises:
        UserError: it is another data set.
    """
    if not gone or _identity(ours) == _identity(theirs):
        return
    name = f" ({theirs.config['name']})" if theirs.config.get("name") else ""
    raise UserError(
        f"{place}: holds another data set{name}: {theirs.samples:,} samples of {theirs.inputs:,} videos. "
        f"This would delete or replace {list_files(gone)}. Push elsewhere; or say --replace, if that is meant."
    )


def list_files(names: Sequence[str]) -> str:
    """The first of *names*, and how many more."""
    more = f" and {len(names) - TOLD:,} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more


def _identity(record: BuildRecord) -> tuple[object, ...]:
    sources = [one.get("build") for one in record.config.get("sources") or ()]
    return record.config.get("name"), record.config.get("videos"), sources
