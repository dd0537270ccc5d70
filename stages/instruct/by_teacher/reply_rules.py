"""The rules that what a teacher wrote must keep before it becomes a sample. Each failure has a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ....rules.lane_kinds import fold
from ....rules.loops import loop
from ....rules.repetition import repetition
from ...prompting.echo import Instructions, copied
from .citations import CitedLine, Listing, UnknownTag
from .prompt_injection import gives_commands

SLACK = 0.25
"""Seconds by which spans that follow one another may overlap."""
APART = 2.0
"""Seconds that may lie between the spans of one moment."""

_TIME = re.compile(
    r"\b\d{1,2}:\d{2}(?::\d{2})?\b|\b\d+(?:\.\d+)?\s*-?\s*(?:s|secs?|seconds?|mins?|minutes?)\b(?!\s*(?:later|hand))",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"\b(?:according to|based on|in|from|of|by|as) (?:the |these |this )?(?:\w+ )?"
    r"(?:spans?|captions?|transcripts?|tags?)\b",
    re.IGNORECASE,
)
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORD_OF = {str(n): word for n, word in enumerate(_NUMBERS)}


class BadReply(Exception):
    """What a teacher wrote breaks a rule: *reason* in snake_case, with what was measured, and what it wrote."""

    def __init__(
        self, reason: str, value: float | None = None, threshold: float | None = None, detail: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason, self.value, self.threshold, self.detail = reason, value, threshold, detail


def check_citation(listing: Listing, tags: Sequence[str]) -> list[CitedLine]:
    """The lines that *tags* name, in time order.

    Raises:
        BadReply: ``no_evidence``, ``unknown_evidence``, or ``command_in_evidence``: a line gives a model commands.
    """
    if not tags:
        raise BadReply("no_evidence")
    try:
        lines = listing.cite(tags)
    except UnknownTag as unknown:
        raise BadReply("unknown_evidence") from unknown
    if any(gives_commands(line.text) for line in lines):
        raise BadReply("command_in_evidence")
    return lines


def check_text(listing: Listing, lines: Sequence[CitedLine], *texts: str) -> None:
    """Check prose of a teacher that rests on *lines*.

    Raises:
        BadReply: ``empty_text``; ``tag_in_text``; ``time_in_text``: a time or a length that no cited line speaks of;
            ``repeats_itself``; ``speaks_of_source``; ``command_followed``: a line that was shown gives a model
            commands, and it is one too or has words that stand only there; ``reads_as_command``: it gives commands of
            its own accord.
    """
    for text in texts:
        if not fold(text):
            raise BadReply("empty_text")
        if listing.holds_tag(text):
            raise BadReply("tag_in_text")
        cited = " ".join(line.text for line in lines)
        if any(match.group(0) not in cited for match in _TIME.finditer(text)):
            raise BadReply("time_in_text")
        if said := loop(text, cited):
            raise BadReply("repeats_itself", detail=said)
        if _SOURCE.search(text) and not _SOURCE.search(cited):
            raise BadReply("speaks_of_source")
        if listing.command_words() & set(fold(text).split()):
            raise BadReply("command_followed")
        if gives_commands(text):
            raise BadReply("command_followed" if listing.gives_commands() else "reads_as_command")


def check_echo(told: Instructions, listing: Listing, texts: Iterable[str], prompt: str = "") -> None:
    """Check that *texts* do not repeat what the teacher was *told* to do, nor an example in the config's own *prompt*.

    Raises:
        BadReply: ``prompt_echoed``, with the words.
    """
    material = listing.words()
    for text in texts:
        if echo := told.echoed(text, material) or copied(text, prompt, material):
            raise BadReply("prompt_echoed", detail=echo)


def check_answer(question: str, answer: str, lines: Sequence[CitedLine], grounded: bool) -> None:
    """Check that *question* does not hold *answer*, and when *grounded* that its numbers stand in *lines*.

    Raises:
        BadReply: ``answer_in_question`` or ``number_not_in_evidence``.
    """
    if f" {fold(answer)} " in f" {fold(question)} ":
        raise BadReply("answer_in_question")
    if grounded:
        cited = set(fold(" ".join(line.text for line in lines)).split())
        for word in fold(answer).split():
            if any(sign.isdigit() for sign in word) and word not in cited and _WORD_OF.get(word, "") not in cited:
                raise BadReply("number_not_in_evidence")


def share_in_evidence(answer: str, lines: Sequence[CitedLine]) -> float | None:
    """The share (0..1) of the words of *answer* that stand in *lines*, by their first four letters; None without words.

    Free wording lowers it; 0 is rare, and means that the lines may not be where the answer comes from.
    """
    words = {word[:4] for word in fold(answer).split() if len(word) > 3} or set(fold(answer).split())
    cited = fold(" ".join(line.text for line in lines)).split()
    known = {word[:4] for word in cited}
    return len(words & known) / len(words) if words else None


def check_moment(lines: Sequence[CitedLine], duration: float, whole: float) -> None:
    """Check that *lines* are one stretch, and not (nearly) all of the video.

    Raises:
        BadReply: ``evidence_apart``, with the longest gap in seconds, or ``whole_video``, with the share of it.
    """
    end, gap = lines[0].end, 0.0
    for line in lines[1:]:
        gap, end = max(gap, line.start - end), max(end, line.end)
    if gap > APART:
        raise BadReply("evidence_apart", round(gap, 3), APART)
    if end - lines[0].start >= whole * duration:
        raise BadReply("whole_video", round((end - lines[0].start) / duration, 3), whole)


def check_order(events: Sequence[CitedLine]) -> None:
    """Check that *events* follow one another in the order in which they are listed.

    Raises:
        BadReply: ``too_few_events``, ``wrong_order``, ``overlapping_evidence``.
    """
    if len(events) < 3 or len({line.tag for line in events}) < len(events):
        raise BadReply("too_few_events", len({line.tag for line in events}), 3)
    if any(later.start <= earlier.start for earlier, later in pairwise(events)):
        raise BadReply("wrong_order")
    _apart(events)


def shown_once(listing: Listing, events: Iterable[tuple[str, CitedLine]]) -> None:
    """Check that no other time of the *listing* has the very words of one of *events*, whose place would be unclear.

    Raises:
        BadReply: ``shown_again``, with the words.
    """
    for text, cited in events:
        for line in listing.lines:
            if fold(line.text) == fold(text) and (line.end <= cited.start or line.start >= cited.end):
                raise BadReply("shown_again", detail=text)


def check_count(lines: Sequence[CitedLine], count: int) -> None:
    """Check that *lines* are *count* occurrences: of one lane, none beside another, none of several times by itself.

    Raises:
        BadReply: ``count_differs``, ``mixed_lanes``, ``repeats_within``, ``overlapping_evidence``.
    """
    if len(lines) != count:
        raise BadReply("count_differs", count, len(lines))
    if len({line.lane for line in lines}) > 1:
        raise BadReply("mixed_lanes")
    if found := next(filter(None, (repetition("", line.text) for line in lines)), ""):
        raise BadReply("repeats_within", detail=found)
    _apart(lines)


def check_later(seen: Sequence[CitedLine], later: Sequence[CitedLine]) -> None:
    """Check that *later* begin when *seen* are over.

    Raises:
        BadReply: ``not_later``, with the seconds by which they overlap.
    """
    over = max(line.end for line in seen) - min(line.start for line in later)
    if over > SLACK:
        raise BadReply("not_later", round(over, 3), SLACK)


def check_labels(lines: Sequence[CitedLine]) -> None:
    """Check that *lines* have one label.

    Raises:
        BadReply: ``labels_differ``, with how many they have and which.
    """
    labels = sorted({line.label for line in lines})
    if len(labels) > 1:
        raise BadReply("labels_differ", len(labels), 1, ", ".join(labels))


def _apart(lines: Sequence[CitedLine]) -> None:
    for earlier, later in pairwise(lines):
        if later.start < earlier.end - SLACK:
            raise BadReply("overlapping_evidence", round(earlier.end - later.start, 3), SLACK)


def says_once(texts: Iterable[str]) -> None:
    """Check that *texts* differ.

    Raises:
        BadReply: ``repeated_text``.
    """
    folded = [fold(text) for text in texts]
    if len(set(folded)) < len(folded):
        raise BadReply("repeated_text")
