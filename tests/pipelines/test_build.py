"""Builds through the real Ray: outputs, counts that add up, resuming, rows that misbehave."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pyarrow.parquet as pq
import pytest
from rough_stages import OncePerText, Plain, Rough

from vdata.pipelines.build import run_build
from vdata.pipelines.errors import UserError
from vdata.pipelines.run import remaining
from vdata.pipelines.settings.config import Config
from vdata.pipelines.storage.parts import Parts
from vdata.stages import Stage
from vdata.stages.labels.kinds.activitynet import Activitynet

pytestmark = pytest.mark.usefixtures("ray")

Rows = list[dict[str, Any]]


def labels(path: Path, **videos: list[str]) -> Path:
    """ActivityNet-Captions labels: a second for each event."""
    shaped = {
        name: {"duration": 10.0, "timestamps": [[n, n + 1] for n in range(len(said))], "sentences": said}
        for name, said in videos.items()
    }
    path.write_text(json.dumps(shaped))
    return path


def config(out: Path, path: Path, *stages: Stage, seed: int = 0) -> Config:
    imports = [Activitynet(kind="activitynet", path=str(path), lane="events")]
    return Config(labels=imports, stages=list(stages), output={"path": out}, seed=seed, cache=out.parent / "cache")


def build(made: Config, **options: Any) -> int:
    return run_build(made, **{"limit": None, "address": None, "overwrite": False, **options})


def rows(out: Path, table: str) -> Rows:
    return [row for path in sorted((out / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def logical(out: Path) -> tuple[Rows, Rows, Rows]:
    """All rows in an order of their own, without timings."""
    found = []
    for table in ("data", "timelines", "rejects"):
        kept = [{name: value for name, value in row.items() if name != "trail"} for row in rows(out, table)]
        found.append(sorted(kept, key=lambda row: json.dumps(row, sort_keys=True)))
    return found[0], found[1], found[2]


def summary(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "build.json").read_text())
    return found


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remaining, "LABEL_UNIT", 4)


@pytest.fixture
def units_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the units that builds run."""
    from vdata.pipelines.run import ray_run

    ran: list[str] = []
    real: Callable[..., Any] = ray_run.run_chain

    def spy(chain: Any, jobs: Any, *rest: Any) -> Any:
        ran.extend(job.unit.name for job in jobs)
        return real(chain, jobs, *rest)

    monkeypatch.setattr(ray_run, "run_chain", spy)
    return ran


def test_a_build_leaves_what_the_contract_says(tmp_path: Path) -> None:
    path = labels(tmp_path / "a.json", one=["A cat sits.", "A dog runs."], two=["A bird sings."])
    out = tmp_path / "out"
    assert build(config(out, path, Plain())) == 0
    samples = datasets.load_dataset(str(out), split="train", cache_dir=str(tmp_path / "hf"))
    assert samples["answer"] == ["A cat sits.", "A dog runs.", "A bird sings."]
    assert samples[0]["evidence"][0]["lane"] == "events"
    assert samples[0]["messages"][1] == {"role": "assistant", "content": "A cat sits.", "time": None}
    timelines = datasets.load_dataset(str(out), "timelines", split="train", cache_dir=str(tmp_path / "hf"))
    assert [len(lane) for lane in timelines["lane_events"]] == [2, 1]
    made = summary(out)
    assert (made["inputs"], made["kept"], made["dropped"], made["failed"], made["samples"]) == (2, 2, 0, 0, 3)
    assert made["tasks"] == {"what": 3}
    assert set(made["files"]) == {
        f"{path.parent.name}/{path.name}" for path in out.glob("*/*.parquet") if path.parent.name != ".vdata"
    }


@pytest.mark.slow
def test_rows_that_misbehave_end_as_rows_with_a_reason(tmp_path: Path, small_units: None) -> None:
    names = [f"v{n}" for n in range(12)] + ["v_fails", "v_drops", "v_raises", "v_kills"]
    out = tmp_path / "out"
    path = labels(tmp_path / "a.json", **{name: [f"{name} moves."] for name in names}, silent=[])
    assert build(config(out, path, Rough(), Plain())) == 0
    made = summary(out)
    assert (made["inputs"], made["kept"], made["dropped"], made["failed"]) == (17, 12, 2, 3)
    rejects = {row["uri"]: row for row in rows(out, "rejects")}
    assert {uri: (row["stage"], row["kind"], row["reason"]) for uri, row in rejects.items()} == {
        "v_fails": ("rough", "failed", "no_luck"),
        "v_drops": ("rough", "dropped", "too_odd"),
        "v_raises": ("rough", "failed", "stage_error"),
        "v_kills": ("rough", "failed", "worker_died"),
        "silent": ("output", "dropped", "no_sample"),
    }
    assert (rejects["v_drops"]["value"], rejects["v_drops"]["threshold"]) == (3, 2)
    assert "KeyError: 'v_raises'" in rejects["v_raises"]["detail"]
    published = {row["uri"]: (row["state"], row["stage"], row["reason"]) for row in rows(out, "timelines")}
    assert published == dict.fromkeys(names[:12], ("kept", None, None)) | {
        "v_fails": ("failed", "rough", "no_luck"),
        "v_drops": ("dropped", "rough", "too_odd"),
        "v_raises": ("failed", "rough", "stage_error"),
        "v_kills": ("failed", "rough", "worker_died"),
        "silent": ("without_samples", "output", "no_sample"),
    }
    assert made["ended"] == {"dropped": 1, "failed": 3, "without_samples": 1}
    funnel = {row["stage"]: row for row in made["funnel"]}
    assert funnel["plain"]["rows"] == 13
    assert funnel["output"]["reasons"] == {"no_sample": 1}


