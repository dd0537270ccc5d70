"""Is what a teacher asks a question that can be answered, and does the answer say what it asks for?"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import ClassVar

from ....rules.figures import WORDS, numbers, values
from ....rules.lazy_pattern import lazy
from ....rules.stamps import spoken_times
from ....rules.video_parts import parts
from ....schemas import Sample
from ..asked_place import (
    ARTICLES,
    PREPOSITIONS,
    about,
    named,
    overlap,
    sentences,
    words_of,
)
from ..finding import Facts, Finding, asks_for, by_rule, cited_words, failure, unseen_words
from ..mentions import content, stem
from ..questions import asked_time, asks_length, asks_order
from .check import RuleCheck
from .count import ASKS
from .grounding import MEN, WOMEN, own_words
from .in_place import START, check_place, check_who

RUN = 4
"""Words that stand twice in a row in one sentence of an answer that goes round in circles."""
NAMES = 2
"""Words that a question must have besides to speak of something as ``it``."""
FEW = 4
"""Words at most of an answer that names a thing."""
_CHOICE = lazy(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b|\bor\b|\bwhich\b", re.IGNORECASE
)
_MANY = "|".join(word for word, number in WORDS.items() if number > 1)
_ONE_DOES = lazy(
    rf"\b(?:does|is|was|has) (?:(?:the|these|those|his|her|their|its|my|our|your|all|all the|both) )?"
    rf"(?:(?:{_MANY}|both|several|many|few|these|those|all) (?!of\b)\w+|they|we)\b(?! and\b)",
    re.IGNORECASE,
)
_DOES_PLURAL = lazy(
    rf"\bdoes the (?:(?!(?:{'|'.join(PREPOSITIONS)}|of) )[\w'’-]+ ){{0,2}}?(?P<noun>[a-z]{{2,}}s) (?P<next>[a-z]+)"
    r"(?: (?P<then>[a-z]+))?",
    re.I,
)
_TIME_OF = lazy(
    r"^\W*(?:\w+ ){0,2}(?:when|how long|what (?:time|moment|second|minute))\b[^?]*? \w+ing\b", re.IGNORECASE
)
"""An event is asked for by the words of a label: ``When does the two singers warming up start?``"""
_WHERE_IS = lazy(r"^\W*(?:and |so )?where\b[^?]*? \w+ing\b", re.IGNORECASE)
_NO_PLURAL = ("ss", "us", "is", "as", "ens", "ics", "ews", "ies", "its")
_NAMED_EVENT = lazy(
    r"\b(?:does|has)\b[^?]*? \w{2,}ing\b|\b(?:is|was)\b[^?]*? \w{2,}ing\b[^?]*? (?:visible|shown|seen|over|done"
    r"|recorded|present|in view|on screen|to be)\b",
    re.IGNORECASE,
)
"""``At which point does the two singers warming up begin?``: after ``does`` no gerund is the verb."""
_WHO_SAYS = lazy(r"^\W*whom? (?:does|do|did) [^?]*\bsay\W*$", re.IGNORECASE)
_DO_IT = lazy(r"\b(?:do|doing) (?:it|that|this|so)\W*$", re.IGNORECASE)
_WAY_IS = lazy(
    r"^\W*the (?:way|method|manner)(?:\b[^.]*? is (?:an?|the) (?!same\b|following\b)| is to\b)", re.IGNORECASE
)
_DOES_WHAT = lazy(r"^\W*what (?:does|do|did|is|are|was|were) (?P<subject>[^?]+?) (?P<do>do|doing)\b", re.IGNORECASE)
_SAYS = lazy(r"^\W*what (?:does|do|did) (?P<subject>[^?]+?) (?:say|see|hear)\W*$", re.IGNORECASE)
_SENSES = lazy(
    r"\b(?:s[ae]y\w*|said|saw|seen?|sees|hear\w*|tell\w*|told|talk\w*|sp[eo]ak\w*|spoke|shout\w*|call\w*|ask\w*|look\w*"
    r"|watch\w*|read\w*|sing\w*|sang|announc\w*|explain\w*|notic\w*|listen\w*|cr[iy]\w*|greet\w*|answer\w*|repl\w+"
    r"|admir\w*|spot\w*|discover\w*|f[io]u?nds?|repeat\w*|scream\w*|yell\w*|whisper\w*|mention\w*|thank\w*)\b",
    re.IGNORECASE,
)
_HELPS = frozenset(("do", "start", "begin", "stop", "finish", "cease", "continue", "keep", "commence", "first", "then"))
"""What may stand before the verb of a question: ``When does the sports reporter start to read?``"""
_VIEWER = lazy(
    r"(?:one|i|we|you|(?:the |a |an? \w+ )?(?:viewers?|audience|spectators?|onlookers?|watchers?|reader|listeners?"
    r"|camera"
    r"|lens|eye|video|clip|film|footage|recording|frames?|shot|picture|scene|screen))(?: (?:get|gets|got) to| first"
    r"| then| there| now| also)*",
    re.IGNORECASE,
)
"""Who sees what is shown: ``What does the viewer see?`` asks for all of it."""
_INTRODUCES = lazy(r"\b(?:I am|I'm|my name|call me|this is|here is)\b", re.IGNORECASE)
_HOW = lazy(r"^\W*how (?:do|does|did|is|are) (?P<rest>[^?]+?)\W*$", re.IGNORECASE)
_NO_MANNER_TEXT = "after to for of at toward towards above into below behind beside onto outside inside near"
_NO_MANNER = frozenset(_NO_MANNER_TEXT.split())
_MANNER = frozenset(
    ("fast", "hard", "well", "slow", "twice", "once", "alone", "together", "high", "low", "deep", "far", "loud")
)
_RELATES = lazy(
    r"\b(?:after|before|then|next|first|last|finally|when|while|during|until|once|since|as|following|later|earlier|also"
    r"|again|else)\b",
    re.IGNORECASE,
)
_ORDERS = lazy(
    r"\b(?:after|before|between|then|next|first|last|precede[sd]?|follow(?:s|ed|ing)?|earlier|later)\b", re.IGNORECASE
)
_DIGITS = lazy(r"\d+")
_EXACT = lazy(r"^ (?:sharp|exactly|precisely|flat|on the dot|or so|or thereabouts)\b", re.IGNORECASE)
_UNITS = frozenset(("second", "seconds", "minute", "minutes"))
_NUMBER_LIKE = lazy(
    r"\b(?:no|none|nobody|several|many|few|some|dozens?|hundreds?|thousands?|millions?|both|pair|couple|all|every|half"
    r"|an?|single|each|either|more|most|enough)\b",
    re.IGNORECASE,
)


class WellFormedCheck(RuleCheck):
    """A question of a teacher that is none, or an answer to something else. Read by its form, and where question and
    cited words have their verb in common, by the place of the statement that is asked for.

    ``broken_question``: ``does`` with several, or an object asked for where the question has it, or the statement has
    none: "What does the man froth milk?". ``says_nothing_new``: the answer has no word but those of the question,
    or says one thing twice.
    ``other_role``: what is asked for is told of somebody or something else: "What does the dog do? The man feeds it."
    ``other_place``: the answer stands in another place of the statement: "What does he cut? With a knife."
    ``not_told``: the question is in the words of another line, or asks what somebody says or sees of whom no such thing
    is told. ``no_number``: how many are asked for, and none is told. ``wrong_number``: one, where several are told of.
    """

    name = "well_formed"
    position = 76
    reads: ClassVar = frozenset({"statement", "evidence"})
    reasons: ClassVar = dict.fromkeys(
        ("broken_question", "says_nothing_new", "other_role", "other_place", "not_told", "no_number", "wrong_number"),
        "drop",
    )

    def check(self, sample: Sample, facts: Facts) -> Finding | None:
        if not sample.teacher or by_rule(sample) or sample.options or asks_for(sample) != sample.task:
            return None
        asks, answer, cited = sample.question.strip(), sample.answer.strip(), cited_words(sample)
        if "\n" in asks:
            return None
        found = (
            _check_form(asks, cited, timed=bool(spoken_times(answer, "time")))
            or _check_number(asks, answer)
            or _check_news(asks, answer, facts)
            or _check_twice(answer, cited, several=len(sample.evidence) > 1, ordered=asks_order(asks))
        )
        if found or unseen_words(sample) or asked_time(asks) or asks_length(asks) or asks_order(asks):
            return found  # a time is told of the whole statement, and no place of it is asked for
        return (
            _check_doing(asks, answer, cited)
            or check_place(asks, answer, cited, facts)
            or check_who(asks, answer, cited)
            or _check_manner(asks, answer)
            or _check_senses(asks, sample, facts)
            or _check_elsewhere(asks, sample, cited, facts)
        )


def _check_form(asks: str, cited: str, timed: bool) -> Finding | None:
    """*timed*: a time is answered, so that ``Where is the two men talking?`` asks for it by the words of a label."""
    if _TIME_OF.match(asks) or (timed and _WHERE_IS.match(asks)):
        return None
    if (found := _ONE_DOES.search(asks)) and not _NAMED_EVENT.match(asks, found.start()):
        return failure("broken_question", f"{found[0]!r}: several are spoken of as one")
    if (found := _DO_IT.search(asks)) and len(own_words(asks) - {"how", "why", "doing"}) < NAMES:
        return failure("broken_question", f"{found[0]!r} does not say what")
    if _WHO_SAYS.search(asks):
        return failure("broken_question", "nobody is said")
    for found in _DOES_PLURAL.finditer(asks):
        noun = found["noun"].casefold()
        if not noun.endswith(_NO_PLURAL) and (
            found["next"] == "do" or _does(noun, found["next"], found["then"], cited, found[0])
        ):
            return failure("broken_question", f"{found[0]!r}: several are spoken of as one")
    return None


def _does(noun: str, verb: str, then: str | None, cited: str, asked: str) -> bool:
    """Whether *cited* says of several that they do so: ``the hikers tie``; of a customs officer it names one thing.

    Of a juggler who ``tosses clubs up`` too, for *asked* has the verb before the noun: ``does the juggler toss clubs``.
    """
    before = words_of(asked)[: words_of(asked).index(noun)][-1:]
    for words in sentences(cited):
        for n, pair in enumerate(pairwise(words)):
            if pair == (noun, verb.casefold()):
                if words[n - 1 : n] != before and [stem(word) for word in words[n - 1 : n]] == [*map(stem, before)]:
                    return False
                after = words[n + 2 : n + 3]
                return not then or (then not in _HELPS and (not after or stem(after[0]) != stem(then)))
    return False


def _check_number(asks: str, answer: str) -> Finding | None:
    if not re.match(r"\W*how many\b", asks, re.IGNORECASE) or numbers(answer) or _NUMBER_LIKE.search(answer):
        return None
    if spoken_times(answer, "time"):
        return None
    return failure("no_number", f"{answer[:80]!r} has no number")


def _check_news(asks: str, answer: str, facts: Facts) -> Finding | None:
    said = own_words(answer)
    if _figures(answer) - _figures(asks) or parts(answer, facts.duration, asked=True):
        return None
    if not said or _CHOICE.search(asks) or ASKS.search(asks) or not said <= content(asks):
        return None
    return failure("says_nothing_new", f"{answer[:80]!r} has no word but those of {asks[:120]!r}")


def _figures(text: str) -> set[float | str]:
    """The numbers of *text*, and what has digits."""
    return values(numbers(text)) | set(_DIGITS.findall(text))


def _check_twice(answer: str, cited: str, *, several: bool, ordered: bool) -> Finding | None:
    """A sentence that has the same words in a row twice, and is not cited so; *several* spans may be told in order.

    Where the question asks for that, by *ordered*, they may share words: ``the dog eats, the dog sleeps``.
    """
    if several and ordered:
        return None
    for words in sentences(_without_times(answer)):
        if words in sentences(_without_times(cited)) or (several and _ORDERS.search(" ".join(words))):
            continue
        runs = [tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)]
        runs = [run for run in runs if not numbers(" ".join(run)) and not _UNITS & set(run)]
        again = next((run for n, run in enumerate(runs) if run in runs[:n] and len(named(list(run))) > 1), None)
        if again is not None:
            return failure("says_nothing_new", f"{answer[:120]!r} has {' '.join(again)!r} twice")
    return None


def _without_times(text: str) -> str:
    """*text* with one figure for each time of it, and for what says how exact it is: ``0 is where it starts``."""
    for at, until in reversed(spoken_times(text, "time")):
        text = f"{text[:at]}0{_EXACT.sub('', text[until:])}"
    return text


def _check_doing(asks: str, answer: str, cited: str) -> Finding | None:
    """What does X do: the answer must tell it of X, and so must what is cited."""
    match = _DOES_WHAT.match(asks)
    if match is None:
        return None
    subject = named(words_of(match["subject"]))
    first, who = words_of(answer)[:1], set(words_of(match["subject"]))
    for pronoun, own, others in (("she", MEN, WOMEN), ("he", WOMEN, MEN)):
        if first == [pronoun] and who & own and not who & others:
            return failure("other_role", f"{answer[:80]!r} tells of another than {match['subject']!r}")
    if not subject:
        return None
    if match["do"].casefold() == "do" and _is_thing(answer, cited):
        return failure("other_place", f"{answer[:80]!r} is nothing that can be done")
    if not _starts(subject, cited) and _follows(subject, cited) and overlap(subject, named(words_of(answer))):
        return failure("other_role", f"{cited[:120]!r} does not tell what {match['subject']!r} does")
    told = next((about(one, cited) for one in sentences(answer)), None)
    if told is None or (named(first) - subject) & content(cited):  # "Steers the ferry": the verb comes first
        return None
    does, said = named(told.subject), told.statement
    if (first == ["he"] and set(said.subject) & (WOMEN - {"her"})) or (
        first == ["she"] and set(said.subject) & (MEN - {"his"})
    ):
        return failure("other_role", f"{' '.join(said.subject)!r} does that, not {' '.join(first)!r}")
    if does and not overlap(does, subject) and overlap(subject, content(cited)):
        return failure("other_role", f"{answer[:80]!r} tells of another than {match['subject']!r}")
    before, after = named(said.subject), named(said.rest)
    if not overlap(subject, before) and overlap(subject, after) and not said.passive():
        return failure("other_role", f"{' '.join(said.subject)!r} does that, not {match['subject']!r}")
    return None


def _is_thing(answer: str, cited: str) -> bool:
    """Whether *answer* is a few words that *cited* has in a row behind an article."""
    words = words_of(answer)
    if len(words) > FEW or words[:1] not in (["a"], ["an"], ["the"]):
        return False
    return any(
        one[n - 1] in ARTICLES and one[n : n + len(words) - 1] == words[1:]
        for one in sentences(cited)
        for n in range(1, len(one))
    )


def _starts(subject: frozenset[str], cited: str) -> bool:
    """Whether a sentence of *cited* begins with *subject*, or not with what it is about."""
    return any(overlap(subject, named(one[:START])) or one[0] in PREPOSITIONS for one in sentences(cited))


def _follows(subject: frozenset[str], cited: str) -> bool:
    """Whether *subject* stands in *cited* behind an article, and behind nothing that it may be listed with."""
    return any(
        stem(word) in subject and one[n - 1] in ARTICLES and "and" not in one[:n] and not set(one[:n]) & PREPOSITIONS
        for one in sentences(cited)
        for n, word in enumerate(one)
        if n
    )


def _check_manner(asks: str, answer: str) -> Finding | None:
    """How does X VERB: an answer with the same verb must say more than to whom or after whom."""
    if _WAY_IS.search(answer):
        return failure("other_place", f"{answer[:80]!r} names a thing for a way")
    match = _HOW.match(asks)
    told = about(words_of(match["rest"]), answer) if match is not None else None
    if told is None:
        return None
    after = told.statement.rest
    if any(word.endswith(("ly", "ing")) or word in _MANNER for word in after):
        return None
    if any(word in PREPOSITIONS - _NO_MANNER for word in after) or named(after) <= named(told.rest):
        return None
    return failure("other_place", f"{answer[:80]!r} tells of no way to {told.verb}")


def _check_senses(asks: str, sample: Sample, facts: Facts) -> Finding | None:
    """What does X say or see: labels that tell of an act that is neither do not say it."""
    match = _SAYS.match(asks)
    cited = cited_words(sample)
    if match is None or _VIEWER.fullmatch(match["subject"].strip()):
        return None
    told = next((about(one, cited) for one in sentences(sample.answer)), None)
    if told is not None and overlap(named(told.subject), named(words_of(match["subject"]))):
        return failure("not_told", f"{sample.answer[:80]!r} is nothing that {match['subject']!r} says or sees")
    if _SENSES.search(cited):
        return None
    if any(item.lane in facts.settings.word_lanes for item in sample.evidence):
        subject = named(words_of(match["subject"]))
        if not subject or not subject <= content(cited) or _INTRODUCES.search(cited):
            return None
        return failure("other_role", f"{cited[:120]!r} speaks of {match['subject']!r}")
    return failure("not_told", f"{asks[:120]!r}: {cited[:120]!r} does not say it")


def _check_elsewhere(asks: str, sample: Sample, cited: str, facts: Facts) -> Finding | None:
    """A question all of whose words stand in another line than the cited ones."""
    words = own_words(asks)
    if len(words) < 2 or _RELATES.search(asks) or 2 * len(words & content(cited)) >= len(words):
        return None
    lanes, own = {item.lane for item in sample.evidence}, {item.span for item in sample.evidence}
    for line in (span.words for lane in lanes for span in facts.video.lane(lane) if span.id not in own):
        if words <= content(line):
            return failure("not_told", f"{asks[:120]!r} asks about {line[:80]!r}, not about {cited[:80]!r}")
    return None
