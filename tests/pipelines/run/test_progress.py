"""The progress: what workers say they are at, the facts that are made of it, and how they look."""

from __future__ import annotations

import io
import json
import os
import re
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from vdata.pipelines.run import progress as shown
from vdata.pipelines.run.live import FOLDER, STALE, AtWork, LiveFile, begin, clear, look
from vdata.pipelines.run.progress import LOG, Progress, Watched
from vdata.pipelines.run.progress_text import plain_line, table, teacher_words
from vdata.pipelines.storage.parts import Outcome, Part
from vdata.pipelines.teachers.teacher_counts import TeacherCounts
from vdata.pipelines.teachers.teacher_errors import TeacherError
from vdata.pipelines.teachers.teacher_settings import Budget
from vdata.schemas.build_record import Usage
from vdata.schemas.stage_share import expect_replies, reply_came, tell_share


@pytest.fixture
def worker(tmp_path: Path) -> LiveFile:
    """A process that has asked a teacher, and has two videos in hand."""
    begin(tmp_path)
    live = LiveFile(tmp_path)
    counts = TeacherCounts(12, 9, 2, 3000, 400, 0.25, 5, {"HTTP 429": 1})
    live.teachers = lambda: {"t": counts}
    return live


def in_hand(live: LiveFile) -> None:
    """Write the file of *live* while a video is in its second stage of two, and another one in its first."""
    with live.unit() as rows:
        rows += [AtWork("a/one.mp4?token=hidden", 2), AtWork("a/two.mp4", 2)]
        with rows[0].step("scan"):
            pass
        with rows[0].step("questions"), rows[1].step("scan"):
            rows[0].begun -= 42
            live.write()


def test_what_workers_are_at_is_read_and_added_up(worker: LiveFile, tmp_path: Path) -> None:
    in_hand(worker)
    other = LiveFile(tmp_path)
    other.teachers = lambda: {"t": TeacherCounts(calls=3, replies=1, errors={"HTTP 429": 1, "time-out": 1})}
    other.write()
    now = look(tmp_path)
    assert [(one.video, one.stage, one.passed) for one in now.rows] == [
        ("a/one.mp4", "questions", ["scan"]),
        ("a/two.mp4", "scan", []),
    ]
    assert now.fraction == 0.5
    assert now.teachers["t"] == TeacherCounts(15, 10, 2, 3000, 400, 0.25, 5, {"HTTP 429": 2, "time-out": 1})
    assert [one.video for one in now.slowest(1)] == ["a/one.mp4"]


def test_a_worker_that_has_died_counts_for_what_it_paid(worker: LiveFile, tmp_path: Path) -> None:
    in_hand(worker)
    old = time.time() - 2 * STALE
    os.utime(worker.path, (old, old))
    (tmp_path / FOLDER / "damaged.json").write_text('{"rows": [')
    now = look(tmp_path)
    assert (now.rows, now.teachers["t"].calls, now.teachers["t"].in_flight) == ([], 12, 0)
    clear(tmp_path)
    assert look(tmp_path).teachers == {}


def test_a_file_that_cannot_be_written_harms_nothing(tmp_path: Path) -> None:
    live = LiveFile(tmp_path / "gone" / "state")
    with live.unit() as rows:
        rows.append(AtWork("one.mp4"))
        time.sleep(1.3)  # its thread has tried
    assert look(tmp_path / "gone" / "state").rows == []


def test_a_process_that_goes_on_leaves_nothing_behind(worker: LiveFile, tmp_path: Path) -> None:
    with worker.unit() as rows:
        rows.append(AtWork("one.mp4"))
        worker.write()
        assert look(tmp_path).rows
        clear(tmp_path)
        time.sleep(1.3)  # its thread has tried
    assert list(tmp_path.iterdir()) == []


