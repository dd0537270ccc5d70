"""How a stage, or what it calls, ends a video: dropped by a rule, failed by an error."""

from __future__ import annotations

NO_SAMPLE = "no_sample"
"""The reason of a video that came through all stages, of which none made a sample."""


class Dropped(Exception):
    """Raised by a stage when a rule drops the whole video: *reason* in snake_case, with what was measured."""

    def __init__(
        self, reason: str, *, value: float | None = None, threshold: float | None = None, detail: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason, self.value, self.threshold, self.detail = reason, value, threshold, detail


class Failed(Exception):
    """Raised by a stage when an error stops the whole video: *reason* in snake_case, and the message for people."""

    def __init__(self, reason: str, detail: str = "", *, value: float | None = None) -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail, self.value = reason, detail, value


class NotReady(Exception):
    """Raised by ``ready`` when a stage cannot run here; its text is one line for the user."""


class MissingExtra(NotReady):
    """Raised by ``ready`` when a library of an extra is not installed; its text is one line for the user."""
