"""A teacher that saw the film: it tells the truth about it in many wordings, and lies when told to. For truth.py.

What it writes looks like what a stage makes of a teacher's reply: a question, an answer in free words, and the spans
that it cites. Lies are of a known kind, and each is false: a time is off by 2 seconds or more, an order is turned
round, a number is another one, a thing is named that the film never shows, a word on the screen is another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from vdata.schemas import Evidence, Message, Sample, Span, Timeline

SAID = {
    "a red circle crosses the picture from left to right": (
        "the red circle moves across from left to right", "a red circle goes from the left to the right",
        "a red disc-like circle travels rightwards across the picture",
    ),
    "a blue square crosses the picture from right to left": (
        "a blue square slides across to the left", "the blue square passes from right to left",
    ),
    "an orange circle rises slowly from the bottom to the top": (
        "an orange circle slowly climbs to the top", "the orange circle goes up like a balloon",
    ),
    "a green square falls from above and bounces once": (
        "a green square drops down and bounces", "the green square comes down from above and bounces one time",
    ),
    "a white star turns around itself twice": (
        "a white star spins round two times", "the white star turns around itself, two full turns",
    ),
    "a white circle rises slowly from the bottom to the top": (
        "a white circle goes up like a moon", "the white circle rises from the bottom",
    ),
    "a purple star blinks 3 times": (
        "a purple star flashes three times", "the purple star blinks three times",
    ),
    "a yellow triangle crosses the picture from right to left": (
        "a yellow triangle sails by to the left", "the yellow triangle crosses the picture leftwards",
    ),
    "a red circle grows to three times its size": (
        "a red circle gets three times as large", "the red circle grows to 3 times its size",
    ),
    "a blue square and a yellow triangle meet in the middle and part again": (
        "the blue square and the yellow triangle meet, then part", "a square and a triangle, blue and yellow, meet",
    ),
    "a red circle crosses the picture from right to left": (
        "the red circle moves back from right to left", "a red circle crosses towards the left",
    ),
}  # fmt: skip
"""Other words for each event of the film."""
ABSENT = ("a black cat", "a green bicycle", "a pink hexagon", "a man in a hat", "a silver aeroplane", "a brown horse")
MISREAD = {
    "A DAY OF SHAPES": ("A NIGHT OF SHAPES", "A DAY OF COLOURS", "TWO DAYS OF SHAPES"),
    "MARKET STREET": ("MARKET SQUARE", "BAKER STREET", "MARKET ROAD"),
    "OPEN 24 HOURS": ("OPEN 12 HOURS", "CLOSED 24 HOURS", "OPEN 24 DAYS"),
    "THE END": ("THE START", "TO BE CONTINUED", "THE SEA"),
}
SIGNS = {
    "A DAY OF SHAPES": "in the opening title",
    "MARKET STREET": "in the street with the brick houses",
    "OPEN 24 HOURS": "among the white towers",
    "THE END": "at the close of the film",
}
KINDS = ("time", "order", "count", "object", "words")
APART = 2.0
"""Seconds by which a lie about a time is off at least."""
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(n: int) -> str:
    """``24`` as ``twenty-four``."""
    ones, tens = _ONES.split(), _TENS.split()
    return ones[n] if n < 20 else tens[n // 10] + (f"-{ones[n % 10]}" if n % 10 else "")


def often(n: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(n, f"{in_words(n)} times")


@dataclass(frozen=True)
class Told:
    """A sample, the kind of question, and whether its answer is a lie."""

    sample: Sample
    kind: str
    lie: bool


@dataclass(frozen=True)
class Count:
    """A thing that can be counted: how often *cites* is so, or how many; *often* tells which."""

    questions: tuple[str, ...]
    right: int
    cites: tuple[str, ...]
    often: bool
    sentence: str


COUNTS = (
    Count(("How many times does the purple star blink?", "How often does the star flash?"), 3,
          ("a purple star blinks 3 times",), True, "It blinks {}."),
    Count(("How many times does the white star turn around itself?", "How often does the star spin?"), 2,
          ("a white star turns around itself twice",), True, "The star turns {}."),
    Count(("How many times does the green square bounce?",), 1,
          ("a green square falls from above and bounces once",), True, "It bounces {}."),
    Count(("How many times does an orange circle rise?", "Count how often an orange circle goes up."), 2,
          ("an orange circle rises slowly from the bottom to the top",), True, "It rises {}."),
    Count(("How many times does a red circle cross the picture from left to right?",), 2,
          ("a red circle crosses the picture from left to right",), True, "It crosses {}."),
    Count(("How often does a red circle cross the picture, in either direction?",), 3,
          ("a red circle crosses the picture from left to right",
           "a red circle crosses the picture from right to left"),
          True, "A red circle crosses {}."),
    Count(("How many shapes meet in the middle?",), 2,
          ("a blue square and a yellow triangle meet in the middle and part again",), False, "There are {} of them."),
    Count(("To how many times its size does the red circle grow?",), 3,
          ("a red circle grows to three times its size",), False, "It grows to {} times its size."),
)  # fmt: skip


class Witness:
    """Writes samples about the film *video*; its lanes are events, texts and the rest of the truth."""

    def __init__(self, video: Timeline, rng: Random, name: str = "witness") -> None:
        self.video, self.rng, self.name = video, rng, name
        self.makers: dict[str, Callable[[bool], Sample | None]] = {
            "time": self.time, "order": self.order, "count": self.count, "object": self.object, "words": self.words,
        }  # fmt: skip

    def tell(self, kind: str, lie: bool) -> Told:
        """A sample of *kind*; tries until the film allows one."""
        while True:
            sample = self.makers[kind](lie)
            if sample is not None:
                return Told(sample, kind, lie)

    # Times.

    def time(self, lie: bool) -> Sample | None:
        event = self.rng.choice(self._named_once())
        others = [other for other in self.video.lane("events") if other is not event]
        clause = self._clause(event)
        start, end = event.start, event.end
        cites = [event]
        how = self.rng.choice(("range", "range", "range", "inside", "start", "end", "told"))
        if lie:
            moved = self._moved(event, how)
            if moved is None:
                return None
            start, end = moved
            if self.rng.random() < 0.15:  # the time of another event, which it cites as well
                other = self.rng.choice(others)
                if min(abs(other.start - event.start), abs(other.end - event.end)) < 3 * APART:
                    return None
                start, end, cites = other.start, other.end, [event, other]
                how = "range" if how == "inside" else how
        question = self.rng.choice(
            {
                "range": (
                    "When is it that {}?",
                    "From when to when can one see this: {}?",
                    "Give the time at which {}.",
                ),
                "inside": ("When does one see that {}?", "Name a moment at which {}."),
                "start": ("When does this begin: {}?", "At what time does it start that {}?"),
                "end": ("When is this over: {}?", "When does this end: {}?"),
                "told": ("What happens, and when?", "Tell one thing that happens, with its time."),
            }[how]
        ).format(clause)
        write = self._writer()
        if how in ("range", "told"):
            a, b = write(start), write(end)
            if a == b:
                return None
            span = self.rng.choice(
                ("from {} to {}", "between {} and {}", "{} to {}", "from {} until {}", "from {} through {}", "{} – {}")
            ).format(a, b)
            answer = self.rng.choice(
                ("{}.", "It happens {}.", "That is {}.", "One sees it {}.", "In the video, {}.")
            ).format(span)
            if how == "told":
                answer = self.rng.choice((f"{clause} {span}.", f"From {a} to {b}, {clause}."))
            elif self.rng.random() < 0.2:
                answer = f"It starts at {a} and ends at {b}."
        elif how == "inside":
            point = self.rng.uniform(start, end)
            answer = self.rng.choice(
                ("At {}.", "At about {}.", "Around {}.", "One sees it at {}.", "{}.", "Near {}.")
            ).format(write(point))
        else:
            edge = start if how == "start" else end
            answer = self.rng.choice(("At {}.", "At about {}.", "It does so at {}.", "By {}.", "{}.")).format(
                write(edge)
            )
        return self._sample("when", question, answer, cites)

    def _moved(self, event: Span, how: str) -> tuple[float, float] | None:
        """A stretch of the same length that is wrong by APART or more, for what is asked."""
        length = event.end - event.start
        shift = self.rng.choice((-1, 1)) * self.rng.uniform(APART, 25)
        if how == "inside":  # no moment of the one may lie in or near the other
            shift += length * (1 if shift > 0 else -1)
        start = event.start + shift
        if start < 0 or (start + length > self.video.duration and self.rng.random() < 0.8):  # type: ignore[operator]
            return None
        return start, start + length

    def _writer(self) -> Callable[[float], str]:
        """One way of writing times: tenths, whole seconds rounded or cut, minutes and seconds, words."""
        how = self.rng.choice(
            ("tenths", "tenths", "short", "round", "cut", "clock", "clock", "long", "words", "mark", "sec", "fine")
        )

        def write(time: float) -> str:
            whole = int(time) if how == "cut" else round(time)
            minutes, seconds = divmod(whole, 60)
            if how == "tenths":
                return f"{time:.1f} seconds"
            if how == "short":
                return f"{time:.1f} s" if self.rng.random() < 0.5 else f"{time:.1f}s"
            if how == "sec":
                return f"{time:.1f} sec"
            if how == "fine":
                return (
                    f"{minutes:02}:{time - 60 * (int(time) // 60):04.1f}"
                    if int(time) // 60 == minutes
                    else f"{time:.1f} s"
                )
            if how == "clock":
                return f"{minutes}:{seconds:02}"
            if how == "long":
                return f"{minutes:02}:{seconds:02}"
            if how == "words":
                said = f"{in_words(whole)} seconds" if whole != 1 else "one second"
                return f"one minute and {in_words(seconds)} seconds" if minutes and seconds > 1 else said
            if how == "mark":
                return f"the {whole}-second mark"
            return f"{whole} seconds" if whole != 1 else "1 second"

        return write

    # Orders.

    def order(self, lie: bool) -> Sample | None:
        events = sorted(self.rng.sample(self._named_once(), self.rng.choice((2, 2, 3, 4))), key=lambda one: one.start)
        if len({one.words.split()[1] for one in events}) < len(events):
            return None  # it would not be clear which of two red circles is meant
        told = events
        if lie:
            while told == events:
                told = self.rng.sample(events, len(events))
        clauses = [self._clause(one) for one in told]
        if len(told) > 2 and self.rng.random() < 0.4:
            return self._list(events, told)
        if len(told) > 2:
            *some, last = clauses
            answer = self.rng.choice(
                (
                    f"First {', then '.join(some)}, and finally {last}.",
                    f"{some[0]}. Then {'. After that, '.join(some[1:])}. Finally, {last}.",
                    f"1. {'; '.join(f'{n}. {_cap(one)}' for n, one in enumerate(clauses, 1))[3:]}.",
                    f"To begin with, {some[0]}. Next, {'. Next, '.join(some[1:])}. Lastly, {last}.",
                    f"{some[0]}, followed by this: {', then '.join([*some[1:], last])}.",
                )
            )
            question = self.rng.choice(("In which order do these things happen?", "What happens, step by step?"))
            return self._sample("order", question, _cap(answer), self._shuffled(events))
        one, two = clauses
        if self.rng.random() < 0.5:
            answer = self.rng.choice(
                (f"{one}, and then {two}.", f"{one} before {two}.", f"{two} after {one}.", f"After {one}, {two}.",
                 f"Before {two}, {one}.", f"{one}; then {two}.", f"{one}, and afterwards {two}.",
                 f"Once {one}, it goes on: {two}.", f"At first {one}; later on {two}.")
            )  # fmt: skip
            question = self.rng.choice(("What happens first, and what next?", "How do these two follow one another?"))
            return self._sample("order", question, _cap(answer), self._shuffled(events))
        after = self.rng.random() < 0.5
        asked, answer = (one, two) if after else (two, one)
        words = ("What happens after {}?", "What comes after {}?") if after else ("What happens before {}?",)
        return self._sample("order", self.rng.choice(words).format(asked), _cap(answer) + ".", self._shuffled(events))

    def _list(self, events: list[Span], told: list[Span]) -> Sample:
        shown = self.rng.sample(events, len(events))
        question = "Put these in order.\n" + "\n".join(
            f"{n}. {_cap(self._clause(one))}." for n, one in enumerate(shown, 1)
        )
        answer = ", ".join(str(shown.index(one) + 1) for one in told)
        return self._sample("order", question, answer, self._shuffled(events))

    # Counts.

    def count(self, lie: bool) -> Sample | None:
        count = self.rng.choice(COUNTS)
        told = count.right
        while lie and told == count.right:
            told = self.rng.randint(0 if count.often else 1, 6)
        cites = [one for one in self.video.lane("events") if one.text in count.cites]
        number = self.rng.choice((str(told), in_words(told)))
        times = often(told) if self.rng.random() < 0.6 else f"{told} time{'' if told == 1 else 's'}"
        if count.often:
            whole = count.sentence.format(times)
            more = (
                f"Exactly {number}.",
                f"{_cap(number)} in all.",
                f"The answer is {number}.",
                f"{whole[:-1]} in all.",
            )
            answer = self.rng.choice((_cap(number) + ".", number, _cap(times) + ".", whole, *more))
        else:
            answer = self.rng.choice((_cap(number) + ".", count.sentence.format(number)))
        if count.often and len(cites) == 1 and told > 1 and self.rng.random() < 0.4:  # told, not asked for
            return self._sample("what", "What does it do?", count.sentence.format(times), cites)
        return self._sample("count", self.rng.choice(count.questions), answer, cites)

    # Things, and words on the screen.

    def object(self, lie: bool) -> Sample | None:
        event = self.rng.choice(self._named_once())
        clause = self._clause(event)
        if lie:
            thing = self.rng.choice(ABSENT)
            clause = self.rng.choice((f"{thing} goes by", f"{clause} beside {thing}", f"one sees {thing}"))
        question = self.rng.choice(("What is happening here?", "What can be seen?", "What do we watch?"))
        return self._sample("what", question, _cap(clause) + ".", [event])

    def words(self, lie: bool) -> Sample | None:
        sign = self.rng.choice(self.video.lane("texts"))
        text = self.rng.choice(MISREAD[sign.words]) if lie else sign.words
        shown = self.rng.choice((text, text.title(), text.lower())) if self.rng.random() < 0.4 else text
        question = f"{self.rng.choice(('What does it say', 'Which words can be read'))} {SIGNS[sign.words]}?"
        answer = self.rng.choice(
            (
                'It says "{}".',
                "“{}”",
                'The words "{}" are on the screen.',
                'One reads "{}" there.',
                "It reads {}.",
                "It says '{}'.",
                "The sign says: {}.",
                "The letters spell {}.",
            )
        )
        if '"' not in answer and "“" not in answer and "'" not in answer and shown.islower():
            return None  # nothing would mark it as a quotation
        return self._sample("what", question, answer.format(shown), [sign], "texts")

    # Parts.

    def _named_once(self) -> list[Span]:
        """Events whose words no other event has."""
        events = self.video.lane("events")
        return [one for one in events if sum(other.text == one.text for other in events) == 1]

    def _clause(self, event: Span) -> str:
        return self.rng.choice((event.words, *SAID[event.words]))

    def _shuffled(self, events: list[Span]) -> list[Span]:
        return self.rng.sample(events, len(events))

    def _sample(self, task: str, question: str, answer: str, cites: list[Span], lane: str = "events") -> Sample:
        evidence = [Evidence(one.start, one.end, lane, one.words, one.id) for one in cites]
        start, end = min(one.start for one in cites), max(one.end for one in cites)
        messages = [Message("user", question), Message("assistant", answer)]
        if task == "count":
            start, end = 0.0, self.video.duration or end
        return Sample(task, question, answer, start, end, evidence, messages=messages, teacher=self.name)


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
