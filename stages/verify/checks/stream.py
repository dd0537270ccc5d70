"""Is a stream true: does every reply come when it could be known, and is silence where there is nothing to say?"""

from __future__ import annotations

from typing import ClassVar

from ....rules.streams import find_fault
from ....schemas import Sample
from ..finding import PASS, Facts, Finding, failure
from .check import RuleCheck


class StreamCheck(RuleCheck):
    """Samples whose turns have times. ``early_reply``: one rests on what is later than it; ``missed_reply``: a span is
    due, and nothing is said; ``wrong_reply``: a question is answered with another span; ``no_reply``: nothing is said
    at all; ``tells_later``: a turn holds the very words of what comes later; ``tells_time``: or a time;
    ``outside_video``; ``bad_turns``: their times are missing or do not rise; ``no_mistake``: what is marked as a
    mistake is true; ``uncorrected``: what should take it back does not.
    """

    name = "stream"
    position = 15
    reasons: ClassVar = {
        "bad_turns": "drop",
        "outside_video": "drop",
        "no_reply": "drop",
        "early_reply": "drop",
        "missed_reply": "drop",
        "wrong_reply": "drop",
        "no_mistake": "drop",
        "uncorrected": "drop",
        "tells_time": "drop",
        "tells_later": "drop",
    }

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if not sample.is_stream:
            return None
        fault = find_fault(sample, facts.video.lanes, facts.duration)
        return PASS if fault is None else failure(fault.reason, fault.detail, fault.value)
