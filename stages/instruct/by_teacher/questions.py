"""Questions: a teacher writes questions and answers, each resting on spans that it cites."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from ....rules.clock import TimeSettings
from ....rules.language_key import shipped
from ....rules.language_words import ENGLISH, IN_ENGLISH
from ....rules.media_groups import members_of
from ....rules.own_attributes import check_attributes
from ....rules.query_times import QueryTimes, long_form
from ....schemas import Demand, Failed, Measured, Part, Reply, Request, Sample, Span, Timeline
from ....schemas.lane_names import KnownLanes
from ....schemas.settings_model import NoEffect, OnlyWith, Without
from ...prompting.frame_choice import MarkedLook
from ...prompting.hearing import Hearing, said_sound, written_from
from ...prompting.left_out import count_stretches, told_frames
from ...prompting.marks import shown_lines, unmarkable
from ...prompting.medium_words import medium_words
from ...prompting.own_words import PromptSpec
from ...stage import Misfit, Teacher, TeacherStage
from .. import questions_words as words
from ..asked_for import add, count_lost, count_made, no_time, told, why_lost
from ..family_rows import rows_by_teacher
from .citations import Listing, lines_of, parts_at, windows
from .own_families import FamilyName, OnlyFor, OwnFamily, check_families, check_room, families_of
from .question_replies import Personas, items_in, schema_of
from .question_replies import told as told_words
from .reply_rules import BadReply, check_echo

if TYPE_CHECKING:
    from .question_samples import Maker, QuestionJob

Explain = Literal["no", "field", "answer"]
PER_VIDEO = "others filled per_video"
NO_TIME = "images have no time"
TOO_SHORT = "no stretch with the {n} spans that it needs"
NONE_WRITTEN = "the teacher wrote none"


def _in_words(asked: words.Asked) -> bool:
    return asked.form in ("text", "prediction")


class Questions(Hearing, TimeSettings, TeacherStage):
    """Have a teacher write questions and answers from lanes; every one cites spans as its evidence.

    Times are those of the cited spans, orders and counts are worked out from them, and an answer never comes from a
    time in the teacher's words. What cites nothing, cites what was not shown, gives its answer away, or obeys a
    command that stands in the video's speech or text is rejected with its reason and kept as it was written.
    """

    renamed: ClassVar[Mapping[str, str]] = {"propose": "persona_count"}

    model_config = ConfigDict(populate_by_name=True)
    makes_samples: ClassVar[bool] = True
    prompts: ClassVar[Mapping[str, PromptSpec]] = {"ask": words.ASK_SPEC, "personas": words.PERSONAS_SPEC}

    lanes: list[str] = Field(["captions"], alias="from", min_length=1)
    """Lanes that are shown to the teacher, and that it cites: [captions, speech]."""
    tasks: list[str | OwnFamily] = Field(list(words.DEFAULT), min_length=1)
    """Families of questions: what, who, where, when, why, how, order, count, causal, counterfactual, prediction,
    summary, detailed, spatial, temporal, short_temporal, reasoning, hinted (the scene is described, then a detail of it
    is asked for: Vript-RR), dialogue, persona; and your own: {name: turns, ask: "Ask which way things turn.", form:
    when}, whose form says how the answer is made and worked out again."""
    own: dict[FamilyName, str] = Field(default_factory=dict)
    """Families of your own in short, whose answers are in words: what to ask, in a sentence or two: {theme: "Ask what
    the video is about."}. Without ``tasks`` only these are asked."""
    min_spans: Annotated[int, OnlyFor("of the form text or prediction", _in_words)] = Field(1, ge=1)
    """The least number of spans that a question whose answer is in words needs: 2 for what one frame cannot answer."""
    per_task: int = Field(2, ge=1)
    """At most so many of one family for a video; of persona, for each persona."""
    per_video: int | None = Field(None, ge=1)
    """At most so many for a video, spread over the families."""
    answers: Literal["open", "choice", "both"] = "open"
    """Open questions, multiple choice, or each question as both. Summaries and dialogues are always open."""
    options: Annotated[int, OnlyWith(answers=("choice", "both"))] = Field(4, ge=3, le=10)
    """Options of a multiple choice. The teacher writes the wrong ones; those of when, order and count come by rule."""
    explain: Explain = "no"
    """Have it say how one can tell (LITA): ``field`` keeps that as the rationale only, ``answer`` puts it behind
    the answer too. Not for dialogues."""
    turns: Annotated[int, OnlyWith(tasks="dialogue") | OnlyWith(tasks__form="dialogue")] = Field(3, ge=2, le=20)
    """Questions of a dialogue."""
    personas: Annotated[list[str], OnlyWith(tasks="persona")] = Field(default_factory=list)
    """Who asks, for the family persona: ["a cook who wants to try it"]; by default the teacher proposes them."""
    persona_count: Annotated[int, OnlyWith(tasks="persona"), Without("personas")] = Field(3, ge=1, le=20)
    """How many personas the teacher proposes."""
    window: float | None = Field(None, gt=0)
    """Seconds of a video that the teacher is told of at once; by default all of it."""
    max_spans: int = Field(80, ge=1)
    """Spans that it is told of at once."""
    at: Annotated[QueryTimes | None, BeforeValidator(long_form), Without("window")] = None
    """Have questions asked at times of the video, each of what is over by then, and show no more than that
    (``seen_end``): middle, {every: 30}, {shares: [0.25, 0.75]}, or {after: LANE, delay: 2}. Those of the form
    prediction are about what comes later. By default they are about the whole video."""
    look: MarkedLook | None = None
    """Frames of the stretch that it is shown besides: {count: 8}; by default none."""
    attributes: list[str] = Field(default_factory=list)
    """What samples keep among their parameters of what is known of their video, as columns of its manifest are, where
    it is known: [category]."""

    @model_validator(mode="before")
    @classmethod
    def _own_alone(cls, settings: object) -> object:
        if isinstance(settings, dict) and isinstance(settings.get("own"), dict) and "tasks" not in settings:
            return {**settings, "tasks": list(settings["own"])}
        return settings

    @field_validator("attributes")
    @classmethod
    def _own_attributes(cls, attributes: list[str]) -> list[str]:
        check_attributes(attributes)
        return attributes

    @field_validator("tasks")
    @classmethod
    def _once(cls, tasks: list[str | OwnFamily]) -> list[str | OwnFamily]:
        return [task for n, task in enumerate(tasks) if not (isinstance(task, str) and task in tasks[:n])]

    @model_validator(mode="after")
    def _known(self) -> Self:
        check_families(self.tasks, self.own)
        check_room(self.families(), self.min_spans, self.max_spans)
        for n, task in enumerate(self.tasks):
            if isinstance(task, OwnFamily) and task.distractors and not self._choices(self.families()[task.name]):
                raise NoEffect({f"tasks.{n}.distractors": "has no effect on open questions: give options too"})
        return self

    def families(self) -> dict[str, words.Asked]:
        """The families that are asked for, by their names, which are the tasks of their samples."""
        return families_of(self.tasks, self.own, self.min_spans)

    @classmethod
    def family_rows(cls) -> list[list[str]]:
        return list(rows_by_teacher())

    def own_tasks(self) -> set[str]:
        return set(self.families()) - set(words.FAMILIES)

    def asked_prompts(self) -> list[str]:
        return ["ask", "personas"] if "persona" in self.tasks and not self.personas else ["ask"]

    def wants_checks(self) -> dict[str, set[str]]:
        told = any(asked.form not in ("count", "order") for asked in self.families().values())
        wanted = {"grounding"} if told else set()
        wanted |= {"well_formed"} if told and self.answers != "choice" else set()
        return {"": wanted | ({"rationale", "label"} if self.explain != "no" else set())}

    def lanes_read(self) -> set[str]:
        told = {self.at.after} if self.at is not None and self.at.after else set()
        return set(self.lanes) | told | (self.look.lanes() if self.look else set()) | self.lanes_heard()

    def misfits(self, known: KnownLanes) -> Iterable[Misfit]:
        return unmarkable(self.look, self.lanes, known)

    def demand(self, seconds: float) -> Demand:
        parts = math.ceil(seconds / self.window) if self.window else self.at.count(seconds) if self.at else 1
        people = len(self.personas) or self.persona_count
        calls = int("persona" in self.tasks and not self.personas)
        told = 150 * calls
        for task, asked in self.families().items():
            times, number = people if task == "persona" else 1, asked.number or self.per_task
            each = min(parts, number)
            calls += times * each
            told += 150 * times * each * math.ceil(number / each)
        shown = min(seconds / parts * 4, self.max_spans * 40)  # about 4 tokens for a second of lanes
        images = self.look.images() if self.look else 0
        heard = calls * self.seconds_heard(seconds / parts)
        return Demand(calls, calls * images, calls * (450 + shown), told, heard)

    def remarks(self) -> list[str]:
        timed = [task for task, asked in self.families().items() if asked.rule == "moment_retrieval"]
        if not self.language or shipped(self.language) is not None or not timed:
            return []
        return [f"answers by rule have no words in {self.language}: those of {', '.join(timed)} are in English."]

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        from .question_samples import Maker

        duration = video.seconds or math.inf
        clock = replace(self.clock(duration), language=shipped(self.language or ENGLISH) or IN_ENGLISH)
        lines = lines_of(video, self.lanes, duration, silent=self.look is not None)
        if self.at is not None:
            parts = parts_at(lines, self.at, video, self.max_spans)
        else:
            parts = windows(lines, self.window, self.max_spans)
        if not parts:
            timeless = self.at is not None and not self.at.times(video)
            add(video, "without_words" if not lines else "without_times" if timeless else "too_early", 1)
            return video
        rng = video.random(self.key)
        jobs = self._jobs(video, parts, await self._people(video, teacher, parts[0]), rng)
        if not jobs:
            count_made(video, self.families(), ())
            return video
        count_stretches(video, [(job.listing.start, job.listing.end) for job in jobs], self.look)
        replies = await teacher.ask([self._request(video, job) for job in jobs])
        if not any(reply.ok for reply in replies):
            raise Failed(replies[0].failure, replies[0].detail)
        maker = Maker(
            video,
            clock,
            self.teacher or str(getattr(teacher, "name", "") or "teacher"),
            rng,
            written_from(video, self, frames=self.look is not None),
        )
        made = [self._samples(video, maker, job, reply) for job, reply in zip(jobs, replies, strict=True)]
        samples = self._spread(jobs, made)
        count_made(video, self.families(), samples)
        left = {sample.task for sample in samples}
        for task in {job.task for job, found in zip(jobs, made, strict=True) if found} - left:
            count_lost(video, task, PER_VIDEO)
        known = {name: video.attrs[name] for name in self.attributes if video.attrs.get(name)}
        for sample in samples:
            sample.params |= known
        self.add_samples(video, samples)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The videos of which nothing could be asked, the families that were asked for and made nothing, each with the
        reason, and the keyframes that were left out for want of room."""
        lines = []
        lanes = ", ".join(self.lanes)
        if silent := int(totals.get("without_words", 0)):
            lines.append(f"{self.name()}: nothing was asked about {_videos(silent)}: no span with words in {lanes}.")
        lines += no_time(self.name(), totals)
        if early := int(totals.get("too_early", 0)):
            over = f"at no time of `at` a span with words in {lanes} is over, and may be shown"
            lines.append(f"{self.name()}: nothing was asked about {_videos(early)}: {over}.")
        families = self.families()
        why = {task: why_lost(totals, task) or NONE_WRITTEN for task in families}
        cuts = told_frames(self.name(), totals, self.look)
        return "\n".join([*lines, *told(self.name(), totals, dict.fromkeys(families, ""), why), *cuts]) or None

    async def _people(self, video: Timeline, teacher: Teacher, listing: Listing) -> list[str]:
        """The personas who ask; none when that family is not wanted, or when the teacher proposes none."""
        if "persona" not in self.tasks or self.personas:
            return self.personas
        ask = words.PERSONAS.format(n=self.persona_count)
        schema = Personas.model_json_schema()
        request = self._asked("personas", video, listing, ask, schema, {"n": self.persona_count})
        (reply,) = await teacher.ask([request])
        if not reply.ok:
            self.reject_reply(video, reply, self.lanes[0], Span(listing.start, listing.end))
            return []
        return [" ".join(one.split()) for one in Personas.model_validate(reply.value).personas[: self.persona_count]]

    def _jobs(self, video: Timeline, parts: Sequence[Listing], people: list[str], rng: Random) -> list[QuestionJob]:
        """The requests: the items of each family are spread over stretches that are picked at random."""
        from .question_samples import QuestionJob

        jobs = []
        timeless = medium_words(video) is not None
        for task, asked in self.families().items():
            if timeless and asked.needs_time:
                count_lost(video, task, NO_TIME)
                continue
            later = self.at is not None and asked.form == "prediction"
            listings = [part.with_later() if later else part for part in parts]
            if asked.same_label:
                listings = [part.by_label(asked.least) for part in parts]
            able = [
                n for n, one in enumerate(listings) if len(one.lines) >= asked.least and (parts[n].later or not later)
            ]
            if not able:
                count_lost(video, task, TOO_SHORT.format(n=asked.least))
            number = asked.number or self.per_task
            for persona in people if task == "persona" else [""]:
                chosen = sorted(rng.sample(able, min(len(able), number)))
                for n, at in enumerate(chosen):
                    share = number // len(chosen) + (n < number % len(chosen))
                    jobs.append(QuestionJob(task, listings[at], share, persona, asked, self.min_spans))
        return jobs

    def _request(self, video: Timeline, job: QuestionJob) -> Request:
        form = job.asked.form
        choices, why = self._choices(job.asked), self.explain != "no" and form != "dialogue"
        wrong = choices > 0 and job.asked.wants_wrong
        talk = form == "dialogue"
        noun = ("conversation" if talk else "question") + ("" if job.count == 1 else "s")
        what = job.asked.said(self.turns, job.persona)
        rules = [words.TASK.format(n=f"{job.count} {noun}", words=what), *(words.TALK if talk else words.GENERAL)]
        if job.listing.asked_at is not None:
            told_when = words.NEXT if form == "prediction" else words.AT
            rules.insert(1, told_when.format(time=f"{job.listing.asked_at:.1f}"))
        if job.asked.same_label:
            rules.append(words.SAME_LABEL.format(n=job.asked.least))
        elif self.min_spans > 1 and form in ("text", "prediction"):
            rules.append(words.SEVERAL.format(n=self.min_spans))
        task = rules[: 1 if job.listing.asked_at is None else 2]
        if wrong:
            rules.append(words.WRONG.format(n=choices - 1))
            if job.asked.distractors:
                rules.append(words.WRONG_KIND.format(distractors=job.asked.distractors))
                task += rules[-2:]
        if why:
            rules.append(words.WHY)
        ask, schema = "\n".join(rules), schema_of(form, job.listing.tags(), wrong, why)
        return self._asked("ask", video, job.listing, ask, schema, {"n": job.count, "task": "\n".join(task)})

    def _asked(
        self,
        name: str,
        video: Timeline,
        listing: Listing,
        ask: str,
        schema: dict[str, object],
        known: dict[str, object],
    ) -> Request:
        lines = listing.show()
        parts: list[Part] = [f"{words.LISTED}\n{lines}"]
        if self.look is not None:
            shown = (0.0, video.seconds) if members_of(video) else (listing.start, listing.end)
            parts += shown_lines(video, *shown, self.look, listing.lines, words.SHOWN)
        sounds = self.heard(video, listing.start, listing.end)
        parts += [*said_sound(sounds), *sounds]
        known |= {"lines": lines, "start": f"{listing.start:.1f}", "end": f"{listing.end:.1f}"}
        return self.prompter(video).request(name, words.SYSTEM, [*parts, ask], known, schema=schema)

    def _choices(self, asked: words.Asked) -> int:
        """The options of a family's multiple choice; 0: it is open."""
        if asked.form == "dialogue" or asked.whole:
            return 0
        if asked.options is not None:
            return asked.options
        return self.options if self.answers != "open" else 0

    def _samples(self, video: Timeline, maker: Maker, job: QuestionJob, reply: Reply) -> list[list[Sample]]:
        """The samples of each good item of *reply*."""
        if not reply.ok:
            self.reject_reply(video, reply, self.lanes[0], Span(job.listing.start, job.listing.end))
            count_lost(video, job.task, reply.failure)
            return []
        made: list[list[Sample]] = []
        told, own = told_words(job.asked.form, job.asked.words), self.prompter().words_of("ask")
        for raw, item in zip(reply.value["items"], items_in(reply.value), strict=True):
            samples: list[Sample] = []
            try:
                if len(made) == job.count:
                    raise BadReply("more_than_asked", len(reply.value["items"]), job.count)
                check_echo(told, job.listing, item.texts(), own)
                sample = maker.open(job, item, self.at)
                choices = self._choices(job.asked)
                if self.answers == "both" or not choices:
                    samples.append(sample)
                if choices:
                    samples.append(maker.choice(sample, job.asked, item.wrong, job.listing, choices))
            except BadReply as why:
                self._reject(video, job, raw, why)
            if self.explain == "answer":
                for sample in samples:
                    if sample.rationale:
                        sample.messages[-1].content += f" {sample.rationale}"
            if samples:
                made.append(samples)
        return made

    def _spread(self, jobs: Sequence[QuestionJob], made: list[list[list[Sample]]]) -> list[Sample]:
        """The samples in the order asked, or ``per_video`` of them: the first of each family, then the second …"""
        items = [item for found in made for item in found]
        if self.per_video is None or len(items) <= self.per_video:
            return [sample for item in items for sample in item]
        by_task: dict[str, list[list[Sample]]] = {}
        for job, found in zip(jobs, made, strict=True):
            by_task.setdefault(job.task, []).extend(found)
        rounds = max(len(found) for found in by_task.values())
        spread = [found[n] for n in range(rounds) for found in by_task.values() if n < len(found)]
        return [sample for item in spread[: self.per_video] for sample in item]

    def _reject(self, video: Timeline, job: QuestionJob, raw: object, why: BadReply) -> None:
        count_lost(video, job.task, why.reason)
        told_why = {"why": why.detail} if why.detail else {}
        detail = json.dumps({"task": job.task, "item": raw, **told_why}, ensure_ascii=False)
        place = Span(job.listing.start, job.listing.end)
        measured = Measured(value=why.value, threshold=why.threshold, detail=detail)
        self.reject(video, self.lanes[0], place, why.reason, **measured)


def _videos(count: int) -> str:
    return f"{count} video{'' if count == 1 else 's'}"
