"""Samples made from what a teacher wrote: times, orders and counts come from the cited spans, never from its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from ....rules.clock import Clock
from ....rules.family import find_families
from ....rules.lane_kinds import fold, kind_of
from ....rules.lane_view import WHOLE, View
from ....rules.letters import Letters, drawn_ask, item_of
from ....rules.option_lengths import FAR, choose_by_length, told_by_length
from ....rules.query_times import ASKED_AT, TENSE, QueryTimes, misplaced
from ....rules.solve import solve
from ....schemas import Message, Sample, Timeline, Verdict
from ....schemas.sample import INFERRED
from ..distractors import WrongAnswers
from ..questions_words import Asked
from .citations import CitedLine, Listing
from .question_replies import Item
from .reply_rules import (
    BadReply,
    check_answer,
    check_citation,
    check_count,
    check_labels,
    check_later,
    check_moment,
    check_order,
    check_text,
    says_once,
    share_in_evidence,
    shown_once,
)

SIMILAR = 80.0
"""Wrong answers that are alike to this degree (0..100, normalised edit similarity) are not used together."""


@dataclass(frozen=True, slots=True)
class QuestionJob:
    """One request: *count* items of a family about the spans of *listing*."""

    task: str
    listing: Listing
    count: int
    persona: str
    asked: Asked
    min_spans: int = 1
    """Spans that an answer in words rests on at least."""


class Maker:
    """Makes the samples of one video."""

    def __init__(self, video: Timeline, clock: Clock, teacher: str, rng: Random, shown: Mapping[str, str]) -> None:
        """*shown*: the parameter of what the teacher is shown besides words, if it is."""
        self.video, self.clock, self.teacher, self.rng = video, clock, teacher, rng
        self.shown, self.grounded = shown, not shown
        """Numbers in an answer must stand in the spans, unless the teacher is shown frames or sound too."""
        self._letters, self._lengths = Letters(rng), Letters(video.random("questions", "lengths"))
        self._known: set[tuple[str, float | None]] = set()
        self._whole = clock

    def open(self, job: QuestionJob, item: Item, at: QueryTimes | None = None) -> Sample:
        """The open sample of *item*, of a job that asks at one of the times *at*, if there are some.

        Raises:
            BadReply: the item breaks a rule.
        """
        make = {
            "text": self._text,
            "when": self._when,
            "order": self._order,
            "count": self._count,
            "prediction": self._prediction,
            "dialogue": self._dialogue,
        }
        time, future = job.listing.asked_at, job.asked.form == "prediction"
        self.clock = self._whole if time is None or future else replace(self._whole, duration=time)
        sample = make[job.asked.form](job, item)
        if at is not None and time is not None:
            sample.seen_start, sample.seen_end = at.seen(time)
            sample.params |= {ASKED_AT: repr(time), TENSE: "future" if future else "past"}
            if wrong := misplaced(sample):
                raise BadReply(wrong[0], wrong[1].end, time)
        key = fold(sample.question), time
        if key in self._known:
            raise BadReply("duplicate_question")
        self._known.add(key)
        return sample

    def choice(self, sample: Sample, asked: Asked, wrong: Sequence[str], listing: Listing, count: int) -> Sample:
        """*sample* as multiple choice of *count* options; the *wrong* ones are the teacher's, or found by rule.

        Raises:
            BadReply: ``too_few_distractors``, with how many there are; ``told_by_length``, with how many times as long
                as every wrong one the right option is, or as short.
        """
        finder = WrongAnswers(self.clock, self.rng, SIMILAR, ("same_video",))
        if asked.rule:
            lane, kind = sample.evidence[0].lane, sample.params["kind"]
            view = View(lane, kind, self.video.lane(lane), self.clock.duration)
            found = finder.answers(sample, find_families()[asked.rule], view, (), count - 1)
        else:
            found, taken = [], [fold(sample.answer)]
            for text in wrong:
                key = fold(text)
                if not _sound(listing, text):
                    continue
                if not any(finder.near(key, other) for other in taken):
                    found.append(" ".join(text.split()))
                    taken.append(key)
            found = choose_by_length(sample.answer, found, count - 1, self._lengths.next(count))
        if len(found) < 2:
            raise BadReply("too_few_distractors", len(found), 2)
        if (times := told_by_length([sample.answer, *found], 0)) is not None:
            raise BadReply("told_by_length", times, FAR)
        right = self._letters.next(len(found) + 1)
        return item_of(
            sample, [*found[:right], sample.answer, *found[right:]], drawn_ask(sample.params, self.rng), sample.group
        )

    def _text(self, job: QuestionJob, item: Item) -> Sample:
        lines = check_citation(job.listing, item.evidence)
        found = len(lines)
        if job.asked.same_label:
            check_labels(lines)
            found = len({line.start for line in lines})
        if found < (least := max(job.min_spans, 2 if job.asked.same_label else 1)):
            raise BadReply("too_few_spans", found, least)
        question, answer = self._prose(job, item, lines)
        sample = self._sample(job, question, answer, lines, item)
        if self.grounded and share_in_evidence(answer, lines) == 0:
            sample.checks.append(Verdict("words_in_evidence", "unsure", 0.0))
        return sample

    def _prediction(self, job: QuestionJob, item: Item) -> Sample:
        seen, later = check_citation(job.listing, item.seen), check_citation(job.listing, item.evidence)
        check_later(seen, later)
        question, answer = self._prose(job, item, [*seen, *later])
        sample = self._sample(job, question, answer, [*seen, *later], item)
        sample.start, sample.end = min(line.start for line in seen), max(line.end for line in seen)
        sample.seen_start, sample.seen_end = 0.0, sample.end
        sample.params["seen"] = " ".join(line.span for line in seen)
        return sample

    def _when(self, job: QuestionJob, item: Item) -> Sample:
        lines = check_citation(job.listing, item.evidence)
        question = self._question(job, item, lines)
        check_moment(lines, self.clock.duration, WHOLE)
        return self._sample(job, question, None, lines, item)

    def _count(self, job: QuestionJob, item: Item) -> Sample:
        lines = check_citation(job.listing, item.evidence)
        question = self._question(job, item, lines)
        check_count(lines, item.count)
        check_answer(question, str(len(lines)), lines, grounded=False)
        return self._sample(job, question, None, lines, item)

    def _order(self, job: QuestionJob, item: Item) -> Sample:
        if not item.events:
            raise BadReply("no_evidence")
        events = [(event.text, check_citation(job.listing, [event.tag])[0]) for event in item.events]
        lines = [line for _, line in events]
        check_order(lines)
        says_once(text for text, _ in events)
        shown_once(job.listing, events)
        question = self._question(job, item, lines)
        check_text(job.listing, lines, *(text for text, _ in events))
        shown = self.rng.sample(events, len(events))
        listed = "\n".join(f"{n}. {_line(text)}" for n, (text, _) in enumerate(shown, 1))
        return self._sample(job, f"{question}\n{listed}", None, [line for _, line in shown], item)

    def _dialogue(self, job: QuestionJob, item: Item) -> Sample:
        if len(item.turns) < 2:
            raise BadReply("too_few_turns", len(item.turns), 2)
        messages: list[Message] = []
        lines: dict[str, CitedLine] = {}
        rests: dict[str, str] = {}
        for n, turn in enumerate(item.turns, 1):
            said = check_citation(job.listing, turn.evidence)
            part = Item(question=turn.question, answer=turn.answer, evidence=turn.evidence)
            question, answer = self._prose(job, part, said)
            messages += [Message("user", question), Message("assistant", answer)]
            lines.update((line.tag, line) for line in said)
            rests[f"evidence_{n}"] = " ".join(line.span for line in said)
        says_once(message.content for message in messages[::2])
        ordered = sorted(lines.values(), key=lambda line: (line.start, line.end, line.tag))
        asked = "\n".join(message.content for message in messages[::2])
        told = "\n".join(message.content for message in messages[1::2])
        sample = self._sample(job, asked, told, ordered, item)
        sample.messages = messages
        sample.params |= {"turns": str(len(item.turns)), **rests}
        return sample

    def _question(self, job: QuestionJob, item: Item, lines: Sequence[CitedLine]) -> str:
        question = job.listing.without_tags(item.question)
        check_text(job.listing, lines, question)
        return question

    def _prose(self, job: QuestionJob, item: Item, lines: Sequence[CitedLine]) -> tuple[str, str]:
        question, answer = self._question(job, item, lines), job.listing.without_tags(item.answer)
        check_text(job.listing, lines, answer)
        check_answer(question, answer, lines, self.grounded)
        return question, answer

    def _sample(
        self, job: QuestionJob, question: str, answer: str | None, lines: Sequence[CitedLine], item: Item
    ) -> Sample:
        """The sample. When *answer* is None, the family's rule gives the answer."""
        evidence = [line.evidence() for line in lines]
        lane = lines[0].lane
        kind = kind_of(lane, self.video.lane(lane)) or "moment"
        kept = {name: lines[-1].attrs[name] for name in job.asked.keep if name in lines[-1].attrs}
        params = {**kept, **self.clock.params(), **self.shown, "kind": kind}
        if job.asked.same_label:
            params["label"] = lines[0].label
        if job.asked.rule:
            params["rule"] = job.asked.rule
        elif job.task in find_families():
            params["rule"] = ""  # its name is that of a family whose answers come by rule
        if job.asked.inferred:
            params[INFERRED] = "true"
        if job.persona:
            params["persona"] = job.persona
        if answer is None:
            answer = solve(job.task, evidence, params, self.clock.duration)
        why = job.listing.without_tags(item.why)
        if why:
            check_text(job.listing, lines, why)
        stretch = job.listing.lines if job.asked.form == "count" or job.asked.whole else lines
        start, end = min(line.start for line in stretch), max(line.end for line in stretch)
        messages = [Message("user", question), Message("assistant", answer)]
        return Sample(
            job.task,
            question,
            answer,
            start,
            end,
            evidence,
            params,
            messages=messages,
            rationale=why,
            teacher=self.teacher,
        )


def _sound(listing: Listing, text: str) -> bool:
    """Whether *text* can be a wrong answer: it may say what is not so, but not speak of tags, spans or times."""
    try:
        check_text(listing, listing.lines, text)
    except BadReply:
        return False
    return True


def _line(text: str) -> str:
    text = " ".join(text.split()).rstrip(".,;: ")
    return text[:1].upper() + text[1:] + "."
