"""Show: write lines of lanes into the user's turn of samples, beside the video or in its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ....rules.clock import Clock, clock_of
from ....rules.family import find_families
from ....rules.lane_kinds import KINDS, kind_of, nouns, say
from ....rules.shown_lines import (
    ASKED,
    READING,
    answers_of,
    asks_when,
    by_evidence,
    cites,
    gives_away,
    is_answer,
    tells_time,
)
from ....rules.stretch import shown_alone
from ....schemas import Evidence, Message, Sample, Span, Timeline, cited_span
from ....schemas.sample import IMPORTED, NO_MEDIA
from ....schemas.settings_model import NoEffect, OnlyWith
from ...stage import Stage
from ..asked_for import add

_Lines = dict[str, list[Span]]


@dataclass(slots=True)
class _Choice:
    """Which lines a sample is shown, by lane, and which it must not be shown."""

    shown: _Lines
    left_out: list[tuple[str, Span]]
    timed: bool


class Show(Stage):
    """Write lines of lanes into the question of each sample: subtitles beside the video, or text in its place.

    It works on all samples that the stages before it made or label files had, whoever made them; list it behind what
    changes samples (options, ground, reason). What is the answer is never shown: a line is left out that holds the
    answer, an option or a reply, or is a part of one, and a cited line that is nearly the answer. Beside the video, so
    are the lines from which an answer follows by rule. Where the answer is, or holds, a time, lines stand without
    theirs (but for ``times: always``); where it is a stretch, those of the whole video, since those of the stretch
    would tell where it is.
    """

    makes_samples: ClassVar[bool] = True

    lanes: Annotated[list[str] | dict[str, str], Field(min_length=1)] = ["speech"]  # noqa: RUF012
    """The lanes that are shown, in this order: [speech], or with what each is called there: {speech: Voice-over}."""
    tasks: list[str] | None = None
    """Tasks whose samples are shown them; ``imported`` stands for the questions of label files. By default all."""
    times: bool | Literal["always", "numbers"] = False
    """Put each line on a line of its own behind its time, in the sample's clock; else the lines follow one another.
    ``numbers``: behind its number, from 1, and what its lane is called: "Frame 1: …" of {parts: Frame}. ``always``:
    where the answer is a time as well (LLM4VG), of lanes that the answer does not come from: then lines of the whole
    video stand with theirs, and the stretch that is asked for is found by reading them."""
    within: Literal["stretch", "video"] = "stretch"
    """Lines of the sample's stretch, from its start to its end, or of all that is shown of the video."""
    answers: Annotated[Literal["hidden", "shown"], OnlyWith(media="none")] = "hidden"
    """``shown``: the text is what is asked about, and all of its lines are shown word for word, also those that hold
    the answer; samples are kept if the lines of the time that their answer rests on are among them."""
    place: Literal["under", "above"] = "under"
    """Where they stand: under the question and over its options, or above the question."""
    media: Literal["video", "none"] = "video"
    """``none``: the sample has no video, for language models that learn from text. Its export holds none. Samples are
    dropped whose evidence is not among the lines that are shown, for nothing else could tell."""

    @model_validator(mode="after")
    def _times_can_count(self) -> Self:
        known = find_families()
        told = [task for task in self.tasks or () if task in known and known[task].answers == "window"]
        if self.times is True and told and len(told) == len(self.tasks or ()):
            why = f"has no effect: the answers of {', '.join(told)} are times, so lines are shown without theirs"
            raise NoEffect({"times": why})
        return self

    def lanes_read(self) -> set[str]:
        return set(self.lanes)

    def run(self, video: Timeline) -> Timeline:
        samples, video.samples = video.samples, []
        for sample in samples:
            if not self._wanted(sample):
                video.samples.append(sample)
                continue
            add(video, "samples", 1)
            choice = self._choose(video, sample)
            add(video, "untimed", self.times not in (False, "numbers") and not choice.timed)
            add(video, "left_out", len(choice.left_out))
            if self.media == "none" and (why := _unanswerable(sample, choice, self.answers == "shown")):
                add(video, "unanswerable", 1)
                detail = f"{why}: {sample.task}: {sample.question} -> {sample.answer}"[:1000]
                self.reject(video, *cited_span(sample), "evidence_not_shown", detail=detail)
            elif not choice.shown:
                video.samples.append(sample)
            else:
                add(video, "shown", 1)
                self.add_samples(video, [self._written(video, sample, choice)])
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``show: 12 of 14 samples show lines; 3 lines were left out for they tell the answer.``"""
        count = {name: int(value) for name, value in totals.items()}
        if not count.get("samples"):
            return f"{self.name()}: there was no sample to show lines of {', '.join(self.lanes)} with."
        parts = [f"{count.get('shown', 0)} of {count['samples']} samples show lines of {', '.join(self.lanes)}"]
        if left := count.get("left_out"):
            parts.append(f"{left} lines were left out because they tell the answer")
        if untimed := count.get("untimed"):
            parts.append(f"{untimed} samples whose answers hold times, or are shown a clip, show lines without theirs")
        if lost := count.get("unanswerable"):
            parts.append(f"{lost} without media were dropped: what their answers rest on is not in the text")
        return f"{self.name()}: {'; '.join(parts)}."

    def _wanted(self, sample: Sample) -> bool:
        named = self.tasks is None or sample.task in self.tasks
        named = named or (sample.teacher == IMPORTED and IMPORTED in (self.tasks or ()))
        return named and not sample.is_stream  # its lines would tell what comes later

    def _choose(self, video: Timeline, sample: Sample) -> _Choice:
        """The lines that *sample* is shown, and those that it must not be."""
        alone, timed = None if self.answers == "shown" else shown_alone(sample), tells_time(sample)
        start, end = sample.start, sample.end
        if self.within == "video" or (asks_when(sample) and alone is None):
            start, end = alone or (0.0, float("inf"))
        read = self.times == "always" and asks_when(sample)  # the answer is found in the times of lines
        timely = self.times not in (False, "numbers")
        choice = _Choice({}, [], timely and (read or not timed) and (alone is None or alone[0] == 0))
        answers, worked_out = answers_of(sample), self.media == "video" and by_evidence(sample)
        for lane in self.lanes:
            for span in video.lane(lane):
                cited = cites(sample.evidence, lane, span)
                inside = start <= (span.start + span.end) / 2 < end
                if not span.words or not (inside or (cited and self.media == "none")):
                    continue
                tells = gives_away(span.words, answers) or (
                    cited and (worked_out or (read and choice.timed) or is_answer(span.words, answers))
                )
                if tells and self.answers == "hidden":
                    choice.left_out.append((lane, span))
                else:
                    choice.shown.setdefault(lane, []).append(span)
        for lane in (
            [*choice.shown] if self.answers == "hidden" else []
        ):  # what no line tells alone, lines that follow one another may
            if gives_away(" ".join(span.words for span in choice.shown[lane]), answers):
                choice.left_out += [(lane, span) for span in choice.shown.pop(lane)]
        return choice

    def _written(self, video: Timeline, sample: Sample, choice: _Choice) -> Sample:
        """*sample* with the lines of *choice* in its question."""
        form = sample.params if "time_format" in sample.params else {}
        clock = clock_of(form, video.seconds or float("inf"))
        blocks = [self._block(lane, spans, clock if choice.timed else None) for lane, spans in choice.shown.items()]
        block, asked = "\n".join(blocks), sample.question
        question = f"{asked}\n{block}" if self.place == "under" else f"{block}\n\n{asked}"
        messages = list(sample.messages) or [Message("user", asked), Message("assistant", sample.answer)]
        first = next(n for n, turn in enumerate(messages) if turn.role == "user")
        said = messages[first].content
        if asked in said:
            said = said.replace(asked, question, 1)
        else:
            said = f"{said}\n{block}" if self.place == "under" else f"{block}\n\n{said}"
        messages[first] = replace(messages[first], content=said)
        params = {ASKED: asked, **sample.params}
        made = replace(sample, id="", question=question, messages=messages, params=params)
        made.evidence, made.options, made.checks = list(sample.evidence), list(sample.options), list(sample.checks)
        if self.media == "none":
            made.params[NO_MEDIA] = "none"
            if self.answers == "shown":
                made.params[READING] = "yes"
                made.params.pop("about", None)  # it is found by reading
            made.clip, made.clip_start, made.clip_end, made.frames = "", None, None, []
        return made

    def _block(self, lane: str, spans: Sequence[Span], clock: Clock | None) -> str:
        """The lines *spans* of *lane* under what it is called; with a *clock*, each behind its time."""
        kind = kind_of(lane, list(spans)) or "sentence"
        called = self.lanes[lane] if isinstance(self.lanes, dict) else nouns(lane, KINDS[kind])[1].capitalize()
        if self.times == "numbers":
            told = [span.words if self.answers == "shown" else say(span.words, kind) for span in spans]
            return "\n".join(f"{called} {n}: {words}" for n, words in enumerate(told, 1))
        if self.answers == "shown" and clock is None:
            return "\n\n".join([f"{called}:", *(span.words.strip() for span in spans)])
        if clock is None:
            return f"{called}: {say(' '.join(span.words for span in spans), 'speech')}"
        lines = [f"{clock.cap(span.start, span.end)}: {say(span.words, kind)}" for span in spans]
        return "\n".join([f"{called}:", *lines])


def _unanswerable(sample: Sample, choice: _Choice, reading: bool) -> str:
    """Why nobody could answer *sample* from the lines of *choice* alone; empty where that is not known. *reading*: they
    are the text that is asked about, and may hold the answer."""
    if not choice.shown:
        return "no line is left to show"
    if choice.timed and tells_time(sample):
        told = [span for spans in choice.shown.values() for span in spans]
        there = all(any(one.start < item.end and one.end >= item.start for one in told) for item in sample.evidence)
        return "" if there else "no line is shown of the stretch that is asked for"
    if tells_time(sample):
        return "the answer holds a time, and lines are shown without theirs"
    shown = [(lane, span) for lane, spans in choice.shown.items() for span in spans]
    imported = sample.teacher == IMPORTED or reading
    for item in sample.evidence:
        if any(_says(item, lane, span, imported) for lane, span in choice.left_out):
            return "a line that the answer rests on is the answer"
        if not any(_says(item, lane, span, imported) for lane, span in shown):
            return "the evidence is not in the lines that are shown"
    return ""


def _says(item: Evidence, lane: str, span: Span, imported: bool) -> bool:
    """Whether *span* of *lane* is what *item* of the evidence says.

    The evidence of a label file (*imported*) is a stretch: all lines that lie in it say it.
    """
    return cites([item], lane, span) or (imported and span.start < item.end and span.end > item.start)
