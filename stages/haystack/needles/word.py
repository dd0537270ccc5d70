"""Needles that are words: captions over the video."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, ClassVar

from ....video.edit.edit_list import Overlay
from ..word_list import NAMES, NOUNS
from .needle import Candidate, NeedleKind

if TYPE_CHECKING:
    from ..hide_settings import Needle
    from ..pool import PoolVideo


class WordNeedle(NeedleKind):
    """A caption over the video that gives a word."""

    name = "word"
    questions: ClassVar = {
        "retrieve": "For a moment, a caption over the video gives a secret word. Which word is it?",
        "order": "Captions over the video give several secret words, one after the other. In which order?",
        "count": "How many times does a caption over the video give a secret word?",
    }
    height = 0.08
    unique = True
    decoys = ("{word} is not the secret word.", "Do not remember {word}.", "{word} has nothing to do with it.")

    def candidates(self, needle: Needle, clips: Iterable[PoolVideo]) -> list[Candidate]:
        return [Candidate(word, word) for word in needle.words or [*NAMES, *NOUNS]]

    def check(self, needle: Needle) -> None:
        if "{word}" not in needle.caption:
            raise ValueError("caption must hold {word}, the place of the word")
        if needle.how == "insert":
            raise ValueError("words are laid over frames: leave how out")

    def inserted(self, needle: Needle) -> bool:
        return False

    def captions(self, needle: Needle, distractors: bool) -> list[str]:
        forms = [needle.caption, *(self.decoys if distractors else ())]
        return [form.replace("{word}", word) for word in needle.words or [*NAMES, *NOUNS] for form in forms]

    def overlays(
        self, candidate: Candidate, words: str, copies: int, times: tuple[float, float], needle: Needle, rng: Random
    ) -> list[Overlay]:
        text = words or needle.caption.format(word=candidate.text)
        x, y = 0.5 if needle.x is None else needle.x, 0.9 if needle.y is None else needle.y
        return [Overlay(*times, text, "", x, y, needle.size or self.height, needle.colour, needle.opacity)]
