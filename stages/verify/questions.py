"""What a question asks for: a time, a stretch of time, a length; and which edge of something a text speaks of."""

from __future__ import annotations

import re

from ...rules.lazy_pattern import lazy
from ...rules.stamps import Asked

_ORDER = lazy(
    r"\b(?:order|sequence|chronolog\w*|succession|step by step|steps|timeline|next|then|first"
    r"|before|after|proceeds?|unfolds?"
    r"|progress(?:es)?|follow(?:s|ed)?)\b",
    re.IGNORECASE,
)
_LENGTH = lazy(
    r"\bhow much of (?:the|this|that) (?:video|clip|film|footage|recording|time)\b|\bspans? of time\b"
    r"|\b(?:what|which) time (?:does|do|did|would|will) (?:[^?]*\b)?(?:need|take|require|spend|use)\b"
    r"|\b(?:could|can|would|will) you (?:please )?(?:time|clock)\b|^\W*(?:please )?(?:time|clock) (?:the|an?|how)\b"
    r"|\btime (?:taken|needed|required|elapsed|occupied)\b|\belapsed time\b|\bstop-?watch\b"
    r"|\b(?:what|which) (?:\w+ )?(?:time ?span|span|period|stretch)\b[^?]*\b(?:cover|last|take|fill|occupy|need)s?\b"
    r"|\bhow (?:long|lengthy|short|brief)\b(?! (?:in|into)\b)|\bhow much (?:\w+ ){0,2}(?:time|footage)\b"
    r"|\bhow many (?:full "
    r"|whole )?(?:seconds"
    r"|minutes|hours|secs|mins)\b|\b(?:durations?|lengths?|run(?:ning)?[ -]?times?|screen time|air ?time|time spent"
    r"|time span taken"
    r"|extent)\b|\b(?:for|over) (?:what|which) (?:period|length|stretch|time)\b",
    re.IGNORECASE,
)
_TIME = lazy(
    r"\bwhen\b|\bhow long (?:in|into)\b|\bwhere\b[^?.;]{0,90}\b(?:begin|start|commence|end|stop|finish|set in"
    r"|kick off|get going)s?(?=\W*$)|\bwhere (?:should|shall|would|must|can|could|do|does|did) (?:I|we|you|one|they) "
    r"(?:\w+ ){0,4}(?:cut|trim|clip|pause|stop|seek|skip|jump|scrub|freeze|crop|start|begin|end|look|go)\b"
    r"|\b(?:what|which) (?:\w+ )?(?:time|second|moment|instant|minute|timestamp|timecode)\b|\b(?:what"
    r"|which) (?:point|stage|place|part of the (?:video|clip|footage|film|recording))\b"
    r"|\btime[ -]?(?:stamp|code|point|span|frame|range|interval|mark)s?\b|\b(?:start|end|finish|beginning|ending"
    r"|onset|offset|out"
    r"|in)[ -](?:and[ -]\w+[ -])?(?:time|point|mark)s?\b|\bonset\b|\bhow (?:far|early|late|soon)\b|\buntil (?:when"
    r"|what)\b"
    r"|\bwhere (?:in|on) the (?:clip|video|footage|film|timeline|recording)\b|\btime of\b|\bseconds\b|\btiming\b"
    r"|\b(?:estimate|give|name|state|tell|find|mark|pinpoint|note|determine|locate|identify|specify|guess)\b[^?.]{0,40}"
    r"\b(?:starts?|beginning|ends?|onset|finish) of\b(?! (?:the |this |that )?(?:video|clip|film|footage|recording)\b)",
    re.IGNORECASE,
)
_COUNTED_TO = lazy(
    r"\bafter (?:(?:about|roughly|approximately) )?how (?:long|much|many)\b|\bhow soon\b"
    r"|\bhow (?:long|much time|many (?:seconds|minutes))\b[^?]*\bwait\w* for\b"
    r"|\bhow (?:long|much time|many (?:seconds|minutes))\b[^?]*\b(?:wait\w*|is it|was it|will it be|tak(?:es?|ing)"
    r"|took"
    r"|pass(?:es|ed)?|elapsed?|elapses|goes? by|went by|gone by)\b[^?]*\b(?:until|till|before)\b"
    r"(?![^?]*\b(?:finish|over|done|stop|end|complete|through|conclu)\w*\b)"
    r"|\bhow much of (?:the|this|that) (?:video|clip|film|footage|recording)\b[^?]*\b(?:passed|elapsed|gone"
    r"|played|run"
    r"|over)\b[^?]*\b(?:when|before|until|till|by the time)\b",
    re.IGNORECASE,
)
"""Questions for a time that is counted from the start of the video: ``After how long does it begin?``"""
_COUNT = lazy(r"\bhow (?:many|often)\b|\bnumber of times\b", re.IGNORECASE)
_STRETCH = lazy(
    r"\b(?:start|begin\w*|in|onset|opening|first|from)\b[^?.]{0,24}\b(?:and|to|until|till|through|/"
    r"|-)\b[^?.]{0,16}\b(?:end\w*|stop\w*"
    r"|finish\w*|out|offset|when|last|over|points?)\b|\b(?:intervals?|stretch|spans?|segments?|sections?|passages?"
    r"|time ?frames?|windows?"
    r"|ranges?|bounds|boundaries|timestamps|time ?codes|times)\b|\bfrom when\b|\bhow far does it\b"
    r"|\bbetween (?:which|what)\b"
    r"|\b(?:cut|trim|crop|clip|extract)\b[^?.]{0,40}\b(?:so that|exactly|precisely|only|just|contain\w*|isolate)\b"
    r"|^\W*(?:please |could you |can you )?(?:clip|trim|crop|extract|excerpt|cut out|isolate)\b"
    r"|\b(?:locali[sz]e|temporal(?:ly)? (?:locat|ground)\w*)\b",
    re.IGNORECASE,
)
_EDITED = (
    r"(?:camera|video|film|clip|footage|picture|view|scene|shot|edit|editor|director|recording|screen) "
    r"(?:\w+ )?(?:cut|turn|switch|jump|skip|chang|mov|pan|look|go|went|fad)(?:e?s|ed|ing"
    r"|ping|ped)? (?:over |(?:away|on) (?=to))?"
)
_ELSE = r"(?:black|something else|somewhere else|another|others?|an? (?:new|different|fresh))\b"
"""What is said of a camera or a cut, ``the camera turns to``, and to what it turns when it leaves something."""
_STARTS = lazy(
    r"\b(?:(?:start|begin|beginn|commenc|initiat|launch|debut|open)(?:e?s|e|ing|ed)?|onset|begun|began"
    r"|outset|sets? (?:in|off|out|about)|setting in|first(?:ly)?(?= (?:time|signs?|trace|hint|glimpse|sight|look"
    r"|appearance|see|sees|seen"
    r"|saw|frame|moment"
    r"|visible|shown|appears?|shows?|instant|comes?|spotted|noticed?|catch|happens?|second|get|gets|to)\b)|(?:did|do"
    r"|does|can)\s(?:(?![?.,;]).)*?\sfirst(?=\s)"
    r"|(?:gets?|got|getting) (?:going|under ?way|started|to work|cracking)"
    r"|(?<!is )(?<!are )(?<!was )(?<!still )(?<!be )under ?way|kicks? (?:off|in)"
    r"|kicked (?:off|in)"
    r"|tak(?:es?|ing) off|took off|starting (?:time|point)|start[- ]?(?:time|point)|cuts? to|fades? in|pops? up"
    rf"|{_EDITED}to(?! {_ELSE})"
    r"|turns? up"
    r"|(?:cuts?|fades?|faded) in\b|gets? moving"
    r"|(?:comes?|came) (?:into (?:view|shot|frame|play)|on(?= at\b))|initial(?:ly)?"
    r"|(?<!away )(?<!sight )from(?! (?:the )?(?:left|right|top|bottom|above|below|behind|side|one)\b)"
    r"|since(?=\W*$|\s+(?:the\s+)?(?:\d|second|minute|about|around))|as of|in[- ]point|onwards?|earliest"
    r"|kick[- ]?off|starter|beginnings?)\b",
    re.IGNORECASE,
)
_ENDS = lazy(
    r"\b(?:(?:end|stop|finish|disappear|vanish|ceas|conclud|terminat|complet|halt|expir|clos(?!e to)|quit(?!e)"
    r"|leav)(?:e?s|e|ing|ed|ped|ping|ts)?"
    r"|(?:is|are|be|was|were|'s|it's|that's|all) (?:all )?(?:over|done|gone|finished|through|complete|at an end)"
    r"|over (?:at|by|with)"
    r"|until|till|(?:an end|a close|a halt|a stop|a finish)|wrap(?:s|ped|ping)?(?: \w+)? up|wind(?:s|ing)? (?:up"
    r"|down)|wound (?:up|down)"
    r"|(?:dies|died|dying|fades?|faded|tails?|tailed|breaks?|broke|leaves?|left|cuts?|lets?)"
    r" (?:off|out|away(?! to\b)|down|up)"
    rf"|(?:lose|loses|lost) sight|scene takes over|scene took over|{_EDITED}(?:to {_ELSE}|away(?! to\b)|on(?= at\b))"
    r"|last (?:shows?|appears?|see|sees|seen|saw|look|frame|visible|shown|moment|glimpse|sight|time|instant"
    r"|second|of|\w+ of)"
    r"|out of (?:view|shot|frame|sight)"
    r"|draws? to|drew to|no longer|any ?more|(?:final|closing) (?:frame|moment|second|glimpse|time)|finale|last(?:s"
    r"|ed|ing)? (?:until|up)"
    r"|through to|up to(?! (?:at|no|nothing|something|anything|much|in|when|around|now)\b)|out[- ]point"
    r"|end[- ]?(?:time|point|ing)|cut[- ]off|how far(?! (?:in|into|along|through)\b)|latest|runs? (?:until|up|to|on)"
    r"|go(?:es)? on (?:until|to))\b",
    re.IGNORECASE,
)
_REFERENCE = lazy(
    r"\b(?:stills?|screen ?shots?|frames?|images?|pictures?|snapshots?|captures?|grabs?|photos?|thumbnails?)\s+"
    r"(?:(?:taken|grabbed|captured|pulled)\s+)?from\b|\b(?:video|clip|film|footage"
    r"|recording)\s+(?:has\s+)?(?:run|got)\s+to\b|"
    r"\b(?:from|at|after|since|into|before|by|in|to|towards?|near)\s+the\s+(?:very\s+)?(?:start|beginning|outset"
    r"|opening|end|close)\b"
    r"(?=\s+of\s+(?:the\s+)?(?:video|clip|film|footage|recording|movie|first|second|third|\w+th|minute|minutes)\b"
    r"|\W*$)"
    r"|\b(?:in|during|within) the (?:opening|closing|first|last|final)\b"
    r"|\b(?:start|stop|begin|end|finish|open|leave|clos|halt|launch)(?:s|e|es|ing|ping|ning)?\s+(?:the\s+"
    r"|your\s+)?(?:video|clip|film|footage|playback"
    r"|player|recording|playing|watching|tape|file|movie)\b|\b(?:ends?|ended|ending|starts?|started|starting) up\b"
    r"|\bminute\s+(?:ends|begins|starts|opens|closes|is\s+(?:over|up|out|done))\b",
    re.IGNORECASE,
)
"""Where ``start`` and ``end`` are those of the video, or of a minute, and not of what is spoken of."""


