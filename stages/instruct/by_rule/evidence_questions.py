"""Ask for the evidence of questions, in samples of their own beside them (CG-Bench, LV-Haystack)."""

from __future__ import annotations

from random import Random
from typing import ClassVar, Literal

from ....rules.clock import clock_of
from ....rules.family import find_families
from ....rules.lane_view import WHOLE
from ....rules.language_key import language_of_sample
from ....rules.solve import rule_of
from ....schemas import Message, Sample, Timeline, cited_span
from ....schemas.sample import FRAME_RATE, IMPORTED
from ...stage import Stage
from ..asked_for import WORDLESS, add, no_words

TASKS = {"stretches": "clue_stretches", "moments": "key_moments"}
"""The task of the questions that are made, by what they ask for."""


class EvidenceQuestions(Stage):
    """Ask for what each question rests on, in a question of its own: its stretches, or the moments of its key frames.

    Both are one ``group``, which `vdata score` scores together: an answer that is right, and how much of its evidence
    was found. A question whose evidence is the whole video has none (``no_place``), and one whose answer is a time is
    left alone. Of the rotations of a question one is asked about.
    """

    makes_samples: ClassVar[bool] = True

    tasks: list[str] | None = None
    """Tasks whose evidence is asked for; by default all that have answers in words or options."""
    form: Literal["stretches", "moments"] = "stretches"
    """What is asked for: starts and ends, or a moment for each piece of evidence, which is its middle."""
    others: Literal["keep", "drop"] = "keep"
    """What becomes of questions that rest on the whole video: they stay alone, or are dropped."""

    def run(self, video: Timeline) -> Timeline:
        rng = video.random(self.key)
        samples, video.samples = video.samples, []
        asked: set[str] = set()
        for sample in samples:
            if not self._wanted(sample):
                video.samples.append(sample)
            elif not _has_place(sample, video.seconds or float("inf")):
                if self.others == "keep":
                    video.samples.append(sample)
                    continue
                self.reject(video, *cited_span(sample), "no_place", detail=f"{sample.task}: {sample.question}")
            else:
                sample.group = sample.group or sample.id
                if video.media is not None and video.media.fps:
                    sample.params[FRAME_RATE] = f"{video.media.fps:.6g}"
                video.samples.append(sample)
                if sample.group not in asked:
                    asked.add(sample.group)
                    made = self._question(sample, video.seconds or sample.end, rng)
                    add(video, WORDLESS + language_of_sample(sample.params).name, made is None)
                    self.add_samples(video, [made] if made is not None else [])
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """A line for each language in which nothing is asked."""
        return "\n".join(no_words(self.name(), totals, "ask for evidence")) or None

    def _wanted(self, sample: Sample) -> bool:
        family = rule_of(sample.task, sample.params)
        timed = family is not None and family.answers in ("window", "long")
        named = self.tasks is None or sample.task in self.tasks
        return named and not timed and not sample.rejected and bool(sample.evidence)

    def _question(self, sample: Sample, duration: float, rng: Random) -> Sample | None:
        """The question about the evidence of *sample*; None where its language has no words for it."""
        family = find_families()[TASKS[self.form]]
        clock = clock_of(sample.params, duration)
        phrasings = family.asked_in(clock.language, "")
        if not phrasings:
            return None
        question = phrasings[int(rng.random() * len(phrasings))].format(asked=sample.question.partition("\n")[0])
        params = {**clock.params(), "asked": sample.question}
        params |= {name: value for name, value in sample.params.items() if name in (FRAME_RATE, "file_id")}
        evidence = sorted(sample.evidence, key=lambda one: (one.start, one.end))
        answer = family.solve(evidence, params, clock)
        turns = [Message("user", question), Message("assistant", answer)]
        made = Sample(family.task, question, answer, 0.0, duration, evidence, params, messages=turns)
        made.group = sample.group
        made.teacher = sample.teacher if sample.teacher != IMPORTED else ""
        made.seen_start, made.seen_end = sample.seen_start, sample.seen_end
        return made


def _has_place(sample: Sample, duration: float) -> bool:
    """Whether the evidence of *sample* is less than (nearly) the whole video."""
    return all(one.end - one.start < WHOLE * duration for one in sample.evidence)
