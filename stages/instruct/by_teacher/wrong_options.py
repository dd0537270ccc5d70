"""Wrong options: a teacher writes them, or gives them as its own wrong answers, and each is judged to be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ....rules.lane_kinds import fold
from ....rules.letters import LETTERS, Letters, drawn_ask, item_of
from ....rules.option_lengths import choose_by_length
from ....rules.solve import rule_of
from ....schemas import Demand, Failed, Part, Reply, Request, Sample, Timeline, cited_span
from ....schemas.sample import IMPORTED
from ....schemas.settings_model import OnlyWith
from ...prompting.frame_choice import Look, shown_frames
from ...prompting.hearing import Hearing, said_sound, told_sounds
from ...prompting.material import material
from ...prompting.own_words import PromptSpec
from ...stage import Teacher, TeacherStage
from .. import asked_for
from ..by_rule.existing_options import keeps_its_order, with_options
from . import wrong_options_words as words
from .prompt_injection import gives_commands

Origin = Literal["written", "own_answers"]
SPARE = 2
"""How many wrong options are written for each that is taken, so that some can be judged away and lengths chosen."""
LEAST = 2
"""Wrong options of an item at least."""


@dataclass(slots=True)
class _OptionsJob:
    """A sample that is to get wrong options, and those that are proposed."""

    sample: Sample
    found: list[str] = field(default_factory=list)
    failure: Reply | None = None


class WrongOptions(Hearing, TeacherStage):
    """Give questions wrong options that a teacher writes with the key known, or its own wrong answers (MMR-V).

    Each is judged: what is right as well, or may be, is no option, nor is what is nearly the right answer or another
    option. Of the others those are taken whose lengths do not tell the right one. Open questions become multiple
    choice; what has options gets these in the place of its wrong ones.
    """

    model_config = ConfigDict(populate_by_name=True)
    makes_samples: ClassVar[bool] = True
    prompts: ClassVar[Mapping[str, PromptSpec]] = {
        "write": words.WRITE_SPEC,
        "tell": words.TELL_SPEC,
        "judge": words.JUDGE_SPEC,
    }

    tasks: list[str] | None = None
    """Tasks to take; ``imported`` stands for the questions of label files. By default all that a teacher or a person
    has answered in words."""
    origins: list[Origin] = Field(["written"], alias="from", min_length=1)
    """Where wrong options come from: ``written`` with the key known; ``own_answers`` that the teacher gives when it is
    asked the open question, as far as they are wrong."""
    count: int = Field(4, ge=3, le=len(LETTERS))
    """Options of an item, the right one included; fewer where fewer wrong ones are left, but never fewer than 3."""
    draws: Annotated[int, OnlyWith(origins="own_answers")] = Field(8, ge=1, le=64)
    """How many own answers are drawn."""
    temperature: Annotated[float, OnlyWith(origins="own_answers")] = Field(1.0, ge=0)
    """For drawing these."""
    answerer: Annotated[str, OnlyWith(origins="own_answers")] = ""
    """The teacher that answers by itself; by default the same one. A weak one gives more wrong answers."""
    judge: str = ""
    """The teacher that judges the options; by default the same one."""
    max_similarity: float = Field(80.0, gt=0, le=100)
    """Texts that are alike to this degree (0..100, normalised edit similarity) are never options of one item."""
    existing: Literal["replace", "keep"] = "replace"
    """What becomes of wrong options that are there already: ``keep`` leaves multiple choice as it is."""
    too_few: Literal["keep", "drop"] = "keep"
    """What becomes of a question with fewer than 2 wrong options: it stays as it is, or is dropped."""
    look: Look | None = Look()
    """Frames of the sample's stretch that are shown to write, to answer and to judge; null shows none."""

    def asked_prompts(self) -> list[str]:
        return [
            *(["write"] if "written" in self.origins else []),
            *(["tell"] if "own_answers" in self.origins else []),
            "judge",
        ]

    def teachers(self) -> list[str]:
        return [self.teacher, *(name for name in (self.answerer, self.judge) if name)]

    def lanes_read(self) -> set[str]:
        return (self.look.lanes() if self.look is not None else set()) | self.lanes_heard()

    def demand(self, seconds: float) -> Demand:
        calls = 8.0 * (1 + ("written" in self.origins) + self.draws * ("own_answers" in self.origins))
        images, heard = calls * (self.look.images() if self.look else 0), calls * self.seconds_heard(10.0)
        return Demand(calls, images, calls * 300, calls * 80, heard)

    async def run(self, video: Timeline, teacher: Teacher) -> Timeline:
        jobs = [_OptionsJob(sample) for sample in video.samples if self._wanted(sample)]
        if not jobs:
            return video
        await self._write(video, jobs, teacher)
        await self._answer(video, jobs, teacher.named(self.answerer) if self.answerer else teacher)
        for job in jobs:
            job.found = self._distinct(video, job.sample, job.found)
        await self._judge(video, jobs, teacher.named(self.judge) if self.judge else teacher)
        failures = [job.failure for job in jobs if job.failure is not None]
        if len(failures) == len(jobs) and not any(job.found for job in jobs):
            raise Failed(failures[0].failure, failures[0].detail)
        by_sample = {id(job.sample): job for job in jobs}
        letters, lengths = Letters(video.random(self.key)), Letters(video.random(self.key, "lengths"))
        samples, video.samples = video.samples, []
        name = self.teacher or str(getattr(teacher, "name", "") or "teacher")
        for sample in samples:
            if id(sample) in by_sample:
                self._settle(video, by_sample[id(sample)], letters, lengths, name)
            else:
                video.samples.append(sample)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``wrong_options: 12 questions have new options; 5 were judged right as well, or unclear; …``"""
        made, few = int(totals.get("items", 0)), int(totals.get("too_few", 0))
        judged, near = int(totals.get("judged_away", 0)), int(totals.get("too_near", 0))
        parts = [f"{made} questions have new options" if made else "no question has new options"]
        parts += [f"{judged} options were judged right as well or unclear"] if judged else []
        parts += [f"{near} were too near the right one or another"] if near else []
        kept = "were dropped" if self.too_few == "drop" else "stay as they were"
        parts += [f"{few} questions have fewer than {LEAST} wrong ones and {kept}"] if few else []
        return "\n".join([f"{self.name()}: {'; '.join(parts)}.", *told_sounds(self.name(), totals)])

    def _wanted(self, sample: Sample) -> bool:
        if (
            sample.rejected
            or sample.is_stream
            or rule_of(sample.task, sample.params) is not None
            or not sample.answer.strip()
        ):
            return False
        if sum(turn.role == "user" for turn in sample.messages) > 1 or (sample.options and keeps_its_order(sample)):
            return False
        if sample.options and self.existing == "keep":
            return False
        if self.tasks is None:
            return bool(sample.teacher)
        return sample.task in self.tasks or (IMPORTED in self.tasks and sample.teacher == IMPORTED)

    async def _write(self, video: Timeline, jobs: Sequence[_OptionsJob], teacher: Teacher) -> None:
        """Have wrong options written, with the key known."""
        if "written" not in self.origins:
            return
        count = SPARE * (self.count - 1)
        asks = []
        for job in jobs:
            asked = self._known(job.sample)
            text = words.WRITE.format(n=count, length=len(job.sample.answer))
            parts = [*self._shown(video, job.sample), *_named(asked), text]
            asks.append(
                self._request(video, "write", words.SYSTEM, parts, {**asked, "n": str(count)}, words.WrittenOptions)
            )
        for job, reply in zip(jobs, await teacher.ask(asks), strict=True):
            if self._took(video, job, reply):
                job.found += words.WrittenOptions.model_validate(reply.value).options

    async def _answer(self, video: Timeline, jobs: Sequence[_OptionsJob], teacher: Teacher) -> None:
        """Have the open question answered several times."""
        if "own_answers" not in self.origins:
            return
        asks = []
        for job in jobs:
            asked = {"question": material("question", job.sample.question)}
            parts = [*self._shown(video, job.sample), *_named(asked), words.TELL]
            one = self._request(video, "tell", words.ANSWERER, parts, asked, words.OwnAnswer)
            asks.append(replace(one, samples=self.draws, temperature=self.temperature))
        for job, reply in zip(jobs, await teacher.ask(asks), strict=True):
            if self._took(video, job, reply):
                job.found += [words.OwnAnswer.model_validate(value).answer for value in reply.values]

    async def _judge(self, video: Timeline, jobs: Sequence[_OptionsJob], teacher: Teacher) -> None:
        """Leave of the options those that are judged wrong."""
        asked_about = [job for job in jobs if job.found]
        asks = []
        for job in asked_about:
            listed = "\n".join(f"{n}. {option}" for n, option in enumerate(job.found, 1))
            asked = {**self._known(job.sample), "options": material("options", listed)}
            parts = [*self._shown(video, job.sample), *_named(asked), words.JUDGED]
            asks.append(self._request(video, "judge", words.JUDGE, parts, asked, words.JudgedOptions))
        for job, reply in zip(asked_about, await teacher.ask(asks) if asks else [], strict=True):
            if not self._took(video, job, reply):
                job.found = []
                continue
            said = words.JudgedOptions.model_validate(reply.value).judgements
            wrong = {one.number for one in said if one.verdict == "wrong"} - {
                one.number for one in said if one.verdict != "wrong"
            }
            left = [option for n, option in enumerate(job.found, 1) if n in wrong]
            asked_for.add(video, "judged_away", len(job.found) - len(left))
            job.found = left

    def _settle(self, video: Timeline, job: _OptionsJob, letters: Letters, lengths: Letters, name: str) -> None:
        """Put the sample of *job* back with its new options, or as it was."""
        sample = job.sample
        if len(job.found) < LEAST:
            asked_for.add(video, "too_few", 1)
            if self.too_few == "keep" or job.failure is not None:
                video.samples.append(sample)
                return
            detail = f"{sample.task}: {sample.question}"
            measured = {"value": float(len(job.found)), "threshold": float(LEAST)}
            self.reject(video, *cited_span(sample), "too_few_distractors", detail=detail, **measured)  # type: ignore[arg-type]
            return
        asked_for.add(video, "items", 1)
        wrong = choose_by_length(sample.answer, job.found, self.count - 1, lengths.next(self.count))
        place = letters.next(len(wrong) + 1)
        options = [*wrong[:place], sample.answer, *wrong[place:]]
        if sample.options:
            made = with_options(sample, options, "")
        else:
            made = item_of(sample, options, drawn_ask(sample.params, video.random(self.key, sample.id)), "")
        made.params["options_by"] = name
        self.add_samples(video, [made])

    def _distinct(self, video: Timeline, sample: Sample, found: Sequence[str]) -> list[str]:
        """Those of *found* that are not near the right answer or one another, nor give commands."""
        from rapidfuzz import fuzz

        taken, left = [fold(sample.answer)], []
        for text in (" ".join(one.split()) for one in found):
            key = fold(text)
            near = any(key == one or fuzz.ratio(key, one) >= self.max_similarity for one in taken)
            if not key or near or gives_commands(text):
                asked_for.add(video, "too_near", 1)
                continue
            taken.append(key)
            left.append(text)
        return left

    def _took(self, video: Timeline, job: _OptionsJob, reply: Reply) -> bool:
        """Whether *reply* can be used; if not, it is noted."""
        if reply.ok:
            return True
        job.failure = reply
        self.reject_reply(video, reply, *cited_span(job.sample))
        return False

    def _known(self, sample: Sample) -> dict[str, str]:
        return {"question": material("question", sample.question), "answer": material("answer", sample.answer)}

    def _shown(self, video: Timeline, sample: Sample) -> list[Part]:
        sounds = self.heard(video, sample.start, sample.end)
        shown: list[Part] = [*said_sound(sounds), *sounds]
        if self.look is None:
            return shown
        return [words.SHOWN, *shown_frames(video, sample.start, sample.end, self.look), *shown]

    def _request(
        self,
        video: Timeline,
        name: str,
        system: str,
        parts: Sequence[Part],
        known: Mapping[str, str],
        schema: type[BaseModel],
    ) -> Request:
        return self.prompter(video).request(name, system, parts, known, schema=schema.model_json_schema())


def _named(known: Mapping[str, str]) -> list[str]:
    """Blocks of material, each with what it is."""
    says = {"question": words.QUESTION, "answer": words.ANSWER, "options": words.LISTED}
    return [f"{says[name]}\n{text}" for name, text in known.items()]
