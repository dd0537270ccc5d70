"""Question chains: a teacher asks as the video goes on, each question in the light of the last answer."""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from ....rules.clock import TimeSettings
from ....rules.lane_kinds import fold
from ....rules.language_key import shipped
from ....rules.language_words import ENGLISH, IN_ENGLISH
from ....rules.lazy_pattern import lazy
from ....rules.query_times import LINK, QueryTimes, long_form
from ....schemas import Demand, Failed, Measured, Reply, Request, Sample, Span, Timeline, make_id
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ...stage import Teacher, TeacherStage
from .. import questions_words as words
from ..asked_for import add
from .citations import Listing, lines_of, parts_at
from .question_replies import items_in, schema_of
from .question_replies import told as told_words
from .question_samples import Maker, QuestionJob
from .reply_rules import BadReply, check_echo

OPENS = (
    "It is the first of several: ask about one thing, person or place, which the answer names in a few words, so that "
    "the next question can take it up."
)
FOLLOWS = (
    "It follows on from the last answer: speak of what that answer named as it, they, he, she, there or that, and do "
    "not name or describe it, so that nobody who does not know the answer can tell what is meant. Ask what has become "
    "of it since, or what it has to do with what has come since, and cite at least one span that ended after "
    "{before} s."
)
SO_FAR = "What was asked and answered before, in this order:"
_REFERS = lazy(
    r"\b(it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|there|that|this|those|these|one|ones|so|then)\b",
    re.IGNORECASE,
)
_ARTICLE = lazy(r"^(a|an|the|some|his|her|their|its)\s+", re.IGNORECASE)


