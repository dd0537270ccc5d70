"""A teacher that is asked about one video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from ...rules.letters import LETTERS
from ...rules.query_times import SLACK, is_future
from ...schemas import Part, Reply, Request, Sample, Span, Timeline
from ..prompting.frame_choice import Edit, at_times, frames_of, shown_frames
from ..prompting.hearing import said_sound
from ..prompting.material import RULES, material
from ..prompting.own_words import Prompter
from ..stage import Teacher
from .check_settings import CheckSettings

_KINDS = {"texts": "on-screen text", "speech": "speech"}


class RequestFailed(Exception):
    """A request failed, so that the check cannot be made."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.failure)
        self.reply = reply


@dataclass
class VideoTeacher:
    """A teacher that is asked about one video, and shown parts of it."""

    video: Timeline
    model: Teacher
    prompter: Prompter
    settings: CheckSettings = field(default_factory=CheckSettings)
    policy: Mapping[str, str] = field(default_factory=dict)
    """What is done about each reason."""
    shown: set[tuple[float, float]] = field(default_factory=set)
    """The stretches of which frames were shown."""

    async def ask(self, requests: Sequence[Request], model: Teacher | None = None) -> list[Reply]:
        """The replies, all of them usable.

        Raises:
            Unanswered: a request failed.
        """
        replies = await (model or self.model).ask(requests)
        for reply in replies:
            if not reply.ok:
                raise RequestFailed(reply)
        return replies

    def request(
        self, name: str, *parts: Part, role: str, schema: type[BaseModel], known: Mapping[str, str], samples: int = 1
    ) -> Request:
        """A request of one turn, by the prompt *name*, for a reply that fits *schema*.

        *known* is what a prompt of one's own may hold, as blocks of material.
        """
        shape, system = schema.model_json_schema(), f"{role}\n{RULES}"
        return self.prompter.request(name, system, parts, known, schema=shape, samples=samples)

    def frames(self, start: float, end: float, edit: Edit = "") -> list[Part]:
        """The frames of a stretch, with their times in words, and its sound if it is to be sent."""
        if self.settings.look is None:
            heard = self.settings.heard(self.video, start, end)
            return [*said_sound(heard), *heard]
        self.shown.add((start, end))
        if (words := self.prompter.medium) is not None:
            return [words.seen(start, end), *shown_frames(self.video, start, end, self.settings.look, edit)]
        shown = frames_of(self.video, start, end, self.settings.look, edit)
        if edit == "shuffled":
            return ["Frames of the video, in no order:", shown]
        times = ", ".join(f"{time:.1f}" for time in shown.times)
        sounds = self.settings.heard(self.video, start, end)
        return [f"Frames of the video, at these times in seconds: {times}.", shown, *said_sound(sounds), *sounds]

    def frame(self, time: float) -> list[Part]:
        """One frame; only with a look."""
        assert self.settings.look is not None
        if (words := self.prompter.medium) is not None:
            return [words.seen(time, time), *shown_frames(self.video, time, time, self.settings.look)]
        return ["One frame of the video:", at_times(self.video, [time], self.settings.look)]

    def stretch(self, sample: Sample) -> tuple[float, float]:
        """What whoever answers *sample* is shown of the video, in seconds: its own stretch, and of a question about the
        future, whose answer lies there, what has been seen when it is asked."""
        return sample.seen if sample.seen is not None and is_future(sample) else (sample.start, sample.end)

    def frames_for(self, sample: Sample) -> list[Part]:
        """The frames of what the sample cites, each stretch once; of its own stretch when it cites nothing."""
        stretches = sorted({(item.start, item.end) for item in sample.evidence}) or [(sample.start, sample.end)]
        parts: list[Part] = []
        for start, end in stretches:
            parts += self.frames(start, end)
        return parts

    def words_for(self, sample: Sample) -> list[Part]:
        """What is said and what can be read in the stretch of the sample, and what it cites of other lanes."""
        return self.words(sample.start, sample.end, [item.lane for item in sample.evidence])

    def words_shown(self, sample: Sample) -> list[Part]:
        """The same of what whoever answers it is shown."""
        return self._words_until(sample, *self.stretch(sample))

    def words_of_video(self, sample: Sample) -> list[Part]:
        """The same of the whole video."""
        return self._words_until(sample, *self.whole(sample))

    def _words_until(self, sample: Sample, start: float, end: float) -> list[Part]:
        """The words of a stretch, of a sample that is asked at a time without those of spans that go on then."""
        over = None if sample.seen is None else sample.seen[1]
        return self.words(start, end, [item.lane for item in sample.evidence], over=over)

    def whole(self, sample: Sample) -> tuple[float, float]:
        """Where the video begins and ends, in seconds, or what may be seen of it when *sample* is asked; where its
        length is not known, the stretch of *sample*."""
        if sample.seen is not None:
            return sample.seen
        return (0.0, self.video.seconds) if self.video.seconds else (sample.start, sample.end)

    def words(
        self,
        start: float,
        end: float,
        cited: Iterable[str] = (),
        but: Span | None = None,
        over: float | None = None,
    ) -> list[Part]:
        """What is said and what can be read in a stretch, as material, without the span *but*, and without those that
        end later than *over*.

        Without a look there are the times in seconds too, and the lanes that are *cited*.
        """
        blind, parts = self.settings.look is None, list[Part]()
        for lane in dict.fromkeys([*self.settings.word_lanes, *(cited if blind else ())]):
            there = [span for span in self.video.lane(lane) if span.words and _shares(span, start, end)]
            there = [span for span in there if over is None or span.end <= over + SLACK]
            told = [span for span in there if but is None or (span is not but and span.id != but.id)]
            lines = [f"{span.start:.1f}-{span.end:.1f}: {span.words}" if blind else span.words for span in told]
            if lines:
                parts.append(material(_KINDS.get(lane, lane), "\n".join(lines)))
        return parts

    def by(self, frames: str, lines: str) -> str:
        """The one of two texts that says what the teacher goes by."""
        return frames if self.settings.look is not None else lines


def _shares(span: Span, start: float, end: float) -> bool:
    """Whether *span* shares time with a stretch; a point is in it."""
    return span.start < end and (span.end > start or span.start == span.end == start)


def joined(parts: Sequence[Part]) -> str:
    """The texts among *parts*."""
    return "\n".join(part for part in parts if isinstance(part, str))


def question_text(sample: Sample, options: Sequence[str] | None = None) -> str:
    """The question with its options, if it has any (or with *options* in their place)."""
    shown = sample.options if options is None else options
    lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, shown, strict=False)]
    return "\n".join([sample.question, *lines])
