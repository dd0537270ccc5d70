"""In context: put questions of other videos with their answers before a question (EILEV, MMICL)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ...rules.interleaving import EXAMPLES, OWN_MEDIA
from ...schemas import Measured, Medium, Message, Sample, Span, Timeline, cited_span, make_id, seeded
from ...schemas.lane_names import KnownLanes
from ...schemas.sample import MEDIA_MARKS
from ...schemas.settings_model import OnlyWith
from ..stage import Gather
from .example_pool import Example, ExamplePool

SPLIT = "split"
_SLOT = re.compile(r"\{(media|names|question|answer|n|mark)\}")
Count = Annotated[int, Field(ge=0)]


class InContext(Gather):
    """Put examples before a question: questions of other videos with their answers, and what they show.

    Examples are of the same task and come from other videos of the same split, never from a file of the same content;
    ``by`` and ``alike`` say which. Question and examples show their stretches as ``media``, with a mark for each;
    ``params`` has the ids of the examples in their order (``examples``) and how many of the last media are the
    question's own (``own_media``). Pairs, samples of several turns or media, and those that are text alone stay as they
    are. A question with fewer examples than ``min_count`` is rejected (``too_few_examples``).
    """

    tasks: list[str] = Field(default_factory=list)
    """The tasks whose questions get examples, and are examples; none: all."""
    count: Count | tuple[Count, Count] = 4
    """How many examples, or between which numbers it is drawn for each question: [0, 5]."""
    min_count: Annotated[int, Field(ge=0)] = 1
    """A question for which there are fewer is rejected, unless fewer were drawn."""
    by: list[Annotated[str, Field(min_length=1)]] = Field(default_factory=list)
    """What examples are compared by: attributes of the span that a question cites first, or its ``label``."""
    alike: Annotated[Literal["same", "other", "one"] | None, OnlyWith("by")] = None
    """``same``: those alike in all of ``by``; ``other``: in none; ``one``: in just one of them, each by turns as
    ``shares`` says (EILEV); none: in any way."""
    shares: Annotated[list[Annotated[float, Field(ge=0)]], OnlyWith(alike="one")] = Field(default_factory=list)
    """The share of the examples that are alike in each of ``by``, in order; none: equal shares."""
    fill: Annotated[bool, OnlyWith(alike="one")] = True
    """Where there are too few of a kind, take more of another, and at last any that is not alike in all of ``by``."""
    show: Literal["clip", "image"] = "clip"
    """Clips, or pictures."""
    seconds: float | None = Field(None, gt=0)
    """Show so many seconds around the middle of what each is about; none: the stretch that it is about."""
    images: Annotated[int, OnlyWith(show="image")] = Field(8, ge=1)
    """Pictures of each, in the middles of equal parts."""
    layout: Literal["prompt", "turns"] = "prompt"
    """Everything in one question (``prompt``), or each example as a question and its reply (``turns``)."""
    example: Annotated[str, OnlyWith(layout="prompt")] = "{media}Question: {question} Answer: {answer}"
    """How an example is written: {media} are the marks as ``declare`` writes them, {names} what they are called."""
    query: str = "{media}Question: {question} Answer:"
    """How the question is written; with ``turns``, that of examples as well."""
    between: Annotated[str, OnlyWith(layout="prompt")] = "\n"
    """What stands between examples."""
    declare: str = "{mark}"
    """How each picture or clip is written: {mark} its mark, {n} its number in the sample, from 0:
    "image {n} is {mark}. " (MMICL)."""
    called: str = "image {n}"
    """What each is called in {names}."""

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if isinstance(self.count, tuple) and self.count[0] > self.count[1]:
            raise ValueError("count: [least, greatest]")
        if self.shares and (len(self.shares) != len(self.by) or not sum(self.shares)):
            raise ValueError(f"shares: one for each of by, {len(self.by)}, and not all 0")
        if self.alike == "one" and len(self.by) < 2:
            raise ValueError("alike: one: needs two or more names in by")
        wanted = {"example": ("media", "question", "answer"), "query": ("media", "question"), "declare": ("mark",)}
        for key, slots in wanted.items():
            if lacking := [slot for slot in slots if f"{{{slot}}}" not in getattr(self, key)]:
                raise ValueError(f"{key}: must have {{{lacking[0]}}}")
        if "{answer}" in self.query:
            raise ValueError("query: must not have {answer}: it would give the answer away")
        return self

    def names_laid(self) -> KnownLanes:
        return {}

    def digest(self, video: Timeline) -> Any:
        """The questions of *video* that can have examples, and be ones."""
        items = [item for sample in video.samples if self._can(sample) if (item := self._item(video, sample))]
        content = video.media.sha256 if video.media is not None else ""
        split = video.attrs.get(SPLIT, "")
        return {"uri": video.uri, "content": content, "split": split, "seed": video.seed, "items": items}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        known = list(digests)
        pool = ExamplePool(self.by, self.alike, self.shares, self.fill)
        for _, digest in known:
            for item in digest["items"]:
                pool.add(_example(item, digest))
        verdicts: dict[str, Any] = {}
        for video, digest in known:
            for item in digest["items"]:
                rng = seeded(digest["seed"], self.key, item[0])
                count = self.count if isinstance(self.count, int) else rng.randint(*self.count)
                drawn = [example.plain() for example in pool.draw(_example(item, digest), count, rng)]
                verdicts.setdefault(video, {})[item[0]] = {"count": count, "drawn": drawn}
        return verdicts

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Put the examples of *verdict* before the questions of *video*."""
        samples, video.samples = video.samples, []
        for sample in samples:
            found = (verdict or {}).get(sample.id)
            if found is None:
                video.samples.append(sample)
                continue
            drawn = [Example.of(one) for one in found["drawn"]]
            least = min(self.min_count, found["count"])
            if len(drawn) < least:
                lane, span = cited_span(sample)
                detail = "no other video has a question that may be an example" if not drawn else ""
                measured = Measured(value=len(drawn), threshold=least, detail=detail)
                self.reject(video, lane, span, "too_few_examples", **measured)
                continue
            self.add_samples(video, [self._sample(video, sample, drawn)])
            for name, count in (("questions", 1), ("examples", len(drawn))):
                video.report[name] = video.report.get(name, 0) + count
        return video

    def _can(self, sample: Sample) -> bool:
        turns = [turn for turn in sample.messages if turn.role != "system"]
        plain = not (sample.rejected or sample.media or sample.text_only or sample.is_stream)
        return plain and (not self.tasks or sample.task in self.tasks) and len(turns) in (0, 2)

    def _item(self, video: Timeline, sample: Sample) -> list[Any] | None:
        """What an example is made of: id, start, end, question, answer, and what ``by`` says."""
        start, end = self._stretch(video, sample)
        asked = next((turn.content for turn in sample.messages if turn.role == "user"), sample.question)
        answer = sample.messages[-1].content if sample.messages else sample.answer
        if end <= start or any(mark in text for mark in MEDIA_MARKS.values() for text in (asked, answer)):
            return None
        return [sample.id, start, end, asked, answer, self._values(video, sample), sample.task]

    def _stretch(self, video: Timeline, sample: Sample) -> tuple[float, float]:
        if self.seconds is None:
            return sample.start, sample.end
        middle, length = (sample.start + sample.end) / 2, video.seconds or float("inf")
        start = max(0.0, min(middle - self.seconds / 2, length - self.seconds))
        return round(start, 3), round(min(start + self.seconds, length), 3)

    def _values(self, video: Timeline, sample: Sample) -> list[str]:
        cited = sample.evidence[0] if sample.evidence else None
        lane = video.lane(cited.lane) if cited is not None else []
        span = next((one for one in lane if cited is not None and one.id == cited.span), Span(0, 0))
        return [(span.label if name == "label" else span.attrs.get(name)) or "" for name in self.by]

    def _sample(self, video: Timeline, sample: Sample, drawn: Sequence[Example]) -> Sample:
        """*sample* with the examples *drawn*."""
        item = self._item(video, sample)
        assert item is not None
        media: list[Medium] = []
        template = self.example if self.layout == "prompt" else self.query
        asked = [self._written(example, template, media) for example in drawn]
        before = len(media)
        query = self._written(Example(*item[:-1]), self.query, media)
        turns = [turn for turn in sample.messages if turn.role == "system"]
        if self.layout == "prompt":
            turns.append(Message("user", self.between.join([*asked, query])))
        else:
            for example, words in zip(drawn, asked, strict=True):
                turns += [Message("user", words), Message("assistant", example.answer)]
            turns.append(Message("user", query))
        turns.append(Message("assistant", item[4]))
        ids = [example.id for example in drawn]
        params = {**sample.params, EXAMPLES: " ".join(ids), OWN_MEDIA: str(len(media) - before)}
        new = make_id(sample.id, self.key, *ids)
        return replace(sample, id=new, messages=turns, media=media, params=params)

    def _written(self, example: Example, template: str, media: list[Medium]) -> str:
        """*example* in the words of *template*; what it shows is added to *media*."""
        first = len(media)
        media += self._media(example)
        numbers = range(first, len(media))
        mark = MEDIA_MARKS[self.show]
        told = {"question": example.question, "answer": example.answer}
        told["media"] = "".join(_filled(self.declare, {"n": str(n), "mark": mark}) for n in numbers)
        told["names"] = ", ".join(_filled(self.called, {"n": str(n), "mark": mark}) for n in numbers)
        return _filled(template, told)

    def _media(self, example: Example) -> list[Medium]:
        if self.show == "clip":
            return [Medium("clip", example.uri, example.start, example.end)]
        length = example.end - example.start
        times = [round(example.start + length * (n + 0.5) / self.images, 3) for n in range(self.images)]
        return [Medium("image", example.uri, time, time) for time in times]

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line like ``40 questions with 160 examples of other videos``."""
        if not totals:
            return "no question has examples: none can have them, or there is one video"
        return f"{totals['questions']:.0f} questions with {totals.get('examples', 0):.0f} examples of other videos"


def _example(item: list[Any], digest: dict[str, Any]) -> Example:
    """*item* of the video of *digest*."""
    *plain, task = item
    return replace(Example(*plain), uri=digest["uri"], content=digest["content"], split=digest["split"], task=task)


def _filled(template: str, told: dict[str, str]) -> str:
    """*template* with what is *told* in its slots."""
    return _SLOT.sub(lambda found: told.get(found[1], found[0]), template)
