"""MMR-V's rows (its readme): options to L behind their letters, and the key in brackets."""

from __future__ import annotations

from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, Format
from ..talk import one_choice


class MMRV(Format):
    """MMR-V: video, videoType, question, options [(A) …], correctAnswer (A), abilityType_L2 and _L3; JSON.

    ``abilityType_L2`` is the task; ``videoType`` and ``abilityType_L3`` are the attributes of these names in the
    parameters, or empty.
    """

    name = "mmr_v"

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        known = sample.params
        return {
            "video": item.video,
            "videoType": known.get("videoType", ""),
            "question": sample.question,
            "options": [f"({letter}) {option}" for letter, option in zip(LETTERS, sample.options, strict=False)],
            "correctAnswer": f"({LETTERS[right]})",
            "abilityType_L2": sample.task,
            "abilityType_L3": known.get("abilityType_L3", ""),
        }
