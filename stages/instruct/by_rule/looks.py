"""The look of a stretch of video, and its description in English. It says what was measured, no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

LIGHT = ("nearly black", "dark", "dim", "well lit", "bright")
MOTION = ("none", "little", "some", "much")


@dataclass(slots=True)
class SpanLook:
    """What was measured of a span. A field is empty or None where nothing is to be said of it."""

    seconds: float | None = None
    light: str = ""
    colours: list[str] | None = None
    """The main colours, at most two; an empty list where none stands out."""
    motion: str = ""
    frozen: bool = False
    camera: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    place: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    """The facts measured well away from their limits: two descriptions that differ in one cannot fit the same shot."""
    values: dict[str, float] = field(default_factory=dict)


_MOVES = {
    "static": ("stays still", "is at rest", "does not move"),
    "pan_left": ("pans left", "pans to the left"),
    "pan_right": ("pans right", "pans to the right"),
    "tilt_up": ("tilts up", "tilts upwards"),
    "tilt_down": ("tilts down", "tilts downwards"),
    "zoom_in": ("closes in", "moves or zooms in"),
    "zoom_out": ("draws back", "moves or zooms out"),
    "shake": ("shakes", "is shaky"),
}
_MOVED = {
    "none": ("hardly anything moves", "almost nothing moves"),
    "little": ("there is little movement", "little moves in the picture"),
    "some": ("there is some movement", "some things move"),
    "much": ("there is a lot of movement", "much of the picture is in motion"),
}
_ELSE = {
    "none": ("hardly anything else moves", "there is almost no other movement"),
    "little": ("there is little other movement", "little else moves"),
    "some": ("there is some other movement besides", "something else moves too"),
    "much": ("there is a lot of other movement", "much else is in motion"),
}
_PLACES = {
    "start": ("near the start of the video", "in the opening part of the video"),
    "middle": ("in the middle of the video", "in the middle part of the video"),
    "end": ("near the end of the video", "in the closing part of the video"),
}


def describe_look(look: SpanLook, noun: str, rng: Random) -> str:
    """One to three sentences on light, colours, movement, camera and on-screen text; may be empty."""
    picture = _picture(look, noun, rng)
    parts = (picture, _movement(look, rng, bool(picture)), _texts(look.texts, rng))
    return " ".join(part for part in parts if part)


def describe_place(look: SpanLook, noun: str, rng: Random) -> str:
    """One sentence on length and position; may be empty."""
    it = rng.choice(("It", f"The {noun}"))
    lasts = "" if look.seconds is None else f"{rng.choice(('lasts', 'runs for'))} {look.seconds:.1f} seconds"
    if look.place in ("whole", "most"):
        fills = f"fills {'the whole' if look.place == 'whole' else 'most of the'} video"
        return f"{it} {lasts} and {fills}." if lasts else f"{it} {fills}."
    if not look.place:
        return f"{it} {lasts}." if lasts else ""
    place = rng.choice(_PLACES[look.place])
    if not lasts:
        return f"{it} comes {place}."
    return rng.choice(
        (f"{it} {lasts}, {place}.", f"{it} comes {place} and {lasts}.", f"{it} {lasts} and comes {place}.")
    )


def _picture(look: SpanLook, noun: str, rng: Random) -> str:
    light, colours = look.light, look.colours
    if light == "nearly black":
        return rng.choice(("The picture is nearly black.", f"A nearly black {noun}.", f"This {noun} is nearly black."))
    close = "well-lit" if light == "well lit" else light  # before a noun
    if not colours:
        if not light:
            return f"A {noun} in mixed colours." if colours is not None else ""
        if colours is None:
            return rng.choice((f"The picture is {light}.", f"A {close} {noun}.", f"This {noun} is {light}."))
        return rng.choice(
            (
                f"A {close} {noun} in mixed colours.",
                f"The picture is {light}, in mixed colours.",
                f"This {noun} is {light}, without one main colour.",
                f"{_cap(close)} footage in which no colour prevails.",
            )
        )
    named, several = " and ".join(colours), len(colours) > 1
    colour, are = ("colours", "are") if several else ("colour", "is")
    if not light:
        return f"A {noun} in which {named} {are} the main {colour}."
    return rng.choice(
        (
            f"A {close} {noun}, mostly {named}.",
            f"The picture is {light}, and its main {colour} {are} {named}.",
            f"This {noun} is {light} and mostly {named}.",
            f"{_cap(named)} {'dominate' if several else 'dominates'} this {close} {noun}.",
            f"{_cap(close)} footage in which {named} {'prevail' if several else 'prevails'}.",
        )
    )


def _movement(look: SpanLook, rng: Random, told_picture: bool) -> str:
    if look.frozen:
        still = ("The image stands still throughout.", "Nothing in it changes.", "It stays the same throughout.")
        return rng.choice(still) if told_picture else "The picture is frozen."
    moves = [move for move in look.camera if move in _MOVES]
    if not moves or len(moves) > 3:
        return _cap(rng.choice(_MOVED[look.motion])) + "." if look.motion else ""
    told = [rng.choice(_MOVES[move]) for move in moves]
    camera = "the camera " + (told[0] if len(told) == 1 else ", ".join(told[:-1]) + ", then " + told[-1])
    if not look.motion:
        return _cap(camera) + "."
    moved = rng.choice((_MOVED if moves == ["static"] else _ELSE)[look.motion])
    return rng.choice((f"{_cap(camera)}, and {moved}.", f"{_cap(camera)}; {moved}."))


def _texts(texts: list[str], rng: Random) -> str:
    quoted = [f'"{_short(text)}"' for text in texts[:3]]
    if not quoted:
        return ""
    named = quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]
    if len(quoted) == 1:
        return rng.choice((f"The text {named} is on screen.", f"On screen one can read {named}."))
    return rng.choice((f"The texts {named} are on screen.", f"On screen one can read {named}."))


def _short(text: str) -> str:
    text = " ".join(text.replace('"', "'").split())
    return text if len(text) <= 80 else text[:80].rsplit(" ", 1)[0] + " …"


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
