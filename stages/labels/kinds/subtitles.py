"""Subtitles beside a video: .srt, .vtt, .ass or .ssa."""

from __future__ import annotations

from typing import Literal

from ..label_import import Labelled, SidecarImporter


class Subtitles(SidecarImporter):
    """Read the subtitle file beside each video: video.srt, video.en.vtt …

    Tags are stripped, empty cues left out, and the lines that automatic captions repeat from cue to cue joined.
    """

    kind: Literal["subtitles"] = "subtitles"
    lane: str = "speech"
    """The lane on which the spans are laid."""
    language: str = ""
    """Take the file of this language (en takes video.en.srt and video.en-US.srt), or else the one without a language.
    Empty: the one without a language, or else the first by name."""
    encoding: str = ""
    """How the text is stored, for example cp1251. Empty: UTF-8 or UTF-16, or else cp1252."""

    def suffixes(self) -> tuple[str, ...]:
        return (".srt", ".vtt", ".ass", ".ssa")

    def choose(self, beside: dict[str, str]) -> str | None:
        wanted = self.language.lower()
        tags = sorted(beside, key=lambda tag: (tag.lower(), tag))
        for tag in tags:
            if wanted and (tag.lower() == wanted or tag.lower().startswith(wanted + "-")):
                return beside[tag]
        return beside[""] if "" in beside else beside[tags[0]] if tags and not wanted else None

    def parse(self, data: bytes, path: str, found: Labelled) -> None:
        from ..cues import read_cues

        cues, unread = read_cues(data, path, self.encoding)
        for number, (start, end, text) in enumerate(cues, 1):
            if found.duration is not None and start < found.duration:
                end = min(end, found.duration)  # the last words often stand longer than the picture
            found.add(self.lane, start, end, f"cue {number}", text=text)
        for line in unread:
            found.fail(self.lane, f"line {line}", "not a subtitle time", "bad_time")
