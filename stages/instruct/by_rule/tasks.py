"""Questions and answers made from lanes by rule: no model, and every answer can be worked out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
    model_validator,
)

from ....rules.caption_parts import is_part
from ....rules.clock import Clock, TimeSettings
from ....rules.families.captioning import Captioning, CaptionPool
from ....rules.family import Family, find_families
from ....rules.lane_kinds import NEVER, KindName
from ....rules.lane_view import View, views_of
from ....rules.language_key import LanguageKey, language_of_key
from ....rules.language_words import ENGLISH, Language
from ....rules.own_attributes import check_attributes
from ....rules.phrasings import lacking
from ....rules.query_times import QueryTimes, long_form
from ....rules.template_slots import contents, fill, raw, slot_fault, slots_of
from ....schemas import Dropped, Sample, Timeline
from ....schemas.lane_names import KnownLanes
from ....schemas.nearest import nearest
from ....schemas.settings_model import Misfits, OnlyWith, Settings
from ...stage import Gather, Misfit
from ..asked_for import (
    add,
    count_lost,
    count_made,
    count_without_words,
    no_time,
    nothing_made,
    told,
    why_lost,
    without_words,
)
from ..family_rows import rows_by_rule
from .own_phrasings import check_phrasings, check_words, own_phrasings
from .own_templates import Template, entry_tag
from .worded import Planned, Writer, ask_in, families_of, note_families

ALONE = ("captioning",)
"""Tasks whose samples are shown with a span alone."""
PER_TASK = 2
"""Questions of one task for a video, unless the settings say how many, or the task asks of every span."""
EVERY = 1_000_000
"""More than there are spans in a video."""
_OF_KIND = "of_kind:"
"""How keys begin under which the videos are counted that have spans in a lane whose kind is set."""
POOL = 50
"""Answers of other videos that a video gets for a template whose wrong options they are."""


def _known(task: str) -> str:
    """*task*, if it is that of a family."""
    known = [name for name, family in find_families().items() if family.kinds]
    if task not in known:
        near = nearest(task, known)
        meant = f"did you mean {near}? " if near else ""
        raise ValueError(f"unknown task {task}; {meant}known: {', '.join(known)}")
    return task


Filled = Annotated[str, StringConstraints(min_length=1)]
Entry = Annotated[
    Annotated[str, AfterValidator(_known), Tag("name")] | Annotated[Template, Tag("template")],
    Discriminator(entry_tag),
]


class CaptionQuestions(Settings):
    """How the task captioning asks for captions."""

    pool: CaptionPool | None = "by_length"
    """Questions for a ``brief`` caption, for a ``detailed`` one, or ``by_length``: for a detailed one where the caption
    has more than 35 words. Null: for none of the whole caption."""
    parts: Literal["all"] | list[Annotated[str, StringConstraints(min_length=1)]] = Field([])
    """Parts of a structured caption that are asked for each by itself, "Describe the camera work.": [camera, style], or
    all that a caption has."""

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.pool is None and not self.parts:
            raise ValueError("asks for nothing: give a pool, parts, or both")
        if self.parts != "all" and (no_part := [name for name in self.parts if not is_part(name)]):
            raise ValueError(f"parts: {', '.join(no_part)} has another meaning among the attributes of a caption")
        return self

    def family(self) -> Captioning:
        """The family that asks like this."""
        return Captioning(self.pool, None if self.parts == "all" else self.parts)


class Tasks(TimeSettings, Gather):
    """Make questions from lanes by rule: when, what, in which order, how many, what next, a timed list, and more.

    Without settings it makes what the lanes allow. The answer of each sample follows from its evidence
    (``solve.recompute``); an event that is asked for by its words is the only one with these words.
    """

    renamed: ClassVar[Mapping[str, str]] = {"tasks: describe": "captioning"}

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True
    became: ClassVar[Mapping[str, tuple[str, str]]] = {"given": ("show", "lanes")}

    of: list[str] | None = None
    """Lanes to ask about; by default every lane that suits."""
    tasks: list[Entry] | None = None
    """Families of questions to make, which are listed with the stage; by default all that a lane allows. ``captioning``
    makes (clip, caption) pairs: the question names no time, and the sample is shown with its span alone. An entry
    {name: …, of: LANE, ask: […], answer: …} is a template of yours: a question in your own words, made from each span
    of a lane, or from the attributes of each video."""
    captioning: Annotated[CaptionQuestions, OnlyWith(tasks="captioning")] = CaptionQuestions()
    """What captioning asks for: {pool: detailed, parts: [camera]}."""
    kinds: dict[str, KindName] = Field(default_factory=dict)
    """The kind of words in a lane, where its name and content do not say it: {steps_de: step}."""
    language: LanguageKey = ENGLISH
    """The language of the questions, and of answers that are made of our words, as times are: English, Chinese, French,
    German, Spanish, or a file of your own, words/it.yaml. Nothing else about a sample depends on it."""
    phrasings: dict[str, list[str]] = Field(default_factory=dict)
    """Questions of your own for a task, one of them by chance: {counting: ["How many {q} are there?"]}. They replace
    those that it has, and use the slots of these. A task that asks in several ways has a name for each:
    {before_after.before: [...], before_after.after: [...]}."""
    attributes: dict[str, Filled | Annotated[list[Filled], Field(min_length=1)]] = Field(default_factory=dict)
    """What samples keep among their parameters of the first span that they rest on, with slots as in templates:
    {level: "{attr:level}", set: ActivityNet}; of several texts one by chance. One whose slots are empty is left out; a
    template has its own besides."""
    per_task: int | None = Field(None, ge=1)
    """At most so many questions of one task for a video; by default 2, and of captioning and of a template
    one for every span."""
    per_video: int | None = Field(None, ge=1)
    """At most so many questions for a video, spread over the tasks."""

    at: Annotated[QueryTimes | None, BeforeValidator(long_form)] = None
    """Ask at times of the video, of what there is by then, and show no more than that (``seen_end``): middle, {every:
    30}, {shares: [0.25, 0.75]}, or {after: LANE, delay: 2}, when a span of that lane is over. A family asks about the
    spans that are over, of lanes in which nothing goes on then; a template says which ``moment`` it is about. By
    default questions are about the whole video."""
    repeated: Annotated[Literal["all", "differ", "once"], OnlyWith("at")] = "all"
    """A question that fits several of these times is asked at ``all`` of them, as samples of one ``group``; only where
    its answers ``differ``, once for each, with the same options; or ``once``. It counts as one for ``per_task``."""

    @field_validator("tasks")
    @classmethod
    def _once(cls, tasks: list[Entry] | None) -> list[Entry] | None:
        names = [task if isinstance(task, str) else task.name for task in tasks or ()]
        twice = [n for n, task in enumerate(tasks or ()) if isinstance(task, Template) and task.name in names[:n]]
        if twice:
            raise Misfits([((n, "name"), f"there are two tasks called {names[n]}") for n in twice])
        return tasks

    @field_validator("attributes")
    @classmethod
    def _own_attributes(cls, attributes: dict[str, str | list[str]]) -> dict[str, str | list[str]]:
        check_attributes(attributes)
        for name, texts in attributes.items():
            for slot in slots_of("".join([texts] if isinstance(texts, str) else texts)):
                if fault := slot_fault(slot, of_video=False):
                    raise ValueError(f"{name}: {fault}")
        return attributes

    @model_validator(mode="after")
    def _can_be_asked_at_times(self) -> Self:
        wrong: list[tuple[tuple[str | int, ...], str]] = []
        for n, task in enumerate(self.tasks or ()):
            if isinstance(task, str):
                if self.at is not None and task in ALONE:
                    wrong.append((("tasks", n), f"{task} shows a span alone, and cannot be asked at a time"))
            elif self.at is None and task.moment is not None:
                wrong.append((("tasks", n, "moment"), "has no effect without at, which says when questions are asked"))
            elif self.at is not None and task.of is None:
                wrong.append((("tasks", n, "of"), "what is known of a whole video is not known at a time of it"))
        if wrong:
            raise Misfits(wrong)
        return self

    @model_validator(mode="after")
    def _check_phrasings(self) -> Self:
        check_phrasings(self.phrasings, self._named())
        check_words(language_of_key(self.language), self._named(), self.phrasings)
        return self

    def own_tasks(self) -> set[str]:
        return {template.name for template in self._templates()}

    def lanes_read(self) -> set[str]:
        told = {self.at.after} if self.at is not None and self.at.after else set()
        return {*(self.of or ()), *(lane for template in self._templates() for lane in template.lanes()), *told}

    def misfits(self, known: KnownLanes) -> Iterable[Misfit]:
        there = sorted(known.keys() - NEVER)
        for lane in self.kinds if known else ():
            if lane not in known:
                near = nearest(lane, there)
                told = f"did you mean {near}?" if near else f"there are: {', '.join(there) or 'none'}"
                yield Misfit(("kinds", lane), f"{lane} is a lane that nothing before it writes; {told}")

    @classmethod
    def family_rows(cls) -> list[list[str]]:
        return list(rows_by_rule())

    def gathers(self) -> bool:
        return any(_takes_of_others(template) for template in self._templates())

    def digest(self, video: Timeline) -> Any:
        from .template_samples import TemplateMaker
        from .text_pools import PER_VIDEO

        lanes: dict[str, list[list[str]]] = {}
        for template in filter(_takes_of_others, self._templates()):
            rng = video.random(self.key, "digest", template.name)
            try:
                clock = self._said(self.clock(video.seconds or float("inf")))
            except Dropped:  # as it will be when its turn comes
                continue
            texts = TemplateMaker(template, video, clock, rng, ()).answers()
            lanes[template.name] = [[text, ""] for text in rng.sample(texts, min(PER_VIDEO, len(texts)))]
        return {"seed": video.seed, "lanes": lanes}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        from .text_pools import gather

        return gather(digests, POOL)

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        names = sorted(video.lanes.keys() - NEVER) if self.of is None else self.of
        duration = video.seconds or float("inf")
        clock, families = self.clock(duration), families_of(video, self._families())
        language = language_of_key(self.language)
        if video.is_still:
            clock, language = replace(clock, language=clock.language.of_image()), language.of_image()
        views = views_of(video.lanes, names, self.kinds, duration) if families else []
        note_families(video, views, families, named=self.tasks is not None)
        for lane in self.kinds:
            add(video, _OF_KIND + lane, bool(video.lane(lane)))
        rng = video.random(self.key)
        if self.at is not None:
            samples = self._asked_at(self.at, video, clock, verdict or {})
        else:
            own = self._own_rounds(video, self._said(clock), verdict or {})
            planned = self._plan(families, views, own, rng, clock, language)
            writer = Writer(clock, language, still=video.is_still)
            written = [
                one
                if isinstance(one, Sample)
                else writer.write(one, rng, own_phrasings(self.phrasings, one.family.task, one.ask.wording))
                for one in planned
            ]
            samples = [sample for sample in written if sample is not None]
            count_without_words(video, writer.left_out)
        self._mark(video, samples)
        count_made(video, [*(self._named() or ()), *self.own_tasks()], samples)
        self.add_samples(video, samples)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The tasks that were asked for and made nothing, and what was left out."""
        known = find_families()
        where = f" in {', '.join(self.of)}" if self.of else ""
        kinds = {task: f"{' or '.join(sorted(known[task].kinds))} spans{where}" for task in self._named() or ()}
        why = {task: why_lost(totals, task) or known[task].made_none for task in kinds}
        short = []
        for template in self._templates():
            lost = why_lost(totals, template.name)
            why[template.name] = lost or f"no span in {template.of}"
            if lost and template.name not in nothing_made(totals):
                short.append(f"{self.name()}: {template.name} could not be asked of every span: {lost}.")
        lines = [*told(self.name(), totals, kinds, why), *short]
        lines += no_time(self.name(), totals)
        absent = [lane for lane in self.kinds if totals.get(_OF_KIND + lane) == 0]
        lines += [f"{self.name()}: kinds names the lane {lane}, which has no span in any video." for lane in absent]
        if lost := without_words(totals):
            name = language_of_key(self.language).name
            lines.append(f"{self.name()}: left out for want of questions in {name}: {lost}.")
        return "\n".join(lines) or None

    def remarks(self) -> list[str]:
        language = language_of_key(self.language)
        none = [task for task in lacking(language) if find_families()[task].kinds]
        if self.tasks is not None or not none:
            return []
        return [f"language {language.name} has no questions for {', '.join(none)}: none are asked."]

    def _mark(self, video: Timeline, samples: Sequence[Sample]) -> None:
        """Put the attributes that are asked for among the parameters of *samples*."""
        spans = {span.id: span for lane in video.lanes.values() for span in lane} if self.attributes else {}
        rng = video.random(self.key, "attributes")
        for sample in samples:
            first = next((spans[item.span] for item in sample.evidence if item.span in spans), None)
            for name, texts in self.attributes.items():
                text = texts if isinstance(texts, str) else rng.choice(texts)
                known = {slot: raw(slot, first, video.attrs) if first else "" for slot in contents(slots_of(text))}
                if len(known) == len(slots_of(text)) and all(known.values()):
                    sample.params.setdefault(name, fill(text, known))

    def _own_rounds(self, video: Timeline, clock: Clock, texts: Mapping[str, Any]) -> list[list[Sample]]:
        """The samples of each template; *texts* are those of other videos, by template."""
        from .template_samples import TemplateMaker

        rounds = []
        for template in self._templates():
            rng = video.random(self.key, "template", template.name)
            others = [text for text, _ in texts.get(template.name, ())]
            samples, left = TemplateMaker(template, video, clock, rng, others).samples()
            for reason in left:
                count_lost(video, template.name, reason)
            if self.per_task is not None and len(samples) > self.per_task:
                samples = [samples[n] for n in sorted(rng.sample(range(len(samples)), self.per_task))]
            rounds.append(samples)
        return rounds

    def _asked_at(self, at: QueryTimes, video: Timeline, clock: Clock, texts: Mapping[str, Any]) -> list[Sample]:
        """The samples of all families and templates, asked at the times *at*; *texts* are answers of other videos."""
        from .asked_at import TimedQuestions, spread

        asked = TimedQuestions(video, self.key, at, self.repeated, clock, language_of_key(self.language))
        families = [family for family in families_of(video, self._families()) if family.task not in ALONE]
        add(video, "without_times", not at.times(video))
        asked.ask_families(families, self.of, self.tasks is not None, self.kinds, self.phrasings)
        most = {family.task: self.per_task or (None if family.every else PER_TASK) for family in families}
        for template in self._templates():
            asked.ask_template(template, [text for text, _ in texts.get(template.name, ())])
            most[template.name] = self.per_task
        rng = video.random(self.key, "chosen at")
        rounds = [asked.units(task, many, rng) for task, many in most.items()]
        count_without_words(video, asked.without_words)
        return spread(rounds, self.per_video, rng)

    def _plan(
        self,
        families: Sequence[Family],
        views: list[View],
        own: list[list[Sample]],
        rng: Random,
        clock: Clock,
        language: Language,
    ) -> list[Planned | Sample]:
        """Choose what to ask: at most ``per_task`` of each family over all lanes, and ``per_video`` in all."""
        rounds: list[list[Planned | Sample]] = []
        named = self.tasks is not None
        for family in families:
            most = self.per_task or (EVERY if family.every else PER_TASK)
            questions: list[Planned | Sample] = [
                one
                for view in views
                if family.suits(view, named)
                for one in ask_in(family, view, rng, most, clock, language)
            ]
            if len(questions) > most:
                questions = rng.sample(questions, most)
            if questions:
                rounds.append(questions)
        rounds += [list(samples) for samples in own if samples]
        if self.per_video is None:
            return [planned for questions in rounds for planned in questions]
        rng.shuffle(rounds)
        deepest = max(map(len, rounds), default=0)
        spread = [questions[n] for n in range(deepest) for questions in rounds if n < len(questions)]
        return spread[: self.per_video]

    def _families(self) -> list[Family]:
        """What asks, in order."""
        known, names = find_families(), self._named()
        if names is None:
            return list(known.values())
        mine: dict[str, Family] = {"captioning": self.captioning.family()}
        return [mine.get(task) or known[task] for task in dict.fromkeys(names)]

    def _said(self, clock: Clock) -> Clock:
        """*clock*, writing the language of the settings."""
        return replace(clock, language=language_of_key(self.language))

    def _named(self) -> list[str] | None:
        """The families that are named; None: no setting says which."""
        return None if self.tasks is None else [task for task in self.tasks if isinstance(task, str)]

    def _templates(self) -> list[Template]:
        """The questions in a config's own words."""
        return [task for task in self.tasks or () if isinstance(task, Template)]


def _takes_of_others(template: Template) -> bool:
    """Whether the wrong options of *template* come from other videos."""
    return template.options is not None and template.options.source == "other_videos"
