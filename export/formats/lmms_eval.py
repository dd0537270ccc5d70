"""A task for lmms-eval (EvolvingLMMs-Lab/lmms-eval, ``docs/task_guide.md`` and ``lmms_eval/api/task.py``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ..format import ExportItem, Omit, Shards
from ..harness.benchmark_format import BenchmarkFormat
from ..harness.benchmark_tables import write_rows
from ..harness.copied_code import NAME, judging_code, template, vdata_version
from ..harness.judging import measure, measures_of

TASK = """\
# {title}, as a task of lmms-eval: lmms_eval --include_path FOLDER_OF_THIS_FILE --tasks {task} --model …
# Written by vdata {version}. Scores are those of `vdata score`; answers in words are matched by their words.
task: {task}
dataset_path: parquet
dataset_kwargs:
  data_files: !function utils.DATA_FILES
test_split: test
output_type: generate_until
doc_to_visual: !function utils.doc_to_visual
doc_to_text: !function utils.doc_to_text
doc_to_target: !function utils.doc_to_target
process_results: !function utils.process_results
generation_kwargs:
  max_new_tokens: 1024
  temperature: 0
  top_p: 1.0
  num_beams: 1
  do_sample: false
  until: []
lmms_eval_specific_kwargs:
  default:
    pre_prompt: ""
    post_prompt: ""
cluster_key: video
metadata:
  version: 1
metric_list:
"""
METRIC = """\
  - metric: {name}
    aggregation: !function utils.{function}
    higher_is_better: true
"""


class LmmsEval(BenchmarkFormat):
    """lmms-eval: a folder for --include_path (task.yaml, utils.py, test.parquet), which scores as `vdata score` does.

    The task is called as the folder is. Videos are opened where they are now, or below the folder that the variable
    ``VDATA_MEDIA`` names. ``vdata_judging.py`` is a copy of the code that judges: nothing of vdata must be installed
    where it runs. Measures: accuracy over all, by task, by length and depth of haystacks, the mean of tasks, and the
    mean overlap of stretches of time.
    """

    name = "lmms_eval"
    holds_system = True
    own_files = ("task.yaml", "utils.py", "test.parquet", NAME, "__pycache__/")

    def write(self, items: Iterable[ExportItem], path: Path, leave: Omit, shards: Shards) -> None:
        path.mkdir()
        names: dict[str, None] = {}

        def rows() -> Iterator[dict[str, object]]:
            for row in self.rows(items, leave):
                names.update(dict.fromkeys(measures_of(row)))
                yield row

        write_rows(rows(), path / "test.parquet")
        facts = {"task": task_name(self.title), "title": self.title, "version": vdata_version()}
        text = TASK.format_map(facts)
        for name in sorted(names):
            text += METRIC.format(name=name, function=measure(name).__name__)
        (path / "task.yaml").write_text(text, encoding="utf-8")
        (path / "utils.py").write_text(template("lmms_eval_utils"), encoding="utf-8")
        (path / NAME).write_text(judging_code(), encoding="utf-8")

    def hint(self, path: Path) -> str:
        return f"lmms_eval --include_path {path} --tasks {task_name(self.title)} --model …\n{self.where()}"


def task_name(title: str) -> str:
    """*title* as the name of a task: letters, digits, ``_``, ``-`` and dots."""
    return re.sub(r"[^\w.-]", "_", title, flags=re.ASCII) or "vdata"
