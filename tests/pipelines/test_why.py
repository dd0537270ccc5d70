"""The story of one video of a finished build."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from inline import without_ray
from moody_stages import Moody

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.settings.config import Config
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.labels.kinds.activitynet import Activitynet


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    without_ray(monkeypatch)
    labels = tmp_path / "labels.json"
    events = {"timestamps": [[0, 4], [5, 9], [11, 16]], "sentences": ["A dog sits.", "It runs away.", "A bell rings."]}
    labels.write_text(json.dumps({name: {"duration": 20.0, **events} for name in ("one", "two")}))
    (tmp_path / "two.drops").touch()
    config = Config(
        labels=[Activitynet(path=str(labels))],
        stages=[Moody(folder=str(tmp_path)), Tasks(per_task=1)],
        output={"path": tmp_path / "out"},
        cache=tmp_path,
    )
    assert run_build(config, limit=None, address=None, overwrite=False) == 0
    return tmp_path / "out"


def test_of_a_video_that_was_kept(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", str(built), "one"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("one (id ")
    assert "In the data set, with " in said
    assert "Stages:\n" in said
    assert "Lanes: events 3" in said
    assert "A dog sits." in said


def test_of_a_video_that_was_dropped_the_rule_is_told_with_value_and_limit(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["why", str(built), "two"]) == 0
    assert "Not in the data set: moody dropped it, too_odd (3, limit 2)\n" in capsys.readouterr().out


def test_a_video_that_is_not_there_is_named_with_the_nearest(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["why", str(built), "onne"]) == 2
    assert "has no video onne. Did you mean one?" in capsys.readouterr().err