_NOT_UNTIL = lazy(
    r"(?:\b(?:not|never|nothing|nobody|nowhere|no (?:sign|trace|hint|sight|glimpse|mention) of|wait(?:s|ed|ing)?"
    r"|takes|took|(?:some|any)(?:thing|body|one|where) else|something different|(?:an)?other (?:things?|shots?"
    r"|scenes?))\b|n['’]t\b)"
    r"[^.;]{0,90}\b(?P<until>until|till)",
    re.IGNORECASE,
)
"""``It is not until 0:12 that …``, ``There is no sign of it until 0:12``: nothing ends there."""
_UNTIL_NOT = lazy(
    r"\b(?P<until>until|till|up (?:to|until|till))(?=\s(?:[^.;]|\.\d){0,50}?(?:\b(?:nothing|nobody|none|nowhere|not"
    r"|never|no (?:sign|trace|hint"
    r"|sight|glimpse|such)|(?:some|any)(?:thing|body|one|where) else|something different|wait\w*)\b|n['’]t\b))",
    re.IGNORECASE,
)
"""``Until 0:12 there is nothing of it``: it begins there."""


_ROUGHLY = lazy(
    r"\b(?:roughly|approximate(?:ly)?|approx|ballpark|more or less|give or take|(?:about|around) (?:when|what|which"
    r"|where)"
    r"|when about|when around|vaguely|loosely|in round (?:numbers|terms))\b",
    re.IGNORECASE,
)


