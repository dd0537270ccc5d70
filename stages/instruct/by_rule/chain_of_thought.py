"""Chain of thought: the rationales of samples, written out as answers to a request for them."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ....rules.language_key import language_of_sample
from ....schemas import Message, Sample, Timeline
from ....schemas.settings_model import OnlyWith
from ...stage import Stage
from ..asked_for import WORDLESS, add, no_words

REQUESTS = (
    "Explain step by step, then answer.",
    "Say first what you see, then give the answer.",
    "Reason from the video to your answer.",
    "Think aloud before you answer.",
    "Give your reasons first and the answer last.",
    "Lead up to the answer in a few short steps.",
)

LEAD = "Answer: "


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
    """What is put behind the question, one of these by chance. Those of ours are in the language of the question."""
    keep_direct: bool = True
    """Keep the question with its short answer too."""
    form: Literal["plain", "think"] = "plain"
    """``plain``: the rationale, ``lead`` and the answer. ``think``: <think>the rationale</think>, then the answer."""
    lead: Annotated[str, OnlyWith(form="plain")] = LEAD
    """What stands between the rationale and the answer, at the start of a line."""

    def run(self, video: Timeline) -> Timeline:
        rng = video.random(self.key)
        samples, video.samples = video.samples, []
        for sample in samples:
            requests, lead = self._words(sample)
            chosen = self._wants(sample)
            if chosen and not requests:
                add(video, WORDLESS + language_of_sample(sample.params).name, 1)
                chosen = False
            if not chosen or self.keep_direct:
                video.samples.append(sample)
            if chosen:
                self.add_samples(video, [self._written(sample, rng, requests, lead)])
        return video

    def _wants(self, sample: Sample) -> bool:
        asked = [message.role for message in sample.messages if message.role != "system"] == ["user", "assistant"]
        kind = self.of == "all" or (self.of == "choice") == bool(sample.options)
        named = self.tasks is None or sample.task in self.tasks
        return bool(sample.rationale) and not sample.is_stream and asked and kind and named and not sample.rejected

    def _words(self, sample: Sample) -> tuple[list[str], str]:
        """The requests and the lead in the language of *sample*, unless the settings give others."""
        language = language_of_sample(sample.params)
        requests, lead = self.requests, self.lead
        if not language.english:
            requests = language.explain if requests == list(REQUESTS) else requests
            lead = language.answer if lead == LEAD else lead
        return requests, lead

    def summary(self, totals: dict[str, float]) -> str | None:
        """``chain_of_thought: 12 questions in Italian stay as they are: the language has no words that ask …``"""
        return "\n".join(no_words(self.name(), totals, "ask to explain")) or None

    def _written(self, sample: Sample, rng: Random, requests: list[str], lead: str) -> Sample:
        *before, asked, told = sample.messages
        request = requests[int(rng.random() * len(requests))]
        if self.form == "think":
            said = f"<think>\n{sample.rationale}\n</think>\n{told.content}"
        else:
            said = f"{sample.rationale}\n{lead}{told.content}"
        turns = [*before, Message("user", f"{asked.content}\n{request}"), Message("assistant", said)]
        params = {**sample.params, "form": "chain_of_thought"}
        return replace(sample, messages=turns, params=params, checks=list(sample.checks), id="")
