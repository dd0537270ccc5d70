"""Negations in English prose: whether a clause says that something does not happen."""

from __future__ import annotations

import re

_NEGATIVE = re.compile(
    r"\b(?:not|never|cannot|no|none|nobody|no one|nothing|nowhere|neither|nor|without|unable to|\w+n['’]t"
    r"|(?:fail|refus|declin|neglect|omit)(?:s|es|ed|ing|e)? to|(?:avoid|miss)(?:s|es|ed|ing)"
    r"|untrue|false|wrong|far from)\b",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\b(?:no sooner|not until|not only|not just|not merely|not long|not far|no (?:fewer|less"
    r"|more|later|earlier|longer) than"
    r"|not (?:fewer|less|more) than|no doubt|nothing but|none other|without (?:a )?doubt"
    r"|last but not least|no\. ?\d+|no \d+|never mind)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[.;:!?]\s+|\n+|,\s+(?:and|but|then|while|whereas|so|yet)?\s*|\s+(?:but|while|whereas|yet)\s+")
WORDS = frozenset(
    (
        *(
            "not",
            "never",
            "no",
            "none",
            "nobody",
            "nothing",
            "nowhere",
            "neither",
            "nor",
            "cannot",
            "without",
            "unable",
        ),
        *("fail", "refuse", "decline", "neglect", "omit", "avoid", "miss", "point", "moment", "case", "true", "untrue"),
        *(
            "false",
            "wrong",
            "far",
            "ever",
            "actually",
            "really",
            "any",
            "anybody",
            "anyone",
            "say",
            "stage",
            "occasion",
        ),
        *("footage", "film", "recording", "seen", "watch", "viewer", "we", "you", "would", "will", "could", "should"),
        *(
            "see",
            "saw",
            "show",
            "observe",
            "notice",
            "spot",
            "find",
            "visible",
            "appear",
            "happen",
            "occur",
            "1",
            "ever",
        ),
        *(
            "sign",
            "trace",
            "claim",
            "evidence",
            "glimpse",
            "manages",
            "manage",
            "succeeds",
            "like",
            "even",
            "way",
            "means",
            "kind",
            "sort",
            "once",
            "time",
        ),
        *("finally", "end", "indeed", "able", "succeed", "part", "here", "whole"),
    )
)
"""Words that a denial, or an assertion, may add to what it speaks of."""


def denies(clause: str) -> bool:
    """Whether *clause* is negative; of two negations the one takes away the other."""
    return len(_NEGATIVE.findall(_HARMLESS.sub(" ", clause))) % 2 == 1


def clauses(text: str) -> list[str]:
    """The clauses of *text*, each with a polarity of its own."""
    return [part for part in _CLAUSE.split(text) if part and part.strip()]


def full(text: str) -> str:
    """*text* with ``isn't`` as ``is not`` and ``won't`` as ``will not``."""
    return re.sub(
        r"n['’]t\b", " not", re.sub(r"\bwon['’]t\b", "will not", text, flags=re.IGNORECASE), flags=re.IGNORECASE
    )


def is_negative(word: str) -> bool:
    """Whether leaving *word* out of a quotation, or adding it, turns its sense round.

    A "no" does not count: it stands before a quotation for other reasons ("there is no …").
    """
    plain = word.casefold().replace("’", "'")
    ends = ("n't", "dont", "doesnt", "didnt", "wont", "cant", "isnt", "arent", "wasnt")
    return plain in ("not", "never", "cannot") or plain.endswith(ends)
