"""Chain of thought: the rationales of samples, written out as answers to a request for them."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ....schemas import Message, Sample, Timeline
from ....schemas.settings_model import OnlyWith
from ...stage import Stage

REQUESTS = (
    "Explain step by step, then answer.",
    "Say first what you see, then give the answer.",
    "Reason from the video to your answer.",
    "Think aloud before you answer.",
    "Give your reasons first and the answer last.",
    "Lead up to the answer in a few short steps.",
)


class ChainOfThought(Stage):
    """Write out rationales: the question with a request to explain, answered by the rationale and then the answer.

    The sample with its short answer stays beside it, unless ``keep_direct`` says otherwise (Video-STaR trains on both).
    Samples without a rationale stay as they are.
    """

    makes_samples: ClassVar[bool] = True

    tasks: list[str] | None = None
    """Tasks whose rationales are written out; by default all."""
    of: Literal["open", "choice", "all"] = "all"
    """Open questions, those with options, or both."""
    requests: list[Annotated[str, Field(min_length=1)]] = Field(list(REQUESTS), min_length=1)
    """What is put behind the question, one of these by chance."""
    keep_direct: bool = True
    """Keep the question with its short answer too."""
    form: Literal["plain", "think"] = "plain"
    """``plain``: the rationale, ``lead`` and the answer. ``think``: <think>the rationale</think>, then the answer."""
    lead: Annotated[str, OnlyWith(form="plain")] = "Answer: "
    """What stands between the rationale and the answer, at the start of a line."""

    def run(self, video: Timeline) -> Timeline:
        rng = video.random(self.key)
        samples, video.samples = video.samples, []
        for sample in samples:
            chosen = self._wants(sample)
            if not chosen or self.keep_direct:
                video.samples.append(sample)
            if chosen:
                self.add_samples(video, [self._written(sample, rng)])
        return video

    def _wants(self, sample: Sample) -> bool:
        asked = [message.role for message in sample.messages if message.role != "system"] == ["user", "assistant"]
        kind = self.of == "all" or (self.of == "choice") == bool(sample.options)
        named = self.tasks is None or sample.task in self.tasks
        return bool(sample.rationale) and asked and kind and named and not sample.rejected

    def _written(self, sample: Sample, rng: Random) -> Sample:
        *before, asked, told = sample.messages
        request = self.requests[int(rng.random() * len(self.requests))]
        if self.form == "think":
            said = f"<think>\n{sample.rationale}\n</think>\n{told.content}"
        else:
            said = f"{sample.rationale}\n{self.lead}{told.content}"
        turns = [*before, Message("user", f"{asked.content}\n{request}"), Message("assistant", said)]
        params = {**sample.params, "form": "chain_of_thought"}
        return replace(sample, messages=turns, params=params, checks=list(sample.checks), id="")
