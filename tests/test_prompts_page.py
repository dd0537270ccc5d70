"""``vdata prompts``: what a video would be asked, with a server beside it that must hear nothing."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from inline import without_ray
from openai_server import Server

from vdata.cli import run

LABELS = """
labels: [{{kind: activitynet, path: {folder}/labels.json, lane: captions}}]
teachers: {{watcher: {{kind: openai, model: scripted, base_url: "{url}", api_key: "sk-very-secret-key",
  price: {{input: 1, output: 2}}}}}}
stages:
  - split
  - questions: {{from: [captions], teacher: watcher, tasks: [what, when]}}
  - verify: {{teacher: watcher, checks: [blind]}}
output: {{path: {folder}/out}}
cache: {folder}/cache
"""
VIDEO = """
videos: {folder}/in
teachers: {{watcher: {{kind: openai, model: scripted, base_url: "{url}"}}}}
stages:
  - caption: {{of: null, look: {{count: 3, size: 64}}}}
  - questions: {{from: [captions], tasks: [what]}}
output: {{path: {folder}/out}}
cache: {folder}/cache
"""
Run = pytest.CaptureFixture[str]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def labelled(tmp_path: Path, server: Server) -> Path:
    said = {
        f"v{n}": {"duration": 10.0, "timestamps": [[0, 4], [5, 9]], "sentences": [f"A dog {n} runs.", "A cat sleeps."]}
        for n in range(3)
    }
    (tmp_path / "labels.json").write_text(json.dumps(said))
    path = tmp_path / "my.yaml"
    path.write_text(LABELS.format(folder=tmp_path, url=server.url))
    return path


@pytest.fixture
def filmed(tmp_path: Path, server: Server, make_videos: ModuleType) -> Path:
    (tmp_path / "in").mkdir()
    make_videos.plain(tmp_path / "in" / "a.mp4", frames=25)
    path = tmp_path / "my.yaml"
    path.write_text(VIDEO.format(folder=tmp_path, url=server.url))
    return path


def test_every_request_of_the_first_video_and_nothing_sent(
    labelled: Path, server: Server, tmp_path: Path, capsys: Run
) -> None:
    assert run(["prompts", str(labelled)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("What is asked about v0 (10.0 s, one of 3 inputs). Nothing was sent.\n")
    assert "split saw this video alone; in a build all 3 inputs are compared." in out
    assert re.search(r"^questions\.ask +watcher +2 +0 +2 +0 +[\d,]+ +[\d,]+ +\$0\.00\d\d$", out, re.MULTILINE)
    assert "A dog 0 runs." in out
    assert "Ask what happens, what someone does" in out
    assert "Ask when something happens" in out
    assert "waits for the replies of questions.ask" in out, "later stages go on with placeholders"
    assert re.search(r"⟦question of questions\.ask: [a-z ]+⟧", out)
    assert "items[].evidence[]  c1 | c2  Tags of the spans that this rests on (1 to 2 items)" in out
    assert "sk-very-secret-key" not in out
    assert (server.counters.calls, server.counters.connections) == (0, 0)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "cache" / "replies").exists(), "no placeholder is kept"


def test_what_is_shown_is_what_a_build_sends(
    labelled: Path, server: Server, tmp_path: Path, capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["prompts", str(labelled), "--stage", "questions", "--schema"]) == 0
    shown = capsys.readouterr().out
    without_ray(monkeypatch)
    assert run(["build", str(labelled), "--limit", "1"]) in (0, 1)
    sent = [body["messages"] for body in server.counters.bodies if "Ask what happens" in str(body["messages"])]
    assert sent
    for message in sent[0]:
        words = message["content"].partition("It must fit this JSON schema:")[0]
        assert "\n".join(f"    {line}" for line in words.splitlines()).rstrip() in shown
    assert "verify" not in shown, "--stage leaves the others out"
    assert '"description": "Tags of the spans that this rests on"' in shown


def test_replies_that_are_kept_are_taken(
    labelled: Path, server: Server, capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    assert run(["build", str(labelled), "--limit", "1"]) in (0, 1)
    calls = server.counters.calls
    capsys.readouterr()
    assert run(["prompts", str(labelled)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^questions\.ask +watcher +2 +2 +0 +0 +0 +0 +\$0\.0000$", out, re.MULTILINE)
    assert "The reply is kept:\n    {" in out
    assert "⟦" not in out.split("===")[1]
    assert server.counters.calls == calls
    assert run(["prompts", str(labelled), "--set", "questions.instructions=Be brief."]) == 0
    assert re.search(r"^questions\.ask +watcher +2 +0 +2 ", capsys.readouterr().out, re.MULTILINE), "another word"


def test_the_page_has_the_pictures_as_they_are_sent(
    filmed: Path, server: Server, tmp_path: Path, capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    page = tmp_path / "p.html"
    assert run(["prompts", str(filmed), "--html", str(page)]) == 0
    assert (
        capsys.readouterr().out == f"{page}: {os.path.getsize(page) / 1e6:.2f} MB, 2 of 2 requests. Nothing was sent.\n"
    )
    html = page.read_text()
    pictures = re.findall(r'<img src="(data:image/jpeg;base64,[^"]+)" width="64" height="(\d+)"', html)
    assert len(pictures) == 3
    assert re.findall(r"<figcaption>([\d.]+) s · 64x\d+, \d+ kB", html) == ["0.1667", "0.5", "0.8333"]
    assert "<mark>⟦text of caption.describe: " in html
    assert "http" not in html.replace("http-equiv", ""), "it needs no network"
    assert server.counters.calls == 0
    without_ray(monkeypatch)
    assert run(["build", str(filmed)]) in (0, 1)
    sent = [
        part["image_url"]["url"] for part in server.counters.bodies[0]["messages"][-1]["content"] if "image_url" in part
    ]
    assert sent == [uri for uri, _ in pictures]
    assert base64.b64decode(sent[0].partition(",")[2])[:2] == b"\xff\xd8"
    assert run(["prompts", str(filmed), "--html", str(page)]) == 0, "a page of ours is replaced"
    (tmp_path / "mine.html").write_text("<h1>mine</h1>")
    assert run(["prompts", str(filmed), "--html", str(tmp_path / "mine.html")]) == 2
    assert "is no page of vdata prompts: it is not replaced" in capsys.readouterr().err


def test_a_stage_that_asks_nothing_says_why(filmed: Path, capsys: Run) -> None:
    stages = ["--set", "stages=[shots, {quality: {min_brightness: 240, max_brightness: 255}}, {caption: {of: shots}}]"]
    assert run(["prompts", str(filmed), *stages]) == 0
    out = capsys.readouterr().out
    assert (
        "caption asks nothing: it finds nothing to ask about: the lane shots is empty; quality drops too_dark (1)."
        in out
    )
    assert run(["prompts", str(filmed), "--set", "stages=[shots]"]) == 0
    assert "No stage asks a teacher" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--video", "v9"], "--video v9: no input is called so. Did you mean v0?"),
        (["--stage", "question"], "--stage question: the config has no such stage. Did you mean questions?"),
        (["--stage", "split"], "--stage split: asks no teacher. Those that do: questions and verify."),
        (["--html", "p.html", "--schema"], "--schema is for the terminal"),
        (["--set", "questions.task=[what]"], "unknown key. Did you mean tasks?"),
    ],
)
def test_mistakes_are_said(labelled: Path, words: list[str], says: str, capsys: Run) -> None:
    assert run(["prompts", str(labelled), *words]) == 2
    assert says in capsys.readouterr().err


def test_a_video_by_its_name_and_by_the_id_of_a_build(
    labelled: Path, capsys: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run(["prompts", str(labelled), "--video", "v2", "--stage", "questions"]) == 0
    out = capsys.readouterr().out
    assert "A dog 2 runs." in out
    without_ray(monkeypatch)
    by_rule = ["--set", "stages=[tasks]"]
    assert run(["build", str(labelled), *by_rule]) == 0
    import pyarrow.parquet as pq

    (table,) = (tmp_path / "out" / "timelines").glob("*.parquet")
    rows = pq.read_table(table).to_pylist()
    known = next(row["id"] for row in rows if row["uri"] == "v1")
    capsys.readouterr()
    assert run(["prompts", str(labelled), "--video", known, "--stage", "questions"]) == 0
    assert "A dog 1 runs." in capsys.readouterr().out


def test_each_request_with_all(labelled: Path, capsys: Run) -> None:
    assert run(["prompts", str(labelled)]) == 0
    few = capsys.readouterr().out
    assert run(["prompts", str(labelled), "--all"]) == 0
    whole = capsys.readouterr().out
    number = int(re.search(r"^verify\.blind +watcher +(\d+)", whole, re.MULTILINE)[1])  # type: ignore[index]
    assert whole.count("--- verify.blind\n") == number > few.count("--- verify.blind") == 1
    assert "more like it, with other times, pictures or material" in few


def test_a_recording_is_read(
    labelled: Path, server: Server, tmp_path: Path, capsys: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_ray(monkeypatch)
    assert run(["build", str(labelled), "--set", f"teachers.watcher.record={tmp_path}/r.jsonl", "--limit", "1"]) in (
        0,
        1,
    )
    replay = ["--set", f"teachers.watcher={{kind: replay, path: {tmp_path}/r.jsonl}}"]
    capsys.readouterr()
    calls = server.counters.calls
    assert run(["prompts", str(labelled), *replay, "--stage", "questions"]) == 0
    assert re.search(r"^questions\.ask +watcher +2 +2 +0 ", capsys.readouterr().out, re.MULTILINE)
    assert server.counters.calls == calls


def test_stages_that_ask_in_passes_of_their_own(labelled: Path, capsys: Run) -> None:
    verify = "{verify: {checks: [blind]}}"
    stages = f"stages=[{{questions: {{from: [captions], tasks: [what, when]}}}}, {verify}, split, {verify}]"
    assert run(["prompts", str(labelled), "--set", stages]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^verify\.blind +watcher +[1-9]", out, re.MULTILINE)
    assert re.search(r"^verify#2\.blind +watcher +[1-9]", out, re.MULTILINE), "it is told from the first"
    assert "fails" not in out
