"""What a teacher is asked while a build runs, for people who watch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class TeacherCounts:
    """What one teacher has been asked since a run began, and what it is being asked."""

    calls: int = 0
    """Calls that were sent, those that failed among them."""
    replies: int = 0
    in_flight: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0
    cached: int = 0
    """Replies that were there already."""
    errors: dict[str, int] = field(default_factory=dict)
    """What went wrong, by kind: ``HTTP 429``, ``time-out``, ``no reply``, ``bad_reply``, ``refused``."""
    batches: int = 0
    """Batches that a provider works on."""
    since: float = 0.0
    """When the oldest of them was begun, in seconds since 1970; 0: there is none."""

    def add(self, other: TeacherCounts) -> None:
        """Count what *other* has counted, too."""
        for name in ("calls", "replies", "in_flight", "tokens_in", "tokens_out", "dollars", "cached", "batches"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.since = min(filter(None, (self.since, other.since)), default=0.0)
        self.errors = dict(Counter(self.errors) + Counter(other.errors))
