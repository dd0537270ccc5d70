"""Questions and answers made from lanes by rule: no model, and every answer can be worked out again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from random import Random
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from ....rules.caption_parts import is_part
from ....rules.clock import Clock, TimeSettings
from ....rules.families.captioning import Captioning, CaptionPool
from ....rules.family import Ask, Family, find_families
from ....rules.lane_kinds import NEVER, KindName, nouns
from ....rules.lane_view import View, views_of
from ....schemas import Message, Sample, Timeline
from ....schemas.settings_model import OnlyWith, Settings
from ...stage import Stage
from ..asked_for import count_left_out, count_made, count_unsuited, told
from ..family_rows import rows_by_rule
from .own_phrasings import check_phrasings, own_phrasings

_Planned = tuple[Family, View, Ask]
PER_TASK = 2
"""Questions of one task for a video, unless the settings say how many, or the task asks of every span."""
EVERY = 1_000_000
"""More than there are spans in a video."""


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


class Tasks(TimeSettings, Stage):
    """Make questions from lanes by rule: when, what, in which order, how many, what next, a timed list, and more.

    Without settings it makes what the lanes allow. The answer of each sample follows from its evidence
    (``solve.recompute``); an event that is asked for by its words is the only one with these words.
    """

    renamed: ClassVar[Mapping[str, str]] = {"tasks: describe": "captioning"}

    makes_samples: ClassVar[bool] = True
    became: ClassVar[Mapping[str, tuple[str, str]]] = {"given": ("show", "lanes")}

    of: list[str] | None = None
    """Lanes to ask about; by default every lane that suits."""
    tasks: list[str] | None = None
    """Families of questions to make, which are listed with the stage; by default all that a lane allows. ``captioning``
    makes (clip, caption) pairs: the question names no time, and the sample is shown with its span alone."""
    captioning: Annotated[CaptionQuestions, OnlyWith(tasks="captioning")] = CaptionQuestions()
    """What captioning asks for: {pool: detailed, parts: [camera]}."""
    kinds: dict[str, KindName] = Field(default_factory=dict)
    """The kind of words in a lane, where its name and content do not say it: {steps_de: step}."""
    phrasings: dict[str, list[str]] = Field(default_factory=dict)
    """Questions of your own for a task, one of them by chance: {counting: ["How many {q} are there?"]}. They replace
    those that it has, and use the slots of these. A task that asks in several ways has a name for each:
    {before_after.before: [...], before_after.after: [...]}."""
    per_task: int | None = Field(None, ge=1)
    """At most so many questions of one task for a video; by default 2, and of captioning one for every span."""
    per_video: int | None = Field(None, ge=1)
    """At most so many questions for a video, spread over the tasks."""

    @field_validator("tasks")
    @classmethod
    def _known(cls, tasks: list[str] | None) -> list[str] | None:
        known = [name for name, family in find_families().items() if family.kinds]
        unknown = [task for task in tasks or () if task not in known]
        if unknown:
            raise ValueError(f"unknown task {', '.join(unknown)}; known: {', '.join(known)}")
        return tasks

    @model_validator(mode="after")
    def _check_phrasings(self) -> Self:
        check_phrasings(self.phrasings, self.tasks)
        return self

    def lanes_read(self) -> set[str]:
        return set(self.of or ())

    @classmethod
    def family_rows(cls) -> list[list[str]]:
        return list(rows_by_rule())

    def run(self, video: Timeline) -> Timeline:
        names = sorted(video.lanes.keys() - NEVER) if self.of is None else self.of
        duration = video.seconds or float("inf")
        clock = self.clock(duration)
        views = views_of(video.lanes, names, self.kinds, duration)
        self._note(video, views)
        if not views:
            count_made(video, self.tasks or (), ())
            return video
        rng = video.random(self.key)
        planned = self._plan(views, rng, clock)
        base = clock.params()
        samples = [
            _write(view, ask, rng, clock, base, family, own_phrasings(self.phrasings, family.task, ask.wording))
            for family, view, ask in planned
        ]
        samples = [sample for sample in samples if not _leaks(sample)]
        count_made(video, self.tasks or (), samples)
        self.add_samples(video, samples)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The tasks that were asked for and made nothing, and what was left out."""
        known = find_families()
        where = f" in {', '.join(self.of)}" if self.of else ""
        kinds = {task: f"{' or '.join(sorted(known[task].kinds))} spans{where}" for task in self.tasks or ()}
        why = {task: known[task].made_none for task in kinds}
        return "\n".join(told(self.name(), totals, kinds, why)) or None

    def _note(self, video: Timeline, views: list[View]) -> None:
        """Count what the families leave out of *views*, and which of them were asked for and suit none."""
        for family in self._families():
            suited = [view for view in views if family.suits(view, self.tasks is not None)]
            count_left_out(
                video, family.task, {what: why for view in suited for what, why in family.left_out(view).items()}
            )
            if self.tasks is not None and not suited:
                count_unsuited(video, family.task)

    def _plan(self, views: list[View], rng: Random, clock: Clock) -> list[_Planned]:
        """Choose what to ask: at most ``per_task`` of each family over all lanes, and ``per_video`` in all."""
        rounds: list[list[_Planned]] = []
        named = self.tasks is not None
        for family in self._families():
            most = self.per_task or (EVERY if family.every else PER_TASK)
            questions = [
                (family, view, ask)
                for view in views
                if family.suits(view, named)
                for ask in family.ask(view, rng, most, clock)
            ]
            if len(questions) > most:
                questions = rng.sample(questions, most)
            if questions:
                rounds.append(questions)
        if self.per_video is None:
            return [planned for questions in rounds for planned in questions]
        rng.shuffle(rounds)
        deepest = max(map(len, rounds), default=0)
        spread = [questions[n] for n in range(deepest) for questions in rounds if n < len(questions)]
        return spread[: self.per_video]

    def _families(self) -> list[Family]:
        """What asks, in order."""
        known = find_families()
        if self.tasks is None:
            return list(known.values())
        mine: dict[str, Family] = {"captioning": self.captioning.family()}
        return [mine.get(task) or known[task] for task in dict.fromkeys(self.tasks)]


