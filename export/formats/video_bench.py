"""Video-Bench's questions (PKU-YuanGroup/Video-Bench, ``Eval_QA``): one object by number, options by letter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from ...rules.letters import LETTERS
from ..format import ExportItem, Format, Unsupported
from ..row_text import json_object
from ..talk import one_choice

MOST = 6
"""Options of an item at most: its evaluator knows A to F."""


class VideoBench(Format):
    """Video-Bench: {"0": {vid_path, video_id, question, choices {A: …}, answer: A}}; one JSON object by number.

    ``answer`` is the letter; the files that its authors publish now leave it out.
    """

    name = "video_bench"

    def encode(self, rows: Iterable[Any]) -> Iterator[str]:
        return json_object((str(n), row) for n, row in enumerate(rows))

    def row(self, item: ExportItem) -> Any:
        sample, right = one_choice(item)
        if len(sample.options) > MOST:
            raise Unsupported("too_many_options")
        return {
            "vid_path": item.video,
            "video_id": PurePosixPath(item.source_uri or item.uri).stem,
            "question": sample.question,
            "choices": dict(zip(LETTERS, sample.options, strict=False)),
            "answer": LETTERS[right],
        }
