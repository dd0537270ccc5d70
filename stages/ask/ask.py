"""Ask: the general step that puts a question to a teacher, and keeps its typed reply."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator

from ...rules.caption_parts import is_part
from ...rules.language_key import shipped
from ...rules.letters import drawn_ask, item_of
from ...rules.region_slots import SLOT
from ...rules.spoken_lines import belongs
from ...schemas import Demand, Evidence, Failed, Measured, Message, Reply, Request, Sample, Span, Timeline
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import NoEffect, OnlyWith, Without
from ..caption.caption_material import CaptionContext, parts, sentence_and_media
from ..instruct.by_teacher.citations import Listing, lines_of
from ..instruct.by_teacher.reply_rules import BadReply, check_text
from ..prompting.frame_choice import MarkedLook
from ..prompting.hearing import Hearing, written_from
from ..prompting.left_out import count_frames, told_frames
from ..prompting.marks import unmarkable, with_boxes
from ..prompting.own_words import PromptSpec, prompts_by_name
from ..prompting.span_facts import SpanFacts, count_facts, told_facts
from ..prompting.together import together
from ..stage import Misfit, Teacher, TeacherStage
from .agreement import agreed
from .asked_sample import AskedSample
from .cited_lanes import name_lanes
from .reply_fields import Answered, ReplyField, ReplyFields, joined, read_answer, runs_of, schema_of, slots_in

Name = Annotated[str, StringConstraints(min_length=1)]
ROLE = "You look at a stretch of a video and fill in the fields of the reply. You are exact, and you invent nothing."
TASK = (
    "Fill in each field of the reply as its description and its name say. Go by what is shown, and by what the "
    "material says of this stretch, and by nothing else."
)
LISTED = "What is known of this stretch, a line each: [tag] lane, start-end: what it says. Cite lines by their tags."


@dataclass(slots=True)
class AskJob:
    """One request: about *span*, of which the lines of *listing* may be cited."""

    span: Span
    listing: Listing
    request: Request


class AskTeacher(Hearing, SpanFacts, TeacherStage):
    """Ask a teacher whatever you like of each span of a lane, or of the whole video, and keep what it replies.

    ``reply`` names the fields of the reply with their types, from which a JSON schema is made; ``instructions`` or
    ``prompt`` say what is wanted. Numbers become values of the span, everything else its attributes; of the whole
    video, its attributes; with ``into`` a lane of new spans; with ``sample`` samples too. A time is never taken from
    words: a field of type span cites lines. Several teachers, or several draws of one, must agree.
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True
    prompts: ClassVar[Mapping[str, PromptSpec]] = {
        "ask": PromptSpec("Asks for the fields of the reply.", "frames material lines start end times count")
    }

    of: str | None = "shots"
    """The lane whose spans are asked about; null: the whole video."""
    reply: ReplyFields = Field({"answer": ReplyField()}, min_length=1)
    """The fields of the reply, by default one text: {beauty: grade, indoors: yes_no, sport: [tennis, golf], summary:
    {type: text, about: "What happens, in a sentence"}}."""
    shown: list[Name] = Field([], alias="with")
    """Lanes that are shown as material where they overlap the span, speech where its middle lies in it; as lines to be
    cited, if a field is a span."""
    facts: list[Name] = Field([])
    """Facts about the video from its manifest that are shown as material."""
    lane_words: int = Field(800, ge=1)
    """The most words of each of these that are shown."""
    look: MarkedLook | None = MarkedLook()
    """Which frames are shown; null: none."""
    many: int = Field(0, ge=0, le=200)
    """The reply is a list of so many answers at most, each with all fields; 0: one answer."""
    into: str = ""
    """A lane for what is replied, a span for each answer: at the cited lines, or where it was asked."""
    text: Annotated[str, OnlyWith("into")] = ""
    """The text of these spans, with fields in braces: "{title}: {summary}"."""
    label: Annotated[str, OnlyWith("into")] = ""
    """Their label, likewise."""
    gap: Annotated[float | None, OnlyWith("into")] = Field(None, ge=0)
    """Cited lines that more than so many seconds part become spans of their own, with the same text: {gap: 1}, for
    what comes up several times. None: one span, from the first to the last. Where lines of several lanes are shown, the
    attribute ``lanes`` of spans says which are cited, ``seen+heard``; of several spans those whose lines fill more than
    half of each, or ``seen/heard`` where no lane does."""
    score: str = ""
    """The field of type number or grade that is the score of these spans, or of those that were asked about."""
    sample: AskedSample | None = None
    """A sample of each answer: {task: …, question: …, answer: …}."""
    panel: list[Name] = Field([], alias="teachers")
    """Several teachers that are asked the same, in the place of ``teacher``."""
    draws: int = Field(1, ge=1, le=32)
    """Replies that are drawn from each."""
    agree: Annotated[float, OnlyWith("panel") | Without(draws=1)] = Field(0.5, gt=0, le=1)
    """The least share of replies that must agree on each field, where there are several."""
    temperature: float | None = Field(None, ge=0)
    """How freely replies are drawn; none: the teacher's own setting."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.of == "":
            raise ValueError("of: name a lane, or null for the whole video")
        if taken := sorted(name for name in self.reply if not is_part(name)):
            raise ValueError(f"reply: {taken[0]} has another meaning among the attributes; name it otherwise")
        if self.many and not (self.into or self.sample):
            raise ValueError("many: say with into or sample what becomes of the answers")
        if self.many and (self.draws > 1 or self.panel):
            raise ValueError("many: lists of answers are not compared; ask one teacher once")
        if self.score and (self.score not in self.reply or self.reply[self.score].type not in ("grade", "number")):
            raise ValueError(f"score: {self.score} is no field of type number or grade in reply")
        if self.score and not self.into and (self.many or not self.of):
            raise ValueError("score: there are no spans that it would be the score of; say into, or of without many")
        cites = any(one.type == "span" for one in self.reply.values())
        if self.gap is not None and not cites:
            raise NoEffect({"gap": "has no effect: no field of the reply is of type span"})
        if cites and not self.shown:
            raise ValueError("reply: a field of type span cites lines: name their lanes in `with`")
        if cites and not self.into and self.sample is None:
            raise ValueError("reply: say with into or sample what becomes of the cited time")
        texts = {"text": self.text, "label": self.label}
        if self.sample is not None:
            texts |= {"sample.question": self.sample.question, "sample.answer": self.sample.answer}
        for key, text in texts.items():
            if unknown := sorted(slots_in(key, text) - set(self.reply)):
                raise ValueError(f"{key}: {{{unknown[0]}}} is no field of the reply; it has {', '.join(self.reply)}")
        if self.sample is not None and self.sample.options and self._choices() is None:
            raise ValueError('sample.options: the answer must be one field of type choice or yes_no: answer: "{field}"')
        for own in prompts_by_name(self.prompt, self.asked_prompts()).values():
            for key, given in (("facts", self.facts), ("attrs", self.attrs)):
                if given and "{material}" not in own.text:
                    raise NoEffect({key: "has no effect: the prompt holds no {material}"})
            if self.shown and ("{lines}" if cites else "{material}") not in own.text:
                raise NoEffect({"with": f"has no effect: the prompt holds no {'{lines}' if cites else '{material}'}"})
        return self

    @classmethod
    def name(cls) -> str:
        return "ask"

    def teachers(self) -> list[str]:
        return list(self.panel) or [self.teacher]

    def lanes_read(self) -> set[str]:
        seen = self.look.lanes() if self.look else set()
        return {*self.shown, *([self.of] if self.of else []), *seen, *self.lanes_heard()}

    def gives_samples(self) -> bool:
        return self.sample is not None

    def lanes_written(self) -> set[str]:
        return {self.into} if self.into else set()

    def names_laid(self) -> KnownLanes:
        values = {name for name, one in self.reply.items() if one.type in ("grade", "number")}
        attrs = {name for name, one in self.reply.items() if one.type != "span"} - values
        values |= {"agreement"} if self.draws * max(len(self.panel), 1) > 1 else set()
        if self.into:
            own = {key for key in ("text", "label", "score") if getattr(self, key)} | {"boxes"}
            return {self.into: LaneNames.of(values=values, attrs={*attrs, "of", "span", "lanes"}, own=own)}
        scored = {"score"} if self.score else set()
        return {self.of: LaneNames.of(values=values, attrs=attrs, own=scored)} if self.of and not self.many else {}

    def misfits(self, known: KnownLanes) -> Iterable[Misfit]:
        yield from self.facts_unknown(known)
        yield from unmarkable(self.look, [self.of], known)

    def demand(self, seconds: float) -> Demand:
        """Roughly: a span for each six seconds."""
        spans = max(1.0, seconds / 6) if self.of else 1.0
        calls = spans * self.draws * max(len(self.panel), 1)
        images = self.look.images() if self.look else 0
        tokens = 250 + 30 * len(self.reply) + 150 * (len(self.shown) + len(self.facts))
        told, heard = calls * 25 * len(self.reply) * max(self.many, 1), calls * self.seconds_heard(seconds / spans)
        return Demand(calls, calls * images, calls * tokens, told, heard)

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        """Ask, and lay what was replied on *video*.

        Raises:
            Failed: not one request brought a reply; ``no_duration``, ``no_media``.
        """
        jobs = self._jobs(video)
        spans = len(video.lane(self.of)) if self.of else 1
        video.report |= {"asked": len(jobs), "answered": 0, "not_asked": spans - len(jobs)}
        if not jobs:
            self.take_back(video)
            return video
        count_frames(video, [job.span for job in jobs], self.look)
        count_facts(video, [job.span for job in jobs], self.attrs)
        asked = [teacher.named(name) for name in self.panel] or [teacher]
        replies = await together(one.ask([job.request for job in jobs]) for one in asked)
        by_job = list(zip(*replies, strict=True))
        if not any(reply.ok for each in by_job for reply in each):
            raise Failed(by_job[0][0].failure, by_job[0][0].detail)
        names = "+".join(self.panel) or self.teacher or str(getattr(teacher, "name", "") or "teacher")
        found: list[tuple[AskJob, Answered]] = []
        for job, each in zip(jobs, by_job, strict=True):
            found += [(job, answer) for answer in self._answers(video, job, each)]
        video.report["answered"] = len({id(job) for job, _ in found})
        evidence = self._lay(video, found, names)
        if self.sample is not None:
            self._add(video, self.sample, found, evidence, names)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """How many of the spans have no answer, and the keyframes that were left out for want of room."""
        lines = [*told_facts(self.name(), totals), *told_frames(self.name(), totals, self.look)]
        asked, answered = int(totals.get("asked", 1)), int(totals.get("answered", 1))
        if not asked:
            why = "the rejects say why" if totals.get("not_asked") else f"no span in {self.of}"
            return "\n".join([f"{self.name()}: nothing was asked: {why}.", *lines])
        if left := int(totals.get("not_asked", 0)):
            many = f"{left} of {asked + left} spans were" if asked + left > 1 else "the video was"
            lines.insert(0, f"{self.name()}: {many} not asked about: the rejects say why.")
        if answered < asked:
            lines.insert(0, f"{self.name()}: {asked - answered} of {asked} have no answer: the rejects say why.")
        return "\n".join(lines) or None

    def _cites(self) -> bool:
        return any(one.type == "span" for one in self.reply.values())

    def _jobs(self, video: Timeline) -> list[AskJob]:
        if not self.of and not video.seconds:
            raise Failed("no_duration", f"{video.uri}: nobody has said how long it is")
        spans = video.lane(self.of) if self.of else [Span(0.0, video.seconds)]
        spans = with_boxes(self, video, self.of or "video", spans, self.look)
        cites, prompter = self._cites(), self.prompter(video)
        lanes, of = ((), "") if cites else (tuple(self.shown), self.of or "")
        context = CaptionContext(lanes, "", tuple(self.facts), tuple(self.attrs), of, self.lane_words)
        lines = lines_of(video, self.shown, video.seconds or math.inf) if cites else []
        jobs = []
        for span in spans:
            near = [line for line in lines if belongs(line.lane, line.start, line.end, span.start, span.end)]
            if cites and not near:
                self.reject(video, self.of or "video", span, "nothing_to_cite")
                continue
            listing = Listing(near)
            seen, media = sentence_and_media(video, span, self.look, self)
            blocks = context.blocks(video, span)
            if not media and not blocks and not cites:
                self.reject(video, self.of or "video", span, "no_material")
                continue
            shown = [f"{LISTED}\n{listing.show()}"] if cites else []
            texts = [seen, *blocks, *shown, TASK]
            known = {**context.known(video, span, media), "lines": listing.show() if cites else ""}
            schema = schema_of(self.reply, [line.tag for line in near], self.many)
            more: dict[str, Any] = {"schema": schema, "temperature": self.temperature, "samples": self.draws}
            request = prompter.request("ask", context.system(ROLE), parts(texts, media), known, **more)
            jobs.append(AskJob(span, listing, request))
        return jobs

    def _answers(self, video: Timeline, job: AskJob, replies: Sequence[Reply]) -> list[Answered]:
        """The answers that keep the rules; of several replies to one question the one that they agree on."""
        lane, found = self.of or "video", []
        for reply in replies:
            if not reply.ok:
                self.reject_reply(video, reply, lane, job.span)
                continue
            for value in reply.values:
                for one in value["answers"] if self.many else [value]:
                    try:
                        found.append(read_answer(one, self.reply, job.listing))
                    except BadReply as why:
                        self._reject(video, job, why, one)
        if self.many or not found:
            return found
        try:
            return [agreed(found, self.reply, self.agree)]
        except BadReply as why:
            self._reject(video, job, why, None)
            return []

    def _reject(self, video: Timeline, job: AskJob, why: BadReply, raw: object) -> None:
        told = why.detail if raw is None else json.dumps(raw, ensure_ascii=False)
        measured = Measured(value=why.value, threshold=why.threshold, detail=told)
        self.reject(video, self.of or "video", job.span, why.reason, **measured)

    def _lay(self, video: Timeline, found: Sequence[tuple[AskJob, Answered]], source: str) -> list[list[Evidence]]:
        """Put the answers where the settings say: into a lane, onto the spans, or to the video's attributes.

        Returns:
            What each of them rests on: the lines that it cites, or its new span, or the span that it is about.
        """
        lane = self.of or "video"
        places = [(lane, job.span) for job, _ in found]
        if self.into:
            laid = [self._spans(job, answer, source) for job, answer in found]
            spans = joined([span for each in laid for span in each], self.gap)
            if len(self.shown) > 1:
                lines = (line for job, _ in found for line in job.listing.lines)
                name_lanes(spans, lines, self.shown, apart=self.gap is not None)
            there = list(video.lane(self.into)) if self.into == self.of else []
            video.put(self.into, sorted([*there, *spans], key=lambda span: (span.start, span.end)))
            places = [(self.into, each[0]) for each in laid]
        elif not self.many:
            self._mark(video, found)
        return [
            [line.evidence() for line in answer.cited]
            or [Evidence(span.start, span.end, name, span.words if name != "video" else "", span.id, span.boxes)]
            for (_, answer), (name, span) in zip(found, places, strict=True)
        ]

    def _mark(self, video: Timeline, found: Sequence[tuple[AskJob, Answered]]) -> None:
        """Put the fields of the answers onto the spans that were asked about, or to the video's attributes."""
        for job, answer in found:
            values, attrs = self._named(answer)
            if not self.of:
                video.attrs |= attrs | {name: f"{value:g}" for name, value in values.items()}
                continue
            job.span.values |= values
            job.span.attrs |= attrs
            if self.score:
                job.span.score = values[self.score]

    def _named(self, answer: Answered) -> tuple[dict[str, float], dict[str, str]]:
        """The numbers of *answer* as values, and its other fields as attributes."""
        values, attrs = {}, {}
        for name, given in answer.fields.items():
            one = self.reply[name]
            if one.type in ("grade", "number"):
                values[name] = float(given)
            elif one.type != "span":
                attrs[name] = one.words(given)
        if self.draws * max(len(self.panel), 1) > 1:
            values["agreement"] = answer.agreement
        return values, attrs

    def _spans(self, job: AskJob, answer: Answered, source: str) -> list[Span]:
        """The new spans of *answer*: one where it was asked, or for each run of the lines that it cites."""
        values, attrs = self._named(answer)
        text, label = self._filled(self.text, answer) or None, self._filled(self.label, answer) or None
        score = values[self.score] if self.score else None
        runs = runs_of(answer.cited, self.gap)
        if not runs:
            attrs |= {"span": job.span.id} if job.span.id else {}
            boxes = list(job.span.boxes)
            return [Span(job.span.start, job.span.end, text, label, score, source, values, attrs, boxes=boxes)]
        return [
            Span(
                *(run[0].start, max(line.end for line in run), text, label, score, source, dict(values)),
                attrs | {"of": " ".join(line.span for line in run)},
            )
            for run in runs
        ]

    def _filled(self, text: str, answer: Answered) -> str:
        return text.format(**{name: self.reply[name].words(given) for name, given in answer.fields.items()}).strip()

    def _choices(self) -> list[str] | None:
        """The options of samples: those of the one field that is the answer; None when it is no such field."""
        slots = list(Formatter().parse(self.sample.answer)) if self.sample is not None else []
        if len(slots) != 1 or slots[0][0] or slots[0][1] not in self.reply:
            return None
        one = self.reply[slots[0][1]]
        return {"choice": one.choices, "yes_no": ["yes", "no"]}.get(one.type)

    def _add(
        self,
        video: Timeline,
        made: AskedSample,
        found: Sequence[tuple[AskJob, Answered]],
        rests: Sequence[list[Evidence]],
        source: str,
    ) -> None:
        """Add a sample of each answer, which *rests* on its evidence."""
        rng, known = video.random(self.key, made.task), set()
        shown = written_from(video, self, frames=self.look is not None)
        for (job, answer), evidence in zip(found, rests, strict=True):
            question, right = self._filled(made.question, answer), self._filled(made.answer, answer)
            start, end = evidence[0].start, max(item.end for item in evidence)
            try:
                check_text(job.listing, job.listing.lines, question, right)
                if SLOT in question and not any(item.boxes for item in evidence):
                    raise BadReply("no_box")
                if (question, start, end) in known:
                    raise BadReply("duplicate_question")
            except BadReply as why:
                self._reject(video, job, why, answer.fields)
                continue
            known.add((question, start, end))
            messages = [Message("user", question), Message("assistant", right)]
            params = made.params(of_span=self.of is not None and SLOT not in question) | shown
            sample = Sample(made.task, question, right, start, end, evidence, params, messages=messages, teacher=source)
            if made.options and (options := self._choices()) is not None:
                order = rng.sample(options, len(options))
                words = {"language": self.language} if self.language and shipped(self.language) else {}
                sample = item_of(sample, order, drawn_ask(words, rng), "")
            self.add_samples(video, [sample])
