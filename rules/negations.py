"""Negations in English prose: whether a clause says that something does not happen."""

from __future__ import annotations

import re

from .denial_idioms import without_idioms
from .lazy_pattern import lazy

_NEGATIVE = lazy(
    r"\b(?:not|never|cannot|no|none|nobody|no one|nothing|nowhere|neither|nor|without|unable to|in vain|absent"
    r"|missing|lacking|\w+n['’]t"
    r"|(?:fail|refus|declin|neglect|omit)(?:s|es|ed|ing|e)? (?:to|in|at)|avoid|(?:avoid|miss)(?:s|es|ed|ing)|failures?"
    r"|unsuccessful(?:ly)?|to no avail|falls? short"
    r"|(?:stop|stops|stopped|stopping) short|refrain(?:s|ed|ing)? from|(?:prevented|kept|barred|stopped|stays? away"
    r"|abstains?) from"
    r"|(?:forget|forgets|forgot) to|unwilling to|impossible|absence of|(?:has|have|had|is|are) yet to|anything but"
    r"|instead of|rather than"
    r"|out of the question"
    r"|untrue|false|wrong|mistaken|a mistake|incorrect|lacks?|free (?:of|from)|(?:steer|stay|keep"
    r"|kept)\w* (?:well |right )?clear of|(?:hardly|scarcely) ever|far from"
    r"|zero(?= (?:times|instances|occurrences|frames|shots|seconds of|evidence|signs?|footage|traces?)\b)"
    r"|(?:de)?void of"
    r"|dearth of|lack of|(?:omits?|excludes?|leaves? out)(?= (?:any|the|all|every|showing)\b)|fabricat(?:ed|ion)"
    r"|made[- ]up"
    r"|myth|nonsense|hallucinat(?:ed|ion)|bogus|unfounded|groundless|baseless|inaccurate|misleading|contradicted"
    r"|refuted"
    r"|unsupported|unconfirmed|unseen|nope|nah|nay"
    r"|doubts?(?= (?:that|whether|if)\b)|decid(?:es?|ed) against|giv(?:es?|en) up before|gave up before)\b",
    re.IGNORECASE,
)
_HARMLESS = lazy(
    r"\b(?:cannot|can ?not|could not|would not|may not|nobody|no one|none|no|not|never"
    r"|\w+n['’]t)\b(?: \w+){0,4}? (?:den(?:y|ies|ied|ying)"
    r"|disput\w+|doubt(?:s|ed|ing)?|question(?:s|ed)|contest(?:s|ed|ing)?\b|overlook\w*"
    r"|hesitat\w+|argu\w+ with (?:that|this|it))\b"
    r"|\b(?:cannot|can ?not|could not|can['’]t|couldn['’]t|nobody can|no one can|nobody could|no one could)"
    r" (?:possibly )?(?:miss|mistake|help(?= \w+ing)|help but)\b|\bbeyond (?:all |any )?(?:doubt|question|dispute)\b|"
    r"(?:^|(?<=[.!?]\s))\W*(?:(?:oh|well|um|er|ah|hmm|so|yes|yeah|yep|okay|no|nope|nah)\W+)*(?:no|nope"
    r"|nah)(?:\s*[,–—:;!-]"
    r"|(?=\s+(?:(?:so|but|like|look|well|and|I mean) )*(?:the|an?|it|he|she|they|there|that"
    r"|this)\b(?!.*\?)(?=.*(?:\bnot\b|\bnever\b|n['’]t\b))))"
    r"|\bneither\b(?=.*\bnor\b)|\b(?:not|never),? (?=(?:not"
    r"|never)\b)|\b(?:no sooner|not until|not only|not just|not merely|not long|not far|no (?:fewer|less"
    r"|more|later|earlier|longer) than"
    r"|not (?:fewer|less|more) than|no doubt|nothing but|none other|without (?:a )?doubt"
    r"|nothing and(?= nobody| no one)|(?:nobody|no one) and(?= nothing)|not for nothing"
    r"|no question|nothing (?:else|more|besides|other)|not (?:before|after|earlier|later|sooner|until"
    r"|till)\b(?! all)|without being|far from it"
    r"|(?:not|nothing|never|nobody|\w+n['’]t)\b[^.;:]{0,80}\b(?:until|till)\b"
    r"|no matter|whether or not|(?:if|or|why) not|not (?:surprisingly|unexpectedly|to mention|least)|no surprise"
    r"|no (?:such )?(?:luck|joy|dice)(?=\W*[,.;:!]|\W*$)|no wonder|no problem|last but not least|no\. ?\d+|no \d+"
    r"|never mind)\b",
    re.IGNORECASE,
)
_CLAUSE = lazy(
    r"[.;!?]\s+|:\s+(?!to\s)|\s+[–—-]\s+|\n+|,\s+(?:and|but|then|while|whereas|so|yet)?\s*"
    r"|(?<!anything)(?<!nothing)(?<!help)\s+(?:but|while"
    r"|whereas|yet)\s+"
)
_WORDS_TEXT = (
    "such whatever whatsoever much as borne bear against odds very plain plainly camera catches most everyone "
    "everybody steer steers steered clear get gets how now "
    "statement but under account circumstances single elsewhere instant mistake mistaken holds hold idea something "
    "view refrains refrain "
    "leaves leave prevented prevent kept unwilling hardly scarcely else instead simply doubt doubts doubted confirm "
    "lacks lack contains contain free deny denies denied denying dispute disputed beyond question hesitate hesitates "
    "help whoever only so decides decide gives give up "
    "not never no none nobody nothing nowhere neither nor cannot without unable in vain absent missing lacking "
    "fail refuse decline neglect omit avoid miss point moment case true untrue false wrong far ever actually "
    "really any anybody anyone anything say stage occasion footage film recording seen watch viewer viewers we "
    "you i us me would will could should might may must see saw show observe notice spot find visible appear "
    "happen occur 1 sign trace claim evidence glimpse manages manage succeeds succeed like even way means kind "
    "sort once time finally end indeed able part here whole look looking search searching hint indication "
    "suggestion proof thing things fact contrary think thought expect expected have has had been be being done "
    "occurs clip video scene shot section segment passage stretch instance yes well clearly certainly definitely "
    "simply just sadly unfortunately turns turn out eventually ultimately note clear sure course assume believe "
    "suggest mention material screen frame frames picture images captured caught depicted displayed featured "
    "feature present happening going take place does did do that this it there is was am are were get gets got "
    "chance opportunity attempt try tries tried effort event action activity anywhere somewhere throughout during "
    "entire entirely all correct incorrect right mistaken said saying state stated told tell tells claimed "
    "claiming successful successfully proceed proceeds goes go ahead quite absolutely exactly precisely possible "
    "impossible sight seeing watching watched noticing showing shown showed observed noticed observing finding "
    "found what timeline log annotation annotations label labels record records according data notes"
    " seem seems include includes including idle idly around stay stays rather evidence suggest anywhere"
    " description listing twice let lets nope nah surely obviously apparently evidently"
    " happened occurred appeared appears verdict fail success still even simply therefore hence though however"
    " indicate indicates indicated prove proves proved point points"
    " than yep yup yeah okay question zero void devoid dearth omit omits exclude excludes fabricated fabrication made "
    "myth nonsense hallucinated"
    " hallucination bogus unfounded groundless baseless inaccurate misleading contradicted refuted unsupported "
    "unconfirmed"
    " unseen notion assertion allegation rumour altogether whatsoever anymore although nonetheless nevertheless"
)
WORDS = frozenset(_WORDS_TEXT.split())
"""Words that a denial, or an assertion, may add to what it speaks of."""