def asks_roughly(question: str) -> bool:
    """Whether *question* asks for no exact time."""
    return _ROUGHLY.search(question) is not None


_EDGE_BEFORE = lazy(
    r"\b(?:(?:start|begin|beginn|commenc|open|end|stop|finish|clos|conclud|paus|halt)(?:e?s|e|ing|ed|ped|ping)?"
    r"|begun|began"
    r"|sets? in|sets? off|seen|visible|over|gone|start(?:ing)?|end(?:ing)?)(?:\s+\w+){0,2}?\s+(?:at|from|until|till"
    r"|by|on)\s+"
    r"(?:(?:about|around|the|exactly|roughly|time(?:stamp|code)?|seconds?|minutes?|point|position"
    r"|mark)\s+)*(?:T\+)?$|\b(?:until|till)\s+(?:(?:about|around|the|exactly|roughly|second|time(?:stamp|code)?)\s+)*[~≈]?$"
    r"|\b(?:start|end|begin|stop)\s*[:=]\s*$",
    re.IGNORECASE,
)


def says_edge(before: str) -> bool:
    """Whether the time that follows *before* is where something starts or ends, whatever was asked."""
    return _EDGE_BEFORE.search(before[-64:]) is not None


def counts_to(question: str) -> bool:
    """Whether *question* asks for a time by how long it is from the start of the video: ``After how long …?``"""
    return _COUNTED_TO.search(question) is not None


