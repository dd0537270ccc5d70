"""A question that was planned, put into words: in English, and in the language of the settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from ....rules.clock import Clock
from ....rules.family import Ask, Family
from ....rules.in_english import QUESTION
from ....rules.lane_kinds import nouns
from ....rules.lane_view import View
from ....rules.language_key import shipped
from ....rules.language_words import IN_ENGLISH, Language
from ....rules.media_groups import members_of
from ....schemas import Message, Sample, Timeline
from ...prompting.medium_words import medium_words
from ..asked_for import count_left_out, count_lost, count_unsuited


@dataclass(frozen=True, slots=True)
class Planned:
    """A question of *family* about *view*, with the slots as they are in English and as they are to be written."""

    family: Family
    view: View
    ask: Ask
    said: Ask


def ask_in(family: Family, view: View, rng: Random, limit: int, clock: Clock, language: Language) -> list[Planned]:
    """What *family* asks about *view*; *clock* writes English. The draws are the same in every language."""
    if language.english:
        return [Planned(family, view, ask, ask) for ask in family.ask(view, rng, limit, clock)]
    before = rng.getstate()
    asks = family.ask(view, rng, limit, clock)
    rng.setstate(before)
    said = family.ask(view, rng, limit, replace(clock, language=language))
    return [Planned(family, view, one, two) for one, two in zip(asks, said, strict=True)]


@dataclass
class Writer:
    """Writes the questions about one video."""

    clock: Clock
    """Writes English."""
    language: Language
    still: bool = False
    """Whether an image is asked about: then no phrasing of ours that names a video is taken."""
    left_out: list[str] = field(default_factory=list)
    """The tasks of the questions for which the language has no words."""

    def __post_init__(self) -> None:
        self.params = self.clock.params()
        self.said = replace(self.clock, language=self.language)

    def write(self, planned: Planned, rng: Random, own: Sequence[str] = ()) -> Sample | None:
        """The sample, in whose question one of the phrasings *own* stands, or else one of the family's.

        None: each phrasing would tell the answer, or the language has none, which is noted.
        """
        view, ask, family = planned.view, planned.ask, planned.family
        kind, share = view.kind, rng.random()
        evidence = view.cite(ask.cited)
        params = {**self.params, "kind": kind.name, **ask.params}
        english = own or self._fitting(family.questions(kind.name, ask.wording), self.clock.language)
        if not english:
            self.left_out.append(family.task)
            return None
        question = _filled(_one_of(english, share), view, ask)
        answer = family.solve(evidence, params, self.clock)
        if _leaks(family, question, answer):
            return None
        if ask.whole and self.clock.duration != float("inf"):
            start, end = 0.0, self.clock.duration
        elif len(evidence) == 1:
            start, end = evidence[0].start, evidence[0].end
        else:
            start, end = min([item.start for item in evidence]), max([item.end for item in evidence])
        if not self.language.english:
            texts = own or self._fitting(family.asked_in(self.language, kind.name, ask.wording), self.language)
            params |= {**self.language.params, QUESTION: question}
            answer = family.solve(evidence, params, self.said)
            # one that would tell the answer is passed over, which the one in English does not
            asked = [_filled(text, view, planned.said, self.language) for text in texts]
            fit = [text for text in asked if not _leaks(family, text, answer)]
            if not texts:
                self.left_out.append(family.task)
            if not fit:
                return None
            drawn = _one_of(asked, share)
            question = drawn if drawn in fit else _one_of(fit, share)
        messages = [Message("user", question), Message("assistant", answer)]
        return Sample(family.task, question, answer, start, end, evidence, params, messages=messages)

    def _fitting(self, texts: Sequence[str], language: Language) -> Sequence[str]:
        """Those of *texts* that can be asked of what is shown."""
        if not self.still:
            return texts
        noun = (IN_ENGLISH if language.english else shipped(language.name) or IN_ENGLISH).video.split()[-1].casefold()
        return [text for text in texts if noun not in text.casefold()]


def families_of(video: Timeline, families: Sequence[Family]) -> list[Family]:
    """Those of *families* that can ask about *video*; the others are counted: an image has no time, and a question of
    ours does not say which of several media it is about."""
    if medium_words(video) is None:
        return list(families)
    several = bool(members_of(video))
    fit = [family for family in families if family.timeless and not several]
    for family in families:
        if family not in fit:
            count_lost(video, family.task, "it is asked of one picture or video" if several else "images have no time")
    return fit


def note_families(video: Timeline, views: Sequence[View], families: Sequence[Family], *, named: bool) -> None:
    """Count what *families* leave out of *views*, and which of them were asked for by name and suit none."""
    for family in families:
        suited = [view for view in views if family.suits(view, named)]
        left = {what: why for view in suited for what, why in family.left_out(view).items()}
        count_left_out(video, family.task, left)
        if named and not suited:
            count_unsuited(video, family.task)


def _one_of(texts: Sequence[str], share: float) -> str:
    return texts[int(share * len(texts))]


def _filled(text: str, view: View, ask: Ask, language: Language | None = None) -> str:
    """The phrasing *text* with its slots filled."""
    one, many = nouns(view.lane, view.kind) if language is None else nouns(view.lane, view.kind, language)
    text = text.replace("{one}", one).replace("{many}", many)
    text = text.format(**ask.slots) if ask.slots else text
    if "part" in ask.slots:
        text += ask.slots["part"]
    if language is not None:
        return one_mark(text, language.answers.quotes[1])
    if '!"' in text or '?"' in text:  # one mark is enough
        text = text.replace('?"?', '?"').replace('?".', '?"').replace('!".', '!"')
    return text


def one_mark(text: str, closing: str) -> str:
    """*text* without a second mark at the end of a line, behind quoted words that end with one; where a question is
    opened too, it is closed."""
    asked = r"[.。]" if "¿" in text else r"[?？.。]"
    end = r"(?=\n|$)"
    text = re.sub(rf"([?？]\u00a0?{re.escape(closing.strip())})\s?{asked}{end}", r"\1", text)
    return re.sub(rf"([!！]{re.escape(closing)})\s?[.。]{end}", r"\1", text)


def _leaks(family: Family, question: str, answer: str) -> bool:
    """Whether the question holds the answer, as when the label asked for is the word "step" itself."""
    if family.answers not in ("text", "count"):
        return False
    return answer.strip('".,;:!?“”„«»。 \u00a0').casefold() in question.casefold()
