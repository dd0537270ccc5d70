"""Ground: ask for the stretch that shows the answer as well, and answer with it (Grounded-VideoLLM, NExT-GQA)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ....rules.clock import clock_of, opened
from ....rules.family import hull
from ....rules.lane_view import WHOLE
from ....rules.language_key import language_of_sample
from ....rules.solve import rule_of
from ....schemas import Evidence, Message, Sample, Timeline, cited_span
from ...stage import Stage
from ..asked_for import WORDLESS, add, no_words

APART = 2.0
"""Seconds that may lie between the spans of one stretch."""
REQUESTS = (
    "Say first from when to when the video shows it.",
    "Before you answer, give the start and end of the stretch that shows it.",
    "Begin with the stretch of the video that your answer rests on.",
    "Locate the moment that tells, then answer.",
    "Give the time of the evidence first and the answer after it.",
    "Where in the video is that to be seen? Start with it.",
)


class Ground(Stage):
    """Have questions ask for the stretch that shows the answer, and put that before the answer, in their clock.

    The stretch is that of the sample's evidence. Questions whose answer is a time or a list, whose evidence lies more
    than 2 s apart, or fills the video, have none (``no_single_stretch``).
    """

    makes_samples: ClassVar[bool] = True

    tasks: list[str] | None = None
    """Tasks whose questions ask for it; by default all that can."""
    requests: list[Annotated[str, Field(min_length=1)]] = Field(list(REQUESTS), min_length=1)
    """What is put behind the question, one of these by chance. Those of ours are in the language of the question."""
    others: Literal["keep", "drop"] = "keep"
    """What becomes of questions of these tasks that have no single stretch: they stay as they are, or are dropped."""

    def run(self, video: Timeline) -> Timeline:
        rng = video.random(self.key)
        samples, video.samples = video.samples, []
        for sample in samples:
            if self.tasks is not None and sample.task not in self.tasks:
                video.samples.append(sample)
            elif self._can(sample, video.seconds or float("inf")):
                grounded = self._grounded(sample, rng)
                add(video, WORDLESS + language_of_sample(sample.params).name, grounded is sample)
                self.add_samples(video, [grounded])
            elif self.others == "keep":
                video.samples.append(sample)
            else:
                detail = f"{sample.task}: {sample.question}"
                self.reject(video, *cited_span(sample), "no_single_stretch", detail=detail)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``ground: 12 questions in Italian stay as they are: the language has no words that ask for a stretch.``"""
        return "\n".join(no_words(self.name(), totals, "ask for a stretch")) or None

    def _can(self, sample: Sample, duration: float) -> bool:
        family = rule_of(sample.task, sample.params)
        asked = [message.role for message in sample.messages if message.role != "system"] == ["user", "assistant"]
        timed = family is not None and family.answers in ("window", "long")
        clip = sample.params.get("about") == "spans"  # it is shown alone, and the times of the video mean nothing in it
        asked = asked and not sample.is_stream
        return asked and not clip and not timed and not sample.rejected and _is_stretch(sample.evidence, duration)

    def _grounded(self, sample: Sample, rng: Random) -> Sample:
        whole = hull(sample.evidence)
        clock = clock_of(sample.params, float(sample.params.get("duration", "inf")))
        language, share, requests = clock.language, rng.random(), self.requests
        if requests == list(REQUESTS) and not language.english:
            requests = language.ground
        if not requests:
            return sample
        request = requests[int(share * len(requests))]
        *before, asked, told = sample.messages
        words = language.answers
        said = clock.cap(whole.start, whole.end) + words.stop + words.space + opened(told.content)
        turns = [*before, Message("user", f"{asked.content}\n{request}"), Message("assistant", said)]
        return replace(sample, messages=turns, params={**sample.params, "grounded": "yes"}, id="")


def _is_stretch(evidence: Sequence[Evidence], duration: float) -> bool:
    """Whether *evidence* is one stretch that does not fill (nearly) the whole video."""
    if not evidence:
        return False
    ordered = sorted(evidence, key=lambda item: item.start)
    end = ordered[0].end
    for item in ordered[1:]:
        if item.start - end > APART:
            return False
        end = max(end, item.end)
    return ordered[0].start < end and end - ordered[0].start < WHOLE * duration
