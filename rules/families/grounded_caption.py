"""Questions about what happens in a stretch of time: the reverse of moment retrieval."""

from __future__ import annotations

from random import Random
from typing import ClassVar

from ...schemas import Evidence
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_kinds import say
from ..lane_view import View

SENTENCE = 35
"""A text of more words is no sentence that tells of an event, but a description."""


class GroundedCaption(Family):
    """The words of the one span that fills a stretch of time; no times are named where that is all of the video."""

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
        "sentence.long": (
            "Describe in detail what the video shows {when}.",
            "Give a detailed caption of the part of the video {when}.",
            "What is to be seen {when}? Describe all of it.",
            "Write a full description of the stretch {when}.",
            "Look at the video {when} and describe it in detail.",
            "Say in detail who and what is seen {when}, and what happens.",
        ),
        "sentence.whole_long": (
            "Describe the video in detail.",
            "Give a detailed caption of the whole video.",
            "What is to be seen in the video? Describe all of it.",
            "Write a full description of the video.",
            "Watch the video and describe it in detail.",
            "Say in detail who and what is seen in the video, and what happens.",
        ),
        "sentence.whole": (
            "What happens in the video?",
            "Describe what takes place in the video.",
            "Say in a sentence what goes on in the video.",
            "What can be seen in the video?",
            "Write a caption for the video.",
            "Watch the video and describe what happens.",
        ),
        "step.whole": (
            "Which step is carried out in the video?",
            "What is being done in the video?",
            "Name the step that the video shows.",
            "What step does the whole video show?",
            "Say which step takes place in the video.",
            "Put the step of the video into words.",
        ),
        "label.whole": (
            "Which {one} fills the whole video?",
            "Name the {one} of the video.",
            "What is the {one} of the video?",
            "Which {one} fits the video as a whole?",
            "Give the {one} for the whole video.",
            "Look at the whole video. Which {one} is it?",
        ),
        "title.whole": (
            "What is the title of the video's one chapter?",
            "Give a title to the video.",
            "Which chapter runs through the whole video?",
            "What would you call the video?",
            "Name the one chapter of the video.",
            "Write a chapter title for the whole video.",
        ),
        "speech.whole": (
            "What is said in the video?",
            "Write down the words spoken in the video.",
            "What does the speaker of the video say?",
            "Transcribe the speech of the video.",
            "Which words are heard in the video?",
            "Quote what is said in the video.",
        ),
        "screen.whole": (
            "Which text is on screen throughout the video?",
            "What can be read on screen all through the video?",
            "Read out the on-screen text of the video.",
            "What words stay on screen for the whole video?",
            "Write down the text that the picture shows throughout.",
            "What does the on-screen text of the video say?",
        ),
        "description.whole": (
            "What does the picture of the video look like?",
            "Describe the look of the video.",
            "How does the video look?",
            "Describe what the picture is like throughout the video.",
            "In plain words, what does the video look like?",
            "Say how the picture of the video looks.",
        ),
    }

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        items = view.items
        order = rng.sample(range(len(items)), min(len(items), 4 * limit))
        chosen = [n for n in order if view.alone(n)][:limit]
        parts = set(view.parts(clock.duration))
        asks = []
        for n in chosen:
            long = view.kind.name == "sentence" and len(items[n].text.split()) > SENTENCE
            if n in parts:
                when = {"when": clock.when(items[n].start, items[n].end)}
                asks.append(Ask([items[n]], when, wording="long" if long else ""))
            else:
                asks.append(Ask([items[n]], {}, wording="whole_long" if long else "whole", whole=True))
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return say(evidence[0].text, params["kind"], clock.language)
