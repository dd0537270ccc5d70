"""Which marked object is the same, as MMVM's benchmark has it (zhouyiks/MMVMEvalKit: a table of VLMEvalKit)."""

from __future__ import annotations

import json
from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, NumberedTable, Unsupported
from ..talk import files_by_kind

COLUMNS = ("index", "image_path", "question", "answer", "match_type")
TASK = "same_object"


class MMVM(NumberedTable):
    """MMVM: index, image_path ["first.jpg", "second.jpg"], question with its options, answer: B, match_type; a table.

    The pictures have the marks drawn in: write them with ``stills``. ``match_type`` is the list of cues in the
    parameter of this name, like ["CL", "SP"]; empty where there is none.
    """

    name = "mmvm"
    header = COLUMNS
    holds_media = True

    def row(self, item: ExportItem) -> tuple[Any, ...]:
        sample = item.sample
        if sample.task != TASK or sample.answer_index is None:
            raise Unsupported("no_marked_object")
        pictures, _ = files_by_kind(item)
        lines = [f"{letter}. {option}" for letter, option in zip(LETTERS, sample.options, strict=False)]
        question = "\n".join([sample.question, *lines])
        cues = [cue.strip() for cue in sample.params.get("match_type", "").split(",") if cue.strip()]
        return json.dumps(pictures), question, LETTERS[sample.answer_index], json.dumps(cues)
