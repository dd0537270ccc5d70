"""A teacher that is asked about one video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from ...rules.letters import LETTERS
from ...rules.query_times import SLACK, is_future
from ...rules.region_slots import has_slots, things_in
from ...schemas import Part, Reply, Request, Sample, Span, Timeline
from ..prompting.frame_choice import Edit, Look, MarkedLook, at_times, frames_of, shown_frames
from ..prompting.hearing import said_sound
from ..prompting.marks import told_slots
from ..prompting.material import RULES, material
from ..prompting.own_words import Prompter
from ..prompting.regions import Boxes, box_times, nearest
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

    def frames(self, start: float, end: float, edit: Edit = "", about: Sample | None = None) -> list[Part]:
        """The frames of a stretch, with their times in words, and its sound if it is to be sent.

        Where the question of the sample that they are *about* calls things ``<region>``, those are marked.
        """
        if self.settings.look is None:
            heard = self.settings.heard(self.video, start, end)
            return [*said_sound(heard), *heard]
        self.shown.add((start, end))
        look, boxes = _pointed(about, self.settings.look)
        if (words := self.prompter.medium) is not None:
            parts = shown_frames(self.video, start, end, look, edit, boxes)
            return [words.seen(start, end), *told_slots(parts), *parts]
        shown = frames_of(self.video, start, end, look, edit, boxes)
        if edit == "shuffled":
            return ["Frames of the video, in no order:", *told_slots([shown]), shown]
        times = ", ".join(f"{time:.1f}" for time in shown.times)
        sounds = self.settings.heard(self.video, start, end)
        told = f"Frames of the video, at these times in seconds: {times}."
        return [told, *told_slots([shown]), shown, *said_sound(sounds), *sounds]

    def frame(self, time: float, about: Sample) -> list[Part]:
        """One frame, marked in the same way; only with a look. Where the things that *about* calls ``<region>`` have no
        box at *time* (seconds), it is the one nearest to it that shows them."""
        assert self.settings.look is not None
        look, boxes = _pointed(about, self.settings.look)
        if (words := self.prompter.medium) is not None:
            parts = shown_frames(self.video, time, time, look, boxes=boxes)
            return [words.seen(time, time), *told_slots(parts), *parts]
        if known := box_times(boxes, *self.stretch(about)):
            time = nearest(known, time)
        shown = at_times(self.video, [time], look, boxes=boxes)
        return ["One frame of the video:", *told_slots([shown]), shown]

    def stretch(self, sample: Sample) -> tuple[float, float]:
        """What whoever answers *sample* is shown of the video, in seconds: its own stretch, and of a question about the
        future, whose answer lies there, what has been seen when it is asked."""
        return sample.seen if sample.seen is not None and is_future(sample) else (sample.start, sample.end)

    def frames_for(self, sample: Sample) -> list[Part]:
        """The frames of what the sample cites, each stretch once; of its own stretch when it cites nothing."""
        stretches = sorted({(item.start, item.end) for item in sample.evidence}) or [(sample.start, sample.end)]
        parts: list[Part] = []
        for start, end in stretches:
            parts += self.frames(start, end, about=sample)
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


def _pointed(sample: Sample | None, look: Look) -> tuple[Look, Boxes]:
    """How frames that are about *sample* are shown, and the boxes to draw: of what its words call ``<region>``."""
    if sample is None or not has_slots(sample):
        return look, ()
    return MarkedLook(**look.model_dump(exclude_unset=True), mark="box"), things_in(sample.evidence)


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
