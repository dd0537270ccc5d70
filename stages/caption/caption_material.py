"""What a teacher is shown of a span: frames by reference, and what else is known of it, as material."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...rules.lane_kinds import CAMERA, readable
from ...rules.spoken_lines import belongs
from ...rules.word_count import first_words, word_count
from ...schemas import Frames, Part, Span, Timeline
from ..prompting.frame_choice import Look, shown_frames
from ..prompting.hearing import Hearing, said_sound
from ..prompting.marks import told_mark
from ..prompting.material import RULES, material
from ..prompting.medium_words import medium_words
from ..prompting.span_facts import facts_of
from .caption_words import HUMAN, SHOWN, SHOWN_POINT, TILED, UNSEEN, seconds

KINDS = {"speech": "speech", "words": "speech", "texts": "on-screen text"}
"""What the material of a lane is called, where it is not called like the lane."""
LABEL = "human label"


@dataclass(frozen=True, slots=True)
class CaptionContext:
    """What is shown beside the frames: lanes, a lane of human labels, and attributes of the video and of the span."""

    lanes: tuple[str, ...] = ()
    human: str = ""
    facts: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    """Attributes and values of the span itself."""
    of: str = ""
    """The lane of the span: its own words are shown, and not those of others there at the same time, unless it is among
    *lanes*."""
    most_words: int = 800
    """The most words of each lane; what comes after them is cut off."""

    def system(self, role: str) -> str:
        """The system text of a request that may show this."""
        return " ".join([role, *([HUMAN] if self.human else []), RULES])

    def blocks(self, video: Timeline, span: Span) -> list[str]:
        """The material on the stretch of *span*, human labels first."""
        return [material(kind, _cut(text, self.most_words)) for kind, text in self._known(video, span)]

    def known(self, video: Timeline, span: Span, media: Sequence[Part] = ()) -> dict[str, object]:
        """What a prompt of one's own may hold about *span*, of which *media* are shown."""
        times = [time for one in media if isinstance(one, Frames) for time in one.times]
        return {
            "material": "\n\n".join(self.blocks(video, span)),
            "start": seconds(span.start),
            "end": seconds(span.end),
            "times": ", ".join(map(seconds, times)),
            "count": len(times),
        }

    def words_left_out(self, video: Timeline, span: Span) -> int:
        """How many words of the material on the stretch of *span* are cut off."""
        return sum(max(word_count(text) - self.most_words, 0) for _, text in self._known(video, span))

    def _known(self, video: Timeline, span: Span) -> list[tuple[str, str]]:
        label = human_words(video, span, self.human)
        known = [(LABEL, label)] if label else []
        known += [(name, video.attrs.get(name, "").strip()) for name in self.facts]
        known += facts_of(span, self.own)
        if self.of and self.of not in self.lanes and span.words:
            known.append((KINDS.get(self.of, self.of), f"[{_stretch(span)}] {_words(self.of, span)}"))
        for lane in self.lanes:
            lines = [f"[{_stretch(one)}] {_words(lane, one)}" for one in lines_of(video, lane, span)]
            known.append((KINDS.get(lane, lane), "\n".join(lines)))
        return [(kind, text) for kind, text in known if text]


def lines_of(video: Timeline, lane: str, span: Span) -> list[Span]:
    """The spans of *lane* that have words and belong to the stretch of *span*."""
    return [one for one in video.lane(lane) if one.words and belongs(lane, one.start, one.end, span.start, span.end)]


def human_words(video: Timeline, span: Span, lane: str) -> str:
    """What the human labels of *lane* say of the stretch of *span*, a line each; nothing without a lane."""
    return "\n".join(other.words for other in lines_of(video, lane, span)) if lane else ""


def sentence_and_media(
    video: Timeline, span: Span, look: Look | None, hearing: Hearing | None = None
) -> tuple[str, list[Part]]:
    """The sentence that tells the teacher what it sees and hears of *span*, and the frames and the sound.

    There are no frames without a *look*, and no sound without a *hearing* that wants it.
    """
    sentence, frames = _sentence_and_frames(video, span, look)
    sounds = hearing.heard(video, span.start, span.end) if hearing is not None else []
    seen = [sentence] if frames or not sounds else []  # who hears does not know it from the material alone
    return " ".join([*seen, *said_sound(sounds)]), [*frames, *sounds]


def _sentence_and_frames(video: Timeline, span: Span, look: Look | None) -> tuple[str, list[Part]]:
    start, end = seconds(span.start), seconds(span.end)
    if look is None:
        words = medium_words(video)
        return (words.unseen if words else UNSEEN.format(start=start, end=end)), []
    shown = shown_frames(video, span.start, span.end, look, boxes=[span.boxes])
    if (words := medium_words(video)) is not None:
        return " ".join([words.seen(span.start, span.end), *map(words.said, told_mark(look))]), shown
    (frames,) = (one for one in shown if isinstance(one, Frames))
    times = ", ".join(seconds(time) for time in frames.times)
    sentence = TILED if look.columns else SHOWN if span.end > span.start else SHOWN_POINT
    told = sentence.format(count=_frames(len(frames.times)), start=start, end=end, times=times)
    return " ".join([told, *told_mark(look)]), shown


def parts(texts: Sequence[str], media: Sequence[Part] = ()) -> tuple[Part, ...]:
    """The parts of a user turn: one text of all *texts*, then the frames and the sound."""
    return ("\n\n".join(text for text in texts if text), *media)


def _frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def _words(lane: str, span: Span) -> str:
    """What *span* of *lane* says; moves of the camera in words."""
    return readable(CAMERA.get(span.words, span.words)) if lane == "camera" else span.words


def _stretch(span: Span) -> str:
    return seconds(span.start) + (f"-{seconds(span.end)}" if span.end > span.start else "") + " s"


def _cut(text: str, words: int) -> str:
    """The first *words* words of *text*, with its line breaks."""
    kept = first_words(text, words)
    return text if kept == text else f"{kept} …"
