"""Questions and answers made from lanes by rule: no model, and every answer can be worked out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, field_validator, model_validator

from ....rules.caption_parts import is_part
from ....rules.clock import Clock, TimeSettings
from ....rules.families.captioning import Captioning, CaptionPool
from ....rules.family import Family, find_families
from ....rules.lane_kinds import NEVER, KindName
from ....rules.lane_view import View, views_of
from ....rules.language_key import LanguageKey, language_of_key
from ....rules.language_words import ENGLISH
from ....rules.phrasings import lacking
from ....schemas import Dropped, Sample, Timeline
from ....schemas.nearest import nearest
from ....schemas.settings_model import Misfits, OnlyWith, Settings
from ...stage import Gather
from ..asked_for import (
    count_left_out,
    count_lost,
    count_made,
    count_unsuited,
    count_without_words,
    nothing_made,
    told,
    why_lost,
    without_words,
)
from ..family_rows import rows_by_rule
from .own_phrasings import check_phrasings, check_words, own_phrasings
from .own_templates import Template, entry_tag
from .worded import Planned, Writer, ask_in

PER_TASK = 2
"""Questions of one task for a video, unless the settings say how many, or the task asks of every span."""
EVERY = 1_000_000
"""More than there are spans in a video."""
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
    per_task: int | None = Field(None, ge=1)
    """At most so many questions of one task for a video; by default 2, and of captioning and of a template
    one for every span."""
    per_video: int | None = Field(None, ge=1)
    """At most so many questions for a video, spread over the tasks."""

    @field_validator("tasks")
    @classmethod
    def _once(cls, tasks: list[Entry] | None) -> list[Entry] | None:
        names = [task if isinstance(task, str) else task.name for task in tasks or ()]
        twice = [n for n, task in enumerate(tasks or ()) if isinstance(task, Template) and task.name in names[:n]]
        if twice:
            raise Misfits([((n, "name"), f"there are two tasks called {names[n]}") for n in twice])
        return tasks

    @model_validator(mode="after")
    def _check_phrasings(self) -> Self:
        check_phrasings(self.phrasings, self._named())
        check_words(language_of_key(self.language), self._named(), self.phrasings)
        return self

    def own_tasks(self) -> set[str]:
        return {template.name for template in self._templates()}

    def lanes_read(self) -> set[str]:
        return {*(self.of or ()), *(template.of for template in self._templates() if template.of)}

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
        clock = self.clock(duration)
        views = views_of(video.lanes, names, self.kinds, duration) if self._families() else []
        self._note(video, views)
        rng = video.random(self.key)
        planned = self._plan(views, self._own_rounds(video, self._said(clock), verdict or {}), rng, clock)
        writer = Writer(clock, language_of_key(self.language))
        written = [
            one
            if isinstance(one, Sample)
            else writer.write(one, rng, own_phrasings(self.phrasings, one.family.task, one.ask.wording))
            for one in planned
        ]
        samples = [sample for sample in written if sample is not None]
        count_without_words(video, writer.left_out)
        count_made(video, [*(self._named() or ()), *self.own_tasks()], samples)
        self.add_samples(video, samples)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The tasks that were asked for and made nothing, and what was left out."""
        known = find_families()
        where = f" in {', '.join(self.of)}" if self.of else ""
        kinds = {task: f"{' or '.join(sorted(known[task].kinds))} spans{where}" for task in self._named() or ()}
        why = {task: known[task].made_none for task in kinds}
        short = []
        for template in self._templates():
            lost = why_lost(totals, template.name)
            why[template.name] = lost or f"no span in {template.of}"
            if lost and template.name not in nothing_made(totals):
                short.append(f"{self.name()}: {template.name} could not be asked of every span: {lost}.")
        lines = [*told(self.name(), totals, kinds, why), *short]
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

    def _note(self, video: Timeline, views: list[View]) -> None:
        """Count what the families leave out of *views*, and which of them were asked for and suit none."""
        for family in self._families():
            suited = [view for view in views if family.suits(view, self.tasks is not None)]
            count_left_out(
                video, family.task, {what: why for view in suited for what, why in family.left_out(view).items()}
            )
            if self.tasks is not None and not suited:
                count_unsuited(video, family.task)

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

    def _plan(self, views: list[View], own: list[list[Sample]], rng: Random, clock: Clock) -> list[Planned | Sample]:
        """Choose what to ask: at most ``per_task`` of each family over all lanes, and ``per_video`` in all."""
        rounds: list[list[Planned | Sample]] = []
        named, language = self.tasks is not None, language_of_key(self.language)
        for family in self._families():
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
