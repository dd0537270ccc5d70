"""The patterns by which stamps.py reads times in English prose, whose number words are digits already."""

from __future__ import annotations

import re

from .hedges import A_BIT, APPROX
from .lazy_pattern import lazy

N = r"\d+(?:\.\d+)?"
_BESIDE = (
    r"(?:(?:whole|full|short|long|brief|mere|good|solid|straight|consecutive|entire|complete|bare|scant|further|more"
    r"|round"
    r"|single|or so|or thereabouts|or more|or less|odd|ish|something)[ -])*"
)
"""What stands between a number and its unit: ``twelve or so seconds``, ``three full minutes``."""
SECOND = rf"(?:{_BESIDE}seconds?\b|secs?\b\.?|s\b|″|'')"
MINUTE = rf"(?:{_BESIDE}minutes?\b|mins?(?![a-z])\.?|m(?=[\s:]?\d|\s+and\s+\d)|′|'(?=\s?\d{{1,2}}(?:\"|'')))"
HOUR = r"(?:hours?\b|hrs?\b\.?|h(?=\s?\d))"
A = (
    rf"(?:(?:(?<![\w.,:])|(?<=\.\.)){N}|\ban?(?=[\s-])"
    r"|\bthe(?=\s+minute(?:[\s-]mark|[\s-]point|\s+(?:is|has|was)\b))"
    r"|(?:(?<=past )|(?<=beyond )|(?<=before )|(?<=after ))the(?=\s+minute\b(?!-)))"
)
GAP = r"(?:\s*|-)"
AND = r"(?:\s*(?:[,:+&]|plus\b|then\b)?\s*(?:and\s+|plus\s+|then\s+)?)"
COLON = r"(?<![\d:])(?:\d{1,3}(?::\d{2}){1,3}|\d{1,2}:\d:\d{2})(?:[.,]\d+)?(?!\d|:\d)"
ISO = r"(?<!\w)PT(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?(?!\w)"
_NTH_NAMES = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
)
_TENTHS = ("twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth", "ninetieth")
ORDINALS = {name: n for n, name in enumerate(_NTH_NAMES, 1)} | {name: 10 * n for n, name in enumerate(_TENTHS, 2)}
_ORDINALS = "|".join(ORDINALS)
_ORDINAL = rf"(?:\d+(?:st|nd|rd|th)|(?:\d+[- ])?(?:{_ORDINALS}))"
NTH = (
    rf"\b{_ORDINAL}(?:[- ]seconds?\b|(?=\s*(?:to|and|through|until|till|up to"
    rf"|[-–—→])\s*(?:the\s+)?{_ORDINAL}[- ]seconds?\b))"
    r"(?! (?:half|third|quarter|minute|act|part|time))(?! of (?!the (?:video|clip|film|footage|recording)))"
)
"""``the 7th second``, ``the sixty-fifth second`` (60-fifth, as digits write it)."""
MINUTE_SECOND = (
    rf"\bmin(?:ute)?\.?\s+\d+\s*(?:[,+&]|plus\b|and\b)?\s*(?:and\s+)?(?:(?:second|sec\.?)\s+{N}|{N}{GAP}{SECOND})"
)
"""``minute 1, second 5``; ``minute 1 and 5 seconds``."""
TWO_AND = rf"{A}[\s-]+and[\s-]+(?:a[\s-]+)?(?:half|quarter|3[\s-]quarters?){GAP}(?:minutes?|seconds?)\b"
AND_HALF = rf"{A}{GAP}(?:minutes?|seconds?)\s+and\s+(?:an?\s+)?(?:half|quarter)\b(?!\s+(?:an?\s+)?minute)"
SHARE = (
    r"(?:\b(?:half|(?:an?\s+|1\s+)?quarter"
    r"|(?<!\d)3[\s-]quarters?|an?\s+third|(?:1\s+|2[\s-])thirds?)(?:[\s-]+of)?(?:[\s-]+an?)?|[½¼¾])[\s-]*(?:minute"
    r"|second)\b"
)
MINUTES = (
    rf"{A}{GAP}{MINUTE}(?:{AND}{N}{GAP}(?:{SECOND}|\")|(?<=m"
    r"|n)\d{2}(?!\d)|\s(?:plus\s)?\d{1,2}(?!\d|[.:]\d|%|\s%|\s*(?!(?:to|and|until|till|through|up|when|is|in|on|at"
    r"|it|the|as|does"
    r"|do|did|marks?)\b)\w))?"
)
CLOCK = rf"(?:(?<![\w.,:]){N}{GAP}{HOUR}{AND}){N}{GAP}(?:{MINUTE}|m\b)(?:{AND}{N}{GAP}{SECOND})?"
COUPLE = r"\b(?:an? )?(?:(?:couple|few|handful)(?: of)?|several) (?:(?:more|short|brief|full) )?(?:minutes|seconds)\b"
SECONDS = rf"{A}{GAP}{SECOND}"
MILLI = rf"(?<![\w.,:]){N}{GAP}(?:milliseconds?|millisecs?|msecs?|ms)\b"
LABELS = (
    "start|starts|begin|begins|beginning|end|ends|ending|entry|exit|stop|from|to|in|out|onset|offset"
    "|finish|until|timestamp|time|when"
)
FIRST = (
    rf"\b(?:(?:seconds?|secs?\.?)(?:\s+(?:number|no\.?)|\s*#)?|t\s*[=:+]|(?:{LABELS})(?:[ _-]?(?:time|secs?|seconds?"
    rf"|s|point|at))?[\"'”*`]*\s*[=:])[\s*`\"]*"
    rf"(?P<value>{N})(?!\d|\.\d|:\d|%|(?:st|nd|rd|th|-(?!seconds? \d)(?=[a-z]))\b|-(?!seconds? \d)[a-z]"
    rf"|{GAP}(?:ms|msec|milli|m\b|min|h\b|hour|hr"
    rf"|[m′'’h]\s?\d))"
    rf"(?:(?!-seconds? \d){GAP}{SECOND})?"
)
LINKS = r"to|or(?!\s+(?:so|thereabouts|more|less)\b)|until|till|through|thru|up\s+to|and|[-–—→⟶➜➔⇒~…]|-->?|=+>|\.\.+"
LINKS += r"|(?:<=?|≤)\s*(?:t|time|x)\s*(?:<=?|≤)"
_HEDGES = (
    r"about|around|roughly|approximately|approx\.?|nearly|almost|just|exactly|precisely|some|circa|ca?\.|~|≈|close to"
    r"|say|a good"
)
_NOUNS = (
    r"playback|elapsed|run(?:ning)? time|time(?:stamp|code|line)?|time code|position|points?|moments?|instant"
    r"|mark(?:er)?|clock"
    r"|counter|frame|minute|seconds?|secs?\.?|number|no\.?|#|t\s*[=+:]|T\s*\+"
)
FILL = rf"(?:(?:the|an?|at|up|to|of|{_HEDGES}|{_NOUNS})(?![a-z])\s*)*"
LINK = lazy(
    rf"-?\s*(?:(?:all the way|right|straight|on)\s+)?(?:{LINKS}|,|,\s*and)\s*(?:(?:the|{_HEDGES})\s*)*$", re.IGNORECASE
)
_FILM = r"(?:video|clip|film|footage|recording|movie|tape|playback|timeline|file)"
_COUNTED = (
    r"(?:,\s*)?(?:(?:as\s+)?(?:counted|counting|measured|reckoned)\s+)?(?:on\s+)?(?:from|after|past|since|following)"
)
ANCHOR = lazy(
    rf"\s*(?:marks?\b|point\b)?(?:\s*(?:into|in|through)\s+(?:it\b|the\s+{_FILM}\b)"
    rf"|\s*{_COUNTED}\s+the\s+(?:very\s+)?(?:start|beginning|outset|opening|first frame)"
    rf"(?:\s+of\s+(?:the\s+)?(?:whole\s+|entire\s+)?{_FILM}\b|(?!\s+of\b|\w))"
    rf"|\s*(?:after|from when|once|since)\s+(?:the\s+{_FILM}|playback)\s+(?:has\s+)?"
    r"(?:start(?:s|ed)?|begins?|began|begun)\b"
    rf"|\s+(?:on|in|of)\s+the\s+(?:clock|timeline|counter|timer|display|player|{_FILM})\b(?!['’])"
    r"|\s+of\s+(?:playback|running time)\b)",
    re.IGNORECASE,
)
"""What a time is counted from: ``40 seconds from the start``."""
COLON_UNIT = lazy(r"\s*(?:minutes?|mins?|hours?|hrs?|min|h|m)\b\.?", re.IGNORECASE)
LABELLED = lazy(
    r"[\W_]*(?:(?:and|the|it|start(?:s|ed|ing)?|begin(?:s|ning)?|from|in|onset|then|out|cut|cuts|trim|clip|comes?"
    r"|came|an?|close|halt|when|where|whereas|with|end(?:s|ed|ing)?|stop(?:s|ped|ping)?|finish(?:es|ed|ing)?|to"
    r"|until|till|through"
    r"|thru|offset|upto|is|at|time|point|mark|timestamp|timecode|code|seconds?|secs?|about|around|roughly|s|t)[\W_]+)*",
    re.IGNORECASE,
)
"""What may stand between the two ends of a stretch, where one was asked for or where only marks stand there."""
IN = lazy(r"\b(?:IN|Lower (?:bound(?:ary)?|limit|edge))\W*(?:[Ss]econd\W*)?$")
OUT = lazy(r"\W*\b(?:OUT|upper (?:bound(?:ary)?|limit|edge))\b\W*(?:[Ss]econd\W*)?")
"""The marks of an editor's log, ``IN 0:12 OUT 0:20``, and of bounds: ``Lower bound 0:12, upper bound 0:20``."""
GOOD = lazy(r"\bgood\b")
"""``a good minute``: one and some seconds more."""
ONLY_MARKS = lazy(r"[^\w,.;:\n]*[^\w\s,.;:][^\w,.;:\n]*")
PAST = lazy(r"\s*(?:past|after|beyond|on from|into)\s+(?:the\s+)?", re.IGNORECASE)
SHORT_OF = lazy(r"\s*(?:before|short of|shy of|ahead of|off|away from|less than)\s+(?:the\s+)?", re.IGNORECASE)
LESS = lazy(r"\s*,?\s*(?:less|minus)\s+", re.IGNORECASE)
PLUS = lazy(r"\s*,?\s*(?:and|plus)?\s*", re.IGNORECASE)
PAST_MINUTE = lazy(r"\s*(?:past|after|beyond)\s+minute\s+(\d+)\b(?![:.]\d)", re.IGNORECASE)
AGAIN = lazy(
    r"\s*(?:[(\[/=]|,?\s+(?:or|i\.\s?e\.|that is,?|in other words|also known as))\s*(?:i\.\s?e\.|that is,?|or|=)?\s*",
    re.IGNORECASE,
)
"""What stands between two notations of one time: ``0:09 (9.2 s)``."""
AND_MINUTE = lazy(r"\s*(?:and|,|\+|plus)\s*", re.IGNORECASE)
INTO_MINUTE = lazy(
    rf"\s*(?:into|of|in)\s+(?:the\s+({_ORDINALS}|\d+(?:st|nd|rd|th))\s+minute|minute\s+(\d+))\b", re.IGNORECASE
)
RANGE = lazy(
    r"-?\s*(?:marks?\b|points?\b|min\b\.?|on the clock\b|in(?:to (?:it|the \w+))?\b(?= \w)|sharp\b|exactly\b"
    r"|or (?:so|thereabouts)\b|,? give or take,?)?\s*"
    r"(?:(?:and|right|all the way|straight|on)\s+(?=up|to\b|until|till|through))?(?:(?:right"
    r"|all the way)\s+(?=up|to\b))?"
    rf"({LINKS}|[,;]?\s*(?:and\s+)?(?:end|stop)\s*[=:]|,)\s*{FILL}(?:timestamp\s+|(?:seconds?|secs?\.?)\s+(?:number"
    rf"|no\.?)?\s*)?",
    re.IGNORECASE,
)
BETWEEN = lazy(
    rf"\b(?:between|within|from|start\s*=|bounded by|delimited by|enclosed by|framed by|limits (?:of|are)"
    rf"|bounds (?:of|are)|ends (?:of|are))"
    rf"\s+(?:(?:the|an?|at|times|{_HEDGES}|{_NOUNS})(?![a-z])\s*)*$",
    re.IGNORECASE,
)
START_IS = lazy(r"\b(?:start|begin|from)\s*[=:]\s*$", re.IGNORECASE)
HEDGE = (
    r"(?:about|around|roughly|some|nearly|just|the|over|under|only|almost|exactly"
    r"|approximately|precisely|all of|as long as|a total of|a little over|a little under|well over|close to|up)"
)
_FOR = (
    r"(?<!watch )(?<!look )(?<!out )(?<!would go )(?<!d go )(?<!ll go )(?<!to go )(?<!opt )(?<!settle )(?<!aim )"
    r"(?<!vote )for"
)
"""``for`` of a length; who goes for 0:12 names a time."""
LENGTH_BEFORE = lazy(
    rf"\b(?:{_FOR}|lasts?|lasting|lasted|takes?|taking|took|runs? for|within|every"
    r"|each|over|during"
    r"|another|next|(?<!its )last|(?<!its )first|opening|closing|initial|final"
    r"|only|spends?|spent|in|after|before|spans?|spanning|throughout|comes? to|(?:length"
    r"|duration|period|stretch|space|total|run ?time)"
    r"(?: (?:is|of|was|equals))?(?: about| roughly)?|(?<!that )(?<!which )(?<!event )(?<!scene )covers"
    r"|continues for)\s+"
    rf"(?:(?:{HEDGE}|(?:first|last|next|opening|closing|initial|final))\s+)*$",
    re.IGNORECASE,
)
LENGTH_AFTER = lazy(
    r"\s*(?:long\b|later\b|earlier\b|of\b|before\b|after\b|apart\b|in length\b|in total\b"
    r"|in duration\b|in all\b|or so(?= long| in (?:length|total|all|duration))|altogether\b|each\b)"
)
POINT_AFTER = lazy(
    r"\s*(?:or so|or thereabouts|or more|or less|-?odd)?\s*-?\s*(?:marks?|point|into|in\b(?! (?:length|total"
    r"|duration|all))|from the (?:start|beginning|outset)|after (?:the (?:start|beginning|opening) of )?"
    r"the (?:video|clip|film|footage|recording|movie)\b)",
    re.IGNORECASE,
)
POINT_BEFORE = lazy(r"\b(?:at|from|between|by|until|till|around|near|since|time|on|to)\s+(?:(?:the|about)\s+)*$", re.I)
WAITS = lazy(r"\bwait(?:s|ed|ing)?\s+(?:until|till)\s+(?:(?:the|about)\s+)*$", re.I)
"""``waits until 40 seconds before …`` is a point."""
SURE_LENGTH = lazy(
    rf"\b(?:{_FOR}|lasts?|lasting|lasted|takes?(?: up)?|taking|took|runs? for|spans?"
    r"|spanning|(?<!that )(?<!which )(?<!event )(?<!scene )covers|throughout"
    r"|comes? to"
    r"|(?:its|their|the) (?:length|duration)"
    rf" (?:is|of)|(?:duration|length|period|span|stretch) of)\s+(?:{HEDGE}\s+)*$",
    re.IGNORECASE,
)
_ELAPSED_BEFORE = lazy(
    r"\b(?:wait(?:s|ed|ing)?|(?:it|this|that) (?:takes?|took|will take|would take)|(?:video|clip|film|footage|recording"
    r"|movie|tape|playback|camera|clock|timer)(?: (?:has|have|had|is|was|been|already|only|now))* (?:run|runs"
    r"|running|ran"
    r"|plays?|playing|played|rolls?|rolling|rolled|going)|(?:nothing|no (?:sign|trace))(?: \w+){0,5}?)"
    r"(?: (?:on|for|about|around|some|roughly|another|a good|exactly|just|the|full))*\s*[~≈]?$",
    re.IGNORECASE,
)
_ELAPSED_AFTER = lazy(
    r"\s*\)?[,;–—-]?\s*(?:or so )?(?:until|till|before|when|and then|then|by the time)\b", re.IGNORECASE
)


