"""Builds that compare vectors over all videos: what is kept and sorted, in any order, in any units, and after kills."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import killing
import pyarrow.parquet as pq
import pytest
import yaml
from exact_embedder import COLOURS, vector
from inline import without_ray
from killing import Child
from openai_server import Server

from vdata.cli import run
from vdata.pipelines.run.remaining import Remaining, vector_pieces
from vdata.pipelines.run.unit import Pass
from vdata.pipelines.storage.parts import Outcome, Part, Parts
from vdata.schemas import Span, Timeline
from vdata.schemas.arrow import timelines_table
from vdata.schemas.input_video import Source
from vdata.schemas.vectors import pack
from vdata.stages.keep.keep import Keep

NAMES = list(COLOURS)[:5]
COUNT = 24
KILLS = 5
LONG = 600.0


def name_of(body: dict[str, Any]) -> str:
    """The colour that stands first in a request for a name."""
    found = re.search(r"\n- (\w+)", json.dumps(body["messages"]).replace("\\n", "\n"))
    return json.dumps({"name": f"{found[1]} things" if found else "things"})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(embed=vector, answer=name_of) as one:
        yield one


def config(folder: Path, server: Server, *, turned: bool = False, count: int = COUNT) -> Path:
    """Videos of three events each, of which every fourth is the copy of one before, in other order of words."""
    rows: list[dict[str, Any]] = []
    for n in range(count):
        source = n - 3 if n % 4 == 3 else n
        for k in range(3):
            words = f"{NAMES[(source + k) % 5]} thing{source} part{k}".split()
            text = " ".join(words[::-1] if source != n else words)
            rows.append({"video": f"v{n:03d}", "duration": 30, "start": 10 * k, "end": 10 * k + 8 - (n % 4) / 10}
                        | {"text": text})  # fmt: skip
    labels = folder / f"labels{turned}.jsonl"
    videos = sorted({row["video"] for row in rows}, reverse=turned)
    ordered = [row for video in videos for row in rows if row["video"] == video]
    labels.write_text("".join(json.dumps(row) + "\n" for row in ordered))
    path = folder / f"config{turned}.yaml"
    path.write_text(
        yaml.safe_dump(
            {
                "labels": [{"kind": "table", "path": str(labels), "lane": "events"}],
                "teachers": {
                    "eyes": {"kind": "embed", "model": "scripted", "base_url": server.url},
                    "writer": {"kind": "openai", "model": "scripted", "base_url": server.url},
                },
                "stages": [
                    {"embed": {"of": "events", "what": "text", "teacher": "eyes"}},
                    {"keep": {"of": "events", "distinct": {"distance": 0.02, "by": "seconds"}}},
                    {"clusters": {"of": "events", "count": 5, "name_by": "texts", "teacher": "writer"}},
                    {"keep": {"of": "events", "balance": {"by": "cluster", "total": 20}}},
                    {"keep": {"of": "events", "diverse": {"count": 15}}},
                    {"tasks": {"per_task": 2}},
                ],
                "output": {"path": str(folder / "out")},
                "cache": str(folder / "cache"),
            }
        )
    )
    return path


def rows(out: Path, table: str) -> list[dict[str, Any]]:
    return [row for path in sorted((out / table).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def kept_and_named(out: Path, told: str, count: int) -> None:
    """See that the copies are gone, that clusters bear the names of their members, and that counts are met."""
    left = 3 * (count - count // 4)
    total = min(20, left)
    assert f"clusters: {left} spans of events in 5 clusters" in told
    assert f"{total} are kept" in told
    rejects = rows(out, "rejects")
    alike = [one for one in rejects if one["reason"] == "alike"]
    assert {one["uri"] for one in alike} == {f"v{n:03d}" for n in range(3, count, 4)}, "the copies, which are shorter"
    assert len(alike) == 3 * count // 4
    assert sum(one["reason"] == "not_diverse" for one in rejects) == total - 15
    spans = [span for row in rows(out, "timelines") for span in row["lane_events"]]
    assert len(spans) == 15
    for span in spans:
        attrs = {one["name"]: one["value"] for one in span["attrs"]}
        assert attrs["cluster_name"] == f"{span['text'].split()[0]} things"


def test_vectors_are_read_from_the_parts_of_the_pass_before(tmp_path: Path) -> None:
    spans = [Span(0, 1, vector=pack([3, 4])), Span(1, 2), Span(2, 3, vector=pack([1, 0]))]
    video = Timeline("a.mp4", "a", lanes={"shots": spans})
    work = Pass(1, [], [], ["shots"], tmp_path, tmp_path, tmp_path, 0, tmp_path, tmp_path)
    before = Parts(tmp_path / "0").commit(
        Part("p", [], vectors={"shots": 2}), {"timelines": timelines_table([video], ["shots"])}
    )
    (piece,) = vector_pieces(work, [before, Part("q", [])], "shots")
    assert piece.spans == [("a", 0), ("a", 2)]
    assert piece.vectors.tolist() == [[pytest.approx(0.6, abs=1e-3), pytest.approx(0.8, abs=1e-3)], [1, 0]]


def test_what_was_said_is_kept_for_the_next_run(tmp_path: Path) -> None:
    spans = [Span(n, n + 1, vector=pack([3, 4])) for n in range(3)]
    video, stage = Timeline("a.mp4", "a", lanes={"shots": spans}), Keep.model_validate({"of": "shots", "distinct": {}})
    work = Pass(1, [stage], ["keep"], ["shots"], tmp_path / "parts", tmp_path, tmp_path, 0, tmp_path, tmp_path)
    source = Source("a.mp4", "a.mp4")
    kept = [Outcome(source.fingerprint, "a.mp4", "a", "kept")]
    part = Part("p", kept, vectors={"shots": 2}, digests=[["a", stage.digest(video)]])
    tables = {"timelines": timelines_table([video], ["shots"])}
    before = [Parts(tmp_path / "parts" / "0").commit(part, tables)]

    def said(parts: list[Part]) -> dict[str, Any]:
        (unit,) = Remaining([source], slow=False, opens=False, processors=1).later(work, parts)[1]
        return unit.verdicts

    first = said(before)
    assert len(first["a"]["out"]) == 2
    before[0].digests.clear()
    assert said(before) == json.loads(json.dumps(first)), "nothing is compared again"
    before[0].files["timelines"]["sha256"] = "another"
    assert said(before) == {}, "what has changed is compared anew"


@pytest.mark.slow
def test_copies_go_clusters_are_named_and_counts_are_met(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    assert run(["build", str(config(tmp_path, server, count=8)), "--out", str(tmp_path / "one")]) == 0
    kept_and_named(tmp_path / "one", capsys.readouterr().out, 8)


@pytest.mark.slow
def test_the_same_rows_in_any_order_and_any_units(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch, unit=5)
    assert run(["build", str(config(tmp_path, server)), "--out", str(tmp_path / "one")]) == 0
    kept_and_named(tmp_path / "one", capsys.readouterr().out, COUNT)
    without_ray(monkeypatch, unit=1)
    assert run(["build", str(config(tmp_path, server, turned=True)), "--out", str(tmp_path / "other")]) == 0
    one, other = (killing.logical(tmp_path / name) for name in ("one", "other"))
    assert one["rejects"] == other["rejects"]
    assert one["data"] == other["data"]


def test_a_lane_without_vectors_is_said_before_any_video_is_read(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    made = yaml.safe_load(config(tmp_path, server).read_text())
    del made["stages"][0]
    made["stages"][-2]["keep"]["diverse"]["by"] = "x"
    path = tmp_path / "wrong.yaml"
    path.write_text(yaml.safe_dump(made))
    assert run(["check", str(path)]) == 2
    said = capsys.readouterr().err
    assert "vectors" in said
    assert "by" in said


@pytest.mark.slow
def test_five_kills_leave_the_rows_of_a_build_that_was_not_killed(tmp_path: Path, server: Server) -> None:
    stages = killing.register(tmp_path / "stages")
    path = config(tmp_path, server, count=60)
    clean = Child(path, tmp_path / "clean", stages)
    assert clean.wait(LONG) == 0, clean.said()
    out = tmp_path / "killed"
    for number in range(KILLS):
        plan = {"under": [str(out)], "state": str(tmp_path / f"state{number}"), "do": "kill_all", "at": 14 + 9 * number}
        child = Child(path, out, stages, [plan])
        assert child.wait(LONG) != 0, f"kill {number}: the build ended before it"
        child.end()
    last = Child(path, out, stages)
    assert last.wait(LONG) == 0, last.said()
    assert killing.logical(out) == killing.logical(tmp_path / "clean")
    assert killing.funnel(out)["rejects"] == killing.funnel(tmp_path / "clean")["rejects"]
