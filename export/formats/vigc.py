"""VIGC's generated questions and answers (opendatalab/VIGC, ``llava_150k_gen``)."""

from __future__ import annotations

from typing import Any

from ..format import ExportItem, Format, Unsupported
from ..talk import picture_of


class VIGC(Format):
    """VIGC: {image, instruction, question, original_answer, answer_given_question, answer, answer_lst}; a JSON array.

    ``answer_lst`` holds the sentences of the answer, one of each round (theirs is empty where rounds are of sentences).
    Pictures are the files that ``stills`` writes. The other texts are parameters of these names.
    """

    name = "vigc"
    shows_frames = True
    of_pictures = True

    def row(self, item: ExportItem) -> Any:
        sample = item.sample
        picture = picture_of(item)
        if not sample.params.get("original_answer"):
            raise Unsupported("no_original_answer")
        return {
            "image": picture,
            "instruction": sample.params.get("instruction", ""),
            "question": sample.question,
            "original_answer": sample.params["original_answer"],
            "answer_given_question": sample.params.get("answer_given_question", ""),
            "answer": sample.answer,
            "answer_lst": [one.text for one in sample.evidence],
        }
