"""Passes that ask teachers: many rows in flight, an actor that dies, a build that ends cleanly and goes on."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rough_stages import Inquire, Plain, Rough, echo

from vdata.pipelines.build import run_build
from vdata.pipelines.run import pass_runner
from vdata.pipelines.settings.config import Config
from vdata.stages.labels.kinds.activitynet import Activitynet

pytestmark = pytest.mark.usefixtures("ray")


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``build(names)``: a build over videos with these names whose replies become samples; its rows by table."""
    monkeypatch.setattr(pass_runner, "teachers_of", lambda *_: partial(echo, str(tmp_path)))

    def run(names: list[str], status: int = 0) -> dict[str, list[dict[str, Any]]]:
        shaped = {name: {"duration": 9.0, "timestamps": [[0, 1], [2, 3]], "sentences": ["a", "b"]} for name in names}
        (tmp_path / "labels.json").write_text(json.dumps(shaped))
        labels = [Activitynet(kind="activitynet", path=str(tmp_path / "labels.json"), lane="events")]
        stages = [Rough(), Inquire(), Plain(of="replies")]
        config = Config(labels=labels, stages=stages, output={"path": tmp_path / "out"}, cache=tmp_path / "cache")
        assert run_build(config, limit=None, address=None, overwrite=False) == status
        return {
            table: [row for path in (tmp_path / "out" / table).glob("*") for row in pq.read_table(path).to_pylist()]
            for table in ("data", "rejects")
        }

    return run


def asked(folder: Path) -> list[str]:
    return (folder / "asked").read_text().splitlines()


@pytest.mark.slow
def test_rows_are_in_flight_together_and_pass_on_to_the_next_stage(build: Any, tmp_path: Path) -> None:
    (tmp_path / "slow").touch()  # so that on a busy machine, too, the next unit comes before the last is done
    names = [f"v{n:02d}" for n in range(40)]
    rows = build([*names, "v_drops"])
    assert sorted(row["answer"] for row in rows["data"]) == sorted(
        f"said: {name}: {word}" for name in names for word in "ab"
    )
    assert [row["reason"] for row in rows["rejects"]] == ["too_odd"]
    assert len(asked(tmp_path)) == 80
    assert int((tmp_path / "most").read_text()) >= 20


@pytest.mark.slow
def test_an_actor_that_dies_loses_no_row(build: Any, tmp_path: Path) -> None:
    names = [f"v{n:02d}" for n in range(12)] + ["v_crash"]
    rows = build(names)
    assert sorted({row["video"] for row in rows["data"]}) == sorted(names)
    assert len(rows["data"]) == 26
    assert rows["rejects"] == []


@pytest.mark.slow
def test_a_stop_ends_the_build_and_the_next_run_goes_on(
    build: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"v{n:02d}" for n in range(12)] + ["v_broke"]
    build(names, status=1)
    assert "the budget of echo is reached: 10 calls. What was done is safe" in capsys.readouterr().err
    (tmp_path / "paid").touch()
    assert len(build(names)["data"]) == 26


@pytest.mark.slow
def test_what_failed_for_now_is_asked_again_by_the_next_run(build: Any, tmp_path: Path) -> None:
    names = ["v_busy", *(f"v{n:02d}" for n in range(16))]
    rows = build(names)
    assert {(row["reason"], row["detail"], row["lane"]) for row in rows["rejects"]} == {
        ("teacher_error", "503", "events"),
        ("no_sample", "no stage made a sample of this video", ""),
    }
    before = len(asked(tmp_path))
    (tmp_path / "calm").touch()
    rows = build(names)
    assert rows["rejects"] == []
    assert len(rows["data"]) == 34
    assert len(asked(tmp_path)) - before < 34, "only the part with the failed row is asked again"
