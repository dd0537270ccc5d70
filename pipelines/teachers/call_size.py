"""How much a call may take of a budget, before its reply has said what it took."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ...schemas import Frames, Request, Sound
from ...schemas.sound_limits import TOKENS_A_SECOND
from .teacher_settings import Price

BYTES_A_TOKEN = 2
"""Of text: English has 4, digits and other scripts 2 to 3."""
PICTURE_TOKENS = 1000
AROUND = 50
"""Tokens that a server puts around a request."""
UNKNOWN = 50.0
"""A picture may be so many times PICTURE_TOKENS: as large as models are known to count one. It holds until a reply has
said what this model counts."""


@dataclass(frozen=True, slots=True)
class CallSize:
    """The most tokens of a call, or of many together: by its settings for the reply, by estimate for what is sent."""

    tokens_in: int = 0
    tokens_sound: int = 0
    """Those of ``tokens_in`` that are sound."""
    pictures: int = 0
    """Pictures among what is sent; their tokens are among ``tokens_in``."""
    tokens_out: int = 0

    def __add__(self, other: CallSize) -> CallSize:
        return CallSize(
            self.tokens_in + other.tokens_in,
            self.tokens_sound + other.tokens_sound,
            self.pictures + other.pictures,
            self.tokens_out + other.tokens_out,
        )

    def __sub__(self, other: CallSize) -> CallSize:
        return CallSize(
            self.tokens_in - other.tokens_in,
            self.tokens_sound - other.tokens_sound,
            self.pictures - other.pictures,
            self.tokens_out - other.tokens_out,
        )

    def tokens(self, ratio: float) -> float:
        """All, where those that are sent are *ratio* times the estimate."""
        return self.tokens_in * ratio + self.tokens_out

    def dollars(self, price: Price, ratio: float) -> float:
        return price.dollars(self.tokens_in * ratio, self.tokens_out, self.tokens_sound * ratio)


NOTHING = CallSize()


def size_of(request: Request, longest_reply: int, shown: str = "") -> CallSize:
    """How large a call with *request* may be; *shown* is what is sent besides. Nothing is fetched or encoded."""
    parts = [part for turn in request.turns for part in turn.parts]
    texts = [request.system, shown, *(part for part in parts if isinstance(part, str))]
    if request.schema is not None:
        texts.append(json.dumps(request.schema))
    pictures = sum(len(part.times) for part in parts if isinstance(part, Frames))
    sound = round(TOKENS_A_SECOND * sum(part.end - part.start for part in parts if isinstance(part, Sound)))
    words = sum(len(text) if text.isascii() else len(text.encode("utf-8", "replace")) for text in texts)
    sent = AROUND + words // BYTES_A_TOKEN + PICTURE_TOKENS * pictures + sound
    return CallSize(sent, sound, pictures, longest_reply)
