"""MMXU's questions about what has changed between two pictures (LinjieMu/MMXU)."""

from __future__ import annotations

from typing import Any

from ...rules.letters import LETTERS
from ...schemas import Evidence
from ..documents import pictures_only
from ..format import ExportItem, Format, Unsupported


class MMXU(Format):
    """MMXU: question, options {A: ...}, answer (its letter), explanation, cur_image_path, prior_image_path [path], ...

    A JSON array. The last picture is the current one, those before it are earlier. ``related_region_name`` and
    ``content_type`` are the parameters ``label`` and ``change``; ``cur_region_report`` is what is said of the region at
    last. Boxes are {region: [left, top, right, bottom]} as shares of the picture's sides, for pictures may have been
    made smaller; ``prior_image_bboxs`` has one for each earlier picture. Whole reports are left out.
    """

    name = "mmxu"
    holds_media = True

    def row(self, item: ExportItem) -> Any:
        sample = item.sample
        if sample.answer_index is None or not sample.options:
            raise Unsupported("no_options")
        if len(item.media) < 2:
            raise Unsupported("no_two_pictures")
        pictures_only(item)
        *prior, current = [one.path for one in item.media]
        region = sample.params.get("label", "")
        told = sorted(sample.evidence, key=lambda one: one.start)
        if len(told) != len(item.media) or len({one.start for one in told}) < len(told):
            raise Unsupported("no_region_in_each_picture")
        *before, now = told
        return {
            "id": sample.id,
            "content_type": sample.params.get("change", ""),
            "related_region_name": region,
            "question": sample.question,
            "options": dict(zip(LETTERS, sample.options, strict=False)),
            "answer": LETTERS[sample.answer_index],
            "explanation": sample.rationale,
            "cur_image_path": current,
            "cur_region_report": now.text,
            "cur_image_bboxs": _boxes(region, now),
            "prior_image_path": prior,
            "prior_image_bboxs": [_boxes(region, one) for one in before],
        }


def _boxes(region: str, told: Evidence) -> dict[str, list[float]]:
    if not told.boxes:
        return {}
    box = told.boxes[0]
    return {region: [round(side, 4) for side in (box.left, box.top, box.right, box.bottom)]}
