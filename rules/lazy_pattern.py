"""Regular expressions that are compiled when they are first used.

Rules hold hundreds of them, and to list or check stages none is needed: compiling takes a third of a second.
"""

from __future__ import annotations

import re
from typing import Any, cast


class _LazyPattern:
    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self.flags = pattern, flags

    def __getattr__(self, name: str) -> Any:
        """What the compiled pattern has under *name*; kept, so that it is asked for once."""
        found = getattr(re.compile(self.pattern, self.flags), name)
        setattr(self, name, found)
        return found


def lazy(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """As ``re.compile``, but later; a mistake in *pattern* is an error at its first use."""
    return cast("re.Pattern[str]", _LazyPattern(pattern, flags))
