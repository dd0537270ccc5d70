"""Questions about what happens in a stretch of time: the reverse of moment retrieval."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_kinds import say
from ..lane_view import View


class GroundedCaption(Family):
    """The words of the one span that fills a stretch of time."""

    task = "grounded_caption"
    kinds = frozenset({"sentence", "step", "label", "title", "speech", "screen", "description"})
    instead: ClassVar[Phrasings] = {
        "sentence": (
            "What happens {when}?",
            "Describe what takes place {when}.",
            "Say in a sentence what goes on {when}.",
            "What can be seen {when}?",
            "Write a caption for the part of the video {when}.",
            "Watch the video {when} and describe the event.",
        ),
        "step": (
            "Which step is carried out {when}?",
            "What is being done {when}?",
            "Name the step shown {when}.",
            "What step does the video show {when}?",
            "Say which step takes place {when}.",
            "Put the step {when} into words.",
        ),
        "label": (
            "Which {one} belongs to the video {when}?",
            "Name the {one} {when}.",
            "What is the {one} {when}?",
            "Which {one} fits the stretch {when}?",
            "Give the {one} for the part {when}.",
            "Look at the video {when}. Which {one} is it?",
        ),
        "title": (
            "What is the title of the chapter {when}?",
            "Give a title to the chapter {when}.",
            "Which chapter runs {when}?",
            "What would you call the chapter {when}?",
            "Name the chapter {when}.",
            "Write a chapter title for the part {when}.",
        ),
        "speech": (
            "What is said {when}?",
            "Write down the words spoken {when}.",
            "What does the speaker say {when}?",
            "Transcribe the speech {when}.",
            "Which words are heard {when}?",
            "Quote what is said {when}.",
        ),
        "screen": (
            "Which text is on screen {when}?",
            "What can be read on screen {when}?",
            "Read out the on-screen text {when}.",
            "What words appear on screen {when}?",
            "Write down the text that the picture shows {when}.",
            "What does the on-screen text say {when}?",
        ),
        "description": (
            "What does the picture look like {when}?",
            "Describe the look of the shot {when}.",
            "How does the video look {when}?",
            "Describe what the picture is like {when}.",
            "In plain words, what does the shot {when} look like?",
            "Say how the picture looks {when}.",
        ),
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        items = view.items
        order = rng.sample(range(len(items)), min(len(items), 4 * limit))
        chosen = [n for n in order if view.alone(n)][:limit]
        return [Ask([items[n]], {"when": clock.when(items[n].start, items[n].end)}) for n in chosen]

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return say(evidence[0].text, params["kind"])
