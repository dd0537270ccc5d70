"""What changed since? New and changed inputs are built, other settings are refused, and nothing old is left over."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray
from moody_stages import Moody, Newer
from openai_server import Server
from rough_stages import Inquire, OncePerText, Plain

from vdata.pipelines.build import run_build
from vdata.pipelines.errors import UserError
from vdata.pipelines.planning.plan import resolve_plan, settings_of
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage.output_folder import OutputFolder, differences
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.stages import Stage
from vdata.stages.labels.kinds.activitynet import Activitynet
from vdata.stages.media.scan import Scan

KEY = "sk-canary-0b1d7e55"


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


def build(config: Config, **how: Any) -> int:
    return run_build(config, **{"limit": None, "address": None, "overwrite": False, **how})


class Clips:
    """A folder of clips, each of its own length, and the build that scans them."""

    def __init__(self, folder: Path, make: ModuleType) -> None:
        self.folder, self.out, self.make = folder, folder / "out", make
        (folder / "in").mkdir()

    def add(self, name: str, frames: int) -> Path:
        path: Path = self.make.plain(self.folder / "in" / f"{name}.mp4", frames=frames)
        return path

    def build(self, *stages: Stage, videos: str = "in", **more: Any) -> Config:
        stages = stages or (Scan(), Moody(folder=str(self.folder)))
        given = {"output": {"path": self.out}, "cache": self.folder / "cache", **more}
        return Config(videos=[str(self.folder / videos)], stages=list(stages), **given)

    def ids(self, out: Path | None = None) -> dict[str, str]:
        """The ids of the data set's videos by file name."""
        tables = [pq.read_table(path) for path in ((out or self.out) / "timelines").glob("timelines-*")]
        rows = [row for table in tables for row in table.select(["uri", "id"]).to_pylist()]
        assert len(rows) == len({row["uri"] for row in rows}), "no name is there twice"
        return {Path(row["uri"]).stem: row["id"] for row in rows}

    def decoded(self) -> int:
        """How many videos the last build decoded."""
        funnel = {row["stage"]: row for row in json.loads((self.out / "build.json").read_text())["funnel"]}
        return int(funnel["scan"]["rows"] - funnel["scan"]["cached"])

    def parts(self) -> dict[str, int]:
        folder = self.out / ".vdata" / "parts"
        return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def clips(tmp_path: Path, make_videos: ModuleType) -> Clips:
    made = Clips(tmp_path, make_videos)
    for number, name in enumerate(("a", "b", "c")):
        made.add(name, 20 + number)
    return made