class QuestionChain(TimeSettings, TeacherStage):
    """Have a teacher ask chains of questions while a video runs, each of which takes up the last answer.

    Each is asked at a later time than the one before, and the teacher is told of nothing that comes later. A question
    after the first speaks of the last answer without naming it, and rests on something that has come since. Its
    messages begin with the questions and the right answers so far; all of a chain are in one group (StreamingBench).
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True
    prompts: ClassVar[Mapping[str, PromptSpec]] = {
        "ask": PromptSpec(
            "Writes the next question of a chain, in a JSON that cites the lines by their tags.",
            "frames lines task n question start end",
            "lines task question",
        )
    }

    lanes: list[str] = Field(["captions"], alias="from", min_length=1)
    """Lanes that are shown to the teacher, and that it cites: [captions, speech]."""
    task: str = Field("question_chain", pattern=r"^[a-z][a-z0-9_]*$")
    """What the samples are called."""
    ask: str = Field("Ask what happens, what someone does, or what a thing is or does.", min_length=1)
    """What the questions ask for, in a sentence or two."""
    at: Annotated[QueryTimes, BeforeValidator(long_form)] = QueryTimes(every=30)
    """When they are asked: {every: 30}, {shares: [0.25, 0.5, 0.75]}, or {after: LANE, delay: 2}."""
    length: int = Field(5, ge=2, le=20)
    """Questions of a chain, at as many times in a row."""
    per_video: int = Field(1, ge=1)
    """Chains of a video at most, one after another."""
    options: int = Field(4, ge=0, le=10)
    """Options of each question, of which the teacher writes the wrong ones; 0: they are open."""
    max_spans: int = Field(80, ge=1)
    """Spans that it is told of at once: the last ones before the question."""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        if self.options in (1, 2):
            raise ValueError("options: 3 to 10, or 0 for open questions")
        return self

    def own_tasks(self) -> set[str]:
        return {self.task}

    def wants_checks(self) -> dict[str, set[str]]:
        return {"": {"chain", "grounding"}}

    def asked_prompts(self) -> list[str]:
        return ["ask"]

    def lanes_read(self) -> set[str]:
        return set(self.lanes) | ({self.at.after} if self.at.after else set())

    def demand(self, seconds: float) -> Demand:
        calls = min(self.at.count(seconds), self.length * self.per_video)
        return Demand(calls, 0, calls * (600 + min(seconds * 2, self.max_spans * 40)), calls * 150)

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        lines = lines_of(video, self.lanes, video.seconds or math.inf)
        parts = _with_news(parts_at(lines, self.at, video, self.max_spans))
        chains = [parts[n : n + self.length] for n in range(0, len(parts), self.length)][: self.per_video]
        chains = [chain for chain in chains if len(chain) > 1]
        if not chains:
            add(video, "too_few_times", 1)
            return video
        maker = self._maker(video, teacher)
        made = await asyncio.gather(*(self._chain(video, teacher, maker, n, one) for n, one in enumerate(chains)))
        for samples in made:
            self.add_samples(video, samples)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``question_chain: 3 chains with 14 questions; 1 video has fewer than two times with new words by then.``"""
        chains, asked = int(totals.get("chains", 0)), int(totals.get("questions", 0))
        said = [f"{chains} chain{'' if chains == 1 else 's'} with {asked} questions"]
        if few := int(totals.get("too_few_times", 0)):
            said.append(f"{few} video{' has' if few == 1 else 's have'} fewer than two times with new words by then")
        if short := int(totals.get("too_short", 0)):
            said.append(f"{short} came to fewer than two questions; the rejects say why")
        return f"{self.name()}: {'; '.join(said)}."

    def _maker(self, video: Timeline, teacher: Teacher) -> Maker:
        language = shipped(self.language or ENGLISH) or IN_ENGLISH
        clock = replace(self.clock(video.seconds or math.inf), language=language)
        name = self.teacher or str(getattr(teacher, "name", "") or "teacher")
        return Maker(video, clock, name, video.random(self.key), shown={})

    async def _chain(
        self, video: Timeline, teacher: Teacher, maker: Maker, number: int, parts: Sequence[Listing]
    ) -> list[Sample]:
        """The samples of one chain, asked at the times of *parts*; a question that breaks a rule is left out of it.

        Raises:
            Failed: not even the first request brought a reply.
        """
        group = make_id(video.id, self.key, self.task, number)
        found: list[Sample] = []
        for listing in parts:
            asked = words.Asked("text", "", ask=self._told(found))
            job = QuestionJob(self.task, listing, 1, "", asked)
            (reply,) = await teacher.ask([self._request(video, job, found)])
            if not reply.ok:
                if not found and listing is parts[0]:
                    raise Failed(reply.failure, reply.detail)
                self.reject_reply(video, reply, self.lanes[0], Span(listing.start, listing.end))
                continue
            if (sample := self._sample(video, maker, job, reply, found)) is None:
                continue
            sample.group = group
            sample.params[LINK] = str(len(found) + 1)
            sample.messages = [*(turn for turn in (found[-1].messages if found else [])), *sample.messages]
            found.append(sample)
        if len(found) < 2:
            add(video, "too_short", 1)
            for one in found:
                detail = json.dumps({"task": self.task, "question": one.question}, ensure_ascii=False)
                measured = Measured(value=1, threshold=2, detail=detail)
                self.reject(video, self.lanes[0], Span(one.start, one.end), "chain_too_short", **measured)
            return []
        add(video, "chains", 1)
        add(video, "questions", len(found))
        return found

    def _told(self, found: Sequence[Sample]) -> str:
        """What is asked for next, behind the questions *found* so far."""
        before = found[-1].seen_end if found else None
        return f"{self.ask} {OPENS if before is None else FOLLOWS.format(before=f'{before:.1f}')}"

    def _request(self, video: Timeline, job: QuestionJob, found: Sequence[Sample]) -> Request:
        listing, lines = job.listing, job.listing.show()
        rules = [words.TASK.format(n="1 question", words=job.asked.said(0, "")), *words.GENERAL[:3], words.TALK[-1]]
        rules.insert(1, words.AT.format(time=f"{listing.asked_at:.1f}"))
        task = rules[:2]
        if self.options:
            rules.append(words.WRONG.format(n=self.options - 1))
        before = "\n".join(f"{n}. {one.question}\n{one.answer}" for n, one in enumerate(found, 1))
        told = f"{SO_FAR}\n{material('questions so far', before)}" if found else ""
        schema = schema_of("text", listing.tags(), self.options > 0, False)
        known = {"lines": lines, "task": "\n".join(task), "n": 1, "question": told}
        known |= {"start": f"{listing.start:.1f}", "end": f"{listing.end:.1f}"}
        parts = [f"{words.LISTED}\n{lines}", *([told] if told else []), "\n".join(rules)]
        return self.prompter(video).request("ask", words.SYSTEM, parts, known, schema=schema)

    def _sample(
        self, video: Timeline, maker: Maker, job: QuestionJob, reply: Reply, found: Sequence[Sample]
    ) -> Sample | None:
        """The question of *reply*, behind those *found* so far; None where it breaks a rule, which is rejected."""
        raw = reply.value["items"][0]
        try:
            item = items_in(reply.value)[0]
            told = told_words("text", f"{self.ask} {OPENS} {FOLLOWS}")
            check_echo(told, job.listing, item.texts(), self.prompter().words_of("ask"))
            sample = maker.open(job, item, self.at)
            if found:
                self._follows(sample, found[-1])
            if self.options:
                sample = maker.choice(sample, job.asked, item.wrong, job.listing, self.options)
            return sample
        except BadReply as why:
            detail = json.dumps({"task": self.task, "item": raw, **({"why": why.detail} if why.detail else {})})
            place = Span(job.listing.start, job.listing.end)
            measured = Measured(value=why.value, threshold=why.threshold, detail=detail)
            self.reject(video, self.lanes[0], place, why.reason, **measured)
            return None

    def _follows(self, sample: Sample, before: Sample) -> None:
        """Check that *sample* takes up the answer of the question *before* it.

        Raises:
            BadReply: ``names_last_answer``: who does not know the last answer can tell what is meant;
                ``refers_to_nothing``: no word of it (in English) stands for something that was named before;
                ``nothing_new``: all that it rests on had been there when the last one was asked.
        """
        named = _ARTICLE.sub("", fold(before.answer))
        if named and f" {named} " in f" {fold(sample.question)} ":
            raise BadReply("names_last_answer", detail=before.answer)
        english = self.language in ("", None, ENGLISH)
        if english and not _REFERS.search(sample.question):
            raise BadReply("refers_to_nothing", detail=sample.question)
        last, since = max(item.end for item in sample.evidence), before.seen_end or 0.0
        if last <= since:
            raise BadReply("nothing_new", last, since)


def _with_news(parts: Sequence[Listing]) -> list[Listing]:
    """*parts*, which are asked one after the other, without those in which nothing has come since the last one."""
    found: list[Listing] = []
    for part in parts:
        if not found or max(line.end for line in part.lines) > (found[-1].asked_at or 0.0):
            found.append(part)
    return found
