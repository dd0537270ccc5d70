"""What a made video is: pieces of other videos one after the other, and pictures or words laid over them.

An edit is stored on a timeline as two lanes: ``pieces``, which tile the video, and ``needles``, what is hidden in it.
A needle laid over other frames is an overlay; one that is inserted or spliced in is a piece as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal

from ...schemas import Span, Timeline, make_id
from ...schemas.uri import locate
from ..art.catalogue import OWN, PAGE

PIECES, NEEDLES = "pieces", "needles"

Slot = Literal["", "top", "bottom"]
How = Literal["overlay", "insert", "splice"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the made video, *start* to *end* seconds, that shows one source.

    From a video, the frames with times in [*begin*, *finish*) of the source are shown, each at
    ``start + (time - begin) / speed``, or from the last to the first at ``start + (finish - time - a frame) / speed``
    when it is played backwards. A still is shown for the whole stretch, ``fps`` times a second.
    """

    start: float
    end: float
    uri: str = ""
    """The video, as the data set knows it; empty for a still."""
    file: str = ""
    """What to open on this machine."""
    content: str = ""
    """SHA-256 of the file."""
    begin: float = 0.0
    finish: float = 0.0
    speed: float = 1.0
    """Above 1: faster than the source."""
    backwards: bool = False
    slot: Slot = ""
    """Whole picture, or its upper or lower half: two pieces at the same time, one in each."""
    picture: str = ""
    """The still: ``drawn:NAME`` (see ``draw``), or an image file as ``locate`` takes it; ``scene:…``, a picture that
    moves (see ``paint_scene``), of which *begin* and *finish* are shares where some of it is shown; or ``page:…``, a
    page of a text (see ``draw_page``)."""

    @property
    def plain(self) -> bool:
        """Whether the source's frames are shown as they are: what can be copied without decoding."""
        return bool(self.uri) and self.speed == 1.0 and not self.backwards and not self.slot

    def share(self, time: float) -> float:
        """How far a picture that moves has come at *time* (seconds of the made video): 0 at its start, 1 at its end."""
        done = (time - self.start) / (self.end - self.start)
        return self.begin + (self.finish - self.begin) * done if self.finish else done


@dataclass(frozen=True, slots=True)
class Overlay:
    """Words or a picture over the frames from *start* to *end* (seconds)."""

    start: float
    end: float
    text: str = ""
    """Words; empty for a picture."""
    picture: str = ""
    """As in Piece."""
    x: float = 0.5
    y: float = 0.9
    """The middle of it, as shares of width and height from the top left."""
    size: float = 0.08
    """Height of the letters, or of the picture, as a share of the frame's height. Words that would be wider than 90 %
    of the frame are made smaller."""
    colour: str = "white"
    opacity: float = 1.0
    font: str = ""
    """A font file for words; empty: the letters that Pillow brings."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A made video. Its frames are *width* × *height* pixels; pictures of another shape are fitted in, on black."""

    pieces: tuple[Piece, ...]
    overlays: tuple[Overlay, ...]
    width: int
    height: int
    fps: float
    """Frames a second of stills."""
    sound: bool = True
    """Whether the pieces' sound is kept; stills are silent."""

    @property
    def duration(self) -> float:
        return max(piece.end for piece in self.pieces)

    @property
    def files(self) -> list[str]:
        """What is to be opened: videos, pictures, fonts; each once, in order."""
        shown = [one for piece in self.pieces for one in (piece.file, piece.picture)]
        shown += [one for overlay in self.overlays for one in (overlay.picture, overlay.font)]
        return [file for file in dict.fromkeys(shown) if file and not file.startswith(OWN)]

    def at(self, time: float) -> list[Overlay]:
        """The overlays shown at *time*, in order."""
        return [one for one in self.overlays if one.start <= time < one.end]


def lay_pieces(video: Timeline, edit: Edit) -> None:
    """Put the pieces of *edit* on *video*, and what the whole is: size, fps, sound."""
    video.put(PIECES, [_piece_span(piece) for piece in edit.pieces])
    video.duration = edit.duration
    video.attrs |= {
        "width": str(edit.width),
        "height": str(edit.height),
        "fps": repr(edit.fps),
        "sound": "yes" if edit.sound else "no",
    }


