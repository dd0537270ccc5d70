"""Conversations: the questions of a video, one after the other, in one sample."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import Field

from ....schemas import Message, Sample, Timeline
from ....schemas.sample import IMPORTED, WRITTEN_FROM
from ...stage import Stage

TASK = "conversation"
"""The task of what is made."""


class Conversations(Stage):
    """Put the questions of each video into conversations: the first with its answer, then the next.

    Streams, preference pairs, and samples that show only a stretch of the video, media of their own, or text alone stay
    as they are. List it behind what changes samples one by one, and before ``show``, whose lines then stand once,
    before the first question.
    """

    makes_samples: ClassVar[bool] = True

    tasks: list[str] | None = None
    """Tasks whose samples are put together; ``imported`` stands for the questions of label files. By default all."""
    order: Literal["random", "time"] = "random"
    """Questions in an order that is drawn, or by the time of what they rest on."""
    turns: int = Field(8, ge=2)
    """At most so many questions in a conversation; those that are left make further ones."""

    def run(self, video: Timeline) -> Timeline:
        taken = [sample for sample in video.samples if self._wanted(sample)]
        video.samples = [sample for sample in video.samples if not self._wanted(sample)]
        if self.order == "random":
            taken = video.random(self.key).sample(taken, len(taken))
        else:
            taken.sort(key=lambda one: min((item.start for item in one.evidence), default=one.start))
        for at in range(0, len(taken), self.turns):
            self.add_samples(video, [self._joined(taken[at : at + self.turns])])
        video.report |= {"questions": len(taken), "made": -(-len(taken) // self.turns)}
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``conversations: 24 questions in 3 conversations.``"""
        if not totals:
            return None
        return f"{self.name()}: {totals['questions']:.0f} questions in {totals['made']:.0f} conversations."

    def _wanted(self, sample: Sample) -> bool:
        named = self.tasks is None or sample.task in self.tasks
        named = named or (sample.teacher == IMPORTED and IMPORTED in (self.tasks or ()))
        alone = sample.rejected or sample.is_stream or sample.media or sample.seen or "about" in sample.params
        return named and not alone and not sample.text_only

    def _joined(self, samples: list[Sample]) -> Sample:
        turns: list[Message] = []
        for sample in samples:
            told = sample.messages or [Message("user", sample.question), Message("assistant", sample.answer)]
            turns += [replace(turn) for turn in told if turn.role != "system" or not turns]
        cited = {(item.lane, item.span, item.start, item.end): item for one in samples for item in one.evidence}
        teachers = list(dict.fromkeys(one.teacher for one in samples if one.teacher))
        params = {name: text for name, text in samples[0].params.items() if name in ("time_format", "duration")}
        shown = [one.params[WRITTEN_FROM] for one in samples if WRITTEN_FROM in one.params]
        params |= {WRITTEN_FROM: shown[0]} if shown else {}
        return Sample(
            TASK,
            "\n".join(one.question for one in samples),
            "\n".join(one.answer for one in samples),
            min(one.start for one in samples),
            max(one.end for one in samples),
            list(cited.values()),
            params | {"questions": str(len(samples))},
            messages=turns,
            teacher="+".join(teachers),
        )
