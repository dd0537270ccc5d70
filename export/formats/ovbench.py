"""OVBench's rows (MCG-NJU/OVBench): a question at a moment of a video, with its candidates."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, Format
from ..moments import asked_choice


class OVBench(Format):
    """OVBench: middle_frame_timestamp, question, answer, answer_type, sub_answer_type, video, candidates …; JSON.

    ``middle_frame_timestamp`` is the moment of the question, ``start`` and ``end`` what may be shown, in seconds.
    ``answer_type`` and ``sub_answer_type`` are the attributes of these names among the parameters; without the first
    it is the task. Their ``fps`` and ``image_file``, of frames that lie in files, are left out.
    """

    name = "ovbench"

    def row(self, item: ExportItem) -> Any:
        sample, (start, end) = asked_choice(item)
        return {
            "middle_frame_timestamp": end,
            "question": sample.question,
            "answer": sample.answer,
            "answer_type": sample.params.get("answer_type", sample.task),
            "sub_answer_type": sample.params.get("sub_answer_type", ""),
            "video": item.video,
            "candidates": list(sample.options),
            "start": start,
            "end": end,
        }
