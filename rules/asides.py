"""What English prose says of how sure it is, and nothing else: ``if I'm not mistaken``, ``though I could be wrong``."""

from __future__ import annotations

import re

from .lazy_pattern import lazy

_SURE = r"(?:(?:entirely|totally|completely|absolutely|quite|fully|very|too|so|100 ?%|a hundred percent|really) )?"
_ABOUT = (
    r"(?: (?:about|of|on) (?:that|this|it|the (?:exact |precise )?(?:times?|order|end|start|beginning|moment"
    r"|second|frame)))?"
)
_LITTLE = (
    r"(?:an? (?:little(?: bit)?|bit|few (?:seconds|frames)|second or (?:two|so)|couple of (?:seconds|frames)|second"
    r"|frame|moment"
    r"|touch|hair|tad)|one or two seconds|some seconds)"
)
_I = r"(?:i|we|one)"
_CANNOT = r"(?:can ?not|can['’]t|could ?not|couldn['’]t|won['’]t|will not|would ?not|wouldn['’]t|do not|don['’]t)"
_ASIDE = lazy(
    r"(?:[,;(–—]\s*|\s-\s|(?<=[.!?])\s)?(?:\b(?:and|but|though|although|even though|however|yet)\s+)?\b(?:"
    rf"(?:if|unless|assuming) (?:{_I}(?:['’]m| am|['’]re| are)|my \w+ (?:is|are)) (?:(?:not|very|much|badly"
    r"|completely) )*"
    r"(?:mistaken|wrong|misreading|misremembering|right|reading|off)\b[^,.;:!?\n]{0,40}"
    rf"|{_I} (?:could|may|might) (?:well )?be (?:wrong|mistaken|off|misreading)\b(?: by {_LITTLE})?(?: (?:here"
    r"|there|about that))?"
    rf"|(?:please )?{_CANNOT} (?:quote me|hold me to (?:it|that|this))(?: on (?:that|this|it))?"
    rf"|{_I}(?:['’]m| am) (?:not|n['’]t) {_SURE}(?:sure|certain|confident|positive){_ABOUT}"
    r"|(?:it(?:['’]s| is)|that(?:['’]s| is))? ?(?:not (?:very )?easy|hard|difficult|tricky|tough"
    r"|impossible)(?: for me)? to"
    r" (?:say|tell|be (?:exact|precise|sure|certain)|pin (?:it )?down|make out|know|judge|give an exact time)"
    r"(?: (?:exactly|precisely|for (?:sure|certain)|with certainty|it))*"
    rf"|{_I} {_CANNOT} (?!\w+ that (?!for\b|much\b|exactly\b)\w)"
    rf"(?:be (?:exact|precise|sure|certain)|say|tell|know|swear)(?: (?:exactly|precisely"
    r"|for (?:sure|certain)"
    rf"|with certainty|to (?:it|that|this))){{0,2}}{_ABOUT}"
    rf"|(?:it|this|that|the end|the start|which) (?:could|may|might) (?:well |also )?be {_LITTLE} (?:more|less"
    r"|earlier|later"
    r"|longer|shorter|off)(?: or (?:so|less|more|earlier|later))?"
    rf"|(?:maybe|perhaps|possibly|or|or maybe|if not) {_LITTLE} (?:more|less|earlier|later|longer"
    r"|shorter)(?: or less)?"
    r"|not that it matters(?: much)?|no guarantees?|without (?:a )?guarantee|for what it(?:['’]s| is) worth"
    r")(?:\s*[),;–—](?=\s|$))?(?:\s*(?:but|though|yet)\b)?",
    re.IGNORECASE,
)


def without_asides(text: str) -> str:
    """*text* with spaces for what only says how sure it is, each letter where it was."""
    return _ASIDE.sub(lambda found: " " * len(found[0]), text)
