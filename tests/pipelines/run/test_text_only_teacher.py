"""A model without eyes, behind a server that refuses pictures, is asked what lanes can answer; no file is opened."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from asking import settings
from film_teacher import answer
from inline import without_ray
from openai_server import Server, pictures, texts

from vdata.cli import run
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.teachers.make import make_teachers
from vdata.schemas import Evidence, Message, Sample, Span, Timeline
from vdata.stages import TeacherStage, find_stages
from vdata.stages.verify.verify import Verify

ROWS = [
    {"video": "walk", "duration": 60, "start": 10 * n, "end": 10 * n + 8, "text": f"He {verb} the {what} gate."}
    for n, (verb, what) in enumerate([("opens", "red"), ("paints", "blue")])
]
SAID = [{"video": "walk", "duration": 60, "start": 11, "end": 15, "text": "Now up and over the green one."}]
CONFIG = """labels:
  - {kind: table, path: events.jsonl, lane: events}
  - {kind: table, path: speech.jsonl, lane: speech}
teachers:
  reader: {kind: openai, model: scripted, base_url: URL, images: false, concurrency: 1}
stages:
  - caption: {of: events, with: [events, speech], look: null}
  - summarise: {of: captions, look: null}
  - questions: {from: [events], tasks: [what], per_task: 2, answers: open}
  - reason: {from: [events]}
  - preferences:
      {look: null, with: [events, speech], sources: {bad_prompt: 1, self_critique: 1}, about: spans, of: events}
  - ask: {of: events, look: null, with: [speech], reply: {calm: {type: text, about: "How calm it is"}}}
  - verify:
      look: null
      checks: [label, rationale, claims, agreement, too_easy, review, blind]
      policy: {criticised: tag, label_lost: tag, too_easy: tag}
      word_lanes: [speech]
output: {path: out}
cache: cache
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, rows in (("events", ROWS), ("speech", SAID)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_claims_are_judged_by_what_lanes_say(tmp_path: Path) -> None:
    video = Timeline("walk.mp4", "v", 60.0)  # of which no file was ever opened
    video.put("events", [Span(10, 18, "He paints the blue gate.", id="e1")])
    video.put("captions", [Span(10, 18, "A man paints.", id="c1"), Span(40, 50, "Nothing is known of this.", id="c2")])
    cited = [Evidence(10, 18, "events", "He paints the blue gate.", "e1")]
    turns = [Message("user", "What does he paint?"), Message("assistant", "A gate.")]
    video.samples = [Sample("what", "What does he paint?", "A gate.", 10, 18, cited, messages=turns, teacher="reader")]
    verify = Verify(teacher="reader", look=None, checks=["claims"], word_lanes=["captions", "events"])
    with Server(sees=False, unknown="500", answer=answer) as server:

        async def go() -> None:
            reader = make_teachers({"reader": settings(server, images=False)}, None)["reader"]
            await verify.run(video, reader)
            await reader.close()

        asyncio.run(go())
        told = [texts(body) for body in server.counters.bodies if "by the material alone" in texts(body)]
    assert [one.count("He paints the blue gate.") for one in told] == [1, 1]
    assert sum("A man paints." in one.split("numbered claim")[0] for one in told) == 1, "no caption vouches for itself"
    assert [(one.check, one.verdict) for one in video.samples[0].checks] == [("claims", "pass")]
    assert server.counters.outcomes == {"ok": 4}, "of what no lane speaks, nothing is asked"


@pytest.mark.slow
def test_labels_without_a_file_are_built_by_a_model_without_eyes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_ray(monkeypatch)
    with Server(sees=False, unknown="500", answer=answer) as server:
        (folder / "c.yaml").write_text(CONFIG.replace("URL", server.url))
        status = run(["build", "c.yaml"])
        assert status == 0, str(capsys.readouterr())
        bodies: list[dict[str, Any]] = server.counters.bodies
    assert set(server.counters.outcomes) == {"ok"}
    assert not any(pictures(body) for body in bodies)
    rejects = [row for path in (folder / "out/rejects").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert not [row for row in rejects if row["stage"] == "probe" or row["reason"] in ("no_media", "not_found")]
    judged = [texts(body) for body in bodies if "Judge each numbered claim by the material alone" in texts(body)]
    assert judged
    assert any("10.0-18.0: He paints the blue gate." in one for one in judged), (
        "what a sample cites is shown, with times"
    )
    asked = [texts(body) for body in bodies if "State only what the material says" in texts(body)]
    assert any("10.0-18.0 s: He paints the blue gate." in one for one in asked)
    samples = [row for path in (folder / "out/data").glob("*.parquet") for row in pq.read_table(path).to_pylist()]
    assert {"what", "preference"} <= {row["task"] for row in samples}
    made = {check["check"] for row in samples for check in row["checks"] if row["task"] == "what"}
    assert {"claims", "agreement", "too_easy", "review", "blind"} <= made


def test_with_look_null_no_stage_needs_a_file(folder: Path) -> None:
    (folder / "c.yaml").write_text(CONFIG.replace("URL", "http://localhost:1/v1"))
    route = resolve_plan(load_config(folder / "c.yaml", base=folder))
    assert not route.opens_videos
    assert "probe" not in [step.stage.name() for step in route.steps]


def test_every_stage_that_shows_pictures_can_be_told_not_to() -> None:
    more: dict[str, dict[str, Any]] = {
        "align": {"with": ["events"]},
        "caption": {"mode": "single"},
        "preferences": {"with": ["events"], "sources": {"bad_prompt": 1}},
        "judge_pairs": {"with": ["events"]},
        "questions": {"from": ["events"]},
        "reason": {"from": ["events"]},
        "ask": {"reply": {"calm": {"type": "text", "about": "How calm it is"}}},
        "verify": {"checks": ["claims", "agreement", "too_easy", "review", "blind"]},
    }
    asking = {name: cls for name, cls in find_stages().items() if issubclass(cls, TeacherStage)}
    embedding = {name for name, cls in asking.items() if cls.embeds_with is not TeacherStage.embeds_with}
    seeing = {name: cls for name, cls in asking.items() if "look" in cls.model_fields and name not in embedding}
    assert {"align", "ask", "caption", "preferences", "verify", "wrong_options"} <= set(seeing)
    for name, cls in seeing.items():
        stage = cls.model_validate({"teacher": "reader", "look": None, **more.get(name, {})})
        assert stage.pictures_to() == [], name
        assert "media" not in stage.lanes_read(), name
        assert stage.demand(60.0).images == 0, name


def test_who_opens_files_where_there_are_labels_alone_is_said_once(folder: Path) -> None:
    def told(text: str) -> list[str]:
        lines: list[str] = []
        (folder / "c.yaml").write_text(text.replace("URL", "http://localhost:1/v1").replace("images: false, ", ""))
        load_config(folder / "c.yaml", base=folder, warn=lines.append)
        return [line for line in lines if "opens the files" in line]

    assert told(CONFIG) == [], "nothing needs a file"
    (line,) = told(CONFIG.replace("look: null", "look: {count: 2}"))
    assert ":7: stages.caption: opens the files of videos, and there are labels alone" in line
    assert line.endswith("To go without, write look: null, or leave it out; else give videos.")
    (folder / "walk.mp4").touch()
    assert told("videos: walk.mp4\n" + CONFIG.replace("look: null", "look: {count: 2}")) == []