def test_inputs_that_are_new_changed_or_gone(clips: Clips, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(clips.build()) == 0
    first, before = clips.ids(), clips.parts()
    assert (set(first), clips.decoded()) == ({"a", "b", "c"}, 3)

    clips.add("b2", 30)
    assert build(clips.build()) == 0
    assert before.items() <= clips.parts().items(), "new videos are added, and nothing else is touched"
    assert (clips.folder / "ran").read_text().split()[3:] == [str(clips.folder / "in" / "b2.mp4")]
    assert first.items() < clips.ids().items()
    assert clips.decoded() == 4, "three in the first run, one in the second: counts are those of all parts"

    clips.add("b", 40)
    capsys.readouterr()
    assert build(clips.build()) == 0
    assert "Of the inputs before: 1 changed. What was made of them is taken out." in capsys.readouterr().err
    now = clips.ids()
    assert now["b"] not in first.values(), "a changed file under an old name is a new video"
    assert {name: now[name] for name in "ac"} == {name: first[name] for name in "ac"}

    (clips.folder / "in" / "a.mp4").unlink()
    (clips.folder / "in" / "b2.mp4").unlink()
    assert build(clips.build()) == 0
    assert "Of the inputs before: 2 no longer there." in capsys.readouterr().err
    assert set(clips.ids()) == {"b", "c"}
    assert build(clips.build(output={"path": clips.folder / "fresh"})) == 0
    assert clips.ids() == clips.ids(clips.folder / "fresh")


def test_a_change_behind_the_same_size_and_time_is_out_of_reach(
    clips: Clips, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files are not read again to see whether they changed; README says so."""
    path = clips.folder / "in" / "a.mp4"
    assert build(clips.build()) == 0
    state, data = path.stat(), bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert build(clips.build()) == 0
    assert "Nothing to do" in capsys.readouterr().err
    os.utime(path)
    assert build(clips.build()) == 0
    assert "1 changed" in capsys.readouterr().err


def test_a_file_that_was_missing_is_a_new_row_when_it_is_there(clips: Clips) -> None:
    manifest = clips.folder / "list.jsonl"
    manifest.write_text("".join(json.dumps({"uri": f"in/{name}.mp4"}) + "\n" for name in "abcd"))

    def rejects() -> list[tuple[str, str, str]]:
        tables = [pq.read_table(path) for path in (clips.out / "rejects").glob("*")]
        rows = [row for table in tables for row in table.to_pylist()]
        return [(Path(row["uri"]).stem, row["kind"], row["reason"]) for row in rows]

    config = clips.build(videos="list.jsonl")
    assert build(config) == 0
    assert rejects() == [("d", "failed", "not_found")]
    assert build(config, retry_failed=True) == 0
    assert rejects() == [("d", "retried", "not_found"), ("d", "failed", "not_found")]
    clips.add("d", 33)
    assert build(config) == 0, "without --retry-failed"
    assert set(clips.ids()) == {"a", "b", "c", "d"}
    assert rejects() == []


def test_a_gather_stage_sees_all_inputs_in_order_whenever_they_came(tmp_path: Path) -> None:
    """The first of two that say the same is kept: also when the first came later than the second."""

    def make(out: str, *names: str) -> list[str]:
        said = {
            name: {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"Event {int(name[1:]) // 3}."]}
            for name in names
        }
        (tmp_path / "labels.json").write_text(json.dumps(said))
        labels = [Activitynet(kind="activitynet", path=str(tmp_path / "labels.json"), lane="events")]
        config = Config(
            labels=labels, stages=[OncePerText(), Plain()], output={"path": tmp_path / out}, cache=tmp_path / "cache"
        )
        assert build(config) == 0
        paths = (tmp_path / out / "timelines").glob("timelines-*")
        return sorted(uri for path in paths for uri in pq.read_table(path)["uri"].to_pylist())

    every = [f"v{n}" for n in range(12)]
    assert make("grown", *every[1::2]) == ["v1", "v3", "v7", "v9"]
    assert make("grown", *every) == make("fresh", *every) == ["v0", "v3", "v6", "v9"]


# Settings


@pytest.fixture
def taught(tmp_path: Path) -> Callable[..., Config]:
    """A config with every kind of stage, of which parts can be given anew."""
    said = {f"v{n}": {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"Event {n}."]} for n in range(3)}
    (tmp_path / "labels.json").write_text(json.dumps(said))

    def make(url: str = "http://localhost:1/v1", teacher: dict[str, Any] | None = None, **given: Any) -> Config:
        settings = {"model": "scripted", "base_url": [url], "endpoint": "here", "api_key": KEY, **(teacher or {})}
        whole = {
            "labels": [Activitynet(kind="activitynet", path=str(tmp_path / "labels.json"), lane="events")],
            "stages": [Moody(folder=str(tmp_path)), OncePerText(), Inquire(), Plain(of="replies")],
            "teachers": {"watcher": OpenAI(**settings)},
            "output": {"path": tmp_path / "out"},
            "cache": tmp_path / "cache",
        }
        return Config(**{**whole, **given})

    return make


def test_other_settings_are_refused_and_nothing_is_touched(taught: Callable[..., Config], tmp_path: Path) -> None:
    with Server(models=("scripted", "other")) as server:
        assert build(taught(server.url)) == 0
        calls = server.counters.calls
        assert calls == 3
        files = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.parquet")}
        moody = Moody(folder=str(tmp_path))
        rest = [OncePerText(), Inquire(), Plain(of="replies")]
        others: dict[str, tuple[dict[str, Any], str]] = {
            "a setting": (
                {"stages": [Moody(folder=str(tmp_path), mood="x"), *rest]},
                'moody.mood: was "", is now "x"',
            ),
            "a version": ({"stages": [Newer(folder=str(tmp_path)), *rest]}, 'moody.version: was "1", is now "2"'),
            "a stage": (
                {"stages": [moody, OncePerText(), Inquire(), Plain()]},
                'plain.of: was "replies", is now "events"',
            ),
            "the seed": ({"seed": 5}, "seed: was 0, is now 5"),
            "the model": ({"teacher": {"model": "other"}}, "teachers.watcher: "),
            "the endpoint": ({"teacher": {"endpoint": "there"}}, "teachers.watcher: "),
            "the sampling": ({"teacher": {"temperature": 1}}, "teachers.watcher: "),
            "what goes along": ({"teacher": {"extra_body": {"top_k": 5}}}, "teachers.watcher: "),
        }
        for changed, line in others.values():
            with pytest.raises(UserError) as told:
                build(taught(server.url, **changed))
            assert "holds a build with other settings" in str(told.value)
            assert line in str(told.value)
            assert "--overwrite" in str(told.value)
            assert "--out" in str(told.value)
            assert "--fork NEW" in str(told.value)
        assert files == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.parquet")}
        assert server.counters.calls == calls


@pytest.mark.parametrize(
    "same",
    [
        {"teacher": {"concurrency": 3, "timeout": 5, "retries": 1, "rpm": 100, "format_retries": 0}},
        {"teacher": {"price": {"input": 1}, "budget": {"calls": 5}}},
        {"teacher": {"api_key": "sk-canary-another"}},
        {"url": "http://localhost:2/v1"},
        {"name": "mine", "licence": "cc0-1.0", "description": "New words."},
    ],
)
def test_what_does_not_change_results_is_no_difference(
    taught: Callable[..., Config], same: dict[str, Any], tmp_path: Path
) -> None:
    first, second = taught(), taught(**same)
    before, now = (settings_of(config, resolve_plan(config)) for config in (first, second))
    assert differences(before, now) == []
    moved = taught(cache=tmp_path / "elsewhere", replies=tmp_path / "replies")
    assert settings_of(moved, resolve_plan(moved)) == before


def test_settings_name_every_stage_with_its_version_and_no_secret(
    taught: Callable[..., Config], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = taught()
    route = resolve_plan(config)
    before = settings_of(config, route)
    assert [stage["stage"] for stage in before["stages"]] == ["moody", "once_per_text", "inquire", "plain"]
    for stage in route.stages:
        with monkeypatch.context() as patch:
            patch.setattr(type(stage), "version", "next")
            now = settings_of(config, route)
        assert differences(before, now) == [f'{stage.name()}.version: was "1", is now "next"']
    folder = OutputFolder(tmp_path / "out")
    with folder.locked():
        folder.begin(before, overwrite=False)
    text = folder.settings.read_text()
    assert "scripted" in text
    assert "here" in text
    assert KEY not in text
