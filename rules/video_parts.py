"""Parts of a video in English prose: ``in the first minute``, ``halfway through``, ``in the last 10 seconds``."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .figures import digits
from .lazy_pattern import lazy

_NAMES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ORDINALS = {word: n for n, word in enumerate(_NAMES, 1)}
_IN = (
    r"\b(?:in|within|during|inside|throughout|over)\s+(?:(?:about|around|roughly|approximately|maybe|perhaps|only"
    r"|just)\s+)?(?:the\s+)?(?:course\s+of\s+)?(?:the\s+)?"
)
_UNITS = {"s": 1.0, "sec": 1.0, "min": 60.0, "second": 1.0, "minute": 60.0, "hour": 3600.0}
_ENDS = lazy(
    rf"(?:{_IN}|\bby\s+the\s+(?:end|close)\s+of\s+(?:the\s+)?)(?:very\s+)?(first|opening|initial|last|final|closing)\s+(?:(\d+(?:\.\d+)?|half|quarter"
    rf"|couple)[\s-]+(?:of\s+)?(?:an?\s+)?"
    r"(second|minute|hour|sec|min|s(?=\b))s?|(minute|second|hour)(?P<more>\s+and\s+(?:an?"
    r"|1)\s+half)?)\b(?!\s+of\s+(?!the (?:video|clip|film"
    r"|footage|recording)))",
    re.IGNORECASE,
)
_NTH_STRETCH = lazy(
    rf"{_IN}(?P<nth>second|third|fourth|fifth)\s+(?:(?P<share>half|quarter)[\s-](?:of\s+an?\s+)?minute"
    r"|(?P<n>\d+)[\s-](?:seconds?|secs?))\b",
    re.IGNORECASE,
)
"""``in the second half-minute``."""
_NTH = rf"(?:{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th))"
_BETWEEN_MINUTES = lazy(
    rf"\bbetween\s+(?:minutes?\s+(\d+)(?![:.]\d)\s+and\s+(?:minute\s+)?(\d+)(?![:.]?\d|\s*(?:s|min))"
    rf"|the\s+({_NTH})\s+and\s+(?:the\s+)?({_NTH})[\s-]minute\s+(?:mark|point)s?)\b",
    re.IGNORECASE,
)
"""``between minute 1 and minute 2``, ``between the first and the second minute mark``: from one mark to the other."""
_FILM = r"(?:video|clip|film|footage|recording|movie|sequence|material|tape|runtime|running time|whole thing)"
_MINUTE = (
    rf"(?:the\s+)?(?:(?P<nth>{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th))\s+minute"
    rf"|minute\s+(?:number\s+)?(?P<n>\d+)(?![:.]?\d))\b"
    rf"(?!\s+of\s+(?!(?:the\s+)?{_FILM}))"
)
_WHERE = lazy(
    rf"(?:\b(?P<early>early|soon|shortly)\s+(?:on\s+)?(?:in|into)|\b(?P<late>late|deep|far)\s+(?:on\s+)?(?:in|into)"
    r"|\b(?P<early_third>{_IN}(?:first|opening|early|earlier|front)\s+(?:third|quarter)\s+of)"
    rf"|\b(?P<first>{_IN}(?:first|opening|early|earlier|front)\s+(?:half|part)\s+of)"
    rf"|\b(?P<late_third>{_IN}(?:last|final|closing|back)\s+(?:third|quarter)\s+of)"
    rf"|\b(?P<second>{_IN}(?:second|last|latter|closing|back|later|final)\s+(?:half|part)\s+of|well\s+into"
    r"|(?:past|after|beyond)\s+the\s+(?:half-?way|mid-?way|half way|middle|mid)\s*-?(?:point|mark)?\s+of)"
    r"|\b(?P<middle>(?:about\s+|roughly\s+)?(?:mid-?way|half-?way|half\s+way|mid)(?:\s+(?:through|into|in|of))?"
    r"|(?:in|around|near|about|towards?|at)\s+the\s+middle\s+of)"
    r"|\b(?P<begins>(?:at|near|around|towards?|close\s+to|right\s+at|with|as|by)\s+the\s+(?:very\s+)?(?:start"
    r"|beginning"
    r"|opening|top)\s+of|as(?=\s+the\s+\w+\s+minute\s+(?:begins|starts|opens)))"
    r"|\b(?P<ends>(?:at|near|around|towards?|close\s+to|right\s+at)\s+the\s+(?:very\s+)?(?:end|close)\s+of"
    r"|as(?=\s+the\s+\w+\s+minute\s+(?:ends|closes|runs out))|(?:just|shortly)\s+before\s+the\s+end\s+of)"
    r"|\b(?P<near>(?:just|shortly|right|soon|not\s+long|(?:a\s+(?:little|bit)"
    r"|slightly)(?:\s+bit)?)\s+)?(?:(?P<by>before\s+the\s+end\s+of|by\s+the\s+end\s+of|before|within"
    r"|not\s+later\s+than)"
    r"|(?P<beyond>after\s+the\s+end\s+of|after|past|beyond|over|once))"
    r"|\b(?P<inside>(?:in|during|inside|throughout)(?:\s+the\s+course\s+of)?|at\s+some\s+point\s+(?:in|during)))\s+"
    rf"{_MINUTE}(?P<tail>\s+(?:is\s+|has\s+|was\s+)?(?:up|over|out|done|ended|passed|elapsed|gone|begins|starts))?",
    re.IGNORECASE,
)
"""``early in the second minute``, ``towards the end of minute 2``, ``before the first minute is up``."""
_MINUTES = {"early": (0, 25), "late": (35, 60), "early_third": (0, 22), "late_third": (38, 60),
            "first": (0, 30), "second": (28, 60), "middle": (18, 42),
            "begins": (-8, 20), "ends": (38, 66), "inside": (0, 60)}  # fmt: skip
_NOT = lazy(r"\b(?:not|never)\s+$", re.IGNORECASE)
_NEAR = 20.0
"""Seconds around the end of a minute that is said to be just over, or not yet."""
_SHARE = lazy(
    rf"{_IN}(first|second|third|fourth|last|middle|final|opening|closing)\s+(half|third|quarter|fifth|tenth)"
    rf"(?:\s+of\s+(?:the\s+)?{_FILM}|(?=\W*$|[.,;]))",
    re.IGNORECASE,
)
_WAY = lazy(
    r"\b(?:about\s+|roughly\s+|around\s+|some\s+|nearly\s+|almost\s+|just\s+over\s+|approximately\s+)*"
    r"(?:(?P<half>half|mid)(?:\s+of\s+the)?[\s-]?way|(?P<n>an?|\d+)[\s-](?P<of>quarter|third|fifth"
    r"|tenth)s?\s+(?:of\s+the\s+)?way"
    rf"|(?P<percent>\d+(?:\.\d+)?)\s?(?:%|percent|per\s+cent)(?:\s+of\s+the\s+way)?)\s*(?:through"
    rf"|in(?:to)?)\b(?!\s+the\s+(?!{_FILM})\w)",
    re.IGNORECASE,
)
_SIZES = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_STARTS = r"(?:start|beginning|outset|opening|top|first moments?)"
_END = r"(?:end|close|finish|conclusion|last moments?)"
_OF_FILM = rf"(?:\s+of\s+(?:the\s+)?(?:whole\s+|entire\s+)?{_FILM}|(?!\s+of\b))"
_VAGUE = lazy(
    rf"\b(?P<at_start>(?:right|just)?\s*(?:at|from|with)\s+the\s+(?:very\s+)?{_STARTS}|straight\s+away|right\s+away|(?:almost|nearly"
    rf"|pretty\s+much|virtually|practically)\s+(?:at\s+once|immediately|instantly)"
    rf"|right"
    rf"\s+off(?:\s+the\s+bat)?|immediately(?=\W*$|[.,;])|from\s+the\s+(?:off|get-go|word\s+go)"
    rf"|within\s+(?:the\s+)?(?:(?:first|opening|very\s+first)\s+)?(?:(?:a\s+)?few\s+)?(?:moments|seconds)(?:\s+of"
    rf"\s+the\s+{_STARTS})?|(?:(?:just\s+)?(?:a\s+few\s+|mere\s+)(?:moments|seconds)"
    rf"|(?<!\d\s)(?<!full\s)moments)\s+in(?=\W*$|to\b|[.,;])"
    rf"|in\s+the\s+opening\s+(?:moments|seconds)|in\s+the\s+(?:very\s+)?first\s+(?:few\s+)?(?:moments"
    rf"|seconds)){_OF_FILM}"
    rf"|\b(?P<near_start>(?:near|around|towards?|close\s+to|shortly\s+after|soon\s+after"
    rf"|not\s+long\s+after)\s+the\s+{_STARTS}"
    rf"|early(?:\s+on)?(?:\s+in)?(?=\W*$|\s+the\s+{_FILM}|[.,;])){_OF_FILM}"
    rf"|\b(?P<at_end>(?:right|just)?\s*at\s+the\s+very\s+{_END}|in\s+the\s+(?:final|last"
    rf"|closing)\s+(?:few\s+)?(?:moments|seconds)"
    rf"|just\s+before\s+the\s+{_END}){_OF_FILM}"
    rf"|\b(?P<near_end>(?:near|around|towards?|close\s+to|shortly\s+before|at)\s+the\s+{_END}"
    rf"|late(?:\s+on)?(?:\s+in)?(?=\W*$|\s+the\s+{_FILM}|[.,;])){_OF_FILM}"
    rf"|\b(?P<middle>(?:in|around|near|about|towards?|at)\s+the\s+(?:very\s+)?(?:middle|midpoint"
    rf"|half-?way\s+(?:point|mark)))"
    rf"{_OF_FILM}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class VideoPart:
    """A part of the video within which something is said to happen. Seconds."""

    start: float
    end: float
    at: int
    until: int
    whole: bool = False
    """All of it is said to lie there, and not only some of it."""


def parts(text: str, duration: float, asked: bool = False) -> list[VideoPart]:
    """The parts of a video of *duration* seconds in *text*; vague ones only where a time was *asked* for."""
    written = digits(text)
    found: list[tuple[re.Match[str], float, float]] = []
    found += [(match, *_in_minute(match)) for match in _WHERE.finditer(written.text) if not match["inside"]]
    for match in _ENDS.finditer(written.text):
        count = {"half": 0.5, "quarter": 0.25, "couple": 2.0}.get((match[2] or "1").casefold()) or float(match[2] or 1)
        length = (count + 0.5 * bool(match["more"])) * _UNITS[(match[3] or match[4]).casefold()]
        if match[1].casefold() in ("last", "final", "closing"):
            found.append((match, duration - length, duration))
        else:
            found.append((match, 0.0, length))
    for match in _NTH_STRETCH.finditer(written.text):
        length = {"half": 30.0, "quarter": 15.0}.get((match["share"] or "").casefold()) or float(match["n"] or 0)
        nth = _ORDINALS[match["nth"].casefold()]
        found.append((match, (nth - 1) * length, nth * length))
    for match in _BETWEEN_MINUTES.finditer(written.text):
        one, two = (_ORDINALS.get(word.casefold()) or int(re.sub(r"\D", "", word)) for word in match.groups() if word)
        found.append((match, 60.0 * one, 60.0 * two))
    found += [(match, *_in_minute(match)) for match in _WHERE.finditer(written.text) if match["inside"]]
    for match in _SHARE.finditer(written.text):
        size = _SIZES[match[2].casefold()]
        at = {"first": 0, "opening": 0, "second": 1, "third": 2, "fourth": 3, "middle": size // 2}.get(
            match[1].casefold(), size - 1
        )
        found.append((match, at * duration / size, (at + 1) * duration / size))
    for match in _WAY.finditer(written.text):
        share = 0.5 if match["half"] else float(match["percent"] or 0) / 100
        if match["of"]:
            share = (1.0 if match["n"][0] in "aA" else float(match["n"])) / _SIZES[match["of"].casefold()]
        found.append((match, (share - 0.12) * duration, (share + 0.12) * duration))
    for match in _VAGUE.finditer(written.text) if asked else ():
        found.append((match, *_vaguely(str(match.lastgroup), duration)))
    taken: list[VideoPart] = []
    for match, start, end in found:
        denied = _NOT.search(match.string[: match.start()]) if match.groupdict().get("by") else None
        part = VideoPart(
            start, end, written.place(denied.start() if denied else match.start()), written.place(match.end(), end=True)
        )
        overlaps = any(one.at < part.until and part.at < one.until for one in taken)
        if math.isfinite(start) and not math.isnan(end) and not overlaps:
            taken.append(part)
    return taken


def _in_minute(match: re.Match[str]) -> tuple[float, float]:
    """The stretch that a match of ``_WHERE`` speaks of."""
    kind = next(name for name, value in match.groupdict().items() if value and name in (*_MINUTES, "by", "beyond"))
    nth = match["nth"] or match["n"]
    minute = _ORDINALS.get(nth.casefold()) or int(re.sub(r"\D", "", nth))
    start, tail = 60.0 * (minute - 1), (match["tail"] or "").casefold()
    begins = tail.endswith(("begins", "starts"))
    if kind == "by" and _NOT.search(match.string[: match.start()]):
        kind = "beyond"
    if kind == "by":
        edge = start if begins else start + 60.0
        return edge - _NEAR if match["near"] else 0.0, edge
    if kind == "beyond":
        edge = start if begins else start + 60.0
        return edge - 2.0, edge + _NEAR if match["near"] else math.inf
    low, high = _MINUTES[kind]
    return max(0.0, start + low), start + high


def _vaguely(where: str, duration: float) -> tuple[float, float]:
    """Where in a video of *duration* seconds its start, its middle and its end lie, at the most."""
    if where == "middle":
        return 0.35 * duration, 0.65 * duration
    reach = max(8.0, 0.05 * duration) if where.startswith("at_") else max(15.0, 0.25 * duration)
    return (0.0, reach) if where.endswith("start") else (duration - reach, duration)
