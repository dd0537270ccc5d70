"""Orders in English prose: which of two things that a text names comes first, by the words around and between them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from .event_heads import DIRECTION, without_heads
from .lazy_pattern import lazy
from .order_forms import whole_forms
from .order_grammar import read_order
from .order_ranks import BETWEEN_THEM, ENDS, RANKED_AFTER, RANKED_BEFORE, RANKS, SMALL, by_rank, ranks_told
from .order_turns import named_again, read_legend, turned

_VERY = r"(?:right|just|immediately|shortly|directly|only|soon|not long|straight|some time|long|well)"
_THAT = r"(?:that|this|which|it|these|those|them|both|all|either|then|doing so)"
_NOT_THAT = r"(?! (?:that|this|which|it|these|those)\b(?! of\b))"
_AFTER = (
    rf"(?:{_VERY} )?(?:after(?!\s*[,;]){_NOT_THAT}|once|as soon as|following{_NOT_THAT}|subsequent to|upon"
    rf"|having|not until|only when|in the wake of"
    r"|on the heels of|the moment|(?<!than )when)"
)
_BEFORE = (
    rf"(?:{_VERY} )?(?:before{_NOT_THAT}|prior to{_NOT_THAT}|ahead of|in advance of"
    rf"|by the time|preceding|previous to|until|till)"
)
_UP_TO = rf"[\s,:;\"“(*_]*(?:{SMALL}[\s,*_]+)*$"
"""What may stand between a connective and what it connects to."""
_CLAUSE = (
    r"\s+(?:we|you|one|viewers|the (?:video|clip|film|viewer|camera)|there (?:is|was|are|were|comes?|came)"
    r"|it (?:comes|came|gets|got|is|was) (?:to|over|time|done))\b[^,.;:]{0,40}$"
)
"""A subject and a verb that lead up to what is named: ``before it comes to pass that``."""
_NOT_THE_REST = r"(?! (?:the|all the|any of the) (?:rest|others?|two)\b| (?:all|any|both|every\w*|anything)\b)"
_OPENS_AFTER = lazy(
    rf"(?:\b(?:{_AFTER}|not before|(?:not|no) (?:earlier|sooner) than|later than{_NOT_THAT}{_NOT_THE_REST})\b"
    rf"|\b(?:no sooner|hardly|scarcely|barely)\b(?! than).*|\b(?:follows|comes after)\b){_UP_TO}"
    rf"|^\W*(?:only\s+)?(?:after|once|as soon as|when|not until){_CLAUSE}",
    re.IGNORECASE | re.DOTALL,
)
_OPENS_BEFORE = lazy(
    rf"\b(?:{_BEFORE}|precedes?|preceded|(?:leads?|leading|led|run-|lead-|build-) ?up to|(?:comes|goes|came"
    rf"|went) before"
    rf"|(?<!no )(?<!not )(?:earlier|sooner) than{_NOT_THAT}{_NOT_THE_REST})\b{_UP_TO}"
    rf"|^\W*(?:before|until|till|by the time){_CLAUSE}",
    re.IGNORECASE,
)
_ALREADY_WHEN = lazy(
    rf"\b(?:already|long|all|is|was|are|were|has|have|had)\b[^.;]*\b(?:over|done|finished|ended|happened|occurred"
    rf"|passed|gone|shown|seen"
    rf"|taken place|complete|behind us|played out)\b[^.;]*\b(?:when|by the time|once|as|before){_UP_TO}",
    re.IGNORECASE,
)
"""``A is already over when B``."""
_NOT_UNTIL = lazy(
    rf"(?:\b(?:not|never|nothing|only|no|nowhere)\b|n['’]t\b|\b(?:wait|hold)\w*)[^.;]*\b(?:until|till)\b{_UP_TO}",
    re.IGNORECASE,
)
_WHEN = lazy(rf"(?<!than )\bwhen\b{_UP_TO}", re.IGNORECASE)
_ADVERB = r"(?: (?:in turn|directly|immediately|at once|itself|later|closely))?"
_BACK = lazy(
    rf"\b(?:{_AFTER}|not until|only (?:until|till|before)|preceded{_ADVERB} by|not before|no (?:earlier|sooner) than"
    rf"|(?:lies|is|comes|falls|stands|sits) (?:behind|to the right of)|follow-?up to|sequel to|in response to"
    rf"|result of|trails|(?:has|have|had|'ve|is|was|are"
    rf"|were) (?:long )?already|later than{_NOT_THAT}|follows(?!\s*[,;])|comes? after"
    rf"|is after|wait(?:s|ed|ing)? for|later\b[^.;,]{{0,30}}\bthan{_NOT_THAT}|succeeds?|was preceded{_ADVERB} by"
    rf"|follow(?:s|ed)? on(?: from)?"
    rf"|(?<=not )follow|(?<=n['’]t )follow"
    rf"|after which time)\b{_UP_TO}"
    r"|\b(?:beforehand|previously|before (?:that|this|then|which|it|doing so|all|any|both|them|everything|either)"
    r"|prior to (?:that"
    rf"|this|which|all)|(?:earlier than|sooner than|ahead of|in advance of|preceding|previous to) {_THAT}"
    rf"|postdates?|in advance(?! of)|aftermath of|but first|earlier(?! than| one| of)(?: on)?"
    r"|having first|formerly|what came before"
    r"|by (?:then|that time|this time|that point))\b|←|⟵|<-",
    re.IGNORECASE,
)
_FORTH = lazy(
    rf"\b(?:{_BEFORE}|followed{_ADVERB} by|precedes?|(?:earlier|sooner) than{_NOT_THAT}|leads? (?:on )?to"
    rf"|leading (?:on )?to"
    rf"|gives? way to|succeeded by"
    rf"|predates?|paves? the way (?:for|to)|makes? way (?:for|to)|yields? to|prelude to|precursor to|(?:leads?"
    rf"|leading|led|runs?) up to|lead-up to|ahead of|culminat\w+ in|sets? the stage for|(?:lead|led|leads) into"
    rf"|than{_NOT_THAT}|and|comes? before|(?:lies|is|comes|falls|stands|sits) to the left of|is before"
    rf"|turns? to|moves? on to|continues? with)\b{_UP_TO}"
    r"|\bfollowed by (?:this|these|the following)(?=\s*:)"
    r"|\b(?:then|next|after (?:that|this|which|it|all|both|these|those|them)|afterwards?|subsequently"
    rf"|after (?:a|some|a few|several) (?:\w+ )?(?:while|time|bit|moments?|seconds?|minutes?|pause|break|gap)"
    rf"|later(?! than)(?![^.;,]*\bthan\b)(?: on)?|(?:later than|subsequent to|once|since|not until"
    rf"|not before) {_THAT}|thereafter"
    rf"|thereupon|whereupon|whereafter|in due course|(?:not (?:very )?long|soon|shortly|some ?time|while|moments?"
    rf"|right|just) after(?=[,:;])|heralds?|ushers? in|(?:forerunner|herald|harbinger) of"
    rf"|run-up to|beats?"
    r"|upon which|finally|lastly|eventually|ultimately|in the end|at last|at the end"
    r"|in conclusion|to (?:finish|close|conclude|end) with"
    r"|to (?:finish|close|conclude|end)|last|continu\w+|clos(?:es|ing)|conclud\w+|second(?:ly)?"
    r"|third(?:ly)?|fourth(?:ly)?|fifth(?:ly)?"
    r"|following (?:that|this|which)|in turn|from there|soon)\b|→|⟶|➜|➔|⇒|->|=>|>|»",
    re.IGNORECASE,
)
_TOGETHER = lazy(
    r"\b(?:while|whilst|meanwhile|during|at the same time|simultaneous\w*|alongside|as(?! soon)"
    r"|at once|in parallel|or)\b",
    re.I,
)
_LATE_BACK = lazy(
    r"^[\s,]*(?:(?:has|have|had|is|are|was|were|lies?|lay)\s+(?:(?:been|long|already)\s+)*(?:over|done with"
    r"|finished|history"
    r"|behind us|in the past|complete|ended)\b|(?:(?:has|have|had|having|is|are|was|were|being|been|long|comes?|came"
    r"|happens?|happened|occurs?|occurred)\s+)*"
    r"(?:already|earlier|beforehand|first|previously|sooner|before(?= that| this| it\b| then\b|\W*$|[.,;]))\b)",
    re.IGNORECASE,
)
_LATE_FORTH = lazy(
    r"^[\s,]*(?:(?:is|are|was|were|comes?|came|happens?|happened|occurs?|occurred|only|much)\s+)*"
    r"(?:afterwards?|later(?! than)|subsequently|next|thereafter|last|second|follows(?=\W*$|[.,;])|ensues"
    r"|after(?= that| this|\W*$|[.;]))\b",
    re.IGNORECASE,
)
_DENIED = lazy(
    r"(?:\b(?:not|never)|n['’]t)\s+(?!(?:long|far|immediately|right|just|only|until|till"
    r"|soon|before)\b)(?:(?!until|till)\w+\s+(?:place\s+)?){0,2}?"
    r"(?:before|after|earlier|later|prior|preced\w*|follow\w*|ahead|succeed\w*|predat\w*)\b",
    re.IGNORECASE,
)
"""``A does not come before B``."""
_ITSELF = lazy(
    r"^\s*(?:(?:comes?|came|is|are|was|were|happens?|happened|occurs?|occurred|starts?|started|begins?|began"
    r"|takes? place"
    r"|took place|sets? in|seen|shown|only|much|well|some time|a (?:little|bit))\s+)+"
    r"(?:(?P<late>later|afterwards?|second|last)|(?P<soon>earlier|sooner|first|beforehand))\b"
    r"(?!\s+than)(?=\s*[,;.:)–—]|\s+(?:so|and|but|while|whereas)\b|\W*$)",
    re.IGNORECASE,
)
"""``A started later, so …``: the first thing named is said to be later, which can only be later than the next."""
_STARTS_WHEN = lazy(
    rf"^\W*(?:only\s+)?(?:starts?|started|begins?|began|sets? in|happens?|comes?|gets? (?:going|under way)|opens)\s+"
    rf"(?:only\s+|right\s+|just\s+)?(?:when|where|as|once|the moment){_UP_TO}",
    re.IGNORECASE,
)
_ENDS_WHEN = lazy(
    rf"^\W*(?:ends?|ended|stops?|stopped|finish(?:es|ed)?|is over|is done|concludes?|closes)\s+"
    rf"(?:right\s+|just\s+)?(?:when|where|as|before|by the time){_UP_TO}",
    re.IGNORECASE,
)
_IS_OVER = lazy(
    r"^[\s,]*(?:(?:is|are|has|have|had|was|were)\s+)?(?:been\s+)?(?:over|ends?|ended|done|finished|finishes|stops?"
    r"|stopped"
    r"|concludes?|complete)\b",
    re.IGNORECASE,
)
_IS_ON = lazy(r"^[\s,]*(?:starts?|started|begins?|began|sets? in|opens?)\b", re.IGNORECASE)
_NOT_THE_ONE = lazy(r"(?:\bnot|n['’]t)(?: the)?\s*$", re.IGNORECASE)
_BUT_THE_ONE = lazy(r"(?:\bbut|,? it(?:['’]s| is| was)|\brather)(?: rather| the)?\s*(?:the\s*)?$", re.IGNORECASE)
_BETWEEN = lazy(r"\bbetween\s+(?:the\s+)?$", re.IGNORECASE)
_AND = lazy(r"\W*and\s+(?:the\s*)?", re.IGNORECASE)
_THERE_IS = lazy(
    r"[\s,]*(?:there|comes?|came|is|are|was|were|lies?|lay|falls?|fell|we|one|you|stands?|happens?|sits?)\b",
    re.IGNORECASE,
)
_TAKEN_BETWEEN = lazy(r"\b(?:between|after)\b[^.;]*$", re.IGNORECASE)
_OF_THE_FIRST = lazy(
    rf"^\W*(?:but|and|yet|though)\s+(?:(?:still|only|also|then)\s+)?(?:is\s+|was\s+)?"
    rf"(?:(?P<before>{_BEFORE}|followed by|precedes?|preceded(?! by)|comes? before|comes? ahead of|gives? way to)"
    rf"|(?P<after>{_AFTER}|preceded{_ADVERB} by|follows|comes? after))\b{_NOT_THAT}",
    re.I,
)
"""``A after B but before C``: what comes before C is A."""
_FIRST_TWO = lazy(
    r"\b(?:the\s+)?(?:first|last|next|final|other)\s+(?:two|three|2|3)(?:\s+(?:of (?:them|these|all)|events"
    r"|things))?\s+(?:are|were)\b",
    re.IGNORECASE,
)
"""``The first two are A and B; the last two are C and D``: a list."""
_MARKED = lazy(r"→|⟶|➜|➔|⇒|->|=>")
_LIST_WORDS = (
    rf"(?:{SMALL}|and|plus|also|as well as|via|by way of|then|again|now|here|finally|lastly|as|is|be|will|would"
    rf"|could|happens?"
    rf"|happening|occurs?|takes? place|through|scene|sc|number|step|item|event|part|no|[a-j]|[ivx]+|\d+|etc|one"
    rf"|two|three|four|five"
    rf"|six|starts?"
    r"|begins?|ends?|finish(?:es)?|clos(?:es?|ing)|conclud\w+|winds? up|rounds?|off|up|go|goes|continu\w+|moves?"
    r"|proceeds?|opens?"
    r"|opening|beginning|ending|middle|over|done|out of the way|been|gone|start|finish|follow|midway|list|line|so"
    r"|taken"
    r"|together|just|only|even|both|each|after all|we|find|by(?= the| an?)|order|runs?|its|their|outset|towards?"
    r"|later)"
)
_LISTING = lazy(rf"(?:[\W\d_]|\b{_LIST_WORDS}\b)*", re.IGNORECASE)
"""What stands between two things of a list; with any other word nothing is told."""
_OPENING = lazy(
    r"(?!.*\b(?:if|rewind\w*|back|backwards?|before|prior|preceding|ahead of|unless|except|not|never|no|between"
    r"|among|apart from|besides|wrong"
    r"|false)\b).*",
    re.IGNORECASE | re.DOTALL,
)


_NEITHER = lazy(r"\bneither\b[^.;]*\bnor\b", re.IGNORECASE)
_ORDER_WORD = lazy(
    r"\b(?:before|after|until|till|once|when|earlier|sooner|preced\w*|follow\w*|prior|ahead|back|behind|except|unless"
    r"|not|never|already)\b|n['’]t\b",
    re.IGNORECASE,
)
_WORD = lazy(r"[a-z]{3,}")
_VOCABULARY = frozenset(
    word
    for pattern in (_BACK, _FORTH, _ALREADY_WHEN, _NOT_UNTIL, _WHEN, _LISTING, _LATE_BACK, _LATE_FORTH, RANKED_AFTER)
    for word in _WORD.findall(pattern.pattern)
)
"""The words that the patterns of orders know."""


def told_pairs(text: str, places: Sequence[tuple[int, int]], ordered: bool) -> list[tuple[int, int] | None]:
    """For each two neighbours of *places* (from, to in *text*, rising): (earlier, later) by index; None: not told.

    ``A, right after B`` is (1, 0); ``After A, B`` is (0, 1). *ordered*: the text answers a question for an order, so
    that things without a connective follow one another as in a list; arrows say so by themselves.
    """
    text, backwards = read_legend(text, places)
    text = _FIRST_TWO.sub(lambda match: " " * len(match[0]), without_heads(text, places))
    listed = ordered or _MARKED.search(text) is not None
    whole = read_order(text, places, listed)
    if whole:
        return [(two, one) for one, two in whole] if listed and backwards else [*whole]
    if _NEITHER.search(
        "".join(text[end:start] for end, start in pairwise([0, *(at for one in places for at in one), len(text)]))
    ):
        return [None] * (len(places) - 1)
    special = whole_forms(text, places) or _between_two(text, places)
    if special:
        return special
    ranks = ranks_told(text, places)
    if len(places) > 2 and all(ranks) and len(set(ranks)) == len(ranks):
        chain = list(pairwise(sorted(range(len(places)), key=lambda n: ranks[n])))
        return [(two, one) for one, two in chain] if listed and backwards else [*chain]
    pairs = [_relate(text, places, n, listed, ranks) for n in range(len(places) - 1)]
    if len(places) > 2 and _OPENS_BEFORE.search(ENDS.split(text[: places[0][0]])[-1]) and pairs[0] == (1, 0):
        reach = (n for n in range(2, len(places)) if not ENDS.search(text[places[0][1] : places[n][0]]))
        pairs += [(n, 0) for n in reach]
    pairs += [
        (n - 1, n + 1) for n in range(1, len(places) - 1) if BETWEEN_THEM.search(text[places[n][1] : places[n + 1][0]])
    ]
    return [(pair[1], pair[0]) for pair in pairs if pair] if listed and backwards else pairs


def _between_two(text: str, places: Sequence[tuple[int, int]]) -> list[tuple[int, int] | None]:
    """The pairs of texts that are no list: ``B between A and C, in that order``, ``After A, but before C, B``."""
    if len(places) == 2 and _NOT_THE_ONE.search(text[: places[0][0]]):
        between = text[places[0][1] : places[1][0]]
        rank = RANKED_BEFORE.search(_NOT_THE_ONE.sub("", text[: places[0][0]])) or RANKED_AFTER.match(between)
        if rank and _BUT_THE_ONE.search(between):
            return [(1, 0) if RANKS[rank["rank"].casefold()] == 1 else (0, 1)]
    if len(places) != 3 or re.search(r"[.;](?=\s)", text[places[0][1] : places[2][0]]):
        return []
    opening, one, two = text[: places[0][0]], text[places[0][1] : places[1][0]], text[places[1][1] : places[2][0]]
    after, before = _OPENS_AFTER.search(opening), _OPENS_BEFORE.search(opening)
    other = _OF_THE_FIRST.match(one)
    if other and after and other["before"]:
        return [(0, 2), (2, 1)]
    if other and before and other["after"]:
        return [(2, 0), (1, 2)]
    if _AND.fullmatch(two if not _AND.fullmatch(one) else one) and _BETWEEN.search(opening) and _THERE_IS.match(two):
        return [(0, 2), (2, 1)]  # "Between A and C there is B"
    ordered = re.search(r"\b(?:in that|in this|in the given) order\b|\brespectively\b", text[places[2][1] :])
    if ordered and re.search(r"\bbetween\b", one) and re.fullmatch(r"\W*and\s+(?:the\s*)?", two):
        return [(1, 0), (0, 2)]
    return []


def _relate(
    text: str, places: Sequence[tuple[int, int]], n: int, listed: bool, ranks: Sequence[int]
) -> tuple[int, int] | None:
    forth, back = (n, n + 1), (n + 1, n)
    between = text[places[n][1] : places[n + 1][0]]
    told = by_rank(ranks[n], ranks[n + 1])
    if n and BETWEEN_THEM.search(between):
        return back
    after = text[places[n + 1][1] :]
    if (_STARTS_WHEN.match(between) or (_WHEN.search(between) and not told)) and _IS_OVER.match(after):
        return None if _ALREADY_WHEN.search(between) or not _STARTS_WHEN.match(between) else back
    if _ENDS_WHEN.match(between) and _IS_ON.match(after):
        return forth
    opening = ENDS.split(text[places[n - 1][1] if n else 0 : places[n][0]])[-1]
    if re.search(r"\bno\s+$", opening, re.IGNORECASE) and re.match(r"\s*before\b", between):
        return back  # "no A before B": until B is there, there is no A
    way = turned(text, places, n, opening)
    if way:
        return way
    itself = _ITSELF.match(between) if n == 0 else None
    if itself and not told:
        return back if itself["late"] else forth
    if told:
        return forth if told > 0 else back
    first = _OF_THE_FIRST.match(between)
    if (
        first
        and n
        and not named_again(text, places[n], places[n + 1])
        and not ENDS.search(text[places[n - 1][0] : places[n + 1][0]])
    ):
        return (n - 1, n + 1) if first["before"] else (n + 1, n - 1)
    found = _connected(text, places, n, listed)
    joint = re.split(r"[,;.]", between)[-1].casefold()  # what stands before a comma still tells of the first
    opened = n == 0 and "," in between and (_OPENS_AFTER.search(opening) or _OPENS_BEFORE.search(opening))
    if opened and not _ORDER_WORD.search(between):
        return found  # a clause of its own tells the order
    if sum(word not in _VOCABULARY for word in _WORD.findall(DIRECTION.sub(" ", joint))) > 1:
        return None  # more is said than was read
    denied = _DENIED.search(between)
    return (found[1], found[0]) if found and denied else found


def _connected(text: str, places: Sequence[tuple[int, int]], n: int, listed: bool) -> tuple[int, int] | None:
    """The order that the words around and between two neighbours tell."""
    forth, back = (n, n + 1), (n + 1, n)
    between = text[places[n][1] : places[n + 1][0]]
    until = places[n + 2][0] if n + 2 < len(places) else len(text)
    after = ENDS.split(text[places[n + 1][1] : until])[0]
    goes_on = n + 2 < len(places) and ENDS.search(text[places[n + 1][1] : until]) is None
    boundary = [match.end() for match in ENDS.finditer(between)]
    tail = between[boundary[-1] :] if boundary else between
    opens = _OPENS_AFTER.search(tail) or _OPENS_BEFORE.search(tail)
    if boundary and opens and goes_on and not tail[: opens.start()].strip():
        return None  # a sentence that relates what it names to what comes next in it
    if not boundary:
        before = text[places[n - 1][1] if n else 0 : places[n][0]]
        start = [match.end() for match in ENDS.finditer(before)]
        if n == 0 or start or named_again(text, places[n - 1], places[n]):
            opening = before[start[-1] :] if start else before
            if _OPENS_AFTER.search(opening):
                return back if _LATE_BACK.search(after) else forth
            if _OPENS_BEFORE.search(opening):
                return back
    if _ALREADY_WHEN.search(between):
        return forth
    clause = ENDS.split(text[: places[n + 1][0]])[-1]
    if _NOT_UNTIL.search(clause):
        return back
    if _WHEN.match(between.lstrip(" ,")) and re.search(r"\balready\b[^.;]*$", text[: places[n][0]], re.IGNORECASE):
        return forth
    if _WHEN.search(between) and not re.search(r"\bonly when\b", between, re.IGNORECASE):
        return None
    if _BACK.search(between):
        return back
    if re.sub(r"\band\s*$", "", between.strip()) and _FORTH.search(re.sub(r"\band\b\W*$", "", between)):
        return forth
    if _LATE_BACK.search(after):
        return back
    if _LATE_FORTH.search(after):
        return forth
    if not listed or _TOGETHER.search(between) or not _LISTING.fullmatch(between):
        return None
    opening = ENDS.split(text[: places[0][0]])[-1] if n == 0 else ""
    return forth if _OPENING.fullmatch(opening) else None
