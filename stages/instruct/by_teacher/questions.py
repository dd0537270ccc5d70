"""Questions: a teacher writes questions and answers, each resting on spans that it cites."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from ....rules.clock import TimeSettings
from ....schemas import Demand, Failed, Measured, Part, Reply, Request, Sample, Span, Timeline
from ....schemas.settings_model import OnlyWith, Without
from ...prompting.frame_choice import Look, frames_of
from ...prompting.left_out import count_stretches, told_frames
from ...prompting.own_words import PromptSpec
from ...stage import Teacher, TeacherStage
from .. import questions_words as words
from ..asked_for import add, count_made, told
from .citations import Listing, lines_of, windows
from .question_replies import Personas, items_in, schema_of
from .reply_rules import BadReply

if TYPE_CHECKING:
    from .question_samples import Maker, QuestionJob

Explain = Literal["no", "field", "answer"]


class Questions(TimeSettings, TeacherStage):
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
    tasks: list[str] = Field(list(words.DEFAULT), min_length=1)
    """Families of questions: what, who, where, when, why, how, order, count, causal, counterfactual, prediction,
    summary, detailed, spatial, temporal, short_temporal, reasoning, hinted (the scene is described, then a detail of it
    is asked for: Vript-RR), dialogue, persona."""
    own: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], str] = Field(default_factory=dict)
    """Families of your own: what to ask, in a sentence or two: {theme: "Ask what the video is about."}. The answer is
    in words. Without ``tasks`` only these are asked."""
    min_spans: int = Field(1, ge=1)
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
    turns: Annotated[int, OnlyWith(tasks="dialogue")] = Field(3, ge=2, le=20)
    """Questions of a dialogue."""
    personas: Annotated[list[str], OnlyWith(tasks="persona")] = Field(default_factory=list)
    """Who asks, for the family persona: ["a cook who wants to try it"]; by default the teacher proposes them."""
    persona_count: Annotated[int, OnlyWith(tasks="persona"), Without("personas")] = Field(3, ge=1, le=20)
    """How many personas the teacher proposes."""
    window: float | None = Field(None, gt=0)
    """Seconds of a video that the teacher is told of at once; by default all of it."""
    max_spans: int = Field(80, ge=1)
    """Spans that it is told of at once."""
    look: Look | None = None
    """Frames of the stretch that it is shown besides: {count: 8}; by default none."""

    @model_validator(mode="before")
    @classmethod
    def _own_alone(cls, settings: object) -> object:
        if isinstance(settings, dict) and isinstance(settings.get("own"), dict) and "tasks" not in settings:
            return {**settings, "tasks": list(settings["own"])}
        return settings

    @field_validator("tasks")
    @classmethod
    def _once(cls, tasks: list[str]) -> list[str]:
        return list(dict.fromkeys(tasks))

    @model_validator(mode="after")
    def _known(self) -> Self:
        if taken := [task for task in self.own if task in words.FAMILIES]:
            raise ValueError(f"own: {', '.join(taken)} is there already; name yours otherwise")
        known = [*words.FAMILIES, *self.own]
        unknown = [task for task in self.tasks if task not in known]
        if unknown:
            raise ValueError(f"unknown task {', '.join(unknown)}; known: {', '.join(known)}")
        if unused := [task for task in self.own if task not in self.tasks]:
            raise ValueError(f"own: {', '.join(unused)} is not among the tasks, so that nothing of it is asked")
        return self

    def _family(self, task: str) -> words.Asked:
        return words.FAMILIES.get(task) or words.Asked("text", self.own[task])

    def asked_prompts(self) -> list[str]:
        return ["ask", "personas"] if "persona" in self.tasks and not self.personas else ["ask"]

    def wants_checks(self) -> set[str]:
        return set() if self.explain == "no" else {"rationale", "label"}

    def lanes_read(self) -> set[str]:
        return set(self.lanes) | (self.look.lanes() if self.look else set())

    def demand(self, seconds: float) -> Demand:
        parts = math.ceil(seconds / self.window) if self.window else 1
        people = len(self.personas) or self.persona_count
        each = min(parts, self.per_task)
        calls = sum(each * (people if task == "persona" else 1) for task in self.tasks)
        calls += "persona" in self.tasks and not self.personas
        shown = min(seconds / parts * 4, self.max_spans * 40)  # about 4 tokens for a second of lanes
        images = self.look.images() if self.look else 0
        told = 150 * math.ceil(self.per_task / each)
        return Demand(calls, calls * images, calls * (450 + shown), calls * told)

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        from .question_samples import Maker

        duration = video.seconds or math.inf
        clock = self.clock(duration)
        lines = lines_of(video, self.lanes, duration, silent=self.look is not None)
        parts = windows(lines, self.window, self.max_spans)
        if not parts:
            add(video, "without_words", 1)
            return video
        rng = video.random(self.key)
        jobs = self._jobs(parts, await self._people(video, teacher, parts[0]), rng)
        if not jobs:
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
            grounded=self.look is None,
        )
        made = [self._samples(video, maker, job, reply) for job, reply in zip(jobs, replies, strict=True)]
        samples = self._spread(jobs, made)
        count_made(video, self.tasks, samples)
        self.add_samples(video, samples)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The videos of which nothing could be asked, the families that were asked for and made nothing, and the
        keyframes that were left out for want of room."""
        lines = []
        if silent := int(totals.get("without_words", 0)):
            lanes = ", ".join(self.lanes)
            many = f"{silent} video{'' if silent == 1 else 's'}"
            lines.append(f"{self.name()}: nothing was asked about {many}: no span with words in {lanes}.")
        kinds = dict.fromkeys(self.tasks, "")
        cuts = told_frames(self.name(), totals, self.look)
        return "\n".join([*lines, *told(self.name(), totals, kinds), *cuts]) or None

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

    def _jobs(self, parts: Sequence[Listing], people: list[str], rng: Random) -> list[QuestionJob]:
        """The requests: each family's ``per_task`` items are spread over stretches that are picked at random."""
        from .question_samples import QuestionJob

        jobs = []
        for task in self.tasks:
            for persona in people if task == "persona" else [""]:
                chosen = sorted(rng.sample(range(len(parts)), min(len(parts), self.per_task)))
                for n, at in enumerate(chosen):
                    share = self.per_task // len(chosen) + (n < self.per_task % len(chosen))
                    jobs.append(QuestionJob(task, parts[at], share, persona, self._family(task), self.min_spans))
        return jobs

    def _request(self, video: Timeline, job: QuestionJob) -> Request:
        form = job.asked.form
        wrong, why = self._wants_wrong(job), self.explain != "no" and form != "dialogue"
        talk = form == "dialogue"
        noun = ("conversation" if talk else "question") + ("" if job.count == 1 else "s")
        what = job.asked.words.format(turns=self.turns, persona=job.persona)
        rules = [words.TASK.format(n=f"{job.count} {noun}", words=what), *(words.TALK if talk else words.GENERAL)]
        if self.min_spans > 1 and form in ("text", "prediction"):
            rules.append(words.SEVERAL.format(n=self.min_spans))
        if wrong:
            rules.append(words.WRONG.format(n=self.options - 1))
        if why:
            rules.append(words.WHY)
        ask, schema = "\n".join(rules), schema_of(form, wrong, why)
        return self._asked("ask", video, job.listing, ask, schema, {"n": job.count, "task": rules[0]})

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
            parts += [words.SHOWN, frames_of(video, listing.start, listing.end, self.look)]
        known |= {"lines": lines, "start": f"{listing.start:.1f}", "end": f"{listing.end:.1f}"}
        return self.prompter().request(name, words.SYSTEM, [*parts, ask], known, schema=schema)

    def _wants_wrong(self, job: QuestionJob) -> bool:
        return self.answers != "open" and job.asked.form in ("text", "prediction") and job.task != "summary"

    def _samples(self, video: Timeline, maker: Maker, job: QuestionJob, reply: Reply) -> list[list[Sample]]:
        """The samples of each good item of *reply*."""
        if not reply.ok:
            self.reject_reply(video, reply, self.lanes[0], Span(job.listing.start, job.listing.end))
            return []
        made: list[list[Sample]] = []
        for raw, item in zip(reply.value["items"], items_in(reply.value), strict=True):
            samples: list[Sample] = []
            try:
                if len(made) == job.count:
                    raise BadReply("more_than_asked", len(reply.value["items"]), job.count)
                sample = maker.open(job, item)
                choice = self.answers != "open" and job.task not in ("summary", "dialogue")
                if self.answers != "choice" or not choice:
                    samples.append(sample)
                if choice:
                    samples.append(maker.choice(sample, item.wrong, job.listing, self.options))
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
        told_why = {"why": why.detail} if why.detail else {}
        detail = json.dumps({"task": job.task, "item": raw, **told_why}, ensure_ascii=False)
        place = Span(job.listing.start, job.listing.end)
        measured = Measured(value=why.value, threshold=why.threshold, detail=detail)
        self.reject(video, self.lanes[0], place, why.reason, **measured)
