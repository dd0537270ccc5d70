"""VideoEval-Pro's questions (TIGER-AI-Lab/VideoEval-Pro): open, with the multiple choice that they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, JsonLines, Omit, Unsupported
from ..talk import one_choice


class VideoEvalPro(JsonLines):
    """VideoEval-Pro: video, question, options, answer A, answer_text, meta, source, qa_subtype, qa_type; JSON lines.

    A row is a multiple choice beside which the same question stands openly, as ``open_questions`` leaves them
    (``keep_choice``); the open ones have no rows of their own. ``qa_type`` is the task; ``meta``, ``source`` and
    ``qa_subtype`` are attributes of these names in the parameters, or empty.
    """

    name = "videoeval_pro"

    def rows(self, items: Iterable[ExportItem], leave: Omit) -> Iterator[Any]:
        for _, of_video in groupby(items, key=lambda item: item.video_id):
            asked = list(of_video)
            opened = {_told(item) for item in asked if not item.sample.options}
            for item in asked:
                try:
                    row = self.row(item)
                    if _told(item) not in opened:
                        raise Unsupported("no_open_question")
                except Unsupported as why:
                    leave(item, why.reason)
                else:
                    yield row

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        known = sample.params
        return {
            "video": item.video,
            "question": sample.question,
            "options": [f"{letter}. {option}" for letter, option in zip(LETTERS, sample.options, strict=False)],
            "answer": LETTERS[right],
            "answer_text": sample.answer,
            "meta": known.get("meta", ""),
            "source": known.get("source", ""),
            "qa_subtype": known.get("qa_subtype", ""),
            "qa_type": known.get("qa_type", sample.task),
        }


def _told(item: ExportItem) -> tuple[str, str]:
    """The question of *item* and its answer."""
    return item.sample.question, item.sample.answer