def test_a_second_build_does_no_work(tmp_path: Path, units_run: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    path = labels(tmp_path / "a.json", one=["A cat sits."])
    made = config(tmp_path / "out", path, Plain())
    assert build(made) == 0
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.parquet")}
    units_run.clear()
    assert build(made) == 0
    assert units_run == []
    assert "Nothing to do" in capsys.readouterr().err
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.parquet")}


def test_a_build_goes_on_where_it_was(tmp_path: Path, small_units: None, units_run: list[str]) -> None:
    path = labels(tmp_path / "a.json", **{f"v{n}": [f"Event {n % 7}.", "The end."] for n in range(20)})
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert build(config(whole, path, OncePerText(), Plain())) == 0
    assert build(config(cut, path, OncePerText(), Plain())) == 0
    for number, lost in ((0, 2), (1, 1)):
        store = Parts(cut / ".vdata" / "parts" / str(number))
        for part in list(store.sound())[:lost]:
            store.remove(part)
    (cut / "README.md").unlink()
    units_run.clear()
    assert build(config(cut, path, OncePerText(), Plain())) == 0
    assert 3 <= len(units_run) <= 5, "two lost units of the first pass, and those of the second that hang on them"
    assert logical(cut) == logical(whole)
    assert (summary(cut)["kept"], summary(cut)["dropped"]) == (7, 13)


def test_new_and_changed_inputs_are_all_that_is_done_again(
    tmp_path: Path, small_units: None, units_run: list[str]
) -> None:
    said = {f"v{n:02d}": [f"Event {n}."] for n in range(12)}
    made = config(tmp_path / "out", labels(tmp_path / "a.json", **said), Plain())
    assert build(made) == 0
    said["v05"] = ["Something else."]
    said["v99"] = ["New."]
    labels(tmp_path / "a.json", **said)
    units_run.clear()
    assert build(made) == 0
    assert len(units_run) == 2, "of three units the one with the changed video, and one for the rest"
    fresh = config(tmp_path / "fresh", labels(tmp_path / "a.json", **said), Plain())
    assert build(fresh) == 0
    assert logical(tmp_path / "out") == logical(tmp_path / "fresh")
    assert [row["answer"] for row in rows(tmp_path / "out", "data") if row["video"] == "v05"] == ["Something else."]


def test_other_settings_do_not_mix(tmp_path: Path) -> None:
    path = labels(tmp_path / "a.json", one=["A cat sits."])
    assert build(config(tmp_path / "out", path, Plain())) == 0
    with pytest.raises(UserError, match="seed: was 0, is now 1"):
        build(config(tmp_path / "out", path, Plain(), seed=1))
    assert build(config(tmp_path / "out", path, Plain(), seed=1), overwrite=True) == 0


def test_nothing_kept_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = labels(tmp_path / "a.json", v_drops=["A cat sits."])
    assert build(config(tmp_path / "out", path, Rough(), Plain())) == 1
    assert "Nothing was kept (too_odd 1)" in capsys.readouterr().out
    assert [row["reason"] for row in rows(tmp_path / "out", "rejects")] == ["too_odd"]
    assert build(config(tmp_path / "out", path, Rough(), Plain())) == 1, "also when there is nothing to do"


def test_an_interrupt_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from vdata.pipelines.run import ray_run, remaining

    real: Callable[..., Any] = ray_run.run_chain

    def interrupted(*args: Any) -> Any:
        yield next(real(*args))
        raise KeyboardInterrupt

    path = labels(tmp_path / "a.json", **{f"v{n}": ["It moves."] for n in range(9)})
    made = config(tmp_path / "out", path, Plain())
    with monkeypatch.context() as patch:
        patch.setattr(remaining, "LABEL_UNIT", 3)
        patch.setattr(ray_run, "run_chain", interrupted)
        assert build(made) == 130
    assert "3 of 9 videos are safe" in capsys.readouterr().err
    assert build(made) == 0
    assert summary(tmp_path / "out")["kept"] == 9
