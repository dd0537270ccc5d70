"""The functions of the task in task.yaml, for lmms-eval. Written by `vdata export --format lmms_eval`.

Videos are opened where they were when this was written. Where they lie elsewhere, set VDATA_MEDIA to the folder that
the names in the column `video` start from. Replies are judged as `vdata score` judges them; vdata is not needed.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location("vdata_judging", HERE / "vdata_judging.py")
assert _spec is not None
assert _spec.loader is not None
judging = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(judging)

DATA_FILES = {"test": str(HERE / "test.parquet")}
"""The data beside this file, wherever the folder is."""
accuracy, mean_of_tasks, mean_iou = judging.accuracy, judging.mean_of_tasks, judging.mean_iou


def doc_to_visual(doc: dict[str, Any], lmms_eval_specific_kwargs: dict[str, Any] | None = None) -> list[str]:
    """The video, by its path."""
    return [judging.video_of(doc)]


def doc_to_text(doc: dict[str, Any], lmms_eval_specific_kwargs: dict[str, Any] | None = None) -> str:
    """The question, with its options where it has any."""
    words = lmms_eval_specific_kwargs or {}
    return f"{words.get('pre_prompt', '')}{doc['prompt']}{words.get('post_prompt', '')}"


def doc_to_target(doc: dict[str, Any], model_specific_target_kwargs: dict[str, Any] | None = None) -> str:
    """The right answer in words."""
    return str(doc["answer"])


def process_results(doc: dict[str, Any], results: list[str]) -> dict[str, Any]:
    """The judged reply, for every measure that counts it."""
    told = judging.judged(doc, results[0] or "")
    return dict.fromkeys(judging.measures_of(doc), told)
