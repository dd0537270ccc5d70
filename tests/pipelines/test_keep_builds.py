"""Builds with ``keep`` over the corpus: the same spans and rejects in any order, in any units, and after a kill."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from inline import without_ray

from vdata.cli import run
from vdata.pipelines.build import run_build
from vdata.pipelines.run import ray_run
from vdata.pipelines.run.in_process import run_chain_here
from vdata.pipelines.settings.config import Config
from vdata.stages.instruct.by_rule.tasks import Tasks
from vdata.stages.keep.keep import Keep
from vdata.stages.labels.kinds.table import Table

TOPICS = ["cook", "cook", "run", "cook", "swim", "run"]
NAMES = [f"v{n}" for n in range(9)]
BALANCE = Keep(of="events", where={"seconds": {"min": 2}}, balance={"by": "topic", "count": 4})


def build(folder: Path, *stages: Any, names: list[str] = NAMES, out: str = "out") -> Path:
    """A build of label-only rows: six events in each video, of which the last is short."""
    rows = [
        {"video": name, "duration": 40, "start": 5 * n, "end": 5 * n + (1 if n == 5 else 4), "text": f"{name} {n}."}
        | {"topic": topic, "luck": (7 * n + 3 * int(name[1:])) % 11}
        for name in names
        for n, topic in enumerate(TOPICS)
    ]
    labels = folder / f"{out}.jsonl"
    labels.write_text("".join(json.dumps(row) + "\n" for row in rows))
    config = Config(
        labels=[Table(path=str(labels), lane="events")],
        stages=[*stages, Tasks(per_task=2)],
        output={"path": folder / out},
        cache=folder / "cache",
    )
    run_build(config, limit=None, address=None, overwrite=False)
    return folder / out


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    found = [row for path in sorted((out / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    return sorted(found, key=lambda row: json.dumps([row["uri"], row.get("span"), row.get("start")]))


def kept(out: Path) -> dict[str, list[float]]:
    return {row["uri"]: [span["start"] for span in row["lane_events"]] for row in rows(out, "timelines")}


def test_so_many_of_each_over_the_corpus_whatever_the_order_and_the_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    out = build(tmp_path, BALANCE)
    assert (out / "README.md").is_file()
    told = capsys.readouterr().out
    assert "keep: 3 values of topic, of each at most 4." in told
    topics = Counter(
        {one["name"]: one["value"] for one in span["attrs"]}["topic"]
        for row in rows(out, "timelines")
        for span in row["lane_events"]
    )
    rejects = [row for row in rows(out, "rejects") if row["stage"] == "keep"]
    reasons = Counter(row["reason"] for row in rejects)
    assert reasons == {"seconds_too_low": 9, "topic_over_balance": 45 - 12}
    lost = [row["uri"] for row in rows(out, "rejects") if row["reason"] == "no_sample"]
    assert max(topics.values()) <= 4
    cook = next(row for row in rejects if "cook" in row["detail"])
    assert (cook["value"], cook["threshold"]) == (27.0, 4.0)
    assert cook["detail"] == "topic 'cook' is had by 27 spans of events, of which 4 are kept"
    without_ray(monkeypatch, unit=1)
    other = build(tmp_path, BALANCE, names=NAMES[::-1], out="other")
    assert kept(other) == kept(out)
    assert rows(other, "rejects") == rows(out, "rejects")
    assert set(lost) | kept(out).keys() == set(NAMES)


def test_what_was_killed_goes_on_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Keep(of="events", top={"by": "luck", "share": 0.3})
    without_ray(monkeypatch, unit=2)
    out = build(tmp_path, stage)

    def dies(*args: Any) -> Any:
        for n, part in enumerate(run_chain_here(*args)):
            if n == 2:
                raise KeyboardInterrupt
            yield part

    for number in (1, 2):
        monkeypatch.setattr(ray_run, "run_chain", dies)
        build(tmp_path, stage, out="killed")
        assert f"Interrupted in pass {number} of 2." in capsys.readouterr().err
        assert not (tmp_path / "killed" / "README.md").exists()
    monkeypatch.setattr(ray_run, "run_chain", run_chain_here)
    again = build(tmp_path, stage, out="killed")
    assert kept(again) == kept(out)
    assert rows(again, "rejects") == rows(out, "rejects")
    assert sum(row["stage"] == "keep" for row in rows(out, "rejects")) == 54 - round(0.3 * 54)


def test_closing_lines_and_the_story_of_a_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    stages = [Keep(of="events", where={"luck": {"min": 6}}), Keep(of="events", where={"seconds": {"max": 9}})]
    out = build(tmp_path, *stages)
    told = capsys.readouterr().out
    assert "keep#2: nothing was dropped, of " in told
    assert run(["why", str(out), "v0"]) == 0
    story = capsys.readouterr().out
    assert "luck_too_low" in story
    assert "luck 0, at least 6" in story
