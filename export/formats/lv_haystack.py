"""LV-Haystack's rows (LVHaystackBench): a question with the few frames that answer it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from ...rules.letters import LETTERS
from ...schemas.sample import FRAME_RATE
from ..format import ExportItem, Format, Unsupported
from ..talk import one_choice


class LVHaystack(Format):
    """LV-Haystack: video_id, question, options {A: …}, answer, frame_indexes_video, video_metadata; JSON.

    The frames are those in the middle of each piece of evidence, by the rate that the stage ``evidence_questions`` has
    put among the parameters; ``vclip`` is the stretch that the sample is about, and counts its frames from its start.
    """

    name = "lv_haystack"

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        if not sample.evidence:
            raise Unsupported("no_evidence")
        if FRAME_RATE not in sample.params:
            raise Unsupported("no_frame_rate")
        rate = float(sample.params[FRAME_RATE])
        start, end = sample.seen or (0.0, item.duration)
        times = sorted((one.start + one.end) / 2 for one in sample.evidence)
        name = PurePosixPath(item.source_uri or item.uri).stem
        return {
            "video_id": name,
            "vclip_id": name,
            "question": sample.question,
            "options": dict(zip(LETTERS, sample.options, strict=False)),
            "answer": LETTERS[right],
            "frame_indexes_video": [int(time * rate) for time in times],
            "frame_indexes_vclip": [int((time - start) * rate) for time in times],
            "video_metadata": {
                "CLIP-reference-interval": [[one.start, one.end] for one in sample.evidence],
                "frame_rate": rate,
                "vclip_interval_in_video": [start, end],
            },
        }
