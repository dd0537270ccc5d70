"""Runs VLMEvalKit on the benchmark in this folder. Written by `vdata export --format vlmevalkit`.

    python run_vlmevalkit.py --data NAME_16frame --model Qwen2.5-VL-7B-Instruct

NAME is what this folder is called; NAME_8frame, _16frame, _32frame, _64frame, _0.5fps and _1fps are known. All words
are those of VLMEvalKit's own run.py, which is run with the benchmark made known to it; install VLMEvalKit from a clone
(`pip install -e .`), since its package lacks run.py. Videos are opened where they were when this was written. Where
they lie elsewhere, set VDATA_MEDIA to the folder that their names start from. Replies are judged as `vdata score`
judges them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import runpy
import sys
from functools import partial
from pathlib import Path
from typing import Any

import vlmeval
import vlmeval.dataset
from vlmeval.dataset.video_base import VideoBaseDataset
from vlmeval.dataset.video_dataset_config import supported_video_datasets
from vlmeval.smp import load

HERE = Path(__file__).resolve().parent
NAME = HERE.name
FRAMES = (8, 16, 32, 64)
RATES = (0.5, 1.0)
_spec = importlib.util.spec_from_file_location("vdata_judging", HERE / "vdata_judging.py")
assert _spec is not None
assert _spec.loader is not None
judging = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(judging)


class VdataBenchmark(VideoBaseDataset):  # type: ignore[misc]
    """The benchmark of this folder; the column ``row`` of its table says what is shown, asked and true."""

    TYPE = "Video-VQA"
    DEFAULT_JUDGE = "exact_matching"

    @classmethod
    def supported_datasets(cls) -> list[str]:
        return [NAME]

    def prepare_dataset(self, dataset: str) -> dict[str, str]:
        return {"root": str(HERE), "data_file": str(HERE / "test.tsv")}

    def build_prompt(self, line: Any, video_llm: bool) -> list[dict[str, str]]:
        """The video, or pictures of it, and the question."""
        row = json.loads((self.data.iloc[line] if isinstance(line, int) else line)["row"])
        film = judging.video_of(row)
        shown = [("video", film)] if video_llm else [("image", path) for path in self._pictures(film)]
        return [{"type": kind, "value": value} for kind, value in [*shown, ("text", row["prompt"])]]

    def _pictures(self, film: str) -> list[str]:
        """Files of pictures from the middles of equal parts of *film*; made once."""
        import decord
        from PIL import Image

        reader = decord.VideoReader(film)
        count = self.nframe
        if self.fps > 0:
            count = max(1, int(len(reader) / reader.get_avg_fps() * self.fps))
        what = f"{film} {os.path.getmtime(film) if os.path.exists(film) else ''}"
        key = hashlib.sha256(what.encode()).hexdigest()[:24]
        paths = self.frame_paths_fps(key, count) if self.fps > 0 else self.frame_paths(key)
        for n, path in enumerate(paths):
            if not os.path.exists(path):
                half = f"{path}.{os.getpid()}.jpg"
                Image.fromarray(reader[int(len(reader) * (n + 0.5) / count)].asnumpy()).save(half)
                os.replace(half, path)
        return list(paths)

    def evaluate(self, eval_file: str, **judge_kwargs: Any) -> dict[str, float]:
        """Every measure by name; what became of each question goes into a file beside *eval_file*."""
        data = load(eval_file)
        replies = ["" if value != value or value is None else str(value) for value in data["prediction"]]  # NaN: empty
        rows = [json.loads(row) for row in data["row"]]
        held = [(row, judging.judged(row, reply)) for row, reply in zip(rows, replies, strict=True)]
        told = json.dumps([one for _, one in held], indent=1, ensure_ascii=False)
        Path(eval_file).with_suffix(".judged.json").write_text(told, encoding="utf-8")
        return dict(judging.scores(held))

    @classmethod
    def report_primary_metric(cls, metrics: dict[str, Any] | None) -> dict[str, float]:
        return {"accuracy": metrics["accuracy"]} if metrics else {}


def register() -> None:
    """Make the benchmark known to VLMEvalKit."""
    vlmeval.dataset.VIDEO_DATASET.append(VdataBenchmark)
    vlmeval.dataset.DATASET_CLASSES.append(VdataBenchmark)
    for count in FRAMES:
        supported_video_datasets[f"{NAME}_{count}frame"] = partial(VdataBenchmark, dataset=NAME, nframe=count)
    for rate in RATES:
        supported_video_datasets[f"{NAME}_{rate:g}fps"] = partial(VdataBenchmark, dataset=NAME, fps=rate)


def main() -> None:
    """Run VLMEvalKit's run.py with the words of the command line."""
    run = Path(vlmeval.__file__).resolve().parents[1] / "run.py"
    if not run.exists():
        raise SystemExit(f"{run} is not there: install VLMEvalKit from a clone (pip install -e .)")
    register()
    sys.argv[0], sys.path[0] = str(run), str(run.parent)
    runpy.run_path(str(run), run_name="__main__")


if __name__ == "__main__":
    main()
