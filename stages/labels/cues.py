"""The cues of a subtitle file, parsed by pysubs2, as plain text."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from .label_import import LabelError

Cue = tuple[float, float, str]
"""Start and end in seconds, and the text; lines are parted by newlines while they are merged."""

TOUCH = 0.1
"""Seconds between two cues that follow one another without a pause."""

_INLINE = re.compile(r"<[0-9:.]+>")
_BREAK = re.compile(r"<\s*br\s*/?\s*>", re.IGNORECASE)


def read_cues(data: bytes, path: str, encoding: str = "") -> tuple[list[Cue], list[int]]:
    """The cues of the file *path* in time order, and the numbers of the lines with times that cannot be read.

    Raises:
        LabelError: there is no cue in the file though there is text, or it is not text.
    """
    import pysubs2

    text = _decode(data, path, encoding)
    if not text.strip():
        raise LabelError("the file is empty")
    ending = path.lower().rpartition(".")[2]
    if ending in ("srt", "vtt"):
        ending = "vtt" if text.lstrip().startswith("WEBVTT") else ending
        text = _plain(text, ending)
    try:
        file = pysubs2.SSAFile.from_string(text, format_=ending)
    except Exception as error:  # pysubs2 lets parsing errors of many types through
        raise LabelError(f"not a readable .{ending} file: {type(error).__name__}: {error}") from None
    cues = [
        (event.start / 1000, event.end / 1000, html.unescape(event.plaintext))
        for event in file
        if not event.is_comment and not event.is_drawing
    ]
    unread = unread_times(text, ending)
    if not cues and (unread or not text.startswith("WEBVTT")):
        raise LabelError(f"no cue could be read: not a .{ending} file?")
    order = sorted(range(len(cues)), key=lambda n: (cues[n][0], n))
    return merge_cues([cues[n] for n in order]), unread


def unread_times(text: str, ending: str) -> list[int]:
    """The numbers of the lines with an arrow that pysubs2 does not take for times."""
    from pysubs2.formats.subrip import SubripFormat
    from pysubs2.formats.webvtt import WebVTTFormat

    if ending not in ("srt", "vtt"):
        return []
    times = (WebVTTFormat if ending == "vtt" else SubripFormat).TIMESTAMP
    lines = enumerate(text.split("\n"), 1)
    return [number for number, line in lines if "-->" in line and len(times.findall(line)) != 2]


def merge_cues(cues: list[Cue]) -> list[Cue]:
    """Leave out empty cues, join a cue that only repeats the one before it, and unroll automatic captions.

    Rolling captions show each line twice: as the new last line of one cue, then as the first line of the next. They
    are taken for rolling when that happens often, so that a dialogue in which a line is said twice stays whole.
    """
    lined = [(start, end, lines) for start, end, text in cues if (lines := _lines(text))]
    repeats = sum(
        old[2][-1] == new[2][0] and len(new[2]) > 1 and new[0] <= old[1] + TOUCH for old, new in pairwise(lined)
    )
    rolling = repeats >= 3 and repeats * 5 >= len(lined)
    merged: list[Cue] = []
    earlier_lines: list[str] = []
    for start, end, lines in lined:
        touches = bool(merged) and start <= merged[-1][1] + TOUCH
        known = _overlap(earlier_lines, lines) if touches and (rolling or earlier_lines == lines) else 0
        earlier_lines = lines
        if known == len(lines):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end), merged[-1][2])
            continue
        if rolling and touches:
            merged[-1] = (merged[-1][0], max(merged[-1][0], min(merged[-1][1], start)), merged[-1][2])
        merged.append((start, end, " ".join(lines[known:])))
    return merged


def _lines(text: str) -> list[str]:
    """The lines of *text* that say something, with single spaces."""
    return [line for raw in text.split("\n") if (line := " ".join(raw.split()))]


def _overlap(old: list[str], new: list[str]) -> int:
    """How many of the last lines of *old* are the first of *new*."""
    return next((size for size in range(min(len(old), len(new)), 0, -1) if old[-size:] == new[:size]), 0)


def _decode(data: bytes, path: str, encoding: str) -> str:
    if encoding:
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError) as error:
            raise LabelError(f"cannot be read as {encoding}: {error}") from None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _plain(text: str, ending: str) -> str:
    """What pysubs2 would stumble on, taken out: times inside of a line (it reads two of them as a cue's times), and in
    WebVTT the notes, styles and cue names (it reads them as words). Lines keep their numbers."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    skipping = False
    for number, line in enumerate(lines):
        if "-->" in line:
            skipping = False
            continue
        if ending == "vtt":
            before = lines[number - 1].strip() if number else ""
            after = lines[number + 1] if number + 1 < len(lines) else ""
            if not before and re.match(r"(NOTE|STYLE|REGION)\b", line):
                skipping = True
            elif not line.strip():
                skipping = False
            if skipping or (not before and "-->" in after):
                lines[number] = ""
                continue
        lines[number] = _BREAK.sub(" ", _INLINE.sub("", line))
    return "\n".join(lines)
