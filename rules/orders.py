"""Orders in English prose: which of two things that a text names comes first, by the words around and between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .figures import digits

_VERY = r"(?:right|just|immediately|shortly|directly|only|soon|not long|straight|some time|long|well)"
_NOT_THAT = r"(?! (?:that|this|which|it|these|those)\b)"
_AFTER = (
    rf"(?:{_VERY} )?(?:after{_NOT_THAT}|once|as soon as|following{_NOT_THAT}|subsequent to|upon"
    rf"|having|not until|only when|in the wake of"
    r"|on the heels of|the moment|when)"
)
_BEFORE = (
    rf"(?:{_VERY} )?(?:before{_NOT_THAT}|prior to{_NOT_THAT}|ahead of|in advance of"
    rf"|by the time|preceding|previous to|until|till)"
)
_UP_TO = r"[\s,:;\"“(]*(?:(?:that|the|an?|it is shown that|we see|one sees|there is|comes?|seeing|of|is)[\s,]+)*$"
"""What may stand between a connective and what it connects to."""
_OPENS_AFTER = re.compile(rf"(?:\b{_AFTER}\b|\bno sooner\b.*){_UP_TO}", re.IGNORECASE | re.DOTALL)
_OPENS_BEFORE = re.compile(rf"\b{_BEFORE}\b{_UP_TO}", re.IGNORECASE)
_BACK = re.compile(
    rf"\b(?:{_AFTER}|(?:not|only) (?:until|till|before)|preceded by|later than|follows|comes? after"
    rf"|is after|succeeds|was preceded by|after which time)\b{_UP_TO}"
    r"|\b(?:beforehand|previously|before (?:that|this|then|which|it|doing so)|prior to (?:that"
    r"|this)|but first|earlier(?! than| one| of)(?: on)?"
    r"|having first|formerly|what came before)\b|←|⟵|<-",
    re.IGNORECASE,
)
_FORTH = re.compile(
    rf"\b(?:{_BEFORE}|followed by|precedes?|earlier than|leads? (?:on )?to|leading (?:on )?to"
    rf"|gives? way to|succeeded by"
    rf"|than|and|comes? before|is before|turns? to|moves? on to|continues? with)\b{_UP_TO}"
    r"|\b(?:then|next|after (?:that|this|which|it)|afterwards?|subsequently"
    r"|later(?! than)(?: on)?|thereafter|thereupon|whereupon"
    r"|upon which|finally|lastly|eventually|ultimately|in the end|at last|at the end"
    r"|in conclusion|to (?:finish|close|conclude|end) with"
    r"|to (?:finish|close|conclude|end)|last|continu\w+|clos(?:es|ing)|conclud\w+|second(?:ly)?"
    r"|third(?:ly)?|fourth(?:ly)?|fifth(?:ly)?"
    r"|following (?:that|this|which)|in turn|from there|soon)\b|→|⟶|➜|➔|⇒|->|=>|>|»",
    re.IGNORECASE,
)
_TOGETHER = re.compile(
    r"\b(?:while|whilst|meanwhile|during|at the same time|simultaneous\w*|alongside|as(?! soon)"
    r"|at once|in parallel|or)\b",
    re.I,
)
_ENDS = re.compile(r"[.!?;](?=\s)|\n")
_LATE_BACK = re.compile(r"^[\s,]*(?:has |had )?(?:already|earlier|beforehand|first|previously)\b", re.IGNORECASE)
_LATE_FORTH = re.compile(r"^[\s,]*(?:afterwards?|later|subsequently|next|thereafter|last|second)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:order|sequence|chronolog\w*|succession|step by step|steps|timeline|next|then|first"
    r"|before|after|proceeds?|unfolds?"
    r"|progress(?:es)?|follow(?:s|ed)?)\b",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"(?:(?<=^)|(?<=[\s;,.]))(?:#|(?:step|number|no\.?|item|event|part|scene|shot|clip|stage"
    r"|phase|point) )?[(\[]?(\d{1,2})(?:[.):\]](?=\s)|(?<=#\d)(?=\s))"
    r"|(?<!\w)#(\d{1,2})(?=\s)",
    re.IGNORECASE | re.MULTILINE,
)
_MARKED = re.compile(r"→|⟶|➜|➔|⇒|->|=>")
MOST = 6
"""Words between two things of a list at most, without a known connective; with more of them nothing is told."""


def asks_order(question: str) -> bool:
    """Whether *question* asks for an order."""
    return _ASKS.search(question) is not None


def list_marks(text: str) -> list[tuple[int, int]]:
    """Where the numbers of a numbered list stand in *text*: ``1.``, ``(2)``, ``#3``, ``Step four:``."""
    written = digits(text)
    marks = list(_MARK.finditer(written.text))
    if [int(mark[1] or mark[2]) for mark in marks][:2] != [1, 2]:
        return []
    return [(written.place(mark.start()), written.place(mark.end(), end=True)) for mark in marks]


def told_pairs(text: str, places: Sequence[tuple[int, int]], ordered: bool) -> list[tuple[int, int] | None]:
    """For each two neighbours of *places* (from, to in *text*, rising): (earlier, later) by index; None: not told.

    ``A, right after B`` is (1, 0); ``After A, B`` is (0, 1). *ordered*: the text answers a question for an order, so
    that things without a connective follow one another as in a list; arrows say so by themselves.
    """
    listed = ordered or _MARKED.search(text) is not None
    return [_relate(text, places, n, listed) for n in range(len(places) - 1)]


def _relate(text: str, places: Sequence[tuple[int, int]], n: int, listed: bool) -> tuple[int, int] | None:
    forth, back = (n, n + 1), (n + 1, n)
    between = text[places[n][1] : places[n + 1][0]]
    until = places[n + 2][0] if n + 2 < len(places) else len(text)
    after = _ENDS.split(text[places[n + 1][1] : until])[0]
    goes_on = n + 2 < len(places) and _ENDS.search(text[places[n + 1][1] : until]) is None
    boundary = [match.end() for match in _ENDS.finditer(between)]
    tail = between[boundary[-1] :] if boundary else between
    opens = _OPENS_AFTER.search(tail) or _OPENS_BEFORE.search(tail)
    if boundary and opens and goes_on and not tail[: opens.start()].strip():
        return None  # a sentence that relates what it names to what comes next in it
    if not boundary:
        before = text[places[n - 1][1] if n else 0 : places[n][0]]
        start = [match.end() for match in _ENDS.finditer(before)]
        if n == 0 or start:
            opening = before[start[-1] :] if start else before
            if _OPENS_AFTER.search(opening):
                return forth
            if _OPENS_BEFORE.search(opening):
                return back
    if _BACK.search(between):
        return back
    if re.sub(r"\band\s*$", "", between.strip()) and _FORTH.search(re.sub(r"\band\b\W*$", "", between)):
        return forth
    if _LATE_BACK.search(after):
        return back
    if _LATE_FORTH.search(after):
        return forth
    if not listed or _TOGETHER.search(between) or len(re.findall(r"[^\W\d_]{2,}", between)) > MOST:
        return None
    return forth
