"""VideoRefer's samples about regions (DAMO-NLP-SG/VideoRefer): VideoRefer-700K, and the two files of its benchmark."""

from __future__ import annotations

from typing import Any

from ...rules.letters import LETTERS
from ...rules.region_slots import slots_in_turns
from ...schemas import Message
from ..format import ExportItem, Format, Unsupported
from ..region_outlines import outlines_of
from ..talk import conversation, from_value


class VideoRefer(Format):
    """VideoRefer-700K: video, conversations with <video> and a <region> for each thing, annotation; a JSON array.

    ``annotation`` has a thing an entry, in the order of their slots: the number of each frame in which it is marked,
    with its ``segmentation``, COCO's run lengths, or a polygon where there is a box alone. A sample whose slots are not
    as many as its things is left out.
    """

    name = "videorefer"
    counts_frames = True

    def row(self, item: ExportItem) -> Any:
        turns = conversation(item, "<video>\n")
        where = outlines_of(item)
        check_slots(turns, where)
        return {"id": item.sample.id, "video": item.video, "conversations": from_value(turns), "annotation": where}


class VideoReferBenchD(Format):
    """VideoRefer-Bench-D: id, video, caption, frame_idx, annotation of one thing; a JSON array.

    Of tasks with caption in their names. ``frame_idx`` is the frame in the middle of those in which it is marked, for
    models that are shown one.
    """

    name = "videorefer_bench_d"
    counts_frames = True

    def row(self, item: ExportItem) -> Any:
        if len(conversation(item)) > 2:
            raise Unsupported("several_turns")
        where = outlines_of(item)
        if len(where) > 1:
            raise Unsupported("several_regions")
        if item.sample.options or "caption" not in item.sample.task:
            raise Unsupported("no_caption")
        return {
            "id": item.sample.id,
            "video": item.video,
            "caption": item.sample.answer,
            "frame_idx": middle(where[0]),
            "annotation": where,
        }


class VideoReferBenchQ(Format):
    """VideoRefer-Bench-Q: video, Question with <region>, options, Answer, type, annotation, frame_idx; a JSON array."""

    name = "videorefer_bench_q"
    counts_frames = True

    def row(self, item: ExportItem) -> Any:
        sample = item.sample
        if len(conversation(item)) > 2:
            raise Unsupported("several_turns")
        if not sample.options or sample.answer_index is None:
            raise Unsupported("no_options")
        where = outlines_of(item)
        check_slots([Message("user", sample.question)], where)
        options = [f"({letter}) {option}" for letter, option in zip(LETTERS, sample.options, strict=False)]
        return {
            "id": sample.id,
            "video": item.video,
            "Question": sample.question,
            "options": options,
            "Answer": options[sample.answer_index],
            "type": sample.params.get("type", sample.task),
            "annotation": where,
            "frame_idx": middle(where[0]),
        }


def check_slots(turns: list[Message], where: list[dict[str, Any]]) -> None:
    """Check that there is a slot for each thing.

    Raises:
        Unsupported: ``no_region_slot``, ``slots_differ``.
    """
    slots = slots_in_turns(turns)
    if not slots:
        raise Unsupported("no_region_slot")
    if slots != len(where):
        raise Unsupported("slots_differ")


def middle(where: dict[str, Any]) -> int:
    """The frame in the middle of those in *where*."""
    frames = sorted(map(int, where))
    return frames[len(frames) // 2]
