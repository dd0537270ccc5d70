"""Questions about where in the picture something is, made from lanes with boxes by rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, ClassVar, get_args

from pydantic import BeforeValidator, Field, field_validator, model_validator

from ....rules.box_format import BoxFormat, BoxUnit
from ....rules.clock import TimeSettings
from ....rules.family import find_families
from ....rules.language_key import LanguageKey, language_of_key
from ....rules.language_words import ENGLISH
from ....rules.letters import LETTERS, Letters, drawn_ask, item_of
from ....rules.own_attributes import check_attributes
from ....rules.query_times import ASKED_AT, TENSE, QueryTimes, long_form
from ....rules.region_words import WORDS
from ....rules.track_lines import PICTURE
from ....schemas import Dropped, Sample, Span, Timeline, make_id
from ....schemas.lane_names import KnownLanes
from ....schemas.sample import FRAME_RATE
from ....schemas.settings_model import Misfits, OnlyWith
from ....schemas.timeline import Measured
from ...stage import Stage
from ..asked_for import add, count_lost, count_made, no_time, told, why_lost
from .region_asks import LIVE, NoQuestion, Part, RegionAsker, RegionTask
from .region_names import ObjectNames
from .region_options import OPTIONAL, wrong_options
from .region_samples import RULE, AskedRegion, tasks_of, until, written

WHOLE: tuple[RegionTask, ...] = ("spatial_grounding", "tube", "region_name")
V_STAR: list[list[Part]] = [["what", "when", "where"], ["what", "where", "when"]]


class Regions(TimeSettings, Stage):
    """Ask by rule where in the picture something is, of a lane whose spans have boxes (labels of the kind ``tracks``).

    An object is asked for by its name, or by its name with what happens, where no other one can be meant by it. The
    boxes that an answer rests on are its evidence, from which the check ``answer`` works it out again.
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True

    of: str = "tracks"
    """The lane whose spans have boxes; labels are names of objects, texts say what happens."""
    tasks: list[RegionTask] = Field(list(WHOLE), min_length=1)
    """``spatial_grounding`` (the box of an object at a time), ``spatial_video_grounding`` (its boxes in a stretch),
    ``tube`` (when, and its boxes then), ``tracking`` (its boxes from the first one on), ``event_in_region`` (what
    begins in a box: until when, what, where), ``region_name`` (what is in a box), ``movement`` (which way it moves),
    ``position_ago`` (where it was some seconds ago; asked ``at`` times), ``chain`` (what, when and where of one thing,
    each question telling what those before it asked for, as one ``group``)."""
    box_format: BoxUnit = "shares"
    """How boxes are written: shares of the picture, [0.125, 0.300, 0.450, 0.875]; thousandths, [125, 300, 450, 875]; or
    pixels of the video's picture, whose size the question says. What the training shows in another size needs one of
    the first two."""
    every: float = Field(1.0, gt=0)
    """Seconds between the boxes of an answer with several; they are those at whole multiples of it. Where one of
    these has no box, no question is asked that does not list the times."""
    boxes: int | None = Field(None, ge=2)
    """At most so many boxes instead, in equal steps of time from the object's first one on, where the question lists
    the times; one whose boxes have gaps may give fewer, or none."""
    min_movement: Annotated[float, OnlyWith(tasks="tracking")] = Field(0.03, ge=0, le=1)
    """Track nothing that hardly moves: the share of the picture by which some side of its box must come to be off that
    of its first box."""
    ago: Annotated[list[Annotated[float, Field(gt=0)]], OnlyWith("at")] = Field([2.0], min_length=1)
    """How many seconds ago ``position_ago`` and ``movement`` ask about, each in a question of its own."""
    orders: Annotated[list[list[Part]], OnlyWith(tasks="chain")] = Field(V_STAR, min_length=1)
    """The orders of a chain's questions: by default those of V-STaR, what, when, where and what, where, when. The first
    is asked once where it is the same in all. What comes first asks for the gap in the object's text, or what its
    attribute ``question`` says, with the ``answer`` there."""
    options: int | None = Field(None, ge=3, le=len(LETTERS))
    """Make multiple choice of so many options where an answer is one box, a name or a way; wrong boxes are places of
    the same and of other objects that hardly overlap. By default questions are open."""
    per_task: int | None = Field(None, ge=1)
    """At most so many questions of one task for a video (chains count as one each); by default one for each object."""
    attributes: dict[str, str] = Field({})
    """What samples keep among their parameters: {answer_type: spatial perception}."""
    at: Annotated[QueryTimes | None, BeforeValidator(long_form)] = None
    """Ask at times of the video, about what is there then, and show no more than that: middle, {every: 30}, {shares:
    [0.25, 0.75]}, or {after: LANE, delay: 2}. For spatial_grounding, region_name, movement and position_ago."""

    language: LanguageKey = ENGLISH
    """The language of the questions, and of answers that are made of our words: English, Chinese, French, German,
    Spanish, or a file of your own, words/it.yaml. Names and texts of objects stay in theirs, in quotation marks."""

    @field_validator("orders")
    @classmethod
    def _each_once(cls, orders: list[list[Part]]) -> list[list[Part]]:
        for order in orders:
            if len(order) < 2 or len(set(order)) < len(order):
                raise ValueError(f"{order}: an order has two or three of {', '.join(get_args(Part))}, each once")
        return orders

    @field_validator("attributes")
    @classmethod
    def _own_attributes(cls, attributes: dict[str, str]) -> dict[str, str]:
        check_attributes(attributes)
        return attributes

    @model_validator(mode="after")
    def _has_words(self) -> Regions:
        language, family = language_of_key(self.language), find_families()[RULE]
        ways = [way for task in self.tasks for name in tasks_of(task) for way in WORDS if way.startswith(name)]
        if none := [way for way in ways if not family.asked_in(language, "", way)]:
            told = ", ".join(f"{RULE}.{way}" for way in dict.fromkeys(none))
            raise Misfits([(("language",), f"there are no questions in {language.name} for {told}")])
        return self

    @model_validator(mode="after")
    def _asked_at_times(self) -> Regions:
        wrong: list[tuple[tuple[str | int, ...], str]] = []
        for n, task in enumerate(self.tasks):
            if self.at is None and task == "position_ago":
                wrong.append((("tasks", n), "is asked at times of the video: say at, for example at: {every: 10}"))
            if self.at is not None and task not in LIVE:
                wrong.append((("tasks", n), f"is about a whole stretch; at goes with {', '.join(sorted(LIVE))}"))
        if wrong:
            raise Misfits(wrong)
        return self

    def lanes_read(self) -> set[str]:
        return {self.of, *([self.at.after] if self.at is not None and self.at.after else [])}

    def names_laid(self) -> KnownLanes:
        return {}

    def run(self, video: Timeline) -> Timeline:
        """Add the questions about *video*.

        Raises:
            Dropped: ``no_duration``, ``no_picture_size``: what its times or boxes are written in is not known.
        """
        clock, form = self.clock(video.seconds or float("inf")), self._form(video)
        spans = [span for span in video.lane(self.of) if span.boxes]
        language = language_of_key(self.language)
        plain, plain_names = replace(video, report={}, rejects=[]), ObjectNames(spans)
        spoken, names = replace(clock, language=language), ObjectNames(spans, language)
        letters = Letters(video.random(self.key, "letters"))
        made: list[Sample] = []
        for task in dict.fromkeys(self.tasks):
            rng = video.random(self.key, task)
            asker = RegionAsker(names, spoken, form, self.every, self.boxes, self.ago, self.min_movement, rng)
            english = replace(asker, names=plain_names, clock=clock, rng=video.random(self.key, task))
            units = list(zip(self._units(video, task, asker), self._units(plain, task, english), strict=True))
            if self.per_task is not None and len(units) > self.per_task:
                units = [units[n] for n in sorted(rng.sample(range(len(units)), self.per_task))]
            if not spans:
                count_lost(video, task, f"{self.of} has no boxes")
            for unit in units:
                found = (self._finished(video, *both, asker, letters) for both in zip(*unit, strict=True))
                made += (one for one in found if one is not None)
        count_made(video, [name for task in self.tasks for name in tasks_of(task)], made)
        self.add_samples(video, made)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """The tasks that made nothing, with the reasons."""
        why = {name: why_lost(totals, task) for task in self.tasks for name in tasks_of(task)}
        lines = told(self.name(), totals, {}, {name: reason for name, reason in why.items() if reason})
        lines += no_time(self.name(), totals)
        return "\n".join(lines) or None

    def _form(self, video: Timeline) -> BoxFormat:
        if self.box_format != "pixels":
            return BoxFormat(self.box_format)
        media = video.media
        if media is None or not media.width or not media.height:
            raise Dropped("no_picture_size", detail="box_format pixels needs the size of the picture: probe the video")
        return BoxFormat("pixels", media.width, media.height)

    def _units(self, video: Timeline, task: RegionTask, asker: RegionAsker) -> Iterator[list[AskedRegion]]:
        """The questions of *task*: one, or a chain."""
        if self.at is not None:
            yield from self._live(video, task, asker)
            return
        for span in asker.names.spans:
            try:
                if task == "chain":
                    yield self._chain(video, span, asker)
                else:
                    yield [AskedRegion(asker.ask(task, span))]
            except NoQuestion as why:
                count_lost(video, task, str(why))
                if why.reason:
                    self.reject(video, self.of, span, why.reason, **Measured(detail=task, **why.measured))

    def _chain(self, video: Timeline, span: Span, asker: RegionAsker) -> list[AskedRegion]:
        group = make_id(video.id, self.key, "chain", span.id)
        shared = len({order[0] for order in self.orders}) == 1
        found = [asker.chain(span, order, shared) for order in self.orders]
        asks = [*(one[0] for one in (found[:1] if shared else found)), *(one for chain in found for one in chain[1:])]
        return [AskedRegion(one, group) for one in asks]

    def _live(self, video: Timeline, task: RegionTask, asker: RegionAsker) -> Iterator[list[AskedRegion]]:
        assert self.at is not None
        times = self.at.times(video)
        add(video, "without_times", not times)
        for time in times:
            known = [until(span, time) for span in asker.names.spans if span.start < time]
            known = [span for span in known if span.boxes]
            now = replace(asker, names=replace(asker.names, spans=known))
            start = self.at.seen(time)[0]
            for span in known:
                if span.end < time - 0.05 and task != "position_ago":
                    continue  # it is over
                try:
                    for ask in now.ask_at(task, span, time):
                        if ask.boxes[0].time >= start:
                            yield [AskedRegion(ask, seen=(start, time))]
                except NoQuestion as why:
                    count_lost(video, task, str(why))

    def _finished(
        self, video: Timeline, asked: AskedRegion, plain: AskedRegion, asker: RegionAsker, letters: Letters
    ) -> Sample | None:
        """The sample of *asked*, which is *plain* in English, with options where wanted; None: there are too few."""
        ask, clock, form = asked.ask, asker.clock, asker.form
        rng = video.random(self.key, ask.task, ask.wording, ask.span.id, asked.seen, *(box.time for box in ask.boxes))
        sample = written(ask, plain.ask, self.of, clock, form, rng)
        sample.group = asked.group
        sample.params |= self.attributes
        if (media := video.media) is not None and media.fps and media.width:
            sample.params |= {FRAME_RATE: f"{media.fps:.6g}", PICTURE: f"{media.width}x{media.height}"}
        if asked.seen is not None:
            sample.seen_start, sample.seen_end = asked.seen
            tense = "past" if ask.task == "position_ago" else "now"
            sample.params |= {ASKED_AT: repr(asked.seen[1]), TENSE: tense}
        if self.options is None or ask.form not in OPTIONAL or ask.task.startswith("chain"):
            return sample
        ways = clock.language.answers.labels
        wrong = wrong_options(ask, asker.names.spans, form, self.options - 1, rng, ways)
        wrong = [text for text in wrong if text != sample.answer][: self.options - 1]
        if len(wrong) < 2:
            count_lost(video, ask.task, "fewer than 2 wrong options")
            return None
        place = letters.next(len(wrong) + 1)
        options = [*wrong[:place], sample.answer, *wrong[place:]]
        return item_of(sample, options, drawn_ask(sample.params, rng), sample.group)
