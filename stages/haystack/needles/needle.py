"""The interface of a kind of needle: what can be hidden, how it is shown, and which questions ask for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, ClassVar

from ....schemas.plugins import PluginKind
from ....video.art import catalogue as pictures
from ....video.edit.edit_list import Overlay, Piece
from ..placement import places

if TYPE_CHECKING:
    from ..hide_settings import Needle
    from ..pool import PoolVideo

TEXT = "text"
"""The fact about a clip that is its label's text."""
CROWD_SIZE = 0.2
"""Height of each of several pictures shown at once, as a share of the frame's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that can be hidden."""

    text: str
    """What questions and options call it: ``Elena``, ``a red apple``, ``A man opens a door.``"""
    group: str
    """The class that it counts as: ``apple``, or the label of a clip."""
    picture: str = ""
    """The picture that is shown, as in Piece; empty for a word or clip."""
    content: str = ""
    """SHA-256 of a user's picture."""
    clip: Piece | None = None
    """The clip that is shown, if it is one; its times in the made video are set when it is hidden."""
    colour: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What is known of a clip: its text, its label and every other column, by name."""


class NeedleKind(ABC):
    """A kind of needle, shown as a picture unless methods say otherwise. *needle* is the YAML that describes it."""

    name: ClassVar[str]
    """The value of the key ``show`` that names this kind."""
    questions: ClassVar[Mapping[str, str]]
    """A question for each kind of task that can be made with it, or one each for ``retrieve insert`` and ``retrieve
    overlay``; {thing}, {things} and {class} stand for what is asked for."""
    height: ClassVar[float] = 0.3
    """Height of the needle as a share of the frame's, where ``size`` is not given."""
    unique: ClassVar[bool] = False
    """Whether needles that are counted all differ; if not, those of one group are counted."""
    decoys: ClassVar[tuple[str, ...]] = ()
    """What is written for a distractor, with {word} for its text. Without it tasks that ask what was shown, or in
    which order, have no distractors: another needle would be an answer too."""
    several: ClassVar[bool] = False
    """Whether several copies can be shown at once."""

    @abstractmethod
    def candidates(self, needle: Needle, clips: Iterable[PoolVideo]) -> list[Candidate]:
        """Everything that *needle* could be, in a fixed order; *clips* are the videos that clips may be taken from.

        Raises:
            Failed: there is nothing to choose from.
        """

    def check(self, needle: Needle) -> None:
        """Raise ValueError when the settings do not fit this kind."""
        return

    def inserted(self, needle: Needle) -> bool:
        """Whether the needle has frames of its own; if not, it is laid over those of the haystack."""
        return needle.how != "overlay"

    def coloured(self, needle: Needle) -> bool:
        """Whether every candidate has a colour."""
        return False

    def lanes(self, needle: Needle) -> set[str]:
        """The lanes that videos must have for such needles."""
        return set()

    def captions(self, needle: Needle, distractors: bool) -> list[str]:
        """Every text that may be drawn for such a needle."""
        return []

    def class_name(self, candidate: Candidate) -> str:
        """What is asked for when such candidates are counted: ``an apple``."""
        return with_article(pictures.label(candidate.group)) if candidate.group else candidate.text

    def overlays(
        self, candidate: Candidate, words: str, copies: int, times: tuple[float, float], needle: Needle, rng: Random
    ) -> list[Overlay]:
        """What is laid over the frames at *times* (start and end, seconds): copies of the picture, or *words*."""
        size = needle.size or (CROWD_SIZE if copies > 1 else self.height)
        drawn = []
        for x, y in places(copies, rng):
            x, y = x if needle.x is None else needle.x, y if needle.y is None else needle.y
            drawn.append(Overlay(*times, "", candidate.picture, x, y, size, needle.colour, needle.opacity))
        return drawn


def with_article(name: str) -> str:
    """*name* with its article: ``an apple``, ``a red apple``."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


NEEDLES: PluginKind[NeedleKind] = PluginKind(
    "kind of needle", "vdata.stages.haystack.needles", "vdata.needles", lambda: NeedleKind, lambda kind: kind.name
)
