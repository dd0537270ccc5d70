"""Options: turn open questions into multiple choice, and work on multiple choice that is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, field_validator

from ....rules.clock import Clock, clock_of
from ....rules.family import Family, find_families
from ....rules.in_english import in_english, options_in
from ....rules.lane_view import View
from ....rules.letters import LETTERS, Letters, drawn_ask, item_of
from ....rules.option_lengths import told_by_length
from ....rules.solve import rule_of
from ....schemas import Sample, Timeline, cited_span
from ....schemas.sample import IMPORTED
from ....schemas.settings_model import OnlyWith
from ...stage import Gather
from ..asked_for import add, count_each, told
from ..questions_words import FAMILIES
from .existing_options import keeps_its_order, with_options
from .text_pools import Source

if TYPE_CHECKING:
    from ..distractors import Pool, WrongAnswers


class Options(Gather):
    """Turn open questions into multiple choice: those whose answers follow by rule, and others when they are named.

    Wrong options are other spans of the lane, other stretches of time, near numbers or other orders. None is equal,
    nearly equal or contained in the right one. In each video each letter is right equally often, and so is the longest
    option, the next one and so on, as far as the texts allow; ``deal_letters`` deals letters over all videos. Timed
    lists stay open; what has options already stays as it is, unless ``existing`` says otherwise.
    """

    renamed: ClassVar[Mapping[str, str]] = {"similar": "max_similarity"}

    model_config = ConfigDict(populate_by_name=True)
    makes_samples: ClassVar[bool] = True
    version: ClassVar[str] = "4"

    tasks: list[str] | None = None
    """Tasks to turn into multiple choice; by default all whose answers follow by rule. Answers in a teacher's words
    (what, why …) must be named, and so must ``imported``, the questions of label files, whatever their tasks; their
    wrong options are answers to like questions (Grounded-VideoLLM)."""
    count: int = Field(4, ge=3, le=len(LETTERS))
    """Options of an item, the right one included; fewer where fewer wrong ones exist, but never fewer than 3."""
    sources: list[Source] = Field(["same_video"], alias="from", min_length=1)
    """Where wrong options in words come from, in order of preference: same_video, other_videos (same lane)."""
    max_similarity: float = Field(80.0, gt=0, le=100)
    """Texts that are alike to this degree (0..100, normalised edit similarity) are never options of one item."""
    circular: bool = False
    """Ask each item once for every rotation of its options, under one ``group`` (as MMBench does)."""
    existing: Literal["keep", "reorder", "balance"] = "keep"
    """What becomes of questions that have options already. ``reorder``: another order, in which in each video each
    letter is right equally often, or all rotations with ``circular``; those whose words speak of letters or of other
    options stay, as do steps of a scale.
    ``balance``: besides, wrong options are exchanged for answers to like questions, so that no length tells the right
    one: it is the longest, the next one and so on equally often, as far as there are such."""
    keep_open: bool = False
    """Keep the open question beside the multiple choice."""
    too_few: Literal["open", "drop"] = "open"
    """What becomes of a question with fewer than 2 wrong options: it stays open, or is dropped."""
    pool: Annotated[int, OnlyWith(sources="other_videos")] = Field(50, ge=3)
    """Texts of other videos that a video gets for each lane."""

    @field_validator("tasks")
    @classmethod
    def _known(cls, tasks: list[str] | None) -> list[str] | None:
        able = _able()
        never = [task for task in tasks or () if task not in able and (task in find_families() or task in FAMILIES)]
        if never:
            raise ValueError(f"no options for task {', '.join(never)}; possible: {', '.join(able)}")
        return tasks

    def unknown_tasks(self) -> dict[str, list[str]]:
        able = _able()
        return {task: able for task in self.tasks or () if task not in able}

    def gathers(self) -> bool:
        return "other_videos" in self.sources

    def digest(self, video: Timeline) -> Any:
        from .text_pools import digest

        told = [(sample, None) for sample in self._existing(video)] if self.existing == "balance" else []
        return digest(video, [*self._wanted(video), *told])

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        from .text_pools import gather

        return gather(digests, self.pool)

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        from ..distractors import WrongAnswers

        wanted = {id(sample): family for sample, family in self._wanted(video)}
        again = {id(sample) for sample in self._existing(video)}
        named = [sample for sample in video.samples if self._named(sample)]
        add(video, "have_options", sum(bool(sample.options) and id(sample) not in again for sample in named))
        held = [sample for sample in named if sample.options]
        if not wanted and not again:
            self._note(video, held)
            return video
        rng = video.random(self.key)
        letters, lengths = Letters(rng), Letters(video.random(self.key, "lengths"))
        views: dict[tuple[str, str, float], View] = {}
        samples, video.samples = video.samples, []
        for sample in samples:
            if id(sample) in again:
                finder = WrongAnswers(_clock(sample), rng, self.max_similarity, self.sources)
                told = (verdict or {}).get("told/" + sample.task, [])
                self._rework(video, sample, (finder, samples, told), letters, lengths)
                continue
            if id(sample) not in wanted:
                video.samples.append(sample)
                continue
            family = wanted[id(sample)]
            lane, kind = sample.evidence[0].lane, sample.params.get("kind", "question")
            plain = in_english(sample)  # so that the draws are those of English
            clock = _clock(plain)
            place = lane, kind, clock.duration
            if place not in views:
                views[place] = View(lane, kind, video.lane(lane), clock.duration)
            shorter = lengths.next(self.count)
            finder = WrongAnswers(clock, rng, self.max_similarity, self.sources)
            if family is not None:
                pool = (verdict or {}).get(lane + "/" + kind, [])
                wrong = finder.answers(plain, family, views[place], pool, self.count - 1, lengths.next(self.count))
            else:
                pool = (verdict or {}).get("told/" + sample.task, [])
                wrong = finder.like_answers(sample, samples, pool, self.count - 1, shorter)
            wrong = wrong if plain is sample or family is None else options_in(wrong, sample)
            add(video, "items" if len(wrong) >= 2 else "too_few", 1)
            if len(wrong) < 2 and self.too_few == "drop":
                self._reject(video, sample, len(wrong))
            if (len(wrong) < 2 and self.too_few == "open") or (self.keep_open and len(wrong) >= 2):
                video.samples.append(sample)
            if len(wrong) >= 2:
                self.add_samples(video, self._items(sample, wrong, letters, rng))
                held.append(sample)
        self._note(video, held)
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """What stayed as it was: questions that had options, those with too few wrong ones; or that there were none;
        and the tasks that were named of which no question has options."""
        had, few, made = (int(totals.get(name, 0)) for name in ("have_options", "too_few", "items"))
        parts = []
        if had:
            parts.append(f"{had} samples have options already and stay as they are")
        if few:
            end = "were dropped" if self.too_few == "drop" else "stay open"
            parts.append(f"{few} questions have fewer than 2 wrong options and {end}")
        if again := int(totals.get("reworked", 0)):
            moved = int(totals.get("exchanged", 0))
            parts.append(
                f"{again} samples that had options were reordered{f', {moved} options exchanged' if moved else ''}"
            )
            if still := int(totals.get("still_told", 0)):
                parts.append(f"of {still} the length tells the right option still, for want of others")
        elif not made:
            parts.append("no question was turned into multiple choice")
        lines = [f"{self.name()}: {'; '.join(parts)}."] if parts else []
        why = dict.fromkeys(self.tasks or (), "no question that wrong options are known for")
        return "\n".join([*lines, *(told(self.name(), totals, {}, why) if made or again else [])]) or None

    def _note(self, video: Timeline, held: Sequence[Sample]) -> None:
        """Note of which of the tasks that were named there are samples with options: those of *held*."""
        found = {sample.task for sample in held} | {IMPORTED for sample in held if sample.teacher == IMPORTED}
        count_each(video, self.tasks or (), found)

    def _wanted(self, video: Timeline) -> list[tuple[Sample, Family | None]]:
        """The samples of *video* that can have options, with their families (None: the answer is a teacher's words)."""
        return [
            (sample, family)
            for sample in video.samples
            if not sample.options
            and sample.evidence
            and ("kind" in sample.params or sample.teacher == IMPORTED)
            and self._named(sample)
            and sum(turn.role == "user" for turn in sample.messages) < 2
            and not sample.is_stream
            and ((family := rule_of(sample.task, sample.params)) is None or family.answers != "long")
            and (family is not None or self.tasks is not None)
        ]

    def _named(self, sample: Sample) -> bool:
        """Whether the settings name the task of *sample*, or none."""
        if self.tasks is None:
            return True
        return sample.task in self.tasks or (IMPORTED in self.tasks and sample.teacher == IMPORTED)

    def _existing(self, video: Timeline) -> list[Sample]:
        """The samples of *video* whose options are worked on."""
        if self.existing == "keep":
            return []
        return [
            sample
            for sample in video.samples
            if sample.options
            and sample.answer_index is not None
            and not sample.rejected
            and self._named(sample)
            and not keeps_its_order(sample)
        ]

    def _rework(
        self,
        video: Timeline,
        sample: Sample,
        near: tuple[WrongAnswers, list[Sample], Pool],
        letters: Letters,
        lengths: Letters,
    ) -> None:
        """Put *sample* in another order, or in all, with other wrong options where lengths are to be balanced."""
        finder, neighbours, pool = near
        right = sample.answer_index or 0
        wrong = [option for n, option in enumerate(sample.options) if n != right]
        if self.existing == "balance":
            chosen = finder.balanced(sample, neighbours, pool, lengths.next(len(sample.options)))
            add(video, "exchanged", sum(option not in wrong for option in chosen))
            wrong = chosen
        place = letters.next(len(wrong) + 1)
        options = [*wrong[:place], sample.options[right], *wrong[place:]]
        add(video, "still_told", self.existing == "balance" and told_by_length(options, place) is not None)
        turns = range(len(options)) if self.circular else (0,)
        group = sample.id if self.circular else ""
        add(video, "reworked", 1)
        self.add_samples(video, [with_options(sample, options[turn:] + options[:turn], group) for turn in turns])

    def _items(self, sample: Sample, wrong: list[str], letters: Letters, rng: Random) -> list[Sample]:
        """The item as multiple choice, or all rotations of it."""
        right, ask = letters.next(len(wrong) + 1), drawn_ask(sample.params, rng)
        options = [*wrong[:right], sample.answer, *wrong[right:]]
        turns = range(len(options)) if self.circular else (0,)
        group = sample.id if self.circular else sample.group
        return [item_of(sample, options[turn:] + options[:turn], ask, group) for turn in turns]

    def _reject(self, video: Timeline, sample: Sample, count: int) -> None:
        detail = f"{sample.task}: {sample.question}"
        self.reject(video, *cited_span(sample), "too_few_distractors", value=count, threshold=2, detail=detail)


def _able() -> list[str]:
    """The tasks of ours, and the word for all of label files, whose questions can have options."""
    by_rule = [name for name, family in find_families().items() if family.answers != "long"]
    asked = [name for name, one in FAMILIES.items() if one.form != "dialogue" and not one.whole]
    return [*by_rule, *asked, IMPORTED]


def _clock(sample: Sample) -> Clock:
    return clock_of(sample.params, float(sample.params.get("duration", "inf")))
