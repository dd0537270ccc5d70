"""Streams that exist: conversations whose turns have times, in the forms of VideoLLM-online (LIVE) and MMDuet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from ....schemas import Evidence, Message, Sample
from ....schemas.input_video import ImportedSample
from ....schemas.sample import IMPORTED
from ..label_import import FileImporter, LabelError, Labelled, seconds
from ..own_rows import is_own, own_sample
from ..qa_columns import USUAL, plain_name
from ..qa_turns import read_turn
from ..qa_values import Unusable, is_empty
from ..table_rows import cell, load_json, read_rows

TALKS = ("conversation", "conversations", "messages")


class StreamLabels(FileImporter):
    """Read streams (.json, .jsonl): ``{video_uid, conversation: [{role, content, time, timespan}], duration}``.

    A reply rests on what of its ``timespan`` had been seen when it is said, or, without one, on the video until then. A
    stream without a reply, with one that is not to be learnt (``learn`` false), or with a turn outside the video, goes
    to the rejects. MMDuet's dense captions,
    ``{video: {annotation: [{time, text, timespan}]}}``, are spans of the lane.
    """

    kind: Literal["stream"] = "stream"
    lane: str = "streams"
    """The lane on which the spans are laid that replies rest on."""
    task: str = Field("stream", min_length=1)
    """The task of the samples."""

    def measures(self) -> bool:
        return True  # what lies outside of the video is not known otherwise

    def read(self, data: bytes) -> Iterator[Labelled]:
        told = load_json(data, self.path) if self.path.lower().endswith(".json") else None
        if isinstance(told, dict):
            yield from self._captions(told)
            return
        videos: dict[str, Labelled] = {}
        for number, row in read_rows(data, self.path):
            where = f"row {number}"
            try:
                if isinstance(row, str):
                    raise Unusable("bad_row", row)
                name = _video(row)
                found = videos.setdefault(name, Labelled(name))
            except Unusable as why:
                videos.setdefault("", Labelled("")).fail(self.lane, where, str(why), why.reason)
                continue
            length = seconds(row.get("duration"))
            found.duration = found.duration or (length if length is not None and length > 0 else None)
            try:
                sample = own_sample(row) if is_own(row) else self._sample(row)
                if not sample.is_stream:
                    raise Unusable("no_stream", "no turn has a time")
            except Unusable as why:
                found.fail(self.lane, where, str(why), why.reason, why.value, why.threshold)
                continue
            found.samples.append(ImportedSample(where, self.lane, sample))
            for lane in {self.lane, *(item.lane for item in sample.evidence)}:
                found.lanes.setdefault(lane, [])
        yield from videos.values()

    def _sample(self, row: dict[str, Any]) -> Sample:
        """*row* as a stream.

        Raises:
            Unusable: ``bad_row``, ``bad_turns``, ``no_reply``.
        """
        talk = next((row[name] for name in TALKS if isinstance(row.get(name), list)), None)
        if not talk or not all(isinstance(turn, dict) for turn in talk):
            raise Unusable("bad_row", f"there is no list of turns under {', '.join(TALKS)}")
        messages: list[Message] = []
        evidence: list[Evidence] = []
        begin = seconds(row.get("video_start_time")) or 0.0
        for number, turn in enumerate(talk, 1):
            said = read_turn(turn)
            said.time = seconds(turn.get("time"))
            if turn.get("learn") is False:
                raise Unusable("not_learnt", f"turn {number} is not to be learnt: all of a sample is")
            if said.time is None and said.role != "system":
                raise Unusable("bad_turns", f"turn {number} has no time in seconds")
            messages.append(said)
            if said.role == "assistant" and said.time is not None:
                evidence.append(Evidence(*self._seen(turn, begin, said.time), self.lane, said.content))
        asked = [turn.content for turn in messages if turn.role == "user"]
        if not evidence:
            raise Unusable("no_reply", f"{len(asked)} turns of the user, and none of the assistant", 0)
        if not asked:
            raise Unusable("bad_turns", "the user says nothing")
        times = [turn.time for turn in messages if turn.time is not None]
        answer = "\n".join(item.text for item in evidence)
        start = min(begin, times[0], *(item.start for item in evidence))
        return Sample(self.task, asked[0], answer, start, max(times), evidence, messages=messages, teacher=IMPORTED)

    @staticmethod
    def _seen(turn: dict[str, Any], begin: float, time: float) -> tuple[float, float]:
        """What had been seen by *time* of what the reply *turn* tells of."""
        span = turn.get("timespan")
        start, end = (seconds(span[0]), seconds(span[1])) if isinstance(span, list) and len(span) == 2 else (None, None)
        start = begin if start is None else start
        return min(start, time), min(time if end is None else end, time)

    def _captions(self, told: dict[str, Any]) -> Iterator[Labelled]:
        """MMDuet's dense captions as spans."""
        if not all(isinstance(notes, dict) for notes in told.values()):
            raise LabelError(f"{self.path}: neither a list of streams nor dense captions by video and annotation.")
        for video, notes in told.items():
            found = Labelled(video)
            for name, captions in notes.items():
                for number, one in enumerate(captions if isinstance(captions, list) else [captions], 1):
                    where = f"annotation {name}, caption {number}"
                    span = one.get("timespan") if isinstance(one, dict) else None
                    if not isinstance(span, list) or len(span) != 2 or not isinstance(one.get("text"), str):
                        found.fail(self.lane, where, "has no text and timespan [start, end]")
                        continue
                    found.add(self.lane, span[0], span[1], where, text=one["text"].strip())
            yield found


def _video(row: dict[str, Any]) -> str:
    names = {plain_name(key): key for key in reversed(row)}
    value = next((row[names[name]] for name in USUAL["video"] if name in names), None)
    if is_empty(value) or isinstance(value, list | dict):
        raise Unusable("no_video", "no video is named")
    return cell(value).strip()
