"""CG-Bench's rows (``cgbench.json`` of CG-Bench/CG-Bench): a question with the stretches that hold its clues."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from ...rules.letters import LETTERS
from ...rules.stretch import merged
from ..format import ExportItem, Format, Unsupported
from ..talk import one_choice


class CGBench(Format):
    """CG-Bench: qid, video_uid, question, answer, choices, right_answer, clue_intervals, domain, sub_category; JSON.

    ``domain`` and ``sub_category`` are the attributes of these names in the parameters; else the task is the
    ``sub_category``. Questions about the clues themselves are left out: a row has the clues of its question.
    """

    name = "cg_bench"

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        if not sample.evidence:
            raise Unsupported("no_evidence")
        return {
            "qid": sample.id,
            "video_uid": PurePosixPath(item.source_uri or item.uri).stem,
            "question": sample.question,
            "answer": sample.answer,
            "choices": list(sample.options),
            "right_answer": LETTERS[right],
            "clue_intervals": [list(one) for one in merged((cited.start, cited.end) for cited in sample.evidence)],
            "domain": sample.params.get("domain", ""),
            "sub_category": sample.params.get("sub_category", sample.task),
            "duration": item.duration,
        }
