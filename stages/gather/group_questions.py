"""What lies on a part of a group, moved to the group: the spans of an image, and questions about one part."""

from __future__ import annotations

from dataclasses import replace

from ...schemas import Failed, Message, Sample, Span
from ...schemas.timeline import STILL_SECONDS
from ..haystack.moved import MovedPart

NAME, QUESTION = "{name}", "{question}"
"""What a wording has: what the part is called, and what is asked about it."""


class MovedImage(MovedPart):
    """The way of a stretch that one image stands for: what lies on it is all of the image, at one time."""

    def at(self, time: float) -> float:
        return self.start

    def sample(self, sample: Sample, *, whole: bool) -> Sample:
        moved = super().sample(sample, whole=whole)
        moved.evidence = [replace(one, end=self.start + STILL_SECONDS) for one in moved.evidence]
        return moved

    def _span(self, span: Span) -> Span:
        moved = super()._span(span)
        moved.end = self.start + STILL_SECONDS
        moved.boxes = [replace(box, time=self.start) for box in moved.boxes[:1]]
        return moved


def asked_of_group(sample: Sample, wording: str, name: str, move: MovedPart, *, lone: bool) -> Sample:
    """*sample*, which is about the part that is called *name*, asked of the group in *wording*.

    *lone*: the part is one picture of the video that *sample* is about.

    Raises:
        Failed: ``sample_of_a_part``: there is no wording; ``one_picture_of_a_video``, ``own_media``, ``several_turns``,
            and those of ``MovedPart.sample``: it would not be true there.
    """
    if not wording:
        raise Failed("sample_of_a_part", "make samples behind group, or say by its key ask how this is asked")
    if lone:
        raise Failed(
            "one_picture_of_a_video", "it is about a video, of which one picture is shown; show: clip shows all"
        )
    if sample.media or sample.frames or sample.clip or sample.text_only:
        raise Failed("own_media", "it says by itself what is shown with it")
    turns = sample.messages or [Message("user", sample.question), Message("assistant", sample.answer)]
    asked = [n for n, turn in enumerate(turns) if turn.role == "user"]
    if len(asked) != 1:
        raise Failed("several_turns", "a dialogue is made behind group")
    new = move.sample(sample, whole=True)
    question = wording.replace(NAME, name).replace(QUESTION, sample.question)
    words = turns[asked[0]].content
    if sample.question in words:
        words = words.replace(sample.question, question, 1)
    else:
        words = wording.replace(NAME, name).replace(QUESTION, words)
    messages = [replace(turn, content=words) if n == asked[0] else replace(turn) for n, turn in enumerate(turns)]
    return replace(new, question=question, messages=messages)
