"""The settings of teachers."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError

from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.kinds.replay import Replay
from vdata.pipelines.teachers.kinds.vllm import VLLM
from vdata.pipelines.teachers.teacher_kinds import TeacherKind

KINDS: TypeAdapter[Any] = TypeAdapter(dict[str, TeacherKind])


def test_the_kind_decides() -> None:
    given = {
        "watcher": {"kind": "openai", "model": "m", "base_url": "http://one/v1/"},
        "engine": {"kind": "vllm", "model": "m", "engine": {"max_model_len": 4096}},
        "again": {"kind": "replay", "path": "replies.jsonl"},
    }
    made = KINDS.validate_python(given)
    assert made["watcher"] == OpenAI(model="m", base_url=["http://one/v1"])
    assert made["engine"] == VLLM(model="m", engine={"max_model_len": 4096})
    assert made["again"] == Replay(path=Path("replies.jsonl"))
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        KINDS.validate_python({"watcher": {"kind": "opnai", "model": "m"}})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"base_url": "localhost:8000"}, "must start with http:// or https://"),
        ({"base_url": "http://me:pass-word@host/v1"}, "must hold no name or password"),
        ({"base_url": []}, "at least 1"),
        ({"concurency": 3}, "Extra inputs"),
        ({"concurrency": 0}, "greater than or equal to 1"),
    ],
)
def test_what_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says) as error:
        OpenAI(**{"model": "m", **given})
    assert "pass-word" not in error.value.json(include_input=False)


def test_the_key_is_the_settings_or_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    given: dict[str, Any] = {"model": "m", "api_key": "sk-given"}
    assert OpenAI(**given).key() == pickle.loads(pickle.dumps(OpenAI(**given))).key() == "sk-given"
    assert OpenAI(model="m").key() == "sk-environment"
    monkeypatch.delenv("OPENAI_API_KEY")
    assert OpenAI(model="m").key() == "none"
    assert "sk-given" not in f"{OpenAI(**given)!r} {OpenAI(**given).model_dump_json()} {OpenAI(**given).identity()}"


def test_what_an_engine_replies_does_not_depend_on_its_speed() -> None:
    plain = VLLM(model="m").identity()
    quick = {"gpu_memory_utilization": 0.5, "max_num_seqs": 8, "enforce_eager": True}
    assert VLLM(model="m", engine=quick, tensor_parallel=2, replicas=4, concurrency=9).identity() == plain
    assert VLLM(model="m", engine={"quantization": "awq"}).identity() != plain


def test_a_recording_is_known_by_its_content(tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_text("a")
    two.write_text("a")
    assert Replay(path=one).identity() == Replay(path=two).identity()
    two.write_text("b")
    assert Replay(path=one).identity() != Replay(path=two).identity()
    assert Replay(path=tmp_path / "none").identity()


def test_the_key_of_this_machine_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """To an actor on another machine, whose environment has none."""
    monkeypatch.setenv(OpenAI.environment, "sk-of-this-machine")
    one, own = OpenAI(model="m"), OpenAI(model="m", api_key=SecretStr("sk-of-its-own"))
    given = {name: settings.with_secrets() for name, settings in {"one": one, "own": own}.items()}
    monkeypatch.delenv(OpenAI.environment)
    there = pickle.loads(pickle.dumps(given))
    assert (there["one"].key(), there["own"].key(), one.key()) == ("sk-of-this-machine", "sk-of-its-own", "none")
    assert one.with_secrets() == one
    assert Replay(path=Path("a")).with_secrets() == Replay(path=Path("a"))
    assert there["one"].identity() == one.identity()
    assert "sk-of" not in repr(there)