def needle_span(overlay: Overlay, label: str, **attrs: str) -> Span:
    """The span of a needle that is laid over frames. *label* says what it shows, *attrs* what the plan knows of it."""
    return Span(
        overlay.start,
        overlay.end,
        overlay.text or None,
        label,
        source="planned",
        values={"x": overlay.x, "y": overlay.y, "size": overlay.size, "opacity": overlay.opacity},
        attrs={"how": "overlay", "picture": overlay.picture, "colour": overlay.colour, **attrs},
    )


def inserted_span(piece: Piece, label: str, how: Literal["insert", "splice"], **attrs: str) -> Span:
    """The span of a needle that is a piece of its own: a still (*insert*) or a clip (*splice*)."""
    shown = piece.picture or piece.uri
    return Span(piece.start, piece.end, None, label, source="planned", attrs={"how": how, "picture": shown, **attrs})


def edit_of(video: Timeline, base: str = "") -> Edit:
    """The edit that is laid on *video*; files are located from *base*.

    Raises:
        ValueError: *video* has no pieces: it is not a made video.
    """
    if not video.lane(PIECES):
        raise ValueError(f"{video.uri}: has no lane {PIECES}: it is not a made video")
    return Edit(
        tuple(_piece(span, base) for span in video.lane(PIECES)),
        tuple(_overlay(span, base) for span in video.lane(NEEDLES) if span.attrs.get("how") == "overlay"),
        int(video.attrs["width"]),
        int(video.attrs["height"]),
        float(video.attrs["fps"]),
        video.attrs["sound"] == "yes",
    )


def identity(video: Timeline) -> str:
    """What determines the pictures and the sound of the made *video*: its plan, with the content of what it is of."""
    spans = [
        (span.start, span.end, span.text, sorted(span.values.items()), sorted(span.attrs.items()))
        for lane in (PIECES, NEEDLES)
        for span in video.lane(lane)
    ]
    size = [video.attrs.get(name, "") for name in ("width", "height", "fps", "sound")]
    return make_id(video.id, json.dumps([spans, size]))


def shift(piece: Piece, seconds: float) -> Piece:
    """*piece*, so many *seconds* later."""
    return replace(piece, start=piece.start + seconds, end=piece.end + seconds)


def _piece_span(piece: Piece) -> Span:
    values = {"begin": piece.begin, "finish": piece.finish, "speed": piece.speed}
    attrs = {"uri": piece.uri, "content": piece.content, "slot": piece.slot, "picture": piece.picture}
    attrs |= {"backwards": "yes"} if piece.backwards else {}
    return Span(piece.start, piece.end, source="planned", values=values, attrs=attrs)


def _piece(span: Span, base: str) -> Piece:
    uri, picture = span.attrs["uri"], span.attrs["picture"]
    slot: Slot = "top" if span.attrs["slot"] == "top" else "bottom" if span.attrs["slot"] == "bottom" else ""
    return Piece(
        span.start,
        span.end,
        uri,
        locate(uri, base) if uri else "",
        span.attrs["content"],
        span.values["begin"],
        span.values["finish"],
        span.values["speed"],
        span.attrs.get("backwards") == "yes",
        slot,
        _located(picture, base),
    )


def _overlay(span: Span, base: str) -> Overlay:
    values, attrs = span.values, span.attrs
    where = values["x"], values["y"], values["size"], attrs["colour"], values["opacity"]
    font = _located(attrs.get("font", ""), base)
    return Overlay(span.start, span.end, span.text or "", _located(attrs["picture"], base), *where, font)


def _located(picture: str, base: str) -> str:
    if picture.startswith(PAGE):
        page = json.loads(picture.removeprefix(PAGE))
        return PAGE + json.dumps({**page, "font": locate(page["font"], base)}) if page["font"] else picture
    return picture if not picture or picture.startswith(OWN) else locate(picture, base)
