"""Times that English prose gives as bounds: ``more than a minute in``, ``between one and two minutes in``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import pairwise

from .hedges import A_BIT
from .lazy_pattern import lazy
from .stamps import Stamp, lengths
from .video_parts import VideoPart

_A_LITTLE = (
    r"(?:just|shortly|soon|right|immediately|directly|moments?|(?:very )?slightly|seconds|not long|not far|barely"
    r"|only just"
    rf"|marginally|somewhat|some (?:time|seconds|moments)|a {A_BIT})"
)
_LATER = (
    r"(?:(?:(?:rather|well|far|much|considerably|quite a bit|substantially)\s+)?"
    r"(?:after|past|over|beyond|above|more than|later than|upwards of|in excess of|exceeding|into))"
)
_EARLIER = r"(?:before|under|below|short of|shy of|less than|earlier than|ahead of|off)"
_ARTICLE = r"\s+(?:(?:the|a|an|about|around|some)\s+)*$"
_JUST_AFTER = lazy(rf"\b(?:{_A_LITTLE}\s+{_LATER}{_ARTICLE}|a good\s+$)", re.IGNORECASE)
_JUST_BEFORE = lazy(
    rf"\b(?:(?<!far ){_A_LITTLE}\s+{_EARLIER}|shy of|short of|not quite|approaching|nearing|coming up (?:to|on)"
    rf"|getting on for"
    rf"|verging on){_ARTICLE}",
    re.IGNORECASE,
)
_NEAR = lazy(
    rf"\b(?:(?:a few|some|\w+) seconds )?(?:on )?either side of{_ARTICLE}|"
    rf"\b(?:not|n['’]t|never)? ?(?:too )?far (?:off|from|away from|removed from|short of){_ARTICLE}"
    rf"|\bwithin (?:a few|\w+|\w+ or \w+|a couple of|a handful of) seconds of{_ARTICLE}",
    re.IGNORECASE,
)
_AFTER = lazy(
    rf"\b(?:{_LATER}|no (?:earlier|sooner|less) than|not (?:earlier|sooner|before|until|till)(?: than)?|at least"
    rf"|once (?:we are|it is)? ?past){_ARTICLE}",
    re.IGNORECASE,
)
_PLAIN_AFTER = lazy(
    r"(?<!only )(?<!until )(?<!long )(?<!well )\bafter\s+(?:(?:about|around|some"
    r"|roughly)\s+)*$",
    re.I,
)
_NO_MARK = lazy(
    r"(?![\d:.]+(?![\d:.])(?!\s*-?\w))(?:\d+\.\d+|[^.,;:])*?(?:seconds?|secs?|minutes?|mins?|s)\b(?!\s*-?\s*(?:marks?"
    r"|in\b|into))",
    re.I,
)
"""``after 40 seconds`` is when they are over; ``after the 40-second mark`` is some time later."""
_NOT_UNTIL = lazy(r"\b(?:not|only) (?:until|till)\s+(?:(?:the|about|around|exactly)\s+)*$", re.IGNORECASE)
_NOT_LOW = lazy(
    r"\b(?:no|not|never|neither|\w+n['’]t)\b[^.;,\d]{0,80}?\b(?:before|earlier than|sooner than|prior to)"
    r"\s+(?:(?:the|about|around)\s+)*$",
    re.IGNORECASE,
)
_NOT_HIGH = lazy(
    r"[^.;\d]{0,80}\b(?:no|not|nor|or|never|\w+n['’]t)\b[^.;\d]{0,80}?\b(?:after|later than|past|beyond)\s+"
    r"(?:(?:the|about|around)\s+)*$",
    re.IGNORECASE,
)
"""``not before 0:12 and not after 0:20``."""
_THAT_IS_WHEN = lazy(
    r"\s*(?:marks?\b|points?\b)?\s*[,;:.–—-]?\s*(?:(?:and|for|because)\s+)?(?:(?:that|this|which)(?:['’]s|\s+is"
    r"|\s+was)\s+)?"
    r"(?:precisely\s+|exactly\s+)?(?:when|where|the (?:moment|time|point|instant))\b",
    re.IGNORECASE,
)
_NEGATES = lazy(r"\b(?:not|no|never|nothing|nobody|nowhere|none|neither)\b|n['’]t\b", re.IGNORECASE)
_NOT_BEFORE = lazy(r"\b(?:not|no|never|nothing|n['’]t)\b[^.;]{0,40}$", re.IGNORECASE)
_BEFORE = lazy(
    r"\b(?:before (?:we|you|it|the (?:video|clip|film|footage))(?: even)? (?:gets?|reach(?:es)?|hits?"
    r"|comes?)(?: up)?(?: to)?"
    rf"|before|under|below|less than|earlier than|ahead of|no (?:later|more) than|not (?:later|more) than"
    r"|(?:not|nor|never) after"
    rf"|at most|within|in under|inside(?: of)?"
    rf"|sooner than|fewer than|not even|not (?:quite )?yet){_ARTICLE}",
    re.IGNORECASE,
)
_SOMEWHERE = r"(?:somewhere|anywhere|some ?time|at some (?:point|time|moment))"
_BETWEEN = lazy(
    rf"\b(?:between|(?P<window>{_SOMEWHERE}\s+(?:in|within|inside|during|between|from|around)))\s+"
    r"(?:(?:the|about|around|roughly)\s+)*$",
    re.IGNORECASE,
)
_BY = lazy(r"\bby\s+(?:(?:about|around|roughly|the)\s+)*$", re.IGNORECASE)
"""``by the 0:30 mark``: at some time before it, unless it is over by then."""
_MARK = lazy(r"\s*-?(?:marks?|points?)\b", re.IGNORECASE)
_EXACTLY = lazy(
    r"\b(?:no|not) (?:sooner|earlier|later|before|after)(?: than)?,? (?:and|or|nor|but) (?:no|not)? ?"
    r"(?:sooner|earlier|later|before|after)(?: than)?\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_OVER_BY = lazy(r"\b(?:over|ended|gone|finished|done|stopped|through|complete|out)\b[^.;]*$", re.IGNORECASE)
_PAST_FIRST = lazy(
    r"\b(?:after|past|beyond|outside|not (?:in|within|during))\s+the\s+(?:very\s+)?(?:first|opening|initial)\s+$",
    re.IGNORECASE,
)
"""``after the first 100 seconds``."""
_FROM = lazy(r"\bfrom\s+(?:(?:the|about|around|roughly)\s+)*$", re.IGNORECASE)
_IN = lazy(r"\s+(?:in(?:to (?:it|the \w+))?)\b", re.IGNORECASE)
"""``forty to fifty seconds in``: somewhere between the two."""
_OVER = lazy(
    r"\s*-?(?:marks?\s+|points?\s+|of (?:the |it )?(?:video |clip |film |footage |recording )?)?(?:(?:has|have|had"
    r"|is|are|was|were"
    r"|will have)\s+(?:all\s+|already\s+|been\s+|fully\s+|now\s+)*(?:passed|elapsed|gone(?: by)?|up|over|out|run"
    r"|reached|hit"
    r"|through|done|complete|behind us|ended|finished|crossed)|passes|elapses|pass|elapse|goes by|go by|runs? out"
    r"|ends?)\b",
    re.IGNORECASE,
)
"""``before 20 seconds have passed``, ``once a minute is over``."""
_OPENS = lazy(
    r"\b(?:(?P<early>(?<!not )(?<!never )before|by the time|while less than|without)|(?P<late>once|not before"
    r"|never before"
    r"|after|when|as soon as|only when|since|not until|when more than))\s+"
    r"(?:(?:about|around|some|the|a|an|full|whole|first|opening|initial|more than|over|at least|even|as much as"
    r"|roughly)\s+)*$",
    re.I,
)
_REACHED, _WHEN = (
    lazy(r"\b(?:reached|hit)\b", re.I),
    lazy(r"(?:once|when|as soon as|only when)\b", re.I),
)
"""``once 20 seconds are reached``: at 20 seconds."""
_OR_MORE = lazy(r"\s+or\s+(?:more|later)\b", re.IGNORECASE)
_OR_LESS = lazy(r"\s+or\s+(?:less|earlier|sooner)\b(?!\s+exactly)", re.IGNORECASE)
_OF_EDGE = lazy(
    r"\s+(?:of|from)\s+the\s+(?:very\s+)?(?:(?P<start>start|beginning|opening|outset)|(?P<end>end|close|finish))\b",
    re.I,
)
_WITHIN = lazy(r"\b(?:within|inside)\s+(?:(?:about|the first)\s+)*$", re.IGNORECASE)
_COARSE = 5.0
"""Seconds of slack from which a time is coarse."""
_SHARP = 1.5
"""Seconds by which something may begin before a bound that it is said to come after."""


_FROM_END = lazy(
    r"\s+(?:before|from|short of|shy of|ahead of|prior to)\s+the\s+(?:very\s+)?(?:end|close|finish)"
    r"(?!\s+of\s+(?!the (?:video|clip|film|footage|recording)))",
    re.IGNORECASE,
)


def is_when(text: str, mark: Stamp) -> bool:
    """Whether what follows *mark* says that something begins there: ``nothing before 0:12, when the dog barks``."""
    return _THAT_IS_WHEN.match(text[mark.until :]) is not None and mark.slack < _COARSE


def _bound_alone(before: str) -> bool:
    """Whether what stands before a time bounds it, and denies nothing: ``Before 0:30, that is when it starts``."""
    sentence = re.split(r"[.;:!?\n]\s", before)[-1]
    return _NEGATES.search(sentence) is None and (_BEFORE.search(sentence) or _AFTER.search(sentence)) is not None


def bounds(text: str, marks: Iterable[Stamp], one_end: bool, duration: float) -> list[VideoPart]:
    """The stretches that the *marks* of *text* bound. *one_end*: the text speaks of a start alone, or of an end.

    Then a stretch with ``between`` is where that lies, and not how long something lasts. ``10 seconds before the end``
    is counted from the end of the video, *duration* seconds.
    """
    found = []
    for length, at, until in lengths(text):
        if (end := _FROM_END.match(text[until:])) and math.isfinite(duration):
            slack = max(3.0, 0.15 * length)
            found.append(VideoPart(duration - length - slack, duration - length + slack, at, until + end.end()))
        elif (edge := _OF_EDGE.match(text[until:])) and (begins := _WITHIN.search(text[:at])):
            low, high = (0.0, length + 2.0) if edge["start"] else (duration - length - 2.0, duration)
            if math.isfinite(low):
                found.append(VideoPart(low, high, begins.start(), until + edge.end()))
        elif (over := _OVER.match(text[until:])) and (begins := _OPENS.search(text[:at])):
            low, high = (0.0, length + _SHARP) if begins["early"] else (length - _SHARP, math.inf)
            found.append(VideoPart(max(0.0, low), high, begins.start(), until + over.end()))
        elif begins := _PAST_FIRST.search(text[:at]):
            found.append(VideoPart(max(0.0, length - _SHARP), math.inf, begins.start(), until))
    marks = list(marks)
    for one, two in pairwise(marks):
        earliest, latest = _NOT_LOW.search(text[: one.at]), _NOT_HIGH.search(text[one.until : two.at])
        if earliest and latest and one.point and two.point and one.start < two.start and not one_end:
            found.append(VideoPart(one.start - _SHARP, two.start + _SHARP, earliest.start(), two.until, whole=True))
    for mark in marks:
        if is_when(text, mark) and not _bound_alone(text[: mark.at]):
            continue  # "Nothing moves before 0:12, when the dog starts to run": the dog starts at that time
        if _NOT_UNTIL.search(text[: mark.at]) and mark.slack < _COARSE:
            continue  # "Not until 0:12 does it begin": that is when it begins
        if any(one.at < mark.until and mark.at < one.until for one in found) or _EXACTLY.search(text[: mark.at]):
            continue
        before = text[max(0, mark.at - 48) : mark.at]
        near = max(8.0, min(0.2 * mark.start, 20.0))
        ends: tuple[float, float] | None = None
        opening: re.Match[str] | None = None
        over = None
        if not mark.point:
            opening = _BETWEEN.search(before)
            loose = opening and opening["window"] and not opening["window"].casefold().startswith("any")
            window = opening and (one_end or mark.slack >= _COARSE or loose)
            ends = (mark.start - 2.0, mark.end + 2.0) if window else None
            if one_end and not opening and not _FROM.search(before) and (opening := _IN.match(text[mark.until :])):
                found.append(VideoPart(mark.start - 2.0, mark.end + 2.0, mark.at, mark.until + opening.end()))
                continue
        elif (over := _OVER.match(text[mark.until :])) and (opening := _OPENS.search(before)):
            if _REACHED.search(over[0]) and _WHEN.match(opening[0]):
                continue
            ends = (0.0, mark.start + _SHARP) if opening["early"] else (mark.start - _SHARP, math.inf)
        elif opening := (_OR_MORE.match(text[mark.until :]) or _OR_LESS.match(text[mark.until :])):
            late = _OR_MORE.match(text[mark.until :])
            ends = (mark.start - _SHARP, math.inf) if late else (0.0, mark.start + _SHARP)
            found.append(VideoPart(max(0.0, ends[0]), ends[1], mark.at, mark.until + opening.end()))
            continue
        elif (opening := _BY.search(before)) and (
            _MARK.search(text[mark.at : mark.until]) or _MARK.match(text[mark.until :])
        ):
            ends = None if _OVER_BY.search(before[: opening.start()]) else (0.0, mark.start + _SHARP)
        elif opening := _NEAR.search(before):
            ends = (mark.start - near, mark.start + near)
        elif opening := _JUST_AFTER.search(before):
            ends = (mark.start - 2.0, mark.start + near)
        elif opening := _JUST_BEFORE.search(before):
            ends = (mark.start - near, mark.start + 2.0)
        elif (opening := _BEFORE.search(before)) and (after := _NOT_BEFORE.search(before[: opening.start()])):
            ends, opening = (mark.start - _SHARP, math.inf), after
        elif opening:
            ends = (0.0, mark.start + _SHARP)
        elif _PLAIN_AFTER.search(before) and _NO_MARK.match(text[mark.at :]):
            continue
        elif opening := _AFTER.search(before):
            ends = (mark.start - _SHARP, math.inf)
        if ends and opening:
            at = mark.at - len(before) + opening.start()
            found.append(VideoPart(max(0.0, ends[0]), ends[1], at, mark.until + (over.end() if over else 0)))
    return found
