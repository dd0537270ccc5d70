"""Ctrl-C and SIGTERM, with real signals: once, five times, while Ray starts, asks and ends."""

from __future__ import annotations

import csv
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import killing
import openai_server
import pytest
from killing import Child

from vdata.pipelines.interrupts import Interrupted, Listener, exit_status
from vdata.pipelines.run import ray_run

pytestmark = pytest.mark.skipif(not hasattr(signal, "sigwait"), reason="signals are not waited for here")

PROGRAM = """
import ctypes, signal, subprocess, time
from vdata.pipelines.interrupts import LISTENER, exit_status
LISTENER.start()
LISTENER.last_words = "Go on."
ctypes.CDLL(None).signal(signal.SIGTERM, 0)  # as Ray's C++ does when it ends
status = 0
try:
    with LISTENER.held():
        print("ready", flush=True)
        HELD
    MORE
    time.sleep(60)
except KeyboardInterrupt as interrupted:
    status = exit_status(interrupted)
    print("once", flush=True)
    CLEAN
LISTENER.end(status)
"""


def run(signals: Sequence[int], *, held: str = "", clean: str = "", more: str = "") -> tuple[int, str]:
    """The exit status of PROGRAM, and what it says, when it gets *signals* as soon as it is ready."""
    code = PROGRAM.replace("HELD", held or "pass").replace("CLEAN", clean or "pass").replace("MORE", more or "pass")
    # In a terminal Ctrl-C is heard; the tests may run where it is ignored, which children inherit.
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    child = subprocess.Popen(
        [sys.executable, "-c", start + code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    for number in signals:
        child.send_signal(number)
        time.sleep(0.02)
    said = child.communicate(timeout=60)[0]
    return child.returncode, said


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_is_raised_once_whatever_has_become_of_its_handler(number: int, status: int) -> None:
    begun = time.monotonic()
    assert run([number] * 5, clean="time.sleep(0.4); print('cleaned')") == (status, "once\ncleaned\n")
    assert time.monotonic() - begun < 30, "it does not wait for the end of the sleep"


def test_what_is_held_is_not_broken_off() -> None:
    assert run([signal.SIGTERM] * 3, held="time.sleep(0.5); print('whole')") == (143, "whole\nonce\n")


def test_who_insists_ends_the_program_at_once_and_is_told_how_to_go_on() -> None:
    status, said = run([signal.SIGTERM] + [signal.SIGINT] * 70, held="time.sleep(60)")
    assert (status, said) == (143, "\nGo on.\n")


def test_children_hear_signals() -> None:
    """Ray starts its processes with a preexec_fn, and ends them with SIGTERM."""
    child = "subprocess.Popen(['sleep', '60'], preexec_fn=lambda: None)"
    held = f"child = {child}; child.terminate(); print(child.wait())"
    assert run([signal.SIGINT], held=held) == (130, f"{-signal.SIGTERM}\nonce\n")


def test_what_is_raised_in_a_finalizer_is_raised_again() -> None:
    late = "type('Late', (), {'__del__': lambda self: time.sleep(0.5)})()"
    assert run([signal.SIGTERM], held=f"late = {late}", more="del late") == (143, "once\n")


IN_A_LIBRARY = """
import os, signal, sys, time
from pydantic import BaseModel, field_serializer
from vdata import cli

class Slow(BaseModel):
    x: int = 0

    @field_serializer("x")
    def wait(self, x):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

@cli.commands.command()
def dump():
    Slow().model_dump()

sys.argv = ["vdata", "dump"]
cli.main()
"""


def test_what_a_library_makes_another_error_of_is_an_interruption_still() -> None:
    """pydantic says `PydanticSerializationError` of whatever is raised while it calls a function."""
    ended = subprocess.run([sys.executable, "-c", IN_A_LIBRARY], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (143, "Interrupted.\n")


def test_a_main_thread_that_was_not_woken_is_woken_again() -> None:
    """A signal that comes just before a thread begins to sleep ends no sleep."""
    lost = """
import os, signal, sys, time
from vdata import cli

kill, kills = signal.pthread_kill, []
signal.pthread_kill = lambda *args: kill(*args) if kills else kills.append(args)

@cli.commands.command()
def wait():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)

sys.argv = ["vdata", "wait"]
cli.main()
"""
    ended = subprocess.run([sys.executable, "-c", lost], capture_output=True, text=True, timeout=50)
    assert (ended.returncode, ended.stderr) == (143, "\nInterrupted.\n")


def test_exit_statuses() -> None:
    error = RuntimeError()
    error.__cause__ = Interrupted(signal.SIGTERM)
    assert (exit_status(error), exit_status(KeyboardInterrupt()), exit_status(None)) == (143, 130, 130)


def test_a_signal_that_ends_ray_as_well_is_what_stops_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that ends a job sends a signal to each of its processes, and Ray's may be the first to go."""
    monkeypatch.setattr(ray_run, "dead_process", lambda: "raylet")
    monkeypatch.setattr(ray_run, "stop", lambda: None)
    for found in (queue.Empty(), OSError("the raylet is gone")):
        listener = Listener()
        monkeypatch.setattr(ray_run, "LISTENER", listener)
        with pytest.raises(Interrupted) as raised:
            ray_run.next_result(Late(listener, found), str)
        assert exit_status(raised.value) == 143
    monkeypatch.setattr(ray_run, "LISTENER", Listener())
    with pytest.raises(ray_run.BuildStopped, match="raylet process died"):
        ray_run.next_result(Late(None, queue.Empty()), str)


class Late(queue.SimpleQueue[Any]):
    """Results of a Ray that dies; *listener* hears a signal a moment before that is seen."""

    def __init__(self, listener: Listener | None, found: Exception) -> None:
        self.listener, self.found = listener, found

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if self.listener is not None:
            self.listener._first = signal.SIGTERM, time.monotonic()
        if isinstance(self.found, queue.Empty):
            raise self.found
        return self.found


# Whole builds

VIDEOS = 24


@pytest.fixture
def slow() -> Iterator[str]:
    """The address of a teacher that takes 10 seconds for each of its first four replies."""
    with openai_server.running(queue=["slow"] * 4, answer="film_teacher:answer") as url:
        yield url


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Callable[[str], Child]]:
    """``build(url)``: a build that has begun, with a teacher at *url*; what is left of it at the end is ended."""
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        rows = [
            (f"v{v:02d}.mp4", 5 * n, 5 * n + 4, f"Thing {n} of film {v} is done.")
            for v in range(VIDEOS)
            for n in range(3)
        ]
        csv.writer(file).writerows([("video", "start", "end", "text"), *rows])
    (tmp_path / "config.yaml").write_text(
        f"labels: [{{kind: table, path: {tmp_path}/labels.csv, lane: events}}]\n"
        'teachers: {t: {kind: openai, model: scripted, base_url: "${URL}", api_key: none, concurrency: 4}}\n'
        "stages: [questions: {from: [events], tasks: [what]}, verify: {checks: [rules], captions: []}]\n"
        f"cache: {tmp_path}/cache\noutput: {{path: {tmp_path}/out}}\n"
    )
    stages = killing.register(tmp_path / "stages")
    begun: list[Child] = []

    def begin(url: str) -> Child:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("URL", url)
            begun.append(Child(tmp_path / "config.yaml", tmp_path / "out", stages))
        return begun[-1]

    yield begin
    for child in begun:
        child.end()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + 300
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def asking(url: str) -> Callable[[], bool]:
    return lambda: openai_server.counters(url)["in_flight"] >= 4


INTERRUPTED = (
    r"Starting Ray …\n(\d+/\d+ videos; .*\n)*"
    r"Interrupted\. 0 of 24 videos are safe in \S+/out; the same command goes on from there\.\n"
)


RAYS = ("raylet", "gcs", "worker", "actor")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "times", "send", "status"),
    [(signal.SIGTERM, 1, os.kill, 143), (signal.SIGINT, 5, os.killpg, 130), (signal.SIGTERM, 5, os.killpg, 143)],
)
def test_a_build_that_asks(
    build: Callable[[str], Child],
    slow: str,
    number: int,
    times: int,
    send: Callable[[int, int], None],
    status: int,
) -> None:
    """Nothing but a line is said, and the same command ends the build. In a terminal Ctrl-C reaches the whole group."""
    child = build(slow)
    until(asking(slow))
    for _ in range(times):
        send(child.pid, number)
        time.sleep(0.1)
    assert child.wait(60) == status, child.said()
    assert re.fullmatch(INTERRUPTED, child.said()), child.said()
    assert child.gone_within(30) == {}
    again = build(slow)
    assert again.wait(300) == 0, again.said()
    assert killing.funnel(again.out)["funnel"][1]["rows"] == VIDEOS