def denies(clause: str) -> bool:
    """Whether *clause* is negative; of two negations the one takes away the other."""
    return len(_NEGATIVE.findall(_HARMLESS.sub(" ", without_idioms(clause)))) % 2 == 1


def clauses(text: str) -> list[str]:
    """The clauses of *text*, each with a polarity of its own.

    ``Not shown: a dog runs.`` is one, and so is ``A dog runs? That never happens.``
    """
    text = without_idioms(text)
    text = _ASIDE.sub(lambda match: match[0] if set(re.findall(r"\w+", match[1].casefold())) - _ASIDES else " ", text)
    found = list[str]()
    at, opening, turned, adverb = 0, "", False, ""
    for end, after in [*(match.span() for match in _CLAUSE.finditer(text)), (len(text), len(text))]:
        part, mark = text[at:end].strip(), text[end:after].strip()
        at = after
        but, turned = turned, re.search(r"\b(?:but|yet)\b", text[end:after]) is not None
        if not part:
            continue
        words = {word for word in re.findall(r"[a-z]+", full(part).casefold()) if not word.endswith("ly")}
        bare = (denies(part) or part.casefold() in _NOS) and not words - WORDS - _ANAPHORA - _NOS
        if adverb and _INVERTED.match(part) and mark != "?":
            part, bare = f"{adverb} {part}", False  # "At no point, so far as one can tell, does it rain"
        adverb = part if bare and mark in ("", ",") and _NEGATIVE_ADVERB.match(part) else adverb if not mark else ""
        if bare and mark in (":", "–", "—") and part.casefold() not in ("no", "nope", "nah"):
            opening = part + " "
        elif bare and found and but:
            found[-1] = f"{found[-1]} not" if not denies(found[-1]) else found[-1]
        elif bare and found and (found[-1][-1] in "?:–—-" or _JUDGED.search(part) or part.casefold() in _NOS):
            found[-1] = f"{found[-1].rstrip('?:–—-')} not?" if not denies(found[-1]) else found[-1]
        elif mark == ":" and part.casefold() in _HEADINGS:
            continue
        elif part.casefold() not in ("no", "yes", "nope"):
            judged = denies(part) and (" " not in opening.strip() or not _JUDGED.search(opening))
            found.append(("" if judged else opening) + part + (mark if mark and mark in "?:–—-" else ""))
            opening = ""
    return found


