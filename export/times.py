"""Writing the times of a sample anew, in another format, or not at all: a text is never half changed.

A time can be written anew where it is known which moment it stands for: in an answer that follows by rule (it is
worked out again from the evidence), in a question or a rationale where it is that of a cited span, and among options,
where it can be read back. Everything else stays as it is, and ``KeepTimes`` says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ..rules.clock import Clock, TimeSettings, clock_of
from ..rules.families.own_template import RULE
from ..rules.family import Family, hull
from ..rules.in_english import QUESTION, english_words
from ..rules.language_words import IN_ENGLISH
from ..rules.letters import LETTERS
from ..rules.quoted import mask_quotes
from ..rules.solve import rule_of
from ..rules.stamps import holds_time, stamps
from ..schemas import Dropped, Message, Sample

_BEFORE, _AFTER = r"(?<![\w.:])", r"(?!\w|[:.]\d)"
_DIGIT_BEFORE, _DIGIT_AFTER = r"(?<![\d.:])", r"(?![:.]?\d)"
"""The same where words are written without spaces."""
_FIGURE = re.compile(r"\d[.:]\d")
"""What may be a time in another language than English."""
_TRAIL = re.compile(r"(?<=\()[^()]+(?=\)$)|(?<=^Key moments: ).+(?=\.$)", re.MULTILINE)
"""Where a rationale names the times of the spans that a step cites."""


class KeepTimes(Exception):
    """The times of a sample cannot be written anew safely. ``reason`` is snake_case."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Times(TimeSettings):
    """How times are to be written."""

    def rewrite(self, sample: Sample) -> Sample:
        """*sample* with its times in this format; the same object when nothing in it changes.

        Raises:
            KeepTimes: that cannot be done safely.
        """
        if "time_format" not in sample.params:  # no clock of ours wrote it
            texts = [sample.question, sample.answer, sample.rationale, sample.rejected, *sample.options]
            _no_times([*texts, *(turn.content for turn in sample.messages)], None)
            return sample
        duration = float(sample.params.get("duration", "inf"))
        old = clock_of(sample.params, duration)
        try:
            new = replace(self.clock(duration), language=old.language)
        except Dropped as why:
            raise KeepTimes(why.reason) from None
        if old.params() == new.params():
            return sample
        return _Change(sample, old, new).made()


