"""Needles that are pictures: drawn ones, or those of a folder."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from ....video.art import catalogue as pictures
from ..own_pictures import own_pictures
from .needle import Candidate, NeedleKind, with_article

if TYPE_CHECKING:
    from ..hide_settings import Needle
    from ..pool import PoolVideo


class PictureNeedle(NeedleKind):
    """A picture, with frames of its own or over the video."""

    name = "picture"
    questions: ClassVar = {
        "retrieve insert": "For a moment, a picture that does not belong to the video is shown. What is on it?",
        "retrieve overlay": "For a moment, something is pasted over the video. What is it?",
        "order insert": "Several pictures that do not belong to the video are shown in it. In which order?",
        "order overlay": "Several things are pasted over the video, one after the other. In which order?",
        "count insert": "Pictures that do not belong to the video are shown in it. How many of them show {thing}?",
        "count overlay": "Pictures of {things} are pasted over the video, at times several at once. "
        "How many are pasted in all?",
        "attribute insert": "A picture of {thing} is shown in the video for a moment. What colour is the {class}?",
        "attribute overlay": "A picture of {thing} is pasted over the video. What colour is the {class}?",
        "chain insert": "Pictures with words on them are hidden in the video. Each names the picture to look for "
        "next. Begin with {thing} and follow them. What is on the last picture?",
        "chain colour": "Pictures with words on them are hidden in the video. Each names the picture to look for next. "
        "Begin with {thing} and follow them. What colour is the thing on the last picture?",
    }
    several = True

    def candidates(self, needle: Needle, clips: Iterable[PoolVideo]) -> list[Candidate]:
        if needle.pictures:
            return [Candidate(shown, shown, uri, content) for shown, uri, content in own_pictures(needle.pictures)]
        classes, kinds = pictures.classes(), pictures.kinds()
        names = [name for kind in needle.kinds or kinds for name in kinds.get(kind, [kind])]
        return [
            Candidate(
                with_article(pictures.label(drawing)),
                name,
                pictures.PREFIX + drawing,
                colour=pictures.colour_of(drawing),
            )
            for name in dict.fromkeys(names)
            for drawing in classes[name]
        ]

    def coloured(self, needle: Needle) -> bool:
        return not needle.pictures