def elapsed_until(text: str, at: int, until: int) -> int:
    """Where the words end that say of the length of time at *at* to *until* that it goes by before something begins.

    ``You wait for 40 seconds before …``, ``the video has run for 0:40 when …``. -1: they are not there.
    """
    after = _ELAPSED_AFTER.match(text, until)
    return after.end() if after and _ELAPSED_BEFORE.search(text[max(0, at - 80) : at]) else -1


SURE_AFTER = lazy(r"\s*(?:long\b|in (?:length|duration)\b)")
ABOUT = lazy(
    rf"\b(?:{APPROX}|near|some|just (?:past|over|under|after|before)|shortly (?:after|before)|a {A_BIT} (?:over|under"
    r"|past|after|before)|over|under|past|say|more or less|or thereabouts)\s+(?:(?:the|an?)\s+)?$|[~≈∼]\s*$",
    re.IGNORECASE,
)
TENTHS = r"\d+\.\d+"
NOTE = lazy(
    r"\b(?:not|never)(?: even| just| once)? for an? (?:split )?(?:second|minute)\b(?! (?:and|to|or|in|into|mark"
    r"|half)\b)"
    r"|\bfor (?:even an?|even 1|even one|a single|a split|one single) (?:second|minute)\b|,?\s*(?:give or take"
    r"|plus or minus|plus/minus|±|\+/-)\s*(?:an? few|an?|1|\d+(?:\.\d+)?) ?(?:seconds?"
    r"|secs?|s)\b|[(\[]\s*(?:[hmsf]{1,3}(?:[:.][hmsf]{1,3}){1,3}|(?:in\s+)?(?:seconds?|secs?|minutes?|mins?|s"
    r"|hours?)"
    r"(?:\s*[:/,]\s*(?:seconds?|secs?|s|minutes?|mins?|ms))*|timecode|timestamp)\s*[)\]]",
    re.IGNORECASE,
)
"""How a time is written, told behind it: ``00:01:07 (hh:mm:ss)``; and ``not for a second``, which is no time."""
BARE = lazy(
    rf"(?:\[\s*({TENTHS})\s*(?:{LINKS}|,)\s*({TENTHS})\s*\]"
    rf"|(?:\b(?:from|between)\s|^\W*)\s*({TENTHS})\s*(?:{LINKS})\s*({TENTHS})(?=[.,;]?\s*$|[.,;]\s))",
    re.IGNORECASE,
)
"""A stretch without a unit."""
QUARTERS = {
    "thirds": 2 / 3,
    "third": 1 / 3,
    "half": 0.5,
    "quarter": 0.25,
    "quarters": 0.75,
    "½": 0.5,
    "¼": 0.25,
    "¾": 0.75,
}
