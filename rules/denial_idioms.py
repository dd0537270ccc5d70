"""Idioms of denial in English prose, brought to one form: ``makes no attempt to run`` as ``does not run``."""

from __future__ import annotations

import re
from collections.abc import Callable

from .lazy_pattern import lazy

_WHO_WAITS = (
    r"(?:if (?:you|we|anyone|anybody|one|somebody|someone)(?:['’]re| are| is)? |(?:anyone|anybody|whoever|those"
    r"|everyone"
    r"|viewers?|people|you)(?: who)?(?: is| are)? )(?:waits?|waiting|hopes?|hoping|looks?|looking|expects?|expecting"
    r"|wants?|wanting)(?: for| that| to (?:see|find|watch))? "
)
_IN_VAIN = (
    r"(?:(?:will|would) (?:be (?:disappointed|let down|out of luck)|wait in vain|look in vain)|(?:is"
    r"|are) (?:out of luck"
    r"|in for a disappointment|going to be disappointed)|waits? in vain|looks? in vain|hopes? in vain)"
)
_IDIOMS: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (lazy(r"\b(?:makes?|made|making) no (?:attempt|effort|move|bid|sign) (?:to|at|of)\b", re.I), "does not"),
    (lazy(r"\b(?:has|have|had|shows?|showed) no (?:intentions?|plans?|wish|desire|inclination|interest"
          r"|need|reason|urge) (?:of|to|in)\b", re.I), "does not"),
    (lazy(r"\b(?:opt|choos|elect|prefer|decid|resolv|vow|swear|promis)(?:s|es|ed|red|e)? (?=not to\b)"
          r"|\b(?:chose|swore) (?=not to\b)", re.I), "does "),
    (lazy(r"\b(?:(?:hold|shie|shy|back|turn|walk|stay|keep|step|pull|steer|hang|draw)(?:s|ed)?|held|shied|kept"
          r"|hung|drew)"
          r" (?:(?:back|away|clear|off|far|well away) )(?:from|of) (?=\w+ing\b)|\bdesist(?:s|ed)? from\b", re.I),
     "does not "),
    (lazy(r"\b(?:forgo(?:es)?|forwent|forewent|forego(?:es)?|skips?|skipped|omits?|omitted|misses out on|missed out on"
          r"|passe?s up|passed up|dodges?|dodged|shuns?|shunned|eschew(?:s|ed)?|leaves? out|left out|dispenses? with"
          r"|dispensed with|spurns?|spurned|does away with|gives? up on|gave up on) (?=\w+ing\b)", re.I), "does not "),
    (lazy(r"\b(?:do|does|did|doing) (?:everything|all sorts of things|anything|plenty|many things|a lot(?: of things)?)"
          r"(?: in the world| else)? (?:except|but|save|apart from|other than|short of)(?: for)?\b", re.I), "does not"),
    (lazy(rf"{_WHO_WAITS}(?P<what>[^,;:.]*?),? (?:(?:they|you|he|she|one|we|it"
          rf"|people) )?{_IN_VAIN}", re.I), lambda match: f"not {match['what']}"),
    (lazy(r"\b(?:not|never)(?: even)? (?:for|in|during) (?:even )?(?:an?|one|1|a single|a split) (?:single |split )?"
          r"(?:second|moment|minute|instant|frame)\b", re.I), "not"),
    (lazy(r"\bto no avail\b|\b(?:but )?without (?:any )?(?:success|luck|result)\b|\bbut nothing comes of it\b"
          r"|\bbut (?:it|that) (?:does not|doesn['’]t) (?:work(?: out)?|come off)\b"
          r"|\bonly to fail\b", re.I), "but not"),
    (lazy(r"\b(?P<not>not|never|\w+n['’]t)\b(?P<then>(?:(?!\b(?:that|if|whether|because|when|who|which|to|but|and"
          r"|or)\b)"
          r"[^,.;:]){0,60}?) (?:never|nothing|nowhere|nobody|none)\b", re.I),
     lambda match: f"{match['not']}{match['then']}"),
    (lazy(r"\b(?P<not>not|never|cannot|\w+n['’]t)\b(?P<then>(?:(?!\b(?:that|if|whether)\b)[^.;:,]){0,80}?"
          r"\b(?:and|or|nor|because|since|though|although)\b(?:(?!\bbut\b)[^.;:,]){0,40}?)(?: (?:not|never)\b"
          r"|n['’]t\b)", re.I),
     lambda match: f"{match['not']}{match['then']}"),  # "it does not rain and never will"
    (lazy(r"\b(?:has|have|had|is|are|was|were) yet to\b|\b(?:stop|stops|stopped|stopping|falls?|fell)"
          r" (?:just )?short of(?= \w+ing\b)"
          r"|\b(?:do|does|did|doing) (?:something|other things"
          r"|things) (?:(?:entirely|quite|completely) )?(?:other|different|else)"
          r"(?: than| from| instead of)\b", re.I), "does not"),
    (lazy(r"\bnor (?:\w+ )?(?:looks?|seems?|appears?|is|are)(?: (?:as if|as though|like)(?: (?:he|she|it|they)(?: is"
          r"| are)?)?| (?:to be|even))? (?:about|ready|going|likely) to\b(?! \w)", re.I), "nor"),
    (lazy(r"\b(?:goes|go|went|gets?|got|passes|makes it|spends?|spent) (?:through )?(?:the|this) (?:\w+ )?"
          r"(?:scene|shot|clip|video|part|segment|footage)(?= (?:without|never|not)\b)", re.I), "is"),
    (lazy(r"\b(?:starts?|started|begins?|began|ends? up|ended up|winds? up|keeps?|kept|goes on|went on|continues?"
          r"|continued) (?=\w+ing\b)|\b(?:stands?|sits?|stood|sat|lies|lay|hangs?|waits?) (?:there|around|by|still)"
          r" and (?=\w)"
          r"|\b(?:the|this|that) (?:part|scene|shot|clip|segment|video) is about (?=(?:the|an?)\b)", re.I), ""),
    (lazy(r"\b(?:comes?|came|gets?|got) close to (?=\w+ing\b)", re.I), "does not "),
]  # fmt: skip
_STANCE = lazy(
    r"(?:^|(?<=[.;:!?]\s))\W*(?:to (?:\w+['’]s|\w+) (?:great |utter |big )?(?:surprise|relief|delight|dismay"
    r"|horror|regret"
    r"|disappointment|amazement|amusement|annoyance|joy)|against (?:all|the) (?:odds|expectations?)"
    r"|(?:strangely|oddly|curiously|funnily|surprisingly|sure|interestingly|sadly) enough|for (?:once|some reason"
    r"|whatever reason|now)|as (?:expected|usual|always|predicted|so often|luck would have it|it happens|we can see"
    r"|one can see|you can see|can be seen)|believe it or not|try as (?:he|she|it|they) (?:may|might)|to be (?:clear"
    r"|exact|precise|fair|honest|sure)|in (?:this|that) (?:case|instance|one)|this time(?: around)?|\w{3,}ly),? "
    r"(?=\w)|,\s(?:\w{3,}ly|this time(?: around)?|to be (?:clear|exact|precise|fair|honest|sure)|I(?:['’]m| am) afraid"
    r"|as (?:expected|usual|always|predicted|so often|it happens)|for (?:once|some reason|now))(?=\W*$|[,.;:!?]\s)"
    r"|\bI(?:['’]m| am) (?:afraid|sorry|sad|glad|happy)(?: to (?:say|report))?,?(?: but| that)?(?= )",
    re.IGNORECASE,
)
"""What a clause says of how the speaker takes it: ``To everyone's surprise, …``, ``…, luckily``."""


def without_idioms(text: str) -> str:
    """*text* with its idioms of denial as plain ones, and without what only says how its speaker takes it."""
    for pattern, plain in _IDIOMS:
        text = pattern.sub(plain, text)
    return _STANCE.sub(" ", text)
