"""Builds that join videos: rows of several units come together, and a part that is not there stops its group."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from inline import without_ray
from PIL import Image

from vdata.cli import run
from vdata.export.format import find_formats
from vdata.pipelines.build import run_build
from vdata.pipelines.dataset_export import Export, run_export
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.errors import ConfigError
from vdata.pipelines.evaluation.openable import films
from vdata.pipelines.run import remaining
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.settings.route import Known, gaps
from vdata.pipelines.why import why
from vdata.stages.caption.entities import Entities
from vdata.stages.haystack.join import Join
from vdata.video.decode.frames import fetch

SCALE = "join.differing=scale"
CONFIG = """
output: {path: out}
videos: manifest.jsonl
labels:
  - {kind: qa, path: asked.jsonl}
  - {kind: table, path: told.jsonl}
stages:
  - join: {by: [show], order: [part]}
"""


@pytest.fixture(autouse=True)
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)
    monkeypatch.setattr(remaining, "SLOW_UNIT", 1)  # so that the parts of a video come from several units


@pytest.fixture
def folder(pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest of five clips of two shows, in another order than theirs, with questions and captions."""
    names = {"a2": "b.mp4", "a1": "a.mp4", "b1": "a.mp4", "b3": "variable.mp4", "b2": "c.mp4"}
    for name, of in names.items():
        if name != "b1":
            shutil.copyfile(pool / of, tmp_path / f"{name}.mp4")
    shutil.copyfile(pool / "silent.mp4", tmp_path / "b1.mp4")
    rows = [{"video": f"{name}.mp4", "show": name[0], "part": name[1]} for name in names]
    (tmp_path / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = [
        {
            "video": f"{name}.mp4",
            "question": f"Who is in {name}?",
            "a0": "Ann",
            "a1": "Bob",
            "answer": 1,
            "ts": "1.0-2.5",
        }
        for name in names
    ]
    (tmp_path / "asked.jsonl").write_text("".join(json.dumps({**row, "first": 0}) + "\n" for row in [
        *asked, {**asked[0], "question": "Who is it then?", "answer": 0}]))  # fmt: skip
    told = [
        {"video": f"{name}.mp4", "start": 0.5, "end": 3, "text": f"In {name}.", "lane": "captions"} for name in names
    ]
    (tmp_path / "told.jsonl").write_text("".join(json.dumps(row) + "\n" for row in told))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def build(folder: Path, text: str = CONFIG, *more: str) -> int:
    config = load_config(
        folder / "c.yaml", [f"output.path={folder / 'out'}", f"cache={folder / 'cache'}", *more], text=text
    )
    return run_build(config, limit=None, address=None, overwrite=False)


def rows_of(out: Path, table: str) -> list[dict[str, Any]]:
    return [row for path in sorted((out / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


@pytest.mark.slow
def test_parts_come_together_with_their_labels(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(folder, CONFIG, SCALE) == 0
    out = folder / "out"
    joined = {attr(row, "show"): row for row in rows_of(out, "timelines") if row["state"] == "kept"}
    assert sorted(joined) == ["a", "b"]
    assert [span["text"] for span in joined["a"]["lane_captions"]] == ["In a1.", "In a2."]
    assert [span["start"] for span in joined["a"]["lane_captions"]] == [0.5, 4.5]
    assert [span["text"] for span in joined["b"]["lane_parts"]] == ["b1", "b2", "b3"]
    samples = {row["question"]: row for row in rows_of(out, "data")}
    assert len(samples) == 6
    late = samples["Who is in a2?"]
    assert (late["start"], late["end"], late["duration"]) == (0, 8, 8)
    assert [(one["start"], one["end"]) for one in late["evidence"]] == [(5.0, 6.5)]
    assert late["evidence"][0]["span"] in {span["id"] for span in joined["a"]["lane_questions"]}
    summary = json.loads((out / "build.json").read_text())
    assert (summary["inputs"], summary["made"]["videos"], summary["made"]["kept"]) == (5, 2, 2)
    assert examine(out).wrong == 0
    capsys.readouterr()
    assert build(folder, CONFIG, SCALE) == 0
    assert "Nothing to do" in capsys.readouterr().err
    plan = films(out)[joined["a"]["id"]].plan
    assert plan is not None
    assert [Path(piece.file).name for piece in plan.pieces] == ["a1.mp4", "a2.mp4"]
    assert run(["report", str(out), "--out", str(folder / "page.html")]) == 0
    page = (folder / "page.html").read_text()
    assert ('"joints":[4.0]' in page, '"joints":[4.0,8.0]' in page) == (True, True)  # where parts begin
    assert "not rendered" not in page  # its pictures come from the parts
    assert "8.0 s, 320x180, no file, 25 fps, sound" in why(out, joined["a"]["id"])
    said: list[str] = []
    assert run_export(Export(out, find_formats()["llava"], folder / "x.json"), say=said.append) == 1
    assert "not_rendered" in " ".join(said)  # the layout names one file, and there is none
    told = (folder / "told.jsonl").read_text()
    (folder / "told.jsonl").write_text(told.replace("In a2.", "In another."))  # the second of its video
    assert build(folder, CONFIG, SCALE) == 0
    joined = {attr(row, "show"): row for row in rows_of(out, "timelines") if row["state"] == "kept"}
    assert [span["text"] for span in joined["a"]["lane_captions"]] == ["In a1.", "In another."]


def test_clips_of_a_joined_video_that_has_no_file_are_exported(folder: Path) -> None:
    alike = CONFIG.replace("out}", "out, media: clips}").replace("  - {kind: qa, path: asked.jsonl}\n", "")
    assert build(folder, alike + "  - tasks: {of: [captions], tasks: [captioning]}\n", SCALE) == 0
    out = folder / "out"
    assert run_export(Export(out, find_formats()["llava"], folder / "x.json")) == 0
    written = json.loads((folder / "x.json").read_text())
    samples = rows_of(out, "data")
    assert len(written) == len(samples) == 5
    late = next(row for row in samples if "a2" in row["answer"])
    assert (late["clip_start"], late["clip_end"]) == (4.5, 7.0)
    shown = fetch(str(out / late["clip"]), [0.03, 1.03])
    source = fetch("a2.mp4", [0.53, 1.53])
    assert all(np.abs(one.astype(int) - two).mean() < 4 for one, two in zip(shown, source, strict=True))
    assert examine(out).wrong == 0


@pytest.mark.slow
def test_pictures_of_a_joined_video_that_has_no_file_are_exported_as_those_of_one_that_has(folder: Path) -> None:
    text = CONFIG.replace("out}", "out, media: {frames: {number: 4, size: 160}}}")
    text = text.replace("  - {kind: qa, path: asked.jsonl}\n", "")
    ask = "  - tasks: {of: [captions], tasks: [dense_caption, event_order]}\n"
    found = []
    for name, render in (("planned", ""), ("rendered", "  - render\n")):
        assert build(folder, text + render + ask, SCALE, f"output.path={folder / name}") == 0
        assert run_export(Export(folder / name, find_formats()["t2vid"], folder / f"{name}.json")) == 0
        rows = json.loads((folder / f"{name}.json").read_text())
        found.append(sorted(rows, key=lambda row: json.dumps(row["conversations"])))
    assert found[0]
    assert [row["conversations"] for row in found[0]] == [row["conversations"] for row in found[1]]
    for planned, rendered in zip(*found, strict=True):
        assert [Path(one).name for one in planned["image"].values()] == [
            Path(one).name for one in rendered["image"].values()
        ]
        for one, two in zip(planned["image"].values(), rendered["image"].values(), strict=True):
            shown, made = (
                np.asarray(Image.open(folder / of / file), dtype=int)
                for of, file in (("planned", one), ("rendered", two))
            )
            assert np.abs(shown - made).mean() < 4
    said: list[str] = []
    assert run_export(Export(folder / "planned", find_formats()["llava"], folder / "x.json"), say=said.append) == 1
    assert "not_rendered" in " ".join(said)  # that layout shows the video


def test_a_part_that_cannot_be_read_stops_its_group(folder: Path) -> None:
    (folder / "a1.mp4").write_bytes(b"no video")
    assert build(folder, CONFIG) == 1  # nothing is left: the other group differs in rate
    out = folder / "out"
    ends = [
        (row["stage"], row["reason"], row["value"], row["detail"]) for row in rows_of(out, "rejects") if not row["lane"]
    ]
    assert ("join", "part_missing", 1, "a1.mp4 ended before") in ends
    assert [reason for stage, reason, *_ in ends if stage == "join"].count("different_rate") == 1


def test_lanes_of_the_parts_are_known_behind_join_and_clips_are_cut_from_them(folder: Path) -> None:
    known = [Known(Join()), Known(Entities())]  # which reads captions
    assert list(gaps(known, {"captions"})) == []
    assert [gap.lane for gap in gaps(known, {"speech"})] == ["captions"]
    text = CONFIG.replace("  - {kind: table, path: told.jsonl}\n", "")  # whose lanes are not known before
    assert load_config(folder / "c.yaml", ["output.media=clips"], text=text).output.media.clips is not None
    with pytest.raises(ConfigError, match="those that join plans have none yet"):
        load_config(folder / "c.yaml", [], text=text + "  - scan\n")
    load_config(folder / "c.yaml", ["output.media=clips"], text=text + "  - render\n")


@pytest.mark.slow
def test_a_video_that_is_joined_with_no_other_stays_as_it_is(folder: Path) -> None:
    alone = CONFIG.replace("{by: [show], order: [part]}", "{by: [uri], min_parts: 1}")
    assert build(folder, alone + "  - render\n") == 0
    out = folder / "out"
    kept = {row["uri"]: row for row in rows_of(out, "timelines") if row["state"] == "kept"}
    assert sorted(kept) == ["a1.mp4", "a2.mp4", "b1.mp4", "b2.mp4", "b3.mp4"]
    assert all(row["media"]["bytes"] for row in kept.values())
    assert not (out / "media").exists()
    assert "In the data set, with 1 sample." in why(out, "a1.mp4")  # and not the input, which is called the same
    assert examine(out).wrong == 0


@pytest.mark.slow
def test_goldfish_asks_the_episode_what_was_asked_of_its_clips(
    recipe: Callable[..., Config], clips: Path, tmp_path: Path
) -> None:
    """Two clips of one size are an episode; of another one a clip is missing, and it is not made."""
    episodes = [("carphone_pristine", 1, 1, 2), ("carphone_distorted", 1, 2, 2), ("bikes", 2, 1, 3)]
    rows = [
        {"video": str(clips / f"{name}.mp4"), "show": "Car", "season": 1, "episode": one, "part": part, "clips": many}
        for name, one, part, many in episodes
    ]
    (tmp_path / "clips.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    options = {f"a{n}": text for n, text in enumerate(("a horse", "a car", "a ship", "a tent", "a lift"))}
    asked = [
        {"vid_name": name, "q": f"Where does the man of the {name} sit?", **options, "answer_idx": 1, "ts": "1.5-3.0"}
        for name, *_ in episodes
    ]
    asked.append({**asked[0], "q": "What is behind the man?", "answer_idx": 0})
    (tmp_path / "asked.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    places = f"videos={tmp_path / 'clips.jsonl'}", f"labels.0.path={tmp_path / 'asked.jsonl'}"
    config = recipe("goldfish", "goldfish", *places, "labels.0.columns={question: q}")
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    out = config.output.path
    (video,) = [row for row in rows_of(out, "timelines") if row["state"] == "kept"]
    assert video["uri"].startswith("media/")
    assert attr(video, "render") == "smart"
    (first, second) = video["lane_parts"]
    assert (first["text"], second["text"]) == ("carphone_pristine", "carphone_distorted")
    late = next(row for row in rows_of(out, "data") if "distorted" in row["question"])
    assert (late["start"], late["end"]) == (0, video["duration"])
    assert late["evidence"][0]["start"] == pytest.approx(second["start"] + 1.5)
    shown, source = (fetch(str(path), [time]) for path, time in (
        (out / video["uri"], second["start"] + 2.0), (clips / "carphone_distorted.mp4", 2.0)))  # fmt: skip
    assert np.array_equal(shown[0], source[0])
    ends = [(row["reason"], row["detail"]) for row in rows_of(out, "rejects") if row["stage"] == "join"]
    assert ends == [("part_missing", "the manifest says 3, and 1 came")]
    assert run_export(Export(out, find_formats()["tvqa_long"], tmp_path / "tvqa.json")) == 0
    written = json.loads((tmp_path / "tvqa.json").read_text())
    assert len(written) == 3
    row = next(row for row in written if "distorted" in row["question"])
    assert {name: row[name] for name in ("a1", "answer_idx", "vid_name", "ts", "show", "season", "episode")} == {
        "a1": "a car", "answer_idx": 1, "vid_name": "carphone_distorted", "ts": "1.50-3.00",
        "show": "Car", "season": "1", "episode": "1",
    }  # fmt: skip


def attr(row: dict[str, Any], name: str) -> str:
    return next((one["value"] for one in row["attrs"] if one["name"] == name), "")
