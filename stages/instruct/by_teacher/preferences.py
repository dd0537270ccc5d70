"""Preferences: pairs of a better and a worse reply, for DPO."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from ....rules.pair_verdicts import CriterionName
from ....rules.solve import rule_of
from ....schemas import (
    Demand,
    Evidence,
    Failed,
    Frames,
    Message,
    Part,
    Reply,
    Sample,
    Span,
    Timeline,
    cited_span,
)
from ....schemas.settings_model import OnlyWith
from ....schemas.timeline import Cites
from ...prompting.frame_choice import Look
from ...prompting.left_out import count_stretches, told_frames
from ...prompting.own_words import PromptSpec
from ...stage import Teacher, TeacherStage
from .. import asked_for
from . import preferences_words as words
from .citations import words_of
from .harder_questions import harder_questions
from .preference_pairs import CHOSEN_SOURCE, Edit, Outcome, PairJob, PairMaker, PreferencePair, Source, shown_of
from .prompt_injection import gives_commands
from .reply_rules import BadReply
from .video_questions import video_questions

TASK = "preference"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch (seconds) that replies are asked about, by a question or, without one, for a description."""

    start: float
    end: float
    evidence: list[Evidence]
    about: str
    question: str = ""
    origin: Sample | None = None


class Preferences(TeacherStage):
    """Make pairs of a chosen and a rejected reply to the same prompt. How each rejected one came about is recorded,
    with the prompt that invited invention (``bad_prompt``) or what was done to the frames (``edit``).

    - ``bad_prompt``: the rejected reply answers a prompt that invites invention (STIC).
    - ``corrupted``: it answers spoiled frames: blurred, tiny, recoloured, shuffled (STIC).
    - ``self_critique``: answer, critique, revise; the first answer is rejected for the revised one (VideoSAVi).
    - ``best_of``: the worst of several drawn replies against the best, by a judge's marks, when a margin apart.
    - ``rivals``: the replies of two of several teachers, drawn by chance; ``judge_pairs`` says which is the better.

    That a rejected reply is worse is by design and not proven; ``verify`` and a judge may look at pairs afterwards.
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True
    prompts: ClassVar[Mapping[str, PromptSpec]] = words.SPECS

    about: Literal["samples", "spans", "video", "questions", "harder"] = "samples"
    """Prompts are the questions of open samples; or ask to describe each span of ``of``; or the whole video; or are
    ``questions`` that the teacher first asks of the whole video, from its frames (VideoSAVi); or ``harder`` ones, which
    it makes of those of the pairs so far from what is wrong with both replies, kept only where they are called harder
    in both orders (VideoAutoArena)."""
    ask: Annotated[dict[str, str], OnlyWith(about="questions")] = Field(dict(words.ASK), min_length=1)
    """Kinds of questions that it asks, each with what they are to be about: {spatial: "Ask where things are."}."""
    per_kind: Annotated[int, OnlyWith(about="questions")] = Field(3, ge=1)
    """Questions of each kind."""
    medium: Annotated[Literal["video", "image"], OnlyWith(about="spans")] = "video"
    """What prompts speak of: ``image``: the one picture that ``look`` shows of each span, such as each of the lane
    ``keyframes`` (STIC); ``stills`` then writes that picture, and the spoiled one."""
    of: Annotated[str, OnlyWith(about="spans")] = Field("shots", min_length=1)
    """The lane whose spans are described."""
    tasks: Annotated[list[str] | None, OnlyWith(about="samples")] = None
    """Tasks whose questions are asked; by default all open ones."""
    whole: Annotated[bool, OnlyWith(about="samples")] = False
    """Show the whole video, and not only the stretch that the sample is about; the pair is then about all of it."""
    sources: dict[Source, float] = Field({"bad_prompt": 0.5, "corrupted": 0.5}, min_length=1)
    """Where worse replies come from, with the share of each: {bad_prompt: 0.5, corrupted: 0.5}."""
    edits: Annotated[list[Edit], OnlyWith(sources="corrupted")] = Field(
        ["tiny", "recoloured", "blurred", "shuffled"], min_length=1
    )
    """How frames are spoiled, one of these by chance."""
    chosen: Annotated[Literal["asked", "answer"], OnlyWith(about="samples", sources=("bad_prompt", "corrupted"))] = (
        "asked"
    )
    """The better reply of bad_prompt and corrupted: ``asked`` of the teacher, with care; or the sample's ``answer``."""
    rivals: Annotated[list[str], OnlyWith(sources="rivals")] = Field([])
    """The teachers that compete; each prompt is put to two of them, drawn by chance."""
    samples: Annotated[int, OnlyWith(sources="best_of")] = Field(4, ge=2, le=32)
    """Replies that best_of draws."""
    temperature: Annotated[float, OnlyWith(sources="best_of")] = Field(0.9, ge=0)
    """For drawing these."""
    judge: Annotated[str, OnlyWith(sources="best_of")] = ""
    """The teacher that marks them; by default the same one."""
    criteria: Annotated[dict[CriterionName, str], OnlyWith(sources="best_of")] = Field(
        dict(words.CRITERIA), min_length=1
    )
    """What they are marked on from 1 to 10, by name: {correctness: "what is said agrees with the video"}."""
    margin: Annotated[float, OnlyWith(sources="best_of")] = Field(2.0, ge=0)
    """By how much the mean marks of best and worst must differ."""
    per_video: int | None = Field(None, ge=1)
    """At most so many pairs of a video, chosen by chance."""
    keep_samples: bool = True
    """Keep the samples whose questions were asked, beside the pairs. If not, only pairs are left."""
    look: Look | None = Look()
    """Frames that are shown: {which: uniform, count: 8}. null: none; then ``with`` says what is known."""
    shown: list[str] = Field(default_factory=list, alias="with")
    """Lanes that are shown, with times, where they overlap the stretch, speech where its middle is in it: [speech]."""

    @field_validator("sources")
    @classmethod
    def _shares(cls, sources: dict[Source, float]) -> dict[Source, float]:
        if any(share < 0 for share in sources.values()) or not sum(sources.values()) > 0:
            raise ValueError("shares must not be less than 0, and one must be greater")
        return sources

    @model_validator(mode="after")
    def _one_picture(self) -> Self:
        if self.medium == "image" and (self.look is None or self.look.frames() != 1):
            raise ValueError("medium: image shows one picture of each span: look: {count: 1}")
        if self.sources.get("rivals") and len(set(self.rivals)) < 2:
            raise ValueError("rivals: name two or more teachers of the config that compete")
        if self.look is None and not self.shown:
            raise ValueError("look: null needs with, the lanes that say what is known of the video: [captions, speech]")
        if self.look is None and self.sources.get("corrupted"):
            raise ValueError("sources: corrupted spoils frames, and look is null; leave it out")
        return self

    def asked_prompts(self) -> list[str]:
        sources = {source for source, share in self.sources.items() if share}
        spoiled = sources & {"bad_prompt", "corrupted"}
        asked = {
            "better": sources - spoiled or self.chosen == "asked" or self.about != "samples",
            "worse": spoiled,
            "critique": "self_critique" in sources,
            "revise": "self_critique" in sources,
            "mark": "best_of" in sources,
            "ask": self.about == "questions",
            "harden": self.about == "harder",
            "harder": self.about == "harder",
        }
        return [name for name, holds in asked.items() if holds]

    def teachers(self) -> list[str]:
        judge = [self.judge] if self.judge and self.sources.get("best_of") else []
        rivals = self.rivals if self.sources.get("rivals") else []
        own = {source for source, share in self.sources.items() if share} - {"rivals"}
        asks = bool(own) or self.about in ("questions", "harder")
        return list(dict.fromkeys([*([self.teacher] if asks else []), *judge, *rivals]))

    def lanes_read(self) -> set[str]:
        seen = self.look.lanes() if self.look is not None else set()
        return seen | set(self.shown) | ({self.of} if self.about == "spans" else set())

    def demand(self, seconds: float) -> Demand:
        questions = float(len(self.ask) * self.per_kind)
        most = {
            "video": 1.0,
            "spans": max(1.0, seconds / 8),
            "samples": max(8.0, seconds / 10),
            "questions": questions,
            "harder": max(3.0, seconds / 60),
        }[self.about]
        pairs = min(most, self.per_video or most)
        whole = sum(self.sources.values())
        each = {"bad_prompt": 2, "corrupted": 2, "self_critique": 3, "best_of": 2 * self.samples, "rivals": 2}
        calls = pairs * sum(each[source] * share / whole for source, share in self.sources.items())
        calls += 3 * pairs if self.about == "harder" else 0
        images = self.look.images() if self.look is not None else 0
        told = min(seconds, 600.0) * len(self.shown)  # a span every eight seconds, more or less
        return Demand(calls, calls * images, calls * (200 + told), calls * 150)

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        asked = await self._questions(video, teacher) if self.about == "questions" else []
        harder = await self._harder(video, teacher) if self.about == "harder" else []
        jobs = self._jobs(video, asked, harder)
        judge = teacher.named(self.judge) if self.judge else teacher
        asker = PairMaker(teacher, judge, self.prompter(), self._wording(video))
        groups = [group for source in self.sources if (group := [job for job in jobs if job.source == source])]
        outcomes_by_group = await asyncio.gather(*(self._asked(asker, group) for group in groups))
        outcomes = {
            id(job): out
            for group, outs in zip(groups, outcomes_by_group, strict=True)
            for job, out in zip(group, outs, strict=True)
        }
        lost = [out for out in outcomes.values() if isinstance(out, Reply)]
        if jobs and len(lost) == len(jobs):
            raise Failed(lost[0].failure, lost[0].detail)
        if not self.keep_samples:
            self._leave_pairs(video, jobs)
        name = self.teacher or str(getattr(teacher, "name", "") or "teacher")
        for job in jobs:
            self._settle(video, job, outcomes[id(job)], name)
        self._count(video, jobs, [job for job in jobs if isinstance(outcomes[id(job)], PreferencePair)])
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """That no pair was made, or of which of the tasks, kinds of questions and sources none was, and the keyframes
        that were left out for want of room."""
        return "\n".join([*self._told(totals), *told_frames(self.name(), totals, self.look)]) or None

    def _told(self, totals: dict[str, float]) -> list[str]:
        refused = "every pair was rejected"
        if not totals.get("pairs", 1):
            none = {
                "samples": "no open sample" + (f" of {', '.join(self.tasks)}" if self.tasks else ""),
                "spans": f"no span in {self.of}",
                "video": "no video has a length",
                "questions": "no question was asked that could be taken",
                "harder": "no pair so far, or no question that was harder",
            }
            return [f"{self.name()}: no pair was made: {refused if totals['asked'] else none[self.about]}."]
        why: dict[str, str] = dict.fromkeys(self.sources, "chance gave it no prompt")
        for thing in self._wanted():
            why[thing] = refused if totals.get(f"asked:{thing}") else why.get(thing, "nothing of it was asked about")
        return asked_for.told(self.name(), totals, {}, why)

    def _wanted(self) -> set[str]:
        """What was asked for by name: sources, and tasks or kinds of questions."""
        named = {"samples": self.tasks or (), "questions": self.ask}.get(self.about, ())
        return {source for source, share in self.sources.items() if share} | set(named)

    def _count(self, video: Timeline, jobs: list[PairJob], made: list[PairJob]) -> None:
        """Count the prompts and the pairs: all, and those of each thing that was asked for by name."""
        video.report |= {"asked": len(jobs), "pairs": len(made)}
        asked_for.count_each(
            video, sorted(self._wanted()), [of for job in made for of in (job.source, job.params["about"])]
        )
        for job in jobs:
            for of in (job.source, job.params["about"]):
                asked_for.add(video, f"asked:{of}", 1)

    def _asked(self, asker: PairMaker, jobs: list[PairJob]) -> Coroutine[Any, Any, list[Outcome]]:
        """The outcomes of *jobs*, which are of one source."""
        if jobs[0].source == "self_critique":
            return asker.criticised(jobs)
        if jobs[0].source == "rivals":
            return asker.rivals(jobs)
        if jobs[0].source == "best_of":
            return asker.best_of(jobs, self.samples, self.temperature, self.criteria, self.margin)
        return asker.spoiled(jobs, self.chosen)

    async def _harder(self, video: Timeline, teacher: Teacher) -> list[_Stretch]:
        """Harder questions than those of the pairs so far, each about the stretch of its pair."""
        found = await harder_questions(video, teacher, self.prompter(video), self._shown, self._wording(video).system)
        for sample, why in found.rejected:
            self._reject(video, sample, why)
        for sample, reply in found.failed:
            self.reject_reply(video, reply, *cited_span(sample))
        return [
            _Stretch(one.start, one.end, one.evidence, "harder", question, one) for one, question in found.questions
        ]

    def _shown(self, video: Timeline, start: float, end: float) -> list[Part]:
        return shown_of(video, start, end, self.look, self.shown, self._wording(video))

    async def _questions(self, video: Timeline, teacher: Teacher) -> list[tuple[str, str]]:
        """The questions, each with its kind, that the teacher asks of frames of the whole video."""
        whole, shown = Span(0.0, video.seconds), self._shown(video, 0.0, video.seconds) if video.seconds > 0 else []
        if not shown:
            return []
        asker, system = self.prompter(video), self._wording(video).system
        found = await video_questions(teacher, asker, system, shown, self.ask, self.per_kind)
        for reply in found.failed:
            self.reject_reply(video, reply, "video", whole)
        for reason, said in found.rejected:
            self.reject(video, "video", whole, reason, detail=said)
        return found.questions

    def _stretches(self, video: Timeline, asked: list[tuple[str, str]], harder: list[_Stretch]) -> list[_Stretch]:
        duration = video.seconds
        if self.about == "harder":
            return harder
        if self.about == "samples":
            found = []
            for sample in self._open(video):
                timed = self.whole or rule_of(sample.task, sample.params) is not None  # its stretch may be the answer
                start, end = (0.0, duration) if timed else (sample.start, sample.end)
                found.append(_Stretch(start, end, sample.evidence, sample.task, sample.question, sample))
            return found
        if self.about == "spans":
            return [
                _Stretch(
                    one.start, one.end, [Evidence(one.start, one.end, self.of, words_of(self.of, one), one.id)], "spans"
                )
                for one in video.lane(self.of)
            ]
        whole = [Evidence(0.0, duration, "video", "")]
        if self.about == "questions":
            return [_Stretch(0.0, duration, whole, kind, question) for kind, question in asked]
        return [_Stretch(0.0, duration, whole, "video")] if duration > 0 else []

    def _jobs(self, video: Timeline, asked: list[tuple[str, str]], harder: list[_Stretch]) -> list[PairJob]:
        rng = video.random(self.key, *([self.about] if harder else []))
        stretches = self._stretches(video, asked, harder)
        if self.per_video is not None and len(stretches) > self.per_video:
            stretches = [stretches[n] for n in sorted(rng.sample(range(len(stretches)), self.per_video))]
        count_stretches(video, [(stretch.start, stretch.end) for stretch in stretches], self.look)
        image, wording = self.medium == "image", self._wording(video)
        jobs = []
        for stretch in stretches:
            start, end, evidence, origin = stretch.start, stretch.end, stretch.evidence, stretch.origin
            source = rng.choices(list(self.sources), list(self.sources.values()))[0]
            prompt = stretch.question or rng.choice(wording.describe)
            well = f"{prompt if stretch.question else wording.describe_well}\n{wording.careful}"
            invent = f"{prompt}\n{rng.choice(wording.invent)}"
            shown = shown_of(video, start, end, self.look, self.shown, wording)
            times = [time for part in shown if isinstance(part, Frames) for time in part.times]
            edits: list[Edit] = [edit for edit in self.edits if edit != "shuffled" or len(times) > 1]
            edit = rng.choice(edits or self.edits)
            params = {"duration": repr(video.seconds), "about": stretch.about}
            if image:
                params["medium"] = "image"
                start = end = times[0]
            if origin is not None:
                params["sample"] = origin.id
                params |= {key: text for key in ("persona",) if (text := origin.params.get(key, ""))}
            if source == "bad_prompt":
                params["bad_prompt"] = invent
            if source == "corrupted":
                params["edit"] = edit
            careless, spoiled = invent if source == "bad_prompt" else prompt, edit if source == "corrupted" else None
            job = PairJob(source, prompt, well, careless, shown, spoiled, start, end, list(evidence), params, origin)
            if source == "rivals":
                one, two = rng.sample(self.rivals, 2)
                job.rivals = one, two
            if shown:
                jobs.append(job)
            else:
                self._reject(video, job, BadReply("nothing_known", detail=f"{', '.join(self.shown)} say nothing of it"))
        return jobs

    def _wording(self, video: Timeline) -> words.Wording:
        """What replies are asked for with, by what is shown."""
        return words.wording_of(video, sees=self.look is not None, image=self.medium == "image")

    def _open(self, video: Timeline) -> list[Sample]:
        """The samples whose question is asked: open, of one turn and no pair. Those with a command are rejected."""
        chosen = []
        for sample in video.samples:
            turns = len([message for message in sample.messages if message.role == "user"])
            if sample.options or sample.rejected or turns > 1 or sample.is_stream:
                continue
            if self.tasks is not None and sample.task not in self.tasks:
                continue
            if gives_commands(sample.question):
                self._reject(video, sample, BadReply("command_in_question"))
                continue
            chosen.append(sample)
        return chosen

    def _leave_pairs(self, video: Timeline, jobs: list[PairJob]) -> None:
        """Take off every sample that is no pair; those that nothing was asked about go to the rejects."""
        asked = {id(job.origin) for job in jobs}
        for sample in video.samples:
            if not sample.rejected and id(sample) not in asked:
                self._reject(video, sample, BadReply("no_pair", detail=sample.question))
        video.samples = [sample for sample in video.samples if sample.rejected]

    def _settle(self, video: Timeline, job: PairJob, out: Outcome, name: str) -> None:
        """Add the pair to the samples, or say in the rejects why there is none."""
        if isinstance(out, Reply):
            self.reject_reply(video, out, *cited_span(job))
        elif isinstance(out, BadReply):
            self._reject(video, job, out)
        else:
            messages = [Message("user", job.prompt), Message("assistant", out.chosen)]
            sample = Sample(
                TASK,
                job.prompt,
                out.chosen,
                job.start,
                job.end,
                job.evidence,
                {**job.params, **out.params},
                messages=messages,
                teacher=out.params.get(CHOSEN_SOURCE, name),
                rejected=out.rejected,
                rejected_source=out.source,
            )
            self.add_samples(video, [sample])

    def _reject(self, video: Timeline, item: Cites, why: BadReply) -> None:
        self.reject(video, *cited_span(item), why.reason, value=why.value, threshold=why.threshold, detail=why.detail)
