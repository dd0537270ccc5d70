"""A benchmark for VLMEvalKit (open-compass/VLMEvalKit, ``vlmeval/dataset/video_base.py`` and ``run.py``)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..format import ExportItem, Omit, Shards
from ..harness.benchmark_format import BenchmarkFormat
from ..harness.copied_code import NAME, judging_code, template
from ..row_text import dumps, tab_lines

COLUMNS = ("index", "video", "question", "answer", "task", "row")
RUN = "run_vlmevalkit.py"


class VLMEvalKit(BenchmarkFormat):
    """VLMEvalKit: a folder with test.tsv and run_vlmevalkit.py, which runs it with the benchmark made known to it.

    VLMEvalKit has no place for videos of one's own but a class in its code: the script brings the class and then is its
    ``run.py``. The benchmark is called as the folder is, with ``_16frame``, ``_1fps`` and so on. ``row`` has the whole
    row as JSON, since readers of tables take texts such as 4.0 or None for values. Scores, and where videos are
    opened, are as in ``lmms_eval``.
    """

    name = "vlmevalkit"
    own_files = ("test.tsv", RUN, NAME, "__pycache__/")

    def write(self, items: Iterable[ExportItem], path: Path, leave: Omit, shards: Shards) -> None:
        path.mkdir()
        rows = enumerate(self.rows(items, leave))
        lines = ((n, one["video"], one["prompt"], one["answer"], one["task"], dumps(one)) for n, one in rows)
        with (path / "test.tsv").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(tab_lines([COLUMNS]))
            file.writelines(tab_lines(lines))
        (path / RUN).write_text(template("vlmevalkit_run"), encoding="utf-8")
        (path / NAME).write_text(judging_code(), encoding="utf-8")

    def hint(self, path: Path) -> str:
        return f"python {path / RUN} --data {path.name}_16frame --model …\n{self.where()}"
