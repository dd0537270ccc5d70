"""A stream that a model watches: step by step it is asked whether to speak, and sees nothing that is later than now.

This is how StreamingBench asks for what is to be said when it comes: each second from the question on, until the model
says that it is time, and at most until 4 s after it was. Of a dialogue all that is said is kept, until the stream ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...rules.streams import spoken
from ...schemas import Frames, Message, Request, Sample, Turn
from ...scoring.due import due_time
from ...scoring.reply_parsing import without_thinking

POLL = 1.0
"""Seconds of the video between one step and the next."""
AFTER = 4.0
"""Seconds after it was due until which what is to be said is waited for (StreamingBench)."""
SPEAK = (
    "The frames show the video up to now. By what you were asked, is now the time to say something that you have not "
    "said yet? Reply with yes or no alone."
)
SAY = "Say it now, and nothing besides."


def poll_times(sample: Sample, every: float, seconds: float | None = None) -> list[float]:
    """The seconds of the video at which the model of the stream *sample* is asked whether to speak, in order.

    *every* so many seconds after the first question, as long as the video lasts (*seconds*; None: not known); of a
    dialogue each turn of the user is such a time besides.
    """
    asked = [turn.time or 0.0 for turn in spoken(sample) if turn.role == "user"] or [sample.start]
    due = due_time(sample)
    end = sample.end if due is None else due + AFTER
    end = end if seconds is None else min(end, seconds)
    found = {round(asked[0] + every * n, 3) for n in range(1, int((end - asked[0]) / every + 1e-6) + 1)}
    return sorted(found or {end}) if due is not None else sorted({*found, *asked})


@dataclass
class StreamRun:
    """One stream, as far as it has run."""

    sample: Sample
    times: Sequence[float]
    """When the model is asked whether to speak, seconds of the video."""
    frames: Callable[[float, float], tuple[Frames, ...]]
    """The frames of a stretch of the video, in seconds."""
    said: list[Message] = field(default_factory=list)
    """What the model has said so far."""
    _step: int = 0
    _speaks: bool = False

    @property
    def now(self) -> float:
        """The second of the video that it has come to."""
        return self.times[self._step]

    def request(self) -> Request:
        """What the model is asked now: what it has been shown and told so far, and whether to speak, or what to say."""
        asked = [turn for turn in spoken(self.sample) if turn.role == "user"]
        talk = sorted(
            (turn for turn in (*asked, *self.said) if (turn.time or 0.0) <= self.now),
            key=lambda turn: (turn.time or 0.0, turn.role == "assistant"),
        )
        start = self.sample.start if self.sample.seen is None else self.sample.seen[0]
        shown = self.frames(min(start, self.now), self.now)
        turns = [Turn("assistant" if turn.role == "assistant" else "user", (turn.content,)) for turn in talk]
        turns.append(Turn("user", (*shown, SPEAK)))
        if self._speaks:
            turns += [Turn("assistant", ("yes",)), Turn("user", (SAY,))]
        system = next((turn.content for turn in self.sample.messages if turn.role == "system"), "")
        return Request(tuple(_joined(turns)), system, purpose="predict")

    def take(self, reply: str) -> Request | None:
        """Take *reply* to what was asked last, and go on: what is asked next, or None at the end."""
        if not self._speaks and without_thinking(reply).strip(" .!*\"'").lower().startswith("yes"):
            self._speaks = True
            return self.request()
        if self._speaks:
            self.said.append(Message("assistant", without_thinking(reply), self.now))
            if due_time(self.sample) is not None:
                return None
        self._speaks = False
        if self._step + 1 == len(self.times):
            return None
        self._step += 1
        return self.request()

    def row(self) -> dict[str, Any]:
        """What was said and when, for a line of predictions."""
        reply = "\n".join(turn.content for turn in self.said)
        if due_time(self.sample) is not None:
            return {"reply": reply, **({"time": self.said[0].time} if self.said else {})}
        return {"reply": reply, "turns": [{"time": turn.time, "content": turn.content} for turn in self.said]}


def _joined(turns: Sequence[Turn]) -> list[Turn]:
    """*turns*, those in a row by the same speaker as one, which some models insist on."""
    found: list[Turn] = []
    for turn in turns:
        if found and found[-1].role == turn.role:
            before = found[-1].parts
            between = ("\n\n",) if isinstance(before[-1], str) and isinstance(turn.parts[0], str) else ()
            found[-1] = Turn(turn.role, (*before, *between, *turn.parts))
        else:
            found.append(turn)
    return found
