"""Questions for everything that happens, in order and with times (dense video captioning)."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings, keep_to, line
from ..lane_kinds import say
from ..lane_view import View

MOST = 20
"""The most lines of an answer. Where a lane is longer, a part of it with so many is asked for."""


class DenseCaption(Family):
    """Every span with its time, a line each."""

    task = "dense_caption"
    kinds = frozenset({"sentence", "step", "label", "speech", "description"})
    answers = "long"
    phrasings = (
        "List the {many} of the video in order, each with its start and end time.",
        "Go through the video and give every {one} with its time.",
        "Write a timed list of all {many}, one line each.",
        "Which {many} does the video have, and when? One line each.",
        "Break the video down into its {many}: time first, then what it is.",
        "Give the video {one} by {one}, with start and end times.",
    )
    instead: ClassVar[Phrasings] = {
        "speech": (
            "Write down what is said in the video, with times.",
            "Transcribe the speech of the video; put the time before each line.",
            "What is said, and when? One line for each utterance.",
            "Make a timed transcript of the video.",
            "List everything that is said, in order, each line with its start and end time.",
            "Give a transcript in which every line starts with its time.",
        ),
        "description": (
            "Describe how the picture looks, shot by shot, with times.",
            "Go through the shots in order and describe the look of each, time first.",
            "Write a timed list of the shots and what each looks like.",
            "What does each shot look like, and when is it on screen? One line each.",
            "Give the start and end of every shot, and describe its look.",
            "Break the video down into shots: time first, then how the picture looks.",
        ),
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        items = view.items
        if len(items) < 2:
            return []
        if len(items) <= MOST:
            return [Ask(items, {}, whole=True)]
        at = rng.randrange(len(items) - MOST + 1)
        part = items[at : at + MOST]
        start, end = part[0].start, max(item.end for item in part)
        outside = items[:at] + items[at + MOST :]
        if any(item.start < end and item.end > start for item in outside):
            return []
        return [Ask(part, {"part": keep_to(clock, start, end)})]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        said = [(item.start, item.end, say(item.text, params["kind"], clock.language)) for item in evidence]
        return "\n".join([line(clock, *one) for one in said])
