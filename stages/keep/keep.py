"""Keep: the filter that asks nobody, and keeps the videos, or the spans of a lane, that meet conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from ...rules.neighbours.vector_source import vectors_of_video
from ...schemas import Dropped, Span, Timeline, cited_span
from ...schemas.lane_names import KnownLanes, LaneNames
from ...schemas.settings_model import OnlyWith, Without
from ...schemas.timeline import STATED
from ..stage import Misfit
from ..vector_gather import VectorGather
from .condition import Breach, Where, breaches, not_stated
from .known_measures import mistake
from .measure import Measure, UnknownMeasure, measure, whole
from .sample_items import SAMPLES, items_of, sample_spans
from .selection import Balance, ComparedSpan, LostPlace, Quantile, Selection, Top
from .stated import plain, wanted
from .summary_budget import SummaryBudget
from .vector_selection import Dissimilar, Diverse, VectorSelection

TAG = "keep"
"""The attribute that holds the reasons for which something would have been dropped."""
CHOICES = ("top", "quantile", "balance", "distinct", "diverse", "budget")
"""The keys of which one may say how those that meet the conditions are compared."""
NO_SAMPLES = ("distinct", "diverse", "budget")
"""Those of them that need vectors or stretches of time, which samples lack."""


class Keep(VectorGather):
    """Keep the videos, the spans of a lane, or the samples, that meet conditions, and drop the others. Nobody is asked.

    ``where`` looks at each by itself. ``top``, ``quantile``, ``balance``, ``distinct``, ``diverse`` and
    ``budget`` compare those that meet it with one another, over all videos unless they say otherwise (``budget``: the
    spans of each video). Each one that is dropped is a reject with
    its value and the limit. A video whose last span is dropped goes on; ``keep: {where: {count.shots: {min: 1}}}``
    drops it.

    A measure is, of a video: a fact of its file (width, height, short_side, long_side, pixels, aspect, fps, frames,
    seconds, bytes, bitrate, bit_depth, rotation, container (as FFmpeg calls it: mov of MP4, matroska of MKV and
    WebM), codec, pixel_format, has_audio, audio_codec, audio_rate, audio_channels, interlaced, variable_fps) or
    attr.NAME, what its manifest says. Of a span: seconds, start, end, score, words (how many), text, label, source,
    or the name of a value or an attribute (value.NAME and attr.NAME say which); with video. before it a measure of
    its video. Of either, by what is in another lane meanwhile: overlap.LANE (the share of its time), area.LANE (the
    mean share of the picture that boxes cover), count.LANE (how many spans) and label.LANE (the label that takes
    most of it); overlap.LANE.LABEL and count.LANE.LABEL look at the spans of one label. A lane that has no spans
    covers nothing.

    Of a sample, ``text`` is its question, ``source`` who wrote it, and its attributes are its ``task``, its ``answer``
    and its params: ``{of: samples, where: {task: region_change}, balance: {by: change}}``. Of the samples of one group
    the first is looked at, and the others go with it.

    A ``keep`` by ``licence``, ``source`` or attributes that stands first drops videos that were never opened. Licences
    and sources are the columns ``licence`` (or ``license``) and ``source`` of a manifest.
    """

    version: ClassVar[str] = "2"

    of: str | None = Field(None, min_length=1)
    """The lane whose spans are kept or dropped; ``samples``: the samples; none: the videos."""
    where: Where = Field({})
    """What each must be, by measure: {seconds: {min: 2, max: 20}, label: [run, "jump*"]}. All must hold."""
    top: Top | None = None
    """Keep the best by a number: {by: motion, share: 0.3}, {by: sharpness, count: 3, per: video}, or the best of each
    group: {by: beauty, count: 20, per: cluster}."""
    quantile: Quantile | None = None
    """Keep what lies between two quantiles of a number: {by: motion, min: 0.1, max: 0.9}."""
    balance: Balance | None = None
    """Keep so many of each value of a measure, over all videos: {by: attr.topic, count: 500}, by quotas: {by:
    attr.topic, count: {cooking: 500, sport: 200}}, or so many in all, evenly: {by: cluster, total: 900}."""
    distinct: Dissimilar | None = None
    """Keep one, the best, of those whose vectors are alike: {distance: 0.05, by: beauty}. It needs a stage before it
    that lays vectors on the spans."""
    diverse: Diverse | None = None
    """Keep those whose vectors are farthest from one another: {count: 1000}."""
    budget: SummaryBudget | None = None
    """Keep the spans of each video that are worth most together within so many seconds, a summary: {seconds: 60, by:
    score}, {share: 0.15, by: score, weights: {importance: 1, diversity: 2}, kinds: label}."""
    into: Annotated[str | None, OnlyWith("of")] = Field(None, min_length=1)
    """The lane that those are laid in that are kept, while ``of`` stays whole: several choices of one lane."""
    action: Literal["drop", "tag"] = "drop"
    """``drop`` what fails, or ``tag`` it: its attribute ``keep`` names all reasons."""
    licence: Annotated[list[str], Without("of")] = Field(default_factory=list)
    """Licences to keep, as patterns: ``[cc0-1.0, cc-by-*]``. One that begins with ``!`` takes out: ``["!*-nc-*"]``
    alone keeps all but those. Capitals, spaces and dashes do not count; addresses at creativecommons.org are known.
    In a ``keep`` without any other condition, every licence is kept, as long as one is stated."""
    source: Annotated[list[str], Without("of")] = Field(default_factory=list)
    """Sources to keep, as patterns, in the same way: ``["*pexels.com*"]``."""
    unstated: Literal["drop", "keep"] = "drop"
    """What becomes of a video or span of which what is asked for is not known. The closing lines count them."""

    @field_validator("of")
    @classmethod
    def _whole_videos(cls, of: str | None) -> str | None:
        return None if of == "video" else of  # as near_duplicates calls them

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {key: [value] if isinstance(value, str) and key in STATED else value for key, value in given.items()}

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        chosen = [name for name in CHOICES if getattr(self, name) is not None]
        if len(chosen) > 1:
            raise ValueError(f"{' and '.join(chosen)}: give one; list another keep for the other")
        if self.of and not (self.where or chosen):
            raise ValueError(f"of: say with where, {', '.join(CHOICES[:-1])} or {CHOICES[-1]} which spans are kept")
        if self.into is not None and self.into == self.of:
            raise ValueError(
                f"into: {self.into} is the lane whose spans are chosen: give another name, or leave it out"
            )
        if self.of == SAMPLES and self.into is not None:
            raise ValueError("into: samples lie in no lane: leave it out")
        if self.of == SAMPLES and (bad := [name for name in chosen if name in NO_SAMPLES]):
            raise ValueError(f"{bad[0]}: only spans of a lane can be compared so, not samples")
        if not self.of and self.selection is not None and self.selection.by_vectors:
            raise ValueError(f"{chosen[0]}: only spans have vectors: give their lane as of")
        if not self.of and self.selection is not None and self.selection.within_videos:
            if self.budget is not None:
                raise ValueError("budget: only spans fill one: give their lane as of")
            raise ValueError(f"{chosen[0]}.per: videos are compared over the corpus; for spans give their lane as of")
        return self

    @property
    def selection(self) -> Selection | None:
        """The comparison, if there is one."""
        return self.top or self.quantile or self.balance or self.distinct or self.diverse or self.budget

    def gathers(self) -> bool:
        return self.selection is not None and not self.selection.within_videos

    def lanes_read(self) -> set[str]:
        return ({self.of} if self.of and self.of != SAMPLES else set()).union(*(one.lanes for one in self._measures()))

    def vectors_read(self) -> set[str]:
        return {self.of} if self.of and self.selection is not None and self.selection.by_vectors else set()

    def wants_length(self) -> bool:
        by_share = self.budget is not None and self.budget.share is not None
        return by_share or any(one.by_length for one in self._measures())

    def names_laid(self) -> KnownLanes:
        if self.into:
            return {self.into: None}
        tagged = self.of and self.of != SAMPLES and self.action == "tag"
        return {self.of: LaneNames.of(attrs={TAG})} if self.of and tagged else {}

    def lanes_written(self) -> set[str]:
        return {self.into} if self.into else set()

    def misfits(self, known: KnownLanes) -> Iterable[Misfit]:
        for name, condition in self.where.items():
            if found := mistake(name, self.of, known, condition.mismatch):
                yield Misfit(("where", name), *found)
        for key in CHOICES:
            choice: Selection | None = getattr(self, key)
            for side, name in choice.measures.items() if choice is not None else ():
                assert choice is not None
                if found := mistake(name, self.of, known, partial(choice.mismatch, side)):
                    yield Misfit((key, side), *found)

    def _measures(self) -> Iterator[Measure]:
        """The measures that it goes by, without those that there are not, which ``misfits`` names."""
        for name in self._names():
            with suppress(UnknownMeasure):
                yield measure(name, self.of)

    def _names(self) -> list[str]:
        return [*self.where, *(self.selection.measures.values() if self.selection else [])]

    # Of each video by itself.

    def _spans(self, video: Timeline) -> list[Span]:
        if self.of == SAMPLES:
            return sample_spans(video)
        return list(video.lane(self.of)) if self.of else [whole(video)]

    def _breaches(self, video: Timeline) -> list[tuple[Span, list[Breach]]]:
        """Each span of *video* with all that it fails by itself."""
        where = [(measure(name, self.of), condition) for name, condition in self.where.items()]
        own = [] if self.of else list(self._not_wanted(video))
        return [(span, [*own, *breaches(where, video, span)]) for span in self._spans(video)]

    def _that_count(self, found: Iterable[Breach]) -> list[Breach]:
        return [breach for breach in found if not breach.unstated or self.unstated == "drop"]

    def _not_wanted(self, video: Timeline) -> Iterable[Breach]:
        """The licence and the source of *video*, as far as they are not wanted."""
        for name, columns in STATED.items():
            patterns: list[str] = getattr(self, name)
            if not patterns and (name == "source" or self.source or self._names()):
                continue
            stated = next((video.attrs[column] for column in columns if video.attrs.get(column)), "")
            if not stated:
                yield Breach(f"{name}_not_stated", unstated=name)
            elif not wanted(stated, patterns):
                yield Breach(f"{name}_not_wanted", detail=stated)

    # Compared with others.

    def _candidates(self, video: Timeline) -> list[ComparedSpan]:
        """What of *video* is compared, with its value: what fails nothing by itself, and has one."""
        choice = self.selection
        if choice is None:
            return []
        found = []
        for place, (span, failed) in enumerate(self._breaches(video)):
            value, group = self._compared(choice, video, span)
            if value is not None and group is not None and not self._that_count(failed):
                found.append(ComparedSpan(video.id, place, value, group))
        return found

    def _compared(self, choice: Selection, video: Timeline, span: Span) -> tuple[Any, str | None]:
        """The value by which *span* is compared, and what those agree in that it is compared with; None: not known."""
        found = {key: measure(name, self.of) for key, name in choice.measures.items()}
        group = plain(found["per"].text(video, span) or "") or None if "per" in found else ""
        return choice.value(found, video, span), group

    def digest(self, video: Timeline) -> Any:
        values = [[one.place, one.value, *([one.group] if one.group else [])] for one in self._candidates(video)]
        return {"seed": video.seed, "values": values}

    def gather(self, digests: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        choice = self.selection
        assert choice is not None
        candidates: list[ComparedSpan] = []
        seed, videos = 0, []
        for video, digest in digests:
            seed = digest["seed"]
            videos.append(video)
            candidates += (ComparedSpan(video, *compared) for compared in digest["values"])
        verdicts: dict[str, Any] = {}
        lost = (
            choice.losses_among(candidates, *self.known_vectors(), seed)
            if isinstance(choice, VectorSelection)
            else choice.losses(candidates, seed)
        )
        for n, loss in sorted(lost.items()):
            one = candidates[n]
            verdicts.setdefault(one.video, {"out": []})["out"].append([one.place, *loss])
        if videos and (told := choice.told(candidates)):
            verdicts.setdefault(videos[0], {"out": []})["told"] = told
        return verdicts

    def _losses(self, video: Timeline, verdict: Any) -> dict[int, LostPlace]:
        """What of *video* is lost in the comparison, by place."""
        choice = self.selection
        if choice is not None and choice.within_videos:
            candidates = self._candidates(video)
            if isinstance(choice, VectorSelection):
                lost = choice.losses_among(candidates, vectors_of_video(video, self.of or ""), None, video.seed)
            else:
                lost = choice.losses(candidates, video.seed)
            return {candidates[n].place: loss for n, loss in lost.items()}
        return {place: LostPlace(*loss) for place, *loss in (verdict or {"out": []})["out"]}

    # Both.

    def apply(self, video: Timeline, verdict: Any) -> Timeline:
        """Keep, drop or tag.

        Raises:
            Dropped: the whole video: ``licence_not_wanted``, ``licence_not_stated``, ``source_not_wanted``,
                ``source_not_stated``, or a measure with ``_too_low``, ``_too_high``, ``_not_wanted``, ``_not_stated``,
                ``_not_in_top``, ``_below_quantile``, ``_above_quantile`` or ``_over_balance``; of spans ``alike`` and
                ``not_diverse``, ``over_budget`` and ``adds_nothing`` as well.
        """
        losses, choice = self._losses(video, verdict), self.selection
        judged, failed = self._breaches(video), []
        unstated: dict[str, int] = {}
        for place, (span, found) in enumerate(judged):
            if choice is not None:
                value, group = self._compared(choice, video, span)
                if value is None or group is None:
                    found.append(self._not_compared(choice, video, span, group is None))
                elif place in losses:
                    found.append(choice.breach(value, losses[place], self._among(group)))
            for name in dict.fromkeys(breach.unstated for breach in found if breach.unstated):
                unstated[name] = unstated.get(name, 0) + 1
            if counting := self._that_count(found):
                failed.append((span, counting))
        video.report = {"judged": float(len(judged)), "unfit": float(len(failed))}
        video.report |= {f"unstated:{name}": float(count) for name, count in unstated.items()}
        video.report |= (verdict or {}).get("told", {})
        self._act(video, failed)
        return video

    def _not_compared(self, choice: Selection, video: Timeline, span: Span, no_group: bool) -> Breach:
        """That *span* is not known well enough to be compared."""
        if choice.by_vectors and span.vector is None:
            return not_stated("vector")
        missing = measure(choice.measures["per" if no_group else "by"], self.of)
        return not_stated(missing.name, missing.text(video, span))

    def _act(self, video: Timeline, failed: Sequence[tuple[Span, list[Breach]]]) -> None:
        if self.of == SAMPLES:
            self._act_on_samples(video, {span.id: found for span, found in failed})
            return
        lane = self.into or self.of
        if self.of and self.into:
            spans = video.lane(self.of)
            copies = {id(one): replace(one, values={**one.values}, attrs={**one.attrs}, id="") for one in spans}
            video.put(self.into, copies.values())
            failed = [(copies[id(span)], found) for span, found in failed]
        for span, found in failed:
            if self.action == "tag":
                attrs = span.attrs if lane else video.attrs
                attrs[TAG] = " ".join(filter(None, [attrs.get(TAG, ""), *(breach.reason for breach in found)]))
            elif lane:
                self.drop(video, lane, span, found[0].reason, **found[0].measured())
            else:
                raise Dropped(found[0].reason, **found[0].measured())

    def _act_on_samples(self, video: Timeline, failed: Mapping[str, list[Breach]]) -> None:
        """Drop or tag the samples whose item has *failed*, by the id of its first sample."""
        found = {id(one): failed.get(item[0].id, []) for item in items_of(video.samples) for one in item}
        for sample in video.samples if self.action == "tag" else ():
            reasons = [sample.params.get(TAG, ""), *(breach.reason for breach in found[id(sample)])]
            if told := " ".join(filter(None, reasons)):
                sample.params[TAG] = told
        if self.action == "tag":
            return
        for sample in video.samples:
            for breach in found[id(sample)][:1]:
                self.reject(video, *cited_span(sample), breach.reason, **breach.measured())
        video.samples = [sample for sample in video.samples if not found[id(sample)]]

    def _among(self, group: str) -> str:
        what = self._noun(f"spans of {self.of}", "samples", "videos")
        if group and self.selection is not None:
            return f"{what} whose {self.selection.measures['per']} is {group!r}"
        inside = self.selection is not None and self.selection.within_videos
        return f"{what} of this video" if inside else what

    def summary(self, totals: dict[str, float]) -> str | None:
        """What was not known, and that nothing or everything was dropped."""
        judged, failed = int(totals.get("judged", 0)), int(totals.get("unfit", 0))
        noun, verb = self._noun("span", "sample", "video"), {"drop": "dropped", "tag": "tagged"}[self.action]
        what = f"{judged} {noun}{'' if judged == 1 else 's'}" + (f" of {self.of}" if noun == "span" else "")
        lines = []
        if not judged and self.of:
            there = "sample" if self.of == SAMPLES else f"span of {self.of}"
            lines.append(f"keep: nothing was judged: there is no {there}.")
        elif judged and failed in (0, judged):
            lines.append(f"keep: {'nothing' if not failed else 'everything'} was {verb}, of {what}.")
        for name, count in _after(totals, "unstated:").items():
            lines.append(f"keep: {name} is not known of {count} of {what}: {self._fate(verb)}.")
        if self.selection is not None and (told := self.selection.summary(totals)):
            lines.append(f"keep: {told}")
        return "\n".join(lines) or None

    def _noun(self, span: str, sample: str, video: str) -> str:
        """The one of three words that says what is kept or dropped."""
        return video if not self.of else sample if self.of == SAMPLES else span

    def _fate(self, verb: str) -> str:
        return verb if self.unstated == "drop" else "kept for all that (unstated: keep)"


def _after(totals: Mapping[str, float], start: str) -> dict[str, int]:
    return {name.removeprefix(start): int(count) for name, count in sorted(totals.items()) if name.startswith(start)}
