"""Does the evidence exist, and does it lie where the sample is about?"""

from __future__ import annotations

from typing import ClassVar

from ....rules.lane_kinds import CAMERA, fold
from ....schemas import Evidence, Sample, Span
from ..finding import CUT, PASS, Facts, Finding, by_rule, failure
from .check import RuleCheck

WHOLE_VIDEO = "video"
"""What is cited as a lane by samples that rest on the pictures of the video itself."""
EXACT = 0.05
"""Seconds by which a citation may differ from its span."""


class EvidenceCheck(RuleCheck):
    """Every cited span is in its lane, at the cited time and with the cited words, within the sample's stretch.

    ``no_evidence``, ``unknown_span``, ``evidence_changed``, ``outside_stretch``.
    """

    name = "evidence"
    position = 20
    reasons: ClassVar = {
        "no_evidence": "drop",
        "unknown_span": "drop",
        "evidence_changed": "drop",
        "outside_stretch": "drop",
    }

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if not sample.evidence:
            return failure("no_evidence", "cites nothing", 0)
        for item in sample.evidence:
            wrong = _check_citation(item, by_rule(sample), facts)
            if wrong is not None:
                return wrong
            gap = max(sample.start - item.end, item.start - sample.end)
            later = item.start >= sample.end and item.span not in sample.params.get("seen", item.span).split()
            if gap > EXACT and not later:  # what comes after the stretch is the answer to a prediction
                where = f"{item.lane} {item.start:g}-{item.end:g} s, sample {sample.start:g}-{sample.end:g} s"
                return failure("outside_stretch", where, round(gap, 3), EXACT)
        return PASS


def _check_citation(item: Evidence, exact: bool, facts: Facts) -> Finding | None:
    if item.lane == WHOLE_VIDEO and not item.span:
        known = {fold(text) for text in facts.video.attrs.values()}
        told = not item.text or fold(item.text) in known
        return None if told else failure("evidence_changed", f"no attribute of the video is {item.text[:100]!r}")
    if item.lane not in facts.video.lanes:
        return failure("unknown_span", f"there is no lane {item.lane}")
    if not item.span:  # a part of what a lane says, as in transcript_order
        near = item.start - EXACT, item.end + EXACT  # the times of a part are rounded
        words = [span.words for lane in {item.lane, "words"} for span in facts.overlapping(lane, *near)]
        missing = set(fold(item.text).split()) - set(fold(" ".join(words)).split())
        return failure("evidence_changed", f"{item.lane} does not say {sorted(missing)[0]!r}") if missing else None
    span = facts.span(item.lane, item.span)
    if span is None:
        return failure("unknown_span", f"{item.lane} has no span {item.span}")
    start, end = max(span.start, 0.0), min(span.end, facts.duration)
    apart = max(abs(item.start - start), abs(item.end - end)) if exact else max(start - item.start, item.end - end)
    if apart > EXACT:
        detail = f"{item.lane} {span.start:g}-{span.end:g} s is cited as {item.start:g}-{item.end:g} s"
        return failure("evidence_changed", detail, round(apart, 3), EXACT)
    if item.text and not _says(span, item.text, facts):
        return failure("evidence_changed", f"{item.lane} at {span.start:g} s does not say {item.text[:100]!r}")
    return None


def _says(span: Span, text: str, facts: Facts) -> bool:
    label = span.label or ""
    attrs = [attr for name, attr in span.attrs.items() if name != CUT]
    numbers = [f"{number:g}" for number in (*span.values.values(), *([] if span.score is None else [span.score]))]
    if text in numbers:
        return True
    known = " ".join([CAMERA.get(label, ""), label, span.text or "", *attrs])
    cited = fold(text)
    return cited in fold(known) or cited.replace(" ", "") in fold(known).replace(" ", "")
