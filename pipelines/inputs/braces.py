"""Names with braces, as WebDataset writes a list of shards: ``shards/{000..012}.tar``."""

from __future__ import annotations

import os
import re
from itertools import islice
from pathlib import Path

from ...schemas.uri import is_url
from .local import SourceError

MOST = 100_000
"""Names that braces may stand for."""

_BRACES = re.compile(r"\{[^{}]*(?:,|\.\.)[^{}]*\}")


def unbraced(item: str, base: Path) -> list[str]:
    """The names that *item* stands for; a file that is called so itself stays as it is.

    Raises:
        SourceError: braces that do not close, or more than MOST names.
    """
    if not _BRACES.search(item) or (not is_url(item) and os.path.lexists(base / item)):
        return [item]
    from braceexpand import braceexpand

    try:
        found = list(islice(braceexpand(item, escape=False), MOST + 1))
    except ValueError:
        raise SourceError(f"{item}: a brace is not closed. Write {{000..012}} or {{a,b}}.") from None
    if len(found) > MOST:
        raise SourceError(f"{item}: stands for more than {MOST:,} names.")
    return list(dict.fromkeys(found))
