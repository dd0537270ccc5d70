"""Spans shown to a teacher as tagged lines, so that what it writes can cite them: ``[c3] captions, 4.0-9.5 s: …``."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ....rules.lane_kinds import CAMERA, kind_of, readable
from ....rules.query_times import SLACK, QueryTimes
from ....schemas import Box, Evidence, Span, Timeline
from ...prompting.material import material
from .prompt_injection import gives_commands, own_words

_BRACKETED = re.compile(r"\s*[\[(]\s*([a-z]+\d+(?:\s*[,;]\s*[a-z]+\d+)*)\s*[\])]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CitedLine:
    """One span under the tag that a reply cites it by. Times in seconds, inside the video."""

    tag: str
    lane: str
    start: float
    end: float
    text: str
    span: str
    boxes: Sequence[Box] = field(default=(), compare=False)
    label: str = field(default="", compare=False)
    """The span's label in plain words."""
    attrs: Mapping[str, str] = field(default_factory=dict, compare=False)

    def evidence(self) -> Evidence:
        return Evidence(self.start, self.end, self.lane, self.text, self.span, list(self.boxes))


class UnknownTag(Exception):
    """A reply cites a tag that was not shown; ``str()`` is the tag."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The lines of one stretch of a video, in time order."""

    lines: Sequence[CitedLine]
    asked_at: float | None = None
    """The time, in seconds of the video, at which what is asked of the lines is asked; None: of the whole video."""
    later: Sequence[CitedLine] = ()
    """Lines that come after that time."""
    labelled: bool = False
    """Whether the label stands before what each line says."""

    def with_later(self) -> Listing:
        """The lines with those that come later among them."""
        return Listing([*self.lines, *self.later], self.asked_at)

    def by_label(self, least: int) -> Listing:
        """The lines whose label lines of *least* times or more have, each behind its label."""
        times = Counter(label for label, _ in {(line.label, line.start) for line in self.lines if line.label})
        return replace(self, lines=[line for line in self.lines if times[line.label] >= least], labelled=True)

    @property
    def start(self) -> float:
        return min(line.start for line in self.lines)

    @property
    def end(self) -> float:
        return max(line.end for line in self.lines)

    def words(self) -> str:
        """What all lines say."""
        return "\n".join(line.text for line in self.lines)

    def tags(self) -> list[str]:
        return [line.tag for line in self.lines]

    def show(self) -> str:
        """The lines as a block of material."""
        return material("spans of the video", "\n".join(_written(line, self.labelled) for line in self.lines))

    def cite(self, tags: Iterable[str]) -> list[CitedLine]:
        """The lines with these *tags* in time order, each once. ``c3``, ``C3`` and ``[c3]`` are the same tag.

        Raises:
            UnknownTag: one of them was not shown.
        """
        known = {line.tag: line for line in self.lines}
        found: dict[str, CitedLine] = {}
        for given in tags:
            tag = given.strip().strip("[]()").strip().lower()
            if tag not in known:
                raise UnknownTag(given)
            found[tag] = known[tag]
        return sorted(found.values(), key=lambda line: (line.start, line.end, line.tag))

    def without_tags(self, text: str) -> str:
        """*text* without citations in brackets, as in ``He waves [c3].``"""
        tags = {line.tag for line in self.lines}

        def cut(match: re.Match[str]) -> str:
            cited = re.split(r"[\s,;]+", match.group(1).lower())
            return "" if all(tag in tags for tag in cited) else match.group(0)

        return _BRACKETED.sub(cut, text).strip()

    def holds_tag(self, text: str) -> bool:
        """Whether *text* speaks of a tag, as in ``the man of c3``."""
        tags = {line.tag for line in self.lines}
        return any(word in tags for word in re.findall(r"[a-z]+\d+", text.casefold()))

    def gives_commands(self) -> bool:
        """Whether a line gives a model commands."""
        return any(gives_commands(line.text) for line in self.lines)

    def command_words(self) -> frozenset[str]:
        """The words that stand only in lines that give a model commands."""
        return own_words([line.text for line in self.lines])


def _written(line: CitedLine, labelled: bool) -> str:
    text = " ".join(line.text.split()) or "(no words)"  # a line break in it could forge a line
    about = f"{' '.join(line.label.split())}: " if labelled else ""
    return f"[{line.tag}] {line.lane}, {line.start:.1f}-{line.end:.1f} s: {about}{text}"


def tags_of(lanes: Iterable[str]) -> dict[str, str]:
    """The letters with which the tags of each lane begin: as few as set it apart from the lanes before it."""
    letters: dict[str, str] = {}
    for lane in dict.fromkeys(lanes):
        name = re.sub(r"[^a-z]", "", lane.casefold()) or "x"
        size = 1
        while name[:size] in letters.values() and size < len(name):
            size += 1
        start = name[:size]
        while start in letters.values():
            start += "x"
        letters[lane] = start
    return letters


def lines_of(
    video: Timeline, lanes: Sequence[str], duration: float = math.inf, silent: bool = False
) -> list[CitedLine]:
    """The spans of *lanes* that lie in the video, in time order; those without words only when *silent*."""
    lines = []
    for lane, letters in tags_of(lanes).items():
        for n, span in enumerate(video.lane(lane), 1):
            start, end = max(span.start, 0.0), min(span.end, duration)
            text = words_of(lane, span)
            if start <= end and start < duration and (text or silent):
                told = readable(span.label or ""), span.attrs
                lines.append(CitedLine(f"{letters}{n}", lane, start, end, text, span.id, tuple(span.boxes), *told))
    return sorted(lines, key=lambda line: (line.start, line.end, line.tag))


def words_of(lane: str, span: Span) -> str:
    """What *span* says: its text, in speech with who says it; or its label in plain words."""
    if span.source == "measured" and "look" in span.attrs:
        return span.attrs["look"]  # the description without length and position, as questions by rule have it
    if span.text:
        spoken = span.label and kind_of(lane, [span]) == "speech"
        return f"{span.label}: {span.text}" if spoken else span.text
    label = span.label or ""
    return CAMERA.get(label, label) if lane == "camera" else readable(label)


def parts_at(lines: Sequence[CitedLine], at: QueryTimes, video: Timeline, most: int) -> list[Listing]:
    """For each time of *at* the last *most* of *lines* that are over by then and may be shown, and the next ones that
    come later; nothing for a time before which there are none."""
    found = []
    for time in at.times(video):
        first = at.seen(time)[0]
        ended = [line for line in lines if line.end <= time + SLACK and line.start >= first - SLACK]
        later = [line for line in lines if line.start >= time - SLACK and line not in ended]
        if ended:
            found.append(Listing(ended[-most:], time, later[: max(1, most // 2)]))
    return found


def windows(lines: Sequence[CitedLine], seconds: float | None, most: int) -> list[Listing]:
    """*lines* in stretches of about *seconds* with at most *most* lines, of even length; a line is in just one."""
    if not lines:
        return []
    parts: dict[int, list[CitedLine]] = {}
    first, last = lines[0].start, max(line.end for line in lines)
    count = max(1, math.ceil((last - first) / seconds - 1e-9)) if seconds else 1
    for line in lines:
        at = int((line.start - first) / (last - first) * count) if last > first else 0
        parts.setdefault(min(at, count - 1), []).append(line)
    found = []
    for _, part in sorted(parts.items()):
        size = math.ceil(len(part) / math.ceil(len(part) / most))
        found += [Listing(part[n : n + size]) for n in range(0, len(part), size)]
    return found
