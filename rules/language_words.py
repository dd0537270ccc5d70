"""The words of one language from which questions and answers by rule are made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from string import Formatter
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..schemas.nearest import nearest
from ..schemas.settings_model import Settings
from .stream_words import STREAM, StreamSaid

ENGLISH = "English"
NAME = r"^\w[\w ()-]*$"


class Slots:
    """The check that a text has these slots in braces, all of them, and no others."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def __call__(self, text: str) -> str:
        if wrong := wrong_slots(text, set(self.names), [set(self.names)]):
            raise ValueError(wrong)
        return text


def slots_in(text: str) -> set[str]:
    """The names in braces in *text*.

    Raises:
        ValueError: a brace is not closed.
    """
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def wrong_slots(text: str, known: set[str], needed: list[set[str]]) -> str:
    """What is wrong with the slots of *text*, which may be *known* and must be all of one of *needed*; or nothing."""
    try:
        used = slots_in(text)
    except ValueError as error:
        return f"{error} in {text!r}; a slot is a name in braces"
    has = ", ".join("{" + slot + "}" for slot in sorted(known)) or "no slots"
    if unknown := sorted(used - known):
        near = nearest(unknown[0], known)
        meant = f"did you mean {{{near}}}? It" if near else "it"
        return f"unknown slot {{{unknown[0]}}} in {text!r}; {meant} has {has}"
    if needed and not any(one <= used for one in needed):
        ways = " or ".join(" and ".join("{" + slot + "}" for slot in sorted(one)) for one in needed)
        return f"{text!r} must hold {ways}"
    return ""


Text = Annotated[str, Field(min_length=1)]
OfTime = Annotated[Text, AfterValidator(Slots("time"))]
OfStretch = Annotated[Text, AfterValidator(Slots("start", "end"))]
OfThing = Annotated[Text, AfterValidator(Slots("q"))]


class TimeWords(Settings):
    """How times stand in a sentence."""

    time: OfTime = "{time}"
    """A time with its unit: {time} seconds."""
    at: OfTime = "at {time}"
    """A moment, to stand beside a verb: at {time} seconds."""
    between: OfStretch = "from {start} to {end}"
    """A stretch, to stand beside a verb: from {start} to {end} seconds."""


class AnswerWords(Settings):
    """The words of answers. Answers of data sets that exist are worked out again with them."""

    seconds: TimeWords = TimeWords(
        time="{time} seconds", at="at {time} seconds", between="from {start} to {end} seconds"
    )
    """Times in seconds."""
    clock: TimeWords = TimeWords()
    """Times in the other formats, which have no unit."""
    stop: str = "."
    """The end of a sentence."""
    space: str = " "
    """What stands between two sentences."""
    join: str = "; "
    """What stands between two stretches of time."""
    comma: str = ", "
    """What stands between two moments."""
    line: Annotated[str, AfterValidator(Slots("when", "text"))] = "{when}: {text}"
    """A line of a timed list."""
    score: Annotated[str, AfterValidator(Slots("when", "score"))] = "{when}: score {score}."
    """A moment with its score."""
    quotes: tuple[str, str] = ('"', '"')
    """What stands before and after words that are quoted."""
    labels: dict[str, str] = Field({})
    """Labels that stages of ours write, as ``pan to the left``, and ways in which things move, by what they are called
    in English."""
    until: Annotated[str, AfterValidator(Slots("time", "text"))] = "Until {time}: {text}"
    """Until when something lasts, and what it is."""


class RegionWords(Settings):
    """What questions about boxes say besides."""

    something: Text = "something"
    """An object without a name."""
    one_second: Text = "1 second"
    """How long ago something was."""
    seconds: Annotated[Text, AfterValidator(Slots("n"))] = "{n} seconds"
    """The same, if it is not one second."""
    one_box: Text = "1 box"
    """How many boxes an answer has."""
    many_boxes: Annotated[Text, AfterValidator(Slots("n"))] = "{n} boxes"
    """The same, if there are several."""
    each_second: Text = "each whole second"
    """The times of boxes."""
    each_multiple: Annotated[Text, AfterValidator(Slots("n"))] = "each multiple of {n} seconds"
    """The same, if they are not whole seconds."""
    shares: Text = (
        "Boxes are written [left, top, right, bottom], in shares of the picture's width and height from 0 to 1."
    )
    """How boxes are written that are shares of the picture."""
    thousandths: Text = (
        "Boxes are written [left, top, right, bottom], in thousandths of the picture's width and height, "
        "from 0 to 1000."
    )
    """The same of thousandths."""
    pixels: Annotated[Text, AfterValidator(Slots("width", "height"))] = (
        "Boxes are written [left, top, right, bottom], in pixels of a picture that is {width} wide and {height} high."
    )
    """The same of pixels."""

    def length(self, seconds: float) -> str:
        """So many *seconds*."""
        return self.one_second if seconds == 1 else self.seconds.format(n=f"{seconds:g}")

    def boxes(self, count: int) -> str:
        """So many boxes."""
        return self.one_box if count == 1 else self.many_boxes.format(n=count)

    def each(self, every: float) -> str:
        """The whole multiples of *every* seconds."""
        return self.each_second if every == 1 else self.each_multiple.format(n=f"{every:g}")


