"""Mistakes on purpose in a stream: one reply is wrong or comes late, and what follows takes it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..schemas import Message, Span
from .lane_kinds import fold

MistakeKind = Literal["other", "silence"]
"""What stands where a reply is due: one that tells of something else, or nothing."""
SLACK = 0.05
"""Seconds by which times may be off."""


@dataclass(slots=True)
class StreamMistake:
    """The one mistake of a stream. Nobody learns the wrong turn; what takes it back is learnt."""

    kind: MistakeKind
    turn: int
    """Which turn, from 0 and but for the system message, is wrong; with silence, which one comes late."""
    span: str
    """The id of the span that the reply should have told of."""
    sorry: str = ""
    """What the correction begins with, which is the next turn; empty: nobody corrects it."""
    late: float = 0.0
    """Seconds by which the correction comes after the reply was due."""

    @property
    def wrong(self) -> int | None:
        """Which turn is wrong; None: none is, one comes late."""
        return self.turn if self.kind == "other" else None

    @property
    def correction(self) -> int | None:
        """Which turn takes it back; None: none does."""
        return None if not self.sorry else self.turn + (self.kind == "other")


def without_wrong(turns: Sequence[Message], mistake: StreamMistake | None) -> list[Message]:
    """*turns* but for the one that is wrong."""
    wrong = None if mistake is None else mistake.wrong
    return [turn for number, turn in enumerate(turns) if number != wrong]


def as_meant(turns: Sequence[Message], mistake: StreamMistake | None) -> list[Message]:
    """*turns* as they would be without the mistake, which is corrected: the reply stands where it was due."""
    if mistake is None or mistake.correction is None:
        return list(turns)
    late = turns[mistake.correction]
    reply = late.content.removeprefix(mistake.sorry).strip()
    right = replace(late, content=reply, time=round((late.time or 0.0) - mistake.late, 3))
    told = [right if number == mistake.correction else turn for number, turn in enumerate(turns)]
    return without_wrong(told, mistake)


def find_no_mistake(turns: Sequence[Message], mistake: StreamMistake, spans: Iterable[Span]) -> tuple[str, str] | None:
    """What keeps *mistake* from being one that is taken back: a snake_case reason, and what was found; or None."""
    last = mistake.turn if mistake.correction is None else mistake.correction
    if not 0 < mistake.turn <= last < len(turns) or turns[mistake.turn].role != "assistant":
        return "bad_turns", f"the mistake is turn {mistake.turn + 1} of {len(turns)}"
    wrong = turns[mistake.turn]
    time = wrong.time or 0.0
    if mistake.kind == "other":
        said = fold(wrong.content)
        for span in spans:
            now = span.id == mistake.span or span.start - SLACK <= time <= span.end + SLACK
            if now and (fold(span.words) in said or said in fold(span.words)):
                return (
                    "no_mistake",
                    f"{wrong.content[:100]!r} at {time:g} s is true of {span.start:g} to {span.end:g} s",
                )
    if mistake.correction is None:
        return None
    turn = turns[last]
    due = time if mistake.kind == "other" else time - mistake.late
    if turn.role != "assistant" or not turn.content.startswith(mistake.sorry):
        return "uncorrected", f"{turn.content[:100]!r} takes nothing back"
    if not due < (turn.time or 0.0) <= due + mistake.late + SLACK:
        return "uncorrected", f"{turn.content[:100]!r} comes {(turn.time or 0.0) - due:g} s later"
    return None
