"""The data set's card: its metadata is read by the Hub's client and by datasets, and what it says is true."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import datasets
import film_teacher
import pyarrow.parquet as pq
import pytest
from huggingface_hub import DatasetCard
from hypothesis import example, given
from hypothesis import strategies as st
from inline import without_ray
from openai_server import Server
from records import make_record

from vdata.pipelines.build import run_build
from vdata.pipelines.card.card_bars import bars, histogram
from vdata.pipelines.card.card_facts import CardFacts
from vdata.pipelines.card.card_text import limits
from vdata.pipelines.errors import UserError
from vdata.pipelines.settings.config_reader import load_config
from vdata.schemas.build_record import FunnelRow

STEPS = """
licence: cc-by-4.0
source: a kitchen
cite: ["Somebody (2024): Something"]
videos: {folder}/films.csv
labels: [{{kind: table, path: {folder}/steps.csv, lane: steps}}]
stages: [probe, {{tasks: {{of: [steps], tasks: [grounded_caption, event_order]}}}}, options]
output: {{path: {folder}/out}}
cache: {folder}/cache
"""


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


def build(config: Path, *changes: str, **how: Any) -> int:
    return run_build(load_config(config, changes), **{"limit": None, "address": None, "overwrite": False, **how})


@pytest.fixture
def config(tmp_path: Path, make_videos: ModuleType) -> Path:
    """Four labelled films; the manifest says of two where they are from, and of one under which licence it is."""
    for number in range(4):
        make_videos.plain(tmp_path / f"f{number}.mp4", frames=100 + number)
    said = ["a,mit", "b,", ",", ","]
    rows = [f"f{number}.mp4,{one}" for number, one in enumerate(said)]
    (tmp_path / "films.csv").write_text("\n".join(["video,source,license", *rows]))
    steps = [f"f{n}.mp4,{s},{s + 0.9},Step {s} of {n} is done." for n in range(4) for s in range(4)]
    (tmp_path / "steps.csv").write_text("\n".join(["video,start,end,text", *steps]))
    (tmp_path / "c.yaml").write_text(STEPS.format(folder=tmp_path))
    return tmp_path / "c.yaml"


def test_the_card_is_true(config: Path) -> None:
    out = config.parent / "out"
    assert build(config) == 0
    card = DatasetCard.load(out / "README.md")
    data, made = card.data.to_dict(), json.loads((out / "build.json").read_text())
    assert data["license"] == "cc-by-4.0"
    assert [one["config_name"] for one in data["configs"]] == ["default", "timelines"], "nothing was rejected"
    for info in data["dataset_info"]:
        loaded = datasets.load_dataset(str(out), info["config_name"], split="train")
        assert info["splits"][0]["num_examples"] == len(loaded) > 0
        assert loaded.features == datasets.Features._from_yaml_list(info["features"])
    text = card.text
    assert "| a | mit | 1 | 4 s |\n" in text
    assert "| b | cc-by-4.0 | 1 | 4 s |\n" in text
    assert "| a kitchen | cc-by-4.0 | 2 | 8 s |\n" in text
    timelines = datasets.load_dataset(str(out), "timelines", split="train")
    stated = sorted((row["uri"][-6:], row["source"], row["licence"]) for row in timelines)
    assert stated == [
        ("f0.mp4", "a", "mit"),
        ("f1.mp4", "b", "cc-by-4.0"),
        ("f2.mp4", "a kitchen", "cc-by-4.0"),
        ("f3.mp4", "a kitchen", "cc-by-4.0"),
    ]
    for task, count in made["tasks"].items():
        assert re.search(rf"^ *{task} █+ +{count}$", text, re.MULTILINE)
    assert "no model was asked" in text
    assert "- Somebody (2024): Something\n" in text
    assert "not stated" not in text
    assert str(config.parent / "cache") not in text


def test_blind_baselines_are_on_the_card_in_the_record_and_in_the_summary(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = config.parent / "out"
    assert build(config) == 0
    scores = json.loads((out / "build.json").read_text())["baselines"]
    (longest,) = (one for one in scores if (one["task"], one["baseline"]) == ("", "longest option"))
    text = DatasetCard.load(out / "README.md").text
    assert "## Blind baselines\n" in text
    assert f"| longest option | {longest['items']} | {longest['accuracy']:.1%} |" in text
    assert "- Blind baseline" in text
    assert "Blind baseline" in capsys.readouterr().out
    open_only = config.parent / "open.yaml"
    open_only.write_text(config.read_text().replace(", options]", "]").replace("/out}", "/open}"))
    assert build(open_only) == 0
    assert "baselines" not in json.loads((config.parent / "open" / "build.json").read_text())
    assert "Blind baselines" not in DatasetCard.load(config.parent / "open" / "README.md").text


def test_what_no_row_depends_on_is_said_anew_and_the_rest_stands(config: Path) -> None:
    out = config.parent / "out"
    assert build(config) == 0
    shards = {path: path.stat().st_mtime_ns for path in out.glob("*/*.parquet")}
    assert build(config, "name=Kitchens", "description=What is done in kitchens.") == 0
    card = DatasetCard.load(out / "README.md")
    assert card.data.to_dict()["pretty_name"] == "Kitchens"
    assert "# Kitchens\n\nWhat is done in kitchens.\n" in card.text
    assert {path: path.stat().st_mtime_ns for path in out.glob("*/*.parquet")} == shards
    assert json.loads((out / "build.json").read_text())["config"]["name"] == "Kitchens"

    parts = {path: path.stat().st_mtime_ns for path in (out / ".vdata" / "parts").rglob("*.*")}
    assert build(config, "licence=mit") == 0, "the timelines are published again"
    [path] = (out / "timelines").iterdir()
    assert pq.read_table(path).column("licence").to_pylist() == ["mit"] * 4
    assert {path: path.stat().st_mtime_ns for path in (out / ".vdata" / "parts").rglob("*.*")} == parts


@pytest.fixture
def taught(tmp_path: Path, make_videos: ModuleType) -> Callable[..., int]:
    """Builds captions of a clip with a teacher at a URL."""
    make_videos.plain(tmp_path / "clip.mp4", frames=100)
    (tmp_path / "steps.csv").write_text(
        "video,start,end,text\nclip.mp4,0,1,A pan is heated.\nclip.mp4,2,3,Eggs are beaten."
    )
    (tmp_path / "c.yaml").write_text(
        "videos: ${FOLDER}/clip.mp4\n"
        "labels: [{kind: table, path: '${FOLDER}/steps.csv', lane: steps}]\n"
        "stages: [scan, {caption: {of: steps}}, {questions: {from: [captions, steps], answers: open}}]\n"
        "teachers: {watcher: {kind: openai, model: scripted, base_url: '${URL}', retries: 0}}\n"
        "output: {path: '${FOLDER}/out'}\n"
        "cache: ${FOLDER}/cache\n"
    )

    def run(url: str, *changes: str, **how: Any) -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FOLDER", str(tmp_path))
            patch.setenv("URL", url)
            return build(tmp_path / "c.yaml", *changes, **how)

    return run


def test_who_wrote_it_and_what_they_were_told(tmp_path: Path, taught: Callable[..., int]) -> None:
    with Server(answer=film_teacher.answer) as server:
        assert taught(server.url) == 0
        calls = server.counters.calls
    made = json.loads((tmp_path / "out" / "build.json").read_text())
    text = (tmp_path / "out" / "README.md").read_text()
    [line] = [line for line in text.splitlines() if line.startswith("| watcher |")]
    assert line.startswith(f"| watcher | openai | scripted | caption, questions | {calls} | ")
    told = made["prompts"]["watcher"]
    assert set(told) == {"caption", "questions"}
    for texts in told.values():
        assert texts
        assert all(one in text for one in texts)
    assert "were written by a model, and nothing has checked them" in text


def test_a_finished_build_needs_no_teacher(
    tmp_path: Path, taught: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    with Server(answer=film_teacher.answer) as server:
        assert taught(server.url) == 0
        url = server.url
    capsys.readouterr()
    assert taught(url) == 0
    assert "Nothing to do" in capsys.readouterr().err
    with pytest.raises(UserError, match=r"watcher: .*nothing answers there"):
        taught(url, overwrite=True)
    assert (tmp_path / "out" / "README.md").exists(), "nothing was deleted for a build that cannot begin"
    [shard] = (tmp_path / "out" / ".vdata" / "parts" / "0").glob("*.timelines.*")
    shard.unlink()
    with pytest.raises(UserError, match=r"watcher: .*nothing answers there"):
        taught(url)


def test_limits_name_what_is_not_known() -> None:
    other = {"other_language:German": 1.0, "other_language:Spanish": 4.0}
    record = make_record(funnel=[FunnelRow(stage="tasks"), FunnelRow(stage="verify", values=other)], failed=2)
    facts = CardFacts(stated={("", ""): [3, 9.0]})
    facts.letters.update("A" * 30 + "B" * 10)
    facts.makers.update(["watcher", ""])
    said = "\n".join(limits(record, facts))
    for line in (
        "The videos are not part of the data set",
        "The source of 3 videos is not stated.",
        "The licence of 3 videos is not stated.",
        "1 samples were written by a model, and nothing has checked them",
        "2 videos failed, perhaps not by chance",
        "No stage has looked for near-duplicate videos.",
        "There is only one split",
        "The rules of words of `verify` (orders, negations, numbers, lengths, names, quotations) know English alone. "
        "Of 4 texts in Spanish, 1 in German, they checked clock times and nothing else.",
        "The right option is A in 75% of the multiple-choice samples.",
    ):
        assert line in said


@given(st.lists(st.floats(0, 1e6), max_size=50))
@example([0.0, 1.2e-7])
def test_every_value_is_in_a_bar(values: list[float]) -> None:
    lines = histogram(values)
    assert sum(int(line.split()[-1].replace(",", "")) for line in lines) == (len(values) if any(values) else 0)
    assert len(lines) <= 10


def test_bars() -> None:
    assert bars({"one": 1, "four": 4}) == [f" one {'█' * 8:<30} 1", f"four {'█' * 30} 4"]
    assert [line.split()[:3] for line in histogram([0.2, 0.9, 1.0], high=1)][::9] == [
        ["0", "to", "0.1"],
        ["0.9", "to", "1"],
    ]
