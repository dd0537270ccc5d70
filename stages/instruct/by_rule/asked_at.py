"""Questions by rule that are asked at times of the video: the answer is worked out from what there is by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

from ....rules.clock import Clock
from ....rules.family import Family
from ....rules.lane_kinds import NEVER
from ....rules.lane_view import views_of
from ....rules.language_words import Language
from ....rules.query_times import ASKED_AT, TENSE, QueryTimes, going_on, over
from ....schemas import Sample, Timeline, make_id
from ..asked_for import count_lost
from .asked_places import QueryTime
from .existing_options import with_options
from .own_phrasings import own_phrasings
from .own_templates import Template
from .template_samples import TemplateMaker
from .worded import Writer, ask_in

Repeated = Literal["all", "differ", "once"]
Unit = list[Sample]
MANY = 30
"""Questions of a family at one time, of which those are chosen that are kept."""
GOES_ON = "a span of the lane goes on at the time of the question"
"""Why nothing is asked of a lane: whether it counts as done is open."""


@dataclass
class TimedQuestions:
    """The questions about one video, at the times of *at*, by what they ask."""

    video: Timeline
    key: str
    """That of the stage, for draws and ids."""
    at: QueryTimes
    repeated: Repeated
    clock: Clock
    """Writes times in English, of the whole video."""
    language: Language
    without_words: list[str] = field(default_factory=list)
    """The tasks of the questions for which the language has no words."""
    _found: dict[tuple[str, str], Unit] = field(default_factory=dict)

    def ask_families(
        self,
        families: Sequence[Family],
        lanes: Sequence[str] | None,
        named: bool,
        kinds: Mapping[str, str],
        phrasings: Mapping[str, list[str]],
    ) -> None:
        """Ask what *families* ask, of what is over by then in the *lanes* (None: all) in which nothing goes on."""
        for time in self.at.times(self.video):
            spans = {name: lane for name, lane in self.video.lanes.items() if not going_on(lane, time)}
            wanted = sorted(self.video.lanes.keys() - NEVER) if lanes is None else lanes
            for family in families if lanes is not None else ():
                for _ in (name for name in wanted if name in self.video.lanes and name not in spans):
                    count_lost(self.video, family.task, GOES_ON)
            ended = {name: over(lane, time) for name, lane in spans.items()}
            clock = replace(self.clock, duration=time)
            views = views_of(ended, [name for name in wanted if name in ended], kinds, time)
            writer = Writer(clock, self.language)
            rng = self.video.random(self.key, "at", time)
            asked = (
                one
                for family in families
                for view in views
                if family.suits(view, named)
                for one in ask_in(family, view, rng, MANY, clock, self.language)
            )
            for one in asked:
                task, slots = one.family.task, sorted(one.ask.slots.items())
                words = self.video.random(self.key, "words", task, one.view.lane, slots)  # the same at every time
                sample = writer.write(one, words, own_phrasings(phrasings, task, one.ask.wording))
                if sample is not None:
                    self._keep(sample, time, self.at.seen(time), "past")
            self.without_words += writer.left_out

    def ask_template(self, template: Template, texts: Sequence[str]) -> None:
        """Ask the question of *template*; *texts* are answers of other videos."""
        rng = self.video.random(self.key, "template", template.name)
        maker = TemplateMaker(template, self.video, replace(self.clock, language=self.language), rng, texts)
        for time in self.at.times(self.video):
            query = QueryTime(time, template.moment or "past", self.at)
            samples, left = maker.samples_at(query)
            for reason in left:
                count_lost(self.video, template.name, reason)
            for sample in samples:
                self._keep(sample, time, sample.seen or self.at.seen(time), query.tense)

    def units(self, task: str, most: int | None, rng: Random) -> list[Unit]:
        """At most *most* questions of *task*, each at the times at which it is asked."""
        found = [unit for (name, _), unit in self._found.items() if name == task]
        units = [chosen for unit in found if (chosen := self._chosen(unit, rng))]
        return units if most is None or len(units) <= most else rng.sample(units, most)

    def _keep(self, sample: Sample, time: float, seen: tuple[float, float], tense: str) -> None:
        if any(item.end < seen[0] for item in sample.evidence):
            return  # it is not in what is shown
        sample.seen_start, sample.seen_end = seen
        sample.params |= {ASKED_AT: repr(time), TENSE: tense}
        self._found.setdefault((sample.task, sample.question), []).append(sample)

    def _chosen(self, unit: Unit, rng: Random) -> Unit:
        """The samples of one question that are kept: in one group, where it is asked at several times."""
        if self.repeated == "once":
            return [rng.choice(unit)]
        if self.repeated == "differ":
            by_answer: dict[str, Unit] = {}
            for sample in unit:
                by_answer.setdefault(sample.answer, []).append(sample)
            if len(by_answer) < 2:
                return []
            shared = _share_options([rng.choice(same) for same in by_answer.values()], unit, rng)
            unit = sorted(shared, key=lambda one: one.seen_end or 0.0)
        if len(unit) > 1:
            group = make_id(self.video.id, self.key, "at", unit[0].task, unit[0].question)
            for sample in unit:
                sample.group = group
        return unit


def _share_options(chosen: Unit, unit: Unit, rng: Random) -> Unit:
    """*chosen*, which differ in their answers, with the same options, so that the time alone tells which is right.

    Where several answers to the question were right at one time of *unit*, the options stay as they are.
    """
    times = [sample.seen_end for sample in unit]
    known = {tuple(sample.options) for sample in chosen}
    if len(set(times)) < len(times) or () in known or len(known) == 1:
        return chosen
    size = max(len(sample.options) for sample in chosen)
    chosen = rng.sample(chosen, min(size, len(chosen)))
    answers = [sample.answer for sample in chosen]
    others = dict.fromkeys(option for sample in chosen for option in sample.options if option not in answers)
    options = [*answers, *rng.sample(list(others), min(len(others), size - len(answers)))]
    rng.shuffle(options)
    return [with_options(sample, options, "") for sample in chosen]


def spread(rounds: list[list[Unit]], most: int | None, rng: Random) -> list[Sample]:
    """The samples of *rounds*, a round a task, or at most *most*, spread over the tasks."""
    if most is None:
        return [sample for units in rounds for unit in units for sample in unit]
    rng.shuffle(rounds)
    deepest = max(map(len, rounds), default=0)
    found: list[Sample] = []
    for unit in (units[n] for n in range(deepest) for units in rounds if n < len(units)):
        if len(found) + len(unit) <= most:
            found += unit
    return found