def asks_order(question: str) -> bool:
    """Whether *question* asks for an order."""
    return _ORDER.search(_COUNTED_TO.sub(" ", question)) is not None


def asks_length(question: str) -> bool:
    """Whether *question* asks how long something lasts."""
    return _LENGTH.search(question) is not None and not _COUNTED_TO.search(question)


def asked_time(question: str) -> Asked:
    """Whether *question* asks for a time, or for the start and the end of something."""
    if _COUNTED_TO.search(question):
        return "time"
    if asks_length(question) or _COUNT.search(question):
        return ""
    return "stretch" if _STRETCH.search(question) else "time" if _TIME.search(question) else ""


def edges(text: str) -> tuple[int, int]:
    """Where *text* speaks last of something's start, and of its end; -1: nowhere."""
    plain = without_not_until(text)
    plain = _REFERENCE.sub(lambda match: " " * len(match[0]), plain)
    return _last(_STARTS, plain), _last(_ENDS, plain)


def without_not_until(text: str) -> str:
    """*text* with spaces in the place of each ``until`` that says when something starts."""
    text = _UNTIL_NOT.sub(lambda match: " " * len(match[0]), text)
    return _NOT_UNTIL.sub(lambda match: match[0][: -len(match["until"])] + " " * len(match["until"]), text)


def edge_named(answer: str, question: str) -> str:
    """``start`` or ``end`` where the answer, or else the question, speaks of that alone; ``""`` otherwise."""
    for text in (answer, question):
        starts, ends = edges(text)
        if max(starts, ends) >= 0:
            return "" if min(starts, ends) >= 0 else "start" if starts >= 0 else "end"
    return ""


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)
