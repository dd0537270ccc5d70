"""Judge pairs: which of two replies, or of two clips, is the better by criteria, asked in both orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ....rules.media_groups import members_of
from ....rules.pair_verdicts import (
    JUDGED,
    OVERALL,
    POINT,
    TIE,
    CriterionName,
    Disagree,
    JudgedPair,
    Order,
    PairVerdict,
    Winner,
    most,
    settle,
    tie_word,
)
from ....schemas import (
    Demand,
    Evidence,
    Failed,
    Medium,
    Part,
    Reply,
    Request,
    Sample,
    Span,
    Timeline,
    cited_span,
)
from ....schemas.settings_model import OnlyWith, Settings, Without
from ...prompting.frame_choice import Look, shown_frames
from ...prompting.left_out import count_stretches, told_frames
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ...stage import Teacher, TeacherStage
from ..clip_preference import BOTH, TASK, clip_preference
from . import judge_pairs_words as words
from .citations import words_of
from .preference_pairs import CHOSEN_SOURCE, shown_of
from .preferences_words import IMAGE, VIDEO
from .prompt_injection import gives_commands

TIED = "tied_pair"
CHOSEN = "chosen"
"""The name of the better reply of a pair that does not say where it came from."""
ORDERS: tuple[Order, ...] = ("ab", "ba")


def _long(given: object) -> object:
    return {"about": given} if isinstance(given, str) else given


class Criterion(Settings):
    """One criterion by which two are compared."""

    about: str = ""
    """What it means, for the judge: "how much moves, and how far"."""
    question: str = ""
    """What is asked of two clips in the samples; by default which is better in respect of ``about``."""
    points: dict[CriterionName, str] = Field(default_factory=dict)
    """Points of it that are judged one by one besides, each with what it means."""


@dataclass(slots=True)
class Compared:
    """Two that are compared, as they are shown: the parts and the texts of each."""

    pair: JudgedPair
    sample: Sample | None = None
    """Whose replies they are."""
    clips: tuple[Span, Span] | None = None
    shown: Sequence[Part] = ()
    """What is known of the video of two replies."""


class JudgePairs(TeacherStage):
    """Have a teacher judge which of two is the better: the two replies of each preference pair, or two clips.

    It goes by ``criteria`` in your words, and is asked twice, each of the two coming first once: a judge that favours a
    place favours nobody. What the orders disagree on is a tie, or dropped. Every verdict is kept with the sample; of
    what ``vdata export --format verdicts`` writes, ``vdata arena`` gives win rates and ratings. A pair without a winner
    keeps no rejected reply, and one whose rejected reply wins is turned round, dropped, or kept, as ``lost`` says.
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True
    prompts: ClassVar[Mapping[str, PromptSpec]] = words.SPECS

    about: Literal["pairs", "clips"] = "pairs"
    """What is judged: the ``pairs`` of replies that stages before made, or that were imported; or pairs of the spans
    of ``of``, of which samples are made that ask which clip is the better."""
    tasks: Annotated[list[str] | None, OnlyWith(about="pairs")] = None
    """Tasks whose pairs are judged; by default all. What was judged before is not judged again."""
    of: Annotated[str, OnlyWith(about="clips")] = Field("parts", min_length=1)
    """The lane whose spans are compared, two by two: ``parts`` of videos that ``join`` put together, ``group`` (the
    videos of one, each shown as its file has it), or ``shots``."""
    same: Annotated[str, OnlyWith(about="clips")] = ""
    """Only spans that agree in this attribute are compared, like the prompt from which videos were made."""
    name_by: Annotated[str, OnlyWith(about="clips")] = ""
    """The attribute of spans that says who competes, like the model that made the video; by default their words."""
    prompt_by: Annotated[str, OnlyWith(about="clips")] = ""
    """The attribute of spans, or else of the video, with the text that both clips were to show."""
    per_video: int | None = Field(None, ge=1)
    """At most so many pairs of a video, chosen by chance."""
    criteria: dict[CriterionName, Annotated[Criterion, BeforeValidator(_long)]] = Field(
        {
            "accuracy": Criterion(about="what is said agrees with the video"),
            "relevance": Criterion(about="it answers what was asked, and keeps to it"),
            "helpfulness": Criterion(about="whoever asked is served by it"),
        },
        min_length=1,
    )
    """What is judged, by name: {accuracy: "what is said agrees with the video"}, or {alignment: {about: …, question: …,
    points: {object: …}}}."""
    decide: Literal["overall", "most"] = "overall"
    """Who wins where there are several criteria: the judge says who is better ``overall``; or ``most`` of them do."""
    ties: Annotated[dict[CriterionName, str], Without("marks")] = Field({TIE: "neither is better"})
    """The words for no winner, each with what it means: {same_good: "both are good", same_bad: "both are bad"}. None:
    the judge must choose."""
    marks: int | None = Field(None, ge=2, le=100)
    """Both are marked from 1 to this on each criterion, and the greater mark wins. By default the judge chooses."""
    margin: Annotated[int, OnlyWith("marks")] = Field(1, ge=1)
    """By how much the marks must differ; what differs less is a tie."""
    orders: Literal["both", "random"] = "both"
    """``both``: each comes first once. ``random``: asked once, in an order drawn by chance."""
    disagree: Annotated[Disagree, OnlyWith(orders="both")] = "tie"
    """What a criterion is on which the two orders say different things: a ``tie``, or nothing: ``drop``."""
    lost: Annotated[Literal["swap", "drop", "keep"], OnlyWith(about="pairs")] = "swap"
    """What becomes of a pair whose rejected reply is the better: the two change places; it goes; or stays as it is."""
    tied: Annotated[Literal["keep", "drop"], OnlyWith(about="pairs")] = "keep"
    """What becomes of a tie: ``keep`` it with its verdicts, as the task tied_pair, without a rejected reply."""
    look: Look | None = Look()
    """Frames that are shown of the stretch, or of each clip: {which: uniform, count: 8}. null: none; then ``with``."""
    shown: Annotated[list[str], OnlyWith(about="pairs")] = Field(default_factory=list, alias="with")
    """Lanes that are shown, with times, where they overlap the stretch, speech where its middle is in it: [speech]."""

    @model_validator(mode="after")
    def _can_be_judged(self) -> Self:
        if taken := sorted(words.RESERVED & set(self.criteria)):
            raise ValueError(f"criteria: {taken[0]} has another meaning in the reply; name it otherwise")
        if taken := sorted(set(words.WORDS) & set(self.ties)):
            raise ValueError(f"ties: {taken[0]} says who is better; name it otherwise")
        if not self.ties and self.orders == "both" and self.disagree == "tie" and self.marks is None:
            raise ValueError("ties: there are none, so that what the orders disagree on cannot be one: disagree: drop")
        if self.look is None and (self.about == "clips" or not self.shown):
            raise ValueError("look: null shows nothing of the video; name lanes in with, which say what is known of it")
        return self

    def asked_prompts(self) -> list[str]:
        return ["judge" if self.about == "pairs" else "clips"]

    def gives_samples(self) -> bool:
        return self.about == "clips"

    def own_tasks(self) -> set[str]:
        return {TASK} if self.about == "clips" else {TIED} if self.tied == "keep" else set()

    def lanes_read(self) -> set[str]:
        seen = self.look.lanes() if self.look is not None else set()
        return seen | set(self.shown) | ({self.of} if self.about == "clips" else set())

    def demand(self, seconds: float) -> Demand:
        pairs = float(self.per_video or max(2.0, seconds / 30))
        calls, sides = pairs * (2 if self.orders == "both" else 1), 2 if self.about == "clips" else 1
        images = self.look.images() * sides if self.look is not None else 0
        told = min(seconds, 600.0) * len(self.shown)
        return Demand(calls, calls * images, calls * (400 + 20 * len(self._names()) + told), calls * 80)

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        rng = video.random(self.key)
        jobs = self._clip_jobs(video, rng) if self.about == "clips" else self._pair_jobs(video, rng)
        video.report |= {"asked": len(jobs), "judged": 0}
        orders = [list(ORDERS) if self.orders == "both" else [rng.choice(ORDERS)] for _ in jobs]
        requests = [self._request(video, job, order) for job, each in zip(jobs, orders, strict=True) for order in each]
        if not requests:
            return video
        replies = await teacher.ask(requests)
        if not any(reply.ok for reply in replies):
            raise Failed(replies[0].failure, replies[0].detail)
        name, answers = self.teacher or str(getattr(teacher, "name", "") or "teacher"), iter(replies)
        for job, each in zip(jobs, orders, strict=True):
            self._settle(video, job, {order: next(answers) for order in each}, name, rng)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """How often the two orders disagreed, and how often the one that came first was said to be the better."""
        lines = told_frames(self.name(), totals, self.look)
        if not totals.get("asked", 1):
            what = f"two spans in {self.of} that could be compared" if self.about == "clips" else "pair of replies"
            return "\n".join([f"{self.name()}: nothing was judged: there is no {what}.", *lines])
        if one := int(totals.get("verdicts", 0)):
            say = f"{self.name()}: {totals['judged']:.0f} pairs judged"
            if twice := int(totals.get("twice", 0)):
                say += f"; the two orders disagreed on {totals.get('disagreed', 0):.0f} of {twice} verdicts"
            first, won = totals.get("first", 0), totals.get("first", 0) + totals.get("second", 0)
            say += f"; of {won:.0f} that name a winner {first:.0f} name the one that came first" if won else ""
            lines.insert(0, f"{say}; {totals.get('ties', 0):.0f} of {one} verdicts are ties.")
        return "\n".join(lines) or None

    def _names(self) -> dict[str, str]:
        """What is judged, by the names of the reply's fields: criteria, their points, and all together."""
        found = {}
        for name, one in self.criteria.items():
            found[name] = one.about
            found |= {f"{name}__{point}": about for point, about in one.points.items()}
        return found | ({OVERALL: words.TOGETHER} if self.decide == "overall" and len(self.criteria) > 1 else {})

    def _pair_jobs(self, video: Timeline, rng: Random) -> list[Compared]:
        jobs = []
        for sample in list(video.samples):
            if not sample.rejected or JUDGED in sample.params:
                continue
            if self.tasks is not None and sample.task not in self.tasks:
                continue
            if gives_commands(sample.answer) or gives_commands(sample.rejected):
                self._take_off(video, sample, "reads_as_command", f"{sample.answer}\n---\n{sample.rejected}")
                continue
            names = sample.params.get(CHOSEN_SOURCE, CHOSEN), sample.rejected_source or "rejected"
            pair = JudgedPair(*names, replies=[sample.answer, sample.rejected])
            wording = IMAGE if sample.params.get("medium") == "image" else VIDEO
            shown = shown_of(video, sample.start, sample.end, self.look, self.shown, wording)
            jobs.append(Compared(pair, sample, None, shown))
        jobs = self._some(jobs, rng)
        count_stretches(video, [(one.sample.start, one.sample.end) for one in jobs if one.sample], self.look)
        return jobs

    def _clip_jobs(self, video: Timeline, rng: Random) -> list[Compared]:
        spans = [span for span in video.lane(self.of) if span.end > span.start]
        pairs = [
            pair
            for pair in combinations(spans, 2)
            if not self.same or (pair[0].attrs.get(self.same) or None) == pair[1].attrs.get(self.same, "")
        ]
        jobs = []
        for two in self._some(pairs, rng):
            a, b = rng.sample(two, 2)  # which of them is first in the sample
            prompt = a.attrs.get(self.prompt_by) or video.attrs.get(self.prompt_by, "") if self.prompt_by else ""
            uris = [span.attrs.get("uri", "") for span in (a, b)]
            known = JudgedPair(self._named(a), self._named(b), videos=uris if all(uris) else [], prompt=prompt)
            jobs.append(Compared(known, clips=(a, b)))
        count_stretches(video, [(span.start, span.end) for job in jobs for span in job.clips or ()], self.look)
        return jobs

    def _named(self, span: Span) -> str:
        """Who competes with *span*."""
        return (span.attrs.get(self.name_by, "") if self.name_by else "") or words_of(self.of, span) or span.id

    def _some(self, found: list[Any], rng: Random) -> list[Any]:
        if self.per_video is None or len(found) <= self.per_video:
            return found
        return [found[n] for n in sorted(rng.sample(range(len(found)), self.per_video))]

    def _request(self, video: Timeline, job: Compared, order: Order) -> Request:
        names = self._names()
        asked, schema = words.listed(names, self.ties, self.marks), words.schema_of([*names], [*self.ties], self.marks)
        if job.clips is not None:
            assert self.look is not None
            first, second = job.clips if order == "ab" else reversed(job.clips)
            told = material("prompt", job.pair.prompt) if job.pair.prompt else ""
            parts: list[Part] = [
                *(words.FIRST_CLIP, *_frames(video, first, self.look)),
                *(words.SECOND_CLIP, *_frames(video, second, self.look)),
                *([f"{BOTH}\n{told}"] if told else []),
                f"{words.FROM_FRAMES} {asked}",
            ]
            known = {"material": told, "criteria": asked}
            return self.prompter(video).request("clips", words.ROLE_CLIPS, parts, known, schema=schema)
        assert job.sample is not None
        question, persona = material("question", job.sample.question), job.sample.params.get("persona", "")
        one, two = job.pair.replies if order == "ab" else reversed(job.pair.replies)
        reply, other = material("first reply", one), material("second reply", two)
        who = f"{words.ASKS} {material('persona', persona)}\n" if persona else ""
        text = f"{who}{words.QUESTION}\n{question}\n{words.FIRST}\n{reply}\n{words.SECOND}\n{other}"
        by = words.FROM_FRAMES if self.look is not None else words.FROM_LINES
        known = {"question": question, "reply": reply, "other": other, "criteria": asked}
        parts = [*job.shown, text, f"{by} {asked}"]
        return self.prompter(video).request("judge", words.ROLE_REPLIES, parts, known, schema=schema)

    def _settle(self, video: Timeline, job: Compared, replies: Mapping[Order, Reply], judge: str, rng: Random) -> None:
        """Keep the verdicts of *judge* with the sample, or say in the rejects why there are none."""
        if failed := next((reply for reply in replies.values() if not reply.ok), None):
            where = cited_span(job.sample) if job.sample is not None else (self.of, job.clips[0] if job.clips else None)
            self.reject_reply(video, failed, *where)
            if job.sample is not None:
                video.samples = [sample for sample in video.samples if sample is not job.sample]
            return
        pair = job.pair
        pair.verdicts = [one for order, reply in replies.items() for one in self._verdicts(order, reply.value)]
        pair.reasons = {order: reply.value["reason"].strip() for order, reply in replies.items()}
        for name in dict.fromkeys(one.criterion for one in pair.verdicts):
            said = [one for one in pair.verdicts if one.criterion == name]
            pair.settled[name] = settle(said, self.disagree)
            if pair.settled[name] == TIE and (word := tie_word(said, list(self.ties))):
                pair.words[name] = word
        deciding = OVERALL if OVERALL in pair.settled else next(iter(self.criteria))
        pair.winner = most(pair.settled) if self.decide == "most" else pair.settled[deciding]
        self._count(video, pair)
        if job.clips is not None:
            self._add_clips(video, pair, job.clips, judge, rng)
        elif job.sample is not None:
            self._mark(video, job.sample, pair)

    def _verdicts(self, order: Order, value: Mapping[str, Any]) -> Iterable[PairVerdict]:
        """What was said in one order, by the names of the two and not by their places."""
        for field in self._names():
            said, marks = value[field], None
            if isinstance(said, dict):
                marks = (said["first"], said["second"])
                ahead = marks[0] - marks[1]
                said = TIE if abs(ahead) < self.margin else "first" if ahead > 0 else "second"
                marks = marks if order == "ab" else marks[::-1]
            place: dict[str, Winner] = {"first": "a", "second": "b"} if order == "ab" else {"first": "b", "second": "a"}
            name = field.replace("__", POINT)
            word = "" if said in place else said
            yield PairVerdict(name, order, place.get(said, "tie"), word, marks)

    def _count(self, video: Timeline, pair: JudgedPair) -> None:
        totals = dict.fromkeys(("judged", "verdicts", "ties", "first", "second", "twice", "disagreed"), 0)
        totals["judged"] = 1
        for one in pair.verdicts:
            place = "ties" if one.verdict == TIE else "first" if one.verdict == one.order[0] else "second"
            totals["verdicts"] += 1
            totals[place] += 1
        for name in pair.settled if self.orders == "both" else ():
            totals["twice"] += 1
            totals["disagreed"] += len({one.verdict for one in pair.verdicts if one.criterion == name}) > 1
        for key, count in totals.items():
            video.report[key] = video.report.get(key, 0) + count

    def _mark(self, video: Timeline, sample: Sample, pair: JudgedPair) -> None:
        """Keep the verdicts with *sample*, and turn it round, take it off, or leave it without a rejected reply."""
        sample.params[JUDGED] = pair.text()
        if not pair.winner:
            self._take_off(video, sample, "orders_disagree", pair.text())
        elif pair.winner == TIE:
            if self.tied == "drop":
                self._take_off(video, sample, "tie", pair.text())
            sample.task, sample.rejected, sample.rejected_source = TIED, "", ""
        elif pair.winner == "b" and self.lost == "drop":
            self._take_off(video, sample, "rejected_is_better", pair.text())
        elif pair.winner == "b" and self.lost == "swap":
            sample.answer, sample.rejected = sample.rejected, sample.answer
            sample.rejected_source = pair.a
            sample.teacher = pair.b if CHOSEN_SOURCE in sample.params else sample.teacher
            sample.params[CHOSEN_SOURCE] = pair.b
            if sample.messages:
                sample.messages[-1] = replace(sample.messages[-1], content=sample.answer)

    def _take_off(self, video: Timeline, sample: Sample, reason: str, detail: str) -> None:
        self.reject(video, *cited_span(sample), reason, detail=detail)
        video.samples = [one for one in video.samples if one is not sample]

    def _add_clips(self, video: Timeline, pair: JudgedPair, clips: tuple[Span, Span], judge: str, rng: Random) -> None:
        """A sample for each criterion, that asks which of *clips* is the better."""
        evidence = [Evidence(span.start, span.end, self.of, words_of(self.of, span), span.id) for span in clips]
        first, second = (_medium(video, span) for span in clips)
        for name in (name for name in pair.settled if POINT not in name):
            known = self.criteria.get(name, Criterion())
            about = known.question or known.about
            sample = clip_preference(pair, name, about, self.ties, evidence, (first, second), rng, judge)
            if sample is None:
                detail = f"{name}: {pair.text()}"
                self.reject(video, self.of, clips[0], "orders_disagree", detail=detail)
                continue
            self.add_samples(video, [sample])


def _frames(video: Timeline, span: Span, look: Look) -> list[Part]:
    """The frames of *span*, without the names of the media of a group, which would tell one from the other."""
    return [part for part in shown_frames(video, span.start, span.end, look) if not isinstance(part, str)]


def _medium(video: Timeline, span: Span) -> Medium:
    """What shows *span*: of a group the video that it is."""
    found = (one.medium for one in members_of(video) if (one.start, one.end) == (span.start, span.end))
    return next(found, Medium("clip", "", span.start, span.end))
