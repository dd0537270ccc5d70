"""Questions without times for the caption of what is shown: of a clip, of a whole video, or one named part of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from random import Random
from typing import ClassVar, Literal

from ...schemas import Evidence
from ..caption_parts import parts_of
from ..clock import Clock
from ..family import Ask, Family, Phrasings
from ..lane_kinds import quote, readable
from ..lane_view import LaneItem, View
from ..language_words import IN_ENGLISH, Language
from ..word_count import word_count
from .grounded_caption import SENTENCE

CaptionPool = Literal["by_length", "brief", "detailed"]
CALLED = {
    "subject": "the main subject",
    "action": "the action",
    "environment": "the surroundings",
    "background": "the background",
    "camera": "the camera work",
    "style": "the visual style",
}
"""What the usual parts of a structured caption are called in a question; others are called by their names."""


class Captioning(Family):
    """The caption of a span as it stands, for the clip alone that it describes: no question names a time.

    It is asked only by name, of every span: so a lane of captions becomes (clip, caption) pairs. A span that fills the
    video is asked about as the whole video.

    Args:
        pool: asks for a ``brief`` caption or a ``detailed`` one, or ``by_length``: for a detailed one where the caption
            has more than 35 words. None: not for the whole caption.
        parts: of a structured caption, which are asked for each by itself; None: all that it has.
    """

    task = "captioning"
    timeless = True
    kinds = frozenset({"sentence", "step", "description"})
    every = True
    optional = frozenset({"clip"})
    made_none = "no span has a length and the caption, or the parts, that are asked for"
    phrasings = (
        "Describe this {clip}.",
        "What happens in this {clip}?",
        "Write a short caption for the {clip}.",
        "Say in a sentence what the {clip} shows.",
        "Sum up in a few words what can be seen.",
        "Give this {clip} a brief caption.",
    )
    instead: ClassVar[Phrasings] = {
        "detailed": (
            "Describe this {clip} in detail.",
            "Write a detailed caption for the {clip}.",
            "What does this {clip} show? Leave nothing out.",
            "Give a full account of what can be seen in the {clip}.",
            "Describe the {clip} thoroughly: who and what is in it, and what happens.",
            "Tell in detail everything that this {clip} shows.",
        ),
        "part": (
            "Describe {what}.",
            "Describe {what} in this {clip}.",
            "What is there to say about {what}?",
            "Write down what the {clip} shows of {what}.",
            "Put {what} into words.",
            "Look at {what}, and describe it as you see it in the {clip}.",
        ),
    }

    def __init__(self, pool: CaptionPool | None = "by_length", parts: Collection[str] | None = ()) -> None:
        self.pool, self.parts = pool, parts

    def suits(self, view: View, named: bool) -> bool:
        return named and super().suits(view, named)

    def ask(self, view: View, rng: Random, limit: int, clock: Clock) -> list[Ask]:
        not_whole, endless = set(view.parts(clock.duration)), set[int]()
        if clock.duration == float("inf"):  # nobody knows the length, and what is of the whole video has no end
            endless = {n for n, item in enumerate(view.items) if item.end <= item.start}
            not_whole = set(range(len(view.items))) - endless
        asks = [
            ask
            for n, item in enumerate(view.items)
            if item.end > item.start or n in endless
            for ask in self._of(item, clock.language, whole=n not in not_whole)
        ]
        if len(asks) > limit:
            asks = [asks[n] for n in sorted(rng.sample(range(len(asks)), limit))]
        return asks

    def _of(self, item: LaneItem, language: Language, *, whole: bool) -> list[Ask]:
        """The questions about one span, which fills the video if it is *whole*."""
        named = {"clip": language.video if whole else language.clip}
        params = {} if whole else {"about": "spans"}
        asks = []
        alone = item.origin.attrs.get("part") if item.origin else None  # of a lane that part_lanes wrote
        if self.pool is not None and item.text.strip():
            long = word_count(item.text) > SENTENCE if self.pool == "by_length" else self.pool == "detailed"
            way = "part" if alone else "detailed" if long else ""
            what = {"what": called(alone, language)} if alone else {}
            asks.append(Ask([item], named | what, params, way, whole))
        parts = parts_of(item.origin) if item.origin else {}
        for name, text in parts.items():
            if (self.parts is None or name in self.parts) and text.strip():
                asked = replace(item, text=text)
                asks.append(
                    Ask([asked], {**named, "what": called(name, language)}, {**params, "part": name}, "part", whole)
                )
        return asks

    def solve(self, evidence: list[Evidence], params: dict[str, str], clock: Clock) -> str:
        return evidence[0].text.strip()


def called(part: str, language: Language = IN_ENGLISH) -> str:
    """What *part* of a structured caption is called in a question."""
    if not language.english:
        return language.parts.get(part) or quote(part, "label", language)
    return CALLED.get(part) or f"the {readable(part)}"
