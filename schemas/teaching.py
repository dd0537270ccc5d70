"""What is asked of a teacher (a language or vision-language model), and what it replies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Mark = Literal["", "box", "crop", "mask"]
"""How regions are shown: as drawn rectangles, by cutting the picture out around them, or tinted and outlined."""

COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (255, 0, 0),
    "blue": (0, 64, 255),
    "green": (0, 220, 0),
    "yellow": (255, 230, 0),
    "magenta": (255, 0, 220),
    "cyan": (0, 230, 230),
    "orange": (255, 140, 0),
    "white": (255, 255, 255),
}
"""The colours of regions, RGB: that of the first thing that is marked, of the second, and so on."""


class Region(NamedTuple):
    """A part of an upright picture: shares of its width and height, as those of a ``Box``."""

    left: float
    top: float
    right: float
    bottom: float
    mask: str = ""
    """As that of a ``Box``."""
    number: int = 0
    """Which of the things in question it is, from 0: each has a colour of its own."""
    tag: int = 0
    """The number that is written at it; 0: none."""


Marks = tuple[Mark, tuple[Region, ...]]
"""How regions are shown in a picture, and which."""
UNMARKED: Marks = ("", ())


@dataclass(frozen=True, slots=True)
class Frames:
    """Pictures of a video by reference; they are fetched and encoded once, when a request is sent."""

    file: str
    """What to open: a path or a URL. Not part of the identity."""
    content: str
    """SHA-256 of the file: with the fields below, the identity of the pictures."""
    times: tuple[float, ...]
    """Seconds."""
    size: int = 512
    """The longest side in pixels; smaller pictures stay as they are."""
    columns: int = 0
    """0: an image each. More: all in one image, a grid of so many columns."""
    edit: Literal["", "shuffled", "blurred", "tiny", "recoloured"] = ""
    """What is done to spoil them, for blind tests and preference pairs."""
    plan: object = None
    """The ``Edit`` of a made video that has no file: what is shown instead of *file*. Its identity is *content*."""
    mark: Mark = ""
    """How *regions* are shown."""
    margin: float = 0.0
    """What a ``crop`` shows around them on each side, as a share of their width and height."""
    regions: tuple[tuple[Region, ...], ...] = ()
    """With a *mark*, those of each of *times*."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of a video's sound by reference; times in seconds."""

    file: str
    content: str
    start: float
    end: float
    plan: object = None
    """As in Frames."""


Part = str | Frames | Sound


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the conversation that is sent to a teacher."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a teacher."""

    turns: tuple[Turn, ...]
    system: str = ""
    schema: dict[str, Any] | None = None
    """JSON schema of the reply; None: plain text."""
    samples: int = 1
    """How many replies to draw."""
    temperature: float | None = None
    """None: the teacher's own setting."""
    max_tokens: int | None = None
    """None: the teacher's own setting."""
    purpose: str = ""
    """The stage that asks, for the account of what was spent. Not part of the identity."""
    prompt: str = ""
    """Which of the stage's prompts it is. Not part of the identity."""

    @property
    def has_sound(self) -> bool:
        """Whether it sends sound, so that only a model that hears can answer."""
        return any(isinstance(part, Sound) for turn in self.turns for part in turn.parts)

    @classmethod
    def of(cls, *parts: Part, system: str = "", **more: Any) -> Request:
        """A request of a single user turn."""
        return cls((Turn("user", parts),), system, **more)


Failure = Literal["", "refused", "empty", "truncated", "bad_reply", "teacher_error", "teacher_timeout"]
PASSING: frozenset[str] = frozenset({"teacher_error", "teacher_timeout"})
"""Failures that may be gone tomorrow: a row that fails so is tried again by the next run."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one request."""

    texts: tuple[str, ...] = ()
    """A reply for each sample, cleaned; none when it failed."""
    values: tuple[Any, ...] = ()
    """The same as JSON values that fit the schema, when one was given."""
    vectors: tuple[bytes, ...] = ()
    """In their place, from an embedder: float16, of unit length (``vectors``)."""
    cut: bool = False
    """Whether the embedder read only the beginning of the text."""
    failure: Failure = ""
    detail: str = ""
    """For a failure: the raw reply, or the error."""

    @property
    def ok(self) -> bool:
        return not self.failure

    @property
    def text(self) -> str:
        """The first reply."""
        return self.texts[0]

    @property
    def value(self) -> Any:
        """The first reply as a JSON value."""
        return self.values[0]

    @property
    def vector(self) -> bytes:
        """The first reply of an embedder."""
        return self.vectors[0]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a stage will ask for one video, roughly: for ``vdata plan``."""

    calls: float = 0.0
    images: float = 0.0
    tokens_in: float = 0.0
    """Text tokens, without those of images and sound."""
    tokens_out: float = 0.0
    sound: float = 0.0
    """Seconds."""

    def __add__(self, other: Demand) -> Demand:
        return Demand(
            self.calls + other.calls,
            self.images + other.images,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.sound + other.sound,
        )
