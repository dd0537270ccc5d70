"""``vdata predict`` on streams: asked step by step, shown nothing later, and scored by the second."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openai_server import Server, texts
from openai_server import pictures as shown
from predicting import lines, predict, written

from vdata.cli import run
from vdata.pipelines.evaluation.predict import Sight
from vdata.pipelines.evaluation.stream_run import SAY, SPEAK, StreamRun, poll_times
from vdata.schemas import Frames, Media, Message, Request, Sample, Timeline
from vdata.scoring.due import tally_of

ASK = 'When the walker is gone, say "gone".'


def due(asked: float = 1.0, second: float = 3.0, **given: Any) -> Sample:
    turns = [Message("user", ASK, asked), Message("assistant", "gone", second)]
    return Sample("proactive", ASK, "gone", 0, second, messages=turns, id="due", **given)


def dialogue() -> Sample:
    turns = [
        Message("user", "Keep me posted.", 0.5),
        Message("assistant", "A van drives by.", 2.0),
        Message("user", "And now?", 5.25),
        Message("assistant", "A man crosses the street.", 5.25),
    ]
    return Sample("talk", "Keep me posted.", "", 0, 8, messages=turns, id="talk")


def frames(start: float, end: float) -> tuple[Frames, ...]:
    return (Frames("a.mp4", "content", Sight(frames=4).latest(start, end), 64),)


def played(sample: Sample, answer: Callable[[float, str], str]) -> tuple[StreamRun, list[tuple[float, str]]]:
    """*sample* run to its end, with what the model is asked at each second, all of it seen before that second."""
    one = StreamRun(sample, poll_times(sample, 1.0), frames)
    asked: list[tuple[float, str]] = []
    request: Request | None = one.request()
    while request is not None:
        now, last = one.now, request.turns[-1].parts[-1]
        assert isinstance(last, str)
        asked.append((now, last))
        for part in (part for turn in request.turns for part in turn.parts if isinstance(part, Frames)):
            assert all(time < now for time in part.times)
            assert part.times[-1] == pytest.approx(now, abs=0.03)
        said = "\n".join(part for turn in request.turns for part in turn.parts if isinstance(part, str))
        later = [turn.content for turn in sample.messages if turn.role == "user" and (turn.time or 0) > now]
        assert not any(words in said for words in later)
        assert [turn.role for turn in request.turns] == ["user", "assistant"] * (len(request.turns) // 2) + ["user"]
        following = one.take(answer(now, last))
        request = following
    return one, asked


def test_what_is_due_is_asked_each_second_until_it_is_said() -> None:
    one, asked = played(due(), lambda now, last: "gone" if last == SAY else "Yes." if now >= 3 else "no")
    assert asked == [(2.0, SPEAK), (3.0, SPEAK), (3.0, SAY)]
    assert one.row() == {"reply": "gone", "time": 3.0}
    silent, asked = played(due(), lambda *_: "No, not yet.")
    assert [now for now, _ in asked] == [2, 3, 4, 5, 6, 7]  # to 4 s after it was due
    assert silent.row() == {"reply": ""}
    assert poll_times(due(), 1.0, 4.5) == [2, 3, 4]  # the video ends
    assert poll_times(due(), 30.0, 60.0) == [7.0]


def test_a_dialogue_runs_to_its_end_with_what_was_said() -> None:
    spoken: list[str] = []

    def answer(now: float, last: str) -> str:
        if last != SAY:
            return "yes" if now in (2.5, 5.25) else "no"
        spoken.append("A van drives by." if now < 3 else "A man crosses the street.")
        return spoken[-1]

    one, asked = played(dialogue(), answer)
    assert [now for now, last in asked if last == SPEAK] == [0.5, 1.5, 2.5, 3.5, 4.5, 5.25, 5.5, 6.5, 7.5]
    assert one.row()["turns"] == [
        {"time": 2.5, "content": "A van drives by."},
        {"time": 5.25, "content": "A man crosses the street."},
    ]


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ([(2.5, "A van drives by."), (5.0, "a man crosses the street")], (2, 2, 2, 2)),
        ([(2.5, "A van drives by."), (9.0, "A man crosses the street.")], (2, 1, 1, 2)),
        ([(1.0, "Nothing."), (2.0, "A van drives by.")], (2, 1, 1, 2)),
        ([(2.0, "A dog.")], (2, 1, 0, 1)),
        ([], (2, 0, 0, 0)),
    ],
)
def test_what_is_said_is_set_beside_what_was_due(
    said: list[tuple[float, str]], counts: tuple[int, int, int, int]
) -> None:
    tally = tally_of(dialogue(), said)
    assert tally is not None
    assert (tally.due, tally.in_time, tally.right, tally.said) == counts
    assert tally.all_right == (counts == (2, 2, 2, 2))


@pytest.fixture
def bench(tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dialogue, something to be said when it comes and a plain question about a real clip."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = clips / "bikes.mp4"
    video = Timeline(str(path), "bikes", 8.0)
    video.media = Media(duration=8.0, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    plain = Sample("ask", "Who?", "A man.", 0, 4, messages=[Message("user", "Who?"), Message("assistant", "A man.")])
    plain.id = "plain"
    video.samples = [dialogue(), due(seen_start=0.0, seen_end=3.0), plain]
    return written(tmp_path / "bench", [video], [])


def test_streams_are_predicted_and_scored(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(body: dict[str, Any]) -> str:
        told = texts(body)
        if "Who?" in told:
            return "A man."
        spoken = told.rstrip().endswith(SAY)
        if ASK in told:
            return "gone" if spoken else "yes"
        if spoken:
            return "A van drives by." if "And now?" not in told else "A man crosses the street."
        return "no" if "crosses" in told or ("van" in told and "And now?" not in told) else "yes"

    with Server(answer=answer) as server:
        assert predict(bench, server, "--frames", "2", "--poll", "0.5") == 0
        assert {len(shown(body)) for body in server.counters.bodies} == {2}
        calls = server.counters.calls
        assert predict(bench, server, "--frames", "2", "--poll", "0.5") == 0
        assert server.counters.calls == calls
    assert "Streams are asked up to" in capsys.readouterr().err
    path = bench / "predictions-teacher.jsonl"
    told = {line["id"]: line for line in lines(path)}
    assert told["due"]["time"] == 1.5
    assert told["talk"]["turns"][0] == {"time": 0.5, "content": "A van drives by."}
    assert told["plain"] == {"id": "plain", "task": "ask", "reply": "A man."}
    assert run(["score", str(bench), str(path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "2 replies due in 1 streams: 100.0% in time (2 s), 100.0% in time and right; 2 said, of which 100.0%" in said
    assert "To be said when it comes, 1 questions: 100.0% in time (2 s)" in said


def test_a_stream_that_fails_is_run_again(bench: Path) -> None:
    with Server(answer=lambda _: "no", queue=["ok", "ok", "ok", "ok", "500"]) as server:
        assert predict(bench, server) == 1
        failed = {line["id"] for line in lines(bench / "predictions-teacher.jsonl") if line.get("failure")}
        assert len(failed) == 1
        assert predict(bench, server) == 0
    assert [line["turns"] for line in lines(bench / "predictions-teacher.jsonl") if "turns" in line] == [[]]


def test_the_evidence_of_a_stream_is_not_shown(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(answer=lambda _: "no") as server:
        assert predict(bench, server, "--evidence") == 0
        assert server.counters.calls == 1
        assert [len(shown(body)) for body in server.counters.bodies] == [16]
    assert "2 streams are left out" in capsys.readouterr().err


def test_turns_that_are_none_are_said(bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "said.jsonl"
    path.write_text(json.dumps({"id": "talk", "reply": "", "turns": [{"time": "soon", "content": "x"}]}) + "\n")
    assert run(["score", str(bench), str(path)]) == 2
    assert "turns are [{time: seconds, content: text}, …]" in " ".join(capsys.readouterr().err.split())


def test_a_video_without_a_file_is_said_before_a_stream_is_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = Timeline("gone.mp4", "gone", 8.0)
    video.samples = [due()]
    with Server() as server:
        assert predict(written(tmp_path / "bench", [video], []), server) == 2
        assert server.counters.calls == 0
    assert "sample due: its video was never opened" in " ".join(capsys.readouterr().err.split())
