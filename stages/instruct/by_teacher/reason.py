"""Reason: a teacher says how the answer follows from the video, each step resting on spans that it cites."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ....rules.answer_match import answer_of, match_answer, rules_decide, same_answer, times_missed
from ....rules.clock import Clock, clock_of
from ....rules.solve import rule_of
from ....schemas import Demand, Failed, Measured, Part, Reply, Request, Sample, Timeline, Turn, cited_span
from ....schemas.settings_model import OnlyWith
from ...prompting.frame_choice import MarkedLook
from ...prompting.hearing import Hearing, said_sound
from ...prompting.left_out import count_stretches, told_frames
from ...prompting.marks import shown_lines
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ...prompting.tag_schema import citing
from ...stage import Teacher, TeacherStage
from .. import asked_for
from . import reason_words as words
from .citations import CitedLine, Listing, lines_of
from .reply_rules import BadReply, check_echo

if TYPE_CHECKING:
    from .rationale_steps import Reasoning


@dataclass(slots=True)
class _Job:
    """One sample that is to get a rationale."""

    sample: Sample
    listing: Listing
    clock: Clock


class Reason(Hearing, TeacherStage):
    """Have a teacher write how each answer follows from the video: steps that cite spans, and a conclusion.

    The conclusion must be the sample's answer. Moments in the rationale are those of the cited spans.
    """

    renamed: ClassVar[Mapping[str, str]] = {"failing": "on_failure"}

    model_config = ConfigDict(populate_by_name=True)
    makes_samples: ClassVar[bool] = True
    version: ClassVar[str] = "2"
    prompts: ClassVar[Mapping[str, PromptSpec]] = {
        "explain": words.EXPLAIN_SPEC,
        "propose": words.PROPOSE_SPEC,
        "leads": words.LEADS_SPEC,
        "same": words.SAME_SPEC,
    }

    lanes: list[str] = Field(default_factory=list, alias="from")
    """Lanes that the teacher is shown besides the evidence of the sample: [captions, speech]."""
    mode: Literal["steps", "frames", "propose"] = "steps"
    """``steps``: it is told the answer and leads to it. ``frames``: the same, by way of key spans and key objects
    (VideoEspresso). ``propose``: it answers without being told, and sees nothing of the label's own lane and stretch;
    where its rationale does not lead to the label it is told and asked again, and what does not lead there then is
    rejected (Video-STaR)."""
    tasks: list[str] | None = None
    """Tasks whose samples get a rationale; by default all with evidence, but no dialogues and preference pairs."""
    per_video: int | None = Field(None, ge=1)
    """At most so many samples of a video, chosen by chance; the others stay as they are."""
    show: Literal["field", "think"] = "field"
    """``field``: in the sample's rationale only. ``think``: also before the answer, as <think>…</think>."""
    times: bool = True
    """Put the times of the cited spans behind each step."""
    on_failure: Literal["keep", "drop"] = "keep"
    """What becomes of a sample whose rationale is rejected: it stays without one, or is dropped."""
    context: Annotated[float | None, OnlyWith(mode=("steps", "frames"))] = Field(None, ge=0)
    """Seconds around the sample's stretch that the teacher is told of; by default the whole video, as always where the
    answer is a time."""
    max_spans: int = Field(60, ge=1)
    """Spans besides the evidence that it is told of; when there are more, every second, third … is left out."""
    look: MarkedLook | None = None
    """Frames that it is shown: {count: 8}; by default none. To propose, they are of the whole video."""
    judge: Annotated[str, OnlyWith(mode="propose")] = ""
    """The teacher that says whether two answers in words are the same, and whether a rationale leads to the label; by
    default the same one."""

    @model_validator(mode="after")
    def _sees_something(self) -> Self:
        if self.mode == "propose" and not self.lanes and self.look is None:
            raise ValueError("mode propose needs look or from: it shows the teacher nothing else of the video")
        if self.mode == "propose" and self.look is not None and self.look.how():
            raise ValueError("look.mark: mode propose shows the whole video, and nothing that tells where the label is")
        return self

    def asked_prompts(self) -> list[str]:
        return ["propose", "explain", "leads", "same"] if self.mode == "propose" else ["explain"]

    def teachers(self) -> list[str]:
        return [self.teacher, self.judge] if self.judge else [self.teacher]

    def sounds_to(self) -> list[str]:
        return [self.teacher] if self.sound else []

    def pictures_to(self) -> list[str]:
        return [self.teacher] if self.look is not None else []

    def wants_checks(self) -> dict[str, set[str]]:
        """Of what is proposed, the stage itself has read whether it leads to the label."""
        return {"": {"rationale"} if self.mode == "propose" else {"rationale", "label"}}

    def lanes_read(self) -> set[str]:
        return set(self.lanes) | (self.look.lanes() if self.look else set()) | self.lanes_heard()

    def demand(self, seconds: float) -> Demand:
        calls = (self.per_video or max(8.0, seconds / 10)) * (3.5 if self.mode == "propose" else 1.1)
        tokens = min(seconds * 4, self.max_spans * 40)
        images, heard = calls * (self.look.images() if self.look else 0), calls * self.seconds_heard(seconds)
        return Demand(calls, images, calls * (400 + tokens), calls * 200, heard)

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        jobs = self._jobs(video)
        if not jobs:
            self._count(video, [], [])
            return video
        count_stretches(video, [self._shown(video, job.listing) for job in jobs], self.look)
        if self.mode == "propose":
            done = await self._propose(video, jobs, teacher)
        else:
            done = await self._explain(video, jobs, teacher)
        lost = [out for out in done if isinstance(out, Reply)]
        if len(lost) == len(done):
            raise Failed(lost[0].failure, lost[0].detail)
        for job, out in zip(jobs, done, strict=True):
            self._settle(video, job, out)
        written = [
            job.sample.task for job, out in zip(jobs, done, strict=True) if not isinstance(out, (BadReply, Reply))
        ]
        self._count(video, jobs, written)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The tasks whose samples were to get a rationale and got none (without ``tasks``, whether any got one), and
        the keyframes that were left out for want of room."""
        return "\n".join([*self._told(totals), *told_frames(self.name(), totals, self.look)]) or None

    def _told(self, totals: dict[str, float]) -> list[str]:
        refused = "every rationale was rejected"
        if self.tasks is None:
            if totals.get("written", 1):
                return []
            reason = refused if totals["asked"] else "no sample has evidence and waits for a rationale"
            return [f"{self.name()}: no rationale was written: {reason}."]
        none = "none of its samples was chosen" if self.per_video else "no sample of it waits for a rationale"
        why = {task: refused if totals.get(f"asked:{task}") else none for task in self.tasks}
        return asked_for.told(self.name(), totals, {}, why)

    def _count(self, video: Timeline, jobs: Sequence[_Job], written: Sequence[str]) -> None:
        """Count what was asked about, and what got a rationale: each task, or all together where none is named."""
        if self.tasks is None:
            video.report |= {"asked": len(jobs), "written": len(written)}
            return
        asked_for.count_each(video, dict.fromkeys(self.tasks), written)
        for job in jobs:
            asked_for.add(video, f"asked:{job.sample.task}", 1)

    def _jobs(self, video: Timeline) -> list[_Job]:
        wanted = [sample for sample in video.samples if self._wants(sample)]
        if self.per_video is not None and len(wanted) > self.per_video:
            chosen = sorted(video.random(self.key).sample(range(len(wanted)), self.per_video))
            wanted = [wanted[n] for n in chosen]
        duration = video.seconds or math.inf
        lines = lines_of(video, self.lanes, duration, silent=self.look is not None)
        clocks = [clock_of(sample.params, float(sample.params.get("duration", duration))) for sample in wanted]
        return [
            _Job(sample, self._listing(video, sample, lines), clock)
            for sample, clock in zip(wanted, clocks, strict=True)
        ]

    def _wants(self, sample: Sample) -> bool:
        talk = len([message for message in sample.messages if message.role == "user"]) != 1
        if talk or sample.is_stream or not sample.evidence or sample.rationale or sample.rejected:
            return False
        return self.tasks is None or sample.task in self.tasks

    def _listing(self, video: Timeline, sample: Sample, lines: Sequence[CitedLine]) -> Listing:
        """The lines that the teacher sees: nothing of the label when it is to find the answer by itself."""
        if self.mode == "propose":
            from .label_recovery import blind_listing

            return blind_listing(video, sample, lines, self.look, self.max_spans)
        from .rationale_steps import with_evidence

        family = rule_of(sample.task, sample.params)
        if self.context is not None and not (family is not None and family.answers == "window"):
            first, last = sample.start - self.context, sample.end + self.context
            lines = [line for line in lines if line.start <= last and line.end >= first]
        if len(lines) > self.max_spans:
            cited = {item.span for item in sample.evidence}
            every = math.ceil(len(lines) / self.max_spans)
            lines = [line for n, line in enumerate(lines) if n % every == 0 or line.span in cited]
        return Listing(with_evidence(lines, sample.evidence))

    async def _explain(self, video: Timeline, jobs: list[_Job], teacher: Teacher) -> list[Reasoning | BadReply | Reply]:
        """Ask with the answer, and once more where the conclusion differs from it."""
        requests = [self._request(video, job, with_answer=True) for job in jobs]
        replies = await teacher.ask(requests)
        done = [self._read(job, reply) for job, reply in zip(jobs, replies, strict=True)]
        again = [n for n, out in enumerate(done) if isinstance(out, BadReply) and out.reason == "conclusion_differs"]
        if again:
            more = [_again(requests[n], replies[n]) for n in again]
            for n, reply in zip(again, await teacher.ask(more), strict=True):
                done[n] = self._read(jobs[n], reply)
        return done

    def _read(self, job: _Job, reply: Reply) -> Reasoning | BadReply | Reply:
        """The reasoning of *reply*, if it ends with the answer."""
        reasoning = self._reasoning(job, reply)
        if isinstance(reasoning, (BadReply, Reply)) or same_answer(job.sample, reasoning.conclusion):
            return reasoning
        return BadReply("conclusion_differs", detail=reply.text)

    def _reasoning(self, job: _Job, reply: Reply) -> Reasoning | BadReply | Reply:
        from .rationale_steps import read_frames, read_steps, texts_of

        if not reply.ok:
            return reply
        read = read_frames if self.mode == "frames" else read_steps
        try:
            own = self.prompter().words_of(*self.asked_prompts())
            check_echo(words.TOLD_ALL, job.listing, texts_of(reply.value), own)
            return read(reply.value, job.listing, job.clock, self.times)
        except BadReply as why:
            why.detail = reply.text
            return why

    async def _propose(self, video: Timeline, jobs: list[_Job], teacher: Teacher) -> list[Reasoning | BadReply | Reply]:
        """Ask without the answer, and again with it where the rationale did not lead to the label."""
        done = await self._try(video, jobs, teacher, with_answer=False)
        failed = [n for n, out in enumerate(done) if isinstance(out, (BadReply, Reply)) and jobs[n].listing.lines]
        more = await self._try(video, [jobs[n] for n in failed], teacher, with_answer=True)
        for n, out in zip(failed, more, strict=True):
            done[n] = out
        return done

    async def _try(
        self, video: Timeline, jobs: list[_Job], teacher: Teacher, *, with_answer: bool
    ) -> list[Reasoning | BadReply | Reply]:
        """Ask once; what the rules leave, a judge compares with the label, and reads whether it leads there."""
        from .label_recovery import check_rationale, compare_request, lead_request
        from .rationale_steps import Reasoning

        done: list[Reasoning | BadReply | Reply] = [BadReply("nothing_to_show") for _ in jobs]
        asked = [n for n, job in enumerate(jobs) if job.listing.lines]
        if not asked:
            return done
        replies = await teacher.ask([self._request(video, jobs[n], with_answer) for n in asked])
        judged: list[tuple[int, Request]] = []
        prompter = self.prompter(video)
        for n, reply in zip(asked, replies, strict=True):
            sample, out = jobs[n].sample, self._reasoning(jobs[n], reply)
            if isinstance(out, Reasoning):
                out.params["rationale"] = "rationalised" if with_answer else "proposed"
                how = match_answer(sample, out.conclusion)
                try:
                    if how is None and (rules_decide(sample) or times_missed(sample, out.conclusion)):
                        raise BadReply("label_not_recovered")
                    check_rationale(sample, out, jobs[n].listing)
                except BadReply as why:
                    why.detail = reply.text
                    done[n] = why
                    continue
                out.params["recovered"] = how or "entailment"
                judged.append((n, lead_request(sample, out.text, prompter)))
                if how is None:
                    judged.append((n, compare_request(sample, out.conclusion, prompter)))
            done[n] = out
        judge = teacher.named(self.judge) if self.judge else teacher
        verdicts = await judge.ask([request for _, request in judged]) if judged else []
        texts = {n: reply.text for n, reply in zip(asked, replies, strict=True) if reply.ok}
        for (n, _), verdict in zip(judged, verdicts, strict=True):
            out = done[n]
            if isinstance(out, Reasoning):
                done[n] = _judged(out, verdict, texts[n])
        return done

    def _request(self, video: Timeline, job: _Job, with_answer: bool) -> Request:
        sample, listing = job.sample, job.listing
        lines = listing.show()
        parts: list[Part] = [f"{words.LISTED}\n{lines}"]
        if self.look is not None:
            shown = words.WHOLE if self.mode == "propose" else words.SHOWN
            cited = {item.span for item in sample.evidence}
            lines_cited = [line for line in listing.lines if line.span in cited]
            parts += shown_lines(video, *self._shown(video, listing), self.look, lines_cited, shown)
        sounds = self.heard(video, *self._shown(video, listing))
        parts += [*said_sound(sounds), *sounds]
        asked = material("question", sample.messages[-2].content if len(sample.messages) > 1 else sample.question)
        answer = material("answer", answer_of(sample)) if with_answer else ""
        ask = [f"{words.QUESTION}\n{asked}", *([f"{words.ANSWER}\n{answer}"] if with_answer else [])]
        lead = words.FRAMES if self.mode == "frames" else words.STEPS
        ask += [lead + (words.TOLD if with_answer else words.UNTOLD)]
        ask.append(words.GENERAL.format(where="reasoning" if self.mode == "frames" else "steps"))
        form = words.KeyFrames if self.mode == "frames" else words.Steps
        schema = citing(form.model_json_schema(), listing.tags())
        known = {"lines": lines, "question": asked, "answer": answer}
        name = "explain" if with_answer else "propose"
        return self.prompter(video).request(name, words.SYSTEM, [*parts, "\n".join(ask)], known, schema=schema)

    def _shown(self, video: Timeline, listing: Listing) -> tuple[float, float]:
        """The stretch of which frames are shown with *listing*."""
        return (0.0, video.seconds or 0.0) if self.mode == "propose" else (listing.start, listing.end)

    def _settle(self, video: Timeline, job: _Job, out: Reasoning | BadReply | Reply) -> None:
        """Give the sample its rationale, or say in the rejects why it has none."""
        sample = job.sample
        if isinstance(out, (BadReply, Reply)):
            if isinstance(out, Reply):
                self.reject_reply(video, out, *cited_span(sample))
            else:
                facts = {"sample": sample.id, "question": sample.question, "reply": out.detail}
                detail = json.dumps(facts, ensure_ascii=False)
                measured = Measured(value=out.value, threshold=out.threshold, detail=detail)
                self.reject(video, *cited_span(sample), out.reason, **measured)
            if self.on_failure == "drop":
                video.samples = [other for other in video.samples if other is not sample]
            return
        sample.rationale = out.text
        sample.params |= out.params
        if self.show == "think":
            last = sample.messages[-1]
            sample.messages[-1] = replace(last, content=f"<think>\n{out.text}\n</think>\n{last.content}")


def _again(request: Request, reply: Reply) -> Request:
    """*request* with one more turn, which says that the conclusion was wrong."""
    return replace(request, turns=(*request.turns, Turn("assistant", (reply.text,)), Turn("user", (words.AGAIN,))))


def _judged(out: Reasoning, verdict: Reply, text: str) -> Reasoning | BadReply | Reply:
    """*out*, or why a judge's *verdict* rejects it; *text* is the reply that it was read from."""
    if not verdict.ok:
        return verdict
    if "leads" in verdict.value:
        leads = words.Leads.model_validate(verdict.value).leads
        return out if leads else BadReply("rationale_leads_elsewhere", detail=text)
    return out if words.Same.model_validate(verdict.value).same else BadReply("label_not_recovered", detail=text)
