"""What becomes of samples and captions after their findings: the policy, the rejects, the counts."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any

from ...schemas import Failed, Measured, Reply, Sample, Span, Timeline, cited_span
from ..stage import TeacherStage
from .check_list import UNCHECKED
from .finding import CUT, Finding
from .video_teacher import RequestFailed


class Policy:
    """Acts on the findings of one video: *actions* says for each reason whether to drop, repair or tag."""

    def __init__(self, stage: TeacherStage, video: Timeline, actions: Mapping[str, str]) -> None:
        self.stage, self.video, self.actions = stage, video, actions
        self._answers = 0
        self._failure: Reply | None = None

    def count(self, name: str, by: float = 1) -> None:
        """Add to the counts of the summary."""
        if by:
            self.video.report[name] = self.video.report.get(name, 0.0) + by

    async def ask(self, check: Coroutine[Any, Any, Finding | None], lane: str, span: Span) -> Finding | None:
        """The finding of a teacher check about *span* of *lane*; ``unchecked`` when a request failed."""
        try:
            found = await check
        except RequestFailed as error:
            self._failure = self._failure or error.reply
            self.stage.reject_reply(self.video, error.reply, lane, span)
            return Finding("unsure", UNCHECKED, detail=f"{error.reply.failure}: {error.reply.detail[:200]}")
        self._answers += found is not None
        return found

    def sample(self, sample: Sample, check: str, found: Finding) -> bool:
        """Leave the verdict on *sample* and act on it; whether the sample stays."""
        sample.checks.append(found.verdict(check))
        if not found.reason:
            return True
        action = self.actions[found.reason]
        if action == "repair" and not (found.better.strip() and _rewrite(sample, found.better)):
            action = "drop"
        self.count(f"{action}:{found.reason}")
        if action != "drop":
            return True
        self.video.samples = [other for other in self.video.samples if other is not sample]
        detail = f"{sample.task}: {sample.question} -> {sample.answer} | {found.detail}"[:1000]
        measured = Measured(value=found.value, threshold=found.threshold, detail=detail)
        self.stage.reject(self.video, *cited_span(sample), found.reason, **measured)
        return False

    def caption(self, lane: str, span: Span, check: str, found: Finding) -> bool:
        """Leave the verdict on a caption and act on it; whether the caption stays."""
        span.attrs[f"checked_{check}"] = found.reason or found.outcome
        if found.value is not None:
            span.values[check] = found.value
        if not found.reason:
            return True
        action = self.actions[found.reason]
        if action == "repair" and found.better.strip():
            span.attrs[CUT] = found.detail
            span.text = found.better
            for sample in self.video.samples:
                for item in sample.evidence:
                    if item.lane == lane and item.span == span.id:
                        item.text = span.words
        elif action == "repair":
            action = "drop"
        self.count(f"{action}:caption:{found.reason}")
        if action == "drop":
            detail = f"{span.words} | {found.detail}"[:1000]
            measured = Measured(value=found.value, threshold=found.threshold, detail=detail)
            self.stage.drop(self.video, lane, span, found.reason, **measured)
        return action != "drop"

    def close(self) -> None:
        """Raise what the teacher failed with, when it could not check anything.

        Raises:
            Failed: not one request was answered.
        """
        if self._failure is not None and self._answers == 0:
            raise Failed(self._failure.failure, self._failure.detail)


def summary(totals: Mapping[str, float], what: str, one: str) -> str:
    """``120 samples, 9 dropped (bad_time 4, unsupported 5), 3 repaired``."""
    number = int(totals.get(what, 0))
    parts = [f"{number} {one}{'' if number == 1 else 's'}"]
    for action, verb in (("drop", "dropped"), ("repair", "repaired"), ("tag", "tagged")):
        start = f"{action}:" + ("caption:" if one == "caption" else "")
        found = {
            name.removeprefix(start): int(value)
            for name, value in sorted(totals.items())
            if name.startswith(start) and (one == "caption" or ":caption:" not in name)
        }
        if found or action == "drop":
            why = f" ({', '.join(f'{name} {value}' for name, value in found.items())})" if found else ""
            parts.append(f"{sum(found.values())} {verb}{why if action != 'repair' else ''}")
    return ", ".join(parts)


def _rewrite(sample: Sample, better: str) -> bool:
    """Put *better* in the place of the answer; not in a dialogue, whose turns hang together."""
    turns = [turn for turn in sample.messages if turn.role == "assistant"]
    if len(turns) > 1 or sample.options:
        return False
    for turn in turns:
        if sample.answer not in turn.content:
            return False
        turn.content = turn.content.replace(sample.answer, better, 1)
    sample.params["before_repair"] = sample.answer
    sample.answer = better
    return True
