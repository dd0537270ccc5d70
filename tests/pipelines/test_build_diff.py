"""Differences of two builds: in videos, samples and answers, each with its cause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inline import without_ray
from moody_stages import Moody
from openai_server import Server
from rough_stages import Inquire, Plain

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.build_diff import BuildDiff, compare
from vdata.pipelines.drop import drop
from vdata.pipelines.settings.config import Config
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.stages import Stage
from vdata.stages.labels.kinds.activitynet import Activitynet


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    without_ray(monkeypatch)


def build(folder: Path, out: str, *stages: Stage, videos: str = "abc", seen: str = "It", **more: Any) -> Path:
    said = {name: {"duration": 9.0, "timestamps": [[0, 1]], "sentences": [f"{seen} is {name}."]} for name in videos}
    (folder / "labels.json").write_text(json.dumps(said))
    imports = [Activitynet(kind="activitynet", path=str(folder / "labels.json"), lane="events")]
    given = {"stages": list(stages) or [Plain()], "output": {"path": folder / out}, "cache": folder / "cache"}
    assert run_build(Config(labels=imports, **{**given, **more}), limit=None, address=None, overwrite=False) == 0
    return folder / out


def kinds(found: BuildDiff) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    videos = [(one.kind, one.video, one.because) for one in found.videos]
    return videos, [(one.kind, one.video, one.because) for one in found.samples]


def test_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = build(tmp_path, "a"), build(tmp_path, "b")
    found = compare(a, b)
    assert (found.same, found.same_videos, found.same_samples) == (True, 3, 3)
    capsys.readouterr()
    assert run(["diff", str(a), str(b)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"A {a}",
        f"B {b}",
        "  settings, teachers and versions are the same",
        "Videos: 3 the same",
        "Samples: 3 the same",
    ]


def test_inputs(tmp_path: Path) -> None:
    a, b = build(tmp_path, "a"), build(tmp_path, "b", videos="bcd")
    found = compare(a, b)
    assert kinds(found) == (
        [("only_a", "a", "input"), ("only_b", "d", "input")],
        [("only_a", "a", "input"), ("only_b", "d", "input")],
    )
    assert (found.same_videos, found.same_samples) == (2, 2)
    assert drop(a, ["b"], print) == 0
    assert ("only_b", "b", "taken down") in kinds(compare(a, b))[0]


def test_settings_and_how_videos_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a = build(tmp_path, "a", Moody(folder=str(tmp_path)), Plain())
    (tmp_path / "late-b.drops").touch()
    b = build(tmp_path, "b", Moody(folder=str(tmp_path), mood="late-"), Plain())
    found = compare(a, b)
    assert found.settings == ['moody.mood: was "", is now "late-"']
    because = "settings (moody.mood)"
    assert kinds(found) == ([("end", "b", because)], [("only_a", "b", because)])
    capsys.readouterr()
    assert run(["diff", str(a), str(b)]) == 1
    told = capsys.readouterr().out
    assert "Videos: 2 the same, 1 that ended in another way\n" in told
    assert "  b: kept → dropped (moody: too_odd) [settings (moody.mood)]\n" in told
    assert 'only in A: b what "What happens at 0.0?": "It is b." [settings (moody.mood)]\n' in told
    assert "Because of: settings (moody.mood) 2\n" in told


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(answer=lambda body: f"{body['model']} says yes.", models=("one", "two")) as running:
        yield running


def test_teachers_and_answers(tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    def taught(out: str, model: str) -> Path:
        watcher = OpenAI(model=model, base_url=[server.url], api_key="k" * 9)
        return build(tmp_path, out, Inquire(), Plain(of="replies"), teachers={"watcher": watcher})

    a, b = taught("a", "one"), taught("b", "two")
    found = compare(a, b)
    assert (found.settings, found.teachers) == ([], ['watcher.model: was "one", is now "two"'])
    assert kinds(found) == ([], [("answer", name, "teacher") for name in "abc"])
    assert (found.samples[0].a, found.samples[0].b) == ("one says yes.", "two says yes.")
    capsys.readouterr()
    assert run(["diff", str(a), str(b), "--json"]) == 1
    read = json.loads(capsys.readouterr().out)
    assert read["samples"][2]["because"] == "teacher"
    assert read["same_videos"] == 3


def test_versions_and_what_is_no_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = build(tmp_path, "a"), build(tmp_path, "b", seen="Here")
    assert kinds(compare(a, b)) == (
        [("labels", name, "labels") for name in "abc"],
        [("answer", name, "labels") for name in "abc"],
    )
    b = build(tmp_path, "other", Moody(folder=str(tmp_path)), Plain())
    record = json.loads((b / "build.json").read_text())
    record["versions"]["av"] = "1.0"
    (b / "build.json").write_text(json.dumps(record))
    found = compare(a, b)
    assert found.versions[0].endswith(", is now 1.0")
    assert found.same
    (tmp_path / "b.drops").touch()
    c = build(tmp_path, "c", Moody(folder=str(tmp_path)), Plain())
    assert kinds(compare(c, b))[0] == [("end", "b", "version (av)")]
    assert run(["diff", str(a), str(tmp_path / "none")]) == 2
    assert "there is no such folder" in capsys.readouterr().err
