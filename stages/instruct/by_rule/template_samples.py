"""Samples of a template: its question about one span, with an answer that follows from it and wrong options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import Random

from ....rules.clock import Clock
from ....rules.families.own_template import RULE, OwnTemplate
from ....rules.in_english import QUESTION
from ....rules.lane_kinds import fold
from ....rules.lane_view import WHOLE
from ....rules.language_words import IN_ENGLISH
from ....rules.letters import ASK, LETTERS, Letters, item_of
from ....rules.option_lengths import choose_by_length
from ....rules.region_slots import SLOT
from ....rules.spoken_lines import lines_within
from ....rules.template_slots import (
    NUMBERS,
    PLACES,
    VIDEO,
    contents,
    fill,
    lane_named,
    raw,
    said,
    slots_of,
    times_said,
)
from ....schemas import Evidence, Message, Sample, Timeline
from ..distractors import SPARE, too_alike
from .asked_places import AskedSpan, QueryTime
from .existing_options import GIVEN, ORDER
from .own_templates import Template

EDGE = 0.05
"""Seconds by which a span that is the whole video may miss its start and end."""
SHOWN = 40
"""Characters of an answer that a reason quotes."""
SIMILAR = 80.0
"""Texts that are alike to this degree (0..100, normalised edit similarity) are never options of one item."""


class NotAsked(Exception):
    """A span cannot be asked about with a template: the message says why."""


class TemplateMaker:
    """Makes the samples of one template in one video.

    Args:
        texts: for ``other_videos``, what the answer would be for spans of other videos.
    """

    def __init__(self, template: Template, video: Timeline, clock: Clock, rng: Random, texts: Iterable[str]) -> None:
        self.template, self.video, self.clock, self.rng = template, video, clock, rng
        self.texts = list(texts)
        self._letters, self._lengths = Letters(rng), Letters(rng)
        self._params = template.params()
        self._slots = contents(slots_of(template.answer))
        self._asked = [(text, slots_of(text)) for text in template.ask]
        asked = [set(contents(slots)) for _, slots in self._asked]
        self._told = sorted(set.intersection(*asked))
        """The slots, times aside, that every question has."""
        self._answer_places = bool(PLACES & set(slots_of(template.answer)))
        self._tells_when = "when" in slots_of(template.answer)
        self._rule = OwnTemplate()
        self._length = clock.duration
        self._query: QueryTime | None = None

    def samples_at(self, query: QueryTime) -> tuple[list[Sample], list[str]]:
        """What ``samples`` gives for the spans that are asked about at the time of *query*."""
        self._query = query
        length = self._length if query.tense == "future" else query.time
        self.clock = replace(self.clock, duration=length)
        return self.samples()

    def samples(self) -> tuple[list[Sample], list[str]]:
        """The samples in time order, and for each span that is not asked about the reason."""
        made: list[Sample] = []
        left: list[str] = []
        everywhere = self._all_places()
        known = [one for one in everywhere if self._query is None or not self._answer_places or self._query.known(one)]
        told = [(place, self._answer(place)) for place in known]
        for place in everywhere if self._query is None else self._query.places(everywhere):
            try:
                made.append(self._sample(place, told))
            except NotAsked as why:
                left.append(str(why))
        return made, left

    def answers(self) -> list[str]:
        """What the answer would be for each span, each once, for options of other videos."""
        found = [self._answer(place) for place in self._all_places()]
        return list(dict.fromkeys(answer for answer in found if isinstance(answer, str)))

    def _all_places(self) -> list[AskedSpan]:
        duration = self._length
        if self.template.of is None:
            return [AskedSpan(None, 0.0, 0.0 if duration == float("inf") else duration)]
        stretches = [
            (span, max(span.start, 0.0), min(span.end, duration)) for span in self.video.lane(self.template.of)
        ]
        return [AskedSpan(*one) for one in stretches if one[2] >= one[1] and one[1] < duration]

    def _evidence(self, place: AskedSpan) -> list[Evidence]:
        """What the answer about *place* follows from: an item for each of its slots.

        Raises:
            NotAsked: a slot is empty.
        """
        lane = self.template.of or VIDEO
        span = place.span.id if place.span else ""
        texts = {slot: self._raw(slot, place).strip() for slot in self._slots}
        if empty := [slot for slot, text in texts.items() if not text]:
            raise NotAsked(f"no {{{empty[0]}}}")
        told = texts or {"": place.span.words if place.span else ""}
        cited = {slot: (named, "") if (named := lane_named(slot)) else (lane, span) for slot in told}
        found = [Evidence(place.start, place.end, cited[slot][0], text, cited[slot][1]) for slot, text in told.items()]
        for item in found:
            if place.span is not None and item.span == span:
                item.boxes = list(place.span.boxes)
        return found

    def _raw(self, slot: str, place: AskedSpan) -> str:
        """What *place* has for a slot that does not speak of time, as it is cited."""
        if lane := lane_named(slot):
            return " ".join(lines_within(self.video.lane(lane), place.start, place.end))
        return raw(slot, place.span, self.video.attrs)

    def _answer(self, place: AskedSpan) -> str | NotAsked:
        """The answer about *place*, or why there is none."""
        try:
            return self._rule.solve(self._evidence(place), self._params, self.clock)
        except NotAsked as why:
            return why
        except ValueError as error:  # a number in no bin
            return NotAsked(re.sub(r"^\S+ lies", "the number lies", str(error)))

    def _sample(self, place: AskedSpan, told: Sequence[tuple[AskedSpan, str | NotAsked]]) -> Sample:
        answer = self._answer(place)
        if isinstance(answer, NotAsked):
            raise answer
        beside = {
            other
            for near, other in told
            if near.span is not place.span
            and isinstance(other, str)
            and _touch(place, near)
            and self._asked_alike(place, near)
        }
        if self._query is not None and self._query.moment == "now" and not self.template.options and beside:
            raise NotAsked("several spans go on at the time of the question")
        wrong = self._wrong(answer, beside, [one for _, one in told if isinstance(one, str)])
        question, known = self._question(place, answer, wrong)
        params = {**self.clock.params(), "rule": RULE, **self._params, **known, **self._attributes(place)}
        evidence, messages = self._evidence(place), [Message("user", question), Message("assistant", answer)]
        name = self.template.name
        sample = Sample(name, question, answer, place.start, place.end, evidence, params, messages=messages)
        if self._query is not None:
            sample.seen_start, sample.seen_end = self._query.seen(place)
            if self._query.moment == "due":
                messages[0].time, messages[1].time = self._query.time, place.end
        if not wrong:
            return sample
        right = self._letters.next(len(wrong) + 1)
        asks = self.clock.language.choose or ASK
        ask = asks[int(self.rng.random() * len(asks))]
        options = [*wrong[:right], answer, *wrong[right:]]
        if self.template.options is not None and self.template.options.order == "given":
            steps = list(map(fold, self._steps()))
            options.sort(key=lambda option: steps.index(fold(option)))
            sample.params[ORDER] = GIVEN
        return item_of(sample, options, ask, "")

    def _steps(self) -> list[str]:
        """The texts of the list, or the names of the bins, in their order."""
        options = self.template.options
        bins = options.number_bins() if options is not None else None
        return [one.name for one in bins.bins] if bins else list(options.listed if options is not None else [])

    def _attributes(self, place: AskedSpan) -> dict[str, str]:
        """What the sample about *place* keeps among its parameters, as far as there is something for its slots."""
        found = {}
        for name, text in self.template.attributes.items():
            known = self._known(place, slots_of(text), self.clock)
            if all(known[slot] for slot in slots_of(text)):
                found[name] = fill(text, known)
        return found

    def _asked_alike(self, one: AskedSpan, two: AskedSpan) -> bool:
        """Whether what is true of *two* may be right where *one* is asked about: not when the answer is one of a list
        and every question says by other words which of them it is about, as does "Is {text} seen?" with yes and no.
        """
        if not (self.template.options and self.template.options.listed) or self._answer_places:
            return True
        words = [[fold(self._raw(slot, place)) for slot in self._told] for place in (one, two)]
        return not self._told or words[0] == words[1]

    def _is_whole(self, place: AskedSpan) -> bool:
        """Whether *place* is the whole video; where nobody knows how long that is, its spans without times are."""
        known = self.clock.duration != float("inf")
        fills = place.start <= EDGE and place.end >= self.clock.duration - EDGE
        return place.span is None or (fills if known else place.end <= place.start)

    def _question(self, place: AskedSpan, answer: str, wrong: Sequence[str]) -> tuple[str, dict[str, str]]:
        """A question whose slots are filled and that does not hold the answer, and what is to be known of it: that it
        is about the span alone, where neither it nor the answer says where in the video that is.

        Raises:
            NotAsked: there is none.
        """
        reason = ""
        for text, slots in self._shuffled(place):
            known = self._known(place, slots, self.clock)
            if empty := [slot for slot in slots if not known[slot]]:
                reason = reason or f"no {{{empty[0]}}}"
                continue
            if (pointed := SLOT in text) and not (place.span and place.span.boxes):
                reason = reason or f"no box that {SLOT} could stand for"
                continue
            placed = pointed or self._answer_places or PLACES & set(slots) or self._is_whole(place)
            alone = self._query is None and not placed
            if alone and place.end <= place.start:
                reason = reason or "the span has no length, so that it cannot be shown alone"
                continue
            if self._answer_places and not PLACES & set(slots) and self._fits_others(place, slots):
                reason = reason or "other spans fit the question too"
                continue
            if self._tells_when and not PLACES & set(slots) and place.end - place.start >= WHOLE * self.clock.duration:
                reason = reason or "the span fills the video"
                continue
            past = self._query is not None and self._query.moment == "past"
            if past and not PLACES & set(slots) and self._fits_others(place, slots):
                reason = reason or "other spans fit the question too"
                continue
            question = fill(text, known)
            if (self._query is not None and self._query.moment == "due") or not gives_away(question, answer, wrong):
                params = {"about": "spans"} if alone else {}
                if not self.clock.language.english:
                    params[QUESTION] = fill(text, self._known(place, slots, replace(self.clock, language=IN_ENGLISH)))
                return question, params
            reason = "the question holds the answer"
        raise NotAsked(reason)

    def _shuffled(self, place: AskedSpan) -> list[tuple[str, list[str]]]:
        """The questions with their slots, in random order: the same at every time at which *place* is asked about."""
        if self._query is None:
            return self.rng.sample(self._asked, len(self._asked))
        told = [fold(self._raw(slot, place)) for slot in self._told]
        return self.video.random("asked at", self.template.name, told).sample(self._asked, len(self._asked))

    def _fits_others(self, place: AskedSpan, slots: Sequence[str]) -> bool:
        """Whether a question with *slots*, which is to be answered by a time, fits other spans than *place* as well."""
        words = contents(slots)
        own = [fold(self._raw(slot, place)) for slot in words]
        told = [
            [fold(self._raw(slot, other)) for slot in words]
            for other in self._all_places()
            if other.span is not place.span and (self._query is None or other.start < self._query.time)
        ]
        return any(all(one in two or two in one for one, two in zip(own, other, strict=True)) for other in told)

    def _known(self, place: AskedSpan, slots: Sequence[str], clock: Clock) -> dict[str, str]:
        """What fills *slots* of a question about *place*, with the times of *clock* and in its language."""
        texts = {slot: self._raw(slot, place) for slot in contents(slots)}
        words = {slot: said(slot, text, self.template.of or VIDEO, clock.language) for slot, text in texts.items()}
        return times_said(place.start, place.end, clock) | words

    def _wrong(self, answer: str, beside: set[str], here: Sequence[str]) -> list[str]:
        """Wrong options, none of them *beside*: what would be true of a span that shares time with the one asked about.

        Raises:
            NotAsked: there are too few, or the answer is none of those that are possible.
        """
        options = self.template.options
        if options is None:
            return []
        most, shut = options.most() - 1, set(map(fold, [answer, *beside]))
        if options.source:
            texts = here if options.source == "same_lane" else self.texts
            found = self._different(texts, [answer, *beside], SPARE * most)
            wrong = choose_by_length(answer, found, most, self._lengths.next(most + 1))
        else:
            if options.listed and fold(answer) not in map(fold, options.listed):
                raise NotAsked(f"{answer[:SHOWN]!r} is not in the list")
            possible = self._steps() or list(exchanged(answer, options.opposites()))
            found = [text for text in dict.fromkeys(possible) if fold(text) not in shut]
            wrong = self.rng.sample(found, min(most - len(options.besides), len(found)))
            wrong += options.besides if wrong else []
        if len(wrong) < options.least():
            lacks = (
                "no word of the answer is in antonyms" if options.antonyms and not wrong else "too few wrong options"
            )
            raise NotAsked(lacks)
        return wrong[: len(LETTERS) - 1]

    def _different(self, texts: Sequence[str], shut: Sequence[str], count: int) -> list[str]:
        """At most *count* of *texts* in random order, none alike to another or to those that are *shut*."""
        found: list[str] = []
        each = list(dict.fromkeys(texts))
        for text in self.rng.sample(each, len(each)):
            if len(found) < count and not any(self._alike(text, other) for other in (*shut, *found)):
                found.append(text)
        return found

    def _alike(self, one: str, two: str) -> bool:
        """Whether two answers may both be right: equal numbers, labels one of which holds the other, texts that differ
        in little."""
        names = {slot.partition(":")[0] for slot in slots_of(self.template.answer)}
        if names <= NUMBERS:
            return one == two
        return too_alike(fold(one), fold(two), SIMILAR if names & {"text", "attr", "lane"} else 100.0)


def gives_away(question: str, answer: str, wrong: Sequence[str]) -> bool:
    """Whether *question* holds *answer*, word for word, and not each of the *wrong* options too."""
    asked = f" {fold(question)} "
    held = [bool(fold(text)) and f" {fold(text)} " in asked for text in (answer, *wrong)]
    return held[0] and not (wrong and all(held))


def exchanged(answer: str, opposites: Sequence[tuple[str, str]]) -> Iterable[str]:
    """*answer* with the words of each pair exchanged for one another, where it holds one of them."""
    for pair in opposites:
        words = dict(zip(map(str.casefold, pair), reversed(pair), strict=True))
        forms = [re.escape(word) if not word.isascii() else rf"(?<!\w){re.escape(word)}(?!\w)" for word in words]
        pattern = re.compile("|".join(forms), re.IGNORECASE)
        changed = pattern.sub(partial(_like, words=words), answer)
        if changed != answer:
            yield changed


def _like(match: re.Match[str], words: Mapping[str, str]) -> str:
    """The opposite of the word that was found, with a capital letter where that has one."""
    other = words[match[0].casefold()]
    return other[:1].upper() + other[1:] if match[0][:1].isupper() else other


def _touch(one: AskedSpan, two: AskedSpan) -> bool:
    """Whether two spans share time, or are points at the same time."""
    return (one.start < two.end and two.start < one.end) or (one.start, one.end) == (two.start, two.end)
