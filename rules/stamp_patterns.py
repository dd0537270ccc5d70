"""The patterns by which stamps.py reads times in English prose, whose number words are digits already."""

from __future__ import annotations

import re

N = r"\d+(?:\.\d+)?"
SECOND = r"(?:(?:whole |full )?seconds?\b|secs?\b\.?|s\b|″|'')"
MINUTE = r"(?:(?:whole |full )?minutes?\b|mins?(?![a-z])\.?|m(?=\s?\d)|′|'(?=\d{2}(?:\"|'')))"
HOUR = r"(?:hours?\b|hrs?\b\.?|h(?=\s?\d))"
A = rf"(?:(?<![\w.,:]){N}|\ban?(?=[\s-]))"
GAP = r"(?:\s*|-)"
AND = r"(?:,?\s*(?:and\s+)?)"
COLON = r"(?<![\d:])\d{1,2}(?::\d{2}){1,2}(?:[.,]\d+)?(?![\d:])"
TWO_AND = rf"{A}[\s-]+and[\s-]+(?:a[\s-]+)?(?:half|quarter|3[\s-]quarters?){GAP}(?:minutes?|seconds?)\b"
AND_HALF = rf"{A}{GAP}(?:minutes?|seconds?)\s+and\s+(?:an?\s+)?(?:half|quarter)\b(?!\s+(?:an?\s+)?minute)"
SHARE = (
    r"(?:\b(?:half|(?:an?\s+|1\s+)?quarter"
    r"|(?<!\d)3[\s-]quarters?)(?:[\s-]+of)?(?:[\s-]+an?)?|[½¼¾])[\s-]*(?:minute|second)\b"
)
MINUTES = (
    rf"{A}{GAP}(?:full |whole )?{MINUTE}(?:{AND}{N}{GAP}(?:{SECOND}|\")|(?<=m"
    rf"|n)\d{{2}}(?!\d)|\s+\d{{1,2}}(?![\d.:]|\s*\w))?"
)
CLOCK = rf"(?:(?<![\w.,:]){N}{GAP}{HOUR}{AND}){N}{GAP}{MINUTE}{AND}{N}{GAP}{SECOND}"
SECONDS = rf"{A}{GAP}{SECOND}"
MILLI = rf"(?<![\w.,:]){N}{GAP}(?:milliseconds?|millisecs?|msecs?|ms)\b"
FIRST = (
    r"\b(?:(?:seconds?|secs?\.?)(?:\s+(?:number|no\.?)|\s*#)?|t\s*[=:]|(?:start|begin|end|stop|from|to)\s*[=:])\s*"
    rf"(?P<value>{N})(?!\d|\.\d|[:%]|(?:st|nd|rd|th|-)\b)(?:{GAP}{SECOND})?"
)
LINKS = r"to|until|till|through|thru|up\s+to|and|[-–—→⟶➜➔⇒~…]|-->?|=+>|\.\.+"
FILL = r"(?:(?:the|about|around|roughly|up|to|second|t\s*=)\s*)*"
LINK = re.compile(rf"\s*(?:{LINKS}|,|,\s*and)\s*$", re.IGNORECASE)
RANGE = re.compile(
    r"\s*(?:marks?\b|points?\b|min\b\.?|on the clock\b|in(?:to (?:it|the \w+))?\b(?= \w))?\s*"
    r"(?:(?:and|right|all the way|straight|on)\s+(?=up|to\b|until|till|through))?(?:(?:right"
    r"|all the way)\s+(?=up|to\b))?"
    rf"({LINKS}|[,;]?\s*(?:and\s+)?(?:end|stop)\s*[=:]|,)\s*{FILL}(?:timestamp\s+|(?:seconds?|secs?\.?)\s+(?:number|no\.?)?\s*)?",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"\b(?:between|within|from|start\s*=)\s+(?:(?:the|about|around|roughly|seconds?|secs?\.?|times)\s+|t\s*=\s*)*$",
    re.IGNORECASE,
)
START_IS = re.compile(r"\b(?:start|begin|from)\s*[=:]\s*$", re.IGNORECASE)
HEDGE = (
    r"(?:about|around|roughly|some|nearly|just|the|over|under|only|almost|exactly"
    r"|approximately|precisely|all of|as long as|a total of|a little over|a little under|well over|close to|up)"
)
LENGTH_BEFORE = re.compile(
    r"\b(?:for|lasts?|lasting|lasted|takes?|taking|took|runs? for|within|every|each|over|during"
    r"|another|next|last|first|opening|closing|initial|final"
    r"|only|spends?|spent|in|after|before|spans?|spanning|throughout|comes? to|(?:length"
    r"|duration|period|stretch|space|total|run ?time)"
    r"(?: (?:is|of|was|equals))?(?: about| roughly)?|covers|continues for)\s+"
    rf"(?:(?:{HEDGE}|(?:first|last|next|opening|closing|initial|final))\s+)*$",
    re.IGNORECASE,
)
LENGTH_AFTER = re.compile(
    r"\s*(?:long\b|later\b|earlier\b|of\b|before\b|after\b|apart\b|in length\b|in total\b"
    r"|in duration\b|in all\b|or so(?= long| in)|altogether\b|each\b)"
)
POINT_AFTER = re.compile(
    r"\s*-?\s*(?:marks?|point|into|in\b(?! (?:length|total|duration|all))|from the (?:start|beginning|outset))",
    re.IGNORECASE,
)
POINT_BEFORE = re.compile(
    r"\b(?:at|from|between|by|until|till|around|near|since|time|on|to)\s+(?:(?:the|about)\s+)*$", re.I
)
SURE_LENGTH = re.compile(
    r"\b(?:for|lasts?|lasting|lasted|takes?(?: up)?|taking|took|runs? for|spans?|spanning|covers|throughout|comes? to"
    r"|(?:its|their|the) (?:length|duration)"
    rf" (?:is|of)|(?:duration|length|period|span|stretch) of)\s+(?:{HEDGE}\s+)*$",
    re.IGNORECASE,
)
SURE_AFTER = re.compile(r"\s*(?:long\b|in (?:length|duration)\b)")
ABOUT = re.compile(
    r"\b(?:about|a good|around|roughly|approximately|near|nearly|almost|some|close to|just (?:past|over"
    r"|under|after|before)|shortly (?:after|before)"
    r"|a (?:little|bit) (?:over|under|past|after|before)|over|under|past)\s+(?:(?:the|an?)\s+)?$",
    re.IGNORECASE,
)
TENTHS = r"\d+\.\d+"
BARE = re.compile(
    rf"(?:\[\s*({TENTHS})\s*(?:{LINKS}|,)\s*({TENTHS})\s*\]"
    rf"|(?:\b(?:from|between)\s|^\W*)\s*({TENTHS})\s*(?:{LINKS})\s*({TENTHS})(?=[.,;]?\s*$|[.,;]\s))",
    re.IGNORECASE,
)
"""A stretch without a unit."""
QUARTERS = {"half": 0.5, "quarter": 0.25, "quarters": 0.75, "½": 0.5, "¼": 0.25, "¾": 0.75}
