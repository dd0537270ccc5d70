"""Transcript order: shuffle what is said in a few clips of one stretch, and ask for the order (TVTS)."""

from __future__ import annotations

from bisect import bisect_left
from random import Random
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from ....rules.clock import make_clock
from ....rules.family import find_families
from ....rules.lane_kinds import fold, say
from ....schemas import Evidence, Message, Sample, Span, Timeline
from ...stage import Stage

_TRIES = 12
"""Random starts that are tried for one sample."""
_Word = tuple[float, str]
"""The time of a word's middle in seconds, and the word."""


class TranscriptOrder(Stage):
    """Take clips with a gap between them from a random start on, shuffle what is said in each, and ask for the order.

    Words are taken from the lane of words where there is one. Without, the words of a sentence are spread evenly over
    its span; the sample's parameter ``word_times`` says which (``given`` or ``even``). No teacher (TVTS).
    """

    makes_samples: ClassVar[bool] = True
    uses: ClassVar[frozenset[str]] = frozenset({"words"})

    of: str = Field("speech", min_length=1)
    """The lane of speech."""
    words: str = "words"
    """The lane of single words with their times."""
    clips: int = Field(4, ge=2, le=8)
    """Clips of a sample."""
    seconds: tuple[float, float] = (3.0, 5.0)
    """Least and greatest length of a clip."""
    gap: float = Field(1.0, ge=0)
    """Seconds between one clip and the next."""
    min_chars: int = Field(10, ge=1)
    """Characters that are said in a clip at least."""
    per_video: int = Field(1, ge=1)
    """Samples of a video at most."""
    ask: Literal["order", "position", "both"] = "both"
    """Ask for the numbers in order, for the position of each, or for one of both by chance."""

    @field_validator("seconds")
    @classmethod
    def _rise(cls, seconds: tuple[float, float]) -> tuple[float, float]:
        if not 0 < seconds[0] <= seconds[1]:
            raise ValueError("seconds must be [least, greatest], both greater than 0")
        return seconds

    def lanes_read(self) -> set[str]:
        return {self.of}

    def run(self, video: Timeline) -> Timeline:
        given = video.lane(self.words)
        end = video.seconds or float("inf")
        words = [word for word in _spoken(given or video.lane(self.of)) if word[0] <= end]
        if not words:
            return video
        rng = video.random(self.key)
        found: list[list[Evidence]] = []
        for _ in range(self.per_video):
            clips = self._clips(words, rng)
            if clips and all(clips[0].start != other[0].start for other in found):
                found.append(clips)
        if not found:
            video.report["without_a_stretch"] = video.report.get("without_a_stretch", 0) + 1
        how = "given" if given else "even"
        self.add_samples(video, [self._sample(clips, how, video.duration, rng) for clips in found])
        return video

    def _clips(self, words: list[_Word], rng: Random) -> list[Evidence]:
        """Clips in time order from a random start on, or none when chance finds no stretch with enough speech."""
        times = [time for time, _ in words]
        for _ in range(_TRIES):
            lengths = [rng.uniform(*self.seconds) for _ in range(self.clips)]
            room = times[-1] - times[0] - sum(lengths) - self.gap * (self.clips - 1)
            if room < 0:
                continue
            at = round(times[0] + rng.random() * room, 3)
            clips: list[Evidence] = []
            keys: list[str] = []
            for length in lengths:
                end = round(at + length, 3)
                said = " ".join(word for _, word in words[bisect_left(times, at) : bisect_left(times, end)])
                if len(said) < self.min_chars:
                    break
                clips.append(Evidence(at, end, self.of, said))
                keys.append(fold(said))
                at = round(end + self.gap, 3)
            distinct = not any(a in b for n, a in enumerate(keys) for m, b in enumerate(keys) if n != m)
            if len(clips) == self.clips and distinct and all(keys):
                return clips
        return []

    def _sample(self, clips: list[Evidence], how: str, duration: float | None, rng: Random) -> Sample:
        family = find_families()["transcript_order"]
        start, end = clips[0].start, clips[-1].end
        shown = rng.sample(clips, len(clips))
        ask = self.ask if self.ask != "both" else ("order", "position")[int(rng.random() * 2)]
        clock = make_clock("seconds", duration or float("inf"), 100, "<{}>")
        params = {**clock.params(), "kind": "speech", "ask": ask, "word_times": how}
        listed = "\n".join([f"{n}. {say(clip.text, 'speech')}" for n, clip in enumerate(shown, 1)])
        phrasings = family.questions("speech", ask)
        question = phrasings[int(rng.random() * len(phrasings))].format(list=listed)
        answer = family.solve(shown, params, clock)
        messages = [Message("user", question), Message("assistant", answer)]
        return Sample(family.task, question, answer, start, end, shown, params, messages=messages)


def _spoken(spans: list[Span]) -> list[_Word]:
    """Every word with the middle of its time. The words of a longer text are spread evenly over its span."""
    words: list[_Word] = []
    for span in spans:
        texts = (span.text or "").split()
        step = span.seconds / max(len(texts), 1)
        words += [(span.start + (n + 0.5) * step, text) for n, text in enumerate(texts)]
    return sorted(words, key=lambda word: word[0])
