"""MVBench's questions (OpenGVLab/Ask-Anything, ``video_chat2/mvbench.ipynb``): a file for each task."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TextIO

from ..format import ExportItem, Format, Omit, Shards, Unsupported
from ..row_text import dumps
from ..talk import clip_of, conversation


class MVBench(Format):
    """MVBench: a folder with TASK.json for each task: video, question, candidates, answer, start, end; a JSON array.

    ``answer`` is the text of the right option. ``start`` and ``end``, by which its reader cuts the video, stand only
    with samples that are about a clip.
    """

    name = "mvbench"
    folder = True
    suffix = ""
    own_files = ("*.json",)

    def row(self, item: ExportItem) -> tuple[str, Any]:
        sample = item.sample
        if len(conversation(item)) > 2:
            raise Unsupported("several_turns")
        if not sample.options:
            raise Unsupported("no_options")
        clip = clip_of(sample)
        return re.sub(r"[^\w.-]", "_", sample.task) or "_", {
            "video": item.video,
            "question": sample.question,
            "candidates": sample.options,
            "answer": sample.answer,
            **(dict(zip(("start", "end"), clip, strict=True)) if clip is not None else {}),
        }

    def write(self, items: Iterable[ExportItem], path: Path, leave: Omit, shards: Shards) -> None:
        path.mkdir()
        files: dict[str, TextIO] = {}
        with ExitStack() as opened:
            for task, row in self.rows(items, leave):
                between = ",\n" if task in files else "[\n"
                if task not in files:
                    place = path / f"{task}.json"
                    files[task] = opened.enter_context(place.open("w", encoding="utf-8", newline="\n"))
                files[task].write(between + dumps(row))
            for file in files.values():
                file.write("\n]\n")
