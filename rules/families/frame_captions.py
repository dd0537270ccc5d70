"""Questions for what each frame adds to the one before (ShareGPT4Video's sliding captions)."""

from __future__ import annotations

from random import Random

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, keep_to, line
from ..lane_kinds import say
from ..lane_view import LaneItem, View


class FrameCaptions(Family):
    """The first frame described, then what has changed at the time of each later frame, a line each.

    Of a lane that the stage ``caption`` writes with ``mode: differential``; a chain of frames begins with a point in
    time.
    """

    task = "frame_captions"
    kinds = frozenset({"change"})
    answers = "long"
    phrasings = (
        "Describe the video frame by frame: what the first frame shows, then what has changed at each time after it.",
        "Say what is seen at the start, and then, with times, what has changed since the time before.",
        "Follow the video through time. Describe the first frame; for each later time, describe the change.",
        "Write down the first frame and every change after it, one line for each time.",
        "What does the first frame show, and what has changed at each of the times after it?",
        "Go through the video from its first frame on and note, time by time, what has changed.",
    )

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        chains: list[list[LaneItem]] = []
        for item in view.items:
            if item.start == item.end or not chains:
                chains.append([])
            chains[-1].append(item)
        if len(chains) == 1:
            return [Ask(chains[0], {}, whole=True)]
        chosen = sorted(rng.sample(range(len(chains)), min(limit, len(chains))))
        parts = [(chains[n][0].start, chains[n][-1].end) for n in chosen]
        slots = [{"part": keep_to(clock, start, end)} for start, end in parts]
        return [Ask(chains[n], slot) for n, slot in zip(chosen, slots, strict=True)]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        said = [(item.end, say(item.text, params["kind"], clock.language)) for item in evidence]
        return "\n".join([line(clock, time, time, text) for time, text in said])
