"""Is there an answer at all, or a refusal?"""

from __future__ import annotations

import re
from typing import ClassVar

from ....rules.lazy_pattern import lazy
from ....rules.quoted import mask_quotes
from ....schemas import Sample, Span
from ..finding import PASS, Facts, Finding, by_rule, failure
from ..mentions import mask_cited
from .check import RuleCheck

_CANNOT = r"(?:can(?:not|'t)|could(?: not|n't)|am unable to|'m unable to|am not able to|do not have|don't have)"
_REFUSALS = lazy(
    r"\bas an ai\b|\bas a(?: large)? language model\b"
    r"|\bi(?:'m| am)? (?:sorry|afraid)\b\W{0,3}(?:but |that ){0,2}(?:i|we|this|that|it)\b.{0,40}\b(?:can|could"
    r"|unable|not)"
    rf"|\bi {_CANNOT} (?:(?!see|view|watch)\w+ )?(?:access|provide|answer|determine|tell|help|assist|describe"
    rf"|identify|enough|the)\b"
    r"|\b(?:it is|it's) (?:not possible|impossible) to (?:tell|say|determine|answer)"
    r"|\b(?:cannot|can't|can not|could not) be (?:determined|answered|known)"
    r"|\bnot enough information\b|\bno information (?:is|was) (?:given|provided)",
    re.IGNORECASE,
)
_UNSEEN = lazy(rf"\bi {_CANNOT} (?:\w+ )?(?:see|view|watch)\b(?P<what>[^.,;:!?\n)]*)", re.IGNORECASE)
_BESIDE_TEXT = (
    "the this that these those any your an a such actual enough provided uploaded attached given much more "
    "clearly well "
    "properly of in from into very at all here now yet single"
)
_BESIDE = frozenset(_BESIDE_TEXT.split())
_MEDIA_TEXT = (
    "video videos clip clips film footage recording image images picture pictures photo photos frame frames content "
    "contents screen file files attachment attachments link media detail details information thing things it them "
    "anything what who whom whether if how why where when"
)
_MEDIA = frozenset(_MEDIA_TEXT.split())
"""What somebody cannot see who declines: the video, enough, what is done; not the man who does not sing."""
_NOTHING = frozenset({"n/a", "none given", "unknown", "null", "unclear", "not specified", "not mentioned", "tbd"})


def refuses(text: str) -> bool:
    """Whether *text* declines to answer; what it quotes does not count."""
    told = mask_quotes(text.replace("’", "'"))
    unseen = any(_is_medium(match["what"]) for match in _UNSEEN.finditer(told))
    return unseen or _REFUSALS.search(told) is not None or text.strip(" .").casefold() in _NOTHING


def _is_medium(what: str) -> bool:
    """Whether *what* cannot be seen is the video or the like, or left open; of something that does not happen not."""
    words = [word for word in what.casefold().split() if word not in _BESIDE]
    return not words or (words[0] in _MEDIA and not any(word.endswith("ing") for word in words[1:]))


class TextCheck(RuleCheck):
    """``empty``: no question or no answer. ``refused``: a teacher's answer is a refusal."""

    name = "text"
    position = 10
    reads: ClassVar = frozenset({"statement"})
    reasons: ClassVar = {"empty": "drop", "refused": "drop"}

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        empty = self.check_figures(sample, facts)
        if empty is not None:
            return empty
        if not by_rule(sample) and refuses(mask_cited(sample.answer, [item.text for item in sample.evidence])):
            return failure("refused", sample.answer[:200])
        return PASS

    def check_figures(self, sample: Sample, facts: Facts) -> Finding | None:
        for name, text in (("question", sample.question), ("answer", sample.answer)):
            if not text.strip():
                return failure("empty", f"no {name}", 0)
        if any(not turn.content.strip() for turn in sample.messages):
            return failure("empty", "a turn without words", 0)
        return None

    def check_caption(self, caption: Span, facts: Facts) -> Finding | None:
        text = caption.text or ""
        return failure("refused", text[:200]) if refuses(text) else None
