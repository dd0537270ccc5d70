"""grounded_videollm on a folder of videos: wrong options come from other videos, and what stays open is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from film_teacher import answer
from inline import without_ray
from openai_server import Server

import vdata.configs
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config_reader import load_config
from vdata.schemas import Sample
from vdata.schemas.arrow import read_samples


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


TOLD = {
    "kitchen": ("A cook slices a ripe tomato.", "Steam rises from a copper pot.", "Salt falls on a wooden board."),
    "harbour": ("A ferry enters the old port.", "Gulls circle above the masts.", "Ropes are thrown to the quay."),
    "meadow": ("A fox crosses the wet grass.", "Poppies bend in a gust of wind.", "Bees gather on purple clover."),
    "station": ("A train leaves platform nine.", "Travellers hurry past the clock.", "A guard lifts a green flag."),
    "ice rink": ("A skater spins in one place.", "The puck hits the back wall.", "Children hold on to the rail."),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(answer=answer) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_URL", running.url)
        patch.setenv("MODEL", "scripted")
        yield running


def built(folder: Path, videos: list[str], make_videos: ModuleType) -> dict[str, list[Sample]]:
    """The samples of each video that the recipe makes of *videos*, whose labels tell of four events each."""
    rows: list[dict[str, Any]] = []
    (folder / "videos").mkdir(parents=True)
    for n, name in enumerate(videos):
        path = folder / "videos" / f"{name}.mp4"
        make_videos.plain(path, 100, make=lambda at, n=n: np.roll(make_videos.scene(at), 20 * n, axis=1))
        times = enumerate((*TOLD[name], f"At last the {name} lies in the dark."))
        rows += [{"video": path.name, "lane": "true_events", "start": k, "end": k + 1, "text": t} for k, t in times]
    (folder / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    places = f"videos={folder}/videos", f"labels.0.path={folder}/labels.jsonl", f"output.path={folder}/out"
    recipe = Path(vdata.configs.__file__).parent / "grounded_videollm.yaml"
    overrides = [*places, "stages.questions.per_task=1"]
    config = load_config(recipe, [*overrides, f"cache={folder}/cache", f"replies={folder}/replies"], folder)
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    samples = [one for path in (folder / "out/data").glob("*.parquet") for one in read_samples(pq.read_table(path))]
    owner = {text: name for name in videos for text in TOLD[name]} | {
        f"At last the {n} lies in the dark.": n for n in videos
    }
    found: dict[str, list[Sample]] = {}
    for sample in samples:
        found.setdefault(owner[sample.evidence[0].text], []).append(sample)
    return found


@pytest.mark.usefixtures("server")
def test_wrong_options_come_from_other_videos(tmp_path: Path, make_videos: ModuleType) -> None:
    found = built(tmp_path, list(TOLD), make_videos)
    owner = {text: name for name, texts in TOLD.items() for text in texts}
    assert found.keys() == TOLD.keys()
    choices = 0
    for name, samples in found.items():
        for sample in samples:
            assert sample.options, "the others have enough like questions"
            wrong = [option for option in sample.options if option != sample.answer]
            assert owner[sample.answer] == name
            assert name not in {owner[option] for option in wrong}
            assert len(wrong) >= 2
            choices += 1
    assert choices > 10


@pytest.mark.usefixtures("server")
def test_of_one_video_the_questions_stay_open_and_that_is_said_once(
    tmp_path: Path, make_videos: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    (samples,) = built(tmp_path, ["kitchen"], make_videos).values()
    assert {len(sample.options) for sample in samples} == {0}
    said = f"options: {len(samples)} questions have fewer than 2 wrong options and stay open; "
    told = " ".join(capsys.readouterr().out.split())
    assert told.count(f"{said}no question was turned into multiple choice.") == 1
