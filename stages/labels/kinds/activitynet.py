"""Dense captions and actions in the JSON forms of ActivityNet, HACS and VidChapters-7M."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any, Literal

from ..json_members import members
from ..label_import import FileImporter, LabelError, Labelled, seconds


class Activitynet(FileImporter):
    """Read ``{video: {duration, timestamps: [[start, end]], sentences: [text]}}``.

    The other form, ``{database: {video: {duration, annotations: [{segment, label, sentence}]}}}``, is read as well.
    """

    kind: Literal["activitynet"] = "activitynet"
    lane: str = "events"
    """The lane on which the spans are laid."""
    prefix: str = ""
    """Put before each video's id: "v_" when the files are v_ID.mp4 and the label file says ID."""

    def read(self, data: bytes) -> Iterator[Labelled]:
        return self.read_file(io.BytesIO(data))

    def read_file(self, file: IO[bytes]) -> Iterator[Labelled]:
        table = members(file, self.path, "database")
        if table is None:
            raise LabelError(f"{self.path}: not the ActivityNet form: the file must be one JSON object, a key a video.")
        for video, about in table:
            found = Labelled(self.prefix + video if video else "")
            if isinstance(about, dict):
                self._read_video(about, found)
            else:
                found.fail(self.lane, video, "not a JSON object")
            yield found

    def _read_video(self, about: dict[str, Any], found: Labelled) -> None:
        length = seconds(about.get("duration"))
        if length is not None and 0 < length < float("inf"):
            found.duration = length
        elif about.get("duration") is not None:
            found.fail(self.lane, "duration", f"{about['duration']!r} is no length in seconds", "bad_time")
        if "annotations" in about:
            notes = about["annotations"]
            for number, note in enumerate(notes if isinstance(notes, list) else [notes], 1):
                where = f"annotation {number}"
                if isinstance(note, dict):
                    self._add(found, note.get("segment"), where, note.get("sentence"), note.get("label"))
                else:
                    found.fail(self.lane, where, "not a JSON object")
            return
        times, words = about.get("timestamps"), about.get("sentences")
        if not isinstance(times, list) or not isinstance(words, list):
            found.fail(self.lane, "timestamps and sentences", "both must be lists")
            return
        for number, (segment, text) in enumerate(zip(times, words, strict=False), 1):
            self._add(found, segment, f"timestamp {number}", text, None)
        if len(times) != len(words):
            found.fail(self.lane, "timestamps and sentences", f"{len(times)} times but {len(words)} sentences")

    def _add(self, found: Labelled, segment: Any, where: str, text: Any, label: Any) -> None:
        if not isinstance(segment, list) or len(segment) != 2:
            found.fail(self.lane, where, f"{segment!r} is not [start, end]", "bad_time")
            return
        words = {"text": text, "label": label}
        if any(word is not None and not isinstance(word, str) for word in words.values()):
            found.fail(self.lane, where, "the sentence is not text")
            return
        start, end = segment
        found.add(
            self.lane, start, end, where, **{key: word.strip() for key, word in words.items() if word is not None}
        )
