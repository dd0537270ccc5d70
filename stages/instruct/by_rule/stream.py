"""Stream: dialogues in which what is said comes while the video runs, and silence where there is nothing to say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from ....rules.in_english import QUESTION
from ....rules.lane_kinds import kind_of, say
from ....rules.language_key import LanguageKey, language_of_key
from ....rules.language_words import ENGLISH, IN_ENGLISH
from ....rules.stream_mistakes import MistakeKind, StreamMistake
from ....rules.stream_words import StreamAsk
from ....rules.streams import SLACK, STREAM, StreamPlan, find_fault
from ....schemas import Evidence, Message, Sample, Span, Timeline
from ....schemas.settings_model import NoEffect, OnlyWith, UnknownKey, Without
from ...stage import Stage
from ..asked_for import add
from .made_mistakes import make_mistake
from .stream_turns import (
    StreamTalk,
    StreamTurn,
    Told,
    ask_between,
    drawn_due,
    drawn_wait,
    end_of,
    first_time,
    own_requests,
    reply_to,
)

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
FRAME = 0.5
"""Seconds after which a mistake is taken back at the earliest."""
QUESTIONS: tuple[StreamAsk, ...] = ("past", "now", "next")


class Stream(Stage):
    """Make dialogues that run with the video: turns at times, replies when there is something to say, silence between.

    The words of spans are the replies: captions, events, speech, or what a stage ``ask`` has put into a lane. A reply
    is given after a random share of its span and rests on what has been seen of it by then. The user gives an
    instruction at the start, or asks what spans answer (``request``), and may ask in between what happened last, what
    is going on or what comes next (``questions``). A stream in which a turn would hold a time, or the very words of
    what comes later, goes to the rejects, and so does one without a reply. What tells it in other words is not found
    by this rule: that no text does rests on who wrote the spans, and for a teacher on what its prompt shows. No teacher
    (MMDuet, VideoLLM-online).
    """

    makes_samples: ClassVar[bool] = True

    of: list[str] = Field(["events"], min_length=1)
    """The lanes whose spans have something to say."""
    task: str = Field("stream", pattern=r"^[a-z][a-z0-9_]*$")
    """What the samples are called."""
    request: str = Field("narrate", pattern=r"^(narrate|none|label|attr\.\w[\w.-]*)$")
    """What the user wants from the start on. ``narrate``: to be told of each span, when it is there; ``label`` or
    ``attr.NAME``: the words that spans have there are a question, which all spans with the same words answer, each in
    its time; ``none``: nothing but the ``questions``."""
    together: Annotated[int, Without(request=("narrate", "none"))] = Field(1, ge=1)
    """With ``label`` or ``attr.NAME``: how many such questions one dialogue has at most, one after another. Each stands
    until the next one is asked."""
    questions: int = Field(0, ge=0)
    """Questions in between, as many as find a time at which their answer is clear."""
    kinds: Annotated[list[StreamAsk], Field(min_length=1), OnlyWith("questions")] = list(QUESTIONS)  # noqa: RUF012
    """What they ask for, one of these by chance: ``past`` (what came to an end last), ``now`` (what is going on; both
    are answered at once), ``next`` (answered when it is there)."""
    at: Literal["start", "random"] = "start"
    """When the user speaks first: after ``wait`` seconds of the video, or at any time of what the lanes tell of."""
    wait: tuple[float, float] = (0.0, 10.0)
    """Seconds of the video before the user speaks first, at least and at most; fewer where a reply is due earlier."""
    delay: tuple[float, float] = (0.5, 1.0)
    """After which share of its span a reply is given, at least and at most: 0.5 is its middle, 1 its end."""
    gap: float = Field(1.0, ge=0)
    """Seconds between one reply and the next, at least. A span that is over before then is left out."""
    tail: float = Field(10.0, ge=0)
    """Seconds of silence after the last turn, as far as the video lasts."""
    lasts: float = Field(0.0, ge=0)
    """Seconds from the first turn to the last, at least; a shorter stream goes to the rejects."""
    mistakes: float = Field(0.0, ge=0, le=1)
    """Share of the dialogues in which one reply is wrong on purpose (VideoLLM-online): it is not to be learnt, but what
    takes it back is. What is asked in between is answered rightly."""
    wrong: Annotated[list[MistakeKind], Field(min_length=1), OnlyWith("mistakes")] = ["other", "silence"]  # noqa: RUF012
    """What stands in its place, one of these by chance: ``other``, the words of something earlier, or ``silence``."""
    corrected: Annotated[float, OnlyWith("mistakes")] = Field(0.5, ge=0, le=1)
    """Share of the wrong replies that are taken back ``gap`` seconds later, with an apology; silence always is."""
    per_video: int = Field(1, ge=1)
    """Dialogues of a video at most; of questions in the words of spans, each is in one of them."""
    language: LanguageKey = ENGLISH
    """The language of what the user says, as in tasks."""
    phrasings: dict[str, Annotated[list[Text], Field(min_length=1)]] = Field({})
    """What the user says, in your words: {narrate: ["Keep me posted."]}; and ``sorry``: how a mistake is taken back. By
    default those of the language."""

    @field_validator("wait", "delay")
    @classmethod
    def _rise(cls, given: tuple[float, float]) -> tuple[float, float]:
        if not 0 <= given[0] <= given[1]:
            raise ValueError("must be [least, greatest], from 0 on")
        return given

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        if self.delay[1] > 1:
            raise ValueError("delay: shares of a span are from 0 to 1")
        if self.request == "none" and not self.questions:
            raise ValueError("request: none needs questions: else the user says nothing")
        asks = [*(["narrate"] if self.request == "narrate" else []), *(self.kinds if self.questions else [])]
        if "narrate" in self.kinds:
            raise ValueError("kinds: narrate is a request, not a question in between: write request: narrate")
        asks += ["sorry"] if self.mistakes else []
        known = ("narrate", *QUESTIONS, "sorry")
        for name in self.phrasings:
            if name not in known:
                raise UnknownKey(("phrasings", name), known)
            if name not in asks:
                raise NoEffect({f"phrasings.{name}": "has no effect: nobody says so"})
        words = language_of_key(self.language)
        if none := [ask for ask in asks if not self.phrasings.get(ask) and not words.stream.get(ask)]:  # type: ignore[call-overload]
            raise ValueError(f"language {words.name} has no words for {none[0]}: give some under phrasings")
        return self

    def lanes_read(self) -> set[str]:
        return set(self.of)

    def own_tasks(self) -> set[str]:
        return {self.task}

    def run(self, video: Timeline) -> Timeline:
        told = list(self._told(video))
        if not told:
            self._no_reply(video, f"no span of {', '.join(self.of)} has words")
            return video
        made: set[str] = set()
        for number, talk in enumerate(self._talks(video, told)):
            if not any(turn.told for turn in talk.turns):
                self._no_reply(video, "no question found a time at which its answer is clear")
                continue
            sample = self._sample(video, talk, video.random(self.key, self.task, "words", number))
            if self._too_short(video, sample):
                continue
            lanes = {lane: video.lane(lane) for lane in self.of}
            if (fault := find_fault(sample, lanes, video.seconds or math.inf)) is not None:
                add(video, "untrue", 1)
                whole = Span(sample.start, sample.end, id=sample.evidence[0].span)
                self.reject(video, self.of[0], whole, fault.reason, value=fault.value, detail=fault.detail)
                continue
            if (same := repr((sample.messages, sample.start))) not in made:
                made.add(same)
                add(video, "streams", 1)
                add(video, "replies", len(sample.evidence))
                for why in talk.left_out.values():
                    add(video, f"left:{why}", 1)
                add(video, "mistakes", any(turn.wrong or turn.sorry for turn in talk.turns))
                self.add_samples(video, [sample])
        return video

    def summary(self, totals: dict[str, float]) -> str | None:
        """``stream: 12 streams with 80 replies; nothing is said of 3 spans with the words of the last reply.``"""
        count = {name: int(value) for name, value in totals.items()}
        parts = [f"{_many(count, 'streams', 'stream')} with {_many(count, 'replies', 'reply', 'replies')}"]
        if count.get("left:repeated"):
            parts.append(f"nothing is said of {_many(count, 'left:repeated', 'span')} with the words of the last reply")
        if count.get("left:too_close"):
            parts.append(
                f"nothing is said of {_many(count, 'left:too_close', 'span')} that other replies leave no time"
            )
        if count.get("mistakes"):
            parts.append(f"{_many(count, 'mistakes', 'stream')} with a mistake on purpose")
        if count.get("no_mistake"):
            parts.append(
                f"in {_many(count, 'no_mistake', 'stream')} no reply could be wrong, for want of time or words"
            )
        if count.get("not_placed"):
            parts.append(f"{_many(count, 'not_placed', 'question')} found no time at which the answer is clear")
        if count.get("without_reply"):
            parts.append(f"{_many(count, 'without_reply', 'stream')} would have had no reply")
        if count.get("untrue"):
            parts.append(
                f"{_many(count, 'untrue', 'stream')} would tell a time or what comes later; the rejects say which"
            )
        return f"{self.name()}: {'; '.join(parts)}."

    def _no_reply(self, video: Timeline, detail: str) -> None:
        add(video, "without_reply", 1)
        self.reject(video, self.of[0], Span(0.0, video.seconds), "no_reply", detail=detail)

    def _told(self, video: Timeline) -> Iterator[Told]:
        """What can be said of the spans of the lanes, each when it is due. Spans outside the video are rejected."""
        for lane in self.of:
            kind = kind_of(lane, video.lane(lane)) or "sentence"
            for span in video.lane(lane):
                if span.start < -SLACK or (video.seconds and span.end > video.seconds + SLACK):
                    detail = f"{span.words[:100]!r}; the video is {video.seconds:g} s long"
                    self.reject(video, lane, span, "outside_video", value=span.end, detail=detail)
                elif span.words.strip():
                    reply = say(span.words, kind, language_of_key(self.language))
                    yield Told(lane, span, self._due(video, lane, span), reply)

    def _due(self, video: Timeline, lane: str, span: Span, number: int = 0) -> float:
        """When a reply about *span* is due in dialogue *number* of *video*."""
        return drawn_due(span, self.delay, video.random(self.key, self.task, lane, span.id, number))

    def _talks(self, video: Timeline, told: Sequence[Told]) -> Iterator[StreamTalk]:
        """The dialogues of *video* about what is *told*."""
        if self.request in ("narrate", "none"):
            for number in range(self.per_video):
                rng = video.random(self.key, self.task, number)
                told = [replace(one, due=self._due(video, one.lane, one.span, number)) for one in told]
                talk, begin = StreamTalk(), first_time(told, self.at == "random", self.wait, rng)
                if self.request == "narrate":
                    talk.turns.append(StreamTurn(begin, ask="narrate"))
                    reply_to(talk, told, begin, math.inf, self.gap)
                self._ask(video, talk, told, begin, rng)
                self._mistake(video, talk, told, number)
                yield talk
            return
        requests = list(own_requests(told, self.request).items())
        if not requests:
            self._no_reply(video, f"no span of {', '.join(self.of)} has words in {self.request}")
        groups = [requests[first : first + self.together] for first in range(0, len(requests), self.together)]
        for number, group in enumerate(groups[: self.per_video]):
            rng = video.random(self.key, self.task, number)
            talk = StreamTalk()
            begin = self._stand(talk, group, rng)
            self._ask(video, talk, told, begin, rng)
            self._mistake(video, talk, told, number)
            yield talk

    def _stand(self, talk: StreamTalk, group: Sequence[tuple[str, list[Told]]], rng: Random) -> float:
        """Add the requests of *group* one after another, each before what answers it is due; when the first is made.

        One that can be asked only when it is answered already is not.
        """
        first = min(one.due for one in group[0][1])
        begin = drawn_wait(self.wait if self.at == "start" else (0.0, first), first, rng)
        times = [(begin, *group[0])]
        for words, own in group[1:]:
            opens = max(times[-1][0], min(one.due for one in times[-1][2] if one.due >= times[-1][0])) + self.gap
            closes = min(one.due for one in own) - self.gap
            if opens < closes:
                times.append((round(rng.uniform(opens, closes), 3), words, own))
        for number, (time, words, own) in enumerate(times):
            until = times[number + 1][0] if number + 1 < len(times) else math.inf
            talk.turns.append(StreamTurn(time, ask="own", words=words))
            reply_to(talk, own, time, until, self.gap)
        return times[0][0]

    def _ask(self, video: Timeline, talk: StreamTalk, told: Sequence[Told], begin: float, rng: Random) -> None:
        """Add the questions in between to *talk*, from *begin* on."""
        last = max(max(one.span.end, one.due) for one in told)
        low = begin + self.gap if talk.turns else begin
        for _ in range(self.questions):
            kind = rng.choice(self.kinds)
            if not ask_between(talk, told, kind, (low, max(low, last)), self.gap, self.delay, rng):
                add(video, "not_placed", 1)

    def _mistake(self, video: Timeline, talk: StreamTalk, told: Sequence[Told], number: int) -> None:
        """Put a mistake into dialogue *number* of *video*, where it is one of those that have one."""
        if not self.mistakes:
            return
        rng = video.random(self.key, self.task, "mistake", number)
        if rng.random() >= self.mistakes:
            return
        kind, corrected = rng.choice(self.wrong), rng.random() < self.corrected
        texts = self.phrasings.get("sorry") or language_of_key(self.language).stream["sorry"]
        sorry = rng.choice(texts) if corrected or kind == "silence" else ""
        gap = max(self.gap, FRAME)
        if not make_mistake(talk, told, kind, sorry, gap, video.seconds or math.inf, rng):
            add(video, "no_mistake", 1)

    def _too_short(self, video: Timeline, sample: Sample) -> bool:
        """Whether *sample* does not last as long as it has to, which goes to the rejects."""
        times = [turn.time or 0.0 for turn in sample.messages]
        lasts = round(times[-1] - times[0], 3)
        if lasts >= self.lasts:
            return False
        detail = f"{len(times)} turns from {times[0]:g} to {times[-1]:g} s"
        whole = Span(sample.start, sample.end)
        self.reject(video, self.of[0], whole, "too_short", value=lasts, threshold=self.lasts, detail=detail)
        return True

    def _sample(self, video: Timeline, talk: StreamTalk, rng: Random) -> Sample:
        """*talk* as a sample: its turns in words, and for each reply what had been seen of its span by then."""
        turns = talk.ordered()
        messages: list[Message] = []
        evidence: list[Evidence] = []
        answers: list[str] = []
        language = language_of_key(self.language)
        plan = StreamPlan(self.of, self.delay, [], "", self.gap, dict(talk.left_out))
        if self.request not in ("narrate", "none"):
            plan.words_in = self.request
        english = ""
        for turn in turns:
            if turn.told is not None:
                span = turn.told.span
                if turn.wrong or (turn.sorry and plan.mistake is None):
                    kind: MistakeKind = "other" if turn.wrong else "silence"
                    plan.mistake = StreamMistake(kind, len(messages), span.id)
                if turn.wrong:
                    messages.append(Message("assistant", turn.wrong, turn.time))
                    continue
                if turn.sorry and plan.mistake is not None:
                    plan.mistake.sorry, plan.mistake.late = turn.sorry, turn.late
                answers.append(turn.told.reply)
                between = " " if turn.sorry and turn.sorry[-1].isascii() else ""
                messages.append(Message("assistant", f"{turn.sorry}{between}{turn.told.reply}", turn.time))
                seen = max(span.start, min(span.end, turn.time))
                evidence.append(Evidence(span.start, seen, turn.told.lane, span.words, span.id))
                plan.after.append(round(span.end - seen, 3))
                continue
            share = rng.random()
            words = turn.words or _drawn(self.phrasings.get(turn.ask) or language.stream[turn.ask], share)  # type: ignore[index]
            english = english or turn.words or _drawn(IN_ENGLISH.stream[turn.ask], share)  # type: ignore[index]
            messages.append(Message("user", words, turn.time))
            plan.asks.append(turn.ask)
        begin = 0.0
        if self.at == "random":
            begin = max(0.0, min(turns[0].time - rng.uniform(*self.wait), *(item.start for item in evidence)))
        end = end_of(turns, self.tail, video.seconds or math.inf)
        params = {STREAM: plan.dump()}
        if not language.english:
            params |= {**language.params, QUESTION: english}
        question = next(turn.content for turn in messages if turn.role == "user")
        return Sample(
            self.task, question, "\n".join(answers), round(begin, 3), round(end, 3), evidence, params, messages=messages
        )


def _many(count: Mapping[str, int], name: str, one: str, more: str = "") -> str:
    number = count.get(name, 0)
    return f"{number} {one if number == 1 else more or one + 's'}"


def _drawn(texts: Sequence[str], share: float) -> str:
    return texts[int(share * len(texts))]