@lru_cache(maxsize=1024)
def _phrasings(task: str, kind: str, wording: str, one: str, many: str) -> tuple[str, ...]:
    return tuple(
        phrasing.replace("{one}", one).replace("{many}", many)
        for phrasing in find_families()[task].questions(kind, wording)
    )


def _leaks(sample: Sample) -> bool:
    """Whether the question holds the answer, as when the label asked for is the word "step" itself."""
    if find_families()[sample.task].answers not in ("text", "count"):
        return False
    return sample.answer.strip('".,;:!? ').casefold() in sample.question.casefold()


def _write(
    view: View, ask: Ask, rng: Random, clock: Clock, base: dict[str, str], family: Family, own: tuple[str, ...]
) -> Sample:
    kind, (one, many) = view.kind, nouns(view.lane, view.kind)
    phrasings = _phrasings(family.task, kind.name, ask.wording, one, many)
    if own:
        phrasings = tuple(text.replace("{one}", one).replace("{many}", many) for text in own)
    question = phrasings[int(rng.random() * len(phrasings))]
    question = question.format(**ask.slots) if ask.slots else question
    if "part" in ask.slots:
        question += ask.slots["part"]
    if '!"' in question or '?"' in question:  # one mark is enough
        question = question.replace('?"?', '?"').replace('?".', '?"').replace('!".', '!"')
    evidence = view.cite(ask.cited)
    params = {**base, "kind": kind.name, **ask.params}
    answer = family.solve(evidence, params, clock)
    if ask.whole and clock.duration != float("inf"):
        start, end = 0.0, clock.duration
    elif len(evidence) == 1:
        start, end = evidence[0].start, evidence[0].end
    else:
        start, end = min([item.start for item in evidence]), max([item.end for item in evidence])
    messages = [Message("user", question), Message("assistant", answer)]
    return Sample(family.task, question, answer, start, end, evidence, params, messages=messages)
