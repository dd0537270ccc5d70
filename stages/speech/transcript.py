"""What whisper heard in one video, and how that is turned into bytes and back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .sentences import Line, Word


@dataclass(slots=True)
class Transcript:
    """The segments of a video's speech as whisper gave them, before any cleaning."""

    lines: list[Line] = field(default_factory=list)
    language: str = ""
    """As whisper calls it: en, de …"""
    timed: bool = True
    """Whether every word has its own time."""
    failed: tuple[str, str] | None = None
    """Why the sound could not be decoded: a reason and a detail."""
    seconds: float = 0.0
    """The length of the sound."""
    skipped: float = 0.0
    """Seconds of it that were not transcribed, for nobody speaks there."""

    def to_bytes(self) -> bytes:
        """The transcript as JSON."""
        rows = [
            [[[word.text, word.start, word.end, word.score] for word in line.words], line.values] for line in self.lines
        ]
        return json.dumps([rows, self.language, self.timed, self.failed, self.seconds, self.skipped]).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Transcript:
        """Read what ``to_bytes`` wrote."""
        rows, language, timed, failed, *lengths = json.loads(data)  # older versions wrote no lengths
        lines = [Line([Word(*word) for word in words], values) for words, values in rows]
        return cls(lines, language, timed, tuple(failed) if failed else None, *lengths)
