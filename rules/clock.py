"""How a time is written, and how it is read back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, field_validator

from ..schemas import Dropped
from ..schemas.settings_model import OnlyWith, Settings
from .language_words import IN_ENGLISH, Language, TimeWords

TimeFormat = Literal["seconds", "mmss", "fixed_width", "tokens", "percent"]
TIME_FORMATS: tuple[TimeFormat, ...] = ("seconds", "mmss", "fixed_width", "tokens", "percent")

_STEP = {"seconds": 0.1, "fixed_width": 0.1, "mmss": 0.1}
_FLOOR = 1e-6  # seconds; keeps 0.3 from being floored to 0.2


@dataclass(frozen=True, slots=True)
class Clock:
    """Writes times of a video of *duration* seconds. Nothing that it writes lies outside the video.

    - ``seconds``: 7.5; resolution 0.1 s.
    - ``mmss``: 01:05 or 1:01:05, and 01:05.5 for a time between two seconds; 0.1 s.
    - ``fixed_width``: 0007.5, always four digits and one decimal, as VTG-LLM writes absolute times; 0.1 s.
    - ``tokens``: time token k of N, k = round((N - 1) t / duration) as in LITA; half a token's width.
    - ``percent`` of the video's length: 12.5 %, written 12.5%; 0.1 %.
    """

    format: TimeFormat = "seconds"
    duration: float = math.inf
    tokens: int = 100
    token: str = "<{}>"
    language: Language = field(default=IN_ENGLISH, hash=False)
    """The language of the words around times."""

    @property
    def needs_duration(self) -> bool:
        """Whether this format means nothing without the video's length."""
        return self.format in ("tokens", "percent")

    @property
    def resolution(self) -> float:
        """The most by which a time read back differs from the time written, seconds."""
        if self.format == "tokens":
            return self.duration / (self.tokens - 1) / 2
        return self.duration / 1000 if self.format == "percent" else _STEP[self.format]

    def number(self, time: float) -> str:
        """*time* (seconds) without a unit."""
        time = 0.0 if time < 0.0 else self.duration if time > self.duration else time
        if self.format == "seconds":
            return f"{self._tenths(time):.1f}"
        if self.format == "mmss":
            whole, tenth = divmod(round(10 * self._tenths(time)), 10)
            minutes, seconds = divmod(whole, 60)
            hours, minutes = divmod(minutes, 60)
            written = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
            return f"{written}.{tenth}" if tenth else written
        if self.format == "fixed_width":
            return f"{self._tenths(time):06.1f}"
        share = time / self.duration if self.duration else 0.0
        if self.format == "tokens":
            return self.token.format(round((self.tokens - 1) * share))
        return f"{100 * share:.1f}%"

    def at(self, time: float) -> str:
        """*time* with its unit: ``7.5 seconds``, ``01:05``, ``<42>``."""
        return self.with_unit(self.number(time))

    def with_unit(self, number: str) -> str:
        """What ``number`` wrote, with its unit."""
        return self.words.time.format(time=number)

    def when(self, start: float, end: float) -> str:
        """A stretch, to stand after a verb: ``from 7.5 to 9.0 seconds``; ``at 7.5 seconds`` when both read the same."""
        first, last = self.number(start), self.number(end)
        if first == last:
            return self.words.at.format(time=first)
        return self.words.between.format(start=first, end=last)

    def when_all(self, times: Iterable[float]) -> str:
        """Several moments, to open a sentence: ``At 1.0, 7.5 seconds``."""
        return opened(self.words.at.format(time=self.language.answers.comma.join(map(self.number, times))))

    def cap(self, start: float, end: float) -> str:
        """The stretch as ``when`` writes it, with a capital letter: it opens a sentence or a line."""
        return opened(self.when(start, end))

    def listed(self, stretches: Iterable[tuple[float, float]]) -> str:
        """Several stretches as a sentence: ``From 1.0 to 2.0 seconds; at 7.5 seconds.``"""
        answers = self.language.answers
        return opened(answers.join.join([self.when(*one) for one in stretches])) + answers.stop

    @property
    def words(self) -> TimeWords:
        """The words around times in this format."""
        answers = self.language.answers
        return answers.seconds if self.format in ("seconds", "fixed_width") else answers.clock

    def parse(self, text: str) -> float:
        """The time in seconds of what ``number`` wrote."""
        if self.format == "mmss":
            seconds = 0.0
            for part in text.split(":"):
                seconds = seconds * 60 + float(part)
            return seconds
        if self.format == "tokens":
            before, _, after = self.token.partition("{}")
            return int(text[len(before) : len(text) - len(after)]) * self.duration / (self.tokens - 1)
        return float(text[:-1]) / 100 * self.duration if self.format == "percent" else float(text)

    def _tenths(self, time: float) -> float:
        """*time* rounded to 0.1 s; it is rounded down where it would otherwise pass the end of the video."""
        near = round(time, 1)
        return near if near <= self.duration else math.floor(self.duration * 10 + _FLOOR) / 10

    def params(self) -> dict[str, str]:
        """What ``clock_of`` needs to make this clock again."""
        params = {"time_format": str(self.format), "duration": repr(self.duration)}
        if self.format == "tokens":
            params["tokens"], params["token"] = str(self.tokens), self.token
        return params | self.language.params


@lru_cache(maxsize=256)
def make_clock(form: str, duration: float, tokens: int, token: str) -> Clock:
    """A clock; the same one for the same arguments."""
    if form not in TIME_FORMATS:
        raise ValueError(f"unknown time format {form!r}; known: {', '.join(TIME_FORMATS)}")
    return Clock(form, duration, tokens, token)


@lru_cache(maxsize=256)
def _clock_in(form: str, duration: float, tokens: int, token: str, language: str, words: str) -> Clock:
    from .language_key import language_of_params

    return replace(make_clock(form, duration, tokens, token), language=language_of_params(language, words))


def opened(text: str) -> str:
    """*text* with a capital letter at its start."""
    return text[:1].upper() + text[1:]


class TimeSettings(Settings):
    """The YAML keys of a stage that writes times."""

    time_format: TimeFormat = "seconds"
    """How times are written: 7.5 seconds, 00:07.5 (mmss), 0007.5 (fixed_width), <42> (tokens), 12.5% (percent)."""
    tokens: Annotated[int, OnlyWith(time_format="tokens")] = Field(100, ge=2)
    """Time tokens from the start of the video to its end."""
    token: Annotated[str, OnlyWith(time_format="tokens")] = "<{}>"
    """How a time token is written; {} stands for its number."""

    @field_validator("token")
    @classmethod
    def _check_token(cls, token: str) -> str:
        if token.count("{}") != 1 or token.count("{") + token.count("}") != 2:
            raise ValueError("token must hold {} once, in the place of the number")
        return token

    def clock(self, duration: float) -> Clock:
        """The clock for a video of *duration* seconds, infinite when unknown.

        Raises:
            Dropped: ``no_duration``: the format needs it.
        """
        clock = make_clock(self.time_format, duration, self.tokens, self.token)
        if clock.needs_duration and not 0 < duration < math.inf:
            raise Dropped("no_duration", detail=f"time_format {self.time_format} needs the video's length; probe it")
        return clock


def clock_of(params: dict[str, str], duration: float) -> Clock:
    """The clock that a sample's *params* name."""
    known = params.get("time_format", "seconds"), duration, int(params.get("tokens", 100)), params.get("token", "<{}>")
    if "language" not in params:
        return make_clock(*known)
    return _clock_in(*known, params["language"], params.get("words", ""))
