"""A table for spreadsheets and evaluation kits: options in columns A, B, C …, as VLMEvalKit has them."""

from __future__ import annotations

from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, NumberedTable, Unsupported
from ..talk import clip_of

COLUMNS = ("index", "id", "video", "duration", "clip_start", "clip_end", "task", "question", *LETTERS, "answer", "text")


class TSV(NumberedTable):
    """A table: index, id, video, …, question, A to J, answer (the letter, or the words), text (the words).

    ``clip_start`` and ``clip_end`` (seconds) are empty where the whole video is to be shown.
    """

    name = "tsv"
    header = COLUMNS
    text_only = True

    def row(self, item: ExportItem) -> tuple[Any, ...]:
        sample = item.sample
        if sample.rejected:
            raise Unsupported("preference_pair")
        if sum(turn.role == "user" for turn in sample.messages) > 1:
            raise Unsupported("several_turns")
        if len(sample.options) > len(LETTERS):
            raise Unsupported("too_many_options")
        options = [*sample.options, *[""] * (len(LETTERS) - len(sample.options))]
        answer = LETTERS[sample.answer_index] if sample.options and sample.answer_index is not None else sample.answer
        clip = clip_of(sample) or ("", "")
        head = (sample.id, item.video, item.duration or "", *clip, sample.task, sample.question)
        return (*head, *options, answer, sample.answer)
