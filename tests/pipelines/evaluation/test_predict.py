"""``vdata predict``: questions about real videos to a server through the real client, kept, resumed, and scored."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openai_server import Server, texts
from openai_server import pictures as shown
from PIL import Image
from predicting import images, lines, predict, written

from vdata.cli import run
from vdata.pipelines.errors import UserError
from vdata.pipelines.evaluation.openable import OpenableVideo
from vdata.pipelines.evaluation.predict import Sight, read_teacher, request_of
from vdata.pipelines.storage.parts import write_table
from vdata.schemas import Evidence, Frames, Media, Message, Sample, Timeline
from vdata.schemas.arrow import timelines_table
from vdata.schemas.uri import PLANNED
from vdata.stages.haystack.hide import Hide
from vdata.stages.haystack.render import Render
from vdata.stages.media.probe import Probe
from vdata.video.edit.overlay import still


@pytest.fixture
def bench(tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ten questions about two real clips; B is right."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    videos = []
    for name in ("bikes.mp4", "carphone_pristine.mp4"):
        path = clips / name
        video = Timeline(str(path), name, 4.0)
        video.media = Media(duration=4.0, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        for n in range(5):
            said = [Message("user", f"{name} question {n}?\nA. no\nB. yes"), Message("assistant", "B. yes")]
            video.samples.append(
                Sample("ask", f"question {n}", "yes", 0, 4, options=["no", "yes"], answer_index=1, messages=said)
            )
            video.samples[-1].id = f"{name}-{n}"
        videos.append(video)
    return written(tmp_path / "bench", videos, [])


def test_every_question_is_asked_once_with_its_frames(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(answer=lambda body: "B" if "bikes" in texts(body) else "A. no") as server:
        assert predict(bench, server, "--frames", "3") == 0
        assert predict(bench, server, "--frames", "3") == 0
        assert server.counters.calls == 10
        assert {images(body) for body in server.counters.bodies} == {3}
    assert "Nothing to do" in capsys.readouterr().err
    path = bench / "predictions-teacher.jsonl"
    assert sorted(line["id"] for line in lines(path)) == sorted(
        f"{name}-{n}" for name in ("bikes.mp4", "carphone_pristine.mp4") for n in range(5)
    )
    assert run(["score", str(bench), str(path)]) == 0
    assert "10 items: 50.0% right" in capsys.readouterr().out


def test_nothing_after_a_query_time_is_shown() -> None:
    sample = Sample(
        "ask", "What now?", "yes", 3.0, 4.0, messages=[Message("user", "What?"), Message("assistant", "A.")]
    )
    films = {"v": OpenableVideo("a.mp4", "content")}
    times = []
    for sample.seen_start, sample.seen_end in [(None, None), (0.0, 2.0), (1.0, 3.5)]:
        (frames, _) = request_of("v", sample, films, Sight(frames=2)).turns[0].parts
        times.append(frames.times)  # type: ignore[union-attr]
    assert times == [(3.25, 3.75), (0.5, 1.5), (1.625, 2.875)]


def test_with_no_frames_a_model_answers_blindly_into_a_file_of_its_own(bench: Path) -> None:
    with Server(answer=lambda _: "B") as server:
        assert predict(bench, server, "--frames", "2") == 0
        assert predict(bench, server, "--frames", "0") == 0
        bodies = server.counters.bodies
    assert [sum(map(len, map(shown, part))) for part in (bodies[:10], bodies[10:])] == [20, 0]
    assert {line["reply"] for line in lines(bench / "predictions-teacher-blind.jsonl")} == {"B"}
    assert all(isinstance(body["messages"][-1]["content"], str) for body in bodies[10:])


def test_a_model_without_eyes_is_asked_blindly_or_not_at_all(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(answer=lambda _: "B", sees=False, unknown="500") as server:
        blind = json.dumps({"kind": "openai", "model": "scripted", "base_url": server.url, "images": False})
        assert run(["predict", str(bench), "--teacher", blind]) == 2
        assert (
            "The teacher teacher has images: false, and sees no frames. Ask it blindly: --frames 0."
            in capsys.readouterr().err
        )
        assert predict(bench, server) == 1  # nobody has said so
        assert "the model takes no pictures" in " ".join(capsys.readouterr().err.split())
        assert run(["predict", str(bench), "--teacher", blind, "--frames", "0"]) == 0


def test_a_model_that_fails_is_asked_again_and_nothing_else_is(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(answer=lambda _: "B", queue=["ok", "500", "ok", "500"]) as server:
        assert predict(bench, server) == 1
        assert "8 replies in" in (said := capsys.readouterr().err)
        assert "2 questions have none: run the same command again" in said
        path = bench / "predictions-teacher.jsonl"
        assert sorted(line.get("failure", "") for line in lines(path))[-2:] == ["teacher_error"] * 2
        calls = server.counters.calls
        assert predict(bench, server) == 0
        assert server.counters.calls == calls + 2
    assert run(["score", str(bench), str(path)]) == 0
    assert "10 items: 100.0% right" in capsys.readouterr().out


def test_a_lost_file_costs_nothing_again(bench: Path) -> None:
    with Server(answer=lambda _: "B") as server:
        assert predict(bench, server, "--limit", "4") == 0
        path = bench / "predictions-teacher.jsonl"
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:1]))  # as if killed
        assert predict(bench, server) == 0
        assert server.counters.calls == 10
    assert len(lines(path)) == 10


def test_a_line_that_a_kill_cut_off_is_asked_about_again(bench: Path) -> None:
    with Server(answer=lambda _: "B") as server:
        assert predict(bench, server, "--limit", "4") == 0
        path = bench / "predictions-teacher.jsonl"
        path.write_text(path.read_text()[:-20])
        assert predict(bench, server) == 0
    assert len({line["id"] for line in lines(path)}) == len(lines(path)) == 10


def test_frames_by_rate_and_their_times() -> None:
    assert Sight(frames=4).times([(2.0, 10.0)]) == (3.0, 5.0, 7.0, 9.0)
    assert Sight(fps=0.5).times([(0.0, 10.0)]) == (1.0, 3.0, 5.0, 7.0, 9.0)
    assert len(Sight(fps=0.01).times([(0.0, 10.0)])) == 1


def test_a_teacher_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("teachers: {watcher: {kind: openai, model: '${MODEL:-tiny}', base_url: 'http://localhost:1/v1'}}\n")
    assert read_teacher("watcher", path, {"MODEL": "large"}).model == "large"  # type: ignore[attr-defined]
    for name, given, says in [
        ("wacher", path, "has no teacher wacher. Did you mean watcher?"),
        ("watcher", None, "say with --config"),
        ("watcher", tmp_path / "no.yaml", "cannot be read"),
        ("{kind: opena, model: x}", None, "--teacher: teachers.teacher"),
        ("{kind: openai", None, "is not valid YAML"),
    ]:
        with pytest.raises(UserError, match="(?s)" + says):
            read_teacher(name, given, {})


def test_a_video_without_a_file_is_said_before_anything_is_asked(
    bench: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video = Timeline("haystack://abc", "bikes.mp4", 4.0)
    write_table(timelines_table([video], []), bench / "timelines" / "timelines.parquet")
    with Server(answer=lambda _: "B") as server:
        assert predict(bench, server) == 2
        assert server.counters.calls == 0
    assert "has no file: build the benchmark with `render: {mode: smart}`" in capsys.readouterr().err


@pytest.fixture
def planned(tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A benchmark without files: pictures hidden in two real clips, which lie in the folder that the test runs in."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    pool = []
    for name in ("bikes.mp4", "carphone_pristine.mp4"):
        (tmp_path / name).symlink_to(clips / name)
        video = Timeline(name, name)
        video.path = str(tmp_path / name)
        pool.append(Probe().run(video))
    needle = {"show": "picture", "kinds": ["vehicle"]}
    stage = Hide.model_validate({"tasks": [{"task": "retrieve", "items": 3, "needle": needle}], "lengths": [3]})
    plans = stage.gather([(video.id, stage.digest(video)) for video in pool])
    made = [stage.apply(Timeline(f"{PLANNED}{new}", new), plan) for of in plans.values() for new, plan in of.items()]
    return written(tmp_path / "bench", [Render(mode="plan").run(video) for video in made], ["needles", "pieces"])


def told_by_eye(body: dict[str, Any]) -> str:
    """The option whose drawing one of the pictures looks like."""
    asked = texts(body)
    options: dict[str, str] = dict(re.findall(r"^([A-D])\. an? (.*)$", asked, re.MULTILINE))
    pictures = [np.asarray(Image.open(io.BytesIO(base64.b64decode(one.partition(",")[2])))) for one in shown(body)]

    def unlike(letter: str) -> float:
        return min(
            float(
                np.abs(still(f"drawn:{options[letter].replace(' ', '_')}", *one.shape[1::-1]).astype(int) - one).mean()
            )
            for one in pictures
        )

    return min(options, key=unlike)


def test_a_benchmark_without_files_is_seen_with_its_needles(planned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Server(answer=told_by_eye) as server:
        assert predict(planned, server, "--fps", "2", "--size", "200") == 0
        assert {images(body) for body in server.counters.bodies} == {6}  # 3 seconds, of which one is the picture's
        sizes = {Image.open(io.BytesIO(base64.b64decode(one.partition(",")[2]))).size
                 for body in server.counters.bodies for one in shown(body)}  # fmt: skip
        assert max(map(max, sizes)) == 200
        (planned / "predictions-teacher.jsonl").unlink()
        assert predict(planned, server, "--fps", "2", "--size", "200") == 0
        assert server.counters.calls == 3  # replies are kept by what the plan shows
    assert run(["score", str(planned), str(planned / "predictions-teacher.jsonl")]) == 0
    assert "3 items: 100.0% right" in capsys.readouterr().out


def test_a_video_of_the_pool_that_is_not_there_is_said(
    planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with Server(answer=lambda _: "A") as server:
        assert predict(planned, server) == 2
        assert server.counters.calls == 0
    said = " ".join(capsys.readouterr().err.split())
    assert re.search(
        r"has no file, and what it is put together of is not there: \S+/elsewhere/\w+\.mp4: call vdata", said
    )


def test_a_file_that_is_gone_is_said(bench: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    video = Timeline("gone.mp4", "bikes.mp4", 4.0)
    video.media = Media(duration=4.0, sha256="0")
    write_table(timelines_table([video], []), bench / "timelines" / "timelines.parquet")
    with Server(answer=lambda _: "B") as server:
        assert predict(bench, server) == 2
        assert server.counters.calls == 0
    assert "is not there:" in capsys.readouterr().err


def test_the_evidence_alone_is_shown_where_it_is_a_place(bench: Path, capsys: pytest.CaptureFixture[str]) -> None:
    films = {"v": OpenableVideo("a.mp4", "content")}

    def times(sight: Sight, *spans: tuple[float, float], seen_end: float | None = None) -> tuple[float, ...]:
        evidence = [Evidence(start, end, "events", "x") for start, end in spans]
        turns = [Message("user", "Q?"), Message("assistant", "A")]
        sample = Sample("q", "Q?", "A", 0, 100, evidence, {"duration": "100"}, messages=turns, id="a")
        sample.seen_end = seen_end
        (frames, _) = request_of("v", sample, films, sight).turns[0].parts
        assert isinstance(frames, Frames)
        return frames.times

    sight = Sight(frames=4, evidence=True)
    assert times(sight, (0, 2), (10, 12)) == (0.5, 1.5, 10.5, 11.5)
    assert times(sight, (1, 3), (0, 2), (10, 11)) == (0.5, 1.5, 2.5, 10.5), "what overlaps is shown once"
    assert times(sight, (30, 30), (9, 9)) == (9.0, 30.0), "moments are shown as they are"
    assert times(sight, (0, 100)) == times(Sight(frames=4), (0, 2)) == (12.5, 37.5, 62.5, 87.5)
    assert max(times(sight, (10, 14), (50, 60), seen_end=12.0)) < 12.0, "nothing that was not to be seen yet"
    assert times(Sight(fps=1, evidence=True), (0, 2), (10, 12)) == (0.5, 1.5, 10.5, 11.5)
    assert run(["predict", str(bench), "--teacher", "{kind: openai, model: x}", "--frames", "0", "--evidence"]) == 2
    assert "--evidence shows frames" in capsys.readouterr().err
