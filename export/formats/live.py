"""Streaming dialogues as VideoLLM-online releases them (showlab/videollm-online, LIVE), and as it trains on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ...schemas import Message
from ...schemas.uri import without_ending
from ..format import ExportItem, Format
from ..stream_talk import meant_of, mistake_of, stream_of, time_of

FPS = 2.0
"""Frames of a second that LIVE and MMDuet watch."""


class Live(Format):
    """VideoLLM-online's LIVE: {video_uid, conversation [{role, content, time}], duration}; JSON.

    Times are seconds of the video. Between its turns the assistant is silent: its loader ends every such frame with
    EOS. ``live_frames`` is the form that the loader makes. The loader makes mistakes, too: here each reply is the right
    one, and a stream whose mistake nobody corrects is left out.
    """

    name = "live"

    def row(self, item: ExportItem) -> Any:
        turns = [{"role": turn.role, "content": turn.content, "time": time_of(turn)} for turn in meant_of(item)]
        return {"video_uid": without_ending(item.uri), "conversation": turns, "duration": item.duration}


class LiveFrames(Format):
    """Streams as frames and turns: conversation [{role stream, num_frames, learn}, {role user, …}, …]; JSON.

    At two frames a second; a question falls on the frame before its time, a reply on the one after. ``learn`` of a
    stretch of frames is at how many of them the assistant learns to be silent: not at the one that it speaks at, and
    before the first question at one alone. A reply that is wrong on purpose is not learnt, nor the silence behind one
    that nobody corrects, nor that in the place of a reply. ``load_range`` are the first frame and
    the one behind the last.
    """

    name = "live_frames"

    def row(self, item: ExportItem) -> Any:
        turns, sample, mistake = stream_of(item), item.sample, mistake_of(item)
        wrong = None if mistake is None else mistake.wrong
        places = _frames(turns)
        first, last = math.floor(sample.start * FPS), max(math.ceil(sample.end * FPS), places[-1] + 1)
        talk: list[dict[str, Any]] = []
        at = min(first, places[0])
        begin = at
        for number, (turn, place) in enumerate(zip(turns, places, strict=True)):
            after = place + 1  # the frame that it is said at has been seen
            if after > at:
                silent = after - at - (turn.role == "assistant")  # at the last one it speaks
                if mistake is not None and mistake.kind == "silence" and number == mistake.turn:
                    silent = max(0, silent - round(mistake.late * FPS))  # since when it was due
                if wrong is not None and number == wrong + 1 and mistake is not None and mistake.correction is None:
                    silent = 0
                talk.append({"role": "stream", "num_frames": after - at, "learn": silent if number else 1})
                at = after
            said: dict[str, Any] = {"role": turn.role, "content": turn.content}
            told = (
                {"time": time_of(turn), "fps_time": place / FPS} if turn.role == "user" else {"learn": number != wrong}
            )
            talk.append({**said, **told})
        if last > at:
            silent = 0 if mistake and wrong == len(turns) - 1 else last - at
            talk.append({"role": "stream", "num_frames": last - at, "learn": silent})
        return {"video": item.video, "conversation": talk, "fps": FPS, "load_range": [begin, max(last, at)]}


def _frames(turns: Sequence[Message]) -> list[int]:
    """The frame that each of *turns* is said at: none before the one that the turn before it is said at."""
    places: list[int] = []
    for turn in turns:
        frame = time_of(turn) * FPS
        place = math.floor(frame) if turn.role == "user" else math.ceil(frame)
        places.append(max(place, places[-1] if places else 0))
    return places