_JUDGED = lazy(r"\b(?:true|so|case|right|correct|false|untrue|wrong)\b", re.IGNORECASE)
"""``Not true: …`` turns round what follows; ``False: …`` alone, and ``Nothing of the sort: …``, only announce it."""
_NOS = frozenset(("no", "nope", "nah", "nay", "negative", "not", "never", "not so", "hardly", "far from it", "as if"))
"""Replies that deny what was said or asked: ``It rains? Nope.``"""
_INVERTED = lazy(r"(?:does|do|did|is|are|was|were|has|have|had|can|could|will|would|may|might|should)\b", re.IGNORECASE)
_NEGATIVE_ADVERB = lazy(
    r"(?:never|nowhere|at no|in no|on no|under no|by no|for no|not (?:once|ever|even|for|at|in|a|one)|no (?:longer"
    r"|frame|shot))\b",
    re.IGNORECASE,
)
_HEADINGS = frozenset(("claim", "statement", "verdict", "answer", "fact check", "check", "result", "conclusion"))
"""``Claim: a dog runs. Verdict: false.``"""
_ANAPHORA_TEXT = "from that this it there the a of is was to so at in one"
_ANAPHORA = frozenset(_ANAPHORA_TEXT.split())
"""Words with which a clause speaks of the one before it."""

_ASIDE = lazy(r",\s+([^,.;:!?\n]{1,60}),\s+(?=[a-z])")
_ASIDES = WORDS | _ANAPHORA | {"quite", "we", "and", "by", "for"}
"""Words of a remark between two commas that says nothing: ``can be seen, quite plainly, running``."""


def full(text: str) -> str:
    """*text* with ``isn't`` as ``is not``, ``can't`` as ``can not`` and ``you'd`` as ``you would``."""
    for short, long in _SHORT.items():
        text = re.sub(short, long, text, flags=re.IGNORECASE)
    return text


_SHORT = {r"\bwon['’]t\b": "will not", r"\bcan['’]t\b": "can not", r"n['’]t\b": " not", r"['’]d\b": " would",
          r"['’]ll\b": " will", r"['’]re\b": " are", r"['’]ve\b": " have", r"\b(it|that|there|here|what|he"
        r"|she)['’]s\b": r"\1 is",
          r"\bi['’]m\b": "I am"}  # fmt: skip


def is_negative(word: str) -> bool:
    """Whether leaving *word* out of a quotation, or adding it, turns its sense round.

    A "no" does not count: it stands before a quotation for other reasons ("there is no …").
    """
    plain = word.casefold().replace("’", "'")
    ends = ("n't", "dont", "doesnt", "didnt", "wont", "cant", "isnt", "arent", "wasnt")
    return plain in ("not", "never", "cannot", "nobody", "nothing", "nowhere") or plain.endswith(ends)
