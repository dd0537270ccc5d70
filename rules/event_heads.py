"""Nouns with which English prose introduces an event: ``the scene with``, ``the moment when``, ``the one in which``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .lazy_pattern import lazy

_NOUN = (
    r"(?:shots?|scenes?|parts?|moments?|footage|clips?|segments?|sections?|bits?|sequences?|points?|images?"
    r"|pictures?|views?"
    r"|sights?|events?|ones?|that|those|passages?|stretch|material|episodes?|actions?|activity|things?|business"
    r"|spectacle"
    r"|portions?|frames?|takes?|snippets?|incidents?|occurrences?|instants?|phases?|vignettes?|interludes?|glimpses?"
    r"|fact"
    r"|second|time|bit|appearance|arrival|showing|depiction|display|work)"
)
_OPENING = (
    r"(?:(?:the|a|an|this|that|another|its|our|some)\s+)?(?:(?:very|whole|entire|brief|short|long|actual"
    r"|other|first|last)\s+)*"
)
_RELATIVE = (
    r"(?P<when>when|where)|with|of|in which|at which|during which|on which|showing|that (?:shows?|showed|features?"
    r"|has|is|depicts)"
    r"|which (?:shows?|showed|features?)|featuring|depicting|containing|capturing|covering|involving|about|in|being"
)
_WE_SEE = (
    r"(?:we|you|one|viewers|the viewer|the camera|the video)\s+(?:(?:can|could|get to|got to|may|also|first)\s+)*"
    r"(?:see|sees|saw|watch|watches|watched|observe|observed|witness|witnessed|shows|showed|follow|are shown"
    r"|were shown)"
)
_HEAD = lazy(
    rf"(?:(?P<at>\b(?:at|in|from|(?<!prior )(?<!up )(?<!previous )to|during|by(?=\s+the\s+(?:\w+\s+)?(?:moment"
    rf"|time|point|second"
    rf"|instant)))\s+))?\b{_OPENING}{_NOUN},?(?:\s+(?:in|of)\s+(?:the|this)\s+(?:video|clip|film|footage"
    rf"|recording))?\s+(?:{_RELATIVE})\s+(?:{_WE_SEE}\s+)?(?:the|an?)?\s*$",
    re.I,
)
_EDGE = lazy(
    r"(?P<kept>\b(?:before|after|until|till|following|follows?|followed by|precedes?|preceded by|preceding|prior to"
    r"|ahead of|upon"
    r"|with)\s+)(?:the\s+)?(?:very\s+)?(?:start|beginning|onset|outset|end|close|conclusion|completion"
    r"|finish)\s+of\s+(?:the|an?)?\s*$",
    re.IGNORECASE,
)
"""``after the end of A``: after A."""

DIRECTION = lazy(
    r"\b(?:(?:from|to|towards?|on|at|across)\s+(?:the\s+)?(?:left|right|top|bottom|other side)"
    r"(?:\s+to\s+(?:the\s+)?(?:left|right|top|bottom))?"
    r"|(?:left|right|up|down|for|back)wards?|across|along|past|away|back)\b(?!\s+of\b)",
    re.IGNORECASE,
)
"""Which way something moves: it belongs to what happens, and not to the order of things."""


def without_heads(text: str, places: Sequence[tuple[int, int]]) -> str:
    """*text* with spaces for the nouns that introduce what stands at *places* (from, to; rising)."""
    last = 0
    for start, end in places:
        while True:
            before = text[last:start]
            found, edge = _HEAD.search(before), _EDGE.search(before)
            if found and not (found["at"] and found["when"]):
                at = last + (found.end("at") if found["at"] else found.start())
            elif edge:
                at = last + edge.end("kept")
            else:
                break
            if not text[at:start].strip():
                break
            text = text[:at] + " " * (start - at) + text[start:]
        last = end
    return text
