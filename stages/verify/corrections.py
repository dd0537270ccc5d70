"""Corrections: what people said of samples and captions becomes checks, corrected samples and a lane."""

from __future__ import annotations

import json
from typing import ClassVar, Literal

from pydantic import Field

from ...rules.reviews import REVIEWS, content_of, content_of_span, times_text
from ...schemas import Measured, Sample, Span, Timeline, Verdict, cited_span
from ...schemas.reviewed import REVIEWED, reviewed
from ..stage import Stage
from .correct_sample import PEOPLE, CannotCorrect, correct
from .opinions import Agreed, Rule, agree

Action = Literal["drop", "keep"]
VERDICT_OF: dict[str, Literal["pass", "fail", "unsure"]] = {"right": "pass", "wrong": "fail"}


class Corrections(Stage):
    """Act on what people said of samples and captions in an annotation tool: verdicts become checks, corrections stand.

    A verdict is the check ``people`` of the sample; what people corrected becomes the sample's own, and what was before
    is kept, as JSON, in the parameter ``was``. Spans of lanes that people found right or corrected are laid on a lane
    of their own. The reviews come as labels of the kind ``label_studio`` or ``argilla``. Put the stage last: a review
    counts for the sample with its id as long as that is as the person saw it.
    """

    reads: ClassVar[frozenset[str]] = frozenset({REVIEWS})

    of: list[Literal["samples", "spans"]] = Field(["samples", "spans"], min_length=1)
    """What is acted on: reviews of samples, of spans of lanes (captions), or both. For captions that later stages are
    to use, list the stage twice: ``of: [spans]`` behind the captions, ``of: [samples]`` last."""
    agree: Rule = "majority"
    """What several people must share for it to stand: more than half of them the same verdict and the same correction,
    or all of them."""
    wrong: Action = "drop"
    """What becomes of what is found wrong, where no correction stands."""
    unsure: Action = "keep"
    """What becomes of what people are unsure about, or disagree on."""
    unreviewed: Action = "keep"
    """What becomes of samples that nobody has reviewed."""
    lane: str = Field("human", pattern="^[a-z][a-z0-9_]{0,39}$")
    """The lane for spans that people found right or corrected."""

    def lanes_written(self) -> set[str]:
        return {self.lane} if "spans" in self.of else set()

    def makes_checks(self) -> dict[str, set[str]]:
        return {"": {PEOPLE}} if "samples" in self.of else {}

    def run(self, video: Timeline) -> Timeline:
        reviews: dict[tuple[str, str], list[Span]] = {}
        for span in video.lane(REVIEWS):
            reviews.setdefault((span.attrs.get("lane", ""), span.attrs.get("of", "")), []).append(span)
        if "samples" in self.of:
            asked = list(video.samples)
            for sample in asked:
                self._sample(video, sample, reviews.pop(("", sample.id), []))
            self._other_ways(video, asked)
        if "spans" in self.of:
            made: list[Span] = []
            for lane in sorted({lane for lane, _ in reviews if lane}):
                for span in list(video.lane(lane)):
                    self._span(video, lane, span, reviews.pop((lane, span.id), []), made)
                video.put(lane, video.lane(lane))  # in the order of the corrected times
            video.put(self.lane, [*video.lane(self.lane), *made])
        for (lane, of), left in reviews.items():
            if ("spans" if lane else "samples") in self.of:
                self._set_aside(video, left, "unknown", f"there is no {f'span of {lane}' if lane else 'sample'} {of}")
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``corrections: reviewed by people: 12 right, 3 wrong, 4 corrected; set aside: 1 …``"""
        return f"{self.name()}: {reviewed(totals) or 'nobody has reviewed any of this'}"

    def _sample(self, video: Timeline, sample: Sample, said: list[Span]) -> None:
        found: Agreed | None = None
        corrected: list[str] = []
        why = ""
        while current := _about(said, content_of(sample)):  # people may have reviewed what others had corrected
            said = [one for one in said if one not in current]
            found, why = agree(current, self.agree), ""
            if found.changes:
                try:
                    correct(sample, found.changes, video.seconds or float("inf"))
                    corrected += [name for name in found.changes if name not in corrected]
                except CannotCorrect as error:
                    why = str(error)
                    self._count(video, "not_corrected")
        self._set_aside(video, said, "changed", f"sample {sample.id} is no longer what the person saw")
        if found is None:
            if self.unreviewed == "drop":
                self._drop(video, sample, "not_reviewed", None, "nobody has reviewed it")
            return
        stands = bool(found.changes) and not why
        parts = [f"corrected: {', '.join(corrected)}" if corrected else "", f"not corrected: {why}" if why else ""]
        told = "; ".join(part for part in [*parts, found.told] if part)[:1000]
        verdict = "pass" if stands else VERDICT_OF.get(found.verdict, "unsure")
        sample.checks = [one for one in sample.checks if one.check != PEOPLE]
        sample.checks.append(Verdict(PEOPLE, verdict, found.share, told))
        self._count(video, "corrected" if corrected and verdict == "pass" else found.verdict)
        if reason := self._reason(verdict, found):
            self._drop(video, sample, reason, found.share, told)

    def _other_ways(self, video: Timeline, asked: list[Sample]) -> None:
        """Drop what asks, in another way, an item that people found wrong or corrected, and that they have not seen."""
        left = {id(sample) for sample in video.samples}
        seen = {sample.group: sample for sample in asked if sample.group and _said(sample) in ("fail", "corrected")}
        for sample in [one for one in video.samples if one.group in seen and not _said(one)]:
            first = seen[sample.group]
            if id(first) not in left or _said(first) == "corrected":
                self._drop(video, sample, "found_wrong", None, f"it asks the same as {first.id} in another way")

    def _span(self, video: Timeline, lane: str, span: Span, said: list[Span], made: list[Span]) -> None:
        found: Agreed | None = None
        was = Span(span.start, span.end, span.words)
        while current := _about(said, content_of_span(span)):
            said = [one for one in said if one not in current]
            found = agree(current, self.agree)
            if "times" in found.changes:
                start, end = json.loads(found.changes["times"])
                span.start, span.end = start, min(end, video.seconds or end)
            span.text = found.changes.get("text", span.text)
        self._set_aside(video, said, "changed", f"span {span.id} of {lane} is no longer what the person saw")
        if found is None:
            return
        changed = _was(was, span)
        verdict = "pass" if found.changes else VERDICT_OF.get(found.verdict, "unsure")
        span.attrs |= {f"checked_{PEOPLE}": verdict, **changed}
        self._count(video, "corrected" if changed and verdict == "pass" else found.verdict)
        if reason := self._reason(verdict, found):
            self.drop(video, lane, span, reason, value=found.share, detail=f"{span.words} | {found.told}"[:1000])
        elif verdict == "pass":
            attrs = {"lane": lane, "span": span.id, **changed}
            made.append(Span(span.start, span.end, span.words, source=PEOPLE, attrs=attrs))

    def _reason(self, verdict: str, found: Agreed) -> str:
        """Why what has this verdict is dropped; empty where it stays."""
        if verdict == "fail" and self.wrong == "drop":
            return "found_wrong"
        if verdict == "unsure" and self.unsure == "drop":
            return "people_disagree" if found.verdict == "disagreed" else "found_unsure"
        return ""

    def _drop(self, video: Timeline, sample: Sample, reason: str, value: float | None, told: str) -> None:
        video.samples = [other for other in video.samples if other is not sample]
        detail = f"{sample.task}: {sample.question} -> {sample.answer} | {told}"[:1000]
        self.reject(video, *cited_span(sample), reason, value=value, detail=detail)

    def _set_aside(self, video: Timeline, reviews: list[Span], name: Literal["unknown", "changed"], why: str) -> None:
        """Say of each of *reviews* why nothing was done about it."""
        for one in reviews:
            measured = Measured(detail=f"{why}; it was found {one.label}")
            self.reject(video, REVIEWS, one, f"{name}_item", **measured)
            self._count(video, name)

    def _count(self, video: Timeline, name: str) -> None:
        video.report[REVIEWED + name] = video.report.get(REVIEWED + name, 0.0) + 1


def _said(sample: Sample) -> str:
    """What people have found of *sample*: a verdict, or ``corrected``; empty where nobody has."""
    found = next((one for one in sample.checks if one.check == PEOPLE), None)
    if found is None:
        return ""
    return "corrected" if found.detail.startswith("corrected:") else found.verdict


def _about(reviews: list[Span], content: str) -> list[Span]:
    """Those of *reviews* whose authors saw *content*."""
    return [one for one in reviews if one.attrs.get("content") == content]


def _was(before: Span, after: Span) -> dict[str, str]:
    """The words and times of *before* where *after* has others."""
    times, now = (times_text(one.start, one.end) for one in (before, after))
    changed = {"was": before.words} if before.words != after.words else {}
    return changed | ({"was_at": times} if times != now else {})
