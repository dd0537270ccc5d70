"""What a check finds, and what it may look at."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from ...rules.lane_kinds import NEVER, fold
from ...rules.language import ENGLISH, language_of
from ...rules.query_times import until
from ...rules.quoted import mask_quotes
from ...schemas import Sample, Span, Timeline, Verdict
from ...schemas.sample import INFERRED, WRITTEN_FROM
from .check_settings import CheckSettings


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check on one sample or span."""

    outcome: Literal["pass", "fail", "unsure"]
    reason: str = ""
    """For a failure, or where the check could not be made: snake_case, a key of the stage's policy."""
    value: float | None = None
    threshold: float | None = None
    detail: str = ""
    better: str = ""
    """For a failure that can be repaired: the text as it should be."""

    def verdict(self, check: str) -> Verdict:
        """As it is kept on a sample."""
        detail = f"{self.reason}: {self.detail}" if self.reason and self.detail else self.reason or self.detail
        return Verdict(check, self.outcome, self.value, detail)


PASS = Finding("pass")
UNKNOWN = "without frames, no lane says what is there"
"""Why a check by a teacher that is shown no frames is unsure."""
CUT = "cut_claims"
"""The attribute of a caption that keeps what was cut out of it; it is evidence of nothing."""


def failure(reason: str, detail: str = "", value: float | None = None, threshold: float | None = None) -> Finding:
    return Finding("fail", reason, value, threshold, detail)


def unsure(detail: str, value: float | None = None) -> Finding:
    """The check applies, and nothing at hand decides it. The sample stays."""
    return Finding("unsure", "", value, None, detail)


@dataclass
class Facts:
    """What is known of one video, for the rule checks."""

    video: Timeline
    settings: CheckSettings = field(default_factory=CheckSettings)
    _spans: dict[str, dict[str, Span]] = field(default_factory=dict)
    _earlier: dict[float, Facts] = field(default_factory=dict)
    _row: Timeline | None = None
    """The whole row, where *video* is what is known of it at a time."""

    @property
    def duration(self) -> float:
        """Seconds; infinite when unknown."""
        return self.video.seconds or math.inf

    @property
    def samples(self) -> list[Sample]:
        """The samples of the row that are left."""
        return (self._row or self.video).samples

    def until(self, time: float) -> Facts:
        """What is known at *time* of the video, in seconds: what comes later is no fact yet."""
        if time not in self._earlier:
            self._earlier[time] = Facts(until(self.video, time), self.settings, _row=self.video)
        return self._earlier[time]

    def span(self, lane: str, key: str) -> Span | None:
        """The span of *lane* with the id *key*."""
        if lane not in self._spans:
            self._spans[lane] = {span.id: span for span in self.video.lane(lane)}
        return self._spans[lane].get(key)

    def overlapping(self, lane: str, start: float, end: float) -> Iterator[Span]:
        """The spans of *lane* that share time with *start* to *end*, or touch it."""
        return (span for span in self.video.lane(lane) if span.start <= end and span.end >= start)

    def other_language(self, sample: Sample, reads: Collection[str]) -> str:
        """The language that is not English of what is to be read of *sample*; empty when all that is English.

        What is quoted does not count, nor what a rule has written: that is read by the rule.
        """
        if not reads or by_rule(sample):
            return ""
        told = [f"{sample.question}\n{assistant_text(sample)}", sample.answer] if "statement" in reads else []
        told += ["\n".join(item.text for item in sample.evidence)] if "evidence" in reads else []
        return next((found for text in told if (found := self.language_of(text)) != ENGLISH), "")

    def language_of(self, text: str) -> str:
        """The language of *text*, or the one that the settings name."""
        return self.settings.language or language_of(mask_quotes(text))

    @cached_property
    def known_text(self) -> str:
        """Everything that the lanes and the manifest say, folded, with a space at both ends."""
        texts = [*self.video.attrs.values()]
        for lane, spans in sorted(self.video.lanes.items()):
            if lane not in NEVER:
                for span in spans:
                    attrs = [text for name, text in span.attrs.items() if name != CUT]
                    texts += [text for text in (span.text, span.label, *attrs) if text]
        return f" {fold(' '.join(texts))} "


def cited_words(sample: Sample) -> str:
    """What the cited spans say, one a line."""
    return "\n".join([item.text for item in sample.evidence if item.text])


def by_rule(sample: Sample) -> bool:
    """Whether question and answer were both made by rule."""
    return not sample.teacher and has_rule(sample)


def has_rule(sample: Sample) -> bool:
    """Whether the answer follows from the evidence by rule; a teacher may have written the question."""
    from ...rules.solve import rule_of

    return rule_of(sample.task, sample.params) is not None


def unseen_words(sample: Sample) -> Finding | None:
    """Unsure where what no line says may be true: the teacher of *sample* was shown more, or was to conclude it."""
    if sample.params.get(INFERRED):
        return unsure("the answer is concluded from what is cited, and need not be in its words")
    shown = sample.params.get(WRITTEN_FROM)
    return unsure(f"its teacher was shown {shown}, which may hold what no line says") if shown else None


def asks_for(sample: Sample) -> str:
    """What *sample* asks for: what its answer is by rule (``count``, ``order``, ``window`` …), or else its task."""
    from ...rules.solve import rule_of

    family = rule_of(sample.task, sample.params)
    return sample.task if family is None else family.answers


def assistant_text(sample: Sample) -> str:
    """All that the sample teaches to say: its answer, and the other turns of the assistant."""
    turns = [turn.content for turn in sample.messages if turn.role == "assistant" and sample.answer not in turn.content]
    return "\n".join([sample.answer, *turns])
