"""Transcript order: shuffle what is said in a few clips of one stretch, and ask for the order (TVTS)."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from ....rules.clock import make_clock
from ....rules.family import find_families
from ....rules.in_english import QUESTION
from ....rules.lane_kinds import fold, say
from ....rules.language_key import LanguageKey, language_of_key
from ....rules.language_words import ENGLISH, IN_ENGLISH, Language
from ....schemas import Evidence, Message, Sample, Timeline
from ...stage import Stage
from .own_phrasings import check_words

if TYPE_CHECKING:
    from .whole_sentences import Phrase

_TRIES = 12
"""Random starts that are tried for one sample."""
LONGEST = 2.0
"""A clip whose last sentence goes on may last this many times the greatest length."""
SLACK = 1e-3
"""Seconds by which times may differ and still be the same."""


class TranscriptOrder(Stage):
    """Take clips with a gap between them from a random start on, shuffle what is said in each, and ask for the order.

    A clip holds whole sentences (of a transcript without punctuation, whole spans), none of which goes on with another
    ("and", "which"); they are shown without a capital at the start and a mark at the end. So the order is not to be had
    from grammar. Words are taken from the lane of words where there is one. Without, the words of a sentence are spread
    evenly over its span; the parameter ``word_times`` says which (``given`` or ``even``). No teacher (TVTS).
    """

    version: ClassVar[str] = "2"
    makes_samples: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"words"})

    of: str = Field("speech", min_length=1)
    """The lane of speech."""
    words: str = "words"
    """The lane of single words with their times."""
    clips: int = Field(4, ge=2, le=8)
    """Clips of a sample."""
    seconds: tuple[float, float] = (3.0, 5.0)
    """Least and greatest length of a clip. A sentence is not cut: with it a clip may last twice as long."""
    gap: float = Field(1.0, ge=0)
    """Seconds between one clip and the next."""
    min_chars: int = Field(10, ge=1)
    """Characters that are said in a clip at least."""
    per_video: int = Field(1, ge=1)
    """Samples of a video at most."""
    language: LanguageKey = ENGLISH
    """The language of the questions, as in tasks."""
    ask: Literal["order", "position", "both"] = "both"
    """Ask for the numbers in order, for the position of each, or for one of both by chance."""

    @field_validator("seconds")
    @classmethod
    def _rise(cls, seconds: tuple[float, float]) -> tuple[float, float]:
        if not 0 < seconds[0] <= seconds[1]:
            raise ValueError("seconds must be [least, greatest], both greater than 0")
        return seconds

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        language = language_of_key(self.language)
        check_words(language, ["transcript_order"], {})
        family = find_families()["transcript_order"]
        asks = ["order", "position"] if self.ask == "both" else [self.ask]
        if none := [ask for ask in asks if not family.asked_in(language, "speech", ask)]:
            raise ValueError(f"language {language.name} has no questions for transcript_order.{none[0]}")
        return self

    def lanes_read(self) -> set[str]:
        return {self.of}

    def run(self, video: Timeline) -> Timeline:
        from .whole_sentences import phrases

        given = video.lane(self.words)
        end = video.seconds or float("inf")
        said = [phrase for phrase in phrases(video.lane(self.of), given) if phrase.end <= end + SLACK]
        if not said:
            return video
        rng = video.random(self.key)
        found: list[list[Evidence]] = []
        for _ in range(self.per_video):
            if clips := self._clips(said, end, rng, {clips[0].start for clips in found}):
                found.append(clips)
        if not found:
            video.report["without_a_stretch"] = video.report.get("without_a_stretch", 0) + 1
        how = "given" if given else "even"
        self.add_samples(video, [self._sample(clips, how, video.duration, rng) for clips in found])
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """How many videos with speech gave no sample."""
        if not (count := int(totals.get("without_a_stretch", 0))):
            return None
        return (
            f"{self.name()}: {count} video{'' if count == 1 else 's'} with speech in {self.of} gave nothing: no "
            f"stretch has {self.clips} clips of whole sentences, {self.gap:g} s apart. Try fewer clips."
        )

    def _clips(self, said: list[Phrase], end: float, rng: Random, taken: set[float]) -> list[Evidence]:
        """Clips in time order from a random sentence on that does not start at a time in *taken*; none when chance
        finds no stretch with enough of them."""
        starts = [n for n, phrase in enumerate(said) if phrase.opens and phrase.start not in taken]
        for first in rng.sample(starts, min(len(starts), _TRIES)):
            clips: list[Evidence] = []
            n, at = first, 0.0
            while len(clips) < self.clips and n < len(said):
                wanted = rng.uniform(*self.seconds)
                fits = said[n].opens and said[n].start >= at - SLACK
                made = self._clip(said, n, wanted, end) if fits else None
                if made is None:
                    n += 1
                    continue
                n, clip = made
                clips.append(clip)
                at = clip.end + self.gap
            keys = [fold(clip.text) for clip in clips]
            distinct = not any(a in b for n, a in enumerate(keys) for m, b in enumerate(keys) if n != m)
            if len(clips) == self.clips and distinct and all(keys) and clips[0].start not in taken:
                return clips
        return []

    def _clip(self, said: list[Phrase], first: int, wanted: float, end: float) -> tuple[int, Evidence] | None:
        """The clip of about *wanted* seconds that begins with sentence *first*, and the number of the next sentence;
        None where it would be too long, be too short or break off, or where a later sentence of it begins earlier."""
        start, after = said[first].start, first + 1
        while after < len(said) and (said[after].start < start + wanted - SLACK or not said[after - 1].closes):
            after += 1
        stop = round(min(max(*[phrase.end for phrase in said[first:after]], start + wanted), end), 3)
        text = " ".join([phrase.text for phrase in said[first:after]])
        lasts = stop - start
        if any(phrase.start < start - SLACK for phrase in said[first:after]):
            return None
        if not said[after - 1].closes or not self.seconds[0] - SLACK <= lasts <= LONGEST * self.seconds[1]:
            return None
        return (after, Evidence(start, stop, self.of, text)) if len(text) >= self.min_chars else None

    def _sample(self, clips: list[Evidence], how: str, duration: float | None, rng: Random) -> Sample:
        from .whole_sentences import bare

        family = find_families()["transcript_order"]
        start, end = clips[0].start, clips[-1].end
        shown = rng.sample(clips, len(clips))
        ask = self.ask if self.ask != "both" else ("order", "position")[int(rng.random() * 2)]
        clock = make_clock("seconds", duration or float("inf"), 100, "<{}>")
        params = {**clock.params(), "kind": "speech", "ask": ask, "word_times": how}
        share, language = rng.random(), language_of_key(self.language)
        texts = [bare(clip.text) for clip in shown]
        question = _asked(family.questions("speech", ask), share, texts, IN_ENGLISH)
        if not language.english:
            params |= {**language.params, QUESTION: question}
            question = _asked(family.asked_in(language, "speech", ask), share, texts, language)
        answer = family.solve(shown, params, clock)
        messages = [Message("user", question), Message("assistant", answer)]
        return Sample(family.task, question, answer, start, end, shown, params, messages=messages)


def _asked(phrasings: Sequence[str], share: float, texts: Sequence[str], language: Language) -> str:
    """The one of *phrasings* that lies at *share*, with the *texts* as a numbered list."""
    listed = [f"{n}. {say(text, 'speech', language)}" for n, text in enumerate(texts, 1)]
    return phrasings[int(share * len(phrasings))].format(list="\n".join(listed))
