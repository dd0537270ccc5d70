"""A request as it would be sent: its texts, its pictures, what is known of its reply, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...schemas import Request
from ...schemas.sound_limits import BYTES_A_SECOND
from ...schemas.stage_names import unnumbered
from ..teachers.messages import SCHEMA_WORDS
from .placeholders import Placeholders

BYTES_A_TOKEN = 4
"""Of text in UTF-8: about right for English, and three quarters of a token for a Chinese character."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """One picture as it is sent, as a data URI, with its size in pixels."""

    uri: str
    width: int
    height: int

    @property
    def bytes(self) -> int:
        """Of the encoded picture."""
        return len(self.uri.partition(",")[2]) * 3 // 4


@dataclass(frozen=True, slots=True)
class ShownMedia:
    """Pictures, or a sound, in a turn, with what they are in *words*."""

    words: str
    pictures: tuple[ShownPicture, ...] = ()
    times: tuple[float, ...] = ()
    """The time of each picture, seconds; none where several are in one, or where they are in another order."""
    sound: str = ""
    """A sound as it is sent, as a data URI."""

    @property
    def seconds(self) -> float:
        """Of sound."""
        return len(self.sound.partition(",")[2]) * 3 / 4 / BYTES_A_SECOND


@dataclass(slots=True)
class ShownTurn:
    """One turn: who speaks, and texts and media in order."""

    role: str
    parts: list[str | ShownMedia]

    @property
    def text(self) -> str:
        """Its texts and, in words, its media."""
        return "\n".join(part if isinstance(part, str) else part.words for part in self.parts)


@dataclass
class Notes:
    """What the teachers of one dry run share: the requests so far, and what was made up for them."""

    requests: list[UnsentRequest] = field(default_factory=list)
    placeholders: Placeholders = field(default_factory=Placeholders)
    paid: set[str] = field(default_factory=set)
    """The keys of the replies that are kept and were taken: each was paid for once."""
    made_up: dict[str, Any] = field(default_factory=dict)
    """Placeholders by the key under which the reply would be kept: equal requests have the same reply."""


@dataclass(slots=True)
class UnsentRequest:
    """What a stage would ask."""

    stage: str
    """As it is counted: ``caption``, ``caption#2``."""
    prompt: str
    """Which of the stage's prompts it is; empty: it does not say."""
    teacher: str
    request: Request
    turns: list[ShownTurn]
    """The system's first, with the schema in it where the teacher is told it in words."""
    schema_in_words: bool
    """Whether it is."""
    waits_for: list[str]
    """The prompts whose replies stand in it, and are not known."""
    replies: list[str | None] = field(default_factory=list)
    """The reply to each draw, as it is kept; None: it would be asked for."""
    tokens_in: int = 0
    """What the kept replies were counted with, but for those that an earlier request had too."""
    tokens_out: int = 0
    repeated: int = 0
    """Draws that an equal request asks for too, and that are sent once."""
    fault: str = ""
    """Why it could not be sent: what is shown cannot be read."""

    @property
    def name(self) -> str:
        """``caption.describe``."""
        return f"{self.stage}.{self.prompt}" if self.prompt else self.stage

    @property
    def source(self) -> str:
        """The same without a number, as texts are marked that wait for its reply."""
        return f"{unnumbered(self.stage)[0]}.{self.prompt}" if self.prompt else unnumbered(self.stage)[0]

    @property
    def media(self) -> Iterator[ShownMedia]:
        for turn in self.turns:
            yield from (part for part in turn.parts if isinstance(part, ShownMedia))

    @property
    def pictures(self) -> int:
        return sum(len(media.pictures) for media in self.media)

    @property
    def sound(self) -> float:
        """Seconds of sound."""
        return sum(media.seconds for media in self.media)

    @property
    def text_tokens(self) -> int:
        """About how many tokens its texts are."""
        texts = (part for turn in self.turns for part in turn.parts if isinstance(part, str))
        return sum(map(text_tokens, texts))

    @property
    def calls(self) -> int:
        """How often it would be sent: for each draw whose reply is not known."""
        return 0 if self.fault else sum(reply is None for reply in self.replies) - self.repeated

    @property
    def shown_turns(self) -> list[ShownTurn]:
        """The turns with the JSON schema taken out of the system text, for readers who see it in a table."""
        begin = SCHEMA_WORDS.rstrip("\n")
        return [
            ShownTurn(turn.role, [_until(part, begin) if isinstance(part, str) else part for part in turn.parts])
            if turn.role == "system"
            else turn
            for turn in self.turns
        ]

    @property
    def settings(self) -> list[str]:
        """What the stage asks for besides, in words."""
        request = self.request
        given = {"temperature": request.temperature, "max_tokens": request.max_tokens}
        lines = [f"{name}: {value:g}" for name, value in given.items() if value is not None]
        return [*lines, *([f"draws: {request.samples}"] if request.samples > 1 else [])]

    @property
    def schema(self) -> dict[str, Any] | None:
        return self.request.schema


def _until(text: str, begin: str) -> str:
    """*text* up to the end of *begin*, with a word on what follows; all of it without *begin*."""
    before, found, _ = text.partition(begin)
    return f"{before}{found} […]" if found else text


def text_tokens(text: str) -> int:
    """About how many tokens *text* is."""
    return -(-len(text.encode()) // BYTES_A_TOKEN)