class _Change:
    """One sample on its way from clock *old* to clock *new*."""

    def __init__(self, sample: Sample, old: Clock, new: Clock) -> None:
        self.sample, self.old, self.new = sample, old, new
        self.family = rule_of(sample.task, sample.params)
        middle = (sample.evidence[0].start + sample.evidence[0].end) / 2 if sample.evidence else 0.0
        moment = float(sample.params.get("moment", middle))  # data sets of older versions name the middle
        self.moment = moment if sample.params.get("by") == old.number(moment) else None
        """The moment within the cited span by which the question names it, seconds."""

    def made(self) -> Sample:
        sample, family = self.sample, self.family
        question = self._question(sample.question, self.old, self.new)
        answer, options = sample.answer, sample.options
        if family is None:
            _no_times([answer, *options], self.old)
        else:
            if self._solved(family, self.old) != answer:
                raise KeepTimes("answer_not_by_rule")
            answer = self._solved(family, self.new)
            options = self._options(family, answer)
        rationale = self._rationale()
        params = {name: value for name, value in sample.params.items() if name not in ("tokens", "token")}
        if self.moment is not None:
            params["by"] = self.new.number(self.moment)
        if QUESTION in params:
            params[QUESTION] = self._question(params[QUESTION], _in_english(self.old), _in_english(self.new))
        changed = replace(
            sample,
            question=question,
            answer=answer,
            options=options,
            rationale=rationale,
            params=params | self.new.params(),
        )
        changed.messages = self._messages(changed)
        return changed

    def _solved(self, family: Family, clock: Clock) -> str:
        try:
            return family.solve(self.sample.evidence, self.sample.params, clock)
        except (LookupError, ValueError):  # its evidence or parameters are not what the rule needs
            raise KeepTimes("answer_not_by_rule") from None

    def _question(self, text: str, old: Clock, new: Clock) -> str:
        """The question *text*, in which every time is that of a cited span, or of the sample's stretch."""
        sample = self.sample
        known: dict[str, set[str]] = {}
        spans = [(one.start, one.end) for one in sample.evidence]
        if spans:
            whole = hull(sample.evidence)
            spans += [(whole.start, whole.end), (sample.start, sample.end)]
        for start, end in spans:
            known.setdefault(old.when(start, end), set()).add(new.when(start, end))
        if sample.params.get("rule") == RULE:
            for time in {time for span in spans for time in span}:
                known.setdefault(old.at(time), set()).add(new.at(time))
        if self.moment is not None:
            if not spans[0][0] <= new.parse(new.number(self.moment)) <= spans[0][1]:
                raise KeepTimes("too_coarse")
            known.setdefault(old.at(self.moment), set()).add(new.at(self.moment))
        return self._replaced(text, known, old)

    def _replaced(self, text: str, known: dict[str, set[str]], old: Clock) -> str:
        """*text* with each phrase of *known* that stands outside quotes replaced; no other time may be left."""
        masked, made, at = mask_quotes(text), "", 0
        rest = ""
        if known:
            phrases = sorted(known, key=len, reverse=True)
            before, after = (_BEFORE, _AFTER) if old.language.english else (_DIGIT_BEFORE, _DIGIT_AFTER)
            for match in re.finditer(before + "(?:" + "|".join(map(re.escape, phrases)) + ")" + after, masked):
                if len(known[match.group()]) > 1:
                    raise KeepTimes("ambiguous_time")
                made += text[at : match.start()] + next(iter(known[match.group()]))
                rest += masked[at : match.start()] + " … "
                at = match.end()
        _no_times([rest + masked[at:]], old)
        return made + text[at:]

    def _options(self, family: Family, answer: str) -> list[str]:
        """The options. Those that are stretches of time are read back: a finer format would mark the right one."""
        sample = self.sample
        if sample.options and family.answers != "window" and answer != sample.answer:  # the others hold times too
            raise KeepTimes("times_in_free_words")
        if not sample.options or family.answers != "window":
            return [answer if option == sample.answer else option for option in sample.options]
        self._not_finer()
        plain = english_words(sample)[2]
        made = [answer if n == sample.answer_index else self._read(option) for n, option in enumerate(plain)]
        if len(set(made)) < len(made):
            raise KeepTimes("options_coincide")
        return made

    def _read(self, option: str) -> str:
        old = _in_english(self.old)
        found = stamps(option, old)
        if len(found) != 1 or old.cap(found[0].start, found[0].end) + "." != option:
            raise KeepTimes("times_in_free_words")
        return self.new.cap(found[0].start, found[0].end) + self.new.language.answers.stop

    def _rationale(self) -> str:
        """The rationale: behind a step stand the times of the spans that it cites, written by the same clock."""
        text = self.sample.rationale
        exact = {self.old.when(one.start, one.end): (one.start, one.end) for one in self.sample.evidence}
        written: list[str] = []

        def write(match: re.Match[str]) -> str:
            phrases = []
            for phrase in match.group().split("; "):
                found = stamps(phrase, self.old)
                if len(found) != 1 or self.old.when(found[0].start, found[0].end) != phrase:
                    return match.group()
                if phrase not in exact:
                    self._not_finer()
                phrases.append(self.new.when(*exact.get(phrase, (found[0].start, found[0].end))))
            written.append(match.group())
            return "; ".join(phrases)

        made = _TRAIL.sub(write, text)
        rest = text
        for phrase in written:
            rest = rest.replace(phrase, " … ")
        _no_times([rest], self.old)
        return made

    def _not_finer(self) -> None:
        if self.new.resolution < self.old.resolution - 1e-9:
            raise KeepTimes("finer_than_written")

    def _messages(self, changed: Sample) -> list[Message]:
        """The turns with the changed question, options, answer and rationale in the places of the old ones."""
        sample = self.sample
        pairs = [
            (sample.question, changed.question),
            (sample.answer, changed.answer),
            (sample.rationale, changed.rationale),
            *zip(sample.options, changed.options, strict=True),
        ]
        grounded = "grounded" in sample.params
        if (all(one == two for one, two in pairs) and not grounded) or not sample.messages:
            return sample.messages
        *before, asked, told = sample.messages
        if any(turn.role != "system" for turn in before):
            raise KeepTimes("several_turns")
        if not (asked.content.startswith(sample.question) and told.content.endswith(sample.answer)):
            raise KeepTimes("message_unlike_sample")
        after = asked.content[len(sample.question) :]
        for letter, one, two in zip(LETTERS, sample.options, changed.options, strict=False):
            if f"\n{letter}. {one}" not in after:
                raise KeepTimes("message_unlike_sample")
            after = after.replace(f"\n{letter}. {one}", f"\n{letter}. {two}", 1)
        head = told.content.removesuffix(sample.answer)
        if sample.rationale:
            head = head.replace(sample.rationale, changed.rationale, 1)
        rest = head.replace(changed.rationale, "")
        if grounded:  # the stretch of the evidence stands before the answer
            whole = hull(sample.evidence)
            stretch, anew = self.old.cap(whole.start, whole.end), self.new.cap(whole.start, whole.end)
            head, rest = head.replace(stretch, anew, 1), rest.replace(stretch, "", 1)
        _no_times([rest], self.old)
        return [*before, replace(asked, content=changed.question + after), replace(told, content=head + changed.answer)]


def _in_english(clock: Clock) -> Clock:
    return replace(clock, language=IN_ENGLISH)


def _no_times(texts: Iterable[str], clock: Clock | None) -> None:
    texts = list(texts)
    other = clock is not None and not clock.language.english
    if holds_time(texts, clock) or (other and any(_FIGURE.search(mask_quotes(text)) for text in texts)):
        raise KeepTimes("times_in_free_words")
