"""Builds whose teacher replies in batches: killed, interrupted, and gone on with."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import film_teacher
import killing
import pytest
from batch_server import BatchServer
from inline import without_ray
from killing import Child
from openai_server import Server

from vdata.cli import run
from vdata.pipelines.run import remaining
from vdata.pipelines.teachers.batch_notes import BatchNote, BatchNotes

VIDEOS = 40
CONFIG = """
labels: [{{kind: table, path: {home}/labels.csv, lane: events}}]
teachers: {{t: {{kind: openai, model: scripted, base_url: "{url}", api_key: none, {more}}}}}
stages:
  - questions: {{from: [events], tasks: [what]}}
  - reason: {{}}
  - verify: {{checks: [label, rationale]}}
cache: {home}/cache-{name}
output: {{path: {home}/{name}}}
"""
BATCHES = "batch: true, batch_wait: 1.5, batch_poll: 0.1, price: {input: 2, output: 2}, retries: 3"


def _labels(folder: Path) -> None:
    with (folder / "labels.csv").open("w", newline="") as file:
        rows = [
            (f"v{v:02d}.mp4", 5 * n, 5 * n + 4, f"Thing {n} of film {v} is done.")
            for v in range(VIDEOS)
            for n in range(3)
        ]
        csv.writer(file).writerows([("video", "start", "end", "text"), *rows])


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """``build(server, name)``: a build that has begun."""
    _labels(tmp_path)
    stages = killing.register(tmp_path / "stages")
    begun: list[Child] = []

    def begin(server: Server, name: str = "out", more: str = BATCHES) -> Child:
        config = tmp_path / f"{name}.yaml"
        config.write_text(CONFIG.format(home=tmp_path, url=server.url, more=more, name=name))
        begun.append(Child(config, tmp_path / name, stages))
        return begun[-1]

    yield begin
    for child in begun:
        child.end()


def until(true: Callable[[], object], child: Child) -> None:
    end = time.monotonic() + 300
    while not true():
        assert time.monotonic() < end
        assert child.alive, child.said()
        time.sleep(0.02)


def _killer(child: Child, verb: str, times: int, kinds: tuple[str, ...], seen: list[str]) -> Callable[[str], None]:
    """Kills *kinds* of the processes of *child* when *verb* is heard for so many *times*."""
    left = [times]

    def heard(what: str) -> None:
        left[0] -= what == verb
        if what == verb and left[0] == 0:
            seen.append(verb)
            child.kill(*kinds)

    return heard


@pytest.mark.slow
def test_a_build_that_is_killed_again_and_again_puts_no_request_into_two_batches(
    build: Callable[..., Child], tmp_path: Path
) -> None:
    """Killed when a file is uploaded, when a batch is made and nobody knows its id, while one runs, while its replies
    come: the driver alone, whose workers live on for a while, or everything. Then as if nothing had happened."""
    kills = [
        ("upload", 1, ()),
        ("create", 1, ()),
        ("see", 4, ("driver",)),
        ("content", 1, ()),
        ("create", 1, ("driver",)),
    ]
    seen: list[str] = []
    with BatchServer(answer=film_teacher.answer, seconds=2.0) as server:
        for verb, times, kinds in kills:
            child = build(server)
            server.heard = _killer(child, verb, times, kinds, seen)
            assert child.wait(300) == -signal.SIGKILL, child.said()
            server.heard = str
        last = build(server)
        assert last.wait(300) == 0, last.said()
    assert len(seen) == len(kills)
    assert set(server.asked.values()) == {1}
    assert len(server.asked) == server.counters.calls
    with Server(answer=film_teacher.answer) as plain:
        other = build(plain, "plain", "price: {input: 1, output: 1}")
        assert other.wait(300) == 0, other.said()
    assert killing.logical(last.out) == killing.logical(other.out)
    assert len(server.asked) == plain.counters.calls
    assert not (last.out / ".vdata" / "batches").exists()
    spent = [json.loads((one.out / "build.json").read_text())["teachers"]["t"] for one in (last, other)]
    dollars = [sum(one["dollars"] for one in purposes.values()) for purposes in spent]
    assert dollars[0] <= dollars[1] * 1.000001, "half of twice the price; what came when all was killed is not known"


def test_a_build_in_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch, unit=VIDEOS)
    monkeypatch.setattr(remaining, "SLOW_UNIT", VIDEOS)
    monkeypatch.setattr(remaining.Remaining, "_few", lambda self, rows: VIDEOS)
    _labels(tmp_path)
    config, out = tmp_path / "my.yaml", tmp_path / "out"
    with BatchServer(answer=film_teacher.answer) as server:
        more = BATCHES.replace("1.5", "0.3")
        config.write_text(CONFIG.format(home=tmp_path, url=server.url, more=more, name="out"))
        assert run(["build", str(config)]) == 0
        assert server.sizes[0] == VIDEOS, "what one stage asks of all videos is one batch"
        assert set(server.asked.values()) == {1}
        assert server.files == {}
        record = json.loads((out / "build.json").read_text())
        lines = record["teachers"]["t"].values()
        assert sum(one["calls"] for one in lines) == len(server.asked)
        tokens = sum(one["tokens_in"] + one["tokens_out"] for one in lines)
        assert sum(one["dollars"] for one in lines) == pytest.approx(tokens * 2 / 1e6 / 2)
        assert not (out / ".vdata" / "batches").exists()
        notes = BatchNotes(out / ".vdata" / "batches")
        notes.write(BatchNote("http://there/v1", "scripted", "file-1", ["a", "b"], batch="batch_7"))
        made = len(server.sizes)
        assert run(["build", str(config), "--overwrite"]) == 0
        assert len(server.sizes) == made, "the replies are kept as any others are"
    (notes.folder / "other.json").write_text("{")
    capsys.readouterr()
    assert run(["doctor", str(out)]) == 1
    said = capsys.readouterr().out.replace("\n", " ")
    assert "1 batch goes on at the provider: batch_7 (2 requests to scripted, since" in said, "a build anew keeps notes"
    assert "other.json: it is damaged" in said


@pytest.mark.slow
def test_an_interrupted_build_says_what_goes_on_and_the_next_one_takes_it(build: Callable[..., Child]) -> None:
    with BatchServer(answer=film_teacher.answer, ends=["never"]) as server:
        child = build(server)
        until(lambda: server.made, child)
        time.sleep(2.0)
        os.kill(child.pid, signal.SIGTERM)
        assert child.wait(60) == 143
        said = child.said()
        assert re.search(
            r"1 batch goes on at the provider: batch_0 \(40 requests to scripted, since \S+ \S+\)\. "
            r"The same command takes its replies; none is asked twice\.\n",
            said,
        ), said
        assert "Traceback" not in said
        assert child.gone_within(60) == {}
        server.finish()
        again = build(server)
        assert again.wait(300) == 0, again.said()
    assert set(server.asked.values()) == {1}
    assert server.sizes[0] == 40, "what one stage asks of all videos is one batch"
    made = json.loads((again.out / "build.json").read_text())
    calls = sum(one["calls"] for one in made["teachers"]["t"].values())
    assert calls == len(server.asked), "each is counted once, by the run that took its reply"
    tokens = sum(one["tokens_in"] + one["tokens_out"] for one in made["teachers"]["t"].values())
    dollars = sum(one["dollars"] for one in made["teachers"]["t"].values())
    assert dollars == pytest.approx(tokens * 2 / 1e6 / 2)