@pytest.mark.slow
def test_what_is_sent_to_the_group_of_a_build_does_not_end_its_ray(build: Callable[[str], Child], slow: str) -> None:
    child = build(slow)
    until(asking(slow))
    groups = {kind: {os.getpgid(pid) for pid, one in child.processes().items() if one == kind} for kind in RAYS}
    assert all(groups.values()), groups
    assert child.pid not in set().union(*groups.values()), groups
    child.kill("driver")
    assert child.gone_within(60) == {}


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0])
def test_a_build_that_starts_ray(build: Callable[[str], Child], slow: str, seconds: float) -> None:
    child = build(slow)
    until(lambda: "Starting Ray" in child.said())
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGTERM)
    assert child.wait(60) == 143, child.said()
    assert re.fullmatch(INTERRUPTED, child.said()), child.said()
    assert child.gone_within(30) == {}


@pytest.mark.slow
def test_a_build_that_ends_ray(build: Callable[[str], Child], tmp_path: Path) -> None:
    """A signal at whatever moment of the end: the build is done, or goes on, and nothing but lines is said."""
    with openai_server.running(answer="film_teacher:answer") as url:
        for n in range(4):
            shutil.rmtree(tmp_path / "out", ignore_errors=True)  # else it would not be the end that is met
            child = build(url)
            until(lambda: len(list(child.out.glob(".vdata/parts/*/[!.]*.json"))) >= 6 or not child.alive)  # noqa: B023
            time.sleep(0.4 * n)
            for _ in range(5):
                if child.alive:
                    os.kill(child.pid, signal.SIGTERM)
                time.sleep(0.05)
            status = child.wait(60)
            assert status in (0, 143), child.said()
            assert "Traceback" not in child.said()
            assert "SIGTERM" not in child.said()
            child.gone_within(30)
        last = build(url)
        assert last.wait(300) == 0, last.said()
    assert killing.funnel(last.out)["funnel"][1]["rows"] == VIDEOS
