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
from killing import Child
from openai_server import Server

VIDEOS = 40
CONFIG = """
labels: [{{kind: table, path: {home}/labels.csv, lane: events}}]
teachers: {{t: {{kind: openai, model: scripted, base_url: "{url}", api_key: none, {more}}}}}
stages:
  - questions: {{from: [events], tasks: [what]}}
  - verify: {{teacher: t}}
cache: {home}/cache-{name}
output: {{path: {home}/{name}}}
"""
BATCHES = "batch: true, batch_wait: 1.5, batch_poll: 0.1, price: {input: 2, output: 2}, retries: 3"


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """``build(server, name)``: a build that has begun."""
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        rows = [
            (f"v{v:02d}.mp4", 5 * n, 5 * n + 4, f"Thing {n} of film {v} is done.")
            for v in range(VIDEOS)
            for n in range(3)
        ]
        csv.writer(file).writerows([("video", "start", "end", "text"), *rows])
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
    with BatchServer(answer=film_teacher.answer, seconds=1.0) as server:
        for verb, times, kinds in kills:
            child = build(server)
            left = [times]

            def heard(what: str, child: Child = child, verb: str = verb, left: list[int] = left, kinds=kinds) -> None:
                if what == verb and left[0] > 0:
                    left[0] -= 1
                    if left[0] == 0:
                        seen.append(f"{verb}: {sorted(child.processes().values()).count('actor')}")
                        child.kill(*kinds)

            server.heard = heard
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
            r"1 batch goes on at the provider: batch_0 \(120 requests to scripted, since \S+ \S+\)\. "
            r"The same command takes its replies; none is asked twice\.\n",
            said,
        ), said
        assert "Traceback" not in said
        server.finish()
        again = build(server)
        assert again.wait(300) == 0, again.said()
    assert set(server.asked.values()) == {1}
    assert server.sizes[0] == 120, "what one stage asks of all videos is one batch"
    made = json.loads((again.out / "build.json").read_text())
    calls = sum(one["calls"] for one in made["teachers"]["t"].values())
    assert calls == len(server.asked), "each is counted once, by the run that took its reply"
    tokens = sum(one["tokens_in"] + one["tokens_out"] for one in made["teachers"]["t"].values())
    dollars = sum(one["dollars"] for one in made["teachers"]["t"].values())
    assert dollars == pytest.approx(tokens * 2 / 1e6 / 2)
