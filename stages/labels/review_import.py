"""What people said in an annotation tool of samples and captions, as spans of the lane ``reviews``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field

from ...rules.reviews import COMMENT, CORRECTED, OF_SAMPLE, OF_SPAN, REVIEWS, VERDICT, VERDICTS, one_line
from ...schemas import make_id
from .label_import import FileImporter, Labelled, seconds, time_fault
from .table_rows import cell

BACK = "It must be a sample or a span that vdata export has written."


class ReviewImporter(FileImporter):
    """Reads what people said of what ``vdata export`` gave them; the stage ``corrections`` acts on it."""

    names_inputs: ClassVar[bool] = False
    lane: str = Field(REVIEWS, pattern=f"^{REVIEWS}$")
    """Always reviews, the lane that the stage corrections reads."""
    annotators: Literal["hash", "as_is", "none"] = "hash"
    """How the people are named in the data set: by a ``hash`` of what the tool calls them (who knows a name or number
    can still find its hash), ``as_is``, or not at all (``none``)."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of one item."""

    item: Mapping[str, Any]
    """What the export had written of it."""
    by: str
    """As the tool calls the person."""
    said: Mapping[str, str]
    """The texts by the names of the questions."""
    at: str
    """When, as text that can be ordered; may be empty."""
    where: str
    """Where it stands in the file, for people."""


@dataclass(slots=True)
class Reviews:
    """The reviews of a file: of each person's reviews of one item, the last."""

    importer: ReviewImporter
    last: dict[tuple[str, str, str, str], Said] = field(default_factory=dict)
    found: dict[str, Labelled] = field(default_factory=dict)

    def add(self, said: Said) -> None:
        """Note what a person said."""
        item = said.item
        video, id, content = (cell(item.get(name)) for name in ("video_name", "id", "content"))
        if not video or not id or not content:
            self.fail("", said.where, f"{BACK} There is no video_name, id or content")
            return
        key = (video, id, content, said.by)
        if key not in self.last or said.at >= self.last[key].at:
            self.last[key] = said

    def fail(self, video: str, where: str, why: str) -> None:
        """Note that something of the file cannot be used."""
        self._of(video).fail(REVIEWS, where, why, "bad_review")

    def labelled(self) -> Iterator[Labelled]:
        """A span for each review, by video."""
        for (video, id, content, by), said in self.last.items():
            lane = cell(said.item.get("lane"))
            try:
                attrs = _changes(said, OF_SPAN if lane else OF_SAMPLE)
            except ValueError as why:
                self.fail(video, said.where, str(why))
                continue
            attrs |= {"of": id, "content": content, "lane": lane, "by": self._named(by)}
            attrs[COMMENT] = said.said.get(COMMENT, "").strip()
            start, end = said.item.get("start"), said.item.get("end")
            self._of(video).add(
                REVIEWS,
                start,
                end,
                said.where,
                label=said.said[VERDICT].strip(),
                attrs={name: text for name, text in attrs.items() if text},
            )
        yield from self.found.values()

    def _of(self, video: str) -> Labelled:
        return self.found.setdefault(video, Labelled(video))

    def _named(self, by: str) -> str:
        match self.importer.annotators:
            case "none":
                return ""
            case "as_is":
                return by
        return f"person-{make_id('annotator', by)[:8]}"


def _changes(said: Said, names: Mapping[str, str]) -> dict[str, str]:
    """What a person wrote otherwise than it was shown, by the name of the text, with times of the whole video.

    Raises:
        ValueError: it cannot be read; the text says why.
    """
    verdict = said.said.get(VERDICT, "").strip()
    if verdict not in VERDICTS:
        raise ValueError(f"the verdict is {verdict or 'missing'}, not one of {', '.join(VERDICTS)}")
    changed: dict[str, str] = {}
    shift = seconds(said.item.get("shift")) or 0.0
    for name in names:
        text, shown = said.said.get(CORRECTED + name, ""), cell(said.item.get(name))
        if not text.strip() or _plain(text) == _plain(shown):
            continue
        match name:
            case "options":
                changed[name] = json.dumps(_plain(text), ensure_ascii=False)
            case "evidence":
                lines = [_cited(line, number, shift) for number, line in enumerate(_plain(text), 1)]
                changed[name] = json.dumps(lines, ensure_ascii=False)
            case "times":
                changed[name] = json.dumps(_times(" ".join(_plain(text)), shift))
            case _:
                changed[name] = text.strip()
    return changed


def _plain(text: str) -> list[str]:
    """The lines of *text* that are not empty."""
    return [line for line in map(one_line, text.splitlines()) if line]


def _cited(line: str, number: int, shift: float) -> dict[str, Any]:
    parts = [part.strip() for part in line.split("|", 2)]
    if len(parts) < 3 or not parts[1]:
        raise ValueError(f"line {number} of the evidence is not `start - end | lane | text`: {line}")
    start, end = _times(parts[0], shift)
    return {"start": start, "end": end, "lane": parts[1], "text": parts[2]}


def _times(text: str, shift: float) -> tuple[float, float]:
    first, _, second = text.replace("–", "-").partition("-")
    start, end = seconds(first.strip()), seconds((second or first).strip())
    if why := time_fault(start, end):
        raise ValueError(f"the times {text!r}: {why}")
    assert start is not None
    assert end is not None
    return round(start + shift, 6), round(end + shift, 6)
