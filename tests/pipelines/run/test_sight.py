"""Before a build asks anything, one small picture tells whether models see that stages show pictures to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from film_teacher import answer
from inline import without_ray
from openai_server import Server, pictures, texts

from vdata.cli import run
from vdata.pipelines.planning.plan import resolve_plan
from vdata.pipelines.run.sight import refuse_blind
from vdata.pipelines.settings.config_reader import load_config
from vdata.pipelines.teachers.kinds.embedder import Embedder
from vdata.pipelines.teachers.kinds.openai import OpenAI

CONFIG = """videos: v.mp4
labels: [{{kind: table, path: events.jsonl, lane: events}}]
teachers:
  reader: {{kind: openai, model: scripted, base_url: "{url}"{more}}}
stages:
  - questions: {{from: [events], tasks: [what], teacher: reader}}
  - verify: {{teacher: reader, checks: [rules, claims]{look}}}
output: {{path: {out}}}
cache: cache
replies: replies
"""


@pytest.fixture
def folder(tmp_path: Path, clips: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = [{"video": "v.mp4", "start": 0, "end": 1, "text": "A man opens a gate."}]
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "v.mp4").symlink_to(clips / "bikes.mp4")
    monkeypatch.chdir(tmp_path)
    without_ray(monkeypatch)
    return tmp_path


def config(server: Server, more: str = "", look: str = "", out: str = "out") -> str:
    text = CONFIG.format(url=server.url, more=more, look=look, out=out)
    Path("c.yaml").write_text(text)
    return text


def shown(server: Server) -> list[int]:
    """How many pictures each request of the check had."""
    return [len(pictures(body)) for body in server.counters.probes]


def test_a_model_that_sees_is_shown_one_picture_once_and_for_all(folder: Path) -> None:
    with Server(answer=answer) as server:
        config(server)
        assert run(["build", "c.yaml"]) == 0
        assert shown(server) == [1]
        (body,) = server.counters.probes
        assert texts(body).strip() == "Which colour is this? Answer in a word."
        assert body["max_tokens"] == 16
        assert run(["build", "c.yaml"]) == 0, "it is done"
        config(server, out="again")
        assert run(["build", "c.yaml"]) == 0, "every reply is kept"
        assert shown(server) == [1]


@pytest.mark.parametrize("unknown", ["400", "500"])
def test_a_model_without_eyes_ends_the_build_before_anything_is_asked(
    folder: Path, unknown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server(answer=answer, sees=False, unknown=unknown) as server:
        config(server)
        assert run(["build", "c.yaml"]) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert (
            "teachers.reader: its model takes no pictures, and stages.verify.look would show it some: it answers "
            f"without a small picture, and not with one (HTTP {unknown}: this server takes no image_url). Write look: "
            "null, or name a teacher that sees. If it does see, set images: true." in said
        )
        assert server.counters.calls == 0
        assert shown(server) == [1, 0, 1], "a refusal is made sure of"
        assert run(["build", "c.yaml"]) == 2, "it may be another model by now, so that it is asked anew"
        assert shown(server) == [1, 0, 1] * 2


@pytest.mark.parametrize(
    ("more", "look"), [(", images: true", ""), ("", ", look: null"), (", images: false", ", look: null")]
)
def test_nothing_is_tried_where_it_is_stated_or_nobody_shows_pictures(folder: Path, more: str, look: str) -> None:
    with Server(answer=answer) as server:
        config(server, more, look)
        assert run(["build", "c.yaml"]) == 0
        assert server.counters.probes == []


@pytest.mark.parametrize("command", ["check", "plan", "prompts"])
def test_commands_that_ask_nobody_do_not_try(folder: Path, command: str) -> None:
    with Server(answer=answer, sees=False) as server:
        config(server)
        assert run([command, "c.yaml"]) == 0
        assert server.counters.probes == []


@pytest.mark.parametrize(
    ("probes", "said"),
    [
        (["503"], "could not be found out (HTTP 503: scripted 503)"),
        (["500", "500"], "could not be found out (HTTP 500: scripted 500)"),  # nor does it answer without
        (["500", "ok", "ok"], ""),  # it passes
        (["closed"], "could not be found out"),
    ],
)
def test_what_cannot_be_told_is_said_and_the_build_goes_on(
    folder: Path, probes: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server(answer=answer, probes=probes) as server:
        config(server)
        assert run(["build", "c.yaml"]) == 0
    told = " ".join(capsys.readouterr().err.split())
    assert said in told
    assert ("teachers.reader: whether its model takes pictures" in told) == bool(said)


def test_names_of_one_endpoint_share_what_is_found_and_each_is_told(folder: Path) -> None:
    with Server(answer=answer, sees=False) as server:
        twin = f"  twin: {{kind: openai, model: scripted, base_url: '{server.url}'}}\nstages:\n"
        more = "  - verify: {teacher: twin, checks: [claims]}\noutput"
        text = config(server).replace("stages:\n", twin, 1).replace("output", more, 1)
        Path("c.yaml").write_text(text)
        read = load_config(folder / "c.yaml", base=folder)
        with pytest.raises(Exception, match=r"teachers\.reader: its model .*\nteachers\.twin: its model"):
            refuse_blind(read, resolve_plan(read), print)
    assert shown(server) == [1, 0, 1]


@pytest.mark.parametrize(
    ("image_input", "path"), [("messages", "/embeddings"), ("objects", "/embeddings"), ("cohere", "/embed")]
)
def test_embedders_are_shown_a_picture_as_they_take_it(image_input: str, path: str) -> None:
    def embed(kind: str, content: str) -> list[float]:
        return [1.0, 0.0]

    for sees in (True, False):
        with Server(embed=embed, image_input=image_input, sees=sees) as server:
            made = Embedder.model_validate(
                {"kind": "embed", "model": "scripted", "base_url": server.url, "image_input": image_input}
            )
            sight = made.find_sight()
        assert sight.sees is sees
        assert shown(server) == ([1] if sees else [1, 0, 1])
        assert ("takes no image_url" in sight.why) is not sees


@pytest.mark.parametrize(
    ("settings", "known"),
    [({}, True), ({"images": True}, False), ({"images": False}, False), ({"temperature": 1.0}, True)],
)
def test_what_is_remembered_is_of_the_model_at_its_address(settings: dict[str, Any], known: bool) -> None:
    plain = {"model": "m", "base_url": "http://localhost:1/v1"}
    key = OpenAI.model_validate({**plain, **settings}).sight_key()
    assert bool(key) is known
    assert not known or key == OpenAI.model_validate(plain).sight_key()
    assert key != OpenAI.model_validate({**plain, "model": "other"}).sight_key()
    assert Embedder(model="m", library="open_clip").sight_key() == ""


def test_a_model_that_wants_the_other_key_for_the_length_is_asked_with_it() -> None:
    def complain(body: dict[str, Any]) -> Any:
        return "Red."

    with Server(answer=complain) as server:
        server.script.probes = ["400"]
        server._unknown = lambda body: "use max_completion_tokens" if "max_tokens" in body else ""  # type: ignore[method-assign]
        sight = OpenAI.model_validate({"model": "scripted", "base_url": server.url}).find_sight()
    assert sight.sees is True
    assert [sorted({"max_tokens", "max_completion_tokens"} & {*body}) for body in server.counters.probes] == [
        ["max_tokens"],
        ["max_completion_tokens"],
    ]
