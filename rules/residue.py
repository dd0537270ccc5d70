"""What is left unread around a time in English prose: words that may move or bound it, and that no pattern took in."""

from __future__ import annotations

import re

from .lazy_pattern import lazy

_ARTICLES = r"(?:(?:the|a|an|about|around|some|roughly|approximately|exactly|just|only|good|full|whole)\s+)*"
_KNOWN = lazy(
    r"\b(?:(?:not|never|nothing)\b[^.;]*?\b(?:until|till)|\w*n['’]t\b[^.;]*?\b(?:until|till)|no longer|not any ?more"
    r"|no sooner"
    r"|(?:once|all) over|more or less|or so|all the way|by then|out of (?:view|shot|frame|sight)|elapsed time"
    r"|(?:on|off)[- ]screen|remains (?:so|there|on|visible|at it)|(?:nothing|no) (?:\w+ )?(?:of the (?:sort|kind)"
    r"|like it)"
    r"|(?:within|inside) (?:the |an? )?(?:segment|window|interval|stretch|range|span|section|part|time ?frame|period"
    r"|passage|slot)s?(?: from| of| between)?"
    r"|once (?:the|we|you|it)(?: \w+)? (?:reach|hit|get|show|read|say|strike)\w*"
    r"|another (?:scene|shot|part|picture|view|clip|thing|subject|segment|place)"
    r"|(?:has|have|had|need|needs|got|want) to go to|(?:turn|look|pan|swing)\w*\s+away"
    r"|kick-off|(?:off|on|out) at|off to an?"
    r"|time elapsed"
    r"|after (?:start|beginn|open|sett|commenc)ing|over (?:at|by|with|the)|within (?:it|this|that|which|them)"
    r"|(?:no |not )?(?:more|less|later|earlier|sooner)(?:,| and| or| nor),? (?:no |not )?(?:more|less|later"
    r"|earlier|sooner)"
    r"|neither (?:earlier|sooner|later|before|after) (?:nor|or) (?:earlier|sooner|later|before|after)"
    r"|(?:is|are|was|were|be|been|being) (?:all |already |finally )?(?:over|gone|past|off|away)"
    r"|(?:hour|minute|second)s?[- ]mark|once(?=.*\breached)|under ?way|left (?:off|side|hand)"
    r"|(?:kick|wrap|start|play|come|came|show|pop|turn|set|go|went|get|got|gett|cut|fade|open|begin|carr|take|took"
    r"|pick|run|ran"
    r"|hold|held|drag|last|stretch|extend|span|spread|break|broke|tail|mov|walk|drop|switch|pull"
    r"|tak)\w*\s+(?:\w+\s+)?"
    r"(?:off|over|under|away|past|within|above|below))\b"
    rf"|\bafter\s+{_ARTICLES}$",
    re.IGNORECASE,
)
"""Phrases of such words that say nothing but when something starts or ends, or how exactly that is known."""
_MOVES = lazy(
    r"\b(?:before|after|past|over|under|below|beyond|above|within|inside|less|more|fewer|earlier|later|sooner"
    r"|prior|once|short|shy|off|away|ahead|behind|outside|elapsed|passed|passes|gone|remain\w*|left|to go"
    r"|minus|plus|added|another|half|third|thirds|quarters?|tenth|fraction|percent|halfway|midway|most|least|maximum"
    r"|minimum"
    r"|not|never|no(?!\.?\s*$)|nor|neither|cannot|without|except|exclud\w*|but|otherwise|rather|instead|approach\w*"
    r"|odd|ish|few|several|handful|dozens?|score)\b|n['’]t\b",
    re.IGNORECASE,
)
_ENDS_BEFORE, _ENDS_AFTER = (
    lazy(r"[.;:!?\n]\s|,\s|\d|[\ue000]"),
    lazy(r"[.;:!?\n](?:\s|$)|,\s|\d|[\ue000]"),
)
_REACH = 48
"""Letters around a time within which a word may belong to it."""


def unread(text: str, at: int, until: int) -> str:
    """A word of the clause around what stands at *at* to *until* of *text* that may move it; ``""``: there is none.

    To be asked where no pattern took such words in: then what was read is only half of what is said.
    """
    before = _ENDS_BEFORE.split(text[max(0, at - _REACH) : at])[-1]
    after = _ENDS_AFTER.split(re.sub(r"^-?\s?ish\b", "", text[until : until + _REACH], flags=re.IGNORECASE))[0]
    for around in (before, after):
        found = _MOVES.search(_KNOWN.sub(" ", around))
        if found:
            return found[0]
    return ""