def progress(state: Path, console: Console, **how: str) -> Progress:
    """Of four videos, one is done, and two are in hand."""
    spent = {"t": {"questions": Usage(calls=10, dollars=1.0)}}
    watched = Watched(state, {"t": Budget(dollars=5, calls=100)}, spent, lambda text: text.replace("two", "2"))
    made = Progress(4, ["scan", "questions"], console, watched, **how)  # type: ignore[arg-type]
    made.begin("", 4, 0, 0, [])
    made.work()
    counts: dict[str, dict[str, Any]] = {
        "scan": {"rows": 1, "seconds": 3.0},
        "questions": {"rows": 1, "wrote": 7, "seconds": 9.0, "reasons": {"x": 2}},
    }
    made.add(0, Part("p", [Outcome("k", "u", "i", "kept", 20.0, False)], "", counts=counts))
    return made


def test_the_facts(worker: LiveFile, tmp_path: Path) -> None:
    in_hand(worker)
    facts = progress(tmp_path, Console(file=io.StringIO())).facts()
    assert facts["videos"] == {"inputs": 4, "done": 1, "kept": 1, "dropped": 0, "failed": 0, "in_hand": 2}
    assert facts["share"] == pytest.approx(1.5 / 4)
    assert facts["stages"]["scan"] == {"now": 1, "done": 2, "made": 0, "rejects": 0, "seconds": 3.0}
    assert facts["stages"]["questions"] == {"now": 1, "done": 1, "made": 7, "rejects": 2, "seconds": 9.0}
    teacher = facts["teachers"]["t"]
    assert teacher["budget"] == {"calls": {"used": 22, "of": 100}, "dollars": {"used": 1.25, "of": 5.0}}
    assert (teacher["calls"], teacher["in_flight"], teacher["cached"], teacher["errors"]) == (12, 2, 5, {"HTTP 429": 1})
    assert facts["slow"][0] == {
        **{"video": "a/one.mp4", "stage": "questions", "share": 0.0},
        "seconds": pytest.approx(42, abs=5),
    }


def test_no_pace_is_told_before_there_is_one(worker: LiveFile, tmp_path: Path) -> None:
    in_hand(worker)
    made = progress(tmp_path, Console(file=io.StringIO()))
    assert made.facts()["videos_per_second"] == 0  # one video is done, and the work was only just seen to begin
    made.begun -= 10
    assert made.facts()["videos_per_second"] == pytest.approx(0.1, abs=0.01)


def test_a_long_stage_inside_one_video_moves_the_bar(worker: LiveFile, tmp_path: Path) -> None:
    """A stage that decodes counts for ten; a reply that came, for what is known of those that are still missing."""
    made = progress(tmp_path, Console(file=io.StringIO()))
    shares = []
    with worker.unit() as rows:
        rows.append(AtWork("long.mp4", 20))
        with rows[0].step("scan", weight=10):
            for share in (0.0, 0.3, 0.9, 0.5):
                tell_share(share)
                shares.append(at(made, worker, 1))
        with rows[0].step("questions", weight=10):
            for asked in (4, 0, 3):
                expect_replies(asked)
                reply_came()
                shares.append(at(made, worker, 1))
    assert shares == pytest.approx([0, 0.15, 0.45, 0.45, 0.5 + 0.1, 0.5 + 0.2, 0.5 + 0.2], abs=0.001), "it never falls"
    assert made.facts()["seconds_left"] is None, "too early to say"
    made.begun -= 60
    assert made.facts()["seconds_left"] is not None


def at(made: Progress, live: LiveFile, done: int) -> float:
    """How far the video in hand is, 0..1, when *done* of four videos are done."""
    live.write()
    made._looked = 0.0
    return float(made.facts()["share"] * 4 - done)


