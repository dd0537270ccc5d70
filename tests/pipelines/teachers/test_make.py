"""Found before the build starts, one line each."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from asking import KEY, settings
from openai_server import Server

from vdata.pipelines.errors import UserError
from vdata.pipelines.teachers import endpoint_check
from vdata.pipelines.teachers.kinds.openai import OpenAI
from vdata.pipelines.teachers.kinds.replay import Replay
from vdata.pipelines.teachers.make import check_teacher


def complaint(made: Any) -> str:
    with pytest.raises(UserError) as error:
        check_teacher("watcher", made)
    text = str(error.value)
    assert "\n" not in text
    assert KEY not in text
    assert text.startswith("teachers.watcher: ")
    return text.removeprefix("teachers.watcher: ")


def test_all_is_well() -> None:
    with Server(key=KEY, models=("other", "scripted")) as server:
        check_teacher("watcher", settings(server))
    with Server(models=("llava:latest",)) as server:
        check_teacher("watcher", settings(server, model="llava"))


def test_a_wrong_key() -> None:
    with Server(key="another") as server:
        hint = "Set api_key: or the environment variable OPENAI_API_KEY."
        assert complaint(settings(server)) == f"{server.url}: the key was refused (HTTP 401). {hint}"


def test_a_missing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with Server(key="another") as server:
        assert "a key is wanted (HTTP 401)" in complaint(OpenAI(model="scripted", base_url=[server.url]))


def test_nobody_there() -> None:
    said = complaint(settings("http://127.0.0.1:9/v1"))
    assert said.startswith("http://127.0.0.1:9/v1: nothing answers there (")
    assert said.endswith("Is the server running?")


def test_a_server_that_is_down_behind_another_one() -> None:
    with Server() as server:
        assert "127.0.0.1:9" in complaint(settings(server, "http://127.0.0.1:9/v1"))


def test_a_model_that_the_server_does_not_have() -> None:
    with Server(models=("Qwen/Qwen2.5-VL-7B-Instruct", "gpt-x")) as server:
        said = complaint(settings(server, model="Qwen/Qwen2.5-VL-7B-Instuct"))
        assert said.endswith(
            "model: the server has no 'Qwen/Qwen2.5-VL-7B-Instuct'. Did you mean Qwen/Qwen2.5-VL-7B-Instruct?"
        )
        said = complaint(settings(server, model="zebra"))
        assert said.endswith("the server has no 'zebra'. It has Qwen/Qwen2.5-VL-7B-Instruct and gpt-x.")


def test_a_server_without_a_list_of_models_is_left_to_the_first_request() -> None:
    with Server() as server:
        check_teacher("watcher", settings(server.url + "/deeper"))


def test_a_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_check, "find_spec", lambda name: None)
    assert complaint(settings("http://one/v1")) == (
        "needs the openai package, which is not installed: pip install 'vdata-toolkit[openai]'"
    )


def test_a_missing_recording(tmp_path: Path) -> None:
    assert complaint(Replay(path=tmp_path / "none.jsonl")) == f"path: there is no recording {tmp_path / 'none.jsonl'}"


def test_settings_import_nothing_heavy() -> None:
    import subprocess

    names = "('openai', 'numpy', 'cv2')"
    code = f"import sys, vdata.pipelines.teachers.teacher_kinds; print([n for n in {names} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
