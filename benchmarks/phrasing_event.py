"""An event in the forms of words that templates need: number and agreement. For phrasing_author.py."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from witness import in_words as small

_PLURAL = {
    "does": "do", "has": "have", "is": "are", "was": "were", "fails": "fail", "refuses": "refuse",
    "manages": "manage", "avoids": "avoid", "declines": "decline", "neglects": "neglect", "omits": "omit",
    "begins": "begin", "starts": "start", "stops": "stop", "keeps": "keep", "goes": "go", "gets": "get",
    "succeeds": "succeed", "spends": "spend", "takes": "take",
}  # fmt: skip
_PLURAL |= {f"{one}n't": f"{_PLURAL[one]}n't" for one in ("does", "has", "is", "was")}
_AFTER_SUBJECT = re.compile(r"(?<!of )(?<!without )(?<!with )(?<!for )(?<!from )(?<!by )(?<!about )"
                            r"(\{[Tt]he\} )([^{},.;:!?–—]*)")  # fmt: skip
_BEFORE_SUBJECT = re.compile(r"\b(do|ha|i|wa)(?:es|s)(n't)?(?= \{the\})", re.I)
_INVERTED = re.compile(
    r"(?:^|[.;:!?] |\b(?:time|point|moment|stage|instant|never|nowhere|once|what|when|where|how)\b.*)$", re.I
)


def in_words(n: int, joint: str = " and ") -> str:
    """``2150`` as ``two thousand one hundred and fifty``."""
    if n < 100:
        return small(n)
    size, name = (100, "hundred") if n < 1000 else (1000, "thousand")
    rest = n % size
    between = joint if rest and rest < 100 else " "
    return f"{in_words(n // size, joint)} {name}" + (f"{between}{in_words(rest, joint)}" if rest else "")


def cap(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Event:
    """An event in the forms that templates need."""

    given: str

    def _parts(self, rng: Random | None) -> tuple[str, list[str], str]:
        subject, verb, rest = self.given.split("|")
        if rng is not None and rng.random() < 0.5:
            rest = re.sub(r" ?\[[^]]*\]", "", rest)
        return subject, verb.split(","), re.sub(r"[\[\]]", "", rest)

    @property
    def text(self) -> str:
        """As it stands on the lane."""
        subject, verb, rest = self._parts(None)
        return f"{subject} {verb[0]} {rest}"

    @property
    def denied(self) -> str:
        """As it stands on the lane when it does not happen."""
        subject, verb, rest = self._parts(None)
        return f"{subject} {'do' if self.plural else 'does'} not {verb[1]} {rest}"

    @property
    def the(self) -> str:
        subject = self._parts(None)[0]
        return subject if subject.startswith("the ") else "the " + re.sub(r"^an? ", "", subject)

    @property
    def plural(self) -> bool:
        third, base, *_ = self._parts(None)[1]
        return third == base

    def fill(self, template: str, fields: dict[str, str]) -> str:
        """*template* with *fields*; the verbs that belong to the subject are plural when it is."""
        if self.plural:
            template = _AFTER_SUBJECT.sub(lambda found: found[1] + _in_plural(found[2], 1), template)
            template = _BEFORE_SUBJECT.sub(
                lambda found: _in_plural(found[0], 1) if _INVERTED.search(template[: found.start()]) else found[0],
                template,
            )
        return template.format(**fields)

    def clause(self, rng: Random) -> str:
        subject, verb, rest = self._parts(rng)
        return f"{subject if rng.random() < 0.4 else self.the} {verb[0]} {rest}"

    def noun(self, rng: Random) -> str:
        _, verb, rest = self._parts(rng)
        return f"{self.the} {verb[2]} {rest}"

    def fields(self, rng: Random) -> dict[str, str]:
        _, (third, base, ger, past), rest = self._parts(rng)
        return {"the": self.the, "The": cap(self.the), "third": third, "base": base, "ger": ger, "past": past,
                "rest": rest, **both("said", self.clause(rng)), **both("np", self.noun(rng))}  # fmt: skip


def _in_plural(text: str, most: int) -> str:
    """*text* with its verbs, *most* of them or all, in the plural."""
    words = re.compile(rf"\b(?:{'|'.join(sorted(_PLURAL, key=len, reverse=True))})(?![\w'])", re.I)
    return words.sub(lambda word: cased(word[0], _PLURAL[word[0].lower()]), text, count=most)


def cased(like: str, word: str) -> str:
    return cap(word) if like[0].isupper() else word


def both(name: str, text: str) -> dict[str, str]:
    """*text* under *name*, and with a capital under the name with one."""
    return {name: text, cap(name): cap(text)}