def test_what_is_between_two_passes_counts(worker: LiveFile, tmp_path: Path) -> None:
    """A part is handed back when it is through all passes; until then the process that made it tells of it."""
    made = progress(tmp_path, Console(file=io.StringIO()))
    made.begin("", 4, 0, 1, [])
    part = Part(
        "p2",
        [Outcome("a", "a", "a", "kept"), Outcome("b", "b", "b", "dropped")],
        counts={"scan": {"rows": 2, "wrote": 3, "seconds": 1.5, "reasons": {"dark": 1}}},
    )
    worker.commit(0, part)
    assert at(made, worker, 0) == pytest.approx(1.5), "half of the one, and all of the other"
    assert made.facts()["stages"]["scan"] == {"now": 0, "done": 2, "made": 3, "rejects": 1, "seconds": 1.5}
    made.add(0, part)
    assert at(made, worker, 0) == pytest.approx(1.5), "and not twice"
    assert made.facts()["stages"]["scan"]["done"] == 2
    with worker.unit() as rows:
        rows.append(AtWork("a", 10, number=1, part="p2", through=5))
        assert at(made, worker, 0) == pytest.approx(1.75)
        made.add(1, Part("p2", []))
        assert at(made, worker, 0) == pytest.approx(1.5), (
            "what is handed back is in hand no more, whatever its process says"
        )
        made._heard.remove((1, "p2"))
    last = Part("p2", [Outcome("a", "a", "a", "kept")], counts={})
    worker.commit(1, last)
    assert at(made, worker, 0) == pytest.approx(2)
    made.add(1, last)
    assert at(made, worker, 0) == pytest.approx(2)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_and_has_everything(worker: LiveFile, tmp_path: Path, width: int) -> None:
    in_hand(worker)
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=True, color_system=None)
    console.print(table(progress(tmp_path, console).facts(), width))
    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) < 16
    text = " ".join(file.getvalue().split())
    for part in (
        "2 in flight",
        "12 calls",
        "replies/s",
        "$1.25 of $5.00",
        "1 × HTTP 429",
        "one.mp4 in questions",
        "1/4 videos",
    ):
        assert part in text


@pytest.mark.parametrize("log", ["text", "json"])
def test_a_pipe_gets_lines_and_the_file_has_them(
    worker: LiveFile, tmp_path: Path, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "LINE_SECONDS", 0.1)
    in_hand(worker)
    file = io.StringIO()
    made = progress(tmp_path, Console(file=file, width=40), log=log)
    made.say("Hello.")
    with made:
        time.sleep(0.4)
    said = file.getvalue()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", said), "no control characters"
    first, *lines = said.splitlines()
    kept = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert kept[-1]["videos"]["in_hand"] == 0, "at the end nothing is"
    assert {slow["video"] for line in kept for slow in line["slow"]} == {"a/one.mp4", "a/2.mp4"}, (
        "secrets are taken out"
    )
    if log == "json":
        assert json.loads(first) == {"message": "Hello."}
        assert [json.loads(line) for line in lines] == kept
    else:
        assert first == "Hello."
        assert lines
        assert all(line.startswith("1/4 videos; ") for line in lines), "one line each, however narrow"
        assert plain_line(kept[0]) == lines[0]


def test_kinds_of_errors() -> None:
    kinds = [TeacherError("HTTP 429: slow down"), TeacherError("u: no reply", timeout=True), TeacherError("u: broken")]
    assert [one.kind for one in kinds] == ["HTTP 429", "time-out", "no reply"]


def test_batches_at_a_provider_are_told_with_their_age(worker: LiveFile, tmp_path: Path) -> None:
    begun = time.time() - 3725
    counts = TeacherCounts(calls=1200, in_flight=1200, batches=2, since=begun)
    worker.teachers = lambda: {"t": counts}
    worker.write()
    other = LiveFile(tmp_path)
    other.teachers = lambda: {"t": TeacherCounts(batches=1, since=begun + 50)}
    other.write()
    words = teacher_words(progress(tmp_path, Console(file=io.StringIO())).facts()["teachers"]["t"])
    since = time.strftime("%a %H:%M", time.localtime(begun))
    assert re.fullmatch(rf"1,200 wait, 3 batches since {since} \(1:02:\d\d\)", words[0]), words
    old = time.time() - 2 * STALE
    for live in (worker, other):
        os.utime(live.path, (old, old))
    now = look(tmp_path).teachers["t"]
    assert (now.calls, now.batches, now.since) == (1200, 0, 0.0)
