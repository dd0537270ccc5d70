"""Invents videos and tells the truth or lies about them, in the words of one part of phrasing.yaml. For phrasing.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml
from phrasing_event import Event, both, cap, in_words

from vdata.schemas import Evidence, Media, Message, Sample, Span, Timeline, make_id

APART, COARSELY_APART = 3.0, 12.0
"""Seconds by which a lie about a time, or a coarse one, is off at least."""
_NOT = re.compile(r"\b(?:not|never) ", re.I)
_PLURAL_OF = {"are": "is", "have": "has", "pass": "passes", "march": "marches", "rush": "rushes", "perch": "perches"}
_SEVERAL = re.compile(r"ies$|(?<=[sxz])es$|(?<=[cs]h)es$|s$")
_WITHIN = re.compile(r"\b(?:between|within|inside|not before)\b", re.I)
_ONE_OF = re.compile(
    r"((?<![\w.:,-])(?<!hundred )(?<!hundred and )(?<!thousand )(?<!thousand and )(?<!point )"
    r"(?:1|one) (?:minute|min|second|sec))s\b",
    re.I,
)
_AUXILIARY = re.compile(r"\b(can|should|must|will|is|are) ", re.I)


@dataclass(frozen=True)
class Statement:
    """A sample about a video, and whether it is a lie."""

    video: Timeline
    sample: Sample
    kind: str
    lie: bool


class Again(Exception):
    """The draw allows no such statement."""


class Author:
    """Makes statements of every kind from the lists of *part*."""

    def __init__(self, part: str, rng: Random) -> None:
        files = Path(__file__).parent.glob("phrasing*.yaml")
        lists = {name: words for file in files for name, words in yaml.safe_load(file.read_text()).items()}
        self.words: dict[str, Any] = lists[part]
        self.rng = rng
        self.drawn = 0

    def tell(self, kind: str, lie: bool) -> Statement:
        while True:
            try:
                return KINDS[kind](self, kind, lie)
            except Again:
                continue

    # Videos.

    def draw(self, name: str) -> Any:
        return self.rng.choice(self.words[name])

    def film(self, texts: Sequence[str], shortest: float = 3.0) -> Timeline:
        """A video of the events *texts* in this order, none of which touches another."""
        self.drawn += 1
        time, spans = self.rng.uniform(0, 25), []
        for text in texts:
            end = time + self.rng.uniform(shortest, 25)
            spans.append(Span(round(time, 1), round(end, 1), text))
            time = end + self.rng.uniform(3, 20)
        video = Timeline("v.mp4", make_id("phrasing", self.drawn), round(time, 1), Media(duration=round(time, 1)))
        video.put("events", spans)
        return video

    def scene(self) -> tuple[list[Event], Timeline]:
        events = [Event(given) for given in self.rng.sample(self.draw("videos"), 7)]
        return events, self.film([event.text for event in events])

    def statement(
        self, video: Timeline, kind: str, lie: bool, told: tuple[str, str], lane: str, *cites: Span
    ) -> Statement:
        evidence = [Evidence(one.start, one.end, lane, one.words, one.id) for one in self.rng.sample(cites, len(cites))]
        question, answer = told
        task = {"time": "when", "duration": "what", "order": "order", "count": "count"}.get(kind.split()[0], "what")
        span = (
            (0.0, video.duration or 0.0)
            if kind == "count"
            else (min(one.start for one in cites), max(one.end for one in cites))
        )
        messages = [Message("user", question), Message("assistant", answer)]
        return Statement(
            video, Sample(task, question, answer, *span, evidence, messages=messages, teacher="author"), kind, lie
        )

    # Times.

    def time_fields(self, time: float) -> dict[str, str]:
        whole = round(time)
        minutes, rest = divmod(whole, 60)
        tenths, ms = round(time * 10), round(time * 1000)
        joint = self.rng.choice((" and ", " "))
        long = f"{in_words(minutes)} minute{'s' * (minutes > 1)}" + (
            f" and {in_words(rest)} second{'s' * (rest != 1)}" if rest else ""
        )
        small = f"{in_words(tenths // 10)} point {in_words(tenths % 10)} seconds"
        return {
            "n": f"{time:.1f}", "i": str(whole), "w": in_words(whole, joint), "c": f"{minutes}:{rest:02}",
            "m": str(minutes), "r": str(rest), "rr": f"{rest:02}", "ms": str(ms), "tenth": "0",
            "h": f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}",
            "wl": long if minutes else small,
        }  # fmt: skip

    def written(self, notation: str, time: float) -> str:
        return _ONE_OF.sub(r"\1", notation.format(**self.time_fields(time)))

    def point(self, kind: str, lie: bool) -> Statement:
        events, video = self.scene()
        n = self.rng.randrange(7)
        event, span = events[n], video.lane("events")[n]
        role, question, answer = self.draw("points")
        time = {"start": span.start, "end": span.end, "inside": self.rng.uniform(span.start, span.end)}[role]
        if lie:
            away = self.rng.uniform(APART, 25)
            before, after = (time, time) if role != "inside" else (span.start, span.end)
            time = self.rng.choice((before - away, after + away))
            if not 0 <= time <= video.seconds:
                raise Again
        fields = {**event.fields(self.rng), **both("t", self.written(self.draw("notations"), time))}
        return self.statement(
            video, kind, lie, (event.fill(question, fields), event.fill(answer, fields)), "events", span
        )

    def range(self, kind: str, lie: bool) -> Statement:
        events, video = self.scene()
        n = self.rng.randrange(7)
        span = video.lane("events")[n]
        start, end = span.start, span.end
        question, answer = self.draw("ranges")
        if lie:
            away = self.rng.choice((-1, 1)) * self.rng.uniform(APART, 25)
            side = self.rng.choice(("both", "both", "start", "end"))
            if _WITHIN.search(answer):
                side = "both"  # what lies between two times lies between any two farther apart as well
            start, end = start + away * (side != "end"), end + away * (side != "start")
            if not 0 <= start < end - 1 or end > video.seconds:
                raise Again
        notation = self.draw("notations")
        fields = events[n].fields(self.rng)
        for name, time in (("a", start), ("b", end)):
            fields[name] = self.written(notation, time)
            fields |= {key + name: text for key, text in self.time_fields(time).items() if key in "nich"}
        return self.statement(
            video, kind, lie, (events[n].fill(question, fields), events[n].fill(answer, fields)), "events", span
        )

    def coarse(self, kind: str, lie: bool) -> Statement:
        events, video = self.scene()
        words, least, most = self.draw("coarse")
        spans = video.lane("events")
        good = [n for n, one in enumerate(spans) if (
            one.end < least - COARSELY_APART or one.start > most + COARSELY_APART if lie else least <= one.start <= most
        )]  # fmt: skip
        if not good:
            raise Again
        n = self.rng.choice(good)
        question, answer = self.draw("coarse_answers")
        fields = {**events[n].fields(self.rng), **both("t", words)}
        return self.statement(
            video, kind, lie, (events[n].fill(question, fields), events[n].fill(answer, fields)), "events", spans[n]
        )

    def duration(self, kind: str, lie: bool) -> Statement:
        events, video = self.scene()
        n = self.rng.randrange(7)
        span = video.lane("events")[n]
        length = told = span.end - span.start
        while lie and abs(told - length) < max(APART, 0.4 * length):
            told = self.rng.uniform(2, 70)
        question, answer = self.draw("durations")
        fields = {**events[n].fields(self.rng), **both("d", self.written(self.draw("lengths"), told))}
        return self.statement(
            video, kind, lie, (events[n].fill(question, fields), events[n].fill(answer, fields)), "events", span
        )

    # Orders.

    def order(self, kind: str, lie: bool) -> Statement:
        events, video = self.scene()
        name = "pairs" if kind.endswith("two") else self.rng.choice(("lists", "lists", "long_lists"))
        count = {"pairs": 2, "lists": 3, "long_lists": 4}[name]
        right = sorted(self.rng.sample(range(7), count))
        told = right
        while lie and told == right:
            told = self.rng.sample(right, count)
        fields: dict[str, str] = {}
        for letter, n in zip("xyzu", told, strict=False):
            fields |= {**both(letter, events[n].clause(self.rng)), **both(f"n{letter}", events[n].noun(self.rng))}
        texts = self.draw("order_questions"), self.draw(name).format(**fields)
        return self.statement(video, kind, lie, texts, "events", *(video.lane("events")[n] for n in right))

    # Counts and numbers.

    def count(self, kind: str, lie: bool) -> Statement:
        return self.repetitions(kind, lie) if self.rng.random() < 0.5 else self.set(kind, lie)

    def repetitions(self, kind: str, lie: bool) -> Statement:
        event, times = Event(self.draw("repeated")), self.rng.randint(1, 9)
        others = [Event(given).text for given in self.rng.sample(self.draw("videos"), 3)]
        video = self.film(self.rng.sample([event.text] * times + others, times + 3), 2.0)
        told = times
        while lie and told == times:
            told = self.rng.randint(1, 9)
        often = self.draw("exact").format(k=told, w=in_words(told))
        often = {1: "once", 2: "twice"}.get(told, often) if self.rng.random() < 0.5 or told == 1 else often
        fields = event.fields(self.rng) | both("k", often)
        ask = self.rng.choice(("How often does {the} {base} {rest}?", "How many times does {the} {base} {rest}?"))
        spans = [one for one in video.lane("events") if one.text == event.text]
        return self.statement(
            video,
            kind,
            lie,
            (event.fill(ask, fields), event.fill(self.draw("exact_answers"), fields)),
            "events",
            *spans,
        )

    def set(self, kind: str, lie: bool) -> Statement:
        words, least, most, below, above = self.draw("sets")
        number = told = self.rng.choice((self.rng.randint(2, 20), self.rng.randint(2, 99)))
        if least >= 0:
            choices = [*range(least, most + 1)]
            if lie:
                choices = [*range(1, below + 1), *(range(above, above + 30) if above else ())]
            number = self.rng.choice(choices or [most + 3])
        while lie and least < 0 and told == number:
            told = self.rng.choice((number + 1, number - 1, number * 10, self.rng.randint(2, 99)))
        thing, verb, _ = self.draw("things")
        noun = thing.removeprefix("{n} ")
        one, verb_one = _SEVERAL.sub(lambda end: "y" if end[0] == "ies" else "", noun), f"{verb.split()[0]}s"
        verb_one = " ".join([_PLURAL_OF.get(verb.split()[0], verb_one), *verb.split()[1:]])
        shown = str(number) if self.rng.random() < 0.5 else in_words(number)
        text = f"{shown} {noun} {verb}" if number > 1 else f"one {one} {verb_one}"
        said = words.format(w=in_words(told), k=told)
        single = words == "a single" or (least < 0 and told == 1)
        fields = {**both("s", said), "things": one if single else noun, "verb": verb_one if single else verb}
        answer = self.draw("thing_answers").format(**fields)
        video = self.film([*(Event(given).text for given in self.rng.sample(self.draw("videos"), 3)), text])
        answer = answer.replace("There are", "There is") if single else answer
        return self.statement(video, kind, lie, (f"How many {noun} {verb}?", answer), "events", video.lane("events")[3])

    def number(self, kind: str, lie: bool) -> Statement:
        number = told = self.rng.choice(
            [self.rng.randint(*ends) for ends in ((3, 20), (21, 99), (100, 999), (1000, 9999))]
        )
        while lie and told == number:
            told = self.rng.choice((number + 1, number * 10, max(3, number - 10), self.rng.randint(3, 999)))
        write: tuple[Callable[[int], str], ...] = (str, "{:,}".format, in_words, lambda n: in_words(n, " "))
        text, said = self.draw("numbered").split("|")
        video = self.film(
            [
                *(Event(given).text for given in self.rng.sample(self.draw("videos"), 3)),
                text.format(n=self.rng.choice(write)(number)),
            ]
        )
        texts = (
            self.rng.choice(("What can be seen?", "What happens in this part?")),
            cap(said.format(n=self.rng.choice(write)(told))),
        )
        return self.statement(video, kind, lie, texts, "events", video.lane("events")[3])

    # Words and denials.

    def quote(self, kind: str, lie: bool) -> Statement:
        lane, name, templates = (
            ("texts", "texts", "sayings") if kind == "screen text" else ("speech", "speech", "heard")
        )
        lines = self.rng.sample(self.words[name], 3)
        said = lines[1]
        if lie:
            words = said.split()
            new = self.draw("wrong_words")
            at = self.rng.randrange(1, len(words))
            if self.rng.random() < 0.7:
                words[at] = new.upper() if said.isupper() else new.lower()
            else:
                words[at - 1], words[at] = words[at], words[at - 1]
            said = " ".join(words)
        elif self.rng.random() < 0.3:
            said = said.title() if said.isupper() else cap(said)
        question = "What does it say there?" if lane == "texts" else "What is said?"
        return self._quotation(kind, lie, lane, lines, question, self.draw(templates).format(q=said))

    def _quotation(self, kind: str, lie: bool, lane: str, lines: list[str], question: str, answer: str) -> Statement:
        _, video = self.scene()
        spans = [Span(one.start, one.end, line) for one, line in zip(video.lane("events")[1:6:2], lines, strict=True)]
        video.put(lane, spans)
        return self.statement(video, kind, lie, (question, answer), lane, video.lane(lane)[1])

    def negation(self, kind: str, lie: bool) -> Statement:
        way = self.rng.choice(("denied", "negative", "quote"))
        if way == "quote":
            lines = self.rng.sample(self.words["speech"], 3)
            said = lines[1]
            if lie:
                said = _NOT.sub("", said).replace("nobody", "somebody")
                said = _AUXILIARY.sub(r"\1 not ", said, count=1) if said == lines[1] else said
                if said == lines[1]:
                    raise Again
            elif said == _NOT.sub("", said):
                raise Again
            return self._quotation(kind, lie, "speech", lines, "What is said?", self.draw("heard").format(q=said))
        events, video = self.scene()
        if way == "negative":
            event = Event(self.draw("negative"))
            texts = [one.text for one in events]
            texts[3] = event.denied
            video = self.film(texts)
            answer = self.draw("asserted" if lie else "affirmed")
        else:
            event, answer = events[3], self.draw("denials")
            if not lie:
                subject = event.given.split("|")[0]
                verb, rest = self.draw("denied").split("|")
                forms = verb.split(",")
                plural = subject.startswith(("two", "three"))
                event = Event(f"{subject}|{','.join([forms[plural], *forms[1:]])}|{rest}")
        answer = event.fill(answer, event.fields(self.rng))
        return self.statement(
            video, kind, lie, ("What can be said of this part?", answer), "events", video.lane("events")[3]
        )


KINDS: dict[str, Callable[[Author, str, bool], Statement]] = {
    "time point": Author.point, "time range": Author.range, "time, coarse": Author.coarse, "duration": Author.duration,
    "order of two": Author.order, "order of 3-4": Author.order, "count": Author.count, "screen text": Author.quote,
    "speech quote": Author.quote, "negation": Author.negation, "number in prose": Author.number,
}  # fmt: skip