class Nouns(Settings):
    """What the spans of a kind of lane, or those of one lane of labels, are called."""

    one: Text
    """One of them."""
    many: str = ""
    """Several; by default the same word."""
    it: OfThing = "{q}"
    """One of them with its words, which {q} stands for: the step {q}."""


class Needles(Settings):
    """The words of haystacks."""

    answer: str = ""
    """What is asked for below the options: Answer with the letter of the right option."""
    then: str = ", "
    """What stands between the things of an order."""
    questions: dict[str, Text] = Field({})
    """The question for each kind of needle and task, with the slots of ours: ``word.retrieve``, ``clip.order``,
    ``picture.count insert``."""


KEPT = {"answers", "choose", "ground", "explain", "answer"}
"""What of a language of one's own its samples keep: stages behind go on with it, and answers are worked out again."""


class Language(Settings):
    """The words of one language from which questions and answers by rule are made."""

    name: str = Field(ENGLISH, pattern=NAME)
    """The English name of the language, as stages that ask a teacher have it: Italian."""
    extends: str = ""
    """A language that comes with vdata, whose words count where this one has none."""
    answers: AnswerWords = AnswerWords()
    """The words that answers are made of."""
    nouns: dict[str, Nouns] = Field({})
    """What spans are called, by the kind of the lane (step, title …), or by the name of a lane of labels (actions)."""
    nth: list[Text] = Field([], max_length=10)
    """first, second, … tenth."""
    tell: dict[str, Text] = Field({})
    """What is to be done besides giving a time, by the kind of the lane; ``other`` is that of the other kinds."""
    clip: str = "clip"
    """What stands for {clip} in questions for captions, where a clip is shown."""
    video: str = "video"
    """What stands there where a whole video is shown."""
    image: str = "image"
    """What stands there where an image is shown."""
    parts: dict[str, Text] = Field({})
    """What the parts of a structured caption are called in a question: subject, action, environment …"""
    part: Annotated[str, AfterValidator(Slots("when"))] = " Keep to the part {when}."
    """A sentence behind a question that keeps it to a stretch."""
    choose: list[Text] = Field([])
    """Sentences below the options of a question, one of them by chance."""
    ground: list[Text] = Field([])
    """Sentences that ask for the stretch that shows the answer, one of them by chance."""
    explain: list[Text] = Field([])
    """Sentences that ask to explain the answer, one of them by chance."""
    answer: str = "Answer: "
    """What stands before an answer that was explained."""
    needles: Needles = Needles()
    """What hide asks."""
    regions: RegionWords = RegionWords()
    """What regions asks besides its questions."""
    stream: dict[StreamSaid, list[Text]] = Field({})
    """What the user of a stream says, one of them by chance: narrate, past, now, next. None of it tells what comes.
    ``sorry``: how the assistant takes back a mistake."""
    questions: dict[str, list[Text]] = Field({})
    """Questions by family, one of them by chance, with the slots of our own: ``counting``; of one kind of lane:
    ``counting.title``; of one way of asking: ``before_after.before``; or of both: ``before_after.speech.before``."""

    @property
    def english(self) -> bool:
        return self.name == ENGLISH and not self.questions

    def of_image(self) -> Language:
        """The language in which an image is asked about."""
        return self.model_copy(update={"video": self.image, "clip": self.image})

    @cached_property
    def params(self) -> dict[str, str]:
        """What of it a sample keeps, so that its answer can be worked out again; nothing of English."""
        from .language_key import shipped

        if self.english:
            return {}
        known = shipped(self.name)
        if known is not None and all(getattr(known, name) == getattr(self, name) for name in KEPT):
            return {} if self.name == ENGLISH else {"language": self.name}
        return {"language": self.name, "words": self.model_dump_json(include=KEPT, exclude_defaults=True)}


def over(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """*base* with the values of *own* in their places; tables are put together, lists are replaced."""
    found = dict(base)
    for key, value in own.items():
        old = found.get(key)
        found[key] = over(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return found


IN_ENGLISH = Language(stream=STREAM)
"""English: its questions stand with their families."""
