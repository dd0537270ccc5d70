"""Ctrl-C and SIGTERM, with real signals: once, five times, while Ray starts, asks and ends."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import killing
import openai_server
import pytest
from killing import Child

from vdata.pipelines.interrupts import Interrupted, exit_status

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


def test_exit_statuses() -> None:
    error = RuntimeError()
    error.__cause__ = Interrupted(signal.SIGTERM)
    assert (exit_status(error), exit_status(KeyboardInterrupt()), exit_status(None)) == (143, 130, 130)


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
        "stages: [questions: {from: [events], tasks: [what]}]\n"
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


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "times", "group", "status"),
    [(signal.SIGTERM, 1, False, 143), (signal.SIGINT, 5, True, 130), (signal.SIGTERM, 5, True, 143)],
)
def test_a_build_that_asks(
    build: Callable[[str], Child], slow: str, number: int, times: int, group: bool, status: int
) -> None:
    """Nothing but a line is said, and the same command ends the build. In a terminal Ctrl-C reaches the whole group."""
    child = build(slow)
    until(asking(slow))
    for _ in range(times):
        (os.killpg if group else os.kill)(child.pid, number)
        time.sleep(0.1)
    assert child.wait(60) == status
    assert re.fullmatch(INTERRUPTED, child.said()), child.said()
    assert child.gone_within(30) == {}
    again = build(slow)
    assert again.wait(300) == 0, again.said()
    assert killing.funnel(again.out)["funnel"][1]["rows"] == VIDEOS


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0])
def test_a_build_that_starts_ray(build: Callable[[str], Child], slow: str, seconds: float) -> None:
    child = build(slow)
    until(lambda: "Starting Ray" in child.said())
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGTERM)
    assert child.wait(60) == 143
    assert re.fullmatch(INTERRUPTED, child.said()), child.said()
    assert child.gone_within(30) == {}


@pytest.mark.slow
def test_a_build_that_ends_ray(build: Callable[[str], Child]) -> None:
    """A signal at whatever moment of the end: the build is done, or goes on, and nothing but lines is said."""
    with openai_server.running(answer="film_teacher:answer") as url:
        for n in range(4):
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
