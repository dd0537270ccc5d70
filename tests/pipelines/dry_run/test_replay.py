"""What a finished build asked about one video: its prompts and replies with their prices, and what is not known."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from inline import without_ray
from openai_server import Server

from vdata.cli import run
from vdata.schemas.build_record import BuildRecord, Usage

CAPTION = "A grey picture stands still and shows nothing that moves in it."
YAML = """
videos: in
output: {{path: out}}
cache: cache
teachers:
  watcher: {{kind: openai, model: scripted, base_url: "{url}", price: {{input: 1000, output: 1000}}}}
stages:
  - caption: {{of: null, min_words: 5, look: {{count: 2}}, instructions: Name each colour.}}
  - python: own.py:few
  - ask: {{of: null, with: [captions], look: null, reply: {{mood: text}}, instructions: Name the mood.}}
"""


@pytest.fixture
def built(tmp_path: Path, make_videos: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Server]]:
    without_ray(monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    make_videos.plain(tmp_path / "in" / "a.mp4", frames=25)
    (tmp_path / "own.py").write_text("def few(video):\n    video.attrs['few'] = 'yes'\n")
    with Server(answer=lambda body: {"mood": "calm"} if "response_format" in body else CAPTION) as server:
        (tmp_path / "c.yaml").write_text(YAML.format(url=server.url))
        assert run(["build", "c.yaml"]) == 0
        yield tmp_path, server


def _why(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    capsys.readouterr()
    assert run(["why", "out", "a.mp4", *args]) == 0
    return capsys.readouterr().out


def test_prompts_replies_and_prices_are_told_and_nobody_is_asked(
    built: tuple[Path, Server], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, server = built
    calls = server.counters.calls
    assert calls == 2
    (folder / "own.py").unlink()
    said = _why(capsys)
    assert server.counters.calls == calls
    assert "Asked about it (2 requests, 2 replies kept; " in said
    assert "  caption.describe to watcher: 1 request, 1 reply kept; " in said
    assert f"    replied: {CAPTION}" in said
    assert "  ask.ask to watcher: 1 request, 1 reply kept; " in said
    assert '    replied: {"mood": "calm"}' in said
    assert "  In the whole build, watcher: " in said
    assert "not known" not in said
    full = _why(capsys, "--full")
    assert "    system:\n        You describe stretches of video" in full
    assert "\n        Name each colour.\n    user:\n" in full
    assert "        [2 pictures of a.mp4 at " in full
    assert f"    reply:\n        {CAPTION}" in full
    assert "Asked about it" not in _why(capsys, "--no-prompts")


def test_the_price_is_that_of_the_ledger(built: tuple[Path, Server], capsys: pytest.CaptureFixture[str]) -> None:
    """The build has one video, so that both must say the same."""
    said = _why(capsys)
    record = BuildRecord.from_json((built[0] / "out" / "build.json").read_bytes())
    spent = Usage.sum(record.teachers["watcher"].values())
    assert spent.dollars > 0
    assert f"; {spent.tokens_in:,} tokens in, {spent.tokens_out:,} out, ${spent.dollars:,.4f}):\n" in said


def test_what_is_not_kept_is_said(built: tuple[Path, Server], capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = built
    shutil.rmtree(folder / "cache" / "replies")
    said = _why(capsys)
    assert "Asked about it (2 requests, 0 replies kept; " in said
    assert "[0-1 s] A grey picture stands still" in said, "what the stage saw is kept with the timeline"
    assert "  Replies that are not kept: they failed, or the cache of replies has lost them." in said
    shutil.rmtree(folder / "out" / ".vdata")
    said = _why(capsys)
    assert "What was asked is not known: .vdata, in which a build keeps its steps, is not there." in said
    assert "  In the whole build, watcher: " in said


def test_of_another_version_it_says_that_requests_may_differ(
    built: tuple[Path, Server], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from vdata.stages.caption.caption import Caption

    monkeypatch.setattr(Caption, "version", "another")
    assert "  vdata is another one by now: requests may differ from those of then (" in _why(capsys)
