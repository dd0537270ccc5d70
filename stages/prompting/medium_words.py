"""What our prompts say of a video, said of an image or of several media: there is no time, and nothing to watch.

The prompts of all stages are written for videos. For a row that is none their words are exchanged here, in one place,
when a request is made. What was taken from the row or its labels stands between marks (``material``) and stays as it
is; only the times that we write before its lines go, or become the names of media.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from ...rules.media_groups import GroupMember, members_in, members_of, names
from ...schemas import Timeline

Noun = Literal["image", "images", "videos", "media"]

_MATERIAL = re.compile(r'(<material kind="[^"]*">\n)(.*?)(\n</material>)', re.DOTALL)
_TAGGED = re.compile(r"^(\[[a-z]+\d+\] [^,\n]*), ([\d.]+)-([\d.]+) s:", re.MULTILINE)
_TIMED = re.compile(r"^\[([\d.]+)(?:-([\d.]+))? s\] ", re.MULTILINE)
_BARE = re.compile(r"^([\d.]+)-([\d.]+): ", re.MULTILINE)
_THINGS: dict[Noun, tuple[str, str, str, str]] = {
    "image": ("an image", "the image", "this image", "images"),
    "images": ("a set of images", "the images", "these images", "sets of images"),
    "videos": ("a set of videos", "the videos", "these videos", "sets of videos"),
    "media": ("a set of images and videos", "the images and videos", "these images and videos", "sets of such media"),
}
"""With an article, with the definite one, pointed at, and several."""

NAMES = "call each by its name, such as Image 2"
_SENTENCES = (
    (r"Frames of (?:the (?:whole )?video|this stretch)[^:\n]*(?:: [\d., ]+\.|:)", "{The}:"),
    (r"(?:One frame|Frames) of the video[^:\n]*:", "{The}:"),
    (r"What is known of (?:a stretch of a|the) video, a span to a line: \[tag\] lane, start-end: what it says\.",
     "What is known of {the}, a line each: [tag] lane: what it says."),
    (r"a line each: \[tag\] lane, start-end: what it says", "a line each: [tag] lane: what it says"),
    (r"The frames are from the same stretch, in time order\.", "This is {the}."),
    (r"Tags of the lines whose time it is", "Tags of the lines that it rests on"),
    (r"Put no tags and no times into", "Put no tags into"),
    (r"You describe stretches of video for", "You describe {many} for"),
    (r"do not mention frames, pictures, notes or material", "do not mention notes or material"),
    (r"Do not mention notes, frames or material", "Do not mention notes or material"),
    (r"Do not guess at names, feelings, reasons or what happens outside of it",
     "Do not guess at names, feelings, reasons or what is outside of it"),
    (r", what happens in which order,", ", what is done,"),
    (r"(?:Write plain prose, without headings, and do not speak of frames|do not speak of frames)",
     "Write plain prose, without headings"),
)  # fmt: skip
"""Sentences that would be odd with other nouns."""
_PHRASES = (
    (r",? in the order of time|,? in time order|, from beginning to end", ""),
    (r", and how the camera moves\b", ""),
    (r",? with times in seconds|,? in seconds", ""),
    (r"\b(?:an? |the |one )?(?:whole )?stretch of (?:a |the )?video\b", "{a}"),
    (r"\bstretches of video\b", "{many}"),
    (r"\b(?:this|that) (?:whole )?(?:stretch|video|clip)\b", "{this}"),
    (r"\bthe (?:whole )?(?:stretch|video|clip)\b", "{the}"),
    (r"\ba (?:stretch|video|clip)\b", "{a}"),
    (r"\b(?:stretches|videos|clips)\b", "{many}"),
    (r"\bspans of {the}", "what is known of {the}"),
    (r"\bvideo\b", "{bare}"),
    (r"\bthe frames\b|\bits frames\b", "{the}"),
    (r"\bthese frames\b|\bthis frame\b", "{this}"),
    (r"\bframes?\b", "{bare}"),
    (r"\bwatches\b", "looks at"),
    (r"\bwatch (?=the|this|it|a)", "look at "),
    (r"\bwatched closely\b", "looked closely"),
    (r"\bwatched\b", "looked at"),
)


@dataclass(frozen=True, slots=True)
class MediumWords:
    """How requests about a row speak of it."""

    noun: Noun
    members: tuple[GroupMember, ...] = ()
    """Of several media, in the order of the row."""

    def said(self, text: str) -> str:
        """*text*, a part of a request that was written for a video."""
        pieces, at = [], 0
        for found in _MATERIAL.finditer(text):
            pieces += [self._ours(text[at : found.start()]), self._ours(found[1]), self._taken(found[2]), found[3]]
            at = found.end()
        return "".join([*pieces, self._ours(text[at:])])

    def described(self, schema: Any) -> Any:
        """The JSON *schema* of a reply with its descriptions said so."""
        if isinstance(schema, list):
            return [self.described(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        told = {key: self.described(one) for key, one in schema.items()}
        if isinstance(text := schema.get("description"), str):
            told["description"] = self._ours(text)
        return told

    @property
    def unseen(self) -> str:
        """What is said where nothing of the row is shown."""
        verb = "is" if self.noun == "image" else "are"
        return f"{_THINGS[self.noun][1].capitalize()} {verb} known to you from the material alone."

    def seen(self, start: float, end: float) -> str:
        """What is said before what is shown of the row from *start* to *end* (seconds)."""
        shown = members_in(self.members, start, end)
        if not shown:
            return "You see the image."
        return f"You see {names(shown)}, each behind its name." if len(shown) > 1 else f"You see {names(shown)}."

    def _ours(self, text: str) -> str:
        """Words of ours."""
        if self.members:
            text = text.replace("speak of the video, never of spans", f"{NAMES}, and speak never of spans")
        a, the, this, many = _THINGS[self.noun]
        bare = the.removeprefix("the ")
        slots = {"a": a, "the": the, "The": the[0].upper() + the[1:], "this": this, "many": many, "bare": bare}
        for pattern, instead in (*_SENTENCES, *_PHRASES):
            filled = re.compile(pattern.replace("{the}", the), re.IGNORECASE)
            text = filled.sub(partial(_exchanged, instead.format(**slots)), text)
        return text

    def _taken(self, text: str) -> str:
        """What was taken from the row, a line each, behind times of ours."""
        text = _TAGGED.sub(lambda found: f"{found[1]}{self._where(found, ', ')}:", text)
        text = _TIMED.sub(lambda found: self._where(found, "[", "] ", at=1), text)
        return _BARE.sub(lambda found: self._where(found, "", ": ", at=1), text)

    def _where(self, found: re.Match[str], before: str, after: str = "", at: int = 2) -> str:
        """The names of the media that a time stands for, between *before* and *after*; nothing of one image."""
        start = float(found[at])
        told = names(members_in(self.members, start, float(found[at + 1] or start)))
        return f"{before}{told}{after}" if told else ""


def medium_words(video: Timeline | None) -> MediumWords | None:
    """How requests about *video* speak of it; None: as they are written."""
    if video is None:
        return None
    if members := members_of(video):
        return MediumWords(_noun(members), tuple(members))
    return MediumWords("image") if video.is_still else None


def _noun(members: Sequence[GroupMember]) -> Noun:
    kinds = {one.kind for one in members}
    return "media" if len(kinds) > 1 else "images" if kinds == {"image"} else "videos"


def _exchanged(new: str, found: re.Match[str]) -> str:
    """*new*, with a capital where what was *found* began with one."""
    return new[:1].upper() + new[1:] if found[0][:1].isupper() else new
